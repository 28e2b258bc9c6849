// The blob of the subtree LUO: an FDT that says where sessions and FLBs are (6.19 to 7.1), or a
// struct (from 7.2 on). Models luo_early_startup() and luo_late_startup() of
// kernel/liveupdate/luo_core.c.
import {
  assert,
  FdtWriter,
  fdtGetprop,
  fdtNodeCheckCompatible,
  fdtSubnodeOffset,
  fdtTotalsize,
  getUint,
} from '../../../fdt/index.ts';
import {
  LUO_FLB_HEADER_SER,
  LUO_LAYOUTS,
  LUO_SER,
  LUO_SESSION_SER,
  type LuoLayout,
  readStruct,
  SESSION_ARRAY_PAGES,
  type StateFormat,
  writeStruct,
} from '../../../kho/index.ts';
import { stringBytes, u64Bytes } from '../values.ts';
import { EINVAL, ENOENT } from './errors.ts';
import type { Incoming } from './incoming.ts';
import { EntryBlocks, type EntryStore, SessionArray } from './luo/entry-store.ts';
import { LUO, type LuoEnvironment } from './luo/environment.ts';
import type { Context } from './state.ts';

const NODE = 'LUO';

/** What the kernel before says. */
export interface IncomingRoot {
  readonly number: number;
  /** Where the sessions are; 0 if there are none. */
  readonly sessions: number;
  /** Where the FLBs are; 0 if there are none. */
  readonly flbs: number;
  readonly layout: LuoLayout;
  /** The memory of the struct, which is freed when it was read. */
  readonly blob?: number;
}

/** What this kernel says. */
export interface LuoRoot {
  readonly store: EntryStore;
  /** Where the FLBs go; 0 in releases without. */
  readonly flbs: number;
  /** Says where the sessions are, at the jump. */
  publish(): void;
}

/** The format that the release writes and reads, or undefined where there is no LUO. */
export function luoFormat({ release }: Context, name: string = NODE): StateFormat | undefined {
  return release.formats.find((each) => each.name === name);
}

/** How the release lays it out; only for releases with LUO. */
export function luoLayout(context: Context): LuoLayout {
  const format = luoFormat(context);
  const layout = format && layoutOf(format);
  assert(layout !== undefined, 'a release with LUO has one of its layouts');
  return layout;
}

function layoutOf(format: StateFormat): LuoLayout | undefined {
  return LUO_LAYOUTS.find(({ compatible }) => compatible === format.format);
}

/** Undefined if the kernel before had none, a negated error if it is not understood. */
export function readLuoRoot(
  context: Context,
  incoming: Incoming,
): IncomingRoot | number | undefined {
  const format = luoFormat(context);
  const layout = format && layoutOf(format);
  const found = incoming.retrieve(NODE);
  if (layout === undefined || format === undefined || found === -ENOENT) return undefined;
  if (typeof found === 'number') return found;
  return layout.root === 'struct'
    ? readStructRoot(context, found.phys, found.sizeBytes ?? 0, layout)
    : readTreeRoot(context, found.phys, format, layout);
}

function readStructRoot(
  { kernel }: Context,
  blob: number,
  sizeBytes: number,
  layout: LuoLayout,
): IncomingRoot | number {
  if (sizeBytes < LUO_SER.sizeBytes) {
    kernel.print(`luo: LUO state is too small (${sizeBytes} < ${LUO_SER.sizeBytes})`);
    return -EINVAL;
  }
  const { memory, byteOrder } = kernel.machine;
  const value = readStruct(LUO_SER, memory.read(blob, LUO_SER.sizeBytes), 0, byteOrder);
  if (value.compatible !== layout.compatible) {
    kernel.print(`luo: LUO state is incompatible with '${layout.compatible}'`);
    return -EINVAL;
  }
  const [sessions, flbs] = [Number(value.sessions_pa), Number(value.flbs_pa)];
  return { number: Number(value.liveupdate_num), sessions, flbs, layout, blob };
}

