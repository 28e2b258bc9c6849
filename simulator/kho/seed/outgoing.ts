// The first kernel's half: serialize, freeze, load. Models kernel/kexec_kho_out.c of the patch
// series v3, <20240117144704.602-1-graf@amazon.com>.
import {
  FDT_ERR_NOSPACE,
  type FdtTree,
  FdtWriter,
  fdtCheckHeader,
  fdtTotalsize,
  readFdt,
} from '../../../fdt/index.ts';
import { hexText, type Release } from '../../../kho/index.ts';
import { type Caller, type Kernel, siteOf } from '../../kernel/kernel.ts';
import { RangeSet } from '../../machine/range-set.ts';
import type { CallSite } from '../../result.ts';
import type { DriverCalls } from '../model.ts';
import { stringBytes } from '../values.ts';
import { type Reference, referencesIn } from './references.ts';

/** kvmalloc() of more than this fails; a real machine gives up earlier or later. */
const MAX_FDT_BYTES = 2 ** 30;
/** Who wrote a place with a longer name is not remembered: drivers may nest nodes as they like. */
const MAX_PLACE_CHARACTERS = 4096;
/** The handle by which drivers name the FDT that is being written. */
export const OUTGOING_FDT = 2;

/** What was serialized. */
export interface Serialized {
  readonly blob: Uint8Array;
  readonly tree: FdtTree;
  readonly references: readonly Reference[];
}

export class Outgoing {
  readonly #kernel: Kernel;
  readonly #release: Release;
  isActive = false;
  fdtMaxBytes: number;
  serialized: Serialized | undefined;
  /** Set while callbacks write. */
  #writer: FdtWriter | undefined;
  #path: string[] = [];
  /** Who wrote a node (`/a`) or a property (`/a:mem`). */
  readonly #writtenBy = new Map<string, Caller>();

  constructor(kernel: Kernel, release: Release) {
    this.#kernel = kernel;
    this.#release = release;
    this.fdtMaxBytes = release.fdtSize.kind === 'dt-max' ? release.fdtSize.defaultBytes : 0;
  }

  /** kho_serialize(); true if the FDT is there. */
  async serialize(drivers: DriverCalls): Promise<boolean> {
    const { recorder } = this.#kernel;
    const phase = recorder.phase;
    recorder.phase = 'serialize';
    // The series sets the flag before the callbacks run, so that they see it.
    this.isActive = true;
    const blob = await this.#build(drivers);
    if (blob === undefined) {
      this.#kernel.print('kho failed to serialize state: -22');
      await this.abort(drivers);
    } else this.#publish(blob);
    recorder.phase = phase;
    return blob !== undefined;
  }

  /** kho_abort(): every callback is called, also those that never serialized. */
  async abort(drivers: DriverCalls): Promise<void> {
    this.isActive = false;
    this.serialized = undefined;
    this.#kernel.frozen.clear();
    this.#kernel.recorder.event('kho_abort');
    for (const driver of drivers.names)
      if (drivers.exports(driver, 'abort')) await drivers.call(driver, 'abort', []);
  }

  /** Who wrote a node or, as `/node:property`, a property of the FDT. */
  writerOf(place: string): Caller | undefined {
    return this.#writtenBy.get(place) ?? this.#writtenBy.get(place.split(':')[0] ?? '');
  }

  beginNode(name: string, caller: Caller): number | undefined {
    const error = this.#writer?.beginNode(name);
    if (error === 0) {
      this.#path.push(name);
      this.#remember('', caller);
    }
    return this.#checked('fdt_begin_node', error, caller, { name });
  }

  property(name: string, value: Uint8Array, caller: Caller): number | undefined {
    const error = this.#writer?.property(name, value);
    if (error === 0) this.#remember(`:${name}`, caller);
    return this.#checked('fdt_property', error, caller, { name, bytes: value.length });
  }

  endNode(caller: Caller): number | undefined {
    const error = this.#writer?.endNode();
    if (error === 0) this.#path.pop();
    return this.#checked('fdt_end_node', error, caller, {});
  }

