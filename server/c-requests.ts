// What the client asks about C files. Nothing is answered for those that have nothing to do with
// KHO, so that whoever else speaks C is not disturbed.
import type {
  CodeAction,
  CompletionItem,
  Hover,
  Position,
  Range,
  SignatureHelp,
} from 'vscode-languageserver/node';
import { offsetAt } from '../fdt/index.ts';
import type { Release } from '../kho/index.ts';
import { cCodeActionsAt } from './c-code-actions.ts';
import { cCompletionsAt } from './c-completion.ts';
import type { CDocuments, OpenC } from './c-documents.ts';
import { cHoverAt } from './c-hover.ts';
import type { CLayouts } from './c-layouts.ts';
import { cSignatureAt } from './c-signature.ts';
import type { ClientFeatures } from './client-features.ts';
import type { DiagnosticOptions } from './diagnostic.ts';
import { type FileKey, keyOfUri } from './file-key.ts';
import type { Settings } from './settings.ts';

/** Answers about documents; undefined for those that are not open as C. */
export interface CAnswers {
  isC(uri: string): boolean;
  hover(uri: string, position: Position): Promise<Hover | undefined>;
  completions(uri: string, position: Position): Promise<CompletionItem[]>;
  signature(uri: string, position: Position): Promise<SignatureHelp | undefined>;
  codeActions(uri: string, range: Range, only: readonly string[]): Promise<CodeAction[]>;
}

export function createCAnswers(
  documents: CDocuments,
  layouts: CLayouts,
  client: ClientFeatures,
  settings: () => Settings,
  diagnosticOptions: DiagnosticOptions,
): CAnswers {
  /** The release that is set, or the one that the file seems to be written for. */
  const releaseOf = ({ checked }: OpenC): Release | undefined =>
    settings().release ?? checked.release;
  const look = async (uri: string): Promise<(OpenC & { key: FileKey }) | undefined> => {
    const key = keyOfUri(uri);
    const open = await documents.look(key);
    return open === undefined ? undefined : { ...open, key };
  };
  return {
    isC: (uri) => documents.has(keyOfUri(uri)),
    async hover(uri, position) {
      const open = await look(uri);
      if (open === undefined) return undefined;
      const offset = offsetAt(open.source, position);
      const known = open.checked.usesKho
        ? cHoverAt(open.source, offset, releaseOf(open), client.hoverKind)
        : undefined;
      return known ?? layouts.hoverAt(open.key, offset, client.hoverKind);
    },
    async completions(uri, position) {
      const open = await look(uri);
      if (open?.checked.usesKho !== true) return [];
      return cCompletionsAt(open.source, offsetAt(open.source, position), releaseOf(open), client);
    },
    async signature(uri, position) {
      const open = await look(uri);
      if (open?.checked.usesKho !== true) return undefined;
      return cSignatureAt(open.source, offsetAt(open.source, position), releaseOf(open), client);
    },
    async codeActions(uri, { start, end }, only) {
      const open = await look(uri);
      if (open === undefined) return [];
      const range = { start: offsetAt(open.source, start), end: offsetAt(open.source, end) };
      return cCodeActionsAt(uri, open.issues, range, only, diagnosticOptions);
    },
  };
}
