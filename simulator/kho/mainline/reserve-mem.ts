// reserve_mem=: regions that keep their place and contents over kexecs, the first user of KHO in
// the kernel itself. Models reserve_mem() and prepare_kho_fdt() of mm/memblock.c.
import {
  FdtWriter,
  fdtGetprop,
  fdtNodeCheckCompatible,
  fdtSubnodeOffset,
  fdtTotalsize,
  getUint,
} from '../../../fdt/index.ts';
import { hexText } from '../../../kho/index.ts';
import type { Range } from '../../machine/range-set.ts';
import { stringBytes, u64Bytes } from '../values.ts';
import { ENOMEM } from './errors.ts';
import type { Incoming } from './incoming.ts';
import { memparse } from './memparse.ts';
import type { Outgoing } from './outgoing.ts';
import { type CalledBy, type Context, KHO } from './state.ts';

const NODE = 'memblock';
const TREE_COMPATIBLE = 'memblock-v1';
const REGION_COMPATIBLE = 'reserve-mem-v1';
/** RESERVE_MEM_MAX_ENTRIES and RESERVE_MEM_NAME_SIZE. */
const MAX_REGIONS = 8;
const NAME_BYTES = 16;
/** SMP_CACHE_BYTES: no alignment is less. */
const CACHE_BYTES = 64;
const BY: CalledBy = { call: 'reserve_mem', caller: KHO };

interface Region extends Range {
  readonly name: string;
}

export class ReserveMem {
  readonly #context: Context;
  readonly #incoming: Incoming | undefined;
  readonly regions: Region[] = [];

  constructor(context: Context, incoming: Incoming | undefined) {
    this.#context = context;
    this.#incoming = incoming;
  }

  /** The parameters of the command line, one region each; a wrong one is only warned of. */
  parse(cmdline: string): void {
    for (const [, text = ''] of cmdline.matchAll(/(?:^|\s)reserve_mem=(\S*)/g)) this.#parse(text);
  }

  /** reserve_mem_init(): hands the regions over, at once or when state is finalized. */
  initialize(outgoing: Outgoing): void {
    if (this.regions.length === 0) return;
    const { kernel, release } = this.#context;
    const page = outgoing.takePage();
    if (page === undefined) return;
    const blob = this.#blob();
    kernel.machine.memory.write(page, blob);
    const preserve = (): number => {
      for (const { start, end } of this.regions) {
        const pages = kernel.pagesOf({ start, end });
        const error = outgoing.preserver.preserveRange(pages.start, pages.end, 'kho', BY);
        if (error !== 0) return error;
      }
      const pfn = kernel.pfnOf(page);
      const error = outgoing.preserver.preserveBlock(pfn, 0, 'kho', BY);
      const sizeBytes = fdtTotalsize(blob);
      return error || outgoing.addSubtree({ name: NODE, address: page, sizeBytes, by: BY });
    };
    if (release.serialization === 'finalize-notifiers')
      outgoing.registerBuiltIn({ finalize: preserve });
    else if (preserve() === -ENOMEM) kernel.print('KHO: failed to hand over reserve_mem regions');
  }

  #parse(text: string): void {
    const { kernel } = this.#context;
    if (this.regions.length >= MAX_REGIONS) {
      kernel.print('reserve_mem: no more room for reserved memory');
      return;
    }
    const parsed = parseRegion(text);
    if (parsed === undefined) {
      kernel.print('reserve_mem: empty or malformed parameter');
      return;
    }
    const { name, size, align } = parsed;
    if (this.regions.some((each) => each.name === name)) {
      kernel.print(`reserve_mem: name "${name}" was already used`);
      return;
    }
    const range = this.#revive(name, size, align) ?? kernel.memblock.allocate(size, align);
    if (range === undefined) {
      kernel.print('reserve_mem: memblock allocation failed');
      return;
    }
    this.regions.push({ name, start: range.start, end: range.start + size });
    const fields = { name, addr: hexText(range.start), bytes: size };
    kernel.recorder.event('reserve_mem', fields);
  }

  /** reserve_mem_kho_revive(): where the kernel before had it. */
  #revive(name: string, size: number, align: number): Range | undefined {
    const { kernel } = this.#context;
    const fdt = this.#retrieve();
    if (fdt === undefined) return undefined;
    const offset = fdtSubnodeOffset(fdt, 0, name);
    if (offset < 0) {
      kernel.print(`FDT '${NODE}' has no child '${name}': ${offset}`);
      return undefined;
    }
    const compatible = fdtNodeCheckCompatible(fdt, offset, REGION_COMPATIBLE);
    if (compatible !== 0) {
      kernel.print(`Node '${name}' is incompatible with '${REGION_COMPATIBLE}': ${compatible}`);
      return undefined;
    }
    const [start, length] = ['start', 'size'].map((each) => {
      const value = fdtGetprop(fdt, offset, each);
      if (typeof value === 'number' || value.length !== 8) return undefined;
      return Number(getUint(value, 0, 64, kernel.machine.byteOrder));
    });
    if (start === undefined || length === undefined) return undefined;
    if (start % align !== 0) {
      const what = `(${hexText(align)}, ${hexText(start)})`;
      kernel.print(`KHO reserve-mem '${name}' has wrong alignment ${what}`);
      return undefined;
    }
    if (length !== size) {
      const what = `(${hexText(length)} != ${hexText(size)})`;
      kernel.print(`KHO reserve-mem '${name}' has wrong size ${what}`);
      return undefined;
    }
    kernel.print(`Revived memory reservation '${name}' from KHO`);
    return { start, end: start + size };
  }

  #retrieve(): Uint8Array | undefined {
    const { kernel } = this.#context;
    const { memory, pageBytes } = kernel.machine;
    const found = this.#incoming?.retrieve(NODE);
    if (found === undefined || typeof found === 'number') return undefined;
    const blob = memory.read(found.phys, pageBytes);
    const compatible = fdtNodeCheckCompatible(blob, 0, TREE_COMPATIBLE);
    if (compatible === 0) return blob;
    kernel.print(`FDT '${NODE}' is incompatible with '${TREE_COMPATIBLE}': ${compatible}`);
    return undefined;
  }

  #blob(): Uint8Array {
    const { machine } = this.#context.kernel;
    const writer = new FdtWriter(machine.pageBytes);
    writer.finishReservemap();
    writer.beginNode('');
    writer.property('compatible', stringBytes(TREE_COMPATIBLE));
    for (const { name, start, end } of this.regions) {
      writer.beginNode(name);
      writer.property('compatible', stringBytes(REGION_COMPATIBLE));
      writer.property('start', u64Bytes(machine, start));
      writer.property('size', u64Bytes(machine, end - start));
      writer.endNode();
    }
    writer.endNode();
    writer.finish();
    return writer.bytes;
  }
}

/** SIZE:ALIGN:NAME with an alignment that may be empty; undefined if the kernel refuses it. */
function parseRegion(text: string): { name: string; size: number; align: number } | undefined {
  const size = memparse(text);
  if (size === undefined || size.bytes === 0 || !size.rest.startsWith(':')) return undefined;
  const alignText = size.rest.slice(1);
  const align = memparse(alignText) ?? { bytes: 0, rest: alignText };
  const name = align.rest.slice(1);
  const isNamed = align.rest.startsWith(':') && name !== '' && name.length < NAME_BYTES;
  if (!isNamed) return undefined;
  return { name, size: size.bytes, align: Math.max(align.bytes, CACHE_BYTES) };
}
