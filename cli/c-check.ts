// C files that use KHO: for `kho check driver.c`.
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type CParser, checkCText, createCParser, MAX_C_TEXT_LENGTH, usesKho } from '../c/index.ts';
import type { Issue, SourceFile } from '../fdt/index.ts';
import type { Release } from '../kho/index.ts';
import { asSource, readInput, UnusableInput } from './input.ts';

let parser: Promise<CParser> | undefined;

/**
 * What is wrong in a C file; nothing if it has nothing to do with KHO.
 * @throws UnusableInput when it is larger than what is looked into.
 */
export async function checkCFile(
  source: SourceFile,
  release: Release | undefined,
): Promise<readonly Issue[]> {
  if (source.text.length > MAX_C_TEXT_LENGTH)
    throw new UnusableInput(`${source.path}: is larger than ${MAX_C_TEXT_LENGTH} characters`);
  parser ??= startParser();
  return checkCText(await parser, source, release).issues;
}

/** Whether a file is C by its name. */
export function isC(file: string): boolean {
  return /\.[ch]$/.test(file);
}

/** Whether a file of a folder is C that uses KHO. Larger ones than are looked into are tables. */
export function isCWithKho(file: string): boolean {
  if (!isC(file) || statSync(file).size > MAX_C_TEXT_LENGTH) return false;
  return usesKho(asSource(file, readInput(file)).text);
}

/** The build leaves the parser beside the command. */
async function startParser(): Promise<CParser> {
  const beside = (name: string): Promise<Uint8Array> => readFile(new URL(name, import.meta.url));
  return createCParser({
    runtime: await beside('web-tree-sitter.wasm'),
    grammar: await beside('tree-sitter-c.wasm'),
  });
}
