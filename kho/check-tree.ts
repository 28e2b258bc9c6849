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

/** Issues that one node can have; it has no more than a few properties that mean anything. */
const MAX_NODE_ISSUES = 1000;

const NODE_RULES = RULE_SETS.flatMap(({ checkNode }) => checkNode ?? []);
const WHOLE_RULES = RULE_SETS.flatMap(({ check }) => check ?? []);

/** What the rules say of one tree. */
export class TreeCheck {
  readonly #basis: TreeBasis;
  readonly #context: RuleContext;
  /** Of the rules about the root and its children. */
  #whole: Issue[] = [];
  readonly #byNode = new Map<FdtNode, Issue[]>();
  /** Where issues go now. */
  #issues: Issue[] = [];

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

  /** Looks again at what has changed. The basis is the same, its tree changed in place. */
  update({ changed, added, removed }: TreeChange, move: Move): void {
    const { describer } = this.#basis;
    for (const node of removed) {
      describer.forget(node);
      this.#byNode.delete(node);
    }
    this.#byNode.delete(changed);
    if (move.delta !== 0)
      for (const [node, issues] of this.#byNode)
        this.#byNode.set(
          node,
          issues.map((issue) => movedIssue(issue, move)),
        );
    this.#checkNode(changed);
    for (const node of added) this.#checkNode(node);
    this.#checkWhole();
  }

  #checkWhole(): void {
    this.#issues = [];
    for (const check of WHOLE_RULES) check(this.#context);
    this.#whole = this.#issues;
  }

  #checkNode(node: FdtNode): void {
    if (this.#issues.length > 0) this.#issues = [];
    const described = this.#basis.describer.describe(node);
    for (const check of NODE_RULES) check(node, described, this.#context);
    if (this.#issues.length > 0) this.#byNode.set(node, this.#issues);
  }

  #createContext(): RuleContext {
    const { tree, role, release, bindings, byteOrder, pageBytes, blobBytes } = this.#basis;
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
      report: ({ name, severity }, { span, blob }, message, more) => {
        if (this.#issues.length >= MAX_NODE_ISSUES) return;
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
