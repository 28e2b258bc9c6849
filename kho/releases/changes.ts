/**
 * `list` with `entries` in the place of those of the same `key`; what is new goes last. So a row
 * says what its release changed and no more.
 */
export function withEntries<Entry, Key extends keyof Entry>(
  list: readonly Entry[],
  key: Key,
  entries: readonly Entry[],
): readonly Entry[] {
  const changed = new Map(entries.map((entry) => [entry[key], entry]));
  const kept = list.map((entry) => changed.get(entry[key]) ?? entry);
  return [...kept, ...entries.filter((entry) => list.every((each) => each[key] !== entry[key]))];
}
