// Events as columns of numbers: a run may have millions, and few are ever read as text.
import { hexText } from '../../kho/index.ts';
import type { CallSite, Phase } from '../result.ts';
import { type FieldKind, type Shape, type ShapeField, Shapes } from './event-shape.ts';
import { NumberColumn } from './number-column.ts';

/** A physical address, which is written in hexadecimal when somebody reads it. */
export interface TraceAddress {
  readonly address: number;
}

export function traceAddress(address: number): TraceAddress {
  return { address };
}

/** Values of an event; those that are undefined are left out. */
export type TraceFields = Readonly<
  Record<string, string | number | bigint | boolean | TraceAddress | undefined>
>;

/** One event, as it was. */
export interface TraceEvent {
  /** From 1. */
  readonly number: number;
  readonly kernel: number;
  readonly phase: Phase;
  readonly name: string;
  readonly fields: readonly (readonly [key: string, text: string])[];
  readonly site?: CallSite;
}

/** Longer values are cut: a driver says how long a name is. */
const MAX_FIELD_CHARACTERS = 1024;

/** Whole numbers below this may be constants of a shape: orders, errors, not addresses. */
const SMALL_LIMIT = 4096;

/** When an event was. */
interface Context {
  readonly kernel: number;
  readonly phase: Phase;
}

/** Events of one shape, from one place, in one phase. */
interface Group {
  readonly shape: Shape;
  readonly site: CallSite | undefined;
  readonly context: Context;
}

/** Things that repeat, as numbers. */
class Names<T> {
  readonly all: T[] = [];
  readonly #indexes = new Map<T, number>();

  indexOf(value: T): number {
    let index = this.#indexes.get(value);
    if (index === undefined) {
      index = this.all.length;
      this.all.push(value);
      this.#indexes.set(value, index);
    }
    return index;
  }
}

/** Places and contexts share a number. */
const CONTEXTS = 2 ** 20;
/** Where values are is kept of one event in so many. */
const STRIDE = 64;

/**
 * An event is a number that says what it is, and those of its values that are not the same nearly
 * every time. It is written field by field: begin(), its fields, end().
 */
export class EventStore {
  readonly #shapes = new Shapes();
  readonly #texts = new Names<string>();
  readonly #sites = new Names<CallSite>();
  readonly #contexts: Context[] = [];
  readonly #groups: Group[] = [];
  /** For each shape, its groups by place and context. */
  readonly #groupIndexes: Map<number, number>[] = [];
  /** For each shape, the group of its last event. */
  readonly #lastGroups: number[] = [];
  #context = 0;
  #characters = 0;
  #textCount = 0;
  /** Of each event, its group. */
  readonly #events = new NumberColumn('uint32');
  /** Of one event in STRIDE, where its values are. */
  readonly #starts = new NumberColumn('float64');
  readonly #values = new NumberColumn('float64');
  /** Of the event that is being written. */
  #shape = this.#shapes.named('');

  get length(): number {
    return this.#events.length;
  }

  /** Characters of texts, of which those that repeat are there once. */
  get characters(): number {
    return this.#characters;
  }

