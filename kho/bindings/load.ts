// Reads a `*.kho.yaml` file: YAML by a library, its shape by another, its meaning here.
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { LineCounter, parseDocument } from 'yaml';
import type { Issue, Outcome, SourceFile, Span } from '../../fdt/index.ts';
import { type YamlPath, yamlSpan } from '../yaml-span.ts';
import schema from './binding.schema.json' with { type: 'json' };
import type { Binding } from './binding.ts';
import { buildBinding, type RawBinding } from './build.ts';

/** A binding is a page of text; what is larger is something else. */
export const MAX_BINDING_BYTES: number = 1 << 20;
/** Problems said about one binding file. */
export const MAX_BINDING_ISSUES = 50;
/** YAML aliases may multiply; a binding needs none. */
const MAX_ALIASES = 100;

/** The place of what a path leads to. */
export type SpanOf = (path: YamlPath, part?: 'key' | 'value') => Span;

let validator: ValidateFunction<RawBinding> | undefined;

/** Compiling the schema takes longer than reading every binding: only whoever needs it pays. */
function validatorOfBindings(): ValidateFunction<RawBinding> {
  validator ??= new Ajv({
    // The schema is ours, and a test holds it against its own.
    validateSchema: false,
    allErrors: true,
    allowUnionTypes: true,
    strict: 'log',
    logger: false,
    formats: { regex: isRegex },
  }).compile<RawBinding>(schema);
  return validator;
}

/**
 * Reads a binding. The value is undefined if the file is not one; issues have rules
 * `binding-syntax` (not YAML), `binding-schema` (a word that is not in the vocabulary, or not
 * there) and `binding-meaning` (words that contradict each other).
 */
export function loadBinding(source: SourceFile): Outcome<Binding | undefined> {
  if (source.text.length > MAX_BINDING_BYTES) {
    const span = { source, start: 0, end: 0 };
    return failed(problem('binding-syntax', span, 'a binding larger than 1 MiB is not read'));
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(source.text, {
    lineCounter,
    prettyErrors: false,
    logLevel: 'error',
  });
  const syntax = document.errors.slice(0, MAX_BINDING_ISSUES).map((error) => {
    const [from, to] = error.pos;
    // What is missing at the end is said to be behind it.
    const start = Math.min(from, Math.max(0, source.text.length - 1));
    const end = Math.min(source.text.length, Math.max(to, start + 1));
    const message = lowerFirst(error.message.split('\n')[0] ?? 'not YAML');
    return problem('binding-syntax', { source, start, end }, message);
  });
  if (syntax.length > 0) return failed(...syntax);
  const spanOf: SpanOf = (path, part) => yamlSpan(document, source, path, part);
  let raw: unknown;
  try {
    raw = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch {
    return failed(problem('binding-syntax', spanOf([]), 'aliases expand to too much'));
  }
  const validate = validatorOfBindings();
  if (!validate(raw)) return failed(...schemaIssues(validate.errors ?? [], spanOf));
  return buildBinding(raw, source, spanOf);
}

function failed(...issues: Issue[]): Outcome<undefined> {
  return { value: undefined, issues };
}

function problem(rule: string, span: Span, message: string): Issue {
  return { rule, severity: 'error', span, message };
}

function isRegex(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');
}

/** What ajv says, in the words of a person who writes a binding; each place once. */
function schemaIssues(errors: readonly ErrorObject[], spanOf: SpanOf): Issue[] {
  const issues = new Map<string, Issue>();
  const telling = errors.filter((error) => !['if', 'anyOf', 'allOf'].includes(error.keyword));
  for (const error of telling.length > 0 ? telling : errors) {
    const path = error.instancePath.split('/').slice(1).map(unescapePointer);
    const what = path.length === 0 ? 'the binding' : `\`${path[path.length - 1]}\``;
    let span = spanOf(path, 'key');
    let message = `${what} ${error.message ?? 'is wrong'}`;
    if (error.keyword === 'additionalProperties') {
      const key = String(error.params.additionalProperty);
      span = spanOf([...path, key], 'key');
      message = `\`${key}\` is not a word that a binding has here`;
    } else if (error.keyword === 'required') {
      message = `${what} lacks \`${String(error.params.missingProperty)}\``;
    } else if (error.keyword === 'const' || error.keyword === 'pattern') span = spanOf(path);
    const key = `${span.start}:${span.end}`;
    if (!issues.has(key)) issues.set(key, problem('binding-schema', span, message));
  }
  return [...issues.values()].slice(0, MAX_BINDING_ISSUES);
}

function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}
