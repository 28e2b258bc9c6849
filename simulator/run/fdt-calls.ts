// libfdt, as drivers call it on FDTs in memory of their own.
import {
  fdtCheckHeader,
  fdtGetprop,
  fdtNodeCheckCompatible,
  fdtPathOffset,
  fdtSubnodeOffset,
  fdtTotalsize,
} from '../../fdt/index.ts';
import type { Caller } from '../kernel/kernel.ts';
import type { MemoryFdts } from '../kernel/memory-fdts.ts';
import type { ApiValue } from '../runtime.ts';
import { argumentsOf, bytesArgument, sizeArgument } from './arguments.ts';

type Answerer = (args: readonly ApiValue[], caller: Caller, fdts: MemoryFdts) => ApiValue;

/** By name; `fdts` are those of the kernel that is called. */
export const FDT_CALLS: Readonly<Record<string, Answerer>> = {
  fdtCreate(args, caller, fdts) {
    const [fdt] = argumentsOf(args, 'virt');
    return fdts.create(fdt, sizeArgument(args, 1, Number.MAX_SAFE_INTEGER), caller);
  },
  fdtBeginNode(args, caller, fdts) {
    const [fdt, name] = argumentsOf(args, 'virt', 'string');
    return fdts.beginNode(fdt, name, caller);
  },
  fdtProperty(args, caller, fdts) {
    const [fdt, name] = argumentsOf(args, 'virt', 'string');
    return fdts.property(fdt, name, bytesArgument(args, 2), caller);
  },
  fdtEndNode: (args, caller, fdts) => fdts.endNode(argumentsOf(args, 'virt')[0], caller),
  fdtFinish: (args, caller, fdts) => fdts.finish(argumentsOf(args, 'virt')[0], caller),
  fdtTotalsize: (args, caller, fdts) => fdtTotalsize(blobOf(args, caller, fdts)),
  fdtCheckHeader: (args, caller, fdts) => fdtCheckHeader(blobOf(args, caller, fdts)),
  fdtPathOffset(args, caller, fdts) {
    const [, path] = argumentsOf(args, 'virt', 'string');
    return fdtPathOffset(blobOf(args, caller, fdts), path);
  },
  fdtSubnodeOffset(args, caller, fdts) {
    const [, offset, name] = argumentsOf(args, 'virt', 'number', 'string');
    return fdtSubnodeOffset(blobOf(args, caller, fdts), offset, name);
  },
  fdtNodeCheckCompatible(args, caller, fdts) {
    const [fdt, offset, compatible] = argumentsOf(args, 'virt', 'number', 'string');
    fdts.noteCompared(fdt);
    return fdtNodeCheckCompatible(blobOf(args, caller, fdts), offset, compatible);
  },
  fdtGetprop(args, caller, fdts) {
    const [fdt, offset, name] = argumentsOf(args, 'virt', 'number', 'string');
    const value = fdtGetprop(blobOf(args, caller, fdts), offset, name);
    fdts.checkCompared(fdt, name, caller);
    return typeof value === 'number' ? null : value;
  },
};

function blobOf(args: readonly ApiValue[], caller: Caller, fdts: MemoryFdts): Uint8Array {
  return fdts.read(argumentsOf(args, 'virt')[0], caller);
}
