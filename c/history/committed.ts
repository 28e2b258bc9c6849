// What git is asked for a file of a commit, and what its answer says. `cat-file --batch` is asked:
// it knows no hooks, no filters and no text conversion. Starting it is the edge's.
import type { SourceFile } from '../../fdt/index.ts';

/** A file as it is in a commit. */
export interface CommittedFile {
  /** The commit's id. */
  readonly commit: string;
  readonly source: SourceFile;
  /** Headers of the same folder, for those whose versions are in another of them. */
  readonly companions: readonly SourceFile[];
}

/** What git is to be started with, in the folder of the file. */
export const GIT_ARGUMENTS: readonly string[] = [
  ...['-c', 'core.fsmonitor=false'],
  ...['cat-file', '--batch'],
];

/** What git is to be started with in its environment: it fetches nothing, and asks nobody. */
export const GIT_ENVIRONMENT: Readonly<Record<string, string>> = {
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_NO_LAZY_FETCH: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
};

/** Variables that would lead git to another repository, or let it write somewhere. */
export const GIT_LEFT_OUT: RegExp =
  /^GIT_(?:DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|COMMON_DIR|NAMESPACE|TRACE\w*)$/;

/** Headers of one folder that are read. */
export const MAX_COMPANIONS = 32;
const MAX_FILE_BYTES: number = 4 << 20;

/** A question to git about a file and others in its folder. */
export interface CommittedQuestion {
  /** For its standard input. */
  readonly input: string;
  /** What its standard output says; undefined where there is no such commit or file in it. */
  readonly answer: (
    output: Uint8Array,
    decode: (bytes: Uint8Array) => string,
  ) => CommittedFile | undefined;
}

/**
 * Asks for `name` as `revision` has it, with the headers among `others`, names of files in the same
 * folder. `folder` ends in a separator and is what paths of the answer begin with. Undefined for a
 * name or a revision that cannot be asked for.
 */
export function committedQuestion(
  folder: string,
  name: string,
  others: readonly string[],
  revision: string,
): CommittedQuestion | undefined {
  // A line break would ask for something else, and what is no revision must not become an option.
  if (/[\r\n\0]/.test(name) || !/^[\w.@][\w./@{}^~+-]*$/.test(revision)) return undefined;
  const companions = others
    .filter((each) => each !== name && /^[\w.+-]+\.h$/.test(each))
    .toSorted()
    .slice(0, MAX_COMPANIONS);
  const files = [name, ...companions].map((each) => `${revision}:./${each}`);
  return {
    input: `${[`${revision}^{commit}`, ...files].join('\n')}\n`,
    answer(output, decode) {
      const [commit, own, ...rest] = objectsIn(output, decode);
      if (commit?.kind !== 'commit' || own?.kind !== 'blob') return undefined;
      const sources = rest.map((each, index): SourceFile | undefined =>
        each.kind === 'blob'
          ? { path: `${folder}${companions[index]}`, text: each.text }
          : undefined,
      );
      return {
        commit: commit.id,
        source: { path: `${folder}${name}`, text: own.text },
        companions: sources.filter((each) => each !== undefined),
      };
    },
  };
}

/** Asks only which commit `revision` is; the answer is undefined if it is none. */
export function commitQuestion(revision: string): {
  readonly input: string;
  readonly answer: (
    output: Uint8Array,
    decode: (bytes: Uint8Array) => string,
  ) => string | undefined;
} {
  return {
    input: `${revision}^{commit}\n`,
    answer(output, decode) {
      const [commit] = objectsIn(output, decode);
      return commit?.kind === 'commit' ? commit.id : undefined;
    },
  };
}

interface GitObject {
  readonly kind: 'commit' | 'blob' | 'other';
  readonly id: string;
  readonly text: string;
}

/** Each is a line with id, kind and size and then its content, or a line that it is missing. */
function objectsIn(
  output: Uint8Array,
  decode: (bytes: Uint8Array) => string,
): readonly GitObject[] {
  const objects: GitObject[] = [];
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(10, at);
    if (end < 0) break;
    const line = decode(output.subarray(at, end));
    const [, id = '', kind, size] = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(line) ?? [];
    at = end + 1;
    if (size === undefined) {
      objects.push({ kind: 'other', id, text: '' });
      continue;
    }
    const bytes = Number(size);
    const isText = kind === 'blob' && bytes <= MAX_FILE_BYTES && at + bytes <= output.length;
    if (isText) objects.push({ kind, id, text: decode(output.subarray(at, at + bytes)) });
    else objects.push({ kind: kind === 'commit' ? kind : 'other', id, text: '' });
    at += bytes + 1;
  }
  return objects;
}
