// Directives: which tokens of a file, and of what it includes, are there, and what macros make of
// them.
import type { SourceFile } from '../../fdt/index.ts';
import { Conditionals } from './conditionals.ts';
import { expand, type Macro } from './macros.ts';
import { type Token, tokensOf } from './token.ts';

/** Finds an included file: the path as it is written between `"…"` or `<…>`. */
export type ReadInclude = (
  path: string,
  isAngled: boolean,
  from: SourceFile,
) => SourceFile | undefined;

export interface PreprocessOptions {
  readonly readInclude?: ReadInclude | undefined;
  /** Included files whose names are known anyway. */
  readonly isBuiltIn: (path: string) => boolean;
  /** Macros that are defined before the text begins. */
  readonly macros: ReadonlyMap<string, Macro>;
}

export interface Preprocessed {
  readonly tokens: readonly Token[];
  /** Every macro that was ever defined, in the last of its definitions. */
  readonly macros: ReadonlyMap<string, Macro>;
  /** Macros of which there are several definitions, and what decides between them. */
  readonly uncertain: ReadonlyMap<string, Macro>;
  /** Where `#pragma pack` is in force: indices of `tokens` at which it begins or ends, in turn. */
  readonly packed: readonly number[];
}

/** Files that one text may include, itself counted. */
export const MAX_INCLUDED_FILES = 256;
const MAX_INCLUDE_DEPTH = 32;

/** Runs the directives of `source` and expands its macros. Never fails. */
export function preprocess(source: SourceFile, options: PreprocessOptions): Preprocessed {
  const run = new Preprocessor(options);
  run.file(source, 0);
  const { tokens, macros, uncertain, packed } = run;
  return { tokens, macros, uncertain, packed };
}

class Preprocessor {
  readonly tokens: Token[] = [];
  readonly macros: Map<string, Macro>;
  readonly uncertain: Map<string, Macro> = new Map();
  readonly packed: number[] = [];
  /** Whether each `pack(push)` that is open came to be while packing was in force. */
  readonly #pushed: boolean[] = [];
  readonly #options: PreprocessOptions;
  readonly #read = new Set<SourceFile>();
  /** Something was included that is not here, so that any name may be defined. */
  #isPartial = false;

  constructor(options: PreprocessOptions) {
    this.#options = options;
    this.macros = new Map(options.macros);
  }

  file(source: SourceFile, depth: number): void {
    this.#read.add(source);
    const conditionals = new Conditionals({
      macros: this.macros,
      uncertain: this.uncertain,
      isPartial: () => this.#isPartial,
    });
    const all = tokensOf(source);
    let pending: Token[] = [];
    const flush = (): void => {
      for (const token of expand(pending, this.macros)) this.tokens.push(token);
      pending = [];
    };
    for (let i = 0; i < all.length; ) {
      const token = all[i] as Token;
      if (token.text !== '#' || !token.isFirst) {
        if (conditionals.isActive) pending.push(conditionals.mark(token));
        i++;
        continue;
      }
      let end = i + 1;
      while (end < all.length && !all[end]?.isFirst) end++;
      flush();
      const next = all[end]?.text === '#' ? all.slice(end + 1, end + 4) : [];
      this.#directive(all.slice(i + 1, end), next, conditionals, depth);
      i = end;
    }
    flush();
  }

