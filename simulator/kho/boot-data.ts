// How the second kernel is told where everything is: x86 setup_data, or /chosen in a device tree.
import {
  childOf,
  type FdtNode,
  type FdtProperty,
  type FdtTree,
  fdtTotalsize,
  getUint,
  propertyOf,
  putUint,
  readFdt,
  writeFdt,
} from '../../fdt/index.ts';
import {
  type BootData,
  readStruct,
  SETUP_DATA,
  type StructValue,
  writeStruct,
} from '../../kho/index.ts';
import type { Machine } from '../machine/machine.ts';
import type { Range } from '../machine/range-set.ts';

/** Where everything is, in bytes. */
export interface Handoff {
  readonly fdt: Range;
  /** The scratch region, or the array of scratch regions, as the release has it. */
  readonly scratch: Range;
  /** Of the series of January 2024. */
  readonly memCache?: Range;
}

/** Only its size matters: how large boot data is that says something. */
export const BOOT_DATA_PROBE: Handoff = {
  fdt: { start: 0, end: 0 },
  scratch: { start: 0, end: 0 },
};

/** struct boot_params of arch/x86/include/uapi/asm/bootparam.h is one page. */
const BOOT_PARAMS_BYTES = 4096;
/** Of hdr.setup_data in it. */
const SETUP_DATA_OFFSET = 0x250;
/** Nodes of the setup_data list that are followed; a longer list is a loop. */
const MAX_SETUP_DATA = 64;

/** The bytes of boot parameters or device tree at `address`; without `handoff` plain ones. */
export function bootBytes(
  machine: Machine,
  bootData: BootData,
  address: number,
  handoff: Handoff | undefined,
): Uint8Array {
  return bootData.kind === 'setup-data'
    ? setupDataBytes(machine, bootData, address, handoff)
    : chosenBytes(bootData, handoff);
}

/** What boot parameters or device tree at `address` say, or undefined if nothing of a handover. */
export function readBootData(
  machine: Machine,
  bootData: BootData,
  address: number,
): Handoff | undefined {
  return bootData.kind === 'setup-data'
    ? readSetupData(machine, bootData, address)
    : readChosen(machine, bootData, address);
}

function setupDataBytes(
  machine: Machine,
  bootData: BootData & { kind: 'setup-data' },
  address: number,
  handoff: Handoff | undefined,
): Uint8Array {
  const { payload, type } = bootData;
  const node = BOOT_PARAMS_BYTES;
  const bytes = new Uint8Array(node + SETUP_DATA.sizeBytes + payload.sizeBytes);
  if (handoff === undefined) return bytes.subarray(0, BOOT_PARAMS_BYTES);
  const order = machine.byteOrder;
  putUint(bytes, SETUP_DATA_OFFSET, BigInt(address + node), 64, order);
  const head = { next: 0n, type: BigInt(type), len: BigInt(payload.sizeBytes) };
  bytes.set(writeStruct(SETUP_DATA, head, order), node);
  bytes.set(writeStruct(payload, payloadOf(handoff), order), node + SETUP_DATA.sizeBytes);
  return bytes;
}

/** The FDT is called `dt` before 6.16; a struct takes of this what it has a field for. */
function payloadOf({ fdt, scratch, memCache = { start: 0, end: 0 } }: Handoff): StructValue {
  const values: Record<string, bigint> = {};
  for (const [name, { start, end }] of [
    ['dt', fdt],
    ['fdt', fdt],
    ['scratch', scratch],
    ['mem_cache', memCache],
  ] as const) {
    values[`${name}_addr`] = BigInt(start);
    values[`${name}_size`] = BigInt(end - start);
  }
  return values;
}

