// A scenario that fails, as a file that shows it again.
import type { ExploredFailure } from './explore.ts';
import type { RawScenario } from './raw-scenario.ts';

/**
 * The smallest scenario that fails, for `kho simulate`: what comes of its faults by themselves is
 * expected, so that only what is wrong is not. `relocate` gives paths from the scenario's folder as
 * they are from the new file's.
 */
export function fileOfFailure(
  { shrunk, shrunkFailure, consequences, seed }: ExploredFailure,
  relocate: (path: string) => string,
): RawScenario {
  const { expect, ...rest } = shrunk as RawScenario & { title: string; bindings?: string[] };
  const { title, bindings } = rest;
  const kernels = shrunk.kernels.map((kernel) => ({
    ...kernel,
    ...(kernel.drivers && { drivers: kernel.drivers.map(relocate) }),
  }));
  const findings = [...(expect?.findings ?? []), ...consequences];
  // A run that ends early fails only where nothing is expected of it.
  const expected = shrunkFailure.findings.length > 0 ? { expect: { findings } } : {};
  const file = {
    ...rest,
    title: `${title} (found with seed ${seed})`,
    ...(bindings && { bindings: bindings.map(relocate) }),
    kernels,
    ...expected,
  };
  return file;
}
