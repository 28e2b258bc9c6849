import { fieldOf, type TraceLine } from './line.ts';

/** Which events are meant; those that fit every part that is there. Lists fit by any member. */
export interface TraceFilter {
  readonly kernels?: readonly number[];
  readonly phases?: readonly string[];
  readonly drivers?: readonly string[];
  /** Names of events; a `*` at the end stands for any rest. */
  readonly events?: readonly string[];
  /** Rules of findings, or `true` for findings of any rule. */
  readonly findings?: true | readonly string[];
  /** `file.ts`, `file.ts:12` or `file.ts:12:5`. */
  readonly sites?: readonly string[];
}

export function matchesFilter(line: TraceLine, filter: TraceFilter): boolean {
  const { kernels, phases, drivers, events, findings, sites } = filter;
  return (
    (kernels === undefined || kernels.includes(line.kernel)) &&
    (phases === undefined || phases.includes(line.phase)) &&
    (drivers === undefined || drivers.includes(fieldOf(line, 'driver') ?? '')) &&
    (events === undefined || events.some((pattern) => isNamed(line.event, pattern))) &&
    (findings === undefined || isFinding(line, findings)) &&
    (sites === undefined || sites.some((place) => isAt(line.site, place)))
  );
}

function isNamed(event: string, pattern: string): boolean {
  return pattern.endsWith('*') ? event.startsWith(pattern.slice(0, -1)) : event === pattern;
}

function isFinding(line: TraceLine, rules: true | readonly string[]): boolean {
  if (line.event !== 'finding') return false;
  return rules === true || rules.includes(fieldOf(line, 'rule') ?? '');
}

function isAt(site: string | undefined, place: string): boolean {
  return site !== undefined && (site === place || site.startsWith(`${place}:`));
}
