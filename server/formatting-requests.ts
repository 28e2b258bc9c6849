// Answers requests for formatting. Bindings are YAML, which others format.
import type { Connection } from 'vscode-languageserver/node';
import { formattingEdits, rangeFormattingEdits, typingEdits } from './formatting.ts';
import { guarded, type Log } from './log.ts';
import type { Session } from './session.ts';

export function answerFormatting(
  connection: Connection,
  log: Log,
  whenReady: () => Promise<Session>,
): void {
  connection.onDocumentFormatting(
    guarded(log, 'formatting', null, async ({ textDocument, options }) => {
      const tree = (await whenReady()).treeOf(textDocument.uri);
      return tree === undefined ? null : formattingEdits(tree, options);
    }),
  );
  connection.onDocumentRangeFormatting(
    guarded(log, 'range formatting', null, async ({ textDocument, range, options }) => {
      const tree = (await whenReady()).treeOf(textDocument.uri);
      return tree === undefined ? null : rangeFormattingEdits(tree, range, options);
    }),
  );
  connection.onDocumentOnTypeFormatting(
    guarded(log, 'formatting while typing', null, async (params) => {
      const { textDocument, position, ch, options } = params;
      const tree = (await whenReady()).treeOf(textDocument.uri);
      return tree === undefined ? null : typingEdits(tree, position, ch, options);
    }),
  );
}
