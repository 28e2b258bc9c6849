// Why a label or a node cannot have a new name: each answer is a sentence for the user.
import { childOf, propertyOf } from '../fdt/index.ts';
import { type CheckedSource, childSchema } from '../kho/index.ts';
import { type NamedLabel, type NamedNode, type NamedThing, occurrencesOf } from './occurrences.ts';

/** Names that compiling an overlay makes. */
const OVERLAY_NAME = /^(fragment@\d+|__[a-z_]+__)$/;

/** What a new name cannot be written as. */
export function whyNoName(
  { kind }: NamedThing,
  newName: string,
  isPlugin: boolean,
): string | undefined {
  if (newName === '') return `A ${kind} needs a name`;
  if (kind === 'label') {
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(newName)) return undefined;
    return 'A label is made of letters, digits and underscores and does not start with a digit';
  }
  const bad = /[^a-zA-Z0-9,._+@-]/u.exec(newName)?.[0];
  if (bad !== undefined) return `'${bad}' cannot be in the name of a node`;
  if (newName.startsWith('@')) return `A node needs a name before its '@'`;
  if (newName.indexOf('@') !== newName.lastIndexOf('@'))
    return `The name of a node has one '@' at most`;
  if (isPlugin && OVERLAY_NAME.test(newName))
    return `'${newName}' is a name that compiling an overlay gives to nodes of its own`;
  return undefined;
}

/** Whether something else has the new name, or is meant by it. */
export function whyNotFree(
  thing: NamedThing,
  newName: string,
  labels: ReadonlyMap<string, NamedLabel>,
): string | undefined {
  if (thing.kind === 'compatible') return undefined;
  const other = thing.kind === 'label' ? labels.get(newName) : thing.parent?.children.get(newName);
  if (other === undefined) return undefined;
  const isDefined = other.occurrences.some(({ role }) => role === 'definition');
  if (other.kind === 'label')
    return isDefined
      ? `There is a label '${newName}' already`
      : `A label '${newName}' is referred to already, though there is none`;
  const where = pathOf(thing as NamedNode).replace(/\/[^/]*$/, '') || '/';
  return isDefined
    ? `There is a node '${newName}' in ${where} already`
    : `A node '${newName}' in ${where} is referred to already, though there is none`;
}

/** Whether what refers to it may mean something else than it seems to. */
export function whyNotCertain(
  checked: CheckedSource,
  { kind, name }: NamedThing,
): string | undefined {
  const { compiled, document } = checked;
  if (kind === 'node') {
    const { sharedLabel } = occurrencesOf(checked);
    if (sharedLabel === undefined) return undefined;
    const why = `The label '${sharedLabel}' is given to two nodes`;
    return `${why}, so it is not certain which of them is meant where: change one of them first`;
  }
  // An overlay lists the labels that it takes from its base.
  const taken = document.isPlugin ? childOf(compiled.value.root, '__fixups__') : undefined;
  if (taken === undefined || propertyOf(taken, name) === undefined) return undefined;
  return `The label '${name}' also stands for one of the base that this overlay is put onto`;
}

/** Whether a binding wants the node to be called as it is. */
export function whyNotByBinding(
  checked: CheckedSource,
  thing: NamedThing,
  newName: string,
): string | undefined {
  const node = thing.kind === 'node' ? occurrencesOf(checked).builtOf.get(thing) : undefined;
  if (node?.parent === undefined) return undefined;
  const { bindings } = checked;
  const own = bindings.describe(node)?.binding;
  if (own?.nodeName !== undefined && !own.nodeName.test(newName))
    return `The binding ${own.id} is for nodes called ${wordsOf(own.nodeName)}`;
  const above = bindings.describe(node.parent);
  if (above === undefined) return undefined;
  const byWhom = above.binding === undefined ? 'the binding' : `the binding ${above.binding.id}`;
  const where = `In ${node.parent.path}, ${byWhom}`;
  if (above.schema.required.includes(node.name)) return `${where} requires a node '${node.name}'`;
  const before = childSchema(above.schema, node.name);
  const after = childSchema(above.schema, newName);
  if (before === 'none' || before === after) return undefined;
  if (after === 'none') return `${where} allows no node '${newName}'`;
  if (typeof before !== 'string' && typeof after !== 'string') {
    const isSame = before.schema === after.schema && before.binding === after.binding;
    if (isSame) return undefined;
  }
  return `${where} takes a node '${newName}' for something else than '${node.name}'`;
}

/** The name that a pattern stands for, or what it looks like. */
function wordsOf({ source }: RegExp): string {
  const name = /^\^((?:[\w,@-]|\\[.+-])+)\$$/.exec(source)?.[1];
  return name === undefined ? `as ${source} says` : `'${name.replaceAll('\\', '')}'`;
}

function pathOf(node: NamedNode): string {
  const names: string[] = [];
  for (let at: NamedNode | undefined = node; at?.parent !== undefined; at = at.parent)
    names.push(at.name);
  return `/${names.reverse().join('/')}`;
}
