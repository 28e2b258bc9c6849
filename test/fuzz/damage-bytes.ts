// Damage to bytes: what chance, broken hardware and people with bad intentions do to them.
import type { Random } from './random.ts';

/** Numbers at which programs go wrong. */
export const INTERESTING: readonly bigint[] = [
  ...[0n, 1n, 2n, 3n, 7n, 8n, 9n, 10n, 16n, 63n, 64n, 127n, 255n, 511n, 512n, 4095n, 4096n, 4097n],
  ...[16n, 31n, 32n, 33n, 40n, 47n, 51n, 52n, 53n, 62n, 63n].flatMap((bits) => [
    (1n << bits) - 1n,
    1n << bits,
    (1n << bits) + 1n,
  ]),
  ...[1n, 2n, 3n, 8n, 4096n].map((less) => (1n << 64n) - less),
  ...[0x1000n, 0x1fffn, 0x2000n, 0x10000n, 0xffff_f000n, 0x1_0000_0000n, 0xd00dfeedn, 0xedfe0dd0n],
];

/** Edits of one input: enough to get past more than one check. */
const EDITS_MAX = 6;

/** A copy of `bytes` with some of it changed, removed or doubled, or parts of `others` in it. */
export function damageBytes(
  bytes: Uint8Array,
  others: readonly Uint8Array[],
  random: Random,
): Uint8Array {
  let damaged: Uint8Array = bytes.slice();
  for (let edits = 1 + random.below(EDITS_MAX); edits > 0; edits--)
    if (random.oneIn(4)) damaged = resized(damaged, others, random);
    else damageInPlace(damaged, random);
  return damaged;
}

/** Changes some of `bytes`, most often where there is something. */
export function damageInPlace(bytes: Uint8Array, random: Random): void {
  if (bytes.length === 0) return;
  const at = random.oneIn(3) ? random.below(bytes.length) : nearContent(bytes, random);
  switch (random.below(5)) {
    case 0:
      bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
      return;
    case 1:
      bytes[at] = random.below(256);
      return;
    case 2: {
      const end = Math.min(bytes.length, at + 1 + random.below(64));
      const fill = random.pick([0, 0xff, undefined]);
      for (let i = at; i < end; i++) bytes[i] = fill ?? random.below(256);
      return;
    }
    case 3: {
      const from = random.below(bytes.length);
      bytes.copyWithin(at, from, from + 1 + random.below(64));
      return;
    }
    default:
      putInteger(bytes, at, random.pick(INTERESTING), random);
  }
}

/** Writes `value` with a width, an alignment and a byte order that are chosen. */
export function putInteger(bytes: Uint8Array, at: number, value: bigint, random: Random): void {
  const width = random.pick([1, 2, 4, 8]);
  const aligned = random.oneIn(5) ? at : at - (at % width);
  if (aligned + width > bytes.length) return;
  const isLittle = random.oneIn(2);
  for (let i = 0; i < width; i++) {
    const shift = BigInt(8 * (isLittle ? i : width - 1 - i));
    bytes[aligned + i] = Number((value >> shift) & 0xffn);
  }
}

/** The first byte that is not 0 from a place by chance; pages are mostly empty. */
function nearContent(bytes: Uint8Array, random: Random): number {
  const start = random.below(bytes.length);
  for (let i = start; i < bytes.length; i++) if (bytes[i] !== 0) return i;
  for (let i = 0; i < start; i++) if (bytes[i] !== 0) return i;
  return start;
}

function resized(bytes: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  const at = random.below(bytes.length + 1);
  const until = Math.min(bytes.length, at + random.below(64));
  switch (random.below(5)) {
    case 0:
      return bytes.slice(0, at);
    case 1:
      return joined(bytes.subarray(0, at), bytes.subarray(until));
    case 2:
      return joined(bytes.subarray(0, until), bytes.subarray(at));
    case 3: {
      const inserted = Uint8Array.from({ length: 1 + random.below(16) }, () => random.below(256));
      return joined(bytes.subarray(0, at), inserted, bytes.subarray(at));
    }
    default: {
      const other = others.length === 0 ? bytes : random.pick(others);
      return joined(bytes.subarray(0, at), other.subarray(random.below(other.length + 1)));
    }
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
