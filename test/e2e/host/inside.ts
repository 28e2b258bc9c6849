// Runs in the extension host in place of the tests: brings what they print to whoever runs them,
// and leaves their verdict. (The workbench reports success for a host that was killed, so its own
// report proves nothing.)
import { createRequire } from 'node:module';
import { Writable } from 'node:stream';
import { format } from 'node:util';
import { CHANNEL_ENV, Channel } from './channel.ts';

/** Names the module whose `run` is the tests. */
export const TESTS_ENV = 'KHO_E2E_TESTS';

/** Called by the editor, once the extension under development can be activated. */
export async function run(): Promise<void> {
  const channel = new Channel(required(CHANNEL_ENV));
  redirectOutput(channel);
  try {
    const file = required(TESTS_ENV);
    const tests = createRequire(file)(file) as { run(): Promise<void> };
    await tests.run();
    channel.leaveVerdict('passed');
  } catch (error) {
    channel.print(`${withoutEditorFrames(format(error))}\n`);
    channel.leaveVerdict('failed');
    throw error;
  }
}

/** Frames of the editor are a thousand columns wide and the same in every failure. */
function withoutEditorFrames(stack: string): string {
  const lines = stack.split('\n');
  return lines.filter((line) => !/extensionHostProcess\.js|at new Promise/.test(line)).join('\n');
}

/**
 * The editor guards console and the streams with setters that do nothing: they are defined anew.
 */
function redirectOutput(channel: Channel): void {
  for (const level of ['debug', 'error', 'info', 'log', 'trace', 'warn']) {
    define(console, level, (...args: unknown[]) => channel.print(`${format(...args)}\n`));
  }
  for (const name of ['stdout', 'stderr']) {
    const stream = new Writable({
      decodeStrings: false,
      write(chunk: string | Buffer, _encoding, done) {
        channel.print(chunk.toString());
        done();
      },
    });
    define(process, name, stream);
  }
}

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: only the stand-in loads this file`);
  return value;
}
