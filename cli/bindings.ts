import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Issue } from '../fdt/index.ts';
import { type Binding, type BindingSet, createBindingSet, loadBinding } from '../kho/index.ts';
import { asSource, readInput, reason, UnusableInput } from './input.ts';

/** The folder of the package: where `bindings/` and `dist/` are. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'bindings')) && dirname(folder) !== folder)
    folder = dirname(folder);
  return folder;
}

/**
 * The bindings that ship with the package and those in `folders`, which win over them. A binding
 * that is wrong is left out and its issues are returned.
 * @throws UnusableInput when a folder cannot be read.
 */
export function loadBindings(folders: readonly string[]): {
  readonly bindings: BindingSet;
  readonly issues: readonly Issue[];
} {
  const loaded = [join(packageRoot(), 'bindings'), ...folders].map((each) => loadFolder(each));
  return {
    bindings: createBindingSet(loaded.flatMap((each) => each.bindings)),
    issues: loaded.flatMap((each) => each.issues),
  };
}

/** `bindings` and the binding files among `paths`, which win; their issues are not told here. */
export function withBindingFiles(bindings: BindingSet, paths: readonly string[]): BindingSet {
  const own = paths
    .filter((path) => BINDING_FILE.test(path))
    .flatMap((path) => loadBinding(asSource(path, readInput(path))).value ?? []);
  return own.length === 0 ? bindings : createBindingSet([...bindings.bindings, ...own]);
}

const BINDING_FILE = /\.kho\.ya?ml$/;

/**
 * The bindings of one folder, without those that are wrong, and their issues.
 * @throws UnusableInput when it cannot be read.
 */
export function loadFolder(folder: string): {
  readonly bindings: readonly Binding[];
  readonly issues: readonly Issue[];
} {
  const bindings: Binding[] = [];
  const issues: Issue[] = [];
  for (const path of bindingFiles(folder)) {
    const outcome = loadBinding(asSource(path, readInput(path)));
    issues.push(...outcome.issues);
    if (outcome.value !== undefined) bindings.push(outcome.value);
  }
  return { bindings, issues };
}

function bindingFiles(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => BINDING_FILE.test(name));
    return names.sort().map((name) => join(folder, name));
  } catch (error) {
    throw new UnusableInput(`${folder}: ${reason(error)}`);
  }
}
