// What the bindings demand of the nodes they describe.
import { type FdtNode, type FdtProperty, type Fix, getUint, propertyOf } from '../../fdt/index.ts';
import {
  type Binding,
  type ElementSchema,
  type NodeSchema,
  type PropertySchema,
  tupleBytes,
} from '../bindings/binding.ts';
import {
  type BindingSet,
  childSchema,
  compatiblesOf,
  propertySchema,
} from '../bindings/binding-set.ts';
import { hexText } from '../describe/number.ts';
import { isInReleases } from '../releases/index.ts';
import { cellsProblem, decodeValue, typeText } from '../value.ts';
import { allowedCount, cellFix, oneNumberFixes, tupleFixes } from './cell-fixes.ts';
import { DEVICETREE_PROPERTIES } from './devicetree.ts';
import {
  fixed,
  flagFix,
  insertFix,
  misspelledFix,
  nearestName,
  removeFix,
  replaceFix,
  widthFix,
} from './fixes.ts';
import { placeOfCell, type Rule, type RuleContext, type RuleSet } from './rule.ts';

const PROPERTY_TYPE: Rule = {
  name: 'property-type',
  severity: 'error',
  what: 'A value has the length and the kind that its binding says',
};
const CELL_WIDTH: Rule = {
  name: 'cell-width',
  severity: 'error',
  what: 'A /bits/ of the source agrees with the width that the binding gives the cell',
};
const ITEM_COUNT: Rule = {
  name: 'item-count',
  severity: 'error',
  what: 'An array has as many items as its binding allows',
};
const PROPERTY_VALUE: Rule = {
  name: 'property-value',
  severity: 'error',
  what: 'A value is among those that its binding allows',
};
const REQUIRED_PROPERTY: Rule = {
  name: 'required-property',
  severity: 'error',
  what: 'A node has every property and child that its binding requires',
};
const UNKNOWN_PROPERTY: Rule = {
  name: 'unknown-property',
  severity: 'warning',
  what: 'A node has no property that its binding does not name',
};
const UNKNOWN_NODE: Rule = {
  name: 'unknown-node',
  severity: 'warning',
  what: 'A node has no child that its binding does not name',
};
const UNKNOWN_COMPATIBLE: Rule = {
  name: 'unknown-compatible',
  severity: 'info',
  what: 'Every compatible has a binding',
};
const COMPATIBLE_NODE_NAME: Rule = {
  name: 'compatible-node-name',
  severity: 'warning',
  what: 'A node of a compatible has the name that readers look for',
};
const COMPATIBLE_RELEASE: Rule = {
  name: 'compatible-release',
  severity: 'warning',
  what: 'A compatible exists in the release that the tree is for',
};

export const BINDING_RULES: RuleSet = {
  rules: [
    PROPERTY_TYPE,
    CELL_WIDTH,
    ITEM_COUNT,
    PROPERTY_VALUE,
    REQUIRED_PROPERTY,
    UNKNOWN_PROPERTY,
    UNKNOWN_NODE,
    UNKNOWN_COMPATIBLE,
    COMPATIBLE_NODE_NAME,
    COMPATIBLE_RELEASE,
  ],
  checkNode(node, described, context): void {
    if (described === undefined) checkUndescribed(node, context);
    else checkMembers(node, described.schema, described.binding, context);
  },
};

/** A node without a binding is only worth a word if it claims to be something. */
function checkUndescribed(node: FdtNode, context: RuleContext): void {
  const compatible = propertyOf(node, 'compatible');
  const [first] = compatiblesOf(node);
  if (compatible === undefined || first === undefined) return;
  if (node.parent === undefined && context.role === 'root') return;
  const known = context.bindings.withCompatible(first)[0];
  if (known !== undefined) {
    const where = known.nodeName?.source.replace(/^\^|\$$|\\/g, '') ?? '';
    const message = `a node with compatible \`${first}\` is looked for by the name \`${where}\``;
    context.report(COMPATIBLE_NODE_NAME, node, message, {
      related: [{ message: `as the binding \`${known.id}\` says`, span: known.span }],
      ...fixed([renameNodeFix(node, where)]),
    });
    return;
  }
  const message = `no binding for \`${first}\``;
  if (context.isFull) {
    context.report(UNKNOWN_COMPATIBLE, compatible, message);
    return;
  }
  context.report(UNKNOWN_COMPATIBLE, placeOfCell(compatible, 0), message, {
    help: 'describe it in a *.kho.yaml file of the workspace to have its properties checked',
    ...fixed([compatibleFix(node, nearestCompatible(first, context.bindings))]),
  });
}

