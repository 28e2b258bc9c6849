// Where two traces begin to differ.

/** The first lines that differ, and those around them. */
export interface TraceDifference {
  /** Index from 0 of the first line that differs. */
  readonly index: number;
  /** The last lines before it, which are the same in both but perhaps for addresses. */
  readonly before: readonly string[];
  /** From that line on; empty where a trace has ended. */
  readonly a: readonly string[];
  readonly b: readonly string[];
}

export interface TraceDiffOptions {
  /** Addresses are the same if they are the same ones of each trace, wherever memory was. */
  readonly ignoreAddresses?: boolean;
  /** Lines before the difference, and from it on. */
  readonly context: number;
}

/** The first difference of two traces, line by line; undefined if there is none. */
export function diffTraces(
  a: Iterable<string>,
  b: Iterable<string>,
  { ignoreAddresses = false, context }: TraceDiffOptions,
): TraceDifference | undefined {
  const [first, second] = [a[Symbol.iterator](), b[Symbol.iterator]()];
  const [ofA, ofB] = [new Addresses(), new Addresses()];
  const before: string[] = [];
  for (let index = 0; ; index++) {
    const [left, right] = [first.next(), second.next()];
    if (left.done && right.done) return undefined;
    const isSame =
      !left.done &&
      !right.done &&
      (left.value === right.value && !ignoreAddresses
        ? true
        : ignoreAddresses && ofA.named(left.value) === ofB.named(right.value));
    if (!isSame)
      return {
        index,
        before,
        a: left.done ? [] : [left.value, ...taken(first, context)],
        b: right.done ? [] : [right.value, ...taken(second, context)],
      };
    before.push(left.value as string);
    if (before.length > context) before.shift();
  }
}

/** The next lines, as many as there are. */
function taken(lines: Iterator<string>, most: number): string[] {
  const result: string[] = [];
  for (let next = lines.next(); !next.done && result.length < most; next = lines.next())
    result.push(next.value);
  return result;
}

/** Sizes are written like addresses, and mean what they say. */
const ADDRESS = /(?<!\b(?:len|bytes|size)=)\b0x[0-9a-f]+\b/g;

/** Addresses by when they first came. */
class Addresses {
  readonly #numbers = new Map<string, number>();

  /** A line with the number of each address in place of it. */
  named(line: string): string {
    return line.replace(ADDRESS, (address) => {
      const number = this.#numbers.get(address) ?? this.#numbers.size + 1;
      this.#numbers.set(address, number);
      return `#${number}`;
    });
  }
}
