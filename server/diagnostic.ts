import {
  type Diagnostic,
  type DiagnosticRelatedInformation,
  DiagnosticSeverity,
  DiagnosticTag,
  type Location,
  type Range,
} from 'vscode-languageserver/node';
import { type Issue, positionAt, type Related, type Severity, type Span } from '../fdt/index.ts';

/** What every diagnostic says it comes from. */
export const DIAGNOSTIC_SOURCE = 'kho';

export interface DiagnosticOptions {
  /** The URI by which the editor knows the file of a span. */
  readonly uriOf: (span: Span) => string | undefined;
  /** Where the page of a rule is; undefined if the rules are nowhere on the web. */
  readonly rulePage: (rule: string) => string | undefined;
  readonly hasRelatedInformation: boolean;
  readonly hasCodeDescription: boolean;
}

/** An issue in the words of the protocol. Its file is the caller's business. */
export function toDiagnostic(issue: Issue, options: DiagnosticOptions): Diagnostic {
  const page = options.hasCodeDescription ? options.rulePage(issue.rule) : undefined;
  const tags = tagsOf(issue);
  const related = options.hasRelatedInformation
    ? (issue.related ?? []).flatMap((each) => relatedInformation(each, options))
    : [];
  return {
    range: issue.span === undefined ? FILE_START : rangeOf(issue.span),
    severity: SEVERITIES[issue.severity],
    code: issue.rule,
    source: DIAGNOSTIC_SOURCE,
    message: issue.help === undefined ? issue.message : `${issue.message}\n${issue.help}`,
    ...(page === undefined ? {} : { codeDescription: { href: page } }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(related.length === 0 ? {} : { relatedInformation: related }),
  };
}

const FILE_START: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

const SEVERITIES: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
};

/** The span as a range, empty if it is empty: for edits. */
export function exactRangeOf({ source, start, end }: Span): Range {
  return { start: positionAt(source, start), end: positionAt(source, end) };
}

/** The span as a range of the file it physically stands in, whatever line markers say. */
export function rangeOf(span: Span): Range {
  const { source, start, end } = span;
  if (end > start) return exactRangeOf(span);
  // An empty range is invisible in some editors: it gets the character after it, or at the end of
  // a line the one before it.
  const at = positionAt(source, start);
  const isAtLineEnd = /^[\r\n]?$/.test(source.text.slice(start, start + 1));
  if (!isAtLineEnd) return { start: at, end: positionAt(source, start + 1) };
  const before = at.character === 0 ? at : { ...at, character: at.character - 1 };
  return { start: before, end: at };
}

/** The place of a span; undefined if the editor cannot open its file. */
export function locationOf(
  span: Span,
  uriOf: (span: Span) => string | undefined,
): Location | undefined {
  const uri = uriOf(span);
  return uri === undefined ? undefined : { uri, range: rangeOf(span) };
}

function relatedInformation(
  related: Related,
  { uriOf }: DiagnosticOptions,
): DiagnosticRelatedInformation[] {
  const location = related.span && locationOf(related.span, uriOf);
  return location === undefined ? [] : [{ location, message: related.message }];
}

/** Rules about what has no effect: editors fade it. */
const NO_EFFECT: ReadonlySet<string> = new Set(['devicetree-semantics']);

function tagsOf({ rule }: Issue): DiagnosticTag[] {
  return NO_EFFECT.has(rule) ? [DiagnosticTag.Unnecessary] : [];
}
