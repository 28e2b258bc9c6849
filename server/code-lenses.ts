// What can be done with a source as a whole, above its first node.
import type { CodeLens, Command } from 'vscode-languageserver/node';
import { fdtBytes, type Span } from '../fdt/index.ts';
import type { CheckedSource } from '../kho/index.ts';
import { exactRangeOf } from './diagnostic.ts';

export interface CodeLensOptions {
  readonly uri: string;
  /** Commands that the client has: a lens for another would do nothing. */
  readonly commands: ReadonlySet<string>;
}

/** None for a file that is only included: it has no blob of its own. */
export function codeLensesOf(
  checked: CheckedSource,
  isInFile: (span: Span) => boolean,
  { uri, commands }: CodeLensOptions,
): CodeLens[] {
  const { document, source } = checked;
  if (!isInFile({ source, start: 0, end: 0 })) return [];
  const first = document.items.find((item) => item.kind === 'node' && isInFile(item.nameSpan));
  // What compiles is a file, and not what is on the screen only.
  if (first?.kind !== 'node' || !uri.startsWith('file:')) return [];
  const range = exactRangeOf({ ...first.nameSpan, end: first.nameSpan.start });
  const lenses = ACTIONS.filter(({ command }) => commands.has(command)).map(
    ({ title, command }): CodeLens => ({ range, command: { title, command, arguments: [uri] } }),
  );
  if (lenses.length === 0 || !checked.isWhole) return lenses;
  return [...lenses, { range, command: sizeOf(checked) }];
}

const ACTIONS = [
  { title: 'Compile', command: 'kho.compile' },
  { title: 'Open as Blob', command: 'kho.openAsBlob' },
] as const;

/** A lens without a command is a text. */
function sizeOf({ tree }: CheckedSource): Command {
  return { title: `${fdtBytes(tree)} bytes`, command: '' };
}
