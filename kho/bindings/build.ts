// From the parsed YAML of a binding, whose shape is known to be right, to a Binding.
import type { CellBits, Issue, Outcome, SourceFile, Span } from '../../fdt/index.ts';
import { STRUCTS } from '../structs/index.ts';
import { isText } from '../structs/struct.ts';
import type { YamlPath } from '../yaml-span.ts';
import type {
  Binding,
  ChildSchema,
  ElementSchema,
  NodeSchema,
  PhysicalAddress,
  PropertySchema,
  PropertyType,
} from './binding.ts';
import type { SpanOf } from './load.ts';

type RawValue = string | number;

interface RawElement {
  readonly title: string;
  readonly description?: string;
  readonly 'kho-phys'?: PhysicalAddress;
  readonly 'kho-unit'?: string;
}

interface RawProperty {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly const?: RawValue;
  readonly enum?: readonly RawValue[];
  readonly minimum?: RawValue;
  readonly maximum?: RawValue;
  readonly multipleOf?: RawValue;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: { readonly items?: readonly RawElement[] };
  readonly 'kho-items-multiple-of'?: number;
  readonly 'kho-struct'?: string;
  readonly 'kho-phys'?: PhysicalAddress;
  readonly 'kho-unit'?: string;
  readonly 'kho-restored-by'?: string;
  readonly 'kho-contents'?: 'folios';
}

interface RawNode {
  readonly properties?: Readonly<Record<string, RawMember>>;
  readonly patternProperties?: Readonly<Record<string, RawMember>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | RawChild;
}

interface RawChild extends RawNode {
  readonly type: 'object';
  readonly title?: string;
  readonly description?: string;
  readonly $ref?: string;
}

type RawMember = RawProperty | RawChild | boolean;

export interface RawBinding extends RawNode {
  readonly $id: string;
  readonly title: string;
  readonly description?: string;
  readonly $nodename?: { readonly const?: string; readonly pattern?: string };
  readonly 'kho-releases': readonly string[];
  readonly 'kho-source'?: string;
  readonly 'kho-on-mismatch'?: string;
}

/** What is collected while one binding is built. */
interface Building {
  readonly issues: Issue[];
  readonly spanOf: SpanOf;
}

/** Builds a binding; issues have the rule `binding-meaning`. */
export function buildBinding(
  raw: RawBinding,
  source: SourceFile,
  spanOf: SpanOf,
): Outcome<Binding | undefined> {
  const building: Building = { issues: [], spanOf };
  const node = buildNode(raw, raw.title, raw.description ?? '', [], building);
  const compatible = node.properties.get('compatible');
  const { const: name, pattern } = raw.$nodename ?? {};
  const value: Binding = {
    ...node,
    id: raw.$id,
    compatibles: (compatible?.allowed ?? []).map(String),
    releases: raw['kho-releases'],
    ...(name !== undefined ? { nodeName: new RegExp(`^${escapeRegex(name)}$`) } : {}),
    ...(pattern !== undefined ? { nodeName: new RegExp(pattern) } : {}),
    definedIn: raw['kho-source'] ?? '',
    onMismatch: raw['kho-on-mismatch'] ?? '',
    source,
    span: spanOf(['$id']),
  };
  return { value: building.issues.length === 0 ? value : undefined, issues: building.issues };
}

function buildNode(
  raw: RawNode,
  title: string,
  description: string,
  path: YamlPath,
  building: Building,
): NodeSchema {
  const properties = new Map<string, PropertySchema>();
  const children = new Map<string, ChildSchema>();
  const patternProperties: { pattern: RegExp; schema: PropertySchema }[] = [];
  const patternChildren: { pattern: RegExp; schema: ChildSchema }[] = [];
  for (const [name, member] of Object.entries(raw.properties ?? {})) {
    const at = [...path, 'properties', name];
    if (isChild(member)) children.set(name, buildChild(member, at, building));
    else properties.set(name, buildProperty(member, at, building));
  }
  for (const [text, member] of Object.entries(raw.patternProperties ?? {})) {
    const at = [...path, 'patternProperties', text];
    const pattern = new RegExp(text);
    if (isChild(member))
      patternChildren.push({ pattern, schema: buildChild(member, at, building) });
    else patternProperties.push({ pattern, schema: buildProperty(member, at, building) });
  }
  for (const [index, name] of (raw.required ?? []).entries())
    if (!properties.has(name) && !children.has(name))
      complain(building, [...path, 'required', index], `\`${name}\` is not among the properties`);
  const others = raw.additionalProperties ?? true;
  return {
    title,
    description: description.trim(),
    properties,
    patternProperties,
    children,
    patternChildren,
    required: raw.required ?? [],
    allowsOtherProperties: others === true,
    otherChildren: otherChildren(others, [...path, 'additionalProperties'], building),
  };
}

function otherChildren(
  others: boolean | RawChild,
  path: YamlPath,
  building: Building,
): NodeSchema['otherChildren'] {
  if (typeof others === 'boolean') return others ? 'any' : 'none';
  return buildChild(others, path, building);
}

function isChild(member: RawMember): member is RawChild {
  return typeof member === 'object' && 'type' in member;
}

function buildChild(raw: RawChild, path: YamlPath, building: Building): ChildSchema {
  const { $ref } = raw;
  const hasSchema = raw.properties ?? raw.patternProperties ?? raw.required ?? raw.title;
  if (hasSchema === undefined && raw.additionalProperties === undefined)
    return $ref === undefined ? {} : { binding: $ref };
  const schema = buildNode(raw, raw.title ?? '', raw.description ?? '', path, building);
  return $ref === undefined ? { schema } : { schema, binding: $ref };
}

