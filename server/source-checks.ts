// Checks sources, and knows when a check still holds: while the source, all it includes, the
// bindings and the settings are the same.
import type { Diagnostic } from 'vscode-languageserver/node';
import type { Issue, SourceFile } from '../fdt/index.ts';
import {
  type BindingSet,
  type CheckedSource,
  type CheckSourceOptions,
  checkSource,
  recheckSource,
} from '../kho/index.ts';
import { type DiagnosticOptions, toDiagnostic } from './diagnostic.ts';
import type { FileKey } from './file-key.ts';
import { type FileContent, type Files, MAX_SOURCE_BYTES } from './files.ts';
import { createIncludeHost } from './include-host.ts';
import type { Settings } from './settings.ts';

/** Trees of closed files that are kept; those of open files are all kept. */
export const MAX_CLOSED_TREES = 8;

/** What sources are checked against, now. */
export interface CheckBasis {
  readonly bindings: BindingSet;
  readonly settings: Settings;
}

export interface SourceChecks {
  /** The tree of a source, up to date; undefined if the source cannot be read. */
  tree(key: FileKey): CheckedSource | undefined;
  /** What is wrong with a source, up to date, by the file that it is wrong in. */
  diagnostics(key: FileKey): ReadonlyMap<FileKey, readonly Diagnostic[]>;
  /** Files that a source includes, directly or not, as of its last check. */
  includesOf(key: FileKey): FileKey[];
  /** Sources that included the file when they were last checked. */
  includersOf(key: FileKey): FileKey[];
  forget(key: FileKey): void;
}

/** What is kept of a check for long: neither text nor tree. */
interface Result extends CheckBasis {
  /** The source and what it includes, with their stamps. */
  readonly stamps: Map<FileKey, number>;
  readonly diagnostics: ReadonlyMap<FileKey, readonly Diagnostic[]>;
}

interface Before {
  readonly result: Result;
  readonly tree: CheckedSource;
}

export function createSourceChecks(
  files: Files,
  basis: () => CheckBasis,
  options: DiagnosticOptions,
): SourceChecks {
  const kept = new KeptChecks(files);

  const isBasisCurrent = (result: Result): boolean => {
    const { bindings, settings } = basis();
    return result.bindings === bindings && result.settings === settings;
  };
  const changedOf = ({ stamps }: Result): FileKey[] =>
    [...stamps].flatMap(([key, stamp]) => (files.stampOf(key) === stamp ? [] : [key]));
  const isCurrent = (result: Result): boolean =>
    isBasisCurrent(result) && changedOf(result).length === 0;
  /** The check of a source in which nothing but its own text has changed since. */
  const checkBefore = (key: FileKey, source: SourceFile): Before | undefined => {
    const result = kept.result(key);
    const tree = kept.tree(key);
    if (result === undefined || tree?.source !== source || !isBasisCurrent(result))
      return undefined;
    return changedOf(result).every((each) => each === key) ? { result, tree } : undefined;
  };
  const check = (key: FileKey): { result: Result; tree: CheckedSource | undefined } => {
    const { bindings, settings } = basis();
    const content = files.read(key);
    const before = content.kind === 'text' ? checkBefore(key, content.source) : undefined;
    let stamps = new Map([[key, files.stampOf(key)]]);
    const host = createIncludeHost(files, (each) => stamps.set(each, files.stampOf(each)));
    const checkOptions: CheckSourceOptions = {
      bindings,
      host,
      byteOrder: settings.byteOrder,
      ...(settings.release === undefined ? {} : { release: settings.release }),
    };
    let tree: CheckedSource | undefined;
    if (before !== undefined) {
      tree = recheckSource(before.tree, checkOptions);
      // What was not read again still reads its files through the host that it was read with.
      if (tree.tree === before.tree.tree) stamps = before.result.stamps;
      stamps.set(key, files.stampOf(key));
    } else if (content.kind === 'text') tree = checkSource(content.source, checkOptions);
    const issues = tree?.issues ?? unreadIssues(content);
    const diagnostics = byFile(issues, key, files, options);
    const result = { stamps, bindings, settings, diagnostics };
    kept.put(key, result, tree);
    return { result, tree };
  };
  return {
    tree(key) {
      const known = kept.result(key);
      if (known === undefined || !isCurrent(known)) return check(key).tree;
      return kept.tree(key) ?? check(key).tree;
    },
    diagnostics(key) {
      const known = kept.result(key);
      return (known !== undefined && isCurrent(known) ? known : check(key).result).diagnostics;
    },
    includesOf: (key) =>
      [...(kept.result(key)?.stamps.keys() ?? [])].filter((each) => each !== key),
    includersOf: (key) => kept.includersOf(key),
    forget: (key) => kept.forget(key),
  };
}

/** The last check of each source, and which of them included what. */
class KeptChecks {
  readonly #files: Files;
  readonly #results = new Map<FileKey, Result>();
  readonly #trees = new Map<FileKey, CheckedSource>();
  readonly #includers = new Map<FileKey, Set<FileKey>>();

  constructor(files: Files) {
    this.#files = files;
  }

  result(key: FileKey): Result | undefined {
    return this.#results.get(key);
  }

  /** Undefined also if it was not kept. */
  tree(key: FileKey): CheckedSource | undefined {
    return this.#trees.get(key);
  }

  includersOf(key: FileKey): FileKey[] {
    return [...(this.#includers.get(key) ?? [])];
  }

  put(key: FileKey, result: Result, tree: CheckedSource | undefined): void {
    this.forget(key);
    this.#results.set(key, result);
    for (const included of result.stamps.keys()) {
      if (included === key) continue;
      const known = this.#includers.get(included) ?? new Set();
      this.#includers.set(included, known.add(key));
    }
    if (tree === undefined) return;
    this.#trees.set(key, tree);
    const isClosed = (each: FileKey): boolean => this.#files.documentOf(each) === undefined;
    const closed = [...this.#trees.keys()].filter(isClosed);
    for (const oldest of closed.slice(0, -MAX_CLOSED_TREES)) this.#trees.delete(oldest);
  }

  forget(key: FileKey): void {
    for (const included of this.#results.get(key)?.stamps.keys() ?? [])
      this.#includers.get(included)?.delete(key);
    this.#results.delete(key);
    this.#trees.delete(key);
  }
}

function unreadIssues(content: FileContent): Issue[] {
  if (content.kind !== 'too-large') return [];
  const sizes = `${content.sizeBytes} bytes, the most checked here is ${MAX_SOURCE_BYTES}`;
  return [
    {
      rule: 'limit-exceeded',
      severity: 'info',
      message: `the file is too large to be checked while you type (${sizes})`,
      help: 'Check it with `kho check`.',
    },
  ];
}

function byFile(
  issues: readonly Issue[],
  checked: FileKey,
  files: Files,
  options: DiagnosticOptions,
): ReadonlyMap<FileKey, readonly Diagnostic[]> {
  const diagnostics = new Map<FileKey, Diagnostic[]>();
  for (const issue of issues) {
    const key = (issue.span && files.keyOf(issue.span.source)) ?? checked;
    const list = diagnostics.get(key) ?? [];
    list.push(toDiagnostic(issue, options));
    diagnostics.set(key, list);
  }
  return diagnostics;
}
