/** Bits by which a suffix of a size shifts it. */
const SHIFTS: Readonly<Record<string, bigint>> = {
  K: 10n,
  M: 20n,
  G: 30n,
  T: 40n,
  P: 50n,
  E: 60n,
};

/** ULLONG_MAX, as near as a number comes without being 2^64. */
const MOST = 2 ** 64 - 2 ** 11;

export interface Parsed {
  /** In bytes; with a suffix that makes it more than 64 bits hold, all but the most they do. */
  readonly bytes: number;
  /** What stands behind the number and its suffix. */
  readonly rest: string;
}

/**
 * The number that `text` begins with: decimal, octal after a 0 or hexadecimal after 0x, with a
 * suffix from K to E; undefined if there is none. Models memparse() of lib/cmdline.c.
 */
export function memparse(text: string): Parsed | undefined {
  const digits = /^(?:0x[0-9a-f]+|0[0-7]*|[1-9]\d*)/i.exec(text)?.[0];
  if (digits === undefined) return undefined;
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  const shift = SHIFTS[text.charAt(digits.length).toUpperCase()];
  const rest = text.slice(digits.length + (shift === undefined ? 0 : 1));
  const shifted = BigInt.asUintN(64, value) << (shift ?? 0n);
  return { bytes: Math.min(Number(shifted), MOST), rest };
}
