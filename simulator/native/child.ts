// One process of a kernel: its frames, its limits and how it ended.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { type Ended, MessageQueue } from '../index.ts';
import { decodeFrame, encodeFrame, HEADER_BYTES, MAX_FRAME_BYTES, type WireValue } from './wire.ts';

/** What a process that has ended may still have in its pipes arrives within this time. */
const LAST_WORDS_MS = 200;
/** A process that is told that there is nothing more to do ends within this time. */
const LEAVE_MS = 1000;
/** A process that was killed is gone after this, whoever else looks at it. */
const KILLED_MS = 2000;
/** How often the memory of a process is looked at while a callback runs. */
const WATCH_MS = 100;
/** Beside what it has mapped of the machine's memory. */
const MAX_MEMORY_MIB = 1024;

export type Incoming = readonly WireValue[] | Ended;

export class Child {
  readonly #process: ChildProcess;
  readonly exited: Promise<void>;
  readonly #messages = new MessageQueue<readonly WireValue[]>();
  #received: Buffer = Buffer.alloc(0);
  #killedFor: string | undefined;
  /** Settles `exited`. */
  #heard: () => void = () => {};

  /**
   * `fds` are files that the process finds at numbers of its own: the machine's memory, and where
   * it notes what has run. One that `isDebugged` lets any debugger of its user attach.
   */
  constructor(
    executable: string,
    fds: readonly number[],
    isDebugged: boolean,
    onOutput: (stream: 'stdout' | 'stderr', text: string) => void,
  ) {
    const args = [String(process.pid), ...(isDebugged ? ['debug'] : [])];
    const folder = ownFolder();
    this.#process = spawn(executable, args, {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', ...fds],
      env: { TMPDIR: folder },
      cwd: folder,
    });
    const socket = this.#socket;
    socket?.on('data', (chunk: Buffer) => this.#onData(chunk));
    // A process that ends in the middle of a message says so by its exit.
    socket?.on('error', () => {});
    for (const stream of ['stdout', 'stderr'] as const)
      this.#process[stream]?.setEncoding('utf8').on('data', (text) => onOutput(stream, text));
    this.exited = new Promise((resolve) => {
      this.#heard = resolve;
      const done = (reason: string): void => {
        rmSync(folder, { recursive: true, force: true });
        this.#messages.end(this.#killedFor ?? reason);
        resolve();
      };
      this.#process.once('error', (error) => done(`its process did not start: ${error.message}`));
      this.#process.once('close', (code, signal) =>
        done(signal === null ? `its process ended with ${code}` : `it was ended by ${signal}`),
      );
      this.#process.once('exit', () => setTimeout(() => this.#closePipes(), LAST_WORDS_MS).unref());
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  send(values: readonly WireValue[]): void {
    this.#socket?.write(encodeFrame(values));
  }

  /** The next message, or why there is none. */
  next(): Promise<Incoming> {
    return this.#messages.next();
  }

  /** Ends the process at once, for a reason that next() then gives. */
  kill(reason: string): Promise<void> {
    this.#killedFor ??= reason;
    this.#process.kill('SIGKILL');
    // Of a process that a debugger has stopped, only the debugger hears that it is gone.
    const timer = setTimeout(() => {
      this.#messages.end(reason);
      this.#heard();
    }, KILLED_MS);
    void this.exited.then(() => clearTimeout(timer));
    return this.exited;
  }

  /**
   * Lets the process end by itself, which debuggers take for an end and not for a crash; ends it if
   * it does not.
   */
  async leave(reason: string): Promise<void> {
    this.#killedFor ??= reason;
    this.#socket?.end();
    const timer = setTimeout(() => void this.kill(reason), LEAVE_MS);
    await this.exited;
    clearTimeout(timer);
  }

  /** Kills the process if it takes too much memory; stops looking when the result is called. */
  watchMemory(): () => void {
    const timer = setInterval(() => {
      if (anonymousMiB(this.pid) > MAX_MEMORY_MIB)
        void this.kill(`it used more than ${MAX_MEMORY_MIB} MiB of memory`);
    }, WATCH_MS);
    return () => clearInterval(timer);
  }

  get #socket(): Duplex | undefined {
    return (this.#process.stdio[3] as Duplex | null | undefined) ?? undefined;
  }

  #closePipes(): void {
    for (const stream of this.#process.stdio) stream?.destroy();
  }

  #onData(chunk: Buffer): void {
    if (this.#killedFor !== undefined) return;
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= HEADER_BYTES) {
      const length = this.#received.readUInt32LE(0);
      if (length > MAX_FRAME_BYTES) return void this.kill('it sent more than can be handled');
      const end = HEADER_BYTES + length;
      if (this.#received.length < end) return;
      const message = decodeFrame(this.#received.subarray(HEADER_BYTES, end));
      this.#received = this.#received.subarray(end);
      if (message === undefined) return void this.kill('it sent what is no message');
      this.#messages.push(message);
    }
  }
}

const FOLDER_NAME = /^kho-kernel-(\d+)-/;
let isSwept = false;

/**
 * A temporary folder for one process. Those of processes of ours whose simulator was killed, and
 * could not remove them, are removed first.
 */
function ownFolder(): string {
  if (!isSwept)
    for (const name of readdirSync(tmpdir())) {
      const owner = Number(FOLDER_NAME.exec(name)?.[1] ?? process.pid);
      if (!isAlive(owner)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
    }
  isSwept = true;
  return mkdtempSync(join(tmpdir(), `kho-kernel-${process.pid}-`));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Memory of the process that is in no file, in MiB; 0 where the system does not say. */
function anonymousMiB(pid: number | undefined): number {
  try {
    const [, resident = 0, shared = 0] = readFileSync(`/proc/${pid}/statm`, 'latin1')
      .split(' ')
      .map(Number);
    return ((resident - shared) * 4096) / 2 ** 20;
  } catch {
    return 0;
  }
}
