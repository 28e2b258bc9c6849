// What is known of a name of KHO, LUO or libfdt, in Markdown.
import { isInReleases, NEWEST_RELEASE, type Release } from '../kho/index.ts';
import { contractOf, historyOf, knownFunction, versionIn } from './knowledge/calls.ts';
import type { Contract } from './knowledge/contract.ts';
import { KNOWN_STRUCTS, KNOWN_WORDS, type KnownStruct } from './knowledge/structs.ts';

/** A function as one release has it. */
export interface KnownCall {
  readonly name: string;
  readonly signature: string;
  readonly description: string;
  /** The release does not have it; the signature is that of the last that had. */
  readonly isMissing: boolean;
  /** `since 6.19`, `6.16 to 6.18`; undefined for what no release of KHO decides. */
  readonly releases: string | undefined;
}

/** What the function called `name` is in a release, or was in others. */
export function knownCall(
  name: string,
  release: Release | undefined = NEWEST_RELEASE,
): KnownCall | undefined {
  const history = historyOf(name);
  if (history === undefined) {
    const known = knownFunction(name);
    if (known === undefined) return undefined;
    const { signature, description } = known;
    return { name, signature, description, isMissing: false, releases: undefined };
  }
  const version = versionIn(history, release.name);
  const shown = version ?? history.versions.at(-1);
  if (shown === undefined) return undefined;
  const { signature, description } = shown;
  const ranges = history.versions.flatMap((each) => each.releases);
  return {
    name,
    signature,
    description,
    isMissing: version === undefined,
    releases: spanOf(ranges),
  };
}

/** From the first release to the last, in words. */
function spanOf(ranges: readonly string[]): string {
  const first = ranges[0]?.split('..')[0] ?? '';
  const last = ranges.at(-1) ?? '';
  const [from = '', to] = last.split('..');
  if (to === '') return `since ${first}`;
  const end = to ?? from;
  return first === end ? `only in ${first}` : `${first} to ${end}`;
}

/** What a hover says of a function, struct, macro or constant; undefined if it is none of ours. */
export function describeName(name: string, release?: Release): string | undefined {
  const call = knownCall(name, release);
  if (call !== undefined) return describeKnownCall(call, release);
  const struct = KNOWN_STRUCTS.find((each) => each.name === name);
  if (struct !== undefined) return describeStruct(struct);
  const word = KNOWN_WORDS.find((each) => each.name === name);
  if (word === undefined) return undefined;
  const { signature, description, releases, header } = word;
  return [code(signature), `${description}.`, `*${spanOf(releases)}* · \`${header}\``].join('\n\n');
}

/** What a hover says of a member of one of the structs that handlers fill in. */
export function describeMember(struct: string, member: string): string | undefined {
  const known = KNOWN_STRUCTS.find((each) => each.name === struct);
  const found = known?.members.find(({ name }) => name === member);
  if (found === undefined) return undefined;
  const required = found.isRequired === true ? ' Required.' : '';
  return `${code(found.declaration)}\n\n${found.description}.${required}\n\n\`struct ${struct}\``;
}

function code(text: string): string {
  return `\`\`\`c\n${text}\n\`\`\``;
}

function describeKnownCall(call: KnownCall, release: Release = NEWEST_RELEASE): string {
  const contract = contractOf(call.name);
  const missing = call.isMissing ? [`**Not in ${release.title}.**`] : [];
  const facts = [
    ...(contract === undefined ? [] : factsOf(call.name, contract, release)),
    ...changesOf(call),
  ];
  const list = facts.map((each) => `- ${each}`).join('\n');
  const files =
    contract === undefined ? [] : [`\`include/${contract.header}\` · \`${contract.source}\``];
  const parts = [code(call.signature), ...missing, `${call.description}.`, list, ...files];
  return parts.filter((each) => each !== '').join('\n\n');
}

function factsOf(name: string, contract: Contract, release: Release): string[] {
  const { maySleep, undoneBy, answeredBy, notes = [] } = contract;
  const history = historyOf(name);
  const errors = (history && versionIn(history, release.name)?.errors) ?? [];
  const facts = [failureText(contract, errors)].filter((each) => each !== undefined);
  if (maySleep === true) facts.push('May sleep: not under a spinlock, and not in an interrupt');
  if (undoneBy !== undefined) facts.push(`Undone by \`${undoneBy}()\``);
  if (answeredBy !== undefined) {
    const calls = answeredBy.map((each) => `\`${each}()\``).join(' or ');
    facts.push(`In the next kernel answered by ${calls}`);
  }
  return [...facts, ...notes];
}

function failureText(
  { fails, mustCheck }: Contract,
  errors: readonly string[],
): string | undefined {
  const check = mustCheck === true ? '; look at it' : '';
  const list = errors.length === 0 ? '' : `: ${errors.map((each) => `\`${each}\``).join(', ')}`;
  switch (fails) {
    case 'never':
      return undefined;
    case 'errno':
      return `Returns 0, or a negative error number${list}${check}`;
    case 'null':
      return `Returns \`NULL\` if it fails${check}`;
    case 'error-pointer':
      return `Returns an \`ERR_PTR()\` if it fails and never \`NULL\`: \`IS_ERR()\` tells${list}`;
    case 'fdt':
      return `Returns 0, or a negative \`FDT_ERR_…\` number, which is no errno${check}`;
    case 'fdt-offset':
      return `Returns an offset from 0 on, or a negative \`FDT_ERR_…\` number${check}`;
  }
}

/** Other releases that had it otherwise. */
function changesOf({ name, signature, releases }: KnownCall): string[] {
  const history = historyOf(name);
  if (history === undefined || releases === undefined) return [];
  const others = history.versions.filter((each) => each.signature !== signature);
  const changes = others.map(
    (each) => `In ${spanOf(each.releases).replace(/^only in /, '')}: \`${each.signature}\``,
  );
  const from = releases.includes(' to ') ? 'from ' : '';
  return [`In the kernel ${from}${releases}`, ...new Set(changes)];
}

function describeStruct({ name, members, header, releases }: KnownStruct): string {
  const rows = members.map(
    ({ declaration, description, isRequired }) =>
      `- \`${declaration}\` ${description}${isRequired === true ? ', required' : ''}`,
  );
  return [code(`struct ${name}`), rows.join('\n'), `*${spanOf(releases)}* · \`${header}\``].join(
    '\n\n',
  );
}

/** Whether a release has what is there in ranges of releases. */
export function isThere(releases: readonly string[], release: Release = NEWEST_RELEASE): boolean {
  return isInReleases(release.name, releases);
}
