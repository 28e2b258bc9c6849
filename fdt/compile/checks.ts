// What dtc refuses in a tree that is well formed as text.
import type { IssueList } from '../issue-list.ts';
import type { DtsProperty } from '../source/syntax.ts';
import type { Span } from '../text.ts';
import { stringsOf } from '../tree.ts';
import { type LabelList, NO_LABELS } from './labels.ts';
import type { LiveNode, LiveProperty } from './live-tree.ts';
import type { OwnedIssues } from './owned-issues.ts';

/** Names that are taken twice or have characters that the specification does not allow. */
export function checkNames(node: LiveNode, issues: OwnedIssues): void {
  issues.owner = node;
  checkUnique(node.children, 'node', issues);
  checkUnique(node.properties, 'property', issues);
  if (node.parent !== undefined) checkNodeName(node, issues);
  for (const property of node.properties) {
    if (property.isDeleted || !property.name.includes('@')) continue;
    const message = `'@' cannot be in the name of a property`;
    report(issues, 'bad-property-name', property.span, message);
  }
}

/** Sees to it that a label names one thing: a node, a property, or a place in a value. */
export class LabelCheck {
  readonly #issues: IssueList;
  readonly #first = new Map<string, Span>();

  constructor(issues: IssueList) {
    this.#issues = issues;
  }

  /** Must be asked of all nodes, in document order. */
  check(node: LiveNode): void {
    if (node.labelList !== NO_LABELS) this.#noteAll(node.labelList);
    for (const { isDeleted, syntax, labelList } of node.properties) {
      if (isDeleted) continue;
      if (labelList !== NO_LABELS) this.#noteAll(labelList);
      if (syntax !== undefined && !syntax.isPlain) this.#noteIn(syntax);
    }
  }

  #noteIn({ values }: DtsProperty): void {
    for (const value of values) {
      if (value.kind === 'label') this.#note(value.name, value.span);
      else if (value.kind === 'bytes') {
        for (const one of value.labels) this.#note(one.name, one.span);
      } else if (value.kind === 'cells') {
        for (const item of value.items) if (item.kind === 'label') this.#note(item.name, item.span);
      }
    }
  }

  #noteAll(labels: LabelList): void {
    for (const label of labels.all) if (!label.isDeleted) this.#note(label.name, label.span);
  }

  #note(name: string, span: Span): void {
    const other = this.#first.get(name);
    if (other === undefined) {
      this.#first.set(name, span);
      return;
    }
    this.#issues.add('duplicate-label', {
      span,
      message: `the label '${name}' is given twice`,
      related: [{ span: other, message: 'given here first' }],
    });
  }
}

/**
 * The property `name` of early devicetrees: it must repeat the name of its node, and then it is
 * redundant. Returns it if it is to be left out of the blob.
 */
export function redundantName(node: LiveNode, issues: IssueList): LiveProperty | undefined {
  const property = node.anyProperty('name');
  if (property === undefined) return undefined;
  const span = property.syntax?.nameSpan ?? node.span;
  const [baseName = ''] = node.name.split('@');
  const strings = property.isDeleted ? undefined : stringsOf(property.value);
  if (strings?.length === 1 && strings[0] === baseName) return property;
  const message = `the property 'name' must be "${baseName}", as its node is`;
  report(issues, 'bad-name-property', span, message);
  return undefined;
}

function checkNodeName(node: LiveNode, issues: IssueList): void {
  const { name } = node;
  const bad = /[^a-zA-Z0-9,._+@-]/.exec(name)?.[0];
  const at = name.indexOf('@');
  if (bad !== undefined) {
    report(issues, 'bad-node-name', node.span, `'${bad}' cannot be in the name of a node`);
  } else if (at >= 0 && name.includes('@', at + 1)) {
    report(issues, 'bad-node-name', node.span, `the name of a node has one '@' at most`);
  } else if (at === 0) {
    report(issues, 'bad-node-name', node.span, `a node needs a name before its '@'`);
  }
}

/** Up to this many members are compared one with one, which is faster than a map. */
const PAIRWISE_LIMIT = 8;

function checkUnique<T extends LiveNode | LiveProperty>(
  members: readonly T[],
  what: 'node' | 'property',
  issues: IssueList,
): void {
  if (members.length <= PAIRWISE_LIMIT && !hasPair(members)) return;
  const first = new Map<string, T>();
  for (const member of members) {
    if (member.isDeleted) continue;
    const other = first.get(member.name);
    if (other === undefined) {
      first.set(member.name, member);
      continue;
    }
    const { span } = member;
    const { span: otherSpan } = other;
    issues.add(`duplicate-${what}`, {
      message: `there are two of '${member.name}' in this node`,
      ...(span === undefined ? {} : { span }),
      related: [
        { message: 'the first is here', ...(otherSpan === undefined ? {} : { span: otherSpan }) },
      ],
    });
  }
}

function hasPair(members: readonly { readonly name: string }[]): boolean {
  for (let i = 1; i < members.length; i++) {
    for (let j = 0; j < i; j++) if (members[i]?.name === members[j]?.name) return true;
  }
  return false;
}

function report(
  issues: IssueList,
  rule: 'bad-node-name' | 'bad-property-name' | 'bad-name-property',
  span: Span | undefined,
  message: string,
): void {
  issues.add(rule, { message, ...(span === undefined ? {} : { span }) });
}
