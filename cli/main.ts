// The `kho` command: arguments in, an exit code out. Each command is a file under commands/.
import { writeSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { UnusableInput } from './input.ts';
import { EXIT, type Output } from './options.ts';
import { createProgram } from './program.ts';

const output: Output = {
  out: (text) => write(1, typeof text === 'string' ? Buffer.from(text) : text),
  err: (text) => write(2, Buffer.from(text)),
  isTerminal: process.stdout.isTTY === true && process.env.NO_COLOR === undefined,
};

/** Writes all of it before returning, also into a full pipe; a reader that left is not an error. */
function write(fd: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

async function main(): Promise<number> {
  // Patterns come from bindings of the user: one that backtracks without end must not hang us.
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
  let code: number = EXIT.clean;
  try {
    const program = createProgram(output, (value) => {
      code = value;
    });
    await program.parseAsync(process.argv);
  } catch (error) {
    if (error instanceof UnusableInput) {
      output.err(`kho: ${error.message}\n`);
      return EXIT.unusable;
    }
    // commander has printed its message already; help and version are no failures.
    const { exitCode, code: name } = error as { exitCode?: number; code?: string };
    if (name?.startsWith('commander.') === true) return exitCode === 0 ? EXIT.clean : EXIT.unusable;
    output.err(
      `kho: this is a mistake in kho itself, please report it\n${String((error as Error).stack)}\n`,
    );
    return EXIT.internal;
  }
  return code;
}

process.exitCode = await main();
