import {
  type FormatOptions,
  formattedText,
  positionAt,
  type SourceFile,
  unformattedSpans,
} from '../../fdt/index.ts';
import { type BindingSet, checkSource, tupleCells } from '../../kho/index.ts';
import { loadBindings, withBindingFiles } from '../bindings.ts';
import { asSource, expandFolders, kindOf, readInput, UnusableInput } from '../input.ts';
import { EXIT, type Output } from '../options.ts';
import { replaceFile } from '../replace-file.ts';
import { issueText, styleFor } from '../report/text.ts';
import { createSourceHost } from '../source-host.ts';

export interface FormatCommandOptions {
  readonly bindings: readonly string[];
  readonly include: readonly string[];
  /** Only say which files are not formatted. */
  readonly check: boolean;
  /** Print the formatted text and leave the file. */
  readonly stdout: boolean;
  /** Columns of a tab. */
  readonly tabs?: number;
  /** Spaces of a level, in place of tabs. */
  readonly spaces?: number;
}

/**
 * `kho format`: 0, or 1 if `--check` finds a file that is not formatted or a file has statements
 * that are not understood, or 2 if a file cannot be used; the others are formatted nevertheless.
 */
export function formatCommand(
  paths: readonly string[],
  options: FormatCommandOptions,
  output: Output,
): number {
  let code: number = EXIT.clean;
  const attempt = (what: () => number): void => {
    try {
      code = Math.max(code, what());
    } catch (error) {
      if (!(error instanceof UnusableInput)) throw error;
      output.err(`kho: ${error.message}\n`);
      code = EXIT.unusable;
    }
  };
  const files: Listed[] = [];
  for (const path of paths) attempt(() => listFiles(path, files));
  const loaded = loadBindings(options.bindings);
  const style = styleFor(output.isTerminal);
  for (const issue of loaded.issues) output.err(`${issueText(issue, style)}\n`);
  let { bindings } = loaded;
  attempt(() => {
    const known = files.map(({ path }) => path);
    bindings = withBindingFiles(bindings, known);
    return EXIT.clean;
  });
  for (const file of files) attempt(() => formatFile(file, bindings, options, output));
  return code;
}

interface Listed {
  readonly path: string;
  /** Found in a folder, where other files than sources are passed over. */
  readonly isFound: boolean;
}

function listFiles(path: string, files: Listed[]): number {
  for (const each of expandFolders([path])) files.push({ path: each, isFound: each !== path });
  return EXIT.clean;
}

const SOURCE_FILE = /\.kho(\.dts)?$/;
const BINDING_FILE = /\.kho\.ya?ml$/;

function formatFile(
  { path, isFound }: Listed,
  bindings: BindingSet,
  options: FormatCommandOptions,
  output: Output,
): number {
  // A binding that is named is one to go by.
  if (isFound ? !SOURCE_FILE.test(path) : BINDING_FILE.test(path)) return EXIT.clean;
  const bytes = readInput(path);
  if (bytes.length > 0 && kindOf(path, bytes) !== 'source')
    throw new UnusableInput(`${path}: is not a source, and only sources are formatted`);
  const source = asSource(path, bytes);
  const after = encoded(
    source,
    formattedText(source, formatOptions(source, bindings, options)),
    bytes,
  );
  const isChanged = Buffer.compare(bytes, after) !== 0;
  let code: number = EXIT.clean;
  if (options.check) {
    if (isChanged) {
      output.out(`${path}\n`);
      code = EXIT.issues;
    }
  } else if (options.stdout || path === '-') output.out(after);
  else if (isChanged) {
    replaceFile(path, after);
    output.out(`${path}\n`);
  }
  return sayWhatIsLeft(source, output) ? EXIT.issues : code;
}

function formatOptions(
  source: SourceFile,
  bindings: BindingSet,
  { include, tabs, spaces }: FormatCommandOptions,
): FormatOptions {
  let cells: FormatOptions['elementsPerTuple'];
  return {
    ...(spaces === undefined ? {} : { indentSpaces: spaces, tabColumns: spaces }),
    ...(tabs === undefined ? {} : { tabColumns: tabs }),
    // Most files have no value that is long enough for its tuples to matter.
    elementsPerTuple: (list) => {
      cells ??= tupleCells(
        checkSource(source, { bindings, host: createSourceHost(include) }),
        (span) => span.source === source,
      );
      return cells(list);
    },
  };
}

/** The text in the encoding of the file, with its byte order mark if it has one. */
function encoded(source: SourceFile, text: string, bytes: Uint8Array): Uint8Array {
  if (source.isLatin1) return Buffer.from(text, 'latin1');
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const hasLostMark = hasMark && !source.text.startsWith('\ufeff');
  return Buffer.from(hasLostMark ? `\ufeff${text}` : text, 'utf8');
}

/** True if there are statements that stay as they are; more than the first are counted. */
function sayWhatIsLeft(source: SourceFile, output: Output): boolean {
  const [first, ...others] = unformattedSpans(source);
  if (first === undefined) return false;
  const { line, character } = positionAt(source, first.start);
  const place = `${source.path}:${line + 1}:${character + 1}`;
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  const help = 'kho check says what is wrong';
  output.err(`${place}: not understood and left as it is${more}; ${help}\n`);
  return true;
}
