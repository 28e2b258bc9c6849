// What a file was in a commit, asked of git. Nothing of a repository is run by this: `cat-file`
// knows no hooks, no filters and no text conversion, and it is kept from fetching over the network.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { SourceFile } from '../fdt/index.ts';

/** A file as it is in a commit. */
export interface CommittedFile {
  /** The commit's id. */
  readonly commit: string;
  readonly source: SourceFile;
  /** Headers of the same folder, for those whose versions are in another of them. */
  readonly companions: readonly SourceFile[];
}

/** Headers of one folder that are read. */
const MAX_COMPANIONS = 32;
/** Everything that is read of a commit at once. */
const MAX_OUTPUT_BYTES: number = 16 << 20;
const MAX_FILE_BYTES: number = 4 << 20;
const TIMEOUT_MS = 5000;

/** What `git` says: undefined if it is not there, took too long, or said no. */
export type RunGit = (
  folder: string,
  args: readonly string[],
  input: string,
) => Promise<Uint8Array | undefined>;

/**
 * The file at `file` (an absolute path) as `revision` has it: undefined where there is no git, no
 * repository, no such revision, or no such file in it.
 */
export async function readCommitted(
  file: string,
  revision = 'HEAD',
  git: RunGit = runGit,
): Promise<CommittedFile | undefined> {
  const folder = path.dirname(file);
  const name = path.basename(file);
  const companions = headersIn(folder).filter((each) => each !== name);
  const names = [name, ...companions];
  // A name with a line break cannot be asked for, and a revision must not be taken for an option.
  if (/[\r\n\0]/.test(name) || !/^[\w./@{}^~:-]+$/.test(revision) || revision.startsWith('-'))
    return undefined;
  const asked = [`${revision}^{commit}`, ...names.map((each) => `${revision}:./${each}`)];
  const output = await git(folder, ['cat-file', '--batch'], `${asked.join('\n')}\n`);
  if (output === undefined) return undefined;
  const [commit, own, ...others] = readBatch(output);
  if (commit?.kind !== 'commit' || own?.kind !== 'blob') return undefined;
  return {
    commit: commit.id,
    source: { path: file, text: own.text },
    companions: others.flatMap((each, index) =>
      each.kind === 'blob'
        ? [{ path: path.join(folder, companions[index] as string), text: each.text }]
        : [],
    ),
  };
}

/** The commit that `revision` is in the repository around `folder`. */
export async function commitOf(
  folder: string,
  revision = 'HEAD',
  git: RunGit = runGit,
): Promise<string | undefined> {
  const output = await git(folder, ['cat-file', '--batch-check'], `${revision}^{commit}\n`);
  const text = output === undefined ? '' : new TextDecoder().decode(output);
  return /^([0-9a-f]{40,64}) commit /.exec(text)?.[1];
}

function headersIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^[\w.+-]+\.h$/.test(name))
      .sort()
      .slice(0, MAX_COMPANIONS);
  } catch {
    return [];
  }
}

interface BatchObject {
  readonly kind: 'commit' | 'blob' | 'missing';
  readonly id: string;
  readonly text: string;
}

/** The objects that `cat-file --batch` prints: a line with id, kind and size, then the content. */
function readBatch(output: Uint8Array): readonly BatchObject[] {
  const decoder = new TextDecoder();
  const objects: BatchObject[] = [];
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(10, at);
    if (end < 0) break;
    const line = decoder.decode(output.subarray(at, end));
    const [, id, kind, size] = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(line) ?? [];
    at = end + 1;
    if (id === undefined) {
      objects.push({ kind: 'missing', id: '', text: '' });
      continue;
    }
    const bytes = Number(size);
    const isText = kind === 'blob' && bytes <= MAX_FILE_BYTES;
    const content = isText ? decoder.decode(output.subarray(at, at + bytes)) : '';
    const known = isText ? 'blob' : kind === 'commit' ? 'commit' : 'missing';
    objects.push({ kind: known, id, text: content });
    at += bytes + 1;
  }
  return objects;
}

/** The environment without what would lead git elsewhere or let it fetch or ask. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^GIT_(?:DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|TRACE\w*)$/.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_NO_LAZY_FETCH: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
  };
}

const runGit: RunGit = (folder, args, input) =>
  new Promise((resolve) => {
    const child = spawn('git', ['-c', 'core.fsmonitor=false', '-C', folder, ...args], {
      env: environment(),
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
      windowsHide: true,
    });
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    child.stdout.on('data', (chunk: Uint8Array) => {
      bytes += chunk.length;
      if (bytes > MAX_OUTPUT_BYTES) child.kill('SIGKILL');
      else chunks.push(chunk);
    });
    // There is no git, or it ended before it read what it was asked.
    child.on('error', () => resolve(undefined));
    child.stdin.on('error', () => {});
    child.on('close', (status) => resolve(status === 0 ? Buffer.concat(chunks) : undefined));
    child.stdin.end(input);
  });
