import { detachedIssue, type Issue, movedIssue, type Severity } from './issue.ts';
import { ISSUE_LIMIT } from './limits.ts';
import type { FdtRuleName } from './rules.ts';
import type { Span } from './text.ts';
import type { Move } from './text-change.ts';

/** Collects the issues of one input, up to `ISSUE_LIMIT`. */
export class IssueList {
  issues: Issue[] = [];
  #isFull = false;

  /** Adds an issue of one of this room's rules. */
  add(rule: FdtRuleName, issue: Omit<Issue, 'rule' | 'severity'> & { severity?: Severity }): void {
    if (this.#isFull) return;
    if (this.issues.length >= ISSUE_LIMIT) {
      this.#isFull = true;
      this.issues.push({
        rule: 'limit-exceeded',
        severity: 'error',
        message: `more than ${ISSUE_LIMIT} issues; the rest is not listed`,
      });
      return;
    }
    const { severity = 'error', ...rest } = issue;
    this.keep(detachedIssue({ rule, severity, ...rest }));
  }

  /** No more are taken. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Notes that what all of them are about stands elsewhere now. */
  move(move: Move): void {
    this.issues = this.issues.map((issue) => movedIssue(issue, move));
  }

  protected keep(issue: Issue): void {
    this.issues.push(issue);
  }

  /** Adds an error at `span`. */
  error(rule: FdtRuleName, span: Span, message: string, help?: string): void {
    this.add(rule, { span, message, ...(help === undefined ? {} : { help }) });
  }
}