function readTreeRoot(
  context: Context,
  address: number,
  format: StateFormat,
  layout: LuoLayout,
): IncomingRoot | number {
  const { kernel } = context;
  const { memory, byteOrder, pageBytes } = kernel.machine;
  const fdt = memory.read(address, pageBytes);
  const compatible = fdtNodeCheckCompatible(fdt, 0, format.format);
  if (compatible !== 0) {
    kernel.print(`luo: FDT '${NODE}' is incompatible with '${format.format}' [${compatible}]`);
    return -EINVAL;
  }
  const u64 = (node: number, name: string): number | undefined => {
    const value = fdtGetprop(fdt, node, name);
    if (typeof value === 'number' || value.length !== 8) return undefined;
    return Number(getUint(value, 0, 64, byteOrder));
  };
  const number = u64(0, 'liveupdate-number');
  if (number === undefined) return -EINVAL;
  const headers: number[] = [];
  for (const part of partsOf(context)) {
    const node = fdtSubnodeOffset(fdt, 0, part.node);
    if (node < 0) {
      kernel.print(`luo: Unable to get node [${part.node}]`);
      return -ENOENT;
    }
    const header = u64(node, part.property);
    const isKnown = fdtNodeCheckCompatible(fdt, node, part.compatible) === 0;
    if (!isKnown) kernel.print(`luo: ${part.node} is incompatible with '${part.compatible}'`);
    if (!isKnown || header === undefined) return -EINVAL;
    headers.push(header);
  }
  return { number, sessions: headers[0] ?? 0, flbs: headers[1] ?? 0, layout };
}

/** Nodes of the FDT that have formats of their own. */
function partsOf(
  context: Context,
): readonly { readonly node: string; readonly property: string; readonly compatible: string }[] {
  return ['session', 'flb'].flatMap((part) => {
    const format = luoFormat(context, `${NODE}/${part}`);
    if (format === undefined) return [];
    const node = `luo-${part}`;
    return [{ node, property: `${node}-header`, compatible: format.format }];
  });
}

/** The subtree of this kernel; undefined if there is no memory for it. */
export function createLuoRoot(env: LuoEnvironment, number: number): LuoRoot | undefined {
  const { context, layout, outgoing } = env;
  const { memory, byteOrder, pageBytes } = context.kernel.machine;
  const format = luoFormat(context);
  const blob = outgoing.allocatePreserved(LUO_SER.sizeBytes, LUO);
  if (format === undefined || blob === undefined) return undefined;
  const hasFlbs = layout.root === 'struct' || luoFormat(context, `${NODE}/flb`) !== undefined;
  const flbs = hasFlbs ? outgoing.allocatePreserved(pageBytes, LUO) : 0;
  if (flbs === undefined) return undefined;
  if (hasFlbs) memory.write(flbs, writeStruct(LUO_FLB_HEADER_SER, { pgcnt: 1n }, byteOrder));
  const subtree = { name: NODE, address: blob, by: LUO };
  if (layout.root === 'struct') {
    const store = new EntryBlocks(context, LUO_SESSION_SER, env.memory);
    const publish = (): void => {
      const value = {
        compatible: format.format,
        liveupdate_num: BigInt(number),
        sessions_pa: BigInt(store.address),
        flbs_pa: BigInt(flbs),
      };
      memory.write(blob, writeStruct(LUO_SER, value, byteOrder));
    };
    publish();
    const error = outgoing.addSubtree({ ...subtree, sizeBytes: LUO_SER.sizeBytes });
    return error === 0 ? { store, flbs, publish } : undefined;
  }
  const sessions = outgoing.allocatePreserved(SESSION_ARRAY_PAGES * pageBytes, LUO);
  if (sessions === undefined) return undefined;
  const tree = treeOf(context, format.format, number, [sessions, flbs]);
  memory.write(blob, tree);
  if (outgoing.addSubtree({ ...subtree, sizeBytes: fdtTotalsize(tree) }) !== 0) return undefined;
  const store = new SessionArray(context, LUO_SESSION_SER, SESSION_ARRAY_PAGES, sessions);
  return { store, flbs, publish() {} };
}

function treeOf(
  context: Context,
  compatible: string,
  number: number,
  headers: readonly number[],
): Uint8Array {
  const { machine } = context.kernel;
  const writer = new FdtWriter(machine.pageBytes);
  writer.finishReservemap();
  writer.beginNode('');
  writer.property('compatible', stringBytes(compatible));
  writer.property('liveupdate-number', u64Bytes(machine, number));
  for (const [i, part] of partsOf(context).entries()) {
    writer.beginNode(part.node);
    writer.property('compatible', stringBytes(part.compatible));
    writer.property(part.property, u64Bytes(machine, headers[i] ?? 0));
    writer.endNode();
  }
  writer.endNode();
  writer.finish();
  return writer.bytes.slice(0, fdtTotalsize(writer.bytes));
}
