import type { Issue, Related, Severity } from '../../fdt/index.ts';
import type { Release, Rule } from '../../kho/index.ts';
import type { FileFacts } from '../flow/file-facts.ts';
import type { PathObserver } from '../flow/observer.ts';
import type { CFunction, ReadFunction } from '../syntax/functions.ts';
import type { Variable } from '../syntax/statement.ts';

export type { Rule } from '../../kho/index.ts';

/** A range of text. Offsets count from the start of the function it is found in. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** A second place, and a repair, by offsets. */
export interface RangeRelated extends TextRange {
  readonly message: string;
}
export interface RangeFix {
  readonly title: string;
  readonly isObvious: boolean;
  readonly edits: readonly (TextRange & { readonly text: string })[];
}

export interface ReportDetails {
  readonly help?: string;
  readonly related?: readonly RangeRelated[];
  readonly fixes?: readonly RangeFix[];
  /** Other than what the rule usually has. */
  readonly severity?: Severity;
}

export type Report = (rule: Rule, at: TextRange, message: string, more?: ReportDetails) => void;

/** One function, and all that rules need to judge it. */
export interface FunctionContext {
  readonly fn: ReadFunction;
  /** Its text, as it was written. */
  readonly text: string;
  readonly facts: FileFacts;
  /** Functions of the file by name. */
  readonly functions: ReadonlyMap<string, CFunction>;
  readonly release: Release;
  /** Parameters and variables of the function; of several of a name, the first. */
  readonly variables: ReadonlyMap<string, Variable>;
  readonly report: Report;
}

/** Rules that look at functions one by one. */
export interface FunctionRules {
  readonly rules: readonly Rule[];
  /** Reports what the text shows, and returns what is to be told of the ways through it. */
  check(context: FunctionContext): PathObserver | undefined;
}

/** An issue of a function, which moves with it. */
export interface RelativeIssue
  extends TextRange,
    Omit<Issue, 'span' | 'blob' | 'related' | 'fixes'> {
  readonly related?: readonly RangeRelated[];
  readonly fixes?: readonly RangeFix[];
}

export type { Related };
