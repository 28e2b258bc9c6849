// Nodes and properties as they are kept of a blob: what can be told from it is told when asked for.
import type { BlobPlace } from '../issue.ts';
import type { FdtNode, FdtProperty, ValuePiece } from '../tree.ts';

/** Up to here a loop is faster than making an object to copy from. */
const MAX_COPIED_ONE_BY_ONE = 64;
const NO_PIECES: readonly ValuePiece[] = [];
const NO_LABELS: readonly string[] = [];

/** A blob and the name it goes by. */
export interface BlobFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export class BlobNode implements FdtNode {
  readonly name: string;
  readonly parent: BlobNode | undefined;
  readonly properties: BlobProperty[] = [];
  readonly children: BlobNode[] = [];
  readonly #file: BlobFile;
  readonly #offset: number;
  readonly #lengthBytes: number;

  /** The name stands at `offset`, and takes `lengthBytes` there. */
  constructor(
    name: string,
    parent: BlobNode | undefined,
    file: BlobFile,
    offset: number,
    lengthBytes: number,
  ) {
    this.name = name;
    this.parent = parent;
    this.#file = file;
    this.#offset = offset;
    this.#lengthBytes = lengthBytes;
  }

  get path(): string {
    if (this.parent === undefined) return '/';
    const above = this.parent.path;
    return above === '/' ? `/${this.name}` : `${above}/${this.name}`;
  }

  get labels(): readonly string[] {
    return NO_LABELS;
  }

  get blob(): BlobPlace {
    const { path } = this.#file;
    return { path, offset: this.#offset, lengthBytes: this.#lengthBytes, node: this.path };
  }
}

export class BlobProperty implements FdtProperty {
  readonly name: string;
  readonly #node: BlobNode;
  readonly #file: BlobFile;
  readonly #offset: number;
  readonly valueBytes: number;
  #value: Uint8Array | undefined;

  /** The value stands at `offset`. */
  constructor(name: string, node: BlobNode, file: BlobFile, offset: number, valueBytes: number) {
    this.name = name;
    this.#node = node;
    this.#file = file;
    this.#offset = offset;
    this.valueBytes = valueBytes;
  }

  get value(): Uint8Array {
    this.#value ??= this.#file.bytes.subarray(this.#offset, this.#offset + this.valueBytes);
    return this.#value;
  }

  copyValue(target: Uint8Array, at: number): void {
    const { bytes } = this.#file;
    const end = this.#offset + this.valueBytes;
    if (this.valueBytes > MAX_COPIED_ONE_BY_ONE) target.set(this.value, at);
    else for (let i = this.#offset; i < end; i++) target[at++] = bytes[i] as number;
  }

  get pieces(): readonly ValuePiece[] {
    return NO_PIECES;
  }

  get blob(): BlobPlace {
    const node = `${this.#node.path}:${this.name}`;
    return { path: this.#file.path, offset: this.#offset, lengthBytes: this.valueBytes, node };
  }
}
