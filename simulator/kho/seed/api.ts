// KHO's and libfdt's functions, as drivers of this series call them.
import {
  fdtGetprop,
  fdtNodeCheckCompatible,
  fdtPathOffset,
  fdtSubnodeOffset,
  stringsOf,
} from '../../../fdt/index.ts';
import type { Caller, Kernel } from '../../kernel/kernel.ts';
import { argumentsOf, bytesArgument, Misuse, rangeArgument } from '../../run/arguments.ts';
import type { ApiAnswer, ApiCall, ApiValue } from '../../runtime.ts';
import type { CompatibleChecks } from './compatible-checks.ts';
import { INCOMING_FDT, type Incoming } from './incoming.ts';
import { OUTGOING_FDT, type Outgoing } from './outgoing.ts';

interface SeedCalls {
  readonly kernel: Kernel;
  readonly outgoing: Outgoing;
  /** Undefined unless this is a KHO boot. */
  readonly incoming: Incoming | undefined;
  readonly checks: CompatibleChecks;
  readonly incomingBlob: Uint8Array | undefined;
}

type Answerer = (args: readonly ApiValue[], caller: Caller, calls: SeedCalls) => ApiValue;

const CALLS: Readonly<Record<string, Answerer>> = {
  // As in the series, this is already true in a first kernel that has reserved scratch memory.
  isKhoBoot: (_args, _caller, { kernel }) => kernel.scratch.length > 0,
  khoIsActive: (_args, _caller, { outgoing }) => outgoing.isActive,
  khoGetFdt: (_args, _caller, { incoming }) => (incoming === undefined ? null : INCOMING_FDT),
  // The same for drivers that follow pointers: its address in this kernel's direct map.
  khoIncomingFdt: (_args, _caller, { kernel, incoming }) =>
    incoming === undefined ? 0n : kernel.directMapBase + BigInt(incoming.fdtAddress),
  khoClaimMem(args, caller, { kernel, incoming }) {
    const range = rangeArgument(args, 0);
    if (incoming === undefined) throw new Misuse('khoClaimMem() without a handover');
    incoming.claim(range, caller);
    return kernel.directMapBase + BigInt(range.start);
  },
  khoReturnMem(args, caller, { incoming }) {
    if (incoming === undefined) throw new Misuse('khoReturnMem() without a handover');
    incoming.giveBack(rangeArgument(args, 0), caller);
    return undefined;
  },
  fdtBeginNode: (args, caller, { outgoing }) => {
    const [, name] = argumentsOf(args, 'fdt', 'string');
    return written(args, outgoing.beginNode(name, caller));
  },
  fdtProperty: (args, caller, { outgoing }) => {
    const [, name] = argumentsOf(args, 'fdt', 'string');
    return written(args, outgoing.property(name, bytesArgument(args, 2), caller));
  },
  fdtEndNode: (args, caller, { outgoing }) => written(args, outgoing.endNode(caller)),
  fdtPathOffset(args, _caller, calls) {
    const [, path] = argumentsOf(args, 'fdt', 'string');
    return fdtPathOffset(blobFor(args, calls), path);
  },
  fdtSubnodeOffset(args, _caller, calls) {
    const [, offset, name] = argumentsOf(args, 'fdt', 'number', 'string');
    return fdtSubnodeOffset(blobFor(args, calls), offset, name);
  },
  fdtNodeCheckCompatible(args, caller, calls) {
    const [, offset, compatible] = argumentsOf(args, 'fdt', 'number', 'string');
    const blob = blobFor(args, calls);
    const result = fdtNodeCheckCompatible(blob, offset, compatible);
    const value = fdtGetprop(blob, offset, 'compatible');
    const strings = typeof value === 'number' ? undefined : stringsOf(value);
    const found = strings?.join(', ') ?? 'no compatible';
    if (offset >= 0) calls.checks.add(offset, { caller, compatible, isMatch: result === 0, found });
    return result;
  },
  fdtGetprop(args, _caller, calls) {
    const [, offset, name] = argumentsOf(args, 'fdt', 'number', 'string');
    const value = fdtGetprop(blobFor(args, calls), offset, name);
    return typeof value === 'number' ? null : value;
  },
};

/** Answers a call of this series; undefined if it has no such function. */
export function answerSeedCall(call: ApiCall, calls: SeedCalls): ApiAnswer | undefined {
  const answerer = Object.hasOwn(CALLS, call.name) ? CALLS[call.name] : undefined;
  if (answerer === undefined) return undefined;
  const { driver, site } = call;
  const caller: Caller = site === undefined ? { driver } : { driver, site };
  return { kind: 'value', value: answerer(call.args, caller, calls) };
}

function written(args: readonly ApiValue[], error: number | undefined): number {
  const [fdt] = argumentsOf(args, 'fdt');
  if (fdt === OUTGOING_FDT && error !== undefined) return error;
  throw new Misuse('an FDT can be written only in serialize(), with the handle passed to it');
}

function blobFor(args: readonly ApiValue[], { incomingBlob }: SeedCalls): Uint8Array {
  const [fdt] = argumentsOf(args, 'fdt');
  if (fdt === INCOMING_FDT && incomingBlob !== undefined) return incomingBlob;
  throw new Misuse('only the FDT that khoGetFdt() returned can be read');
}