/** Another compatible in place of the first. */
function compatibleFix(node: FdtNode, compatible: string | undefined): Fix | undefined {
  const piece = propertyOf(node, 'compatible')?.pieces[0];
  if (piece?.kind !== 'string' || compatible === undefined) return undefined;
  return replaceFix(`Write "${compatible}"`, piece.span, `"${compatible}"`, false);
}

/** For each set of bindings what was found; the same compatible is mostly missing in many nodes. */
const nearest = new WeakMap<BindingSet, Map<string, string | undefined>>();
/** Compatibles without a binding for which a similar one is looked for. */
const MAX_NEAREST = 1000;

function nearestCompatible(compatible: string, bindings: BindingSet): string | undefined {
  const known = nearest.get(bindings) ?? new Map<string, string | undefined>();
  nearest.set(bindings, known);
  if (known.has(compatible)) return known.get(compatible);
  if (known.size >= MAX_NEAREST) return undefined;
  const found = nearestName(compatible, compatiblesIn(bindings.bindings));
  known.set(compatible, found);
  return found;
}

function compatiblesIn(bindings: readonly Binding[]): string[] {
  return bindings.flatMap(({ compatibles }) => compatibles);
}

/** Only a name that is one, and not a pattern of names. */
function renameNodeFix({ span, parent }: FdtNode, name: string): Fix | undefined {
  if (span === undefined || parent === undefined || !/^[\w,.+@-]+$/.test(name)) return undefined;
  return replaceFix(`Rename to ${name}`, span, name, false);
}

function checkMembers(
  node: FdtNode,
  schema: NodeSchema,
  binding: Binding | undefined,
  context: RuleContext,
): void {
  if (binding !== undefined && !isInReleases(context.release.name, binding.releases)) {
    const compatible = propertyOf(node, 'compatible') ?? node;
    const message = `\`${binding.id}\` does not exist in ${context.release.title}`;
    const help = `it exists in ${binding.releases.join(', ')}`;
    const [first = ''] = compatiblesOf(node);
    const { name } = context.release;
    const sibling = compatiblesIn(
      context.bindings.bindings.filter(({ releases }) => isInReleases(name, releases)),
    ).findLast((each) => versionless(each) === versionless(first));
    context.report(COMPATIBLE_RELEASE, compatible, message, {
      help,
      ...fixed([compatibleFix(node, sibling)]),
    });
  }
  for (const name of schema.required) {
    if (propertyOf(node, name) !== undefined) continue;
    if (node.children.some((child) => child.name === name)) continue;
    const message = `\`${nameOf(node)}\` lacks \`${name}\``;
    const help = schema.properties.get(name)?.description;
    const isKnown = (other: string): boolean => propertySchema(schema, other) !== undefined;
    context.report(REQUIRED_PROPERTY, node, message, {
      ...(help ? { help: firstSentence(help) } : {}),
      ...fixed([misspelledFix(node, name, isKnown), insertFix(node, name, schema)]),
    });
  }
  for (const property of node.properties) {
    const known = propertySchema(schema, property.name);
    if (known !== undefined) checkProperty(node, property, known, context);
    else if (!schema.allowsOtherProperties && !DEVICETREE_PROPERTIES.has(property.name))
      context.report(
        UNKNOWN_PROPERTY,
        property,
        `\`${property.name}\` is not a property of \`${schema.title}\``,
        {
          help: `it has ${[...schema.properties.keys()].join(', ')}`,
          ...renameFixes(property, property.name, [...schema.properties.keys()], 'property'),
        },
      );
  }
  for (const child of node.children)
    if (childSchema(schema, child.name) === 'none')
      context.report(
        UNKNOWN_NODE,
        child,
        `\`${child.name}\` is not a child that \`${schema.title}\` has`,
        renameFixes(child, child.name, [...schema.children.keys()], 'node'),
      );
}

