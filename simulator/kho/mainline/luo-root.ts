// The blob of the subtree LUO: an FDT that says where sessions and FLBs are (6.19 to 7.1), or a
// struct (from 7.2 on). Models luo_early_startup() and luo_late_startup() of
// kernel/liveupdate/luo_core.c.
import {
  FdtWriter,
  fdtGetprop,
  fdtNodeCheckCompatible,
  fdtSubnodeOffset,
  fdtTotalsize,
  getUint,
  putUint,
} from '../../../fdt/index.ts';
import {
  LUO_FLB_HEADER_SER,
  LUO_LAYOUTS,
  LUO_SER,
  type LuoLayout,
  readStruct,
  SESSION_ARRAY_PAGES,
  type StateFormat,
  writeStruct,
} from '../../../kho/index.ts';
import { EINVAL, ENOENT } from './errors.ts';
import type { Incoming } from './incoming.ts';
import type { Outgoing } from './outgoing.ts';
import { SessionArray, SessionBlocks, type SessionStore } from './session-store.ts';
import { type CalledBy, type Context, KHO } from './state.ts';

const NODE = 'LUO';
const BY: CalledBy = { call: 'liveupdate', caller: KHO };

/** What the kernel before says. */
export interface IncomingRoot {
  readonly number: number;
  /** Where the sessions are; 0 if there are none. */
  readonly sessions: number;
  readonly layout: LuoLayout;
  /** The memory of the struct, which is freed when it was read. */
  readonly blob?: number;
}

/** What this kernel says. */
export interface LuoRoot {
  readonly store: SessionStore;
  /** Says where the sessions are, at the jump. */
  publish(): void;
}

/** The format that the release writes and reads, or undefined where there is no LUO. */
export function luoFormat({ release }: Context, name: string = NODE): StateFormat | undefined {
  return release.formats.find((each) => each.name === name);
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
  const sessions = Number(value.sessions_pa);
  return { number: Number(value.liveupdate_num), sessions, layout, blob };
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
  return { number, sessions: headers[0] ?? 0, layout };
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
export function createLuoRoot(
  context: Context,
  outgoing: Outgoing,
  number: number,
): LuoRoot | undefined {
  const { kernel } = context;
  const { memory, byteOrder, pageBytes } = kernel.machine;
  const format = luoFormat(context);
  const layout = format && layoutOf(format);
  const blob = outgoing.allocatePreserved(LUO_SER.sizeBytes, BY);
  if (format === undefined || layout === undefined || blob === undefined) return undefined;
  const hasFlbs = layout.root === 'struct' || luoFormat(context, `${NODE}/flb`) !== undefined;
  const flbs = hasFlbs ? outgoing.allocatePreserved(pageBytes, BY) : 0;
  if (flbs === undefined) return undefined;
  if (hasFlbs) memory.write(flbs, writeStruct(LUO_FLB_HEADER_SER, { pgcnt: 1n }, byteOrder));
  if (layout.root === 'struct') {
    const store = new SessionBlocks(
      context,
      (sizeBytes) => outgoing.allocatePreserved(sizeBytes, BY),
      (address) => outgoing.freePreserved(address, BY),
    );
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
    const subtree = { name: NODE, address: blob, sizeBytes: LUO_SER.sizeBytes, by: BY };
    return outgoing.addSubtree(subtree) === 0 ? { store, publish } : undefined;
  }
  const sessions = outgoing.allocatePreserved(SESSION_ARRAY_PAGES * pageBytes, BY);
  if (sessions === undefined) return undefined;
  const tree = treeOf(context, format.format, number, [sessions, flbs]);
  memory.write(blob, tree);
  const subtree = { name: NODE, address: blob, sizeBytes: fdtTotalsize(tree), by: BY };
  if (outgoing.addSubtree(subtree) !== 0) return undefined;
  return { store: new SessionArray(context, sessions), publish() {} };
}

function treeOf(
  context: Context,
  compatible: string,
  number: number,
  headers: readonly number[],
): Uint8Array {
  const { machine } = context.kernel;
  const writer = new FdtWriter(machine.pageBytes);
  const text = (value: string): Uint8Array =>
    new Uint8Array([...value, '\0'].map((each) => each.charCodeAt(0)));
  const u64 = (value: number): Uint8Array => {
    const bytes = new Uint8Array(8);
    putUint(bytes, 0, BigInt(value), 64, machine.byteOrder);
    return bytes;
  };
  writer.finishReservemap();
  writer.beginNode('');
  writer.property('compatible', text(compatible));
  writer.property('liveupdate-number', u64(number));
  for (const [i, part] of partsOf(context).entries()) {
    writer.beginNode(part.node);
    writer.property('compatible', text(part.compatible));
    writer.property(part.property, u64(headers[i] ?? 0));
    writer.endNode();
  }
  writer.endNode();
  writer.finish();
  return writer.bytes.slice(0, fdtTotalsize(writer.bytes));
}
