// Chance from a seed: the same seed, kind and case give the same input on every machine.

/** Draws for one case. */
export interface Random {
  /** A whole number from 0 to below `limit`; 0 if there is nothing to choose from. */
  below(limit: number): number;
  /** True once in `times`. */
  oneIn(times: number): boolean;
  pick<T>(from: readonly T[]): T;
  bigint(): bigint;
}

/** The draws of case `index` of a kind. */
export function randomOf(seed: number, kind: string, index: number): Random {
  let state = mix(seed >>> 0);
  for (const character of kind) state = mix(state ^ character.charCodeAt(0));
  state = mix(state ^ (index >>> 0));
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    return mix(state);
  };
  const below = (limit: number): number => Math.floor((next() / 2 ** 32) * limit);
  return {
    below,
    oneIn: (times) => below(times) === 0,
    pick: (from) => {
      if (from.length === 0) throw new Error('there is nothing to pick from');
      return from[below(from.length)] as (typeof from)[number];
    },
    bigint: () => (BigInt(next()) << 32n) | BigInt(next()),
  };
}

/** Spreads what differs in one bit over all 32. */
function mix(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x21f0aaad);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