/** The nearest name that there is, else that it goes, where it is a property. */
function renameFixes(
  named: FdtNode | FdtProperty,
  name: string,
  names: readonly string[],
  kind: 'property' | 'node',
): { readonly fixes?: readonly Fix[] } {
  const nearest = nearestName(name, names);
  const fixes: Fix[] = [];
  if (nearest !== undefined && named.span !== undefined)
    fixes.push(replaceFix(`Rename to ${nearest}`, named.span, nearest, false));
  const removal =
    kind === 'property' ? removeFix(`Remove ${name}`, named as FdtProperty) : undefined;
  if (removal !== undefined) fixes.push({ ...removal, isObvious: false });
  return fixes.length === 0 ? {} : { fixes };
}

/** `luo-session` for `luo-session-v2`. */
function versionless(compatible: string): string {
  return compatible.replace(/-v\d+$/, '');
}

function nameOf(node: FdtNode): string {
  return node.parent === undefined ? '/' : node.name;
}

function firstSentence(text: string): string {
  return (text.split(/\.\s|\n\n/)[0] ?? text).replace(/\s+/g, ' ').replace(/\.$/, '');
}

function checkProperty(
  node: FdtNode,
  property: FdtProperty,
  schema: PropertySchema,
  context: RuleContext,
): void {
  if (schema.type.kind === 'cells' && !hasExpectedWidths(property, schema.type.elements, context))
    return;
  const { memoryMap } = context.release;
  const hasRuleOfItsOwn =
    memoryMap.kind === 'mem-properties' && property.name === memoryMap.property;
  if (schema.type.kind === 'cells') {
    const problem = cellsProblem(property.value.length, schema.type);
    if (problem === undefined) {
      checkCount(property, property.value.length / tupleBytes(schema.type), schema, context);
      checkNumbers(property, schema, context);
    } else if (!hasRuleOfItsOwn) {
      const message = `\`${property.name}\` ${problem}`;
      context.report(PROPERTY_TYPE, property, message, fixed(lengthFixes(property, schema)));
    }
    return;
  }
  const decoded = decodeValue(property.value, schema.type, context.byteOrder);
  switch (decoded.kind) {
    case 'malformed':
      if (!hasRuleOfItsOwn) {
        const message = `\`${property.name}\` ${decoded.why}`;
        const isFlag = schema.type.kind === 'flag';
        context.report(PROPERTY_TYPE, property, message, fixed(isFlag ? [flagFix(property)] : []));
      }
      return;
    case 'strings':
      checkCount(property, decoded.strings.length, schema, context);
      checkStrings(node, property, decoded.strings, schema, context);
      return;
    default:
      return;
  }
}

/** For a value of cells that has not the length of its type. */
function lengthFixes(property: FdtProperty, schema: PropertySchema): readonly Fix[] {
  if (schema.type.kind !== 'cells') return [];
  const { elements } = schema.type;
  const meant = elements.length === 1 ? oneNumberFixes(property, elements) : [];
  return [...meant, ...tupleFixes(property, elements, allowedCount(schema))];
}

/** Cells without /bits/ have the widths of the binding, and most with one have all the same. */
function agreesAtASight({ cellArrays }: FdtProperty, elements: readonly ElementSchema[]): boolean {
  const [first] = elements;
  const isUniform = elements.every(({ bits }) => bits === first?.bits);
  return (
    cellArrays?.every(
      ({ bits, hasReferences }) =>
        !hasReferences && (bits === undefined || (isUniform && bits === first?.bits)),
    ) ?? true
  );
}

/** Bytes that come out right by accident, such as eight u32 for four u64, are still wrong. */
function hasExpectedWidths(
  property: FdtProperty,
  elements: readonly ElementSchema[],
  context: RuleContext,
): boolean {
  if (agreesAtASight(property, elements)) return true;
  let index = 0;
  for (const piece of property.pieces) {
    if (piece.kind !== 'cell') continue;
    const element = elements[index % elements.length];
    index += 1;
    if (element === undefined || piece.lengthBytes * 8 === element.bits) continue;
    const of = element.name === '' ? property.name : `${property.name}.${element.name}`;
    const message = `a cell of ${piece.lengthBytes * 8} bits where \`${of}\` is a u${element.bits}`;
    const help = `leave out /bits/ or write /bits/ ${element.bits}`;
    const fix = widthFix(piece.span, element.bits);
    const fixes = fix === undefined ? {} : { fixes: [fix] };
    context.report(CELL_WIDTH, { span: piece.span }, message, { help, ...fixes });
    return false;
  }
  return true;
}