  begin(name: string): void {
    if (this.#events.length % STRIDE === 0) this.#starts.push(this.#values.length);
    this.#shape = this.#shapes.named(name);
  }

  number(key: string, value: number): void {
    const isSmall = Number.isInteger(value) && value < SMALL_LIMIT && value > -SMALL_LIMIT;
    const shape = isSmall ? this.#shape.withConstant(key, 'number', value) : undefined;
    if (shape === undefined) this.#value(key, 'number', value);
    else this.#shape = shape;
  }

  address(key: string, value: number): void {
    this.#value(key, 'address', value);
  }

  text(key: string, whole: string): void {
    const isLong = whole.length > MAX_FIELD_CHARACTERS;
    const text = isLong ? `${whole.slice(0, MAX_FIELD_CHARACTERS)}…` : whole;
    const { count } = this.#shapes;
    const shape = this.#shape.withConstant(key, 'text', text);
    // A new shape's text has characters that are counted.
    if (this.#shapes.count > count) this.#textIndex(text);
    if (shape === undefined) this.#value(key, 'text', this.#textIndex(text));
    else this.#shape = shape;
  }

  end(kernel: number, phase: Phase, site: CallSite | undefined): void {
    const context = this.#contextIndex(kernel, phase);
    const { index } = this.#shape;
    const last = this.#lastGroups[index];
    const group = last === undefined ? undefined : (this.#groups[last] as Group);
    if (group?.site === site && group?.context === this.#contexts[context])
      this.#events.push(last as number);
    else this.#events.push(this.#groupIndex(index, site, context));
  }

  /** A whole event; fields that are undefined are left out. */
  add(
    kernel: number,
    phase: Phase,
    name: string,
    fields: TraceFields,
    site: CallSite | undefined,
  ): void {
    this.begin(name);
    for (const key in fields) {
      const value = fields[key];
      if (value === undefined) continue;
      if (typeof value === 'number') this.number(key, value);
      else if (typeof value === 'object') this.address(key, value.address);
      else this.text(key, typeof value === 'string' ? value : String(value));
    }
    this.end(kernel, phase, site);
  }

  /** The event at an index from 0. */
  at(index: number): TraceEvent {
    const { shape, site, context } = this.#groupAt(index);
    const { name, fields } = shape;
    let at = this.#valuesOf(index);
    return {
      number: index + 1,
      kernel: context.kernel,
      phase: context.phase,
      name,
      fields: fields.map((field) => {
        const isConstant = field.constant !== undefined;
        return [field.key, isConstant ? String(field.constant) : this.#shown(field, at++)];
      }),
      ...(site === undefined ? {} : { site }),
    };
  }

  #groupAt(index: number): Group {
    return this.#groups[this.#events.at(index)] as Group;
  }

  /** Where the values of an event begin. */
  #valuesOf(index: number): number {
    const first = index - (index % STRIDE);
    let at = this.#starts.at(first / STRIDE);
    for (let before = first; before < index; before++) at += this.#groupAt(before).shape.valueCount;
    return at;
  }

  #shown({ kind }: ShapeField, at: number): string {
    const value = this.#values.at(at);
    switch (kind) {
      case 'number':
        return String(value);
      case 'address':
        return hexText(value);
      case 'text':
        return this.#texts.all[value] as string;
    }
  }

  #value(key: string, kind: FieldKind, value: number): void {
    this.#shape = this.#shape.with(key, kind);
    this.#values.push(value);
  }

  #textIndex(text: string): number {
    const index = this.#texts.indexOf(text);
    if (index === this.#textCount) {
      this.#textCount += 1;
      this.#characters += text.length;
    }
    return index;
  }

  /** The pair is nearly always that of the event before. */
  #contextIndex(kernel: number, phase: Phase): number {
    const last = this.#contexts[this.#context];
    if (last?.kernel === kernel && last.phase === phase) return this.#context;
    const isSame = (each: Context): boolean => each.kernel === kernel && each.phase === phase;
    this.#context = this.#contexts.findIndex(isSame);
    if (this.#context < 0) this.#context = this.#contexts.push({ kernel, phase }) - 1;
    return this.#context;
  }

  #groupIndex(shape: number, site: CallSite | undefined, context: number): number {
    const place = site === undefined ? 0 : this.#sites.indexOf(site) + 1;
    const key = place * CONTEXTS + context;
    let ofShape = this.#groupIndexes[shape];
    if (ofShape === undefined) {
      ofShape = new Map();
      this.#groupIndexes[shape] = ofShape;
    }
    let index = ofShape.get(key);
    if (index === undefined) {
      const made = { shape: this.#shape, site, context: this.#contexts[context] as Context };
      index = this.#groups.push(made) - 1;
      ofShape.set(key, index);
    }
    this.#lastGroups[shape] = index;
    return index;
  }
}
