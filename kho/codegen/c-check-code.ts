// Code that checks a state against the binding: before it is written, and once it is read.
import type { PropertySchema } from '../bindings/binding.ts';
import type { CFunction } from './c-function.ts';
import { eachChild, stateParameter } from './c-memory-code.ts';
import type { CField, CNode } from './c-model.ts';
import { quoted } from './c-text.ts';

/** The function that checks a node, if there is anything to check. */
export function checkFunctions(node: CNode): readonly CFunction[] {
  const body = [
    ...(node.nodeName === undefined ? ['\tif (!state->node_name)', '\t\treturn -EINVAL;'] : []),
    ...node.fields.flatMap((field) => [
      ...conditions(field).flatMap((condition) => [`\tif (${condition})`, '\t\treturn -EINVAL;']),
      ...checkElements(field),
    ]),
    ...node.children.flatMap((child) =>
      checks(child.node)
        ? eachChild(child, (one, tab) => [
            `${tab}err = ${checkName(child.node)}(${one});`,
            `${tab}if (err)`,
            `${tab}\treturn err;`,
          ])
        : [],
    ),
  ];
  if (body.length === 0) return [];
  return [
    {
      head: `static int ${checkName(node)}(const ${stateParameter(node)})`,
      locals: ['int err'],
      body: [...body, '', '\treturn 0;'],
    },
  ];
}

/** Whether a node has a function that checks it. */
export function checks({ nodeName, fields, children }: CNode): boolean {
  return (
    nodeName === undefined ||
    fields.some((field) => conditions(field).length > 0) ||
    children.some(({ node }) => checks(node))
  );
}

export function checkName({ calls }: CNode): string {
  return `${calls}_check`;
}

/** Conditions of which none may hold. */
function conditions({ member, value, schema, isRequired, memory }: CField): readonly string[] {
  const state = `state->${member}`;
  switch (value.kind) {
    case 'scalar': {
      if (memory !== undefined) return [];
      const unlessAbsent = isRequired ? '' : `state->has_${member} && `;
      const wrong = scalarConditions(schema, state, value.bits);
      if (unlessAbsent === '' || wrong.length === 0) return wrong;
      return wrong.map((each) => `${unlessAbsent}${each.includes('&&') ? `(${each})` : each}`);
    }
    case 'array':
      return countConditions(
        schema,
        `state->nr_${member}`,
        `sizeof(*${state})`,
        isRequired ? '' : state,
      );
    case 'string':
      return [...(isRequired ? [`!${state}`] : []), ...stringConditions(schema, state, isRequired)];
    case 'bytes':
    case 'flag':
    case 'constant':
    case 'struct':
      return [];
  }
}

function anyOf(conditions: readonly string[]): string {
  const [only = ''] = conditions;
  if (conditions.length === 1) return only;
  return conditions.map((each) => (each.includes('&&') ? `(${each})` : each)).join(' || ');
}

/** A loop over the integers of an array, if the binding does not admit all of them. */
function checkElements({ member, value, schema, memory }: CField): readonly string[] {
  if (memory !== undefined) return [];
  if (value.kind !== 'array' || value.row.struct !== undefined) return [];
  const wrong = scalarConditions(schema, `state->${member}[i]`, value.row.sizeBytes * 8);
  if (wrong.length === 0) return [];
  return [
    `\tfor (unsigned int i = 0; i < state->nr_${member}; i++)`,
    `\t\tif (${anyOf(wrong)})`,
    '\t\t\treturn -EINVAL;',
  ];
}

function scalarConditions(
  { allowed = [], minimum, maximum, multipleOf }: PropertySchema,
  state: string,
  bits: number,
): readonly string[] {
  const most = (1n << BigInt(bits)) - 1n;
  return [
    ...(allowed.length > 0
      ? [allowed.map((each) => `${state} != ${literal(BigInt(each))}`).join(' && ')]
      : []),
    ...(minimum !== undefined && minimum > 0n ? [`${state} < ${literal(minimum)}`] : []),
    ...(maximum !== undefined && maximum < most ? [`${state} > ${literal(maximum)}`] : []),
    ...(multipleOf !== undefined && multipleOf > 1n ? [`${state} % ${literal(multipleOf)}`] : []),
  ];
}

/** An integer that is no larger than its type, in the notation that shows it best. */
function literal(value: bigint): string {
  const text = value < 0x1000n ? value.toString() : `0x${value.toString(16)}`;
  return value > 0xffffffffn ? `${text}ULL` : value > 0x7fffffffn ? `${text}U` : text;
}

function countConditions(
  { minItems = 0, maxItems, itemsMultipleOf = 1 }: PropertySchema,
  count: string,
  size: string,
  isThere: string,
): readonly string[] {
  const unlessAbsent = isThere === '' ? '' : `${isThere} && `;
  if (minItems > 0 && minItems === maxItems) return [`${unlessAbsent}${count} != ${minItems}`];
  const upper = maxItems === undefined ? `INT_MAX / ${size}` : `${maxItems}`;
  return [
    ...(minItems > 0 ? [`${unlessAbsent}${count} < ${minItems}`] : []),
    `${count} > ${upper}`,
    ...(itemsMultipleOf > 1 ? [`${count} % ${itemsMultipleOf}`] : []),
  ];
}

function stringConditions(
  { allowed = [] }: PropertySchema,
  state: string,
  isRequired: boolean,
): readonly string[] {
  if (allowed.length < 2) return [];
  const differs = allowed.map((text) => `strcmp(${state}, ${quoted(String(text))})`).join(' && ');
  return [isRequired ? differs : `${state} && ${differs}`];
}
