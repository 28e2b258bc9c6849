import type { DtsLabel } from '../source/syntax.ts';
import type { Span } from '../text.ts';

export interface LiveLabel {
  readonly name: string;
  readonly span: Span;
  isDeleted: boolean;
}

/** Above this many, labels are found through a map. */
const INDEX_THRESHOLD = 8;

/** Labels of a node or a property. Deleted ones stay, and come back when they are given again. */
export class LabelList {
  /** In the order in which they were given. */
  readonly all: LiveLabel[] = [];
  /** How many were given by the first definition. */
  #firstCount = 0;
  #index: Map<string, LiveLabel> | undefined;

  /** `isFirst`: by the definition that made what they name. */
  add({ name, span }: DtsLabel, isFirst: boolean): void {
    const known = this.#find(name);
    if (known !== undefined) {
      known.isDeleted = false;
      return;
    }
    const label = { name, span, isDeleted: false };
    this.all.push(label);
    this.#index?.set(name, label);
    if (isFirst) this.#firstCount++;
  }

  has(name: string): boolean {
    return this.#find(name)?.isDeleted === false;
  }

  delete(): void {
    for (const label of this.all) label.isDeleted = true;
  }

  /** Those that are not deleted, in the order in which they were given. */
  names(): string[] {
    return this.all.filter((label) => !label.isDeleted).map((label) => label.name);
  }

  /** The same as dtc lists them: those of later definitions first, each before the one before. */
  namesAsListed(): string[] {
    const later = this.all.slice(this.#firstCount).reverse();
    const listed = [...later, ...this.all.slice(0, this.#firstCount)];
    return listed.filter((label) => !label.isDeleted).map((label) => label.name);
  }

  #find(name: string): LiveLabel | undefined {
    if (this.all.length <= INDEX_THRESHOLD) return this.all.find((label) => label.name === name);
    this.#index ??= new Map(this.all.map((label) => [label.name, label]));
    return this.#index.get(name);
  }
}

/** For what has no label, as most things; nothing may be added to it. */
export const NO_LABELS: LabelList = new LabelList();
