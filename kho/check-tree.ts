// Checks a tree against all rules, node by node, so that after a change only what changed is looked
// at again.
import {
  type ByteOrder,
  type FdtNode,
  type FdtTree,
  fdtBytes,
  type Issue,
  type Move,
  movedIssue,
  nodesOf,
  type TreeChange,
} from '../fdt/index.ts';
import type { BindingSet, Describer } from './bindings/binding-set.ts';
import type { Release } from './release.ts';
import { RULE_SETS } from './rules/index.ts';
import type { RuleContext, TreeRole } from './rules/rule.ts';

/** A tree and what it is checked against. */
export interface TreeBasis {
  readonly tree: FdtTree;
  readonly role: TreeRole;
  readonly release: Release;
  readonly bindings: BindingSet;
  readonly describer: Describer;
  readonly byteOrder: ByteOrder;
  readonly pageBytes: number;
  /** Of the blob that the tree came from; absent if it came from a source. */
  readonly blobBytes?: number | undefined;
}

/** Issues said about one tree; what is beyond is counted, not listed. */
export const MAX_ISSUES = 1000;
/** The same where they are only infos, which must not take the place of what is wrong. */
const MAX_INFOS = 500;

const NODE_RULES = RULE_SETS.flatMap(({ checkNode }) => checkNode ?? []);
const WHOLE_RULES = RULE_SETS.flatMap(({ check }) => check ?? []);

/** What the rules say of one tree. */
export class TreeCheck {
  readonly #basis: TreeBasis;
  readonly #context: RuleContext;
  /** Of the rules about the root and its children. */
  #whole: Issue[] = [];
  readonly #byNode = new Map<FdtNode, Issue[]>();
  /** Issues of `#byNode`. */
  #listed = 0;
  /** Nodes whose issues are only counted. */
  readonly #counted = new Map<FdtNode, number>();
  /** Where issues go now. */
  #issues: Issue[] = [];
  /** Issues of the same that are only counted. */
  #more = 0;

  constructor(basis: TreeBasis) {
    this.#basis = basis;
    this.#context = this.#createContext();
    for (const node of nodesOf(basis.tree.root)) this.#checkNode(node);
    this.#checkWhole();
  }

  /** The issues of all nodes, in no order that means anything, after those of the root. */
  issues(): Issue[] {
    return [...this.#whole, ...[...this.#byNode.values()].flat()];
  }

  /** How many more there are than are listed. */
  get more(): number {
    let more = 0;
    for (const count of this.#counted.values()) more += count;
    return more;
  }

  /**
   * Looks again at what has changed. The basis is the same, its tree changed in place. False if
   * issues that were only counted could be listed now, for which all has to be checked again.
   */
  update({ changed, added, removed }: TreeChange, move: Move): boolean {
    const listed = this.#listed;
    for (const node of removed) {
      this.#basis.describer.forget(node);
      this.#forget(node);
    }
    this.#forget(changed);
    if (move.delta !== 0)
      for (const [node, issues] of this.#byNode)
        this.#byNode.set(
          node,
          issues.map((issue) => movedIssue(issue, move)),
        );
    this.#checkNode(changed);
    for (const node of added) this.#checkNode(node);
    this.#checkWhole();
    return this.#counted.size === 0 || this.#listed >= listed;
  }

  #forget(node: FdtNode): void {
    this.#listed -= this.#byNode.get(node)?.length ?? 0;
    this.#byNode.delete(node);
    this.#counted.delete(node);
  }

  #checkWhole(): void {
    this.#issues = [];
    for (const check of WHOLE_RULES) check(this.#context);
    this.#whole = this.#issues;
  }

  #checkNode(node: FdtNode): void {
    if (this.#issues.length > 0) this.#issues = [];
    const described = this.#basis.describer.describe(node);
    this.#more = 0;
    for (const check of NODE_RULES) check(node, described, this.#context);
    if (this.#more > 0) this.#counted.set(node, this.#more);
    if (this.#issues.length === 0) return;
    this.#byNode.set(node, this.#issues);
    this.#listed += this.#issues.length;
  }

  #createContext(): RuleContext {
    const { tree, role, release, bindings, byteOrder, pageBytes, blobBytes } = this.#basis;
    const isFull = (limit: number): boolean => this.#listed + this.#issues.length >= limit;
    return {
      tree,
      role,
      release,
      bindings,
      byteOrder,
      pageBytes,
      get blobBytes() {
        return blobBytes ?? fdtBytes(tree);
      },
      get isFull() {
        return isFull(MAX_INFOS);
      },
      report: ({ name, severity }, { span, blob }, message, more) => {
        if (isFull(severity === 'info' ? MAX_INFOS : MAX_ISSUES)) {
          this.#more++;
          return;
        }
        this.#issues.push({
          rule: name,
          severity,
          message,
          ...(span === undefined ? {} : { span }),
          ...(blob === undefined ? {} : { blob }),
          ...more,
        });
      },
    };
  }
}
