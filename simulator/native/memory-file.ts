// The machine's memory as a process of a kernel maps it: a sparse file without a name.
import { closeSync, ftruncateSync, readSync, writeSync } from 'node:fs';
import type { MappedPages, PageStore } from '../index.ts';
import { openUnnamed } from './unnamed-file.ts';

/** Ranges of addresses that a process must not have mapped any more. */
export interface Revoked {
  readonly address: bigint;
  readonly lengthBytes: number;
}

/** More ranges than this are not told one by one: the process starts afresh. */
const MAX_REVOKED = 200;

/** Pages in a file, and where a process has them mapped. Physical addresses are offsets in it. */
export class MemoryFile implements PageStore {
  readonly fd: number;
  readonly #pageBytes: number;
  /** Addresses of the process by page frame. */
  readonly #mapped = new Map<number, Set<bigint>>();
  #revoked: bigint[] = [];

  /** The file is gone with the last process that has it open, however that ends. */
  constructor(sizeBytes: number, pageBytes: number) {
    this.fd = openUnnamed('kho-memory-');
    ftruncateSync(this.fd, sizeBytes);
    this.#pageBytes = pageBytes;
  }

  read(address: number, lengthBytes: number): Uint8Array {
    const bytes = new Uint8Array(lengthBytes);
    readSync(this.fd, bytes, 0, lengthBytes, address);
    return bytes;
  }

  write(address: number, bytes: Uint8Array): void {
    writeSync(this.fd, bytes, 0, bytes.length, address);
  }

  revoked(pfn: number): void {
    const addresses = this.#mapped.get(pfn);
    if (addresses === undefined) return;
    this.#revoked.push(...addresses);
    this.#mapped.delete(pfn);
  }

  /** Remembers that a process maps pages at an address of its own. */
  map(address: bigint, { pfn, pages }: MappedPages): void {
    for (let index = 0; index < pages; index++) {
      const addresses = this.#mapped.get(pfn + index) ?? new Set();
      this.#mapped.set(pfn + index, addresses.add(address + BigInt(index * this.#pageBytes)));
    }
  }

  /** The process has unmapped everything. */
  forgetMappings(): void {
    this.#mapped.clear();
    this.#revoked = [];
  }

  /**
   * What was revoked since the last time, each range as long as it gets; `all` if that is too much
   * to tell.
   */
  takeRevoked(all: readonly Revoked[]): readonly Revoked[] {
    const addresses = this.#revoked.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    this.#revoked = [];
    const ranges: { address: bigint; lengthBytes: number }[] = [];
    for (const address of addresses) {
      const last = ranges.at(-1);
      if (last !== undefined && last.address + BigInt(last.lengthBytes) === address)
        last.lengthBytes += this.#pageBytes;
      else ranges.push({ address, lengthBytes: this.#pageBytes });
    }
    if (ranges.length <= MAX_REVOKED) return ranges;
    this.forgetMappings();
    return all;
  }

  close(): void {
    closeSync(this.fd);
  }
}
