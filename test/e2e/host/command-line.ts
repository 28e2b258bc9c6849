// The part of the desktop editor's command line that a test runner uses.
import { statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkbenchTarget } from './workbench-url.ts';

export interface CommandLine {
  readonly target: WorkbenchTarget;
  readonly userDataFolder?: string;
  readonly extensionsFolder?: string;
  readonly asksForTrust: boolean;
}

/** Options that take a value, which may follow `=` or be the next argument. */
const WITH_VALUE = new Set([
  'extensionDevelopmentPath',
  'extensionTestsPath',
  'user-data-dir',
  'extensions-dir',
  'folder-uri',
  'file-uri',
]);

/**
 * Reads the arguments of the desktop editor. Those that only make sense for a window on a desktop,
 * such as `--no-sandbox`, are passed over.
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, paths } = splitOptions(args);
  const last = (name: string): string | undefined => values.get(name)?.at(-1);
  const resolved = (name: string) => last(name) && path.resolve(last(name) as string);
  const opened = [
    ...paths.map((file) => path.resolve(file)),
    ...['folder-uri', 'file-uri'].flatMap((name) =>
      (values.get(name) ?? []).map((uri) => fileURLToPath(uri)),
    ),
  ];
  const workspace = opened.find(isWorkspace);
  const tests = resolved('extensionTestsPath');
  const userDataFolder = resolved('user-data-dir');
  const extensionsFolder = resolved('extensions-dir');
  return {
    target: {
      extensions: (values.get('extensionDevelopmentPath') ?? []).map((one) => path.resolve(one)),
      files: opened.filter((file) => !isWorkspace(file)),
      ...(workspace && { workspace }),
      ...(tests && { tests }),
    },
    asksForTrust: !values.has('disable-workspace-trust'),
    ...(userDataFolder && { userDataFolder }),
    ...(extensionsFolder && { extensionsFolder }),
  };
}

interface Options {
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly paths: readonly string[];
}

function splitOptions(args: readonly string[]): Options {
  const values = new Map<string, string[]>();
  const paths: string[] = [];
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const [, name, attached] = /^--([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    if (name === undefined) {
      paths.push(arg);
      continue;
    }
    const value = attached ?? (WITH_VALUE.has(name) ? (rest.shift() ?? '') : '');
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return { values, paths };
}

function isWorkspace(file: string): boolean {
  if (file.endsWith('.code-workspace')) return true;
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
