import type { Span } from './text.ts';
import { type Move, movedSpan } from './text-change.ts';

/** `info` is a fact worth knowing that needs no change. */
export type Severity = 'error' | 'warning' | 'info';

/** A place in a blob: which bytes, and what they are part of. */
export interface BlobPlace {
  /** The file the blob came from, or a name for it. */
  readonly path: string;
  /** Byte offset from the start of the blob. */
  readonly offset: number;
  readonly lengthBytes: number;
  /** Path of the node, and the property if it is about one: `/memblock`, `/memblock:start`. */
  readonly node?: string;
}

/** Where something is: in source text, in a blob, or (both absent) nowhere in particular. */
export interface Place {
  readonly span?: Span | undefined;
  readonly blob?: BlobPlace | undefined;
}

/** What is wrong, where, and what to do about it. Broken input is data; nothing is thrown. */
export interface Issue extends Place {
  /** Stable kebab-case name; has a page under docs/rules. */
  readonly rule: string;
  readonly severity: Severity;
  /** One plain sentence without a full stop. */
  readonly message: string;
  /** What to do, where it is not plain from the message. */
  readonly help?: string;
  readonly related?: readonly Related[];
  /** Repairs of the source that are plain enough to be offered; the first is the likeliest. */
  readonly fixes?: readonly Fix[];
}

/** A change of source text that repairs an issue. */
export interface Fix {
  /** What it does, as a menu says it: "Write /bits/ 64". */
  readonly title: string;
  readonly edits: readonly SourceEdit[];
  /** There is no other way that makes sense, so that it may be applied without asking. */
  readonly isObvious: boolean;
}

/** Replaces the text of a span; an empty span inserts. */
export interface SourceEdit {
  readonly span: Span;
  readonly text: string;
}

/** A second place that explains an issue: the first definition, the other range. */
export interface Related extends Place {
  readonly message: string;
}

/** What every parser and reader returns: as much as could be made of the input, and its issues. */
export interface Outcome<T> {
  readonly value: T;
  readonly issues: readonly Issue[];
}

/** True if any of `issues` is an error. */
export function hasErrors(issues: readonly Issue[]): boolean {
  return issues.some((issue) => issue.severity === 'error');
}

/** The same issue after the text has changed outside of what it is about. */
export function movedIssue(issue: Issue, move: Move): Issue {
  return withSpans(issue, (span) => movedSpan(span, move));
}

/** The same issue with spans of its own, so that moving what it is about does not move it too. */
export function detachedIssue(issue: Issue): Issue {
  return withSpans(issue, ({ source, start, end }) => ({ source, start, end }));
}

function withSpans(issue: Issue, map: (span: Span) => Span): Issue {
  const { span, related, fixes } = issue;
  const inPlace = <T extends Place>(place: T): T =>
    place.span === undefined ? place : { ...place, span: map(place.span) };
  const edit = ({ span, text }: SourceEdit): SourceEdit => ({ span: map(span), text });
  return {
    ...issue,
    ...(span === undefined ? {} : { span: map(span) }),
    ...(related === undefined ? {} : { related: related.map(inPlace) }),
    ...(fixes === undefined
      ? {}
      : { fixes: fixes.map((fix) => ({ ...fix, edits: fix.edits.map(edit) })) }),
  };
}
