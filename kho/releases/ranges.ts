/**
 * True if the release called `name` is one of those that `ranges` names. A range is a release's
 * name, `A..B` (both included) or `A..`; kernels that have no row yet may be ends of a range.
 */
export function isInReleases(name: string, ranges: readonly string[]): boolean {
  const age = ageOf(name);
  return ranges.some((range) => {
    const [from = '', to] = range.split('..');
    if (to === undefined) return range === name;
    return age >= ageOf(from) && (to === '' || age <= ageOf(to));
  });
}

/** A number that grows from release to release: the seed, later patch series, kernels. */
function ageOf(name: string): number {
  const version = /^(\d+)\.(\d+)$/.exec(name);
  if (version !== null) return Number(version[1]) * 1000 + Number(version[2]);
  const series = /^v(\d+)$/.exec(name);
  return series === null ? 0 : Number(series[1]);
}
