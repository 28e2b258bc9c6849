// What events have in common: their name, their fields, and values that nearly never change.

export type FieldKind = 'number' | 'address' | 'text';

/** A field; with a `constant`, one whose value is the same in all events of the shape. */
export interface ShapeField {
  readonly key: string;
  readonly kind: FieldKind;
  readonly constant?: number | string;
}

/** Values of a field that shapes are made for, of each shape: who calls, what is returned. */
const MAX_CONSTANTS = 8;
/** Shapes after which no values are taken for constants. */
const MAX_SHAPES_WITH_CONSTANTS = 4096;

/** Where a field leads to. */
interface Branch {
  readonly key: string;
  readonly constants: Map<number | string, Shape>;
  readonly varying: Partial<Record<FieldKind, Shape>>;
}

/** All shapes of a store, by number. */
export class Shapes {
  readonly #all: Shape[] = [];
  readonly #roots = new Map<string, Shape>();

  get count(): number {
    return this.#all.length;
  }

  at(index: number): Shape {
    return this.#all[index] as Shape;
  }

  /** The shape of an event without fields. */
  named(name: string): Shape {
    let shape = this.#roots.get(name);
    if (shape === undefined) {
      shape = this.make(name, []);
      this.#roots.set(name, shape);
    }
    return shape;
  }

  make(name: string, fields: readonly ShapeField[]): Shape {
    const shape = new Shape(this, this.#all.length, name, fields);
    this.#all.push(shape);
    return shape;
  }
}

/** Events with the same fields share one: a path in a tree of fields. */
export class Shape {
  readonly index: number;
  readonly name: string;
  readonly fields: readonly ShapeField[];
  /** Fields whose values are kept with each event. */
  readonly valueCount: number;
  readonly #shapes: Shapes;
  readonly #branches: Branch[] = [];

  constructor(shapes: Shapes, index: number, name: string, fields: readonly ShapeField[]) {
    this.#shapes = shapes;
    this.index = index;
    this.name = name;
    this.fields = fields;
    this.valueCount = fields.filter(({ constant }) => constant === undefined).length;
  }

  /** The shape with one more field that has this value; undefined if no more are made. */
  withConstant(key: string, kind: FieldKind, value: number | string): Shape | undefined {
    const { constants } = this.#branch(key);
    const known = constants.get(value);
    if (known !== undefined || constants.size >= MAX_CONSTANTS) return known;
    if (this.#shapes.count >= MAX_SHAPES_WITH_CONSTANTS) return undefined;
    const made = this.#shapes.make(this.name, [...this.fields, { key, kind, constant: value }]);
    constants.set(value, made);
    return made;
  }

  /** The shape with one more field, of any value. */
  with(key: string, kind: FieldKind): Shape {
    const { varying } = this.#branch(key);
    varying[kind] ??= this.#shapes.make(this.name, [...this.fields, { key, kind }]);
    return varying[kind];
  }

  /** After one field there are hardly ever two that may follow. */
  #branch(key: string): Branch {
    for (const branch of this.#branches) if (branch.key === key) return branch;
    const made: Branch = { key, constants: new Map(), varying: {} };
    this.#branches.push(made);
    return made;
  }
}
