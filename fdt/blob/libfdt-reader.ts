// Reading a blob in place, with the results of libfdt: an offset or a negated error code. For what
// a kernel would find there; `readFdt` is for what people want to know.
import {
  FDT_BEGIN_NODE,
  FDT_END,
  FDT_END_NODE,
  FDT_MAGIC,
  FDT_NOP,
  FDT_PROP,
  FDT_VERSION,
} from './format.ts';
import { headerSizeOf, u32At } from './header.ts';
import {
  FDT_ERR_BADMAGIC,
  FDT_ERR_BADOFFSET,
  FDT_ERR_BADPATH,
  FDT_ERR_BADSTRUCTURE,
  FDT_ERR_BADVERSION,
  FDT_ERR_NOTFOUND,
  FDT_ERR_TRUNCATED,
} from './libfdt-errors.ts';

const FIRST_SUPPORTED_VERSION = 2;
const INT_MAX = 0x7fff_ffff;

/** `totalsize` of the header, in bytes. */
export function fdtTotalsize(blob: Uint8Array): number {
  return u32At(blob, 4);
}

/** 0 if the header is that of a blob that libfdt reads, else a negated error code. */
export function fdtCheckHeader(blob: Uint8Array): number {
  const probed = probeVersion(blob);
  if (probed !== 0) return probed;
  const version = u32At(blob, 20);
  if (version < u32At(blob, 24)) return -FDT_ERR_BADVERSION;
  const headerSize = headerSizeOf(version);
  const total = fdtTotalsize(blob);
  if (total < headerSize || total > INT_MAX) return -FDT_ERR_TRUNCATED;
  const isInside = (offset: number): boolean => offset >= headerSize && offset <= total;
  const structureSize = version < 17 ? 0 : u32At(blob, 36);
  const isComplete =
    isInside(u32At(blob, 16)) &&
    isInside(u32At(blob, 8)) &&
    isInside(u32At(blob, 8) + structureSize) &&
    isInside(u32At(blob, 12)) &&
    isInside(u32At(blob, 12) + u32At(blob, 32));
  return isComplete ? 0 : -FDT_ERR_TRUNCATED;
}

/** The offset of the node at `path`, in the structure; an alias may stand for its first part. */
export function fdtPathOffset(blob: Uint8Array, path: string): number {
  return pathOffset(blob, path, true);
}

/** The offset of the child `name` of the node at `offset`; the unit address may be left out. */
export function fdtSubnodeOffset(blob: Uint8Array, offset: number, name: string): number {
  const probed = probe(blob);
  if (probed !== 0) return probed;
  const walk = new NodeWalk(blob, offset);
  for (let at = walk.next(); at >= 0; at = walk.next()) {
    if (walk.depth < 0) return -FDT_ERR_NOTFOUND;
    if (walk.depth === 1 && isNameAt(blob, at, name)) return at;
  }
  return walk.depth < 0 ? -FDT_ERR_NOTFOUND : walk.error;
}

/** 0 if the node lists `compatible`, 1 if it does not, or a negated error code. */
export function fdtNodeCheckCompatible(
  blob: Uint8Array,
  offset: number,
  compatible: string,
): number {
  const value = fdtGetprop(blob, offset, 'compatible');
  if (typeof value === 'number') return value;
  let start = 0;
  while (value.length - start >= compatible.length) {
    const end = value.indexOf(0, start);
    if (end < 0) return 1;
    if (textAt(value, start, end) === compatible) return 0;
    start = end + 1;
  }
  return 1;
}

/** The value of the property, a view of `blob`, or a negated error code. */
export function fdtGetprop(blob: Uint8Array, offset: number, name: string): Uint8Array | number {
  const probed = probe(blob);
  if (probed !== 0) return probed;
  let at = checkNode(blob, offset);
  while (at >= 0) {
    const { tag, next } = nextTag(blob, at);
    if (tag === FDT_END) return next >= 0 ? -FDT_ERR_BADSTRUCTURE : next;
    if (tag !== FDT_PROP && tag !== FDT_NOP) return -FDT_ERR_NOTFOUND;
    if (tag === FDT_PROP && isStringAt(blob, u32At(blob, structureOf(blob) + at + 8), name)) {
      return valueAt(blob, at);
    }
    at = next;
  }
  return at;
}

function valueAt(blob: Uint8Array, at: number): Uint8Array {
  const size = u32At(blob, structureOf(blob) + at + 4);
  const isShifted = u32At(blob, 20) < 16 && size >= 8 && (at + 12) % 8 !== 0;
  const start = structureOf(blob) + at + 12 + (isShifted ? 4 : 0);
  return blob.subarray(start, start + size);
}

function pathOffset(blob: Uint8Array, path: string, mayBeAlias: boolean): number {
  const probed = probe(blob);
  if (probed !== 0) return probed;
  if (path === '') return -FDT_ERR_BADPATH;
  let offset = 0;
  let parts = path.split('/');
  if (!path.startsWith('/')) {
    const start = mayBeAlias ? aliasOffset(blob, parts[0] as string) : undefined;
    if (start === undefined) return -FDT_ERR_BADPATH;
    offset = start;
    parts = parts.slice(1);
  }
  for (const part of parts) {
    if (offset < 0) return offset;
    if (part !== '') offset = fdtSubnodeOffset(blob, offset, part);
  }
  return offset;
}

