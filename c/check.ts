// Checks one C file: functions one by one, and then what only the whole file shows.
import type { Tree } from 'web-tree-sitter';
import type { Fix, Issue, SourceFile, Span } from '../fdt/index.ts';
import type { Release } from '../kho/index.ts';
import { type FileFacts, fileFacts, type WordCache } from './flow/file-facts.ts';
import { followFunction } from './flow/follow.ts';
import type { PathObserver } from './flow/observer.ts';
import { contractIn } from './knowledge/calls.ts';
import { checkCalls, releaseOfCalls } from './rules/api-release.ts';
import type { FileContext, PlacedCall } from './rules/file-context.ts';
import { FUNCTION_RULES } from './rules/index.ts';
import { checkCallbacks } from './rules/missing-callback.ts';
import { checkKinds } from './rules/restore-kinds.ts';
import type { FunctionContext, RelativeIssue, Report, TextRange } from './rules/rule.ts';
import { type CFunction, functionsOf, type ReadFunction } from './syntax/functions.ts';
import type { Variable } from './syntax/statement.ts';
import { everyStatement } from './syntax/walk.ts';
import { usesKho } from './uses-kho.ts';

export interface CheckCOptions {
  /** Undefined for the release that the calls of the file fit best. */
  readonly release?: Release | undefined;
  /** What an earlier check of the file has found out, which this one goes on from. */
  readonly memory?: CMemory;
}

export interface CheckedC {
  readonly source: SourceFile;
  /** Of a file that has nothing to do with KHO nothing is said. */
  readonly usesKho: boolean;
  /** The release that was assumed. */
  readonly release: Release | undefined;
  readonly issues: readonly Issue[];
  /** Functions of which not every way was followed, since there are too many. */
  readonly cutShort: readonly string[];
}

/** Keeps, from check to check, what was found in functions that did not change. */
export interface CMemory {
  functions: Map<string, ReadFunction | undefined>;
  /** By the text of the function, in the surroundings that they were found in. */
  results: Map<string, FunctionResult>;
  surroundings: string;
  words: WordCache;
}

interface FunctionResult {
  readonly issues: readonly RelativeIssue[];
  readonly isWhole: boolean;
}

export function createCMemory(): CMemory {
  return { functions: new Map(), results: new Map(), surroundings: '', words: new Map() };
}

/** Functions that have none of these are not looked into. */
const RELEVANT =
  /\b(?:kho_\w+|fdt_\w+|liveupdate_\w+|register_kho_notifier|serialized_data|KHOSER_\w+)\b/;

/** What is wrong in a file, by the tree of its text without kernel words. Never throws. */
export function checkC(source: SourceFile, tree: Tree, options: CheckCOptions = {}): CheckedC {
  const { text } = source;
  if (!usesKho(text))
    return { source, usesKho: false, release: undefined, issues: [], cutShort: [] };
  const memory = options.memory ?? createCMemory();
  const functions = functionsOf(tree, text, memory.functions);
  const relevant = functions.flatMap((fn) => {
    const read = RELEVANT.test(fn.text) ? fn.read() : undefined;
    return read === undefined || read.isBroken ? [] : [{ fn, read }];
  });
  const calls = relevant.flatMap(({ fn, read }) =>
    read.calls.map(
      (call): PlacedCall => ({
        call,
        fn,
        isConditional: fn.isConditional || read.conditional.some((each) => contains(each, call)),
      }),
    ),
  );
  const defined = new Set(functions.map(({ name }) => name));
  const release = options.release ?? releaseOfCalls(calls, defined);
  const facts = fileFacts(functions, memory.words);
  const found: { fn: CFunction | undefined; issue: RelativeIssue }[] = [];
  const reportIn = (fn: CFunction | undefined): Report =>
    collect((issue) => found.push({ fn, issue }));
  const context: FileContext = {
    text,
    functions: relevant,
    defined,
    calls,
    facts,
    release,
    reportIn,
  };
  const cutShort = checkFunctions(context, functions, memory, found);
  checkCalls(context);
  checkKinds(context);
  checkCallbacks(tree, context);
  forgetOthers(memory, functions);
  const issues = found.map(({ fn, issue }) => placed(issue, source, fn?.start ?? 0));
  return { source, usesKho: true, release, issues: inOrder(issues), cutShort };
}

