// The Live Update Orchestrator: sessions, what they hand over, and what a kernel makes of those of
// the kernel before. Models kernel/liveupdate/luo_core.c and luo_session.c.
import {
  LUO_SESSION_SER,
  readStruct,
  SESSION_ARRAY_PAGES,
  writeStruct,
} from '../../../kho/index.ts';
import { siteOf } from '../../kernel/kernel.ts';
import type { OpenFile } from '../../kernel/open-file.ts';
import type { CallSite } from '../../result.ts';
import type { ApiAnswer, ApiCall } from '../../runtime.ts';
import {
  type DriverCalls,
  failed,
  ok,
  type Result,
  type SessionRequest,
  type SessionState,
} from '../model.ts';
import { EEXIST, EINVAL, ENOENT, errorName } from './errors.ts';
import type { Incoming } from './incoming.ts';
import { answerLuoCall } from './luo/calls.ts';
import { type IncomingEntries, readBlocks, readSessionArray } from './luo/entry-store.ts';
import { LUO, LuoEnvironment } from './luo/environment.ts';
import { FileSet, type FileSetSer, NO_FILES } from './luo/file-set.ts';
import { readFlbs, writeFlbs } from './luo/flb.ts';
import { Handlers } from './luo/handlers.ts';
import { MemfdHandler } from './luo/memfd-handler.ts';
import {
  createLuoRoot,
  type IncomingRoot,
  type LuoRoot,
  luoFormat,
  luoLayout,
  readLuoRoot,
} from './luo-root.ts';
import type { Outgoing } from './outgoing.ts';
import type { PreservedBlock } from './preservations.ts';
import type { Restorer } from './restore.ts';
import { type Context, hasDefect } from './state.ts';

/** LIVEUPDATE_SESSION_NAME_LENGTH, with the NUL. */
const NAME_BYTES = 64;
const EIO = 5;
const EBADF = 9;

interface Session {
  readonly name: string;
  readonly isIncoming: boolean;
  readonly files: FileSet;
}

/** What a request of user space came to: a file, a name, or nothing. */
export type SessionAnswer = OpenFile | string | undefined;

export class LiveUpdate {
  readonly #context: Context;
  readonly #env: LuoEnvironment;
  readonly handlers: Handlers;
  readonly #previous: LiveUpdate | undefined;
  /** What the kernel before handed over, once it was believed. */
  #root: IncomingRoot | undefined;
  #pending: IncomingEntries | undefined;
  /** Sessions of the kernel before that nobody closed; filled when the device is opened first. */
  readonly #incoming = new Map<string, Session & { isRetrieved: boolean }>();
  /** What opening the device came to; undefined while nobody did. */
  #deserialized: number | undefined;
  #outgoing: LuoRoot | undefined;
  /** In the order of their creation. */
  readonly #sessions: Session[] = [];
  readonly #open: Session[] = [];
  /** The tokens of each session, as the next kernel is told; undefined while nothing is written. */
  #written: ReadonlyMap<string, string> | undefined;

