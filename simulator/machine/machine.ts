import type { ByteOrder } from '../../fdt/index.ts';
import type { Architecture } from '../../kho/index.ts';
import type { MachineSpec } from '../scenario/scenario.ts';
import { Memory } from './memory.ts';
import { createRandom, type Random } from './random.ts';
import { type Range, RangeSet } from './range-set.ts';

/** What stays the same while kernels come and go. */
export interface Machine {
  readonly architecture: Architecture;
  readonly byteOrder: ByteOrder;
  readonly pageBytes: number;
  /** Addresses that are memory, in bytes. */
  readonly ram: RangeSet;
  /** NUMA nodes with their memory, ascending by number. */
  readonly nodes: readonly MachineNode[];
  /** NUMA nodes without memory: of processors or devices alone. */
  readonly emptyNodes: readonly number[];
  readonly memory: Memory;
  readonly random: Random;
}

export interface MachineNode {
  readonly id: number;
  /** Addresses, in bytes. */
  readonly ranges: readonly Range[];
}

export function createMachine(spec: MachineSpec, seed: number): Machine {
  const { architecture, pageBytes, ram } = spec;
  return {
    architecture,
    byteOrder: 'little',
    pageBytes,
    ram: new RangeSet(ram.map(({ start, sizeBytes }) => ({ start, end: start + sizeBytes }))),
    nodes: nodesOf(ram),
    emptyNodes: spec.emptyNodes ?? [],
    memory: new Memory(pageBytes),
    random: createRandom(seed),
  };
}

function nodesOf(ram: MachineSpec['ram']): readonly MachineNode[] {
  const ids = [...new Set(ram.map(({ node = 0 }) => node))].sort((a, b) => a - b);
  return ids.map((id) => {
    const own = ram.filter(({ node = 0 }) => node === id);
    return { id, ranges: own.map(({ start, sizeBytes }) => ({ start, end: start + sizeBytes })) };
  });
}

/** The node that has the memory at an address. */
export function nodeAt({ nodes }: Machine, address: number): number | undefined {
  const isIn = ({ start, end }: Range): boolean => start <= address && address < end;
  return nodes.find(({ ranges }) => ranges.some(isIn))?.id;
}

/** Where the direct maps of kernels may start: PAGE_OFFSET without address randomisation. */
const DIRECT_MAP_START = { x86_64: 0xffff888000000000n, arm64: 0xffff000000000000n } as const;
/** Two direct maps are this far apart, or further if the machine has memory above that. */
const DIRECT_MAP_STRIDE: number = 2 ** 41;
const DIRECT_MAP_SLOTS = 16;
/** What x86_64 has for the direct map with 4-level page tables. */
const DIRECT_MAP_BYTES: number = 2 ** 46;

/**
 * Where the direct map of a kernel starts. As with KASLR it is drawn from the seed; unlike there,
 * kernels that follow each other never share an address, so that a stale pointer cannot work by
 * luck.
 */
export function directMapBase(machine: Machine, kernel: number, previous?: bigint): bigint {
  const random = machine.random.fork(`direct map ${kernel}`);
  const start = DIRECT_MAP_START[machine.architecture];
  const end = machine.ram.ranges.at(-1)?.end ?? 0;
  let strideBytes = DIRECT_MAP_STRIDE;
  while (strideBytes < end) strideBytes *= 2;
  const slots = Math.max(2, Math.min(DIRECT_MAP_SLOTS, DIRECT_MAP_BYTES / strideBytes));
  const stride = BigInt(strideBytes);
  let slot = random.below(slots);
  if (start + BigInt(slot) * stride === previous) slot = (slot + 1) % slots;
  return start + BigInt(slot) * stride;
}