function contains(outer: TextRange, inner: TextRange): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** Follows each function, or takes what was found when its text was the same. */
function checkFunctions(
  context: FileContext,
  functions: readonly CFunction[],
  memory: CMemory,
  found: { fn: CFunction | undefined; issue: RelativeIssue }[],
): string[] {
  const byName = new Map(functions.map((fn) => [fn.name, fn]));
  const surroundings = surroundingsOf(context, functions);
  const results = new Map<string, FunctionResult>();
  const cutShort: string[] = [];
  for (const { fn, read } of context.functions) {
    const known = memory.surroundings === surroundings ? memory.results.get(fn.text) : undefined;
    const result = known ?? checkFunction(fn, read, byName, context);
    results.set(fn.text, result);
    for (const issue of result.issues) found.push({ fn, issue });
    if (!result.isWhole) cutShort.push(fn.name);
  }
  memory.results = results;
  memory.surroundings = surroundings;
  return cutShort;
}

/** What a function is judged by beside its own text: equal as long as nobody calls otherwise. */
function surroundingsOf({ facts, release }: FileContext, functions: readonly CFunction[]): string {
  const lines = functions.map(({ name }) => {
    return `${name}: ${[...(facts.closureOf(name) ?? [])].join(' ')}`;
  });
  return [release.name, ...lines].join('\n');
}

/** Reports of one function; more would help nobody. */
const MAX_FUNCTION_ISSUES = 100;

function checkFunction(
  fn: CFunction,
  read: ReadFunction,
  functions: ReadonlyMap<string, CFunction>,
  { facts, release }: FileContext,
): FunctionResult {
  const issues: RelativeIssue[] = [];
  const context: FunctionContext = {
    fn: read,
    text: fn.text,
    facts,
    functions,
    release,
    variables: variablesOf(read),
    report: collect((issue) => {
      if (issues.length < MAX_FUNCTION_ISSUES) issues.push(issue);
    }),
  };
  const observers = FUNCTION_RULES.flatMap((rules): PathObserver[] => {
    const observer = rules.check(context);
    return observer === undefined ? [] : [observer];
  });
  const isWhole = followFunction(read, {
    facts,
    observers,
    contractOf: (name) => contractIn(name, release.name),
  });
  if (!isWhole) issues.push(tooManyWays(fn));
  return { issues, isWhole };
}

function tooManyWays({ name, text }: CFunction): RelativeIssue {
  const start = text.indexOf(name);
  return {
    rule: 'limit-exceeded',
    severity: 'info',
    message: `Not every way through ${name}() was followed: there are too many`,
    start,
    end: start + name.length,
  };
}

function variablesOf({ parameters, body }: ReadFunction): Map<string, Variable> {
  const variables = new Map(parameters.map((each) => [each.name, each]));
  for (const statement of everyStatement(body))
    if (statement.kind === 'declaration' && !variables.has(statement.variable.name))
      variables.set(statement.variable.name, statement.variable);
  return variables;
}

function collect(add: (issue: RelativeIssue) => void): Report {
  return (rule, { start, end }, message, { severity = rule.severity, ...more } = {}) =>
    add({ rule: rule.name, severity, message, start, end, ...more });
}

function placed(issue: RelativeIssue, source: SourceFile, base: number): Issue {
  const { start, end, related, fixes, ...rest } = issue;
  const spanOf = (range: { start: number; end: number }): Span => ({
    source,
    start: base + range.start,
    end: base + range.end,
  });
  return {
    ...rest,
    span: spanOf({ start, end }),
    ...(related === undefined
      ? {}
      : { related: related.map((each) => ({ message: each.message, span: spanOf(each) })) }),
    ...(fixes === undefined || fixes.length === 0
      ? {}
      : {
          fixes: fixes.map(
            ({ title, isObvious, edits }): Fix => ({
              title,
              isObvious,
              edits: edits.map((edit) => ({ span: spanOf(edit), text: edit.text })),
            }),
          ),
        }),
  };
}

function inOrder(issues: readonly Issue[]): Issue[] {
  return issues.toSorted((a, b) => (a.span?.start ?? 0) - (b.span?.start ?? 0));
}

/** Functions that are no longer in the file are forgotten. */
function forgetOthers(memory: CMemory, functions: readonly CFunction[]): void {
  const texts = new Set(functions.map(({ text }) => text));
  memory.functions = new Map([...memory.functions].filter(([text]) => texts.has(text)));
  memory.words = new Map([...memory.words].filter(([text]) => texts.has(text)));
}

export type { FileFacts };
