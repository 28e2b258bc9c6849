// Events as columns of numbers: a run may have millions, and few are ever read as text.
import { hexText } from '../../kho/index.ts';
import type { CallSite, Phase } from '../result.ts';

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

type ValueKind = 'number' | 'address' | 'text';

/** Events of one name with the same fields share one: a path in a tree of fields. */
interface Shape {
  readonly index: number;
  readonly name: string;
  readonly fields: readonly { readonly key: string; readonly kind: ValueKind }[];
  readonly next: Readonly<Record<ValueKind, Map<string, Shape>>>;
}

/** When an event was. */
interface Context {
  readonly kernel: number;
  readonly phase: Phase;
}

/** Numbers in pieces, so that growing copies nothing. */
class Column {
  static readonly #pieceBits = 14;
  readonly #pieces: Float64Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    const at = this.#length & ((1 << Column.#pieceBits) - 1);
    if (at === 0) this.#pieces.push(new Float64Array(1 << Column.#pieceBits));
    (this.#pieces.at(-1) as Float64Array)[at] = value;
    this.#length += 1;
  }

  at(index: number): number {
    const piece = this.#pieces[index >> Column.#pieceBits] as Float64Array;
    return piece[index & ((1 << Column.#pieceBits) - 1)] as number;
  }
}

/** Things that repeat, as numbers. */
class Names<T> {
  readonly all: T[] = [];
  readonly #indexes = new Map<T, number>();
  #last: T | undefined;
  #lastIndex = -1;

  indexOf(value: T): number {
    if (value === this.#last && this.#lastIndex >= 0) return this.#lastIndex;
    let index = this.#indexes.get(value);
    if (index === undefined) {
      index = this.all.length;
      this.all.push(value);
      this.#indexes.set(value, index);
    }
    this.#last = value;
    this.#lastIndex = index;
    return index;
  }
}

/** Shapes and places share a number, as do kernels and phases with where values begin. */
const SITES = 2 ** 26;
const CONTEXTS = 2 ** 16;

export class EventStore {
  readonly #shapes: Shape[] = [];
  readonly #roots = new Map<string, Shape>();
  readonly #texts = new Names<string>();
  readonly #sites = new Names<CallSite>();
  readonly #contexts: Context[] = [];
  #context = 0;
  /** Of each event, its shape and its site. */
  readonly #what = new Column();
  /** Of each event, its kernel and phase and where its values are. */
  readonly #where = new Column();
  readonly #values = new Column();
  #characters = 0;

  get length(): number {
    return this.#what.length;
  }

  /** Characters of texts, of which those that repeat are there once. */
  get characters(): number {
    return this.#characters;
  }

  add(
    kernel: number,
    phase: Phase,
    name: string,
    fields: TraceFields,
    site: CallSite | undefined,
  ): void {
    let shape = this.#roots.get(name);
    if (shape === undefined) {
      shape = this.#newShape(name, []);
      this.#roots.set(name, shape);
    }
    const first = this.#values.length;
    for (const key in fields) {
      const value = fields[key];
      if (value === undefined) continue;
      if (typeof value === 'number') {
        shape = this.#withField(shape, key, 'number');
        this.#values.push(value);
      } else if (typeof value === 'object') {
        shape = this.#withField(shape, key, 'address');
        this.#values.push(value.address);
      } else {
        shape = this.#withField(shape, key, 'text');
        this.#values.push(this.#textIndex(typeof value === 'string' ? value : String(value)));
      }
    }
    const siteIndex = site === undefined ? 0 : this.#sites.indexOf(site) + 1;
    this.#what.push(shape.index * SITES + siteIndex);
    this.#where.push(first * CONTEXTS + this.#contextIndex(kernel, phase));
  }

  /** The event at an index from 0. */
  at(index: number): TraceEvent {
    const what = this.#what.at(index);
    const where = this.#where.at(index);
    const siteIndex = what % SITES;
    const { name, fields } = this.#shapes[Math.floor(what / SITES)] as Shape;
    const { kernel, phase } = this.#contexts[where % CONTEXTS] as Context;
    const first = Math.floor(where / CONTEXTS);
    const site = siteIndex === 0 ? undefined : this.#sites.all[siteIndex - 1];
    return {
      number: index + 1,
      kernel,
      phase,
      name,
      fields: fields.map(({ key, kind }, i) => [key, this.#text(kind, this.#values.at(first + i))]),
      ...(site === undefined ? {} : { site }),
    };
  }

  #text(kind: ValueKind, value: number): string {
    switch (kind) {
      case 'number':
        return String(value);
      case 'address':
        return hexText(value);
      case 'text':
        return this.#texts.all[value] as string;
    }
  }

  #textIndex(whole: string): number {
    const isLong = whole.length > MAX_FIELD_CHARACTERS;
    const text = isLong ? `${whole.slice(0, MAX_FIELD_CHARACTERS)}…` : whole;
    const index = this.#texts.indexOf(text);
    if (index === this.#textCount) {
      this.#textCount += 1;
      this.#characters += text.length;
    }
    return index;
  }

  #textCount = 0;

  /** The pair is nearly always that of the event before. */
  #contextIndex(kernel: number, phase: Phase): number {
    const isSame = (each: Context | undefined): boolean =>
      each?.kernel === kernel && each.phase === phase;
    if (isSame(this.#contexts[this.#context])) return this.#context;
    this.#context = this.#contexts.findIndex(isSame);
    if (this.#context < 0) this.#context = this.#contexts.push({ kernel, phase }) - 1;
    return this.#context;
  }

  #withField(shape: Shape, key: string, kind: ValueKind): Shape {
    const known = shape.next[kind].get(key);
    if (known !== undefined) return known;
    const made = this.#newShape(shape.name, [...shape.fields, { key, kind }]);
    shape.next[kind].set(key, made);
    return made;
  }

  #newShape(name: string, fields: Shape['fields']): Shape {
    const next = { number: new Map(), address: new Map(), text: new Map() };
    const shape = { index: this.#shapes.length, name, fields, next };
    this.#shapes.push(shape);
    return shape;
  }
}
