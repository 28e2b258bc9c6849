// What a file was in a commit, asked of git.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import {
  type CommittedFile,
  commitQuestion,
  committedQuestion,
  GIT_ARGUMENTS,
  GIT_ENVIRONMENT,
  GIT_LEFT_OUT,
} from '../c/index.ts';

/** Everything that is read of a commit at once. */
const MAX_OUTPUT_BYTES: number = 16 << 20;
const TIMEOUT_MS = 5000;

/**
 * The file at `file` (an absolute path) as `revision` has it: undefined where there is no git, no
 * repository, no such revision, or no such file in it.
 */
export async function readCommitted(
  file: string,
  revision = 'HEAD',
): Promise<CommittedFile | undefined> {
  const folder = path.dirname(file);
  const others = namesIn(folder);
  const question = committedQuestion(
    path.join(folder, path.sep),
    path.basename(file),
    others,
    revision,
  );
  const output = question && (await askGit(folder, question.input));
  return output && question.answer(output, decode);
}

/** The commit that HEAD is in the repository around `folder`. */
export async function headOf(folder: string): Promise<string | undefined> {
  const { input, answer } = commitQuestion('HEAD');
  const output = await askGit(folder, input);
  return output && answer(output, decode);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** What git answers; undefined if it is not there, took too long, said too much, or no. */
function askGit(folder: string, input: string): Promise<Uint8Array | undefined> {
  const own = Object.entries(process.env).filter(([name]) => !GIT_LEFT_OUT.test(name));
  return new Promise((resolve) => {
    const child = spawn('git', ['-C', folder, ...GIT_ARGUMENTS], {
      env: { ...Object.fromEntries(own), ...GIT_ENVIRONMENT },
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
}
