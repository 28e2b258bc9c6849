// The blobs of subsystems: found through the root FDT, decoded by binding or by struct.
import {
  type FdtNode,
  type FdtTree,
  getUint,
  type Issue,
  nodesOf,
  propertyOf,
} from '../../fdt/index.ts';
import { type BindingSet, propertySchema } from '../bindings/binding-set.ts';
import type { Checked } from '../check.ts';
import type { Release, StateFormat, SubtreeEncoding } from '../release.ts';
import { KHO_MEM } from '../structs/index.ts';
import { type AnyStruct, readField, readStruct } from '../structs/struct.ts';
import { type Claims, claimVmalloc } from './claims.ts';
import { type Content, contentOf, Extents } from './contents.ts';
import { type Decoding, PHYSICAL_ADDRESS_LIMIT } from './decoding.ts';
import { type LuoState, readLuo } from './luo.ts';
import { readVmallocArea, type VmallocArea } from './vmalloc.ts';

/** A field of a struct blob, decoded. */
export interface DecodedField {
  readonly name: string;
  readonly value: bigint | string;
  readonly description: string;
}

export type SubtreeState =
  | { readonly kind: 'fdt'; readonly tree: FdtTree }
  | {
      readonly kind: 'struct';
      readonly struct: AnyStruct;
      readonly fields: readonly DecodedField[];
    }
  /** Bytes that nothing describes. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** The image lacks them, or nothing says where they are. */
  | { readonly kind: 'missing' };

/** What one subsystem handed over. */
export interface Subtree {
  readonly name: string;
  /** Undefined for a node of the root FDT itself (the seed's encoding). */
  readonly address?: number;
  readonly sizeBytes?: number;
  readonly state: SubtreeState;
  readonly areas: readonly NamedArea[];
}

/** A vmalloc area and the property that describes it. */
export interface NamedArea {
  readonly name: string;
  readonly area: VmallocArea;
}

interface SubtreeContext {
  readonly release: Release;
  readonly bindings: BindingSet;
  readonly claims: Claims;
  readonly decoding: Decoding;
  /** Reads and checks a blob that is an FDT. */
  check(bytes: Uint8Array, name: string): { checked?: Checked; issues: readonly Issue[] };
}

interface Found {
  readonly subtrees: Subtree[];
  readonly contents: Content[];
  readonly issues: Issue[];
  luo?: LuoState;
}

/** Subtrees that are decoded; a root FDT of one page holds fewer. */
const MAX_SUBTREES = 10_000;
/** Larger blobs are not decoded; their memory is claimed all the same. */
const MAX_BLOB_BYTES = 64 << 20;

/** Decodes what each node of the root names, and claims its memory. */
export function readSubtrees({ root }: FdtTree, context: SubtreeContext): Found {
  const found: Found = { subtrees: [], contents: [], issues: [] };
  const { subtrees } = context.release;
  for (const node of root.children.slice(0, MAX_SUBTREES))
    found.subtrees.push(
      subtrees.kind === 'inline'
        ? readInline(node, context, found)
        : readReferenced(node, subtrees, context, found),
    );
  return found;
}

/** Decodes blobs whose address is not known, so that nothing is said of their memory. */
export function readLooseBlobs(
  blobs: ReadonlyMap<string, Uint8Array>,
  context: SubtreeContext,
): Found {
  const found: Found = { subtrees: [], contents: [], issues: [] };
  for (const [name, bytes] of blobs) {
    const format = context.release.formats.find((each) => each.name === name);
    const known = { name, address: 0, sizeBytes: bytes.length, areas: [] };
    const { address: _, ...subtree } = decodeBlob(known, bytes, format, context, found);
    found.subtrees.push(subtree);
  }
  return found;
}

/** The seed: the node is the state. */
function readInline(node: FdtNode, context: SubtreeContext, found: Found): Subtree {
  const tree: FdtTree = { root: node, reservations: [], bootCpuid: 0 };
  claimMem(node, context, found);
  return { name: node.name, state: { kind: 'fdt', tree }, areas: [] };
}

