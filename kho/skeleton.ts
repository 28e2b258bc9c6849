// Text to begin with: what a property or a node of a binding looks like when it is new.
import type { ChildSchema, NodeSchema, PropertySchema } from './bindings/binding.ts';
import { hexText } from './describe/number.ts';

/** `mem = <0x0 0x0>;`: the statement of a property, with the one value it may have or zeros. */
export function propertySkeleton(name: string, schema: PropertySchema | undefined): string {
  const value = schema === undefined ? '<0x0>' : valueSkeleton(schema);
  return value === '' ? `${name};` : `${name} = ${value};`;
}

function valueSkeleton({ type, allowed, minItems = 1 }: PropertySchema): string {
  const [only] = allowed ?? [];
  switch (type.kind) {
    case 'flag':
      return '';
    case 'string':
    case 'strings':
      return `"${only ?? ''}"`;
    case 'bytes':
      return '[00]';
    case 'cells': {
      const cells = typeof only === 'bigint' ? hexText(only) : '0x0';
      const tuple = type.elements.map(() => cells).join(' ');
      const count = type.isArray ? Math.max(1, Math.min(minItems, MAX_TUPLES)) : 1;
      return `<${Array.from({ length: count }, () => tuple).join(' ')}>`;
    }
  }
}

/** Tuples that a skeleton writes at most; more would be noise. */
const MAX_TUPLES = 8;

/** Lines of a node with what it must have. */
export function nodeSkeleton(
  name: string,
  schema: NodeSchema | undefined,
  indent: string,
): readonly string[] {
  const required = schema?.required ?? [];
  const lines = required.flatMap((each) => {
    const property = schema?.properties.get(each);
    if (property !== undefined) return [`${indent}\t${propertySkeleton(each, property)}`];
    const child: ChildSchema | undefined = schema?.children.get(each);
    return nodeSkeleton(each, child?.schema, `${indent}\t`);
  });
  return [`${indent}${name} {`, ...lines, `${indent}};`];
}
