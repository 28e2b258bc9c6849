import { MarkupKind, type SignatureHelp } from 'vscode-languageserver/node';
import { callAt, isInText, knownCall, parametersOf } from '../c/index.ts';
import type { SourceFile } from '../fdt/index.ts';
import type { Release } from '../kho/index.ts';
import type { SignatureOptions } from './signature.ts';

/** The signature of the call that is being typed, if it is one of KHO, LUO or libfdt. */
export function cSignatureAt(
  { text }: SourceFile,
  offset: number,
  release: Release | undefined,
  { showsMarkdown, takesLabelOffsets }: SignatureOptions,
): SignatureHelp | undefined {
  if (isInText(text, offset)) return undefined;
  const at = callAt(text, offset);
  const call = at && knownCall(at.name, release);
  if (at === undefined || call === undefined) return undefined;
  const { signature, description } = call;
  let from = signature.indexOf('(');
  const parameters = parametersOf(signature).map((parameter) => {
    const start = signature.indexOf(parameter, from);
    from = start + parameter.length;
    const place: [number, number] = [start, from];
    return { label: takesLabelOffsets === true ? place : parameter };
  });
  const activeParameter = at.argument;
  const value = `${description}.`;
  const documentation = showsMarkdown === true ? { kind: MarkupKind.Markdown, value } : value;
  return {
    signatures: [{ label: signature, documentation, parameters, activeParameter }],
    activeSignature: 0,
    activeParameter,
  };
}
