// Code that reads a node that the previous kernel left: nothing in it is taken for granted.
import type { CFunction } from './c-function.ts';
import { childMacro, compatibleMacro, wireMember } from './c-header.ts';
import { stateParameter } from './c-memory-code.ts';
import type { CChild, CField, CNode } from './c-model.ts';

/** The function that reads a node into a state of zeros. Whoever calls it releases on an error. */
export function readFunction(node: CNode): CFunction {
  const body = [
    ...checkCompatible(node),
    ...(node.nodeName === undefined ? readNodeName() : []),
    ...node.fields.flatMap((field) => ['', ...readField(field)]),
    ...node.children.flatMap((child) => ['', ...readChild(node, child)]),
    '',
    '\treturn 0;',
  ];
  const text = body.join('\n');
  const unused = (name: string): string =>
    new RegExp(`\\b${name}\\b`).test(text) ? '' : ' __maybe_unused';
  return {
    head:
      `static int ${readName(node)}(const void *fdt${unused('fdt')}, int node${unused('node')}, ` +
      `${stateParameter(node)}${unused('state')})`,
    locals: [
      'const void *prop',
      'const char *name',
      'unsigned int i',
      'int child',
      'int err',
      'int len',
    ],
    body: body[0] === '' ? body.slice(1) : body,
  };
}

export function readName({ calls }: CNode): string {
  return `${calls}_read`;
}

/** Any of the compatibles will do. */
function checkCompatible(node: CNode): readonly string[] {
  if (node.compatibles.length === 0) return [];
  const checks = node.compatibles.map(
    (_, index) => `fdt_node_check_compatible(fdt, node, ${compatibleMacro(node, index)})`,
  );
  return [`\tif (${checks.join(' &&\n\t    ')})`, '\t\treturn -EINVAL;'].flatMap((line) =>
    line.split('\n'),
  );
}

function readNodeName(): readonly string[] {
  return [
    '',
    '\tname = fdt_get_name(fdt, node, NULL);',
    '\tif (!name)',
    '\t\treturn -EINVAL;',
    '\tstate->node_name = kstrdup(name, GFP_KERNEL);',
    '\tif (!state->node_name)',
    '\t\treturn -ENOMEM;',
  ];
}

function readField(field: CField): readonly string[] {
  const { macro, isRequired, value } = field;
  if (value.kind === 'flag')
    return [`\tstate->${field.member} = !!fdt_getprop(fdt, node, ${macro}, NULL);`];
  const [wrong, lines] = readValue(field);
  const get = `\tprop = fdt_getprop(fdt, node, ${macro}, &len);`;
  const reject = wrong === '' ? [] : [`\tif (${wrong})`, '\t\treturn -EINVAL;'];
  if (isRequired) {
    const missing = wrong === '' ? '!prop' : `!prop || ${wrong}`;
    return [get, `\tif (${missing})`, '\t\treturn -EINVAL;', ...lines];
  }
  const inside = [...reject, ...lines].map((line) => `\t${line}`);
  return [get, '\tif (prop) {', ...inside, '\t}'];
}

