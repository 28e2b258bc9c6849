// Which functions a program has, and what they return.
import { basename } from 'node:path';
import { type ResultKind, resultKinds } from './result-kinds.ts';
import { runTool } from './run-tool.ts';

export interface NativeFunction {
  /** Where it is in the program. */
  readonly offset: number;
  readonly result: ResultKind;
}

/** The functions of each driver by name, static ones included. */
export type FunctionTable = ReadonlyMap<string, ReadonlyMap<string, NativeFunction>>;

/** A driver that was compiled. */
export interface CompiledDriver {
  readonly name: string;
  readonly path: string;
  readonly object: string;
  /** What the preprocessor made of its source: all that it defines. */
  readonly text: string;
}

/** What a program has that can be called. */
export interface ProgramSymbols {
  readonly functions: FunctionTable;
  /** Where a function of the runtime is. */
  offsetOf(name: string): number | undefined;
}

/** Reads the symbols of a program of these drivers. */
export async function symbolsOfProgram(
  executable: string,
  drivers: readonly CompiledDriver[],
): Promise<ProgramSymbols> {
  const [all = [], ...own] = await Promise.all(
    [executable, ...drivers.map(({ object }) => object)].map(symbolsOf),
  );
  const globals = new Map(all.filter(({ isGlobal }) => isGlobal).map((each) => [each.name, each]));
  const locals = new Map(
    all.filter(({ isGlobal }) => !isGlobal).map((each) => [`${each.file} ${each.name}`, each]),
  );
  const table = new Map<string, Map<string, NativeFunction>>();
  for (const [index, { name, path, text }] of drivers.entries()) {
    const functions = new Map<string, NativeFunction>();
    const kinds = resultKinds(text);
    for (const symbol of own[index] ?? []) {
      // The file is what tells static functions of the same name apart.
      const linked = symbol.isGlobal
        ? globals.get(symbol.name)
        : locals.get(`${basename(path)} ${symbol.name}`);
      if (linked === undefined) continue;
      const result = kinds.get(symbol.name) ?? 'other';
      functions.set(symbol.name, { offset: linked.offset, result });
    }
    table.set(name, functions);
  }
  return { functions: table, offsetOf: (name) => globals.get(name)?.offset };
}

interface FunctionSymbol {
  readonly name: string;
  readonly offset: number;
  readonly isGlobal: boolean;
  readonly file: string;
}

/** Local symbols follow that of their file. */
async function symbolsOf(file: string): Promise<FunctionSymbol[]> {
  const { stdout } = await runTool('nm', ['-a', '-p', file]);
  const symbols: FunctionSymbol[] = [];
  let source = '';
  for (const [, offset = '0', kind, name = ''] of stdout.matchAll(/^([0-9a-f]+) (\w) (.+)$/gm)) {
    if (kind === 'a') source = name;
    else if (kind === 't' || kind === 'T') {
      const at = Number.parseInt(offset, 16);
      symbols.push({ name, offset: at, isGlobal: kind === 'T', file: source });
    }
  }
  return symbols;
}
