// What the kernel object has of files and the Live Update Orchestrator. Functions of drivers are
// called where they are: what the engine asks for before one of its own answers comes is done here.
import type { Kernel } from './driver-api.ts';
import type {
  File,
  FileOperations,
  LiveupdateFileHandler,
  LiveupdateFlb,
  LiveupdateFlbOpArgs,
  MiscDevice,
} from './driver-files.ts';
import type { DriverObjects } from './driver-objects.ts';
import { kernelName } from './kernel-names.ts';
import type { RemoteCall } from './kernel-object.ts';

/** What has to be done before a function returns: luo/calls.ts. */
const RETRIEVE = 1;
const FINISH = 2;
const UNPRESERVE = 3;

type LiveUpdateFunctions = Pick<
  Kernel,
  | 'miscRegister'
  | 'miscDeregister'
  | 'anonInodeGetfile'
  | 'liveupdateEnabled'
  | 'liveupdateRegisterFileHandler'
  | 'liveupdateUnregisterFileHandler'
  | 'liveupdateRegisterFlb'
  | 'liveupdateUnregisterFlb'
  | 'liveupdateFlbGetIncoming'
  | 'liveupdateFlbPutIncoming'
  | 'liveupdateFlbGetOutgoing'
  | 'liveupdateFlbPutOutgoing'
>;

/** Those functions; `self` gives the whole kernel object, for callbacks. */
export function liveUpdateFunctions(
  remote: RemoteCall,
  objects: DriverObjects,
  self: () => Kernel,
): LiveUpdateFunctions {
  const number = (object: object): bigint => objects.numberOf(object);
  return {
    miscRegister: (misc: MiscDevice) => remote('miscRegister', misc.name, number(misc)) as number,
    miscDeregister: (misc: MiscDevice) => void remote('miscDeregister', misc.name),
    anonInodeGetfile(name: string, fops: FileOperations, privateData: unknown): File | number {
      const err = remote('anonInodeGetfile', name) as number;
      return err === 0 ? { fops, privateData, pos: 0 } : err;
    },
    liveupdateEnabled: () => remote('liveupdateEnabled') as boolean,
    liveupdateRegisterFileHandler: (handler: LiveupdateFileHandler) =>
      remote(
        'liveupdateRegisterFileHandler',
        number(handler),
        handler.compatible,
        namesOf(handler.ops),
      ) as number,
    liveupdateUnregisterFileHandler: (handler: LiveupdateFileHandler) =>
      remote('liveupdateUnregisterFileHandler', number(handler)) as number,
    liveupdateRegisterFlb: (handler: LiveupdateFileHandler, flb: LiveupdateFlb) =>
      remote(
        'liveupdateRegisterFlb',
        number(handler),
        number(flb),
        flb.compatible,
        namesOf(flb.ops),
      ) as number,
    liveupdateUnregisterFlb: (handler: LiveupdateFileHandler, flb: LiveupdateFlb) =>
      void remote('liveupdateUnregisterFlb', number(handler), number(flb)),
    liveupdateFlbGetIncoming(flb: LiveupdateFlb) {
      const handle = number(flb);
      const duty = remote('liveupdateFlbGetIncoming', handle, flb.compatible) as number;
      if (duty < 0) return duty;
      if (duty === RETRIEVE) {
        const args = argumentsOf(flb, remote('flbIncomingData', handle) as bigint, undefined);
        const error = numberOr(flb.ops.retrieve(self(), args), 0);
        remote('flbRetrieved', handle, error, error === 0 ? objects.numberOf(args.obj) : 0n);
        if (error !== 0) return error;
      }
      return { obj: objects.object(remote('flbIncomingObj', handle)) };
    },
    liveupdateFlbPutIncoming(flb: LiveupdateFlb) {
      const handle = number(flb);
      if (remote('liveupdateFlbPutIncoming', handle) !== FINISH) return;
      const obj = objects.object(remote('flbIncomingObj', handle));
      flb.ops.finish(self(), argumentsOf(flb, 0n, obj));
      remote('flbFinished', handle);
    },
    liveupdateFlbGetOutgoing(flb: LiveupdateFlb) {
      const handle = number(flb);
      const error = remote('liveupdateFlbGetOutgoing', handle) as number;
      if (error < 0) return error;
      return { obj: objects.object(remote('flbOutgoingObj', handle)) };
    },
    liveupdateFlbPutOutgoing(flb: LiveupdateFlb) {
      const handle = number(flb);
      if (remote('liveupdateFlbPutOutgoing', handle) !== UNPRESERVE) return;
      const data = remote('flbOutgoingData', handle) as bigint;
      const obj = objects.object(remote('flbOutgoingObj', handle));
      flb.ops.unpreserve(self(), argumentsOf(flb, data, obj));
      remote('flbUnpreserved', handle);
    },
  };
}

/** `can_preserve,preserve`: those that are functions, as C calls them. */
function namesOf(ops: object): string {
  return Object.entries(ops)
    .filter(([, value]) => typeof value === 'function')
    .map(([name]) => kernelName(name))
    .join(',');
}

function argumentsOf(flb: LiveupdateFlb, data: bigint, obj: unknown): LiveupdateFlbOpArgs {
  return { flb, data, obj };
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