/** The condition under which a value has no sense, and the lines that keep one that has. */
function readValue(field: CField): readonly [string, readonly string[]] {
  const { member, value, memory, isRequired } = field;
  const isThere = isRequired ? [] : [`\tstate->has_${member} = true;`];
  if (memory !== undefined && memory.kind !== 'claim' && memory.kind !== 'folios') {
    const wire = `state->${wireMember(field)}`;
    return memory.kind === 'vmalloc'
      ? [`len != sizeof(${wire})`, [`\tmemcpy(&${wire}, prop, sizeof(${wire}));`]]
      : [`len != sizeof(${wire})`, [`\t${wire} = get_unaligned((const u64 *)prop);`]];
  }
  const state = `state->${member}`;
  const at = memory?.kind === 'folios' ? `${state}_phys` : state;
  switch (value.kind) {
    case 'constant':
      return value.bits === undefined
        ? [`len != sizeof(${value.macro}) || memcmp(prop, ${value.macro}, len)`, []]
        : [
            `len != sizeof(u${value.bits}) || ` +
              `get_unaligned((const u${value.bits} *)prop) != ${value.macro}`,
            [],
          ];
    case 'scalar':
      return [
        `len != sizeof(${state})`,
        [`\t${state} = get_unaligned((const u${value.bits} *)prop);`, ...isThere],
      ];
    case 'struct':
      return [
        `len != sizeof(${state})`,
        [`\tmemcpy(&${state}, prop, sizeof(${state}));`, ...isThere],
      ];
    case 'array':
      return [
        `len % sizeof(*${at})`,
        [...copy(at, isRequired), `\tstate->nr_${member} = len / sizeof(*${at});`],
      ];
    case 'string':
      return ['!len || strnlen(prop, len) != len - 1', copy(state, false)];
    case 'bytes':
      return ['', [...copy(state, isRequired), `\t${state}_len = len;`]];
    case 'flag':
      return ['', []];
  }
}

/** A copy is aligned, and stays when the FDT is freed. What is required may be empty. */
function copy(state: string, mayBeEmpty: boolean): readonly string[] {
  return [
    `\t${state} = kmemdup(prop, len, GFP_KERNEL);`,
    mayBeEmpty ? `\tif (len && !${state})` : `\tif (!${state})`,
    '\t\treturn -ENOMEM;',
  ];
}

function readChild(parent: CNode, child: CChild): readonly string[] {
  const { node, member, count } = child;
  if (count === 'many') return readChildren(parent, child);
  const find = `\tchild = fdt_subnode_offset(fdt, node, ${childMacro(parent, child)});`;
  const read = [
    `\terr = ${readName(node)}(fdt, child, &state->${member});`,
    '\tif (err)',
    '\t\treturn err;',
  ];
  if (count === 'one') return [find, '\tif (child < 0)', '\t\treturn -EINVAL;', ...read];
  return [
    find,
    '\tif (child >= 0) {',
    `\t\tstate->has_${member} = true;`,
    ...read.map((line) => `\t${line}`),
    '\t} else if (child != -FDT_ERR_NOTFOUND) {',
    '\t\treturn -EINVAL;',
    '\t}',
  ];
}

/** Counts the nodes, and then reads as many. */
function readChildren(parent: CNode, child: CChild): readonly string[] {
  const { node, member } = child;
  const others = notOfKind(parent, child);
  const skip =
    others.length === 0
      ? []
      : [
          '\t\tname = fdt_get_name(fdt, child, NULL);',
          `\t\tif (${['!name', ...others].join(' || ')})`,
          '\t\t\tcontinue;',
        ];
  const loop = '\tfdt_for_each_subnode(child, fdt, node)';
  const state = `state->${member}`;
  return [
    '\ti = 0;',
    ...(skip.length === 0 ? [loop, '\t\ti++;'] : [`${loop} {`, ...skip, '\t\ti++;', '\t}']),
    `\t${state} = kcalloc(i, sizeof(*${state}), GFP_KERNEL);`,
    `\tif (!${state})`,
    '\t\treturn -ENOMEM;',
    `${loop} {`,
    ...skip,
    `\t\terr = ${readName(node)}(fdt, child, &${state}[state->nr_${member}++]);`,
    '\t\tif (err)',
    '\t\t\treturn err;',
    '\t}',
    '\tif (child != -FDT_ERR_NOTFOUND)',
    '\t\treturn -EINVAL;',
  ];
}

/** Conditions for the name of a node that is not one of an array. */
function notOfKind(parent: CNode, { namePrefix }: CChild): readonly string[] {
  if (namePrefix !== '') return [`!strstarts(name, "${namePrefix}")`];
  return parent.children.flatMap((other) => {
    if (other.node.nodeName) return [`!strcmp(name, ${childMacro(parent, other)})`];
    return other.namePrefix === '' ? [] : [`strstarts(name, "${other.namePrefix}")`];
  });
}
