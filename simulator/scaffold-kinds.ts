// What a driver to begin with can be written in, and for which releases.
import { RELEASES, type Release } from '../kho/index.ts';
import { canScaffold, type ScaffoldFile, scaffoldDriver } from './scaffold.ts';
import { canScaffoldC, scaffoldCDriver } from './scaffold-c.ts';

export interface ScaffoldKind {
  readonly language: 'TypeScript' | 'C';
  readonly release: Release;
}

/** All there is, the newest release first. */
export const SCAFFOLD_KINDS: readonly ScaffoldKind[] = RELEASES.toReversed().flatMap((release) => [
  ...(canScaffold(release) ? [{ language: 'TypeScript' as const, release }] : []),
  ...(canScaffoldC(release) ? [{ language: 'C' as const, release }] : []),
]);

/**
 * The files of a new driver, the driver itself first. `driverApi` is the text of
 * simulator/driver-api.ts, which drivers in TypeScript take their types from.
 */
export function scaffold(
  name: string,
  { language, release }: ScaffoldKind,
  driverApi: string,
): readonly ScaffoldFile[] {
  return language === 'C'
    ? scaffoldCDriver(name, release)
    : scaffoldDriver(name, driverApi, release);
}
