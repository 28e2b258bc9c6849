// From a binding, and those it refers to, to what C code is about.
import type { Binding, ChildSchema, NodeSchema, PropertySchema } from '../bindings/binding.ts';
import { tupleBytes } from '../bindings/binding.ts';
import type { Release } from '../release.ts';
import { isInReleases } from '../releases/index.ts';
import type { AnyStruct } from '../structs/struct.ts';
import { memoryOf, structHeader } from './c-memory.ts';
import type { CChild, CField, CModel, CNode, CRow, CShape, CValue } from './c-model.ts';
import { callsOf, identifierOf, macroOf, pluralOf, prefixOf } from './c-names.ts';
import { quoted } from './c-text.ts';

/** Nodes below each other that code is made for. */
const MAX_DEPTH = 16;

interface Building {
  readonly release: Release;
  readonly bindings: readonly Binding[];
  readonly nodes: CNode[];
  /** Ids of the bindings that the node being built is below. */
  readonly above: readonly string[];
}

/** What the C code of `binding` is about in a release; `bindings` are those it may refer to. */
export function buildModel(
  binding: Binding,
  release: Release,
  bindings: readonly Binding[],
): CModel {
  const building: Building = { release, bindings, nodes: [], above: [] };
  const root = buildBindingNode(binding, building, fixedName(binding));
  const shape = shapeOf(binding, release, bindings);
  const named = shape.kind === 'node' ? root : { ...root, nodeName: '' };
  const nodes = building.nodes.map((node) => (node === root ? named : node));
  return { binding, release, root: named, nodes, shape };
}

/** The one name that nodes of a binding have; `/` for a root. */
function fixedName({ nodeName }: Binding): string | undefined {
  const literal = nodeName && literalOf(nodeName);
  return literal === '/' ? '' : literal;
}

/** The text that a pattern like `^data$` stands for, if it stands for one only. */
function literalOf({ source }: RegExp): string | undefined {
  const text = /^\^(.*)\$$/.exec(source)?.[1]?.replace(/\\(?=[^\w])/g, '');
  return text !== undefined && /^[\w,+/.-]*$/.test(text) ? text : undefined;
}

function shapeOf(
  binding: Binding,
  { subtrees, api }: Release,
  bindings: readonly Binding[],
): CShape {
  const name = fixedName(binding);
  const isBelowAnother = bindings.some(
    (other) => other.id !== binding.id && refersTo(other, binding.id),
  );
  const isRoot = name === '' || (name === undefined && !isBelowAnother);
  if (subtrees.kind === 'inline') return { kind: name === '' ? 'buffer' : 'node' };
  if (!isRoot) return { kind: 'node' };
  const has = (call: string): boolean => api.some((each) => each.name === call);
  return {
    kind: 'blob',
    memory: has('kho_alloc_preserve') ? 'alloc' : 'folio',
    hasSize: subtrees.sizeProperty !== undefined,
  };
}

function refersTo(schema: NodeSchema, id: string): boolean {
  return childrenOf(schema).some(
    ({ child }) =>
      child.binding === id || (child.schema !== undefined && refersTo(child.schema, id)),
  );
}

interface SchemaChild {
  /** Undefined for those of any other name. */
  readonly key: string | RegExp | undefined;
  readonly child: ChildSchema;
}

function childrenOf({ children, patternChildren, otherChildren }: NodeSchema): SchemaChild[] {
  return [
    ...[...children].map(([key, child]) => ({ key, child })),
    ...patternChildren.map(({ pattern, schema }) => ({
      key: literalOf(pattern) ?? pattern,
      child: schema,
    })),
    ...(typeof otherChildren === 'string' ? [] : [{ key: undefined, child: otherChildren }]),
  ];
}

function buildBindingNode(
  binding: Binding,
  building: Building,
  nodeName: string | undefined,
): CNode {
  const known = building.nodes.find(({ id }) => id === binding.id);
  if (known !== undefined && known.nodeName === nodeName) return known;
  const prefix = prefixOf(binding.id);
  const below = { ...building, above: [...building.above, binding.id] };
  return buildNode(binding, prefix, nodeName, below, { id: binding.id });
}

