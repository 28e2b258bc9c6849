import { getUint } from '../cells.ts';
import type { BlobPlace, Outcome } from '../issue.ts';
import { IssueList } from '../issue-list.ts';
import {
  NAME_BYTES_LIMIT,
  NAMES_BYTES_LIMIT,
  NODE_DEPTH_LIMIT,
  TREE_ITEM_LIMIT,
} from '../limits.ts';
import { NameTable } from '../names.ts';
import type { FdtNode, FdtReservation, FdtTree } from '../tree.ts';
import { type BlobFile, BlobNode, BlobProperty } from './blob-tree.ts';
import {
  FDT_BEGIN_NODE,
  FDT_END,
  FDT_END_NODE,
  FDT_NOP,
  FDT_PROP,
  FDT_RESERVE_ENTRY_SIZE,
} from './format.ts';
import type { BlockRange, FdtHeader } from './header.ts';
import { readHeader, stringsRange, structureRange, u32At } from './header.ts';

export interface ReadOptions {
  /** What the places of issues call the blob. */
  readonly path?: string;
}

export interface ReadFdt extends Outcome<FdtTree | undefined> {
  /** Absent if the bytes are no blob at all. */
  readonly header?: FdtHeader;
}

/**
 * Reads a blob of version 16 or 17, and older ones as far as they are alike. Every offset and size
 * is checked before it is used; of a broken blob what could be read is the value. Values are views
 * of `blob`, not copies; names have one code unit a byte.
 */
export function readFdt(blob: Uint8Array, options: ReadOptions = {}): ReadFdt {
  const issues = new IssueList();
  const path = options.path ?? '<blob>';
  const header = readHeader(blob, path, issues);
  if (header === undefined) return { value: undefined, issues: issues.issues };
  const reservations = readReservations(blob, header, path, issues);
  const root = new StructureReader(blob, header, path, issues).read();
  const { bootCpuid } = header;
  const value = root === undefined ? undefined : { root, reservations, bootCpuid };
  return { value, issues: issues.issues, header };
}

function readReservations(
  blob: Uint8Array,
  header: FdtHeader,
  path: string,
  issues: IssueList,
): FdtReservation[] {
  const reservations: FdtReservation[] = [];
  const limit = Math.min(blob.length, header.totalSize);
  const lengthBytes = FDT_RESERVE_ENTRY_SIZE;
  for (let offset = header.reservationsOffset; ; offset += lengthBytes) {
    if (offset + lengthBytes > limit || reservations.length >= TREE_ITEM_LIMIT) {
      const message = 'the memory reservations do not end';
      const place = { path, offset: Math.min(header.reservationsOffset, limit), lengthBytes: 0 };
      issues.add('blob-truncated', { blob: place, message });
      return reservations;
    }
    const address = getUint(blob, offset, 64, 'big');
    const sizeBytes = getUint(blob, offset + 8, 64, 'big');
    if (address === 0n && sizeBytes === 0n) return reservations;
    reservations.push({ address, sizeBytes, blob: { path, offset, lengthBytes } });
  }
}

class StructureReader {
  readonly #blob: Uint8Array;
  readonly #header: FdtHeader;
  readonly #path: string;
  readonly #issues: IssueList;
  readonly #structure: BlockRange;
  readonly #strings: BlockRange;
  readonly #names = new Map<number, string>();
  readonly #texts = new NameTable();
  readonly #file: BlobFile;
  readonly #open: BlobNode[] = [];
  #root: BlobNode | undefined;
  #offset: number;
  #count = 0;
  #nameBytes = 0;
  /** Nodes below the depth limit, which are passed over. */
  #skippedDepth = 0;

  constructor(blob: Uint8Array, header: FdtHeader, path: string, issues: IssueList) {
    this.#blob = blob;
    this.#header = header;
    this.#path = path;
    this.#file = { path, bytes: blob };
    this.#issues = issues;
    this.#structure = structureRange(blob, header);
    this.#strings = stringsRange(blob, header);
    this.#offset = this.#structure.start;
  }

