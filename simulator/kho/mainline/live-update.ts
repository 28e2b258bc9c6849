// The Live Update Orchestrator as far as its sessions go: what it hands over, and what it makes of
// what the kernel before did. Models kernel/liveupdate/luo_core.c and luo_session.c.
import { failed, ok, type Result, type SessionAction } from '../model.ts';
import { EEXIST, EINVAL, ENOENT, errorName } from './errors.ts';
import type { Incoming } from './incoming.ts';
import { createLuoRoot, type IncomingRoot, type LuoRoot, readLuoRoot } from './luo-root.ts';
import type { Outgoing } from './outgoing.ts';
import type { Restorer } from './restore.ts';
import { type IncomingSessions, readSessionArray, readSessionBlocks } from './session-store.ts';
import { type CalledBy, type Context, KHO } from './state.ts';

/** LIVEUPDATE_SESSION_NAME_LENGTH, with the NUL. */
const NAME_BYTES = 64;
const EIO = 5;
const EBADF = 9;
const BY: CalledBy = { call: 'liveupdate', caller: KHO };

/** A session that user space has a descriptor of. */
interface OpenSession {
  readonly name: string;
  readonly isIncoming: boolean;
}

export class LiveUpdate {
  readonly #context: Context;
  readonly #restorer: Restorer;
  /** What the kernel before handed over, once it was believed. */
  #root: IncomingRoot | undefined;
  #pending: IncomingSessions | undefined;
  /** Sessions of the kernel before that nobody closed; filled when the device is opened first. */
  readonly #incoming = new Map<string, { isRetrieved: boolean }>();
  /** What opening the device came to; undefined while nobody did. */
  #deserialized: number | undefined;
  #outgoing: LuoRoot | undefined;
  readonly #names: string[] = [];
  readonly #open: OpenSession[] = [];

  constructor(context: Context, restorer: Restorer) {
    this.#context = context;
    this.#restorer = restorer;
  }

  /** luo_early_startup(): a negated error, on which the kernel panics, or 0. */
  start(incoming: Incoming): number {
    const { kernel } = this.#context;
    const root = readLuoRoot(this.#context, incoming);
    if (root === undefined) return 0;
    if (typeof root === 'number') return root;
    this.#root = root;
    kernel.print(`luo: Retrieved live update data, liveupdate number: ${root.number}`);
    const { sessions, layout } = root;
    const found =
      sessions === 0
        ? undefined
        : layout.sessions === 'blocks'
          ? readSessionBlocks(this.#context, sessions)
          : readSessionArray(this.#context, sessions);
    // The struct is not needed any more; its file in debugfs goes on showing the memory.
    if (root.blob !== undefined) this.#restorer.free(root.blob, BY);
    if (typeof found === 'number') return found;
    this.#pending = found;
    return 0;
  }

  /** luo_late_startup(): from here on there is /dev/liveupdate. */
  initialize(outgoing: Outgoing): void {
    const number = (this.#root?.number ?? 0) + 1;
    this.#outgoing = createLuoRoot(this.#context, outgoing, number);
  }

  /** What user space asks of /dev/liveupdate or of a session. */
  act(action: SessionAction, name: string): Result<void> {
    if (this.#outgoing === undefined) return failed('ENOENT');
    const error = this.#act(action, name, this.#outgoing);
    const fields = { action, name, error: error === 0 ? undefined : error };
    this.#context.kernel.recorder.event('liveupdate', fields);
    return error === 0 ? ok(undefined) : failed(sessionError(error));
  }

  /** liveupdate_reboot(): sessions are written where the next kernel looks for them. */
  reboot(): void {
    this.#outgoing?.store.write(this.#names);
    this.#outgoing?.publish();
  }

  #act(action: SessionAction, name: string, { store }: LuoRoot): number {
    switch (action) {
      case 'create': {
        if (this.#openDevice() !== 0) return -EIO;
        if (name.length === 0 || name.length >= NAME_BYTES) return -EINVAL;
        // Room is made before the name is looked up, and not given back if it is taken.
        const grown = store.grow(this.#names.length + 1);
        if (grown !== 0) return grown;
        if (this.#names.includes(name)) return -EEXIST;
        this.#names.push(name);
        this.#open.push({ name, isIncoming: false });
        return 0;
      }
      case 'retrieve': {
        if (this.#openDevice() !== 0) return -EIO;
        const session = this.#incoming.get(name);
        if (session === undefined) return -ENOENT;
        if (session.isRetrieved) return -EINVAL;
        session.isRetrieved = true;
        this.#open.push({ name, isIncoming: true });
        return 0;
      }
      case 'finish':
        return this.#withOpen(name, ({ isIncoming }) => (isIncoming ? 0 : -EINVAL));
      case 'close':
        return this.#withOpen(name, (session) => {
          this.#open.splice(this.#open.indexOf(session), 1);
          if (session.isIncoming) this.#incoming.delete(name);
          else {
            this.#names.splice(this.#names.indexOf(name), 1);
            store.shrink(this.#names.length);
          }
          return 0;
        });
    }
  }

  /** The descriptor that was opened last of those of that name. */
  #withOpen(name: string, use: (session: OpenSession) => number): number {
    const session = [...this.#open].reverse().find((each) => each.name === name);
    return session === undefined ? -EBADF : use(session);
  }

  /** luo_open(): the first time, what was handed over is read; a failure stays one. */
  #openDevice(): number {
    this.#deserialized ??= this.#deserialize();
    return this.#deserialized;
  }

  #deserialize(): number {
    const { names, memory } = this.#pending ?? { names: [], memory: [] };
    for (const name of names) {
      if (this.#incoming.has(name)) {
        this.#context.kernel.print(`luo: Failed to insert session [${name}] -EEXIST`);
        return -EEXIST;
      }
      this.#incoming.set(name, { isRetrieved: false });
    }
    for (const address of memory) this.#restorer.free(address, BY);
    return 0;
  }
}

function sessionError(error: number): string {
  if (error === -EIO) return 'EIO';
  return error === -EBADF ? 'EBADF' : errorName(error);
}