function buildNode(
  schema: NodeSchema,
  wanted: string,
  nodeName: string | undefined,
  building: Building,
  own: { readonly id?: string } = {},
): CNode {
  const omitted: string[] = [];
  const taken = building.nodes.some((node) => node.prefix === wanted);
  const prefix = taken ? `${wanted}_${building.nodes.length}` : wanted;
  if (schema.patternProperties.length > 0)
    omitted.push('Properties whose names follow a pattern are left to the caller.');
  const members = memberNames();
  const fields = [...schema.properties].flatMap(([name, each]) =>
    name === 'compatible'
      ? []
      : [buildField(name, members(name), each, schema, prefix, building.release)],
  );
  const children = childrenOf(schema).flatMap((each) => {
    const child = buildChild(each, schema, prefix, members, building);
    if (child === undefined) omitted.push(omission(each));
    return child ?? [];
  });
  const node: CNode = {
    ...own,
    prefix,
    calls: callsOf(prefix),
    macro: macroOf(callsOf(prefix)),
    title: schema.title,
    description: schema.description,
    compatibles: (schema.properties.get('compatible')?.allowed ?? []).map(String),
    nodeName,
    fields: withSizeMembers(fields),
    children,
    omitted,
  };
  building.nodes.push(node);
  return node;
}

function omission({ key }: SchemaChild): string {
  const which = typeof key === 'string' ? `The node ${key}` : 'Nodes of other names';
  const are = typeof key === 'string' ? 'is' : 'are';
  return `${which} may hold anything, and ${are} left to the caller.`;
}

/** Memory whose size is in a property that is not here is a number like others. */
function withSizeMembers(fields: readonly CField[]): readonly CField[] {
  return fields.map((field) => {
    if (field.memory?.kind !== 'pages') return field;
    const { sizeMember } = field.memory;
    const size = fields.find(({ property }) => property === sizeMember);
    const { memory, ...rest } = field;
    if (size?.value.kind !== 'scalar') return rest;
    return { ...rest, memory: { ...memory, sizeMember: size.member } };
  });
}

function buildChild(
  { key, child }: SchemaChild,
  parent: NodeSchema,
  prefix: string,
  members: (name: string) => string,
  building: Building,
): CChild | undefined {
  if (building.above.length >= MAX_DEPTH) return undefined;
  const binding = bindingFor(child.binding, building);
  if (child.schema === undefined && binding === undefined) return undefined;
  const name = typeof key === 'string' ? key : undefined;
  const stem = name ?? stemOf(key, child, binding, prefix);
  const node =
    child.schema === undefined && binding !== undefined
      ? buildBindingNode(binding, building, name)
      : buildNode(child.schema as NodeSchema, `${prefix}_${identifierOf(stem)}`, name, building);
  if (name === undefined)
    return {
      node,
      member: members(pluralOf(identifierOf(stem))),
      count: 'many',
      namePrefix: textPrefix(key),
    };
  const count = parent.required.includes(name) ? 'one' : 'optional';
  return { node, member: members(name), count, namePrefix: '' };
}

/** Which nodes of an array are: what their binding calls them below that of their parent. */
function stemOf(
  key: string | RegExp | undefined,
  child: ChildSchema,
  binding: Binding | undefined,
  prefix: string,
): string {
  const name = binding === undefined ? '' : prefixOf(binding.id);
  const family = `${prefix.split('_')[0]}_`;
  if (name.startsWith(family)) return name.slice(family.length);
  return name || identifierOf(textPrefix(key) || child.schema?.title || 'child');
}

