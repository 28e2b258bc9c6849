// The header: what the format is called, its structs on the wire, and the state that C code keeps.

import type { AnyStruct } from '../structs/struct.ts';
import { isText } from '../structs/struct.ts';
import type { CChild, CField, CModel, CNode, CRow } from './c-model.ts';
import { versionOf } from './c-names.ts';
import { C_COLUMNS, columnsOf, quoted, wrapHead, wrapText } from './c-text.ts';

/** The lines of the header; `declarations` are the heads of its functions. */
export function headerLines(model: CModel, declarations: readonly string[]): readonly string[] {
  const { binding, root, nodes, shape } = model;
  const guard = `_${root.macro}_H`;
  const rows = uniqueRows(nodes);
  const includes = [
    'linux/build_bug.h',
    'linux/stddef.h',
    'linux/types.h',
    ...rows.flatMap(({ header }) => header?.path ?? []),
  ];
  return [
    '/* SPDX-License-Identifier: GPL-2.0 */',
    '/*',
    ...wrapText(`${binding.title}: ${binding.id}`, C_COLUMNS - 3).map((line) => ` * ${line}`),
    ' *',
    ...wrapText(binding.description, C_COLUMNS - 3).map((line) => ` * ${line}`),
    ...omissions(nodes),
    ' */',
    `#ifndef ${guard}`,
    `#define ${guard}`,
    '',
    ...[...new Set(includes)].sort().map((path) => `#include <${path}>`),
    '',
    ...forwardStructs(nodes),
    ...nodes.flatMap((node) => macros(node, node === root && shape.kind === 'node')),
    ...rows.flatMap((row) => wireStruct(row)),
    ...nodes.flatMap(stateStruct),
    ...declarations.flatMap((head) => wrapHead(`${head};`)),
    '',
    `#endif /* ${guard} */`,
  ];
}

function omissions(nodes: readonly CNode[]): readonly string[] {
  const omitted = nodes.flatMap(({ prefix, omitted: each }) =>
    each.map((sentence) => `${prefix}: ${sentence}`),
  );
  if (omitted.length === 0) return [];
  return [
    ' *',
    ...omitted.flatMap((line) => wrapText(line, C_COLUMNS - 3)).map((line) => ` * ${line}`),
  ];
}

/** Structs that are pointed to only. */
function forwardStructs(nodes: readonly CNode[]): readonly string[] {
  const kinds = new Set(nodes.flatMap(({ fields }) => fields.map(({ memory }) => memory?.kind)));
  const structs = [
    ...(kinds.has('folio') || kinds.has('folios') ? ['folio'] : []),
    ...(kinds.has('pages') ? ['page'] : []),
  ];
  return structs.length === 0 ? [] : [...structs.map((name) => `struct ${name};`), ''];
}

type Macro = readonly [name: string, value: string];

function macros(node: CNode, isNamed: boolean): readonly string[] {
  const { macro, id, compatibles, fields, children, nodeName } = node;
  const version = id === undefined ? undefined : versionOf(id);
  const all: readonly Macro[] = [
    ...compatibles.map((text, index): Macro => [compatibleMacro(node, index), quoted(text)]),
    ...(version === undefined ? [] : [[`${macro}_VERSION`, version] as const]),
    ...(isNamed && nodeName ? [[`${macro}_NODE`, quoted(nodeName)] as const] : []),
    ...fields.map(({ macro: name, property }): Macro => [name, quoted(property)]),
    ...fields.flatMap(({ value }): Macro[] =>
      value.kind === 'constant' ? [[value.macro, value.text]] : [],
    ),
    ...children.flatMap((child): Macro[] =>
      child.node.nodeName ? [[childMacro(node, child), quoted(child.node.nodeName)]] : [],
    ),
  ];
  return all.length === 0 ? [] : [...aligned(all), ''];
}

/** The macro with a compatible of a node; the first is the one that is written. */
export function compatibleMacro({ macro }: CNode, index: number): string {
  return `${macro}_COMPATIBLE${index === 0 ? '' : `_${index + 1}`}`;
}

/** The macro with the name of a node below another. */
export function childMacro({ macro }: CNode, { member }: CChild): string {
  return `${macro}_NODE_${member.toUpperCase()}`;
}

/** Macros with their values below each other. */
function aligned(macros: readonly Macro[]): readonly string[] {
  const widest = Math.max(...macros.map(([name]) => columnsOf(`#define ${name}`)));
  const column = Math.floor(widest / 8) * 8 + 8;
  return macros.map(([name, value]) => {
    const head = `#define ${name}`;
    return `${head}${'\t'.repeat(Math.ceil((column - columnsOf(head)) / 8))}${value}`;
  });
}

/** The structs of all rows, each once. */
function uniqueRows(nodes: readonly CNode[]): readonly CRow[] {
  const rows = new Map<string, CRow>();
  for (const { fields } of nodes)
    for (const { value } of fields)
      if ((value.kind === 'struct' || value.kind === 'array') && value.row.struct !== undefined)
        rows.set(value.row.type, value.row);
  return [...rows.values()];
}

