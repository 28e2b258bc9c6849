import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NEWEST_RELEASE } from '../../kho/index.ts';
import {
  SCAFFOLD_KINDS,
  type ScaffoldKind,
  scaffold,
  scaffoldNameProblem,
} from '../../simulator/index.ts';
import { packageRoot } from '../bindings.ts';
import { asSource, readInput, reason, UnusableInput } from '../input.ts';
import { EXIT, type Output, releaseOption } from '../options.ts';

export interface NewDriverCommandOptions {
  readonly into: string;
  /** In C, else in TypeScript. */
  readonly c?: boolean;
  /** The newest for C, and the series of January 2024 for TypeScript, if absent. */
  readonly release?: string;
}

/** `kho new`: a folder with a driver that hands over as it is. Nothing is overwritten. */
export function newDriverCommand(
  name: string,
  { into, c = false, release }: NewDriverCommandOptions,
  output: Output,
): number {
  const problem = scaffoldNameProblem(name);
  if (problem !== undefined) throw new UnusableInput(`${name}: ${problem}`);
  const kind = kindOf(c, release);
  const folder = join(into, name);
  if (existsSync(folder)) throw new UnusableInput(`${folder}: exists already; nothing is written`);
  try {
    mkdirSync(folder, { recursive: true });
    const api = join(packageRoot(), 'simulator', 'driver-api.ts');
    for (const { path, text } of scaffold(name, kind, asSource(api, readInput(api)).text)) {
      writeFileSync(join(folder, path), text, { flag: 'wx' });
      output.out(`${join(folder, path)}\n`);
    }
  } catch (error) {
    throw new UnusableInput(`${folder}: ${reason(error)}`);
  }
  output.out(`\nkho simulate ${join(folder, `${name}.kho.json`)} hands it over\n`);
  return EXIT.clean;
}

function kindOf(isC: boolean, name: string | undefined): ScaffoldKind {
  const language = isC ? 'C' : 'TypeScript';
  const release = releaseOption(name ?? (isC ? NEWEST_RELEASE.name : 'seed'));
  const kinds = SCAFFOLD_KINDS.filter((kind) => kind.language === language);
  const kind = kinds.find((each) => each.release === release);
  if (kind !== undefined) return kind;
  const offered = kinds.map((each) => each.release.name).join(', ');
  throw new UnusableInput(
    `--release ${release?.name}: no driver in ${language} is written for it, but for ${offered}`,
  );
}