/** The text that all names of a pattern begin with. */
function textPrefix(key: string | RegExp | undefined): string {
  return key instanceof RegExp ? (/^\^([\w,-]+)(?![?*{])/.exec(key.source)?.[1] ?? '') : '';
}

/** The binding that a child refers to, in the version that the release has. */
function bindingFor(
  id: string | undefined,
  { bindings, release, above }: Building,
): Binding | undefined {
  if (id === undefined) return undefined;
  const named = bindings.findLast((each) => each.id === id);
  const isHere = (each: Binding): boolean => isInReleases(release.name, each.releases);
  const other = bindings.findLast((each) => prefixOf(each.id) === prefixOf(id) && isHere(each));
  const binding = named !== undefined && isHere(named) ? named : (other ?? named);
  return binding !== undefined && above.includes(binding.id) ? undefined : binding;
}

/** Names members of one struct so that none is there twice, with what goes along with them. */
function memberNames(): (name: string) => string {
  const taken = new Set(['node_name']);
  return (name) => {
    let member = identifierOf(name);
    while (namesOf(member).some((each) => taken.has(each))) member += '_';
    for (const each of namesOf(member)) taken.add(each);
    return member;
  };
}

function namesOf(member: string): readonly string[] {
  const beside = ['_len', '_phys', '_ser', '_done'].map((ending) => `${member}${ending}`);
  return [member, `nr_${member}`, `has_${member}`, ...beside];
}

function buildField(
  property: string,
  member: string,
  schema: PropertySchema,
  { required }: NodeSchema,
  prefix: string,
  release: Release,
): CField {
  const macro = `${macroOf(callsOf(prefix))}_PROP_${member.toUpperCase()}`;
  const value = cValueOf(schema, prefix, member, release);
  const memory = memoryOf(schema, value, release);
  return {
    property,
    macro,
    member,
    isRequired: required.includes(property),
    schema,
    value,
    ...(memory === undefined ? {} : { memory }),
  };
}

function cValueOf(
  { type, allowed = [] }: PropertySchema,
  prefix: string,
  member: string,
  release: Release,
): CValue {
  const [only] = allowed;
  const isTaken = ['version', 'compatible', 'node', 'h'].includes(member);
  const macro = `${macroOf(callsOf(prefix))}_${member.toUpperCase()}${isTaken ? '_VALUE' : ''}`;
  switch (type.kind) {
    case 'flag':
    case 'bytes':
      return { kind: type.kind };
    case 'strings':
      return { kind: 'bytes' };
    case 'string':
      if (allowed.length !== 1) return { kind: 'string' };
      return { kind: 'constant', macro, text: quoted(String(only)) };
    case 'cells': {
      const [first] = type.elements;
      const isOne = type.elements.length === 1 && type.struct === undefined;
      const bits = first?.bits ?? 32;
      if (isOne && !type.isArray && allowed.length === 1 && typeof only === 'bigint')
        return { kind: 'constant', macro, bits, text: `0x${only.toString(16)}` };
      if (isOne && !type.isArray) return { kind: 'scalar', bits };
      if (isOne) return { kind: 'array', row: { type: `u${bits}`, sizeBytes: bits / 8 } };
      const row = rowOf(type.struct ?? tupleStruct(prefix, member, type), release);
      return { kind: type.isArray ? 'array' : 'struct', row };
    }
  }
}

function rowOf(struct: AnyStruct, release: Release): CRow {
  const header = structHeader(struct.name, release);
  const { sizeBytes } = struct;
  const type = `struct ${struct.name}`;
  return header === undefined
    ? { type, sizeBytes, struct, define: struct }
    : { type, sizeBytes, struct, header };
}

/** The struct of a row that the binding describes by its elements. */
function tupleStruct(
  prefix: string,
  member: string,
  type: PropertySchema['type'] & { kind: 'cells' },
): AnyStruct {
  let offset = 0;
  const fields = type.elements.map(({ name, bits, description }, index) => {
    const field = { name: identifierOf(name || `cell_${index}`), bits, offset, description };
    offset += bits / 8;
    return field;
  });
  return {
    name: `${prefix}_${member}_ser`,
    sizeBytes: tupleBytes(type),
    fields,
    description: `A row of the property ${member}`,
    definedIn: '',
  };
}
