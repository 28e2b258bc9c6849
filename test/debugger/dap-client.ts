// A client of the Debug Adapter Protocol that starts sessions for its adapter, as an editor does.
import { type ChildProcess, spawn } from 'node:child_process';
import type { DebugProtocol } from '@vscode/debugprotocol';

const TIMEOUT_MS = 60_000;

type Message = DebugProtocol.ProtocolMessage & {
  readonly command?: string;
  readonly event?: string;
  readonly arguments?: unknown;
  readonly body?: unknown;
  readonly request_seq?: number;
  readonly success?: boolean;
  readonly message?: string;
};

interface Waiting {
  readonly isWanted: (message: Message) => boolean;
  readonly timer: NodeJS.Timeout;
  take(message: Message): void;
}

/** One session: an adapter in a process of its own. */
export class DapClient {
  readonly #process: ChildProcess;
  readonly #waiting: Waiting[] = [];
  readonly #unclaimed: Message[] = [];
  readonly output: string[] = [];
  /** What the adapter asks of its client; what is returned is the body of the answer. */
  onRequest: (command: string, args: unknown) => Promise<unknown> = async () => ({});
  #received: Buffer = Buffer.alloc(0);
  #seq = 0;

  constructor(command: string, args: readonly string[]) {
    this.#process = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#process.stdout?.on('data', (chunk: Buffer) => this.#onData(chunk));
    this.#process.stdin?.on('error', () => {});
  }

  /** The body of the answer. Rejects with what the adapter says is wrong. */
  async request<Body = Record<string, never>>(command: string, args: object = {}): Promise<Body> {
    const seq = ++this.#seq;
    const answer = this.#next(
      (each) => each.type === 'response' && each.request_seq === seq,
      `an answer to ${command}`,
    );
    this.#send({ seq, type: 'request', command, arguments: args });
    const { success, message, body } = await answer;
    if (success === false) throw new Error(`${command}: ${message}`);
    return body as Body;
  }

  /** The body of the next event of that name, or of one that came and nobody waited for. */
  async event<Body = Record<string, unknown>>(name: string): Promise<Body> {
    const isWanted = (each: Message): boolean => each.type === 'event' && each.event === name;
    return (await this.#next(isWanted, `the event ${name}`)).body as Body;
  }

  /** Nobody waits any more, and the adapter is gone. */
  end(): void {
    for (const { timer } of this.#waiting.splice(0)) clearTimeout(timer);
    this.#process.kill('SIGKILL');
  }

  #next(isWanted: (message: Message) => boolean, what: string): Promise<Message> {
    const index = this.#unclaimed.findIndex(isWanted);
    const [found] = index < 0 ? [] : this.#unclaimed.splice(index, 1);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${what}: not within ${TIMEOUT_MS} ms\n${this.output.join('')}`)),
        TIMEOUT_MS,
      );
      const take = (message: Message): void => {
        clearTimeout(timer);
        resolve(message);
      };
      this.#waiting.push({ isWanted, timer, take });
    });
  }

  #send(message: object): void {
    const text = JSON.stringify(message);
    this.#process.stdin?.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  #onData(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    for (;;) {
      const head = this.#received.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#received.toString('latin1'))?.[1]);
      const end = head + 4 + length;
      if (this.#received.length < end) return;
      this.#onMessage(JSON.parse(this.#received.subarray(head + 4, end).toString()) as Message);
      this.#received = this.#received.subarray(end);
    }
  }

  #onMessage(message: Message): void {
    if (message.type === 'request') void this.#answer(message);
    if (message.event === 'output') this.output.push((message.body as { output: string }).output);
    const index = this.#waiting.findIndex(({ isWanted }) => isWanted(message));
    const [waiting] = index < 0 ? [] : this.#waiting.splice(index, 1);
    if (waiting !== undefined) waiting.take(message);
    else this.#unclaimed.push(message);
  }

  async #answer({ seq, command = '', arguments: args }: Message): Promise<void> {
    const base = { seq: ++this.#seq, type: 'response', request_seq: seq, command };
    try {
      this.#send({ ...base, success: true, body: await this.onRequest(command, args) });
    } catch (error) {
      this.#send({ ...base, success: false, message: (error as Error).message });
    }
  }
}