function buildProperty(
  raw: RawProperty | boolean,
  path: YamlPath,
  building: Building,
): PropertySchema {
  const span = building.spanOf(path, 'key');
  if (typeof raw === 'boolean')
    return { type: { kind: 'bytes' }, title: '', description: '', span };
  const type = typeOf(raw, path, building);
  const integer = (key: 'minimum' | 'maximum' | 'multipleOf'): bigint | undefined =>
    raw[key] === undefined ? undefined : toInteger(raw[key], [...path, key], building);
  const fields = {
    minItems: raw.minItems,
    maxItems: raw.maxItems,
    itemsMultipleOf: raw['kho-items-multiple-of'],
    allowed: allowedOf(raw, type, path, building),
    minimum: integer('minimum'),
    maximum: integer('maximum'),
    multipleOf: integer('multipleOf'),
    pattern: raw.pattern === undefined ? undefined : new RegExp(raw.pattern),
    phys: raw['kho-phys'],
    unit: raw['kho-unit'],
    restoredBy: raw['kho-restored-by'],
    contents: raw['kho-contents'],
  };
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  return {
    type,
    title: raw.title ?? '',
    description: (raw.description ?? '').trim(),
    span,
    ...(Object.fromEntries(known) as Partial<PropertySchema>),
  };
}

function allowedOf(
  raw: RawProperty,
  type: PropertyType,
  path: YamlPath,
  building: Building,
): readonly (string | bigint)[] | undefined {
  const key = raw.const === undefined ? 'enum' : 'const';
  const values = raw.const === undefined ? raw.enum : [raw.const];
  if (type.kind !== 'cells') return values?.map(String);
  return values?.map((value) => toInteger(value, [...path, key], building));
}

/** Values above 2^53 are written as strings, since YAML numbers would lose bits of them. */
function toInteger(raw: RawValue, path: YamlPath, building: Building): bigint {
  const text = String(raw);
  if (/^(0x[0-9a-fA-F]+|\d+)$/.test(text) && (typeof raw === 'string' || Number.isSafeInteger(raw)))
    return BigInt(text);
  complain(building, path, `${text} is not an exact integer: write it as "0x…"`);
  return 0n;
}

const TYPE_NAME = /#\/definitions\/(.*)$/;
const CELL_TYPE = /^uint(8|16|32|64)(-array|-matrix)?$/;

function typeOf(raw: RawProperty, path: YamlPath, building: Building): PropertyType {
  if (raw['kho-struct'] !== undefined) return structType(raw, raw['kho-struct'], path, building);
  const name = TYPE_NAME.exec(raw.$ref ?? '')?.[1];
  if (name === undefined) return impliedType(raw, path);
  if (name === 'flag') return { kind: 'flag' };
  if (name === 'string') return { kind: 'string' };
  if (name === 'string-array') return { kind: 'strings' };
  const cell = CELL_TYPE.exec(name);
  const bits = Number(cell?.[1] ?? 8) as CellBits;
  const rows = raw.items?.items;
  if (cell?.[2] === '-matrix' && rows === undefined)
    complain(building, [...path, '$ref'], 'a matrix needs `items` that name the elements of a row');
  const single: ElementSchema = { name: '', bits, description: '', ...meaningOf(raw) };
  const elements = rows?.map((row) => ({
    name: row.title,
    bits,
    description: row.description ?? '',
    ...meaningOf(row),
  }));
  return { kind: 'cells', elements: elements ?? [single], isArray: cell?.[2] !== undefined };
}

/** `compatible` is a list of strings by the specification; a value's own kind says the rest. */
function impliedType(raw: RawProperty, path: YamlPath): PropertyType {
  if (path[path.length - 1] === 'compatible') return { kind: 'strings' };
  const value = raw.const ?? raw.enum?.[0];
  if (typeof value === 'string' || raw.pattern !== undefined) return { kind: 'string' };
  return { kind: 'bytes' };
}

function structType(
  raw: RawProperty,
  name: string,
  path: YamlPath,
  building: Building,
): PropertyType {
  const struct = STRUCTS.get(name);
  if (struct === undefined) {
    const known = [...STRUCTS.keys()].join(', ');
    complain(building, [...path, 'kho-struct'], `no struct is called ${name}; known: ${known}`);
    return { kind: 'bytes' };
  }
  const first = struct.fields[0];
  const elements: ElementSchema[] = [];
  for (const field of struct.fields) {
    if (isText(field) || field.part !== undefined || struct.tail !== undefined) {
      complain(building, [...path, 'kho-struct'], `${name} is never the value of a property`);
      return { kind: 'bytes' };
    }
    const { bits, description } = field;
    elements.push({
      name: field.name,
      bits,
      description,
      ...(field === first ? meaningOf(raw) : {}),
    });
  }
  return { kind: 'cells', elements, isArray: raw.maxItems !== 1, struct };
}

function meaningOf(raw: RawElement | RawProperty): Pick<ElementSchema, 'phys' | 'unit'> {
  const phys = raw['kho-phys'];
  const unit = raw['kho-unit'];
  return { ...(phys === undefined ? {} : { phys }), ...(unit === undefined ? {} : { unit }) };
}

function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

function complain(building: Building, path: YamlPath, message: string): void {
  const span: Span = building.spanOf(path);
  building.issues.push({ rule: 'binding-meaning', severity: 'error', span, message });
}