function claimMem(top: FdtNode, { release, claims, decoding }: SubtreeContext, found: Found): void {
  const { memoryMap } = release;
  if (memoryMap.kind !== 'mem-properties') return;
  for (const node of nodesOf(top)) {
    const value = propertyOf(node, memoryMap.property)?.value;
    if (value === undefined || value.length % KHO_MEM.sizeBytes !== 0) continue;
    for (let offset = 0; offset < value.length; offset += KHO_MEM.sizeBytes) {
      const { addr, len } = readStruct(KHO_MEM, value, offset, decoding.byteOrder);
      if (addr + len > PHYSICAL_ADDRESS_LIMIT) continue;
      claims.addRange(Number(addr), Number(len), top.name);
      const name = `${node.path.slice(1)}/${memoryMap.property}/${offset / KHO_MEM.sizeBytes}`;
      found.contents.push(rangeContent(name, 'range', Number(addr), Number(len), decoding));
    }
  }
}

function rangeContent(
  name: string,
  what: string,
  address: number,
  sizeBytes: number,
  { memory }: Decoding,
): Content {
  return {
    name,
    what,
    sizeBytes,
    read: (offset, lengthBytes) =>
      memory.read(BigInt(address + offset), Math.max(0, Math.min(lengthBytes, sizeBytes - offset))),
  };
}

function readReferenced(
  node: FdtNode,
  encoding: SubtreeEncoding & { kind: 'by-reference' },
  context: SubtreeContext,
  found: Found,
): Subtree {
  const { decoding, claims, release } = context;
  const { name } = node;
  const u64 = (property: string | undefined): number | undefined => {
    const value = property === undefined ? undefined : propertyOf(node, property)?.value;
    return value?.length === 8 ? Number(getUint(value, 0, 64, decoding.byteOrder)) : undefined;
  };
  const address = u64(encoding.addressProperty);
  if (address === undefined || address >= PHYSICAL_ADDRESS_LIMIT)
    return { name, state: { kind: 'missing' }, areas: [] };
  const sizeBytes =
    encoding.sizeProperty === undefined
      ? sizeOfFdt(address, name, decoding)
      : u64(encoding.sizeProperty);
  const known = { name, address, ...(sizeBytes === undefined ? {} : { sizeBytes }), areas: [] };
  if (sizeBytes === undefined || sizeBytes === 0 || address + sizeBytes > PHYSICAL_ADDRESS_LIMIT)
    return { ...known, state: { kind: 'missing' } };
  claims.addRange(address, sizeBytes, name);
  found.contents.push(rangeContent(name, 'blob', address, sizeBytes, decoding));
  const bytes =
    sizeBytes > MAX_BLOB_BYTES
      ? undefined
      : decoding.read(address, sizeBytes, `the blob of ${name}`);
  if (bytes === undefined) return { ...known, state: { kind: 'missing' } };
  const format = release.formats.find((each) => each.name === name);
  return decodeBlob({ ...known, sizeBytes }, bytes, format, context, found);
}

/** Blobs of the era without sizes are FDTs: the header says how large they are. */
function sizeOfFdt(address: number, name: string, decoding: Decoding): number | undefined {
  const header = decoding.read(address, 8, `the blob of ${name}`);
  if (header === undefined || !isFdt(header)) return undefined;
  return Number(getUint(header, 4, 32, 'big'));
}

function isFdt(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && getUint(bytes, 0, 32, 'big') === 0xd00dfeedn;
}

type Known = Omit<Subtree, 'state'> & { readonly address: number; readonly sizeBytes: number };

function decodeBlob(
  known: Known,
  bytes: Uint8Array,
  format: StateFormat | undefined,
  context: SubtreeContext,
  found: Found,
): Subtree {
  const { decoding, claims } = context;
  const { name, address } = known;
  if (isFdt(bytes)) {
    const { checked, issues } = context.check(bytes, name);
    found.issues.push(...issues);
    const tree = checked?.tree;
    if (tree === undefined) return { ...known, state: { kind: 'bytes', bytes } };
    if (name === 'LUO')
      takeLuo(readLuo({ bytes, tree, address }, claims, decoding), found, context);
    const areas = readReferences(name, tree, context, found);
    return { ...known, state: { kind: 'fdt', tree }, areas };
  }
  const struct = format?.struct;
  if (struct === undefined || bytes.length < struct.sizeBytes)
    return { ...known, state: { kind: 'bytes', bytes } };
  if (name === 'LUO') takeLuo(readLuo({ bytes, address }, claims, decoding), found, context);
  const fields = struct.fields.map((field) => ({
    name: field.name,
    value: readField(field, bytes, 0, decoding.byteOrder),
    description: field.description,
  }));
  return { ...known, state: { kind: 'struct', struct, fields } };
}

