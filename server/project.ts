// What the server knows: files, bindings and settings, and what follows from them. What is derived
// is computed when asked for and kept while what it was computed from is the same.
import { createHash } from 'node:crypto';
import type { Diagnostic } from 'vscode-languageserver/node';
import type { BindingSet, CheckedSource } from '../kho/index.ts';
import { createBindingStore } from './binding-store.ts';
import { type DiagnosticOptions, toDiagnostic } from './diagnostic.ts';
import { type FileKey, roleOf } from './file-key.ts';
import type { Files } from './files.ts';
import { DEFAULT_SETTINGS, type Settings } from './settings.ts';
import { createSourceChecks } from './source-checks.ts';

/** The diagnostics of one file, with a name that changes when they do. */
export interface Report {
  readonly id: string;
  readonly diagnostics: readonly Diagnostic[];
}

export interface Project {
  readonly files: Files;
  /** Names the sources of the workspace, and the bindings, the later the stronger. */
  setFiles(sources: Iterable<FileKey>, bindings: Iterable<FileKey>): void;
  setSettings(settings: Settings): void;
  settings(): Settings;
  /** The bindings in force. */
  bindings(): BindingSet;
  /** Every file that has, or may have, diagnostics. */
  keys(): FileKey[];
  /** The diagnostics of a file as they are now. */
  report(key: FileKey): Report;
  /** Files that a source includes, directly or not, as of its last check. */
  includesOf(key: FileKey): FileKey[];
  /** Files whose diagnostics may differ when `key` has changed, itself included. */
  affectedBy(key: FileKey): FileKey[];
  /** The tree that `key` is part of: its own, or that of a source that includes it, if any. */
  treeAround(key: FileKey): CheckedSource | undefined;
}

export function createProject(files: Files, options: DiagnosticOptions): Project {
  const bindings = createBindingStore(files);
  let settings = DEFAULT_SETTINGS;
  let sources: ReadonlySet<FileKey> = new Set();
  const checks = createSourceChecks(
    files,
    () => ({ bindings: bindings.current(), settings }),
    options,
  );

  /** Sources are the workspace's, and what is open and is not a part of one of those. */
  const isSource = (key: FileKey): boolean => {
    if (sources.has(key)) return true;
    const document = files.documentOf(key);
    if (document === undefined || roleOf(key) === 'binding') return false;
    if (roleOf(key) === 'source') return true;
    return document.languageId === LANGUAGE_ID && checks.includersOf(key).length === 0;
  };
  const isBinding = (key: FileKey): boolean =>
    bindings.has(key) || (roleOf(key) === 'binding' && files.documentOf(key) !== undefined);
  const allSources = (): FileKey[] => [
    ...new Set([...sources, ...files.openKeys().filter(isSource)]),
  ];

  const diagnosticsOf = (key: FileKey): readonly Diagnostic[] => {
    if (isBinding(key)) return bindings.issuesOf(key).map((issue) => toDiagnostic(issue, options));
    const own = isSource(key) ? (checks.diagnostics(key).get(key) ?? NONE) : NONE;
    const others = checks
      .includersOf(key)
      .flatMap((includer) => checks.diagnostics(includer).get(key) ?? []);
    return others.length === 0 ? own : withoutRepeats([...own, ...others]);
  };
  return {
    files,
    setFiles(nextSources, nextBindings) {
      const next = new Set(nextSources);
      for (const key of sources) if (!next.has(key)) checks.forget(key);
      sources = next;
      bindings.use(nextBindings);
    },
    setSettings(next) {
      settings = next;
    },
    settings: () => settings,
    bindings: () => bindings.current(),
    keys() {
      const keys = new Set([...bindings.keys(), ...files.openKeys().filter(isBinding)]);
      for (const source of allSources()) {
        keys.add(source);
        for (const included of checks.includesOf(source)) keys.add(included);
      }
      return [...keys];
    },
    report(key) {
      const diagnostics = diagnosticsOf(key);
      return { id: idOf(diagnostics), diagnostics };
    },
    includesOf: checks.includesOf,
    affectedBy(key) {
      const changed = isBinding(key) ? allSources() : [key, ...checks.includersOf(key)];
      return [...new Set([key, ...changed, ...changed.flatMap((each) => checks.includesOf(each))])];
    },
    treeAround(key) {
      if (isSource(key)) return checks.tree(key);
      // Nothing is said of a devicetree source that no KHO source includes: it is another's.
      const [includer] = checks.includersOf(key);
      return includer && checks.tree(includer);
    },
  };
}

const NONE: readonly Diagnostic[] = [];

/** The language of sources, whatever their file is called. */
export const LANGUAGE_ID = 'kho-fdt';

const ids = new WeakMap<readonly Diagnostic[], string>();

function idOf(diagnostics: readonly Diagnostic[]): string {
  const known = ids.get(diagnostics);
  if (known !== undefined) return known;
  const id = createHash('sha1').update(JSON.stringify(diagnostics)).digest('base64');
  ids.set(diagnostics, id);
  return id;
}

/** Two sources that include a file mostly find the same in it. */
function withoutRepeats(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...new Map(diagnostics.map((each) => [JSON.stringify(each), each])).values()];
}
