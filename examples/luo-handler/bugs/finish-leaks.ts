// Deliberate bug: finish() does nothing, also for a file that nobody asked for again.
import type {
  File,
  FileOperations,
  Kernel,
  LiveupdateFileHandler,
  LiveupdateFileOpArgs,
  Virt,
} from '../../../simulator/driver-api.ts';

const SIZE = 4096;
/** What is handed over of a file: where its page is, how much is in it, and the position. */
const STATE = { page: 0n, length: 8n, position: 16n, bytes: 24 };

/** What an open file has. */
interface Vault {
  page: Virt;
  length: number;
}

const fops: FileOperations = {
  open(k, file) {
    const page = k.folioAlloc('GFP_KERNEL', 0);
    if (page === 0n) return -12;
    file.privateData = { page, length: 0 } satisfies Vault;
    return 0;
  },
  read(k, file, lengthBytes) {
    const { page, length } = vaultOf(file);
    const count = Math.min(lengthBytes, length - file.pos);
    const bytes = k.read(page + BigInt(file.pos), Math.max(0, count));
    file.pos += bytes.length;
    return bytes;
  },
  write(k, file, bytes) {
    const vault = vaultOf(file);
    const count = Math.min(bytes.length, SIZE - vault.length);
    if (count === 0) return -28;
    k.write(vault.page + BigInt(vault.length), bytes.subarray(0, count));
    vault.length += count;
    return count;
  },
  release(k, file) {
    k.folioPut(vaultOf(file).page);
  },
};

const handler: LiveupdateFileHandler = {
  compatible: 'vault-v1',
  ops: {
    canPreserve: (_k, _handler, file) => file.fops === fops,

    preserve(k, args) {
      const { page } = vaultOf(args.file);
      const err = k.khoPreserveFolio(page);
      if (err !== 0) return err;
      const state = k.khoAllocPreserve(STATE.bytes);
      if (k.isErr(state)) {
        k.khoUnpreserveFolio(page);
        return k.ptrErr(state);
      }
      k.writeU64(state + STATE.page, k.pa(page));
      args.serializedData = k.pa(state);
      return 0;
    },

    unpreserve(k, args) {
      k.khoUnpreserveFree(k.va(args.serializedData));
      k.khoUnpreserveFolio(vaultOf(args.file).page);
    },

    /** Until now user space could write and read: only now is this known for good. */
    freeze(k, args) {
      const state = k.va(args.serializedData);
      k.writeU64(state + STATE.length, BigInt(vaultOf(args.file).length));
      k.writeU64(state + STATE.position, BigInt(args.file?.pos ?? 0));
      return 0;
    },

    retrieve(k, args) {
      const state = k.va(args.serializedData);
      const length = Number(k.readU64(state + STATE.length));
      const position = Number(k.readU64(state + STATE.position));
      const page = k.khoRestoreFolio(k.readU64(state + STATE.page));
      k.khoRestoreFree(state);
      if (page === 0n) return -5;
      const file = k.anonInodeGetfile('[vault]', fops, { page, length } satisfies Vault);
      if (typeof file === 'number') {
        k.folioPut(page);
        return file;
      }
      file.pos = position;
      args.file = file;
      return 0;
    },

    finish() {},
  },
};

/** The initcall. Live updates may be off, and the device is there all the same. */
export function init(k: Kernel): number {
  const err = k.miscRegister({ name: 'vault', fops });
  if (err !== 0) return err;
  const registered = k.liveupdateRegisterFileHandler(handler);
  return registered === -95 ? 0 : registered;
}

function vaultOf(file: File | LiveupdateFileOpArgs['file']): Vault {
  return file?.privateData as Vault;
}