  constructor(
    context: Context,
    restorer: Restorer,
    outgoing: Outgoing,
    isEnabled: () => boolean,
    previous: LiveUpdate | undefined,
  ) {
    this.#context = context;
    this.#previous = previous;
    this.#env = new LuoEnvironment(context, luoLayout(context), restorer, outgoing);
    this.handlers = new Handlers(this.#env, isEnabled);
    this.handlers.hasSessions = () => this.#sessions.length + this.#incoming.size > 0;
    this.handlers.siteBefore = (compatible) => previous?.siteOf(compatible);
  }

  /** Sessions of this kernel and those of the one before that nobody has finished. */
  get sessionStates(): readonly SessionState[] {
    const own = this.#sessions.map(({ name }) => ({ name, state: 'open' }));
    const incoming = [...this.#incoming].map(([name, { isRetrieved }]) => ({
      name,
      state: isRetrieved ? 'retrieved' : 'of the kernel before',
    }));
    return [...own, ...incoming];
  }

  /** Where a handler was registered. */
  siteOf(compatible: string): CallSite | undefined {
    return this.handlers.named(compatible)?.site;
  }

  /** luo_early_startup(): a negated error, on which the kernel panics, or 0. */
  start(incoming: Incoming): number {
    const { kernel } = this.#context;
    this.#env.setAside = incoming.memory;
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
          ? readBlocks(this.#context, LUO_SESSION_SER, sessions)
          : readSessionArray(this.#context, LUO_SESSION_SER, SESSION_ARRAY_PAGES, sessions);
    if (typeof found !== 'number') {
      this.#pending = found;
      if (root.flbs !== 0) this.#env.incomingFlbs = readFlbs(this.#env, root.flbs);
    }
    // The struct is not needed any more; its file in debugfs goes on showing the memory.
    if (root.blob !== undefined && hasDefect(this.#context, 'luo-state-freed'))
      this.#env.restorer.free(root.blob, LUO);
    return typeof found === 'number' ? found : 0;
  }

  /** luo_late_startup() and memfd_luo_init(): from here on there is /dev/liveupdate. */
  initialize(): void {
    const number = (this.#root?.number ?? 0) + 1;
    this.#outgoing = createLuoRoot(this.#env, number);
    const memfd = luoFormat(this.#context, 'LUO/memfd');
    if (memfd?.struct !== undefined)
      this.handlers.add(new MemfdHandler(this.#env, memfd.format, memfd.struct));
  }

  /** Whether the device is there. */
  get isThere(): boolean {
    return this.#outgoing !== undefined;
  }

  /** open() of /dev/liveupdate: 0 or a negated error. */
  openDevice(drivers: DriverCalls): number {
    this.#env.drivers = drivers;
    this.#deserialized ??= this.#deserialize();
    return this.#deserialized === 0 ? 0 : -EIO;
  }

  /** Whether tasks that ask something of sessions wait, since their state is written. */
  get isLocked(): boolean {
    return this.#written !== undefined && !hasDefect(this.#context, 'sessions-unlocked-at-reboot');
  }

  /** What user space asks of /dev/liveupdate or of a session. */
  async act(request: SessionRequest, drivers: DriverCalls): Promise<Result<SessionAnswer>> {
    this.#env.drivers = drivers;
    if (this.#outgoing === undefined) return failed('ENOENT');
    const answer = await this.#act(request, this.#outgoing, drivers);
    const error = typeof answer === 'number' && answer !== 0 ? answer : undefined;
    const { action, name } = request;
    this.#context.kernel.recorder.event('liveupdate', { action, name, error });
    if (error !== undefined) return failed(errorName(error));
    return ok(typeof answer === 'number' ? undefined : answer);
  }

  /** liveupdate_reboot(): writes sessions and FLBs; 0, or the error of a file that refused. */
  async reboot(drivers: DriverCalls): Promise<number> {
    this.#env.drivers = drivers;
    const root = this.#outgoing;
    if (root === undefined) return 0;
    const frozen: FileSetSer[] = [];
    for (const [index, { files }] of this.#sessions.entries()) {
      const ser = await files.freeze();
      if (typeof ser !== 'number') {
        frozen.push(ser);
        continue;
      }
      for (const each of this.#sessions.slice(0, index).reverse()) await each.files.unfreeze();
      root.store.write([]);
      root.publish();
      return ser;
    }
    const { byteOrder } = this.#context.kernel.machine;
    root.store.write(
      this.#sessions.map(({ name }, index) => {
        const { files, count } = frozen[index] ?? NO_FILES;
        const value = { name, files: BigInt(files), count: BigInt(count) };
        return writeStruct(LUO_SESSION_SER, value, byteOrder);
      }),
    );
    if (root.flbs !== 0) writeFlbs(this.#env, root.flbs, this.handlers.flbs);
    root.publish();
    this.#written = this.#tokens();
    return 0;
  }

  /** Says of files that were frozen for a jump that comes back, since nobody unfreezes them. */
  reportLeftFrozen(): void {
    for (const { name, files } of this.#sessions) {
      const { handler } = files;
      if (handler === undefined) continue;
      this.#context.kernel.recorder.finding({
        rule: 'kernel-bug',
        severity: 'error',
        message:
          `the session ${name} was frozen for a kexec that comes back, and its ${files.count} ` +
          'files stay so',
        help: 'the handler is right: until 7.2 the kernel writes its sessions for every kexec',
        driver: handler.driver,
        ...siteOf(handler.site && { site: handler.site }),
        related: [],
      });
    }
  }

  /** Answers a driver's call; undefined if it is none of LUO's. */
  answer(call: ApiCall): ApiAnswer | undefined {
    return answerLuoCall(call, this.#context, this.handlers);
  }

  /** What the files of a session had preserved when it was handed over: for findings alone. */
  preservedBy(session: string): ReadonlyMap<bigint, readonly PreservedBlock[]> {
    return this.#sessions.find(({ name }) => name === session)?.files.preserved ?? new Map();
  }

  /** Says which sessions are not any more as they were written. */
  checkAtJump(): void {
    if (this.#written === undefined) return;
    const now = this.#tokens();
    for (const name of new Set([...this.#written.keys(), ...now.keys()])) {
      const [then, is] = [this.#written.get(name), now.get(name)];
      if (then === is) continue;
      const what = is === undefined ? 'closed' : then === undefined ? 'created' : 'changed';
      this.#context.kernel.recorder.finding({
        rule: 'never-finalized',
        severity: 'error',
        message:
          `the session ${name} was ${what} after the state of sessions was written, and before ` +
          'the jump: the next kernel is told what was so before',
        help: 'the kernel must not let sessions change then: docs/bugs.md, bug 25',
        related: [],
      });
    }
  }

  #tokens(): ReadonlyMap<string, string> {
    return new Map(this.#sessions.map(({ name, files }) => [name, files.tokens.join(' ')]));
  }

  /** Says which memfds nobody took back. */
  finish(): void {
    const { kernel } = this.#context;
    for (const { name, files } of this.#incoming.values()) {
      if (files.unfinishedBuiltIn === 0) continue;
      kernel.recorder.finding({
        rule: 'never-restored',
        severity: 'warning',
        message:
          `the session ${name} with ${files.unfinishedBuiltIn} memfds was never finished by ` +
          `kernel ${kernel.number}: their memory is not handed over again, and not free either`,
        help: 'retrieve every session, and finish it or close it, which finishes it',
        related: [],
      });
    }
  }

  async #act(
    request: SessionRequest,
    root: LuoRoot,
    drivers: DriverCalls,
  ): Promise<number | SessionAnswer> {
    const { name } = request;
    switch (request.action) {
      case 'create':
        return this.openDevice(drivers) || this.#create(name, root);
      case 'retrieve':
        return this.openDevice(drivers) || this.#retrieve(name);
      case 'preserve-fd':
        return this.#withOpen(name, ({ isIncoming, files }) =>
          this.#isFor(!isIncoming) ? files.preserve(request.token, request.file) : -EINVAL,
        );
      case 'retrieve-fd':
        return this.#withOpen(name, ({ isIncoming, files }) =>
          this.#isFor(isIncoming) ? files.retrieve(request.token) : -EINVAL,
        );
      case 'get-name':
        return this.#withOpen(name, (session) =>
          this.#context.release.liveUpdate?.hasGetName ? session.name : -EINVAL,
        );
      case 'finish':
        return this.#withOpen(name, (session) =>
          this.#isFor(session.isIncoming) ? this.#finish(session) : -EINVAL,
        );
      case 'close':
        return this.#withOpen(name, (session) => this.#close(session, root));
    }
  }

  /** Whether a session of that kind is one for the operation. */
  #isFor(isRightKind: boolean): boolean {
    return isRightKind || hasDefect(this.#context, 'session-kind-unchecked');
  }

  #create(name: string, { store }: LuoRoot): number {
    if (name.length === 0 || name.length >= NAME_BYTES) return -EINVAL;
    const error = this.#env.allocate('kzalloc');
    if (error !== 0) return error;
    // Room is made before the name is looked up.
    const grown = store.grow(this.#sessions.length + 1);
    if (grown !== 0) return grown;
    if (this.#sessions.some((each) => each.name === name)) {
      if (!hasDefect(this.#context, 'session-room-kept')) store.shrink(this.#sessions.length);
      return -EEXIST;
    }
    const session = { name, isIncoming: false, files: this.#newFiles(name) };
    this.#sessions.push(session);
    this.#open.push(session);
    return 0;
  }

  #retrieve(name: string): number {
    const session = this.#incoming.get(name);
    if (session === undefined) return -ENOENT;
    if (session.isRetrieved) return -EINVAL;
    session.isRetrieved = true;
    this.#open.push(session);
    return 0;
  }

  #finish({ name, files }: Session): Promise<number> {
    return files.finish(this.#previous?.preservedBy(name) ?? new Map());
  }

  /** luo_session_release(): the descriptor is gone, whatever it returns. */
  async #close(session: Session, { store }: LuoRoot): Promise<number> {
    const { name, files, isIncoming } = session;
    this.#open.splice(this.#open.indexOf(session), 1);
    if (!isIncoming) {
      await files.unpreserve();
      this.#sessions.splice(this.#sessions.indexOf(session), 1);
      store.shrink(this.#sessions.length);
      return 0;
    }
    const error = await this.#finish(session);
    const incoming = this.#incoming.get(name);
    // The descriptor is gone, and nobody gets another.
    if (error !== 0 && incoming && !hasDefect(this.#context, 'session-lost-on-close'))
      incoming.isRetrieved = false;
    if (error === 0) this.#incoming.delete(name);
    else this.#context.kernel.print(`luo: Unable to finish session [${name}] on release`);
    return error;
  }

  #newFiles(session: string): FileSet {
    return new FileSet(this.#env, this.handlers, session);
  }

  /** The descriptor that was opened last of those of that name. */
  async #withOpen(
    name: string,
    use: (session: Session) => number | SessionAnswer | Promise<number | SessionAnswer>,
  ): Promise<number | SessionAnswer> {
    const session = [...this.#open].reverse().find((each) => each.name === name);
    return session === undefined ? -EBADF : use(session);
  }

  /** luo_session_deserialize(): what was handed over is read once; a failure stays one. */
  #deserialize(): number {
    const { entries, memory } = this.#pending ?? { entries: [], memory: [] };
    let error = 0;
    for (const bytes of entries) {
      error = this.#deserializeOne(bytes);
      if (error !== 0) break;
    }
    for (const address of memory) this.#env.restorer.free(address, LUO);
    return error;
  }

  #deserializeOne(bytes: Uint8Array): number {
    const { kernel } = this.#context;
    const { name, files, count } = readStruct(LUO_SESSION_SER, bytes, 0, kernel.machine.byteOrder);
    const noMemory = this.#env.allocate('kzalloc');
    if (noMemory !== 0) {
      kernel.print(`luo: Failed to allocate session [${name}] during deserialization -ENOMEM`);
      return noMemory;
    }
    if (this.#incoming.has(name)) {
      kernel.print(`luo: Failed to insert session [${name}] -EEXIST`);
      return -EEXIST;
    }
    const session = { name, isIncoming: true, isRetrieved: false, files: this.#newFiles(name) };
    this.#incoming.set(name, session);
    const error = session.files.deserialize({ files: Number(files), count: Number(count) });
    if (error !== 0)
      kernel.print(`luo: Failed to deserialize files for session [${name}] -${errorName(error)}`);
    return error;
  }
}