/** Models parse_setup_data() and add_kho() of arch/x86/kernel/setup.c. */
function readSetupData(
  machine: Machine,
  { payload, type }: BootData & { kind: 'setup-data' },
  address: number,
): Handoff | undefined {
  const order = machine.byteOrder;
  const read = (from: number, count: number): Uint8Array => machine.memory.read(from, count);
  let next = Number(getUint(read(address + SETUP_DATA_OFFSET, 8), 0, 64, order));
  for (let count = 0; next !== 0 && count < MAX_SETUP_DATA; count++) {
    const head = readStruct(SETUP_DATA, read(next, SETUP_DATA.sizeBytes), 0, order);
    if (head.type === BigInt(type)) {
      const bytes = read(next + SETUP_DATA.sizeBytes, payload.sizeBytes);
      const value = readStruct(payload, bytes, 0, order);
      const range = (name: string): Range | undefined => {
        const start = value[`${name}_addr`];
        if (start === undefined) return undefined;
        return { start: Number(start), end: Number(start + (value[`${name}_size`] ?? 0n)) };
      };
      return handoffOf(range('fdt') ?? range('dt'), range('scratch'), range('mem_cache'));
    }
    next = Number(head.next ?? 0n);
  }
  return undefined;
}

/** A node with nothing in it, as writeFdt() takes it. */
function newNode(name: string, parent: FdtNode | undefined): NewNode {
  const path = parent === undefined ? '/' : `${parent.path === '/' ? '' : parent.path}/${name}`;
  return { name, path, parent, properties: [], children: [], labels: [] };
}

interface NewNode extends FdtNode {
  readonly properties: FdtProperty[];
  readonly children: FdtNode[];
}

/** #address-cells and #size-cells of the root; both addresses and sizes have two cells. */
const CELLS = 2;

/** Models the arm64 part of the series: values are big-endian cells of the root's width. */
function chosenBytes(
  { properties: [fdtName, scratchName, memName] }: BootData & { kind: 'chosen' },
  handoff: Handoff | undefined,
): Uint8Array {
  const root = newNode('', undefined);
  const add = (node: NewNode, name: string, ...values: readonly [bigint, 32 | 64][]): void => {
    const value = new Uint8Array(values.reduce((sum, [, bits]) => sum + bits / 8, 0));
    let offset = 0;
    for (const [number, bits] of values) {
      putUint(value, offset, number, bits, 'big');
      offset += bits / 8;
    }
    node.properties.push({ name, value, pieces: [] });
  };
  add(root, '#address-cells', [BigInt(CELLS), 32]);
  add(root, '#size-cells', [BigInt(CELLS), 32]);
  const chosen = newNode('chosen', root);
  root.children.push(chosen);
  if (handoff !== undefined)
    for (const [name, range] of [
      [fdtName, handoff.fdt],
      [scratchName, handoff.scratch],
      [memName, handoff.memCache],
    ] as const)
      if (name !== undefined && range !== undefined)
        add(chosen, name, [BigInt(range.start), 64], [BigInt(range.end - range.start), 64]);
  const tree: FdtTree = { root, reservations: [], bootCpuid: 0 };
  return writeFdt(tree);
}

/** Models early_init_dt_check_kho() of drivers/of/fdt.c. */
function readChosen(
  machine: Machine,
  { properties: [fdtName, scratchName, memName] }: BootData & { kind: 'chosen' },
  address: number,
): Handoff | undefined {
  const size = fdtTotalsize(machine.memory.read(address, 8));
  const { value: tree } = readFdt(machine.memory.read(address, Math.min(size, 1 << 20)));
  const chosen = tree && childOf(tree.root, 'chosen');
  const range = (name: string | undefined): Range | undefined => {
    const value = chosen && name ? propertyOf(chosen, name)?.value : undefined;
    if (value?.length !== 16) return undefined;
    const start = Number(getUint(value, 0, 64, 'big'));
    return { start, end: start + Number(getUint(value, 8, 64, 'big')) };
  };
  const memCache = range(memName);
  if (memName !== undefined && memCache === undefined) return undefined;
  return handoffOf(range(fdtName), range(scratchName), memCache);
}

function handoffOf(
  fdt: Range | undefined,
  scratch: Range | undefined,
  memCache: Range | undefined,
): Handoff | undefined {
  if (fdt === undefined || scratch === undefined) return undefined;
  return { fdt, scratch, ...(memCache === undefined ? {} : { memCache }) };
}
