import type { SourceFile, Span } from '../fdt/index.ts';

/** Places of names, each of which is known by its file and its start. */
export class SpanSet {
  readonly #startsIn = new Map<SourceFile, Set<number>>();

  /** False if it was there already. */
  add({ source, start }: Span): boolean {
    const starts = this.#startsIn.get(source);
    if (starts === undefined) {
      this.#startsIn.set(source, new Set([start]));
      return true;
    }
    if (starts.has(start)) return false;
    starts.add(start);
    return true;
  }
}
