// Text with places to fill in: what a completion inserts, with placeholders or without.
import {
  type Binding,
  type BindingSet,
  type ChildSchema,
  hexText,
  type NodeSchema,
  type PropertySchema,
} from '../kho/index.ts';

/** Text as it is, or a place to fill in. */
export type TemplatePart = string | TemplateHole;

export interface TemplateHole {
  /** Stands there, selected, until something is typed; empty for nothing. */
  readonly hint: string;
  /** Stands there where the client has no placeholders. */
  readonly plain: string;
  /** Values to choose from, if there are only some. */
  readonly choices?: readonly string[];
}

export type Template = readonly TemplatePart[];

/** The template in the snippet syntax of the protocol. */
export function snippetText(template: Template): string {
  let number = 0;
  return template
    .map((part) => {
      if (typeof part === 'string') return part.replace(/[\\$]/g, '\\$&');
      number += 1;
      const { hint, choices } = part;
      if (choices !== undefined) {
        const escaped = choices.map((each) => each.replace(/[\\,|$}]/g, '\\$&'));
        return `\${${number}|${escaped.join(',')}|}`;
      }
      const text = hint.replace(/[\\$}]/g, '\\$&');
      return text === '' ? `$${number}` : `\${${number}:${text}}`;
    })
    .join('');
}

/** The template with everything filled in. */
export function plainText(template: Template): string {
  return template.map((part) => (typeof part === 'string' ? part : part.plain)).join('');
}

/** What of a property's schema gives its value a shape. */
export type ValueShape = Pick<
  PropertySchema,
  'type' | 'allowed' | 'minItems' | 'itemsMultipleOf' | 'minimum'
>;

/** `mem = <addr len>;` as the schema shapes it. */
export function propertyTemplate(name: Template, shape: ValueShape): Template {
  if (shape.type.kind === 'flag') return [...name, ';'];
  return [...name, ' = ', ...valueTemplate(shape), ';'];
}

/** Tuples that a template writes at most; more would be noise. */
const MAX_TUPLES = 8;

/** A value of the right shape, with its quotes or brackets. */
export function valueTemplate(shape: ValueShape): Template {
  const { type, allowed, minItems = 1, itemsMultipleOf = 1 } = shape;
  switch (type.kind) {
    case 'flag':
      return [];
    case 'string':
    case 'strings':
      return ['"', allowedPart(allowed?.map(String), '', ''), '"'];
    case 'bytes':
      return ['[', { hint: '00', plain: '00' }, ']'];
    case 'cells': {
      const whole = Math.ceil(Math.max(1, minItems) / itemsMultipleOf) * itemsMultipleOf;
      const count = type.isArray ? Math.min(whole, MAX_TUPLES) : 1;
      const texts = allowed?.map((each) => (typeof each === 'bigint' ? hexText(each) : each));
      const zero = hexText(shape.minimum ?? 0n);
      const tuple = type.elements.map(({ name }) => allowedPart(texts, name || zero, zero));
      const cells = Array.from({ length: count }, () => tuple).flat();
      return ['<', ...cells.flatMap((cell, i) => (i === 0 ? [cell] : [' ', cell])), '>'];
    }
  }
}

function allowedPart(
  allowed: readonly string[] | undefined,
  hint: string,
  plain: string,
): TemplatePart {
  const [first] = allowed ?? [];
  if (allowed === undefined || first === undefined) return { hint, plain };
  return allowed.length === 1 ? first : { hint: first, plain: first, choices: allowed };
}

/** Nodes inside nodes that a template writes; bindings may demand each other in a circle. */
const MAX_DEPTH = 4;

/** `name { … };` with everything that the node must have, or with a place to write. */
export function nodeTemplate(name: Template, child: ChildSchema, bindings: BindingSet): Template {
  return [...nodeLines(name, child, bindings, '', 0)];
}

function* nodeLines(
  name: Template,
  child: ChildSchema,
  bindings: BindingSet,
  indent: string,
  depth: number,
): Generator<TemplatePart> {
  const schema = schemaOf(child, bindings);
  const inner = `${indent}\t`;
  yield* [indent, ...name, ' {\n'];
  const required = depth < MAX_DEPTH ? (schema?.required ?? []) : [];
  for (const each of required) {
    const property = schema?.properties.get(each);
    const node = schema?.children.get(each);
    if (property !== undefined) yield* [inner, ...propertyTemplate([each], property), '\n'];
    else if (node !== undefined) {
      yield* nodeLines([each], node, bindings, inner, depth + 1);
      yield '\n';
    }
  }
  if (required.length === 0) yield* [inner, { hint: '', plain: '' }, '\n'];
  yield `${indent}};`;
}

/** What describes a child: its place in the parent's binding, or the binding named there. */
export function schemaOf(
  { schema, binding }: ChildSchema,
  bindings: BindingSet,
): NodeSchema | undefined {
  return schema ?? (binding === undefined ? undefined : bindingNamed(bindings, binding));
}

export function bindingNamed({ bindings }: BindingSet, id: string): Binding | undefined {
  return bindings.findLast((each) => each.id === id);
}