function takeLuo(luo: LuoState | undefined, found: Found, { decoding }: SubtreeContext): void {
  if (luo === undefined) return;
  found.luo = luo;
  for (const session of luo.sessions)
    for (const { name, memfd } of session.files)
      if (memfd !== undefined)
        found.contents.push(contentOf(name, 'memfd', memfd.sizeBytes, memfd.extents, decoding));
}

/** What the properties of a subtree's FDT point to, as far as bindings say so. */
function readReferences(
  subtree: string,
  tree: FdtTree,
  context: SubtreeContext,
  found: Found,
): readonly NamedArea[] {
  const areas: NamedArea[] = [];
  const { bindings, decoding, claims } = context;
  const describer = bindings.describer();
  for (const node of nodesOf(tree.root)) {
    const described = describer.describe(node);
    if (described === undefined) continue;
    const path = node.path === '/' ? '' : node.path;
    for (const property of node.properties) {
      const schema = propertySchema(described.schema, property.name);
      if (schema?.type.kind !== 'cells') continue;
      const { struct } = schema.type;
      if (struct?.name === 'kho_vmalloc' && property.value.length >= struct.sizeBytes) {
        const name = `${subtree}${path}/${property.name}`;
        const area = readVmallocArea(property.value, 0, { address: 0, of: name }, decoding);
        claimVmalloc(area, subtree, claims);
        areas.push({ name, area });
        found.contents.push(areaContent(name, area, decoding));
        if (schema.contents === 'folios') claimFolios(area, subtree, context);
        continue;
      }
      const size = schema.phys?.size;
      const start = u64At(property.value, decoding);
      const length =
        size === undefined ? undefined : u64At(propertyOf(node, size)?.value, decoding);
      if (start === undefined || length === undefined) continue;
      if (start + length > PHYSICAL_ADDRESS_LIMIT) continue;
      const name = `${subtree}${path}`;
      claims.addRange(start, length, name);
      found.contents.push(rangeContent(name, schema.phys?.of ?? '', start, length, decoding));
    }
  }
  return areas;
}

function u64At(value: Uint8Array | undefined, { byteOrder }: Decoding): number | undefined {
  return value?.length === 8 ? Number(getUint(value, 0, 64, byteOrder)) : undefined;
}

function areaContent(name: string, area: VmallocArea, decoding: Decoding): Content {
  const extents = new Extents();
  let at = 0;
  for (let i = 0; i < area.pages.length; i++) {
    extents.add(at, area.pages.start(i), area.pages.pages(i));
    at += area.pages.pages(i);
  }
  return contentOf(name, 'vmalloc area', at * decoding.pageBytes, extents, decoding);
}

/** The area is an array of u64, up to a 0: a folio's address with its order in the low bits. */
function claimFolios(area: VmallocArea, owner: string, { claims, decoding }: SubtreeContext): void {
  const { pageBytes, byteOrder } = decoding;
  for (let run = 0; run < area.pages.length; run++)
    for (let page = 0; page < area.pages.pages(run); page++) {
      const address = (area.pages.start(run) + page) * pageBytes;
      const bytes = decoding.read(address, pageBytes, 'arrays of folios');
      if (bytes === undefined) return;
      for (let offset = 0; offset < bytes.length; offset += 8) {
        const folio = Number(getUint(bytes, offset, 64, byteOrder));
        if (folio === 0 || folio >= PHYSICAL_ADDRESS_LIMIT) return;
        const order = folio % pageBytes;
        if (order > 52) return;
        claims.addPages((folio - order) / pageBytes, 2 ** order, owner);
      }
    }
}
