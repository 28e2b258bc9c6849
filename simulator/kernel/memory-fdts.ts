// FDTs that drivers write and read in memory of their own, with libfdt.
import { FDT_ERR_BADMAGIC, FDT_ERR_NOSPACE, FdtWriter, fdtTotalsize } from '../../fdt/index.ts';
import { MAX_ACCESS_BYTES, readVirtual, writeVirtual } from './access.ts';
import { type Caller, type Kernel, siteOf } from './kernel.ts';

/** Who wrote a place with a longer name is not remembered: drivers may nest nodes as they like. */
const MAX_PLACE_CHARACTERS = 4096;
/** FDTs of one kernel whose writers are remembered. */
const MAX_FDTS = 10_000;

/** An FDT between fdt_create() and fdt_finish(), and who wrote what of it. */
interface Writing {
  readonly writer: FdtWriter;
  readonly sizeBytes: number;
  readonly path: string[];
  readonly writtenBy: Map<string, Caller>;
}

export class MemoryFdts {
  readonly #kernel: Kernel;
  readonly #writings = new Map<bigint, Writing>();
  /** FDTs of the kernel before whose version somebody has looked at, or that were reported. */
  readonly #compared = new Set<bigint>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** fdt_create() and fdt_finish_reservemap(): 0 or -FDT_ERR_NOSPACE. */
  create(address: bigint, sizeBytes: number, caller: Caller): number {
    const size = Math.min(sizeBytes, MAX_ACCESS_BYTES);
    const writer = new FdtWriter(size);
    const error = writer.created || writer.finishReservemap();
    if (error !== 0) return this.#failed(error, sizeBytes, caller);
    if (this.#writings.size >= MAX_FDTS) this.#writings.clear();
    this.#writings.set(address, { writer, sizeBytes, path: [], writtenBy: new Map() });
    return 0;
  }

  beginNode(address: bigint, name: string, caller: Caller): number {
    const writing = this.#writings.get(address);
    if (writing === undefined) return -FDT_ERR_BADMAGIC;
    const error = writing.writer.beginNode(name);
    if (error !== 0) return this.#failed(error, writing.sizeBytes, caller);
    writing.path.push(name);
    remember(writing, '', caller);
    return 0;
  }

  property(address: bigint, name: string, value: Uint8Array, caller: Caller): number {
    const writing = this.#writings.get(address);
    if (writing === undefined) return -FDT_ERR_BADMAGIC;
    const error = writing.writer.property(name, value);
    if (error !== 0) return this.#failed(error, writing.sizeBytes, caller);
    remember(writing, `:${name}`, caller);
    return 0;
  }

  endNode(address: bigint, caller: Caller): number {
    const writing = this.#writings.get(address);
    if (writing === undefined) return -FDT_ERR_BADMAGIC;
    const error = writing.writer.endNode();
    if (error !== 0) return this.#failed(error, writing.sizeBytes, caller);
    writing.path.pop();
    return 0;
  }

  /** fdt_finish(): the blob is in memory from here on. */
  finish(address: bigint, caller: Caller): number {
    const writing = this.#writings.get(address);
    if (writing === undefined) return -FDT_ERR_BADMAGIC;
    const error = writing.writer.finish();
    if (error !== 0) return this.#failed(error, writing.sizeBytes, caller);
    const { bytes } = writing.writer;
    writeVirtual(this.#kernel, address, bytes.slice(0, fdtTotalsize(bytes)), caller);
    return 0;
  }

  /** The bytes of an FDT: as many as its header says, as far as one access may go. */
  read(address: bigint, caller: Caller): Uint8Array {
    const size = fdtTotalsize(readVirtual(this.#kernel, address, 8, caller));
    return readVirtual(this.#kernel, address, Math.min(Math.max(size, 40), MAX_PAGE_BLOB), caller);
  }

  /** A driver looks at what says in which form the FDT is. */
  noteCompared(address: bigint): void {
    if (this.#compared.size >= MAX_FDTS) this.#compared.clear();
    this.#compared.add(address);
  }

  /** A driver takes a value from an FDT: in which form the kernel before wrote it must be known. */
  checkCompared(address: bigint, name: string, caller: Caller): void {
    if (name === 'compatible' || name.includes('version')) this.noteCompared(address);
    const kernel = this.#kernel;
    const physical = address - kernel.directMapBase;
    if (this.#compared.has(address) || this.#writings.has(address) || physical < 0n) return;
    const blob = kernel.blobAround?.(Number(physical));
    if (blob?.start !== Number(physical)) return;
    this.noteCompared(address);
    kernel.recorder.finding({
      rule: 'unchecked-compatible',
      severity: 'warning',
      message:
        `\`${name}\` of the FDT of ${blob.name} is read, and nobody has looked at its ` +
        'compatible',
      help: 'compare it first with fdtNodeCheckCompatible(): another version means other values',
      driver: caller.driver,
      ...siteOf(caller),
      related: [],
    });
  }

  /** Who wrote the places of the FDT at a physical address, if it was written here. */
  writerAt(physical: number): ((place: string) => Caller | undefined) | undefined {
    const writing = this.#writings.get(this.#kernel.directMapBase + BigInt(physical));
    if (writing === undefined) return undefined;
    const { writtenBy } = writing;
    return (place) => writtenBy.get(place) ?? writtenBy.get(place.split(':')[0] ?? '');
  }

  #failed(error: number, sizeBytes: number, caller: Caller): number {
    if (error === -FDT_ERR_NOSPACE)
      this.#kernel.recorder.finding({
        rule: 'fdt-too-small',
        severity: 'error',
        message: `the FDT has no more room: it may have ${sizeBytes} bytes`,
        help: 'give fdtCreate() more memory',
        driver: caller.driver,
        ...siteOf(caller),
        related: [],
      });
    return error;
  }
}

/** A header that is no header says any size. */
const MAX_PAGE_BLOB: number = 1 << 20;

function remember({ path, writtenBy }: Writing, property: string, caller: Caller): void {
  // The root has no name.
  const place = `/${path.slice(1).join('/')}${property}`;
  if (place.length <= MAX_PLACE_CHARACTERS) writtenBy.set(place, caller);
}
