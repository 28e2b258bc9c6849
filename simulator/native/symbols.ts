// Which functions a program has, and what they return.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { DriverFile } from '../index.ts';
import { runTool } from './run-tool.ts';

export interface NativeFunction {
  /** Where it is in the program. */
  readonly offset: number;
  /** False if what it leaves where a number is returned means nothing. */
  readonly returnsNumber: boolean;
}

/** The functions of each driver by name, static ones included. */
export type FunctionTable = ReadonlyMap<string, ReadonlyMap<string, NativeFunction>>;

/** Reads the symbols of a program in which `objectOf` was linked for each driver. */
export async function functionsOf(
  executable: string,
  drivers: readonly DriverFile[],
  objectOf: (driver: string) => string,
): Promise<FunctionTable> {
  const all = symbolsOf((await runTool('nm', ['-a', '-p', executable])).stdout);
  const table = new Map<string, Map<string, NativeFunction>>();
  for (const { name, path } of drivers) {
    const own = symbolsOf((await runTool('nm', ['-a', '-p', objectOf(name)])).stdout);
    const source = readSource(path);
    const functions = new Map<string, NativeFunction>();
    for (const symbol of own) {
      // The file is what tells static functions of the same name apart.
      const linked = all.find(
        (each) =>
          each.name === symbol.name &&
          each.isGlobal === symbol.isGlobal &&
          (each.isGlobal || each.file === basename(path)),
      );
      if (linked !== undefined)
        functions.set(symbol.name, {
          offset: linked.offset,
          returnsNumber: !returnsOther(source, symbol.name),
        });
    }
    table.set(name, functions);
  }
  return table;
}

/** Where a function of the runtime is in a program. */
export async function offsetOf(executable: string, name: string): Promise<number | undefined> {
  const all = symbolsOf((await runTool('nm', ['-a', '-p', executable])).stdout);
  return all.find((each) => each.isGlobal && each.name === name)?.offset;
}

interface FunctionSymbol {
  readonly name: string;
  readonly offset: number;
  readonly isGlobal: boolean;
  readonly file: string;
}

/** Local symbols follow that of their file. */
function symbolsOf(text: string): FunctionSymbol[] {
  const symbols: FunctionSymbol[] = [];
  let file = '';
  for (const [, offset = '0', kind, name = ''] of text.matchAll(/^([0-9a-f]+) (\w) (.+)$/gm)) {
    if (kind === 'a') file = name;
    else if (kind === 't' || kind === 'T')
      symbols.push({ name, offset: Number.parseInt(offset, 16), isGlobal: kind === 'T', file });
  }
  return symbols;
}

function readSource(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** A definition of a function without a value, or with a pointer. */
function returnsOther(source: string, name: string): boolean {
  const definition = new RegExp(
    `^(?:[\\w\\s]*\\bvoid\\s+(?:__\\w+\\s+)*|.*\\*\\s*)${name}\\s*\\(`,
    'm',
  );
  return definition.test(source);
}
