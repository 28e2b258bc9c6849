// Code that writes a node into an FDT that is being built.
import type { CFunction } from './c-function.ts';
import { childMacro, wireMember } from './c-header.ts';
import { stateParameter } from './c-memory-code.ts';
import type { CChild, CField, CNode } from './c-model.ts';

/** The function that writes a node called `name`, an expression of C. */
export function writeFunction(node: CNode): CFunction {
  const isNamed = node.nodeName !== undefined;
  const locals: string[] = ['int err'];
  const body = [
    `\terr = fdt_begin_node(fdt, ${isNamed ? 'name' : 'state->node_name'});`,
    ...(node.compatibles.length === 0
      ? []
      : [call(`fdt_property_string(fdt, "compatible", ${node.macro}_COMPATIBLE)`)]),
    ...node.fields.flatMap((field) => writeField(field, locals)),
    ...node.children.flatMap((child) => writeChild(node, child)),
    call('fdt_end_node(fdt)'),
    '',
    '\treturn err;',
  ];
  const name = isNamed ? ', const char *name' : '';
  const isUsed = body.some((line) => line.includes('state->'));
  const state = `${stateParameter(node)}${isUsed ? '' : ' __maybe_unused'}`;
  return {
    head: `static int ${writeName(node)}(void *fdt${name}, const ${state})`,
    locals,
    body,
  };
}

export function writeName({ calls }: CNode): string {
  return `${calls}_write`;
}

/** A call of libfdt that is not made once there was an error. */
function call(text: string): string {
  return `\terr = err ?: ${text};`;
}

function property(field: CField, value: string, size: string): string {
  return call(`fdt_property(fdt, ${field.macro}, ${value}, ${size})`);
}

function writeField(field: CField, locals: string[]): readonly string[] {
  const { member, value, memory, isRequired } = field;
  const state = `state->${member}`;
  if (memory?.kind === 'folios') {
    const size = `state->nr_${member} * sizeof(*${state}_phys)`;
    return optional(isRequired, state, property(field, `${state}_phys`, size));
  }
  if (memory !== undefined && memory.kind !== 'claim') {
    const wire = `state->${wireMember(field)}`;
    return optional(isRequired, state, property(field, `&${wire}`, `sizeof(${wire})`));
  }
  switch (value.kind) {
    case 'constant': {
      if (value.bits === undefined)
        return [call(`fdt_property_string(fdt, ${field.macro}, ${value.macro})`)];
      const local = PARAMETERS.has(member) ? `${member}_value` : member;
      locals.push(`const u${value.bits} ${local} = ${value.macro}`);
      return [property(field, `&${local}`, `sizeof(${local})`)];
    }
    case 'flag':
      return optional(false, state, property(field, 'NULL', '0'));
    case 'string':
      return optional(
        isRequired,
        state,
        call(`fdt_property_string(fdt, ${field.macro}, ${state})`),
      );
    case 'bytes':
      return optional(isRequired, state, property(field, state, `${state}_len`));
    case 'scalar':
    case 'struct':
      return optional(
        isRequired,
        `state->has_${member}`,
        property(field, `&${state}`, `sizeof(${state})`),
      );
    case 'array':
      return optional(
        isRequired,
        state,
        property(field, state, `state->nr_${member} * sizeof(*${state})`),
      );
  }
}

/** What else the function has names for. */
const PARAMETERS: ReadonlySet<string> = new Set(['err', 'fdt', 'i', 'name', 'state']);

function optional(isRequired: boolean, condition: string, line: string): readonly string[] {
  return isRequired ? [line] : [`\tif (${condition})`, `\t${line}`];
}

function writeChild(parent: CNode, child: CChild): readonly string[] {
  const { node, member, count } = child;
  const write = (one: string): string =>
    node.nodeName === undefined
      ? `${writeName(node)}(fdt, ${one})`
      : `${writeName(node)}(fdt, ${childMacro(parent, child)}, ${one})`;
  switch (count) {
    case 'one':
      return [call(write(`&state->${member}`))];
    case 'optional':
      return [`\tif (state->has_${member})`, `\t${call(write(`&state->${member}`))}`];
    case 'many':
      return [
        `\tfor (unsigned int i = 0; !err && i < state->nr_${member}; i++)`,
        `\t\terr = ${write(`&state->${member}[i]`)};`,
      ];
  }
}
