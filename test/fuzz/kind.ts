import type { Random } from './random.ts';

/** One kind of input: how it is made, what is done with it, and how one that fails is kept. */
export interface FuzzKind<Input = unknown> {
  readonly name: string;
  /** Of all cases, in hundredths. */
  readonly share: number;
  make(random: Random): Input;
  /** @throws when something does not hold that holds for every input. */
  run(input: Input): void;
  /** Files to look at the input with, by the name they end in. */
  files(input: Input): ReadonlyMap<string, Uint8Array>;
}

/** What only holds for the type checker: each kind is given what it made itself. */
export function fuzzKind<Input>(kind: FuzzKind<Input>): FuzzKind {
  return kind as FuzzKind;
}
