// An FDT that is edited in place, byte for byte as libfdt's read-write functions leave it: each
// edit is fdt_open_into() the page, the change, and fdt_pack(). New nodes and properties go first.
import { FDT_ERR_EXISTS, FDT_ERR_NOSPACE, FdtWriter, putUint } from '../../../fdt/index.ts';

interface Property {
  readonly name: string;
  value: Uint8Array;
}

interface Subnode {
  readonly name: string;
  readonly properties: Property[];
}

/** Sizes in a blob: the header and one empty reservation, the tags, a property's head. */
const FRONT_BYTES = 56;
const HEADER_BYTES = 40;
const TAG_BYTES = 4;
const PROPERTY_BYTES = 12;
const ROOT_BYTES = 8;

const FDT_MAGIC = 0xd00dfeed;
const BEGIN_NODE = 1;
const END_NODE = 2;
const PROP = 3;
const END = 9;

export class LiveFdt {
  readonly #maxBytes: number;
  readonly #properties: readonly Property[];
  readonly #subnodes: Subnode[] = [];
  /** Names, each with its NUL, in the order in which they came. */
  #strings = '';
  /** What fdt_create() to fdt_finish() made, until the first edit. */
  #blob: Uint8Array;

  /** `properties` of the root, whose blob may have `maxBytes`. */
  constructor(maxBytes: number, properties: readonly (readonly [string, Uint8Array])[]) {
    this.#maxBytes = maxBytes;
    this.#properties = properties.map(([name, value]) => ({ name, value }));
    const writer = new FdtWriter(maxBytes);
    writer.finishReservemap();
    writer.beginNode('');
    for (const [name, value] of properties) {
      writer.property(name, value);
      // The sequential functions put each name before those they have.
      this.#strings = `${name}\0${this.#strings}`;
    }
    writer.endNode();
    writer.finish();
    const size = new DataView(writer.bytes.buffer).getUint32(4);
    this.#blob = writer.bytes.slice(0, size);
  }

  get bytes(): Uint8Array {
    return this.#blob;
  }

  /** Names of the subnodes, newest first. */
  get names(): readonly string[] {
    return this.#subnodes.map(({ name }) => name);
  }

  /** fdt_setprop_inplace() of a property of the root. */
  setRootProperty(name: string, value: Uint8Array): void {
    const property = this.#properties.find((each) => each.name === name);
    if (property === undefined || property.value.length !== value.length) return;
    property.value = value;
    this.#blob = this.#subnodes.length === 0 ? this.#replaced(name, value) : this.#packed();
  }

  /** fdt_add_subnode(): 0, -FDT_ERR_EXISTS or -FDT_ERR_NOSPACE. */
  addSubnode(name: string): number {
    // A name without a unit address also stands for one that has it.
    const isTaken = (each: string): boolean =>
      each === name || (!name.includes('@') && each.startsWith(`${name}@`));
    if (this.names.some(isTaken)) return -FDT_ERR_EXISTS;
    const bytes = TAG_BYTES + align4(name.length + 1) + TAG_BYTES;
    if (this.#size() + bytes > this.#maxBytes) return -FDT_ERR_NOSPACE;
    this.#subnodes.unshift({ name, properties: [] });
    this.#blob = this.#packed();
    return 0;
  }

  /** fdt_setprop() of a property that the subnode has not: 0 or -FDT_ERR_NOSPACE. */
  addProperty(subnode: string, name: string, value: Uint8Array): number {
    const node = this.#subnodes.find((each) => each.name === subnode);
    if (node === undefined) return -FDT_ERR_NOSPACE;
    const isNewName = !this.#strings.includes(`${name}\0`);
    const stringBytes = isNewName ? name.length + 1 : 0;
    const bytes = stringBytes + PROPERTY_BYTES + align4(value.length);
    if (this.#size() + bytes > this.#maxBytes) return -FDT_ERR_NOSPACE;
    if (isNewName) this.#strings += `${name}\0`;
    node.properties.unshift({ name, value });
    this.#blob = this.#packed();
    return 0;
  }

  /** fdt_del_node(); names stay in the table. */
  removeSubnode(name: string): void {
    const index = this.#subnodes.findIndex((each) => each.name === name);
    if (index < 0) return;
    this.#subnodes.splice(index, 1);
    this.#blob = this.#packed();
  }

  #replaced(name: string, value: Uint8Array): Uint8Array {
    const fresh = new LiveFdt(
      this.#maxBytes,
      this.#properties.map((each) => [each.name, each.name === name ? value : each.value]),
    );
    return fresh.#blob.length === this.#blob.length ? fresh.#blob : this.#packed();
  }

  #size(): number {
    return FRONT_BYTES + this.#structureBytes() + this.#strings.length;
  }

  #structureBytes(): number {
    const ofProperties = (properties: readonly Property[]): number =>
      properties.reduce((sum, { value }) => sum + PROPERTY_BYTES + align4(value.length), 0);
    const ofNodes = this.#subnodes.map(
      ({ name, properties }) => 2 * TAG_BYTES + align4(name.length + 1) + ofProperties(properties),
    );
    const inner = ofNodes.reduce((sum, bytes) => sum + bytes, 0);
    return ROOT_BYTES + ofProperties(this.#properties) + inner + 2 * TAG_BYTES;
  }

  #packed(): Uint8Array {
    const structureBytes = this.#structureBytes();
    const strings = FRONT_BYTES + structureBytes;
    const total = strings + this.#strings.length;
    const bytes = new Uint8Array(total);
    const put = (offset: number, value: number): void =>
      putUint(bytes, offset, BigInt(value), 32, 'big');
    const header = [FDT_MAGIC, total, FRONT_BYTES, strings, HEADER_BYTES, 17, 16, 0];
    for (const [index, field] of [...header, this.#strings.length, structureBytes].entries())
      put(index * 4, field);
    let at = FRONT_BYTES;
    const tag = (value: number): void => {
      put(at, value);
      at += TAG_BYTES;
    };
    const write = ({ name, value }: Property): void => {
      tag(PROP);
      tag(value.length);
      tag(this.#strings.indexOf(`${name}\0`));
      bytes.set(value, at);
      at += align4(value.length);
    };
    tag(BEGIN_NODE);
    at += TAG_BYTES;
    for (const property of this.#properties) write(property);
    for (const { name, properties } of this.#subnodes) {
      tag(BEGIN_NODE);
      putText(bytes, at, name);
      at += align4(name.length + 1);
      for (const property of properties) write(property);
      tag(END_NODE);
    }
    tag(END_NODE);
    tag(END);
    putText(bytes, at, this.#strings);
    return bytes;
  }
}

function putText(bytes: Uint8Array, offset: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[offset + i] = text.charCodeAt(i);
}

function align4(size: number): number {
  return Math.ceil(size / 4) * 4;
}