  /** Keeps who wrote the open node, or a property of it. */
  #remember(property: string, caller: Caller): void {
    const place = `/${this.#path.join('/')}${property}`;
    if (place.length <= MAX_PLACE_CHARACTERS) this.#writtenBy.set(place, caller);
  }

  #checked(
    event: string,
    error: number | undefined,
    caller: Caller,
    fields: Readonly<Record<string, string | number>>,
  ): number | undefined {
    const { recorder } = this.#kernel;
    const result = error === 0 ? undefined : error;
    recorder.event(event, { driver: caller.driver, ...fields, error: result }, caller.site);
    if (error === -FDT_ERR_NOSPACE)
      recorder.finding({
        rule: 'fdt-too-small',
        severity: 'error',
        message: `the FDT has no more room: it may have ${hexText(this.fdtMaxBytes)} bytes`,
        help: 'write a larger number to /sys/kernel/kho/dt_max before serializing',
        driver: caller.driver,
        ...siteOf(caller),
        related: [],
      });
    return error;
  }

  async #build(drivers: DriverCalls): Promise<Uint8Array | undefined> {
    if (this.fdtMaxBytes > MAX_FDT_BYTES) return undefined;
    const writer = new FdtWriter(this.fdtMaxBytes);
    const text = stringBytes(this.#release.rootCompatible);
    this.#writer = writer;
    this.#path = [];
    this.#writtenBy.clear();
    try {
      const begun = [
        writer.finishReservemap(),
        writer.beginNode(''),
        writer.property('compatible', text),
      ];
      if (begun.some((error) => error !== 0)) {
        this.#checked('fdt_create', -FDT_ERR_NOSPACE, { driver: 'kho' }, {});
        return undefined;
      }
      for (const driver of drivers.names) {
        if (!drivers.exports(driver, 'serialize')) continue;
        const { value, site } = await drivers.ask(driver, 'serialize', [OUTGOING_FDT]);
        if (value !== 0) return this.#refused(driver, 'its callback did not succeed', site);
        if (this.#path.length > 0) return this.#refused(driver, 'it left a node open');
      }
      if (writer.endNode() !== 0 || writer.finish() !== 0) {
        this.#checked('fdt_finish', -FDT_ERR_NOSPACE, { driver: 'kho' }, {});
        return undefined;
      }
      const size = fdtTotalsize(writer.bytes);
      const blob = writer.bytes.slice(0, size);
      return fdtCheckHeader(blob) === 0 ? blob : undefined;
    } finally {
      this.#writer = undefined;
    }
  }

  #refused(driver: string, why: string, site?: CallSite): undefined {
    const open = this.#writtenBy.get(`/${this.#path.join('/')}`);
    this.#kernel.recorder.finding({
      rule: 'serialize-failed',
      severity: 'error',
      message: `${driver} could not be serialized: ${why}; nothing is handed over`,
      help: 'writing 1 to active fails with EINVAL; see the other findings for the reason',
      driver,
      ...(site === undefined ? siteOf(open) : { site }),
      related: [],
    });
    return undefined;
  }

  #publish(blob: Uint8Array): void {
    const { machine, recorder, frozen } = this.#kernel;
    const { memoryMap } = this.#release;
    const { value: tree } = readFdt(blob);
    if (tree === undefined) return;
    const originOf = (node: string): { driver?: string; site?: CallSite } => {
      const writer = this.writerOf(`${node}:${memoryMap.property}`);
      return writer === undefined ? {} : { driver: writer.driver, ...siteOf(writer) };
    };
    const references = referencesIn(tree, memoryMap.property, machine, originOf);
    for (const { range } of references) frozen.add(range);
    const bytes = new RangeSet(references.map(({ range }) => range)).size;
    recorder.event('kho_serialize', {
      fdt_bytes: blob.length,
      ranges: references.length,
      bytes,
    });
    this.serialized = { blob, tree, references };
  }
}