function checkCount(
  property: FdtProperty,
  count: number,
  schema: PropertySchema,
  context: RuleContext,
): void {
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, itemsMultipleOf = 1 } = schema;
  const has = `\`${property.name}\` has ${count} ${count === 1 ? 'item' : 'items'}`;
  const help = `each item is ${typeText(schema.type).replace('array of ', '')}`;
  const report = (need: string): void => {
    const fixes =
      schema.type.kind === 'cells'
        ? tupleFixes(property, schema.type.elements, allowedCount(schema))
        : [];
    const message = `${has} and must have ${need}`;
    context.report(ITEM_COUNT, property, message, { help, ...fixed(fixes) });
  };
  if (count < minItems) report(`at least ${minItems}`);
  else if (count > maxItems) report(`at most ${maxItems}`);
  else if (count % itemsMultipleOf !== 0) report(`a multiple of ${itemsMultipleOf}`);
}

function checkStrings(
  node: FdtNode,
  property: FdtProperty,
  strings: readonly string[],
  schema: PropertySchema,
  context: RuleContext,
): void {
  const { allowed, pattern } = schema;
  // fdt_node_check_compatible() is content if any string of the list matches.
  if (property.name === 'compatible' && strings.some((each) => allowed?.includes(each))) return;
  for (const text of strings) {
    if (allowed !== undefined && !allowed.includes(text))
      context.report(
        PROPERTY_VALUE,
        placeOfCell(property, 0),
        `\`${property.name}\` of \`${nameOf(node)}\` is "${text}" and must be ${listed(allowed)}`,
        stringFixes(property, allowed),
      );
    else if (pattern !== undefined && !pattern.test(text))
      context.report(
        PROPERTY_VALUE,
        placeOfCell(property, 0),
        `"${text}" does not match ${pattern.source}`,
      );
  }
}

/** Every string that it may be, if it is one string. */
function stringFixes(
  { pieces }: FdtProperty,
  allowed: readonly (string | bigint)[],
): { readonly fixes?: readonly Fix[] } {
  const [piece] = pieces;
  if (pieces.length !== 1 || piece?.kind !== 'string' || allowed.length > MAX_FIXES) return {};
  const isObvious = allowed.length === 1;
  return {
    fixes: allowed.map((each) => replaceFix(`Write "${each}"`, piece.span, `"${each}"`, isObvious)),
  };
}

/** Alternatives that are offered. */
const MAX_FIXES = 5;

function listed(allowed: readonly (string | bigint)[]): string {
  return allowed
    .map((each) => (typeof each === 'bigint' ? hexText(each) : `"${each}"`))
    .join(' or ');
}

function checkNumbers(property: FdtProperty, schema: PropertySchema, context: RuleContext): void {
  const { type, allowed, minimum, maximum, multipleOf } = schema;
  if (type.kind !== 'cells') return;
  if ((allowed ?? minimum ?? maximum ?? multipleOf) === undefined) return;
  let offset = 0;
  for (let index = 0; offset < property.value.length; index++) {
    const bits = type.elements[index % type.elements.length]?.bits ?? 8;
    const value = getUint(property.value, offset, bits, context.byteOrder);
    const report = (need: string, ...instead: readonly bigint[]): void =>
      context.report(
        PROPERTY_VALUE,
        placeOfCell(property, offset),
        `\`${property.name}\` is ${hexText(value)} and must be ${need}`,
        fixed(numberFixes(property, offset, instead, allowed?.length === 1)),
      );
    if (allowed !== undefined && !allowed.includes(value))
      report(listed(allowed), ...allowed.filter((each) => typeof each === 'bigint'));
    if (minimum !== undefined && value < minimum) report(`at least ${hexText(minimum)}`, minimum);
    if (maximum !== undefined && value > maximum) report(`at most ${hexText(maximum)}`, maximum);
    if (multipleOf !== undefined && value % multipleOf !== 0n) {
      const below = value - (value % multipleOf);
      report(`a multiple of ${hexText(multipleOf)}`, below, below + multipleOf);
    }
    offset += bits / 8;
  }
}

function numberFixes(
  property: FdtProperty,
  offset: number,
  instead: readonly bigint[],
  isObvious: boolean,
): readonly Fix[] {
  if (instead.length > MAX_FIXES) return [];
  return instead.flatMap((value) => cellFix(property, offset, value, isObvious));
}