  #directive(
    line: readonly Token[],
    next: readonly Token[],
    conditionals: Conditionals,
    depth: number,
  ): void {
    const [name] = line;
    if (name === undefined || conditionals.take(line, next)) return;
    if (!conditionals.isActive) return;
    if (name.text === 'define') this.#define(line.slice(1), conditionals);
    else if (name.text === 'undef' && line[1] !== undefined) this.#undefine(line[1], conditionals);
    else if (name.text === 'include' && line[1] !== undefined) this.#include(line, depth);
    else if (name.text === 'pragma' && line[1]?.text === 'pack') this.#pack(line.slice(2));
  }

  #pack(line: readonly Token[]): void {
    const isPacked = this.packed.length % 2 === 1;
    const words = line.map(({ text }) => text);
    if (words.includes('push')) this.#pushed.push(isPacked);
    const isPop = words.includes('pop');
    const hasNumber = line.some(({ kind }) => kind === 'number');
    const isPush = words.includes('push') && !hasNumber;
    const next = isPop ? (this.#pushed.pop() ?? false) : isPush ? isPacked : hasNumber;
    if (next !== isPacked) this.packed.push(this.tokens.length);
  }

  #define(line: readonly Token[], conditionals: Conditionals): void {
    const [name] = line;
    if (name?.kind !== 'name') return;
    const macro = macroOf(name, line, conditionals.branch);
    const old = this.macros.get(name.text);
    // A name that is built in gives way to the text's own meaning of it.
    const isOpen = macro.branch !== undefined || old?.branch !== undefined;
    const isRepeated = old !== undefined && !this.#options.macros.has(name.text);
    if (isOpen && isRepeated && old.branch !== macro.branch && !isSameBody(old, macro))
      this.uncertain.set(name.text, macro);
    this.macros.set(name.text, macro);
    if (this.uncertain.has(name.text)) this.macros.delete(name.text);
  }

  #undefine(name: Token, { branch }: Conditionals): void {
    const old = this.macros.get(name.text);
    this.macros.delete(name.text);
    if (old !== undefined && branch !== undefined && old.branch !== branch)
      this.uncertain.set(name.text, { ...old, branch });
    else this.uncertain.delete(name.text);
  }

  #include(line: readonly Token[], depth: number): void {
    const path = pathOf(line);
    if (path === undefined) {
      this.#isPartial = true;
      return;
    }
    if (this.#options.isBuiltIn(path.text)) return;
    const { source } = path.at;
    const file = this.#options.readInclude?.(path.text, path.isAngled, source);
    if (file === undefined || this.#read.size >= MAX_INCLUDED_FILES) this.#isPartial = true;
    else if (!this.#read.has(file) && depth < MAX_INCLUDE_DEPTH) this.file(file, depth + 1);
  }
}

function macroOf(name: Token, line: readonly Token[], branch: Macro['branch']): Macro {
  const shared = { name: name.text, at: name.at, ...(branch === undefined ? {} : { branch }) };
  if (line[1]?.text !== '(' || line[1].isSpaced)
    return { ...shared, isVariadic: false, body: line.slice(1) };
  const close = line.findIndex((each) => each.text === ')');
  const list = line.slice(2, close < 0 ? line.length : close).filter((each) => each.text !== ',');
  const isVariadic = list.at(-1)?.text === '...';
  const names = list.filter((each) => each.kind === 'name').map((each) => each.text);
  // `name...` names the arguments that are left, `...` alone calls them __VA_ARGS__.
  const isNamed = isVariadic && list.at(-2)?.kind === 'name' && !isAfterComma(line, close);
  const parameters = isVariadic && !isNamed ? [...names, '__VA_ARGS__'] : names;
  return { ...shared, parameters, isVariadic, body: close < 0 ? [] : line.slice(close + 1) };
}

function isAfterComma(line: readonly Token[], close: number): boolean {
  return line[close - 2]?.text === ',';
}

function isSameBody(left: Macro, right: Macro): boolean {
  return (
    left.body.length === right.body.length &&
    left.body.every((each, index) => each.text === right.body[index]?.text)
  );
}

function pathOf(
  line: readonly Token[],
): { text: string; isAngled: boolean; at: Token['at'] } | undefined {
  const first = line[1] as Token;
  if (first.kind === 'string')
    return { text: first.text.replace(/^"|"$/g, ''), isAngled: false, at: first.at };
  if (first.text !== '<') return undefined;
  const { source, end } = first.at;
  const close = source.text.indexOf('>', end);
  return close < 0
    ? undefined
    : { text: source.text.slice(end, close), isAngled: true, at: first.at };
}
