// The words of a binding and where each may stand: the schema as editors ask for it.
import schema from './binding.schema.json' with { type: 'json' };

/** A word that may stand as a key. */
export interface BindingWord {
  readonly word: string;
  readonly description?: string;
  /** What follows is not on the same line. */
  readonly isContainer: boolean;
}

/** What the keys of a place in a binding are. */
export type BindingPlace =
  | 'top'
  /** Names of properties or nodes, or patterns of them: the author's own. */
  | 'names'
  | 'property'
  | 'child'
  | 'phys'
  | 'node-name'
  | 'items'
  | 'element'
  | 'elsewhere';

/** The place below the keys of `path`, outermost first; items of a list have no key. */
export function bindingPlaceOf(path: readonly string[]): BindingPlace {
  let place: BindingPlace = 'top';
  for (const key of path) place = below(place, key);
  return place;
}

function below(place: BindingPlace, key: string): BindingPlace {
  const holdsMembers = place === 'top' || place === 'child' || place === 'property';
  if (place === 'names') return 'property';
  if (holdsMembers && (key === 'properties' || key === 'patternProperties')) return 'names';
  if (holdsMembers && key === 'additionalProperties') return 'child';
  if (place === 'top' && key === '$nodename') return 'node-name';
  if ((place === 'property' || place === 'element') && key === 'kho-phys') return 'phys';
  if (place === 'property' && key === 'items') return 'items';
  if (place === 'items' && key === 'items') return 'element';
  return 'elsewhere';
}

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaWord>>;
}

interface SchemaWord {
  readonly description?: string;
  readonly type?: unknown;
  readonly properties?: unknown;
  readonly items?: unknown;
}

const { definitions, properties } = schema as unknown as {
  readonly properties: Readonly<Record<string, SchemaWord>>;
  readonly definitions: Readonly<Record<string, SchemaNode>>;
};

const NODE = definitions.node?.properties ?? {};

const WORDS: Readonly<Record<BindingPlace, Readonly<Record<string, SchemaWord>>>> = {
  top: { ...properties, ...NODE },
  names: {},
  // Whether a member is a property or a node is said by its `type`.
  property: { ...NODE, ...definitions.child?.properties, ...definitions.property?.properties },
  child: { ...definitions.child?.properties, ...NODE },
  phys: definitions.phys?.properties ?? {},
  'node-name': (properties.$nodename as SchemaNode | undefined)?.properties ?? {},
  items: { items: { description: 'The elements of one row of a matrix, in order.', items: {} } },
  element: definitions.element?.properties ?? {},
  elsewhere: {},
};

/** Words whose value is a mapping or a list of its own lines. */
const CONTAINERS: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  'items',
  'kho-phys',
  '$nodename',
]);

/** What may be written as a key at `place`. */
export function bindingWords(place: BindingPlace): readonly BindingWord[] {
  return Object.entries(WORDS[place]).map(([word, { description }]) => ({
    word,
    isContainer: CONTAINERS.has(word),
    ...(description === undefined ? {} : { description }),
  }));
}

/** The types that `$ref` may name. */
export const BINDING_TYPES: readonly string[] = [
  'flag',
  'string',
  'string-array',
  ...['uint8', 'uint16', 'uint32', 'uint64'].flatMap((cell) => [
    cell,
    `${cell}-array`,
    `${cell}-matrix`,
  ]),
].map((name) => `/schemas/types.yaml#/definitions/${name}`);
