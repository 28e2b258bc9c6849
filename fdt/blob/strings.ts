// The strings block: names of properties, each once, and those that end another inside that one.

export interface StringsBlock {
  /** NUL-terminated names, one code unit a byte. */
  readonly text: string;
  readonly offsetOf: ReadonlyMap<string, number>;
}

/**
 * Lays out `names`, which come in order of first use, as if each were searched for in what is
 * there, from the start, and appended if it is not found: that is where dtc finds them.
 */
export function layOutStrings(names: Iterable<string>): StringsBlock {
  const unique = [...new Set(names)];
  const holders = holdersOf(unique);
  const offsetOf = new Map<string, number>();
  const parts: string[] = [];
  let length = 0;
  for (const [i, name] of unique.entries()) {
    const holder = holders[i] as number;
    if (holder === i) {
      offsetOf.set(name, length);
      parts.push(name, '\0');
      length += name.length + 1;
      continue;
    }
    // Earlier than this one, so its place is known.
    const other = unique[holder] as string;
    offsetOf.set(name, (offsetOf.get(other) as number) + other.length - name.length);
  }
  return { text: parts.join(''), offsetOf };
}

/**
 * For each name the index of the first that ends in it, which may be itself. Sorted by their
 * reversed text, the names that end in a name are the run after it.
 */
function holdersOf(names: readonly string[]): number[] {
  const reversed = names.map((name) => [...name].reverse().join(''));
  const order = names.map((_, i) => i);
  order.sort((a, b) => ((reversed[a] as string) < (reversed[b] as string) ? -1 : 1));
  const holders = names.map((_, i) => i);
  const endings: number[] = [];
  const close = (): void => {
    const ended = endings.pop() as number;
    const outer = endings.at(-1);
    if (outer === undefined) return;
    holders[outer] = Math.min(holders[outer] as number, holders[ended] as number);
  };
  for (const i of order) {
    for (let top = endings.at(-1); top !== undefined; top = endings.at(-1)) {
      if ((reversed[i] as string).startsWith(reversed[top] as string)) break;
      close();
    }
    endings.push(i);
  }
  while (endings.length > 0) close();
  return holders;
}