function wireStruct({ type, define: own, struct, header, sizeBytes }: CRow): readonly string[] {
  if (struct === undefined) return [];
  const members = header?.members ?? {};
  const asserts = [
    `static_assert(sizeof(${type}) == ${sizeBytes});`,
    ...struct.fields
      .filter((field) => isText(field) || field.part === undefined)
      .map(
        ({ name, offset }) =>
          `static_assert(offsetof(${type}, ${members[name] ?? name}) == ${offset});`,
      ),
  ];
  return [...(own === undefined ? [] : definition(own)), ...asserts, ''];
}

function definition({ name, description, fields }: AnyStruct): readonly string[] {
  return [
    ...kernelDoc(
      `struct ${name} - ${description}`,
      fields.map((field) => [field.name, field.description]),
    ),
    `struct ${name} {`,
    ...fields.map((field) => {
      if (isText(field)) return `\tchar ${field.name}[${field.chars}];`;
      const width = field.part === undefined ? '' : ` : ${field.part.width}`;
      return `\tu${field.bits} ${field.name}${width};`;
    }),
    '} __packed;',
  ];
}

interface Member {
  readonly declaration: string;
  readonly name: string;
  readonly text: string;
}

function stateStruct(node: CNode): readonly string[] {
  const members = [
    ...(node.nodeName === undefined
      ? [
          {
            declaration: 'const char *node_name',
            name: 'node_name',
            text: 'what the node is called',
          },
        ]
      : []),
    ...node.fields.flatMap(fieldMembers),
    ...node.children.flatMap(({ node: child, member, count }): Member[] => {
      const type = `struct ${child.prefix}_state`;
      const text = child.title || `the node ${child.nodeName}`;
      if (count === 'many')
        return [{ declaration: `${type} *${member}`, name: member, text }, counter(member)];
      return [
        ...(count === 'optional' ? [presence(member)] : []),
        { declaration: `${type} ${member}`, name: member, text },
      ];
    }),
  ];
  return [
    ...kernelDoc(
      `struct ${node.prefix}_state - ${node.title || `state of ${node.nodeName}`}`,
      members.map(({ name, text }) => [name, text]),
    ),
    `struct ${node.prefix}_state {`,
    ...members.map(({ declaration }) => `\t${declaration};`),
    '};',
    '',
  ];
}

function counter(member: string): Member {
  return {
    declaration: `unsigned int nr_${member}`,
    name: `nr_${member}`,
    text: `entries of @${member}`,
  };
}

function presence(member: string): Member {
  return {
    declaration: `bool has_${member}`,
    name: `has_${member}`,
    text: `whether there is @${member}`,
  };
}

function foundBy(member: string): string {
  return `how the next kernel finds @${member}`;
}

/** The members that a property is in the state. */
export function fieldMembers(field: CField): readonly Member[] {
  const { member, value, memory, schema, isRequired } = field;
  const text = schema.description || schema.title || `the property ${field.property}`;
  if (memory?.kind === 'folios')
    return [
      { declaration: `struct folio **${member}`, name: member, text },
      counter(member),
      { declaration: `u64 *${member}_phys`, name: `${member}_phys`, text: foundBy(member) },
    ];
  const handed = {
    vmalloc: 'void *',
    alloc: 'void *',
    folio: 'struct folio *',
    pages: 'struct page *',
  };
  if (memory !== undefined && memory.kind !== 'claim') {
    const wire = memory.kind === 'vmalloc' ? 'struct kho_vmalloc ' : 'u64 ';
    const name = wireMember(field);
    return [
      { declaration: `${handed[memory.kind]}${member}`, name: member, text },
      { declaration: `${wire}${name}`, name, text: foundBy(member) },
    ];
  }
  switch (value.kind) {
    case 'constant':
      return [];
    case 'flag':
      return [{ declaration: `bool ${member}`, name: member, text }];
    case 'string':
      return [{ declaration: `const char *${member}`, name: member, text }];
    case 'bytes':
      return [
        { declaration: `const void *${member}`, name: member, text },
        {
          declaration: `unsigned int ${member}_len`,
          name: `${member}_len`,
          text: `bytes of @${member}`,
        },
      ];
    case 'scalar':
    case 'struct': {
      const type = value.kind === 'scalar' ? `u${value.bits}` : value.row.type;
      return [
        ...(isRequired ? [] : [presence(member)]),
        { declaration: `${type} ${member}`, name: member, text },
      ];
    }
    case 'array':
      return [{ declaration: `${value.row.type} *${member}`, name: member, text }, counter(member)];
  }
}

/** The member with what stands for memory in the FDT. */
export function wireMember({ member, memory }: CField): string {
  return memory?.kind === 'vmalloc' ? `${member}_ser` : `${member}_phys`;
}

/** A kernel-doc comment: a line, what each parameter is, and more. */
export function kernelDoc(
  title: string,
  parameters: readonly (readonly [string, string])[],
  body: readonly string[] = [],
): readonly string[] {
  const wrapped = (text: string, first: string, rest: string): string[] =>
    wrapText(text, C_COLUMNS - columnsOf(rest) - 2).map(
      (line, index) => `${index === 0 ? first : rest}${line}`,
    );
  return [
    '/**',
    ...wrapped(title, ' * ', ' *   '),
    ...parameters.flatMap(([name, text]) => wrapped(`@${name}: ${text}`, ' * ', ' *   ')),
    ...body.flatMap((paragraph) => [' *', ...wrapped(paragraph, ' * ', ' * ')]),
    ' */',
  ];
}
