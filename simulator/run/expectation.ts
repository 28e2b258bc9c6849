// What a scenario says that its run must come to, and what it came to.
import type { CallSite, Finding, RunResult } from '../result.ts';
import type { ExpectedFinding, Scenario } from '../scenario/scenario.ts';

/** Compares the findings with those that the scenario asks for. */
export function expectationOf(
  { expect }: Scenario,
  findings: readonly Finding[],
): Pick<RunResult, 'expectation'> {
  const { findings: expected } = expect;
  if (expected === undefined) return {};
  const left = [...findings];
  const missing: string[] = [];
  // Those that name a place go first: what they take is not there for the others.
  const byPlace = [...expected].sort(
    (a, b) => Number(b.at !== undefined) - Number(a.at !== undefined),
  );
  const taken = new Set<Finding>();
  for (const wanted of byPlace) {
    const found = left.filter((each) => isWanted(each, wanted) && !taken.has(each));
    // Without a place, a rule stands for all findings that it has.
    for (const each of wanted.at === undefined ? found : found.slice(0, 1)) taken.add(each);
    const isThere = found.length > 0 || (wanted.at === undefined && hasRule(taken, wanted.rule));
    if (!isThere) missing.push(textOf(wanted.rule, wanted.at));
  }
  const exact = new Set(expected.filter(({ at }) => at !== undefined).map(({ rule }) => rule));
  const unexpected = left
    .filter((each) => !taken.has(each))
    .map(({ rule, site }) => textOf(rule, exact.has(rule) ? placeOf(site) : undefined));
  return { expectation: { missing: [...new Set(missing)], unexpected: [...new Set(unexpected)] } };
}

function isWanted({ rule, site }: Finding, wanted: ExpectedFinding): boolean {
  return rule === wanted.rule && (wanted.at === undefined || wanted.at === placeOf(site));
}

function hasRule(findings: ReadonlySet<Finding>, rule: string): boolean {
  return [...findings].some((each) => each.rule === rule);
}

/** `driver.ts:12`, as scenarios write it. */
function placeOf(site: CallSite | undefined): string {
  if (site === undefined) return 'no line';
  return `${site.path.slice(site.path.lastIndexOf('/') + 1)}:${site.line}`;
}

function textOf(rule: string, at: string | undefined): string {
  return at === undefined ? rule : `${rule} at ${at}`;
}
