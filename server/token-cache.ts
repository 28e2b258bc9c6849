// What was answered for each document last, so that the next answer is only what differs.
import type { SemanticTokens, SemanticTokensDelta } from 'vscode-languageserver/node';
import { semanticTokensDelta } from './semantic-tokens.ts';

/** Numbers that are kept of all documents together: 32 MiB. */
export const MAX_KEPT_NUMBERS: number = 4 << 20;
/** Documents of which an answer is kept. */
export const MAX_KEPT_ANSWERS = 64;

export interface TokenCache {
  /** The whole answer, with a name by which the next one may refer to it. */
  full(uri: string, data: readonly number[]): SemanticTokens;
  /** What makes `data` of the answer called `previousId`; the whole where that one is not kept. */
  delta(
    uri: string,
    previousId: string,
    data: readonly number[],
  ): SemanticTokens | SemanticTokensDelta;
}

interface Answer {
  readonly id: string;
  readonly data: readonly number[];
}

/** Forgets what was asked for longest ago when there are more than `maxNumbers` in all. */
export function createTokenCache(maxNumbers: number = MAX_KEPT_NUMBERS): TokenCache {
  const answers = new Map<string, Answer>();
  let kept = 0;
  let lastId = 0;
  const drop = (uri: string): void => {
    kept -= answers.get(uri)?.data.length ?? 0;
    answers.delete(uri);
  };
  const keep = (uri: string, data: readonly number[]): Answer => {
    drop(uri);
    const answer = { id: String(++lastId), data };
    if (data.length > maxNumbers) return answer;
    answers.set(uri, answer);
    kept += data.length;
    for (const oldest of answers.keys()) {
      if (kept <= maxNumbers && answers.size <= MAX_KEPT_ANSWERS) break;
      drop(oldest);
    }
    return answer;
  };
  const full = (uri: string, data: readonly number[]): SemanticTokens => {
    const { id } = keep(uri, data);
    return { resultId: id, data: data as number[] };
  };
  return {
    full,
    delta(uri, previousId, data) {
      const previous = answers.get(uri);
      if (previous?.id !== previousId) return full(uri, data);
      const edits = semanticTokensDelta(previous.data, data);
      // Nothing is different: the client keeps what it has under the name that it has.
      if (edits.length === 0) return { resultId: previousId, edits };
      return { resultId: keep(uri, data).id, edits };
    },
  };
}
