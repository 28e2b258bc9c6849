// A scenario as its file has it. Exploring works on this and not on what it means, so that all the
// words of a scenario stay as they are, also those that exploring knows nothing of.
import type { Issue } from '../../fdt/index.ts';
import { parseScenario } from '../scenario/parse.ts';
import type { FaultSpec, Scenario } from '../scenario/scenario.ts';

/** What exploring looks at. */
export interface RawScenario {
  readonly seed?: number;
  readonly machine?: RawMachine;
  readonly kernels: readonly RawKernel[];
  readonly faults?: readonly FaultSpec[];
  readonly expect?: { readonly findings?: readonly (string | object)[] };
}

export interface RawMachine {
  readonly ram?: readonly RawRam[];
}

export interface RawRam {
  readonly start: string | number;
  readonly size: string | number;
  readonly node?: number;
}

export interface RawKernel {
  readonly drivers?: readonly string[];
  readonly steps?: readonly RawStep[];
}

export interface RawStep {
  /** Name of the driver that is called. */
  readonly call?: string;
  readonly count?: number;
  readonly kexec?: object;
}

/** What the scenario means, if it means anything; `path` is that of the file that it comes from. */
export function meaningOf(
  raw: RawScenario,
  path: string,
): { readonly value: Scenario | undefined; readonly issues: readonly Issue[] } {
  return parseScenario({ path, text: JSON.stringify(raw) });
}

/** The name by which a driver is called: that of its file without ending. */
export function driverName(path: string): string {
  const file = path.slice(path.lastIndexOf('/') + 1);
  return file.slice(0, file.lastIndexOf('.'));
}
