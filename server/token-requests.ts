// Answers what the client asks about the colours of names.
import type { Connection } from 'vscode-languageserver/node';
import { offsetAt } from '../fdt/index.ts';
import { guarded, type Log } from './log.ts';
import { type OffsetRange, semanticTokensOf } from './semantic-tokens.ts';
import type { Session } from './session.ts';
import { createTokenCache } from './token-cache.ts';

export function answerTokens(
  connection: Connection,
  log: Log,
  whenReady: () => Promise<Session>,
): void {
  const { semanticTokens } = connection.languages;
  const cache = createTokenCache();
  const noTokens = { data: [] };
  const tokensOf = async (uri: string): Promise<number[] | undefined> => {
    const tree = (await whenReady()).treeOf(uri);
    return tree && semanticTokensOf(tree.checked, tree.isInFile);
  };
  semanticTokens.on(
    guarded(log, 'semantic tokens', noTokens, async ({ textDocument: { uri } }) => {
      const data = await tokensOf(uri);
      return data === undefined ? noTokens : cache.full(uri, data);
    }),
  );
  semanticTokens.onDelta(
    guarded(log, 'semantic tokens', noTokens, async ({ textDocument, previousResultId }) => {
      const data = await tokensOf(textDocument.uri);
      if (data === undefined) return noTokens;
      return cache.delta(textDocument.uri, previousResultId, data);
    }),
  );
  semanticTokens.onRange(
    guarded(log, 'semantic tokens', noTokens, async ({ textDocument, range }) => {
      const tree = (await whenReady()).treeOf(textDocument.uri);
      if (tree === undefined) return noTokens;
      const { checked, source, isInFile } = tree;
      const seen: OffsetRange = {
        start: offsetAt(source, range.start),
        end: offsetAt(source, range.end),
      };
      return { data: semanticTokensOf(checked, isInFile, seen) };
    }),
  );
}
