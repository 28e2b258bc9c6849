import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NEWEST_RELEASE } from '../../kho/index.ts';
import {
  type ScaffoldFile,
  scaffoldCDriver,
  scaffoldDriver,
  scaffoldNameProblem,
} from '../../simulator/index.ts';
import { packageRoot } from '../bindings.ts';
import { asSource, readInput, reason, UnusableInput } from '../input.ts';
import { EXIT, type Output } from '../options.ts';

export interface NewDriverCommandOptions {
  readonly into: string;
  /** In C, for the newest release; else in TypeScript, for the series of January 2024. */
  readonly c?: boolean;
}

/** `kho new`: a folder with a driver that hands over as it is. Nothing is overwritten. */
export function newDriverCommand(
  name: string,
  { into, c = false }: NewDriverCommandOptions,
  output: Output,
): number {
  const problem = scaffoldNameProblem(name);
  if (problem !== undefined) throw new UnusableInput(`${name}: ${problem}`);
  const folder = join(into, name);
  if (existsSync(folder)) throw new UnusableInput(`${folder}: exists already; nothing is written`);
  try {
    mkdirSync(folder, { recursive: true });
    for (const { path, text } of filesOf(name, c)) {
      writeFileSync(join(folder, path), text, { flag: 'wx' });
      output.out(`${join(folder, path)}\n`);
    }
  } catch (error) {
    throw new UnusableInput(`${folder}: ${reason(error)}`);
  }
  output.out(`\nkho simulate ${join(folder, `${name}.kho.json`)} hands it over\n`);
  return EXIT.clean;
}

function filesOf(name: string, isC: boolean): readonly ScaffoldFile[] {
  if (isC) return scaffoldCDriver(name, NEWEST_RELEASE);
  const api = join(packageRoot(), 'simulator', 'driver-api.ts');
  return scaffoldDriver(name, asSource(api, readInput(api)).text);
}
