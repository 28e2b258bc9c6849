/** The only source of chance in a run. The same seed gives the same numbers on every platform. */
export interface Random {
  /** A whole number from 0 to `limit` - 1; `limit` is at least 1. */
  below(limit: number): number;
  /** A generator of its own for one purpose: what it is asked changes nothing for the others. */
  fork(purpose: string): Random;
}

/** xoshiro128** (Blackman and Vigna), started with splitmix32. */
export function createRandom(seed: number): Random {
  const mix = splitmix32((seed % 2 ** 32) ^ Math.floor(seed / 2 ** 32));
  const state = new Uint32Array([mix(), mix(), mix(), mix()]);
  const next = (): number => {
    const [a = 0, b = 0, c = 0, d = 0] = state;
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    state[2] = c ^ a;
    state[3] = d ^ b;
    state[1] = b ^ (state[2] as number);
    state[0] = a ^ (state[3] as number);
    state[2] = (state[2] as number) ^ (b << 9);
    state[3] = rotate(state[3] as number, 11);
    return result;
  };
  return {
    below: (limit) => Math.floor((next() / 2 ** 32) * limit),
    fork(purpose) {
      let hash = next();
      for (let i = 0; i < purpose.length; i++)
        hash = Math.imul(hash ^ purpose.charCodeAt(i), 0x01000193) >>> 0;
      return createRandom(hash);
    },
  };
}

function rotate(value: number, bits: number): number {
  return ((value << bits) | (value >>> (32 - bits))) >>> 0;
}

function splitmix32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let value = state ^ (state >>> 16);
    value = Math.imul(value, 0x21f0aaad);
    value ^= value >>> 15;
    value = Math.imul(value, 0x735a2d97);
    return (value ^ (value >>> 15)) >>> 0;
  };
}
