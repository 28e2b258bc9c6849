// A file that is finished only when the device has settled.
import type {
  File,
  FileOperations,
  Kernel,
  LiveupdateFileHandler,
  Virt,
} from '../../../simulator/driver-api.ts';

interface Box {
  page: Virt;
}

const fops: FileOperations = {
  open(k, file) {
    const page = k.folioAlloc('GFP_KERNEL', 0);
    if (page === 0n) return -12;
    file.privateData = { page } satisfies Box;
    return 0;
  },
  write(k, file, bytes) {
    k.write(boxOf(file).page, bytes);
    return bytes.length;
  },
  release(k, file) {
    k.folioPut(boxOf(file).page);
  },
};

let isSettled = false;

const handler: LiveupdateFileHandler = {
  compatible: 'box-v1',
  ops: {
    canPreserve: (_k, _handler, file) => file.fops === fops,
    preserve(k, args) {
      const { page } = boxOf(args.file);
      const err = k.khoPreserveFolio(page);
      if (err === 0) args.serializedData = k.pa(page);
      return err;
    },
    unpreserve(k, args) {
      k.khoUnpreserveFolio(boxOf(args.file).page);
    },
    canFinish: () => isSettled,
    retrieve(k, args) {
      const page = k.khoRestoreFolio(args.serializedData);
      if (page === 0n) return -5;
      const file = k.anonInodeGetfile('[box]', fops, { page } satisfies Box);
      if (typeof file === 'number') {
        k.folioPut(page);
        return file;
      }
      args.file = file;
      return 0;
    },
    finish(k, args) {
      if (args.retrieveStatus !== 0) return;
      const page = k.khoRestoreFolio(args.serializedData);
      if (page !== 0n) k.folioPut(page);
    },
  },
};

export function init(k: Kernel): number {
  return k.miscRegister({ name: 'box', fops }) || k.liveupdateRegisterFileHandler(handler);
}

export function settle(): void {
  isSettled = true;
}

function boxOf(file: File | null): Box {
  return file?.privateData as Box;
}
