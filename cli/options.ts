import type { ByteOrder } from '../fdt/index.ts';
import { RELEASES, type Release, releaseNamed } from '../kho/index.ts';
import { UnusableInput } from './input.ts';

/** Exit codes of every command. */
export const EXIT = { clean: 0, issues: 1, unusable: 2, internal: 70 } as const;

/** Where a command prints. */
export interface Output {
  out(text: string | Uint8Array): void;
  err(text: string): void;
  /** Whether `out` is a terminal, and so may be coloured. */
  readonly isTerminal: boolean;
}

/** Options that every command which reads an FDT takes. */
export interface CommonOptions {
  readonly release?: string;
  readonly bindings: readonly string[];
  readonly include: readonly string[];
  readonly endian: ByteOrder;
}

/**
 * The row that `--release` names, or undefined if it was not given.
 * @throws UnusableInput when there is no such row.
 */
export function releaseOption(name: string | undefined): Release | undefined {
  if (name === undefined) return undefined;
  const release = releaseNamed(name);
  if (release !== undefined) return release;
  const known = RELEASES.map((each) => each.name).join(', ');
  throw new UnusableInput(`--release ${name}: no such release; known are ${known}`);
}
