// The macros that say which version of a layout a kernel writes, and which struct goes by which.
import type { SourceFile, Span } from '../../fdt/index.ts';
import type { Record } from '../layout/ctype.ts';
import type { Layouts } from '../layout/layouts-of.ts';
import type { Macro } from '../layout/macros.ts';

/** A macro such as `LUO_ABI_COMPATIBLE "luo-v5"` or `KHO_KEXEC_METADATA_VERSION 1`. */
export interface VersionMacro {
  readonly name: string;
  /** As it is written: `"luo-v5"`, `1`. */
  readonly text: string;
  /** Of what is written. */
  readonly at: Span;
}

/** The version macros that the text of `layouts` defines itself, in its order. */
export function versionsIn({ source, macros }: Layouts): readonly VersionMacro[] {
  return [...macros.values()]
    .filter(({ at }) => at.source === source)
    .map(versionOf)
    .filter((version) => version !== undefined);
}

function versionOf({ name, parameters, body }: Macro): VersionMacro | undefined {
  const value = body.length === 3 && body[0]?.text === '(' ? body[1] : body[0];
  if (parameters !== undefined || value === undefined || body.length > 3 || body.length === 2)
    return undefined;
  return isVersion(name, value.text) ? { name, text: value.text, at: value.at } : undefined;
}

function isVersion(name: string, text: string): boolean {
  if (text.startsWith('"')) return /^"[^"]*-v\d+"$/.test(text);
  return /(?:^|_)VERSION$/.test(name) && /^\d+[uU]?$/.test(text);
}

const DEFINITION =
  /^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+\(?("[^"\n]*"|\d+[uU]?)\)?[ \t]*(?:\/[/*]|\r?$)/gm;

/** The version macros of a text as it is written: a look at its lines, conditions aside. */
export function versionsWrittenIn(source: SourceFile): readonly VersionMacro[] {
  const versions: VersionMacro[] = [];
  for (const { 0: line, 1: name = '', 2: text = '', index } of source.text.matchAll(DEFINITION)) {
    if (!isVersion(name, text)) continue;
    const start = index + line.indexOf(text, line.indexOf(name) + name.length);
    versions.push({ name, text, at: { source, start, end: start + text.length } });
  }
  return versions;
}

/** The version after this one, and after `other` too: `"luo-v6"`, `2`. */
export function nextVersion({ text }: VersionMacro, other: VersionMacro | undefined): string {
  const numberIn = (each: string): bigint => BigInt(/(\d+)[uU]?"?$/.exec(each)?.[1] ?? '0');
  const [mine, theirs] = [numberIn(text), numberIn(other?.text ?? '0')];
  const next = (mine > theirs ? mine : theirs) + 1n;
  return text.replace(/\d+([uU]?"?)$/, `${next}$1`);
}

/** Words of names that say nothing about what a struct belongs to. */
const COMMON_WORDS: ReadonlySet<string> = new Set([
  ...['kho', 'abi', 'fdt', 'fh', 'ser', 'hdr', 'header', 'compatible', 'compat', 'version', 'node'],
]);

/**
 * The versions that `record` goes by: the macro that its comment marks with `kho-abi:`; else those
 * that its comment names; else, of those of the text, the ones whose name shares most words with
 * it; else those of `others` that a comment of the text names.
 */
export function versionsOf(
  record: Record,
  own: readonly VersionMacro[],
  others: readonly VersionMacro[],
): readonly VersionMacro[] {
  const { source } = record.at;
  const comment = commentBefore(source.text, record.at.start);
  const all = [...own, ...others];
  const marked = markOf(comment);
  if (marked !== undefined && marked !== '') return all.filter(({ name }) => name === marked);
  const named = all.filter(({ name }) => hasWord(comment, name));
  if (named.length > 0) return named;
  if (own.length === 0) return others.filter(({ name }) => hasWord(source.text, name));
  const words = wordsOf(record.name ?? '');
  const scores = own.map(({ name }) => wordsOf(name).filter((word) => words.includes(word)).length);
  const best = Math.max(...scores);
  return own.filter((_, index) => scores[index] === best);
}

/** The macro that a mark in a comment names; an empty text for a mark without one. */
export function markOf(comment: string): string | undefined {
  return /\bkho-abi:[ \t]*(\w*)/.exec(comment)?.[1];
}

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (!/\w/.test(text[at - 1] ?? '') && !/\w/.test(text[at + word.length] ?? '')) return true;
  return false;
}

function wordsOf(name: string): readonly string[] {
  const words = name.toLowerCase().split('_');
  return words.filter((word) => word !== '' && !COMMON_WORDS.has(word));
}

/** What of a comment is looked at, in UTF-16 units. */
const MAX_COMMENT_LENGTH = 8192;

/** The comment that ends before `offset`, with nothing but words of a declaration between. */
export function commentBefore(text: string, offset: number): string {
  const before = text
    .slice(Math.max(0, offset - MAX_COMMENT_LENGTH), offset)
    .replace(/(?:\b(?:typedef|static|const)\s*)+$/, '')
    .trimEnd();
  if (before.endsWith('*/')) return before.slice(Math.max(before.lastIndexOf('/*'), 0));
  const lines = before.split('\n');
  const isComment = (line: string | undefined): boolean => /^\s*\/\//.test(line ?? '');
  let start = lines.length;
  while (start > 0 && isComment(lines[start - 1])) start--;
  return lines.slice(start).join('\n');
}
