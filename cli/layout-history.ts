// Files of C against what they are in a commit: for `kho check --base`.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  abiIncludes,
  commitQuestion,
  committedQuestion,
  compareLayouts,
  GIT_ARGUMENTS,
  GIT_ENVIRONMENT,
  GIT_LEFT_OUT,
} from '../c/index.ts';
import type { Issue, SourceFile } from '../fdt/index.ts';
import { UnusableInput } from './input.ts';

const GIT_TIMEOUT_MS = 30_000;
const MAX_GIT_BYTES: number = 64 << 20;

/**
 * Structs of `file` that are handed over and whose layout is not that of `base`, a commit of the
 * repository around it, while their version is. A file that `base` does not have has no history.
 * @throws UnusableInput where there is no git, no repository, or no such commit.
 */
export function layoutHistoryIssues(file: SourceFile, base: string): readonly Issue[] {
  // What a header is, its folder says, which a path from within that folder leaves out.
  const isWhole = /(?:^|[\\/])include[\\/]/.test(file.path);
  const source = isWhole ? file : { ...file, path: path.resolve(file.path) };
  const folder = path.dirname(path.resolve(source.path));
  const prefix = source.path.slice(0, source.path.length - path.basename(source.path).length);
  const others = readdirSync(folder);
  const question = committedQuestion(prefix, path.basename(source.path), others, base);
  if (question === undefined) throw new UnusableInput(`${base}: is not the name of a commit`);
  if (!isCommit(folder, base)) throw new UnusableInput(`${base}: is no commit of ${folder}`);
  const committed = question.answer(askGit(folder, question.input), decode);
  if (committed === undefined) return [];
  const read = cachedReader();
  const companions = others
    .filter((name) => name.endsWith('.h') && name !== path.basename(source.path))
    .flatMap((name) => read(`${prefix}${name}`) ?? []);
  const readInclude = abiIncludes(read);
  return compareLayouts(
    { source: committed.source, companions: committed.companions, readInclude },
    { source, companions, readInclude },
    { base },
  ).issues;
}

function isCommit(folder: string, base: string): boolean {
  const { input, answer } = commitQuestion(base);
  return answer(askGit(folder, input), decode) !== undefined;
}

function askGit(folder: string, input: string): Uint8Array {
  const own = Object.entries(process.env).filter(([name]) => !GIT_LEFT_OUT.test(name));
  const { status, stdout, error } = spawnSync('git', ['-C', folder, ...GIT_ARGUMENTS], {
    input,
    env: { ...Object.fromEntries(own), ...GIT_ENVIRONMENT },
    timeout: GIT_TIMEOUT_MS,
    maxBuffer: MAX_GIT_BYTES,
  });
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOENT') throw new UnusableInput('--base takes git, which is not there');
  if (code === 'ETIMEDOUT') throw new UnusableInput(`${folder}: git does not answer`);
  // One that says no ends before it has read what it is asked, which is an error of its own.
  if (status !== 0) throw new UnusableInput(`${folder}: is in no git repository`);
  return stdout;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Reads each file once. */
function cachedReader(): (file: string) => SourceFile | undefined {
  const known = new Map<string, SourceFile | undefined>();
  return (file) => {
    if (!known.has(file)) {
      const text = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
      known.set(file, text === undefined ? undefined : { path: file, text });
    }
    return known.get(file);
  };
}
