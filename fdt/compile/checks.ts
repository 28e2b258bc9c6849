// What dtc refuses in a tree that is well formed as text.
import type { IssueList } from '../issue-list.ts';
import type { Span } from '../text.ts';
import { stringsOf } from '../tree.ts';
import type { LabelList } from './labels.ts';
import type { LiveNode, LiveProperty } from './live-tree.ts';
import type { OwnedIssues } from './owned-issues.ts';

/** Names that are taken twice or have characters that the specification does not allow. */
export function checkNames(nodes: readonly LiveNode[], issues: OwnedIssues): void {
  for (const node of nodes) {
    issues.owner = node;
    checkUnique(node.children, 'node', issues);
    checkUnique(node.properties, 'property', issues);
    if (node.parent !== undefined) checkNodeName(node, issues);
    for (const property of node.properties) {
      if (property.isDeleted) continue;
      const bad = property.name.includes('@') ? '@' : undefined;
      if (bad === undefined) continue;
      const message = `'${bad}' cannot be in the name of a property`;
      report(issues, 'bad-property-name', property.span, message);
    }
  }
}

/** A label names one thing: a node, a property, or a place in a value. */
export function checkLabels(nodes: readonly LiveNode[], issues: IssueList): void {
  const first = new Map<string, Span>();
  const note = (name: string, span: Span): void => {
    const other = first.get(name);
    if (other === undefined) {
      first.set(name, span);
      return;
    }
    issues.add('duplicate-label', {
      span,
      message: `the label '${name}' is given twice`,
      related: [{ span: other, message: 'given here first' }],
    });
  };
  const noteAll = (labels: LabelList): void => {
    for (const label of labels.all) if (!label.isDeleted) note(label.name, label.span);
  };
  for (const node of nodes) {
    noteAll(node.labelList);
    for (const property of node.properties) {
      if (property.isDeleted) continue;
      noteAll(property.labelList);
      const { syntax } = property;
      if (syntax === undefined || syntax.isPlain) continue;
      for (const value of syntax.values) {
        if (value.kind === 'label') note(value.name, value.span);
        else if (value.kind === 'bytes') for (const one of value.labels) note(one.name, one.span);
        else if (value.kind === 'cells') {
          for (const item of value.items) if (item.kind === 'label') note(item.name, item.span);
        }
      }
    }
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
