// A memfd as user space sees it: the engine's own, or one that the process of a kernel has whose
// handler of memfds is a driver.
import type { Memfd } from '../kernel/memfd.ts';
import type { ApiValue } from '../runtime.ts';

/** What a callback came to: what it returned, and what it told besides. */
export interface Asked {
  readonly value: number;
  readonly reported: readonly ApiValue[];
}

/** Calls one of the functions by which a process has memfds. */
export type AskProcess = (callback: string, args: readonly ApiValue[]) => Promise<Asked>;

export interface MemfdState {
  readonly size: number;
  readonly seals: number;
  readonly position: number;
}

export interface UserMemfd {
  /** fstat(), F_GET_SEALS and lseek(); undefined if there is no memfd there. */
  state(): Promise<MemfdState | undefined>;
  /** pread(): as many bytes as there are; holes are zeros. */
  read(at: number, lengthBytes: number): Promise<Uint8Array>;
  /** pwrite(): how many bytes, or a negated error. */
  write(at: number, bytes: Uint8Array): Promise<number>;
  /** 0 or a negated error; absent where it cannot be asked for. */
  allocate?(at: number, sizeBytes: number): number;
  /** F_ADD_SEALS: 0 or a negated error. */
  addSeals(seals: number): Promise<number>;
}

/** Bytes of one write() to a process. */
const WRITTEN_BYTES: number = 256 << 10;
/** MFD_ALLOW_SEALING of include/uapi/linux/memfd.h. */
const MFD_ALLOW_SEALING = 2;
const NO_BYTES = new Uint8Array();
const EBADF = 9;

export function memfdOfEngine(memfd: Memfd): UserMemfd {
  return {
    state: async () => memfd,
    read: async (at, lengthBytes) => memfd.read(at, lengthBytes),
    write: async (at, bytes) => memfd.write(at, bytes),
    allocate: (at, sizeBytes) => memfd.allocate(at, sizeBytes),
    async addSeals(seals) {
      memfd.seals |= seals;
      return 0;
    },
  };
}

export function memfdOfProcess(handle: bigint, ask: AskProcess): UserMemfd {
  return {
    async state() {
      const { value, reported } = await ask('memfd.tell', [handle]);
      const [size = 0, seals = 0, position = 0] = reported.map(Number);
      return value === 0 ? { size, seals, position } : undefined;
    },
    async read(at, lengthBytes) {
      const { reported } = await ask('memfd.read', [handle, at, lengthBytes]);
      return reported[0] instanceof Uint8Array ? reported[0] : NO_BYTES;
    },
    async write(at, bytes) {
      let done = 0;
      while (done < bytes.length) {
        const piece = bytes.subarray(done, done + WRITTEN_BYTES);
        const args = [handle, at + done, piece, piece.length];
        const { value } = await ask('memfd.write', args);
        if (value <= 0) return done > 0 ? done : value;
        done += value;
      }
      return done;
    },
    addSeals: async (seals) => (await ask('memfd.add_seals', [handle, seals])).value,
  };
}

/** memfd_create() and ftruncate() in a process: the file's handle, or a negated error. */
export async function createInProcess(
  ask: AskProcess,
  name: string,
  sizeBytes: number,
  mayBeSealed: boolean,
): Promise<bigint | number> {
  const flags = mayBeSealed ? MFD_ALLOW_SEALING : 0;
  const { value, reported } = await ask('memfd.create', [name, flags]);
  const [handle] = reported;
  if (value !== 0 || typeof handle !== 'bigint') return value === 0 ? -EBADF : value;
  const { value: error } = await ask('memfd.truncate', [handle, sizeBytes]);
  return error === 0 ? handle : error;
}
