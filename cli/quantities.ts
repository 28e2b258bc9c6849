// Numbers and ranges as people type them after an option.
import { InvalidArgumentError } from 'commander';
import type { NumaNode, PhysRange } from '../kho/index.ts';

const UNITS: Readonly<Record<string, bigint>> = {
  '': 1n,
  k: 1n << 10n,
  m: 1n << 20n,
  g: 1n << 30n,
  t: 1n << 40n,
};

/** A number in any base with a K, M, G or T behind it, as the kernel's memparse() takes it. */
export function quantity(text: string): bigint {
  const match = /^(0x[0-9a-f]+|\d+)([kmgt]?)$/i.exec(text);
  if (match?.[1] === undefined)
    throw new InvalidArgumentError('it is a number such as 0x27c000, 4096 or 16M.');
  return BigInt(match[1]) * (UNITS[(match[2] ?? '').toLowerCase()] as bigint);
}

/** A number that is small enough to count with. */
export function countOf(text: string): number {
  const value = quantity(text);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new InvalidArgumentError('it is too large.');
  return Number(value);
}

/** Several counts with commas between. */
export function countsOf(text: string): readonly number[] {
  return text.split(',').map((each) => countOf(each.trim()));
}

/** `START+SIZE` or `START-LAST`, several with commas between. */
export function ranges(text: string): readonly PhysRange[] {
  return text.split(',').map((each) => {
    const match = /^([^+-]+)([+-])([^+-]+)$/.exec(each.trim());
    if (match === null)
      throw new InvalidArgumentError(
        'a range is START+SIZE or START-LAST, such as 0x1d800000+16M.',
      );
    const address = quantity(match[1] ?? '');
    const other = quantity(match[3] ?? '');
    const sizeBytes = match[2] === '+' ? other : other - address + 1n;
    if (sizeBytes <= 0n) throw new InvalidArgumentError('a range ends where it starts, or later.');
    return { address, sizeBytes };
  });
}

/** `ID:RANGE`, several with commas between; a node may come more than once. */
export function numaNodes(text: string): readonly NumaNode[] {
  const nodes = new Map<number, PhysRange[]>();
  for (const each of text.split(',')) {
    const [id = '', range = ''] = each.split(':');
    if (!/^\d{1,4}$/.test(id.trim()))
      throw new InvalidArgumentError('a node is ID:RANGE, such as 0:0x0+64G,1:64G+64G.');
    const known = nodes.get(Number(id)) ?? [];
    nodes.set(Number(id), [...known, ...ranges(range)]);
  }
  return [...nodes].map(([id, own]) => ({ id, ranges: own }));
}

/** A page size that an architecture has. */
export function pageSize(text: string): number {
  const size = countOf(text);
  if (size === 4096 || size === 16384 || size === 65536) return size;
  throw new InvalidArgumentError('pages have 4K, 16K or 64K.');
}
