// The engine's end: one process of a kernel, its frames, its limits and how it ended.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Duplex } from 'node:stream';
import { type Ended, MessageQueue } from '../index.ts';
import {
  decodeResponse,
  encodeFrame,
  HEADER_BYTES,
  MAX_FRAME_BYTES,
  type Request,
  type Response,
} from './protocol.ts';

/** How often the memory of a kernel's process is looked at while a callback runs. */
const WATCH_MS = 100;
/** What a process that has ended may still have in its pipes arrives within this time. */
const LAST_WORDS_MS = 200;
/** Memory beside the JavaScript heap that drivers may fill. */
const MAX_OTHER_MEMORY_MIB = 768;
/** Bytes of an error message of Node that are kept, to tell why a process ended. */
const MAX_STDERR_CHARACTERS = 8192;

export interface ChildOptions {
  readonly execPath: string;
  readonly kernelProcessPath: string;
  readonly maxHeapMiB: number;
  readonly isInspected: boolean;
  /** Serves one kernel after the other. */
  readonly isReused: boolean;
  onOutput(stream: 'stdout' | 'stderr', text: string): void;
}

export class Child {
  readonly #process: ChildProcess;
  readonly #options: ChildOptions;
  /** Of a frame that is not whole yet. */
  #chunks: Buffer[] = [];
  #receivedBytes = 0;
  readonly #messages = new MessageQueue<Response>();
  #killedFor: string | undefined;
  #stderr = '';
  readonly exited: Promise<void>;
  /** Number of the kernel that it runs. */
  kernel = 1;
  /** The inspector's WebSocket address, if the process is inspected and has said so. */
  readonly inspectorUrl: Promise<string | undefined>;

  constructor(options: ChildOptions) {
    this.#options = options;
    this.#process = spawn(options.execPath, argumentsFor(options), {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: cleanEnvironment(),
      // Where a core file of a process that ran out of memory is in nobody's way.
      cwd: tmpdir(),
    });
    const socket = this.#process.stdio[3] as Duplex;
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    // A process that ends in the middle of a message says so by its exit.
    socket.on('error', () => {});
    this.#process.stdout
      ?.setEncoding('utf8')
      .on('data', (text) => options.onOutput('stdout', text));
    this.inspectorUrl = new Promise((resolve) => this.#onStderr(resolve));
    this.exited = new Promise((resolve) => {
      const done = (reason: string): void => {
        this.#messages.end(this.#killedFor ?? reason);
        resolve();
      };
      this.#process.once('error', (error) => done(`its process did not start: ${error.message}`));
      this.#process.once('close', (code, signal) => done(this.#exitReason(code, signal)));
      // A process that a driver started may hold the pipes open for as long as it likes.
      this.#process.once('exit', () => setTimeout(() => this.#closePipes(), LAST_WORDS_MS).unref());
    });
  }

  /** True if no message will come any more. */
  get isEnded(): boolean {
    return this.#messages.isEnded || this.#killedFor !== undefined;
  }

  send(message: Request): void {
    (this.#process.stdio[3] as Duplex).write(encodeFrame(message));
  }

  /** The next message, or why there is none. */
  next(): Promise<Response | Ended> {
    return this.#messages.next();
  }

  /** Ends the process at once, for a reason that next() then gives. */
  kill(reason: string): Promise<void> {
    this.#killedFor ??= reason;
    this.#process.kill('SIGKILL');
    return this.exited;
  }

  /** Kills the process if it takes too much memory; stops looking when the result is called. */
  watchMemory(): () => void {
    const limit = this.#options.maxHeapMiB + MAX_OTHER_MEMORY_MIB;
    const timer = setInterval(() => {
      if (residentMiB(this.#process.pid) > limit)
        void this.kill(`it used more than ${limit} MiB of memory`);
    }, WATCH_MS);
    return () => clearInterval(timer);
  }

  #closePipes(): void {
    for (const stream of this.#process.stdio) stream?.destroy();
  }

  #onData(chunk: Buffer): void {
    if (this.#killedFor !== undefined) return;
    this.#chunks.push(chunk);
    this.#receivedBytes += chunk.length;
    for (;;) {
      if (this.#receivedBytes < HEADER_BYTES) return;
      const length = this.#front(HEADER_BYTES).readUInt32LE(0);
      if (length > MAX_FRAME_BYTES) return void this.kill('it sent more than can be handled');
      const end = HEADER_BYTES + length;
      if (this.#receivedBytes < end) return;
      const front = this.#front(end);
      const body = front.subarray(HEADER_BYTES, end);
      this.#chunks = [front.subarray(end)];
      this.#receivedBytes -= end;
      const message = decodeResponse(body);
      if (message === undefined) return void this.kill('it sent what is no message');
      this.#messages.push(message);
    }
  }

  /** What was received, of which at least the first `lengthBytes` are in one piece. */
  #front(lengthBytes: number): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && first.length >= lengthBytes) return first;
    const whole = Buffer.concat(this.#chunks);
    this.#chunks = [whole];
    return whole;
  }

  #onStderr(foundInspector: (url: string | undefined) => void): void {
    this.#process.once('close', () => foundInspector(undefined));
    let partial = '';
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-MAX_STDERR_CHARACTERS);
      const lines = (partial + text).split('\n');
      partial = lines.pop() ?? '';
      for (const line of lines) {
        const url = /^Debugger listening on (ws:\S+)/.exec(line)?.[1];
        if (url !== undefined) foundInspector(url);
        else if (!isNodesOwn(line)) this.#options.onOutput('stderr', `${line}\n`);
      }
    });
  }

  #exitReason(code: number | null, signal: NodeJS.Signals | null): string {
    if (/heap out of memory|Allocation failed|OOM/.test(this.#stderr))
      return `it ran out of memory (${this.#options.maxHeapMiB} MiB)`;
    if (signal !== null) return `it was ended by ${signal}`;
    const error = /^(?:\w*Error): .*$/m.exec(this.#stderr)?.[0];
    if (error !== undefined) return `nobody caught ${error}`;
    return `it called process.exit(${code ?? 0})`;
  }
}

function argumentsFor(options: ChildOptions): string[] {
  return [
    ...(options.isInspected ? ['--inspect-brk=127.0.0.1:0'] : []),
    `--max-old-space-size=${options.maxHeapMiB}`,
    ...(options.isReused ? ['--experimental-vm-modules'] : []),
    '--no-warnings',
    '--disable-wasm-trap-handler',
    options.kernelProcessPath,
  ];
}

/** Nothing of how this process is run, or debugged, is meant for that one. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  for (const name of Object.keys(env))
    if (/^(NODE_OPTIONS|NODE_INSPECT|VSCODE_INSPECTOR|NODE_V8_COVERAGE|NODE_CHANNEL)/.test(name))
      delete env[name];
  return env;
}

/** What Node writes about debuggers, and about its own end, is not the driver's. */
function isNodesOwn(line: string): boolean {
  return NODES_OWN.some((pattern) => pattern.test(line));
}

/** VmRSS in MiB; 0 where the system does not say. */
function residentMiB(pid: number | undefined): number {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]);
    return (pages * 4096) / 2 ** 20;
  } catch {
    return 0;
  }
}

const NODES_OWN: readonly RegExp[] = [
  /^$/,
  /^(For help, see: https:\/\/nodejs|Debugger (attached|ending)|Waiting for the debugger)/,
  /^(<---|FATAL ERROR:|\[\d+:0x|Mark-Compact|----- Native stack|\s*\d+: 0x)/,
];
