// Everything that is known of a call, by the name that is called.
import { API_HISTORY, type ApiHistory, type ApiVersion, isInReleases } from '../../kho/index.ts';
import type { Contract, KnownFunction, ResourceKind } from './contract.ts';
import { KHO_CONTRACTS } from './kho-contracts.ts';
import { LIBFDT } from './libfdt.ts';
import { MORE_HISTORY } from './more-history.ts';

const CONTRACTS: ReadonlyMap<string, Contract> = new Map(
  [...KHO_CONTRACTS, ...LIBFDT].map((each) => [each.name, each]),
);

const HISTORIES: ReadonlyMap<string, ApiHistory> = new Map(
  [...API_HISTORY, ...MORE_HISTORY].map((each) => [each.name, each]),
);

/** What a function promises and asks for; undefined if nothing is known of it. */
export function contractOf(name: string): Contract | undefined {
  return CONTRACTS.get(name);
}

/** The same, unless the function is one that the release does not have: then it is another's. */
export function contractIn(name: string, release: string): Contract | undefined {
  const history = HISTORIES.get(name);
  const isThere = history === undefined || versionIn(history, release) !== undefined;
  return isThere ? CONTRACTS.get(name) : undefined;
}

/** What a function of KHO was through all releases; undefined for what is none. */
export function historyOf(name: string): ApiHistory | undefined {
  return HISTORIES.get(name);
}

/** What a function is in a release; undefined if the release does not have it. */
export function versionIn(history: ApiHistory, release: string): ApiVersion | undefined {
  return history.versions.find(({ releases }) => isInReleases(release, releases));
}

/** A function of libfdt, which releases of KHO say nothing of. */
export function knownFunction(name: string): KnownFunction | undefined {
  return LIBFDT.find((each) => each.name === name);
}

/** Every name that is known of a function, those of KHO first. */
export function knownNames(): readonly string[] {
  return [...HISTORIES.keys(), ...LIBFDT.map(({ name }) => name)];
}

/** The function that undoes what acquired a kind of resource, as far as contracts say. */
export function undoingCalls(kind: ResourceKind): readonly string[] {
  return RELEASING.get(kind) ?? [];
}

const RELEASING: ReadonlyMap<ResourceKind, readonly string[]> = releasing();

function releasing(): Map<ResourceKind, string[]> {
  const byKind = new Map<ResourceKind, string[]>();
  for (const { name, releases } of CONTRACTS.values())
    if (releases !== undefined)
      byKind.set(releases.kind, [...(byKind.get(releases.kind) ?? []), name]);
  return byKind;
}

/** The parameters of a signature, as they are written; none for `(void)`. */
export function parametersOf(signature: string): readonly string[] {
  const inside = signature.slice(signature.indexOf('(') + 1, signature.lastIndexOf(')'));
  if (inside.trim() === 'void' || inside.trim() === '') return [];
  const parameters: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= inside.length; i++) {
    const character = inside.charAt(i);
    if (character === '(') depth++;
    else if (character === ')') depth--;
    else if ((character === ',' && depth === 0) || i === inside.length) {
      parameters.push(inside.slice(start, i).trim());
      start = i + 1;
    }
  }
  return parameters;
}
