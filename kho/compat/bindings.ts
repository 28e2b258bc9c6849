// Whether two sets of bindings speak of the same bytes.
import type { Binding, NodeSchema, PropertySchema } from '../bindings/binding.ts';
import { typeText } from '../value.ts';
import type { Verdict } from './compare.ts';

/** What whoever reads by `after` does with what was written by `before`, one by one. */
export function compareBindings(
  before: readonly Binding[],
  after: readonly Binding[],
): readonly Verdict[] {
  return before.flatMap((binding) =>
    binding.compatibles.map((compatible): Verdict => {
      const reader = after.find((each) => each.compatibles.includes(compatible));
      if (reader === undefined) return unknownTo(compatible, binding, after);
      const differences = differencesOf(binding, reader, '');
      const known = { name: compatible, writes: compatible, reads: compatible };
      if (differences.length === 0)
        return { ...known, outcome: 'understood', what: 'both say the same of it' };
      const refused = differences.every(({ isNoticed }) => isNoticed);
      const texts = differences.slice(0, MAX_DIFFERENCES).map(({ text }) => text);
      const more = differences.length > MAX_DIFFERENCES ? ', …' : '';
      return {
        ...known,
        outcome: refused ? 'refused' : 'misread',
        what: `the compatible is the same and the layout is not: ${texts.join(', ')}${more}`,
      };
    }),
  );
}

const MAX_DIFFERENCES = 5;

function unknownTo(compatible: string, binding: Binding, after: readonly Binding[]): Verdict {
  const base = compatible.replace(/-v\d+$/, '');
  const other = after.find((each) =>
    each.compatibles.some((name) => name.replace(/-v\d+$/, '') === base),
  );
  const known = { name: compatible, writes: compatible };
  if (other === undefined)
    return { ...known, outcome: 'missing', what: 'no binding of the other side knows it' };
  const what = binding.onMismatch || other.onMismatch || 'its reader does not take it back';
  return { ...known, reads: other.compatibles.join(', '), outcome: 'refused', what };
}

interface Difference {
  readonly text: string;
  /** Whether a careful reader sees it: what is not there can be seen, another meaning cannot. */
  readonly isNoticed: boolean;
}

function differencesOf(before: NodeSchema, after: NodeSchema, path: string): Difference[] {
  const differences: Difference[] = [];
  for (const [name, schema] of before.properties) {
    const reader = after.properties.get(name);
    const where = `${path}${name}`;
    if (reader === undefined) {
      const isRead = after.allowsOtherProperties;
      if (before.required.includes(name) && !isRead)
        differences.push({ text: `${where} is not read`, isNoticed: true });
      continue;
    }
    const change = changeOf(schema, reader);
    if (change !== undefined) differences.push({ ...change, text: `${where} ${change.text}` });
  }
  for (const name of after.required)
    if (!before.required.includes(name))
      differences.push({ text: `${path}${name} may be missing`, isNoticed: true });
  for (const [name, child] of before.children) {
    const reader = after.children.get(name);
    if (child.schema !== undefined && reader?.schema !== undefined)
      differences.push(...differencesOf(child.schema, reader.schema, `${path}${name}/`));
  }
  for (const { pattern, schema } of before.patternChildren) {
    const reader = after.patternChildren.find((each) => each.pattern.source === pattern.source);
    if (schema.schema !== undefined && reader?.schema.schema !== undefined)
      differences.push(...differencesOf(schema.schema, reader.schema.schema, `${path}*/`));
  }
  return differences;
}

function changeOf(before: PropertySchema, after: PropertySchema): Difference | undefined {
  const [was, is] = [layoutText(before), layoutText(after)];
  if (was !== is) {
    const isNoticed = bytesOf(before) !== undefined && bytesOf(before) !== bytesOf(after);
    return { text: `was ${was} and is read as ${is}`, isNoticed };
  }
  if (before.unit !== after.unit)
    return {
      text: `was in ${before.unit ?? 'no unit'} and is read in ${after.unit ?? 'no unit'}`,
      isNoticed: false,
    };
  if ((before.phys === undefined) !== (after.phys === undefined))
    return {
      text: `${before.phys ? 'was' : 'was not'} a physical address`,
      isNoticed: false,
    };
  const refused = before.allowed?.filter((value) => after.allowed?.includes(value) === false) ?? [];
  if (refused.length > 0)
    return { text: `may be ${refused.join(' or ')}, which is refused`, isNoticed: true };
  return undefined;
}

function layoutText({ type }: PropertySchema): string {
  if (type.kind !== 'cells' || type.struct === undefined) return typeText(type);
  const fields = type.elements.map(({ name, bits }) => `u${bits} ${name}`).join(', ');
  return `${typeText(type)} (${fields})`;
}

/** Of a value that always has as many: a reader that checks the length sees another one. */
function bytesOf({ type }: PropertySchema): number | undefined {
  if (type.kind !== 'cells' || type.isArray) return undefined;
  return type.elements.reduce((sum, { bits }) => sum + bits / 8, 0);
}
