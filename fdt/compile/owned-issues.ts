import { type Issue, movedIssue } from '../issue.ts';
import { IssueList } from '../issue-list.ts';
import type { Move } from '../text-change.ts';

/** Issues that are taken back when what they are about is replaced. */
export class OwnedIssues extends IssueList {
  /** What issues that are added now are about. */
  owner: object | undefined;
  #owners = new Map<Issue, object>();

  protected override keep(issue: Issue): void {
    super.keep(issue);
    if (this.owner !== undefined) this.#owners.set(issue, this.owner);
  }

  drop(owners: ReadonlySet<object>): void {
    if (this.#owners.size === 0) return;
    const isKept = (issue: Issue): boolean => !owners.has(this.#owners.get(issue) ?? this);
    this.issues = this.issues.filter(isKept);
    this.#owners = new Map([...this.#owners].filter(([issue]) => isKept(issue)));
  }

  override move(move: Move): void {
    const owners = this.#owners;
    this.#owners = new Map();
    this.issues = this.issues.map((issue) => {
      const moved = movedIssue(issue, move);
      const owner = owners.get(issue);
      if (owner !== undefined) this.#owners.set(moved, owner);
      return moved;
    });
  }
}
