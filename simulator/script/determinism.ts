import { createRandom, type Random } from '../index.ts';

/** What the clock of every kernel says at first: when the series v3 was posted. */
const START_MS: number = Date.UTC(2024, 0, 17, 14, 47, 4);

/**
 * Takes chance and time away from the drivers of this process, or of another realm: the same seed
 * gives the same numbers, and the clock moves by one millisecond whenever somebody looks at it.
 */
export function makeDeterministic(seed: number, realm: Realm = globalThis): void {
  const random = createRandom(seed);
  realm.Math.random = (): number => random.below(2 ** 32) / 2 ** 32;
  let now = START_MS;
  const tick = (): number => now++;
  makeDatesDeterministic(tick, realm);
  // What Node adds to the language is only there once.
  if (realm !== globalThis) return;
  makeCryptoDeterministic(random);
  performance.now = () => tick() - START_MS;
  const elapsedNs = (): bigint => BigInt(tick() - START_MS) * 1_000_000n;
  const hrtime = (since: readonly [number, number] = [0, 0]): [number, number] => {
    const ns = elapsedNs() - BigInt(since[0]) * 1_000_000_000n - BigInt(since[1]);
    const seconds = ns / 1_000_000_000n;
    return [Number(seconds), Number(ns - seconds * 1_000_000_000n)];
  };
  process.hrtime = Object.assign(hrtime, { bigint: elapsedNs });
}

/** The globals of the language itself. */
type Realm = Pick<typeof globalThis, 'Math' | 'Date'>;

function makeDatesDeterministic(tick: () => number, realm: Realm): void {
  const RealDate = realm.Date;
  RealDate.now = tick;
  // A proxy, not a class: Date() without `new` is the time as text.
  realm.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [tick()] : args, newTarget),
    apply: (target) => new target(tick()).toString(),
  });
  RealDate.prototype.constructor = realm.Date;
}

function makeCryptoDeterministic(random: Random): void {
  const { crypto } = globalThis;
  crypto.getRandomValues = (array) => {
    if (array === null) return array;
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let index = 0; index < bytes.length; index++) bytes[index] = random.below(256);
    return array;
  };
  crypto.randomUUID = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const hex = Buffer.from(bytes).toString('hex');
    const parts = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(hex) ?? [];
    return parts.slice(1).join('-') as ReturnType<typeof crypto.randomUUID>;
  };
}
