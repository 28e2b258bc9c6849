// Which element of a tuple is being typed, as other languages show the parameter of a call.
import {
  MarkupKind,
  type ParameterInformation,
  type SignatureHelp,
  type SignatureInformation,
} from 'vscode-languageserver/node';
import type { SourceFile } from '../fdt/index.ts';
import {
  type CheckedSource,
  type ElementSchema,
  elementMeaning,
  tupleBytes,
  typeText,
} from '../kho/index.ts';
import { type CellsContext, typingAt } from './completion-context.ts';
import { schemaAt } from './completion-values.ts';
import type { Place } from './locate.ts';

export interface SignatureOptions {
  /** Whether the client shows Markdown; false if absent. */
  readonly showsMarkdown?: boolean;
  /** Whether the client takes the place of a parameter in the label; false if absent. */
  readonly takesLabelOffsets?: boolean;
}

/** Inside `<…>` of a property that has a binding and room for another cell; undefined elsewhere. */
export function signatureAt(
  checked: CheckedSource,
  { text }: SourceFile,
  place: Place,
  options: SignatureOptions = {},
): SignatureHelp | undefined {
  const typing = typingAt(checked, text, place);
  if (typing?.context.kind !== 'cells') return undefined;
  const { property } = typing.context;
  const schema = schemaAt(checked, typing.enclosing?.node, property);
  if (schema?.type.kind !== 'cells') return undefined;
  const { elements, isArray } = schema.type;
  const active = elementAt(typing.context, elements, tupleBytes(schema.type), isArray);
  if (active === undefined) return undefined;
  const about = [typeText(schema.type), schema.description.trim()];
  const documentation = about.filter((each) => each !== '').join('. ');
  const signature: SignatureInformation = {
    ...labelled(property, elements, isArray, options.takesLabelOffsets === true),
    documentation:
      options.showsMarkdown === true
        ? { kind: MarkupKind.Markdown, value: documentation }
        : documentation,
    activeParameter: active,
  };
  return { signatures: [signature], activeSignature: 0, activeParameter: active };
}

/** Index of the element that the next cell is, or is the beginning of; undefined past the last. */
function elementAt(
  { index, bits }: CellsContext,
  elements: readonly ElementSchema[],
  rowBytes: number,
  isArray: boolean,
): number | undefined {
  // Cells of another width than the binding's fill its elements as bytes do.
  const isAsBound = bits === undefined || elements.every((each) => each.bits === bits);
  if (isAsBound && !isArray) return index < elements.length ? index : undefined;
  if (isAsBound) return index % elements.length;
  const offset = index * (bits / 8);
  if (!isArray && offset >= rowBytes) return undefined;
  let at = offset % rowBytes;
  return elements.findIndex((each) => {
    at -= each.bits / 8;
    return at < 0;
  });
}

/** `mem = <addr:u64 len:u64 …>` */
function labelled(
  property: string,
  elements: readonly ElementSchema[],
  isArray: boolean,
  takesOffsets: boolean,
): { label: string; parameters: ParameterInformation[] } {
  let label = `${property} = <`;
  const parameters = elements.map((element, i): ParameterInformation => {
    const text = `${element.name === '' ? property : element.name}:u${element.bits}`;
    if (i > 0) label += ' ';
    const start = label.length;
    label += text;
    const meaning = elementMeaning(element);
    return {
      label: takesOffsets ? [start, label.length] : text,
      ...(meaning === '' ? {} : { documentation: meaning }),
    };
  });
  return { label: `${label}${isArray ? ' …' : ''}>`, parameters };
}