  read(): FdtNode | undefined {
    while (this.#token()) {
      if (this.#count <= TREE_ITEM_LIMIT && this.#nameBytes <= NAMES_BYTES_LIMIT) continue;
      const message = 'the blob has too many nodes, properties or names';
      this.#issues.add('limit-exceeded', { blob: this.#place(this.#offset, 0), message });
      break;
    }
    if (this.#root === undefined) {
      const blob = this.#place(this.#structure.start, 0);
      this.#issues.add('blob-malformed', { blob, message: 'there is no root node' });
    }
    return this.#root;
  }

  /** Reads one token; false at the end, or where reading on makes no sense. */
  #token(): boolean {
    const at = this.#offset;
    if (at + 4 > this.#structure.end) {
      return this.#stop('blob-truncated', at, 0, 'the structure ends without FDT_END');
    }
    const token = u32At(this.#blob, at);
    this.#offset = at + 4;
    switch (token) {
      case FDT_BEGIN_NODE:
        return this.#beginNode(at);
      case FDT_END_NODE:
        return this.#endNode(at);
      case FDT_PROP:
        return this.#property(at);
      case FDT_NOP:
        return true;
      case FDT_END:
        if (this.#open.length === 0) return false;
        return this.#stop('blob-malformed', at, 4, 'FDT_END stands inside a node');
      default: {
        const hex = `0x${token.toString(16)}`;
        return this.#stop('blob-malformed', at, 4, `${hex} is no token of the structure`);
      }
    }
  }

  #beginNode(at: number): boolean {
    const start = at + 4;
    const end = nulWithin(this.#blob, start, this.#structure.end);
    if (end === undefined) {
      return this.#stop('blob-truncated', start, 0, 'the name of a node does not end');
    }
    this.#offset = align4(this.#structure.start, end + 1);
    const parent = this.#open[this.#open.length - 1];
    if (parent === undefined && this.#root !== undefined) {
      return this.#stop('blob-malformed', at, 4, 'there is a second root node');
    }
    if (this.#open.length >= NODE_DEPTH_LIMIT) {
      if (this.#skippedDepth++ === 0) {
        const message = `nodes are nested more than ${NODE_DEPTH_LIMIT} deep`;
        this.#issues.add('limit-exceeded', { blob: this.#place(at, 4), message });
      }
      return true;
    }
    const name = this.#nodeName(start, end, parent);
    const node = new BlobNode(name, parent, this.#file, start, end - start);
    this.#count++;
    if (parent === undefined) this.#root = node;
    else parent.children.push(node);
    this.#open.push(node);
    return true;
  }

  #nodeName(start: number, end: number, parent: BlobNode | undefined): string {
    let name = this.#texts.nameInBytes(this.#blob, start, end);
    // Until version 16 a node had its whole path for a name.
    if (this.#header.version < 16) name = name.slice(name.lastIndexOf('/') + 1);
    const isBad = parent === undefined ? name !== '' : name === '' || name.includes('/');
    if (!isBad) return name;
    const what = parent === undefined ? 'the root must not have' : 'a node cannot have';
    const message = `${what} the name '${name}'`;
    this.#issues.add('blob-malformed', { blob: this.#place(start, end - start), message });
    return parent === undefined ? '' : name;
  }

  #endNode(at: number): boolean {
    if (this.#skippedDepth > 0) {
      this.#skippedDepth--;
      return true;
    }
    if (this.#open.pop() !== undefined) return true;
    return this.#stop('blob-malformed', at, 4, 'FDT_END_NODE stands outside any node');
  }

  #property(at: number): boolean {
    const { end } = this.#structure;
    if (at + 12 > end) return this.#stop('blob-truncated', at, 0, 'a property is cut off');
    const size = u32At(this.#blob, at + 4);
    const nameOffset = u32At(this.#blob, at + 8);
    let start = at + 12;
    if (this.#header.version < 16 && size >= 8 && start % 8 !== 0) start += 4;
    if (size > end - start) {
      const message = `a value of ${size} bytes reaches over the end of the structure`;
      return this.#stop('blob-truncated', at, 4, message);
    }
    this.#offset = align4(this.#structure.start, start + size);
    if (this.#skippedDepth > 0) return true;
    const node = this.#open[this.#open.length - 1];
    if (node === undefined) {
      return this.#stop('blob-malformed', at, 4, 'a property stands outside any node');
    }
    const name = this.#name(nameOffset, at);
    if (name === undefined) return true;
    const isRedundant = this.#header.version < 16 && name === 'name';
    if (isRedundant) return true;
    if (node.children.length > 0) {
      const message = `the property '${name}' follows a child node`;
      this.#issues.add('blob-malformed', { blob: this.#place(at, 12, node.path), message });
    }
    this.#count++;
    node.properties.push(new BlobProperty(name, node, this.#file, start, size));
    return true;
  }

  /** The name at `offset` of the strings; undefined, and reported, if there is none. */
  #name(offset: number, at: number): string | undefined {
    const known = this.#names.get(offset);
    if (known !== undefined) return known;
    const start = this.#strings.start + offset;
    const end = nulWithin(this.#blob, start, this.#strings.end);
    if (end === undefined) {
      const message = `a property's name lies outside the strings, at ${offset}`;
      this.#issues.add('blob-malformed', { blob: this.#place(at + 8, 4), message });
      return undefined;
    }
    if (end === start) {
      const message = 'a property has no name';
      this.#issues.add('blob-malformed', { blob: this.#place(at + 8, 4), message });
    }
    const name = this.#texts.nameInBytes(this.#blob, start, end);
    this.#nameBytes += name.length;
    this.#names.set(offset, name);
    return name;
  }

  #stop(
    rule: 'blob-truncated' | 'blob-malformed',
    offset: number,
    lengthBytes: number,
    message: string,
  ): false {
    this.#issues.add(rule, { blob: this.#place(offset, lengthBytes), message });
    return false;
  }

  #place(offset: number, lengthBytes: number, node?: string): BlobPlace {
    const path = this.#path;
    const inNode = node ?? this.#open[this.#open.length - 1]?.path;
    if (inNode === undefined) return { path, offset, lengthBytes };
    return { path, offset, lengthBytes, node: inNode };
  }
}

/** The next multiple of 4 from the start of the structure. */
function align4(start: number, offset: number): number {
  return start + Math.ceil((offset - start) / 4) * 4;
}

/** Where the name that starts at `start` ends, if it does so before `limit`. */
function nulWithin(bytes: Uint8Array, start: number, limit: number): number | undefined {
  const end = Math.min(limit, start + NAME_BYTES_LIMIT);
  for (let at = start; at < end; at++) if (bytes[at] === 0) return at;
  return undefined;
}
