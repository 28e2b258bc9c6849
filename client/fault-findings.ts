// What runs found in which a call failed, each once, with the calls beside it.
import type { Finding, JsonFaultReport } from '../simulator/index.ts';

/** Calls that led to the same are named up to here. */
const MAX_CALLS = 20;

/** Findings of all runs; those that there are without a fault come first. */
export function findingsOfFaults({
  base,
  runs,
}: Pick<JsonFaultReport, 'base' | 'runs'>): readonly Finding[] {
  const byText = new Map<string, Finding>();
  for (const { findings, fault } of runs)
    for (const finding of findings) {
      const { rule, message, site } = finding;
      const key = JSON.stringify([rule, message, site]);
      const known = byText.get(key) ?? finding;
      byText.set(key, known);
      if (fault === undefined || known.related.length >= MAX_CALLS) continue;
      const why = `when ${fault.function}() fails here, in kernel ${fault.kernel}`;
      const related = { message: why, ...(fault.site === undefined ? {} : { site: fault.site }) };
      byText.set(key, { ...known, related: [...known.related, related] });
    }
  return [...base.findings, ...byText.values()];
}