/** An alias must be a path from the root: one that names an alias could name itself. */
function aliasOffset(blob: Uint8Array, alias: string): number | undefined {
  const aliases = pathOffset(blob, '/aliases', false);
  const value = aliases < 0 ? aliases : fdtGetprop(blob, aliases, alias);
  if (typeof value === 'number') return undefined;
  if (value.length === 0 || value.at(-1) !== 0 || value[0] !== 0x2f) return undefined;
  return pathOffset(blob, textAt(value, 0, value.indexOf(0)), false);
}

/** The nodes from one on, and how deep each is below it. */
class NodeWalk {
  depth = 0;
  error: number = -FDT_ERR_NOTFOUND;
  readonly #blob: Uint8Array;
  #next: number;

  constructor(blob: Uint8Array, offset: number) {
    this.#blob = blob;
    this.#next = checkNode(blob, offset);
  }

  /** The offset of the next node, or negative at the end: see `error` and `depth`. */
  next(): number {
    while (this.#next >= 0) {
      const at = this.#next;
      const { tag, next } = nextTag(this.#blob, at);
      this.#next = next;
      if (tag === FDT_BEGIN_NODE) {
        this.depth++;
        return at;
      }
      if (tag === FDT_END_NODE && --this.depth < 0) return -FDT_ERR_NOTFOUND;
      if (tag === FDT_END) {
        this.error = next >= 0 ? -FDT_ERR_NOTFOUND : next;
        return this.error;
      }
    }
    this.error = this.#next;
    return this.error;
  }
}

interface Tag {
  readonly tag: number;
  /** Past it, or a negated error code: then the tag is FDT_END. */
  readonly next: number;
}

function nextTag(blob: Uint8Array, start: number): Tag {
  const base = structureOf(blob);
  const end = structureEnd(blob);
  if (start < 0 || base + start + 4 > end) return { tag: FDT_END, next: -FDT_ERR_TRUNCATED };
  const bad = { tag: FDT_END, next: -FDT_ERR_BADSTRUCTURE };
  const tag = u32At(blob, base + start);
  let offset = start + 4;
  if (tag === FDT_BEGIN_NODE) {
    const nul = blob.indexOf(0, base + offset);
    if (nul < 0 || nul >= end) return bad;
    offset = nul + 1 - base;
  } else if (tag === FDT_PROP) {
    if (base + offset + 4 > end) return bad;
    const size = u32At(blob, base + offset);
    offset += 8 + size;
    if (u32At(blob, 20) < 16 && size >= 8 && (offset - size) % 8 !== 0) offset += 4;
    if (base + offset > end) return bad;
  } else if (tag !== FDT_END && tag !== FDT_END_NODE && tag !== FDT_NOP) return bad;
  return { tag, next: Math.ceil(offset / 4) * 4 };
}

/** Past the tag and the name of the node at `offset`, or a negated error code. */
function checkNode(blob: Uint8Array, offset: number): number {
  if (offset < 0 || offset % 4 !== 0) return -FDT_ERR_BADOFFSET;
  const { tag, next } = nextTag(blob, offset);
  return tag === FDT_BEGIN_NODE ? next : -FDT_ERR_BADOFFSET;
}

function probe(blob: Uint8Array): number {
  const probed = probeVersion(blob);
  if (probed !== 0) return probed;
  return fdtTotalsize(blob) < INT_MAX ? 0 : -FDT_ERR_TRUNCATED;
}

function probeVersion(blob: Uint8Array): number {
  if (u32At(blob, 0) !== FDT_MAGIC) return -FDT_ERR_BADMAGIC;
  const isSupported = u32At(blob, 20) >= FIRST_SUPPORTED_VERSION && u32At(blob, 24) <= FDT_VERSION;
  return isSupported ? 0 : -FDT_ERR_BADVERSION;
}

function structureOf(blob: Uint8Array): number {
  return u32At(blob, 8);
}

function structureEnd(blob: Uint8Array): number {
  const total = Math.min(fdtTotalsize(blob), blob.length);
  if (u32At(blob, 20) < 17) return total;
  return Math.min(total, structureOf(blob) + u32At(blob, 36));
}

function isNameAt(blob: Uint8Array, offset: number, name: string): boolean {
  const start = structureOf(blob) + offset + 4;
  let found = textAt(blob, start, blob.indexOf(0, start));
  if (u32At(blob, 20) < 16) found = found.slice(found.lastIndexOf('/') + 1);
  if (found === name) return true;
  return !name.includes('@') && found.startsWith(`${name}@`);
}

function isStringAt(blob: Uint8Array, offset: number, text: string): boolean {
  const total = Math.min(fdtTotalsize(blob), blob.length);
  const base = u32At(blob, 12);
  const end = u32At(blob, 20) < 17 ? total : Math.min(total, base + u32At(blob, 32));
  const start = base + offset;
  if (start + text.length >= end || blob[start + text.length] !== 0) return false;
  for (let i = 0; i < text.length; i++) {
    if (blob[start + i] !== text.charCodeAt(i) || text.charCodeAt(i) === 0) return false;
  }
  return true;
}

function textAt(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i] as number);
  return text;
}
