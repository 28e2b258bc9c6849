import { createRandom } from '../index.ts';

/** What the clock of every kernel says at first: when the series v3 was posted. */
const START_MS: number = Date.UTC(2024, 0, 17, 14, 47, 4);

/**
 * Takes chance and time away from the drivers of this process: the same seed gives the same
 * numbers, and the clock moves by one millisecond whenever somebody looks at it.
 */
export function makeDeterministic(seed: number): void {
  const random = createRandom(seed);
  const number = (): number => random.below(2 ** 32) / 2 ** 32;
  Math.random = number;
  const { crypto } = globalThis;
  crypto.getRandomValues = (array) => {
    if (array === null) return array;
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let index = 0; index < bytes.length; index++) bytes[index] = random.below(256);
    return array;
  };
  let now = START_MS;
  const tick = (): number => now++;
  const RealDate = Date;
  globalThis.Date = class extends RealDate {
    constructor(...args: unknown[]) {
      super(...((args.length === 0 ? [tick()] : args) as [number]));
    }

    static override now(): number {
      return tick();
    }
  } as DateConstructor;
  performance.now = () => tick() - START_MS;
}
