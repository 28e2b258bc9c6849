// What drivers get of a kernel without CONFIG_KEXEC_HANDOVER: the stubs of
// include/linux/kexec_handover.h and include/linux/liveupdate.h.
import type { ApiAnswer, ApiCall, ApiValue } from '../../runtime.ts';
import { EOPNOTSUPP, errorPointer } from './errors.ts';

const NULL = 0n;

const STUBS: Readonly<Record<string, ApiValue>> = {
  khoIsEnabled: false,
  isKhoBoot: false,
  khoPreserveFolio: -EOPNOTSUPP,
  khoUnpreserveFolio: undefined,
  khoPreservePages: -EOPNOTSUPP,
  khoUnpreservePages: undefined,
  khoPreservePhys: -EOPNOTSUPP,
  khoPreserveVmalloc: -EOPNOTSUPP,
  khoUnpreserveVmalloc: undefined,
  khoAllocPreserve: errorPointer(-EOPNOTSUPP),
  khoUnpreserveFree: undefined,
  khoRestoreFolio: NULL,
  khoRestorePages: NULL,
  khoRestoreVmalloc: NULL,
  khoRestoreFree: undefined,
  khoAddSubtree: -EOPNOTSUPP,
  khoRemoveSubtree: undefined,
  khoRetrieveSubtree: -EOPNOTSUPP,
  registerKhoNotifier: -EOPNOTSUPP,
  unregisterKhoNotifier: -EOPNOTSUPP,
  khoRadixInitTree: -EOPNOTSUPP,
  khoRadixDestroyTree: undefined,
  khoRadixAddKey: -EOPNOTSUPP,
  khoRadixDelKey: undefined,
  khoRadixAddPage: -EOPNOTSUPP,
  khoRadixDelPage: undefined,
  khoRadixWalkTree: -EOPNOTSUPP,
  liveupdateEnabled: false,
  liveupdateRegisterFileHandler: -EOPNOTSUPP,
  liveupdateUnregisterFileHandler: undefined,
  liveupdateRegisterFlb: -EOPNOTSUPP,
  liveupdateUnregisterFlb: undefined,
  liveupdateFlbGetIncoming: -EOPNOTSUPP,
  liveupdateFlbPutIncoming: undefined,
  liveupdateFlbGetOutgoing: -EOPNOTSUPP,
  liveupdateFlbPutOutgoing: undefined,
};

/** The stub's answer; undefined if the function is none of KHO's. */
export function answerStub({ name }: ApiCall): ApiAnswer | undefined {
  return Object.hasOwn(STUBS, name) ? { kind: 'value', value: STUBS[name] } : undefined;
}
