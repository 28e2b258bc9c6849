// Two states of one file: which structs that are handed over changed, and whether the versions
// that they go by changed with them.
import type { Fix, Issue, SourceFile } from '../../fdt/index.ts';
import type { Record } from '../layout/ctype.ts';
import { plainType } from '../layout/ctype.ts';
import { type LayoutOptions, type Layouts, layoutsOf } from '../layout/layouts-of.ts';
import { spellRecord } from '../layout/spell.ts';
import { type LayoutChange, layoutChanges } from './changes.ts';
import { consequenceOf } from './consequences.ts';
import { LAYOUT_CHANGED } from './rules.ts';
import {
  nextVersion,
  type VersionMacro,
  versionsIn,
  versionsOf,
  versionsWrittenIn,
} from './versions.ts';
import { isWireStruct } from './wire-structs.ts';

/** A file at one time. */
export interface FileState extends LayoutOptions {
  readonly source: SourceFile;
  /** Files that may define versions that this one goes by: the other headers of its folder. */
  readonly companions?: readonly SourceFile[];
}

export interface CompareOptions {
  /** How a person calls the earlier state: `HEAD`, a tag. */
  readonly base: string;
  /** Structs that are handed over wherever they are defined; see `isWireStruct()`. */
  readonly wireStructs?: ReadonlySet<string>;
}

/** A struct whose layout changed. */
export interface ChangedStruct {
  readonly before: Record;
  readonly after: Record;
  readonly changes: readonly LayoutChange[];
  /** The versions that it goes by, as they are now: any of them having changed is enough. */
  readonly versions: readonly VersionMacro[];
  readonly isVersionChanged: boolean;
}

export interface LayoutComparison {
  /** In the order of the later text; structs that go by no version are left out. */
  readonly changed: readonly ChangedStruct[];
  /** One for each struct that changed while its version did not. */
  readonly issues: readonly Issue[];
}

/**
 * Compares the structs of a file that are handed over, and the versions that they go by. Both
 * states are to be given the same included files: what changed there is for those to say.
 */
export function compareLayouts(
  before: FileState,
  after: FileState,
  options: CompareOptions,
): LayoutComparison {
  if (before.source.text === after.source.text) return { changed: [], issues: [] };
  const old = layoutsOf(before.source, before);
  const now = layoutsOf(after.source, after);
  const versions = {
    old: { own: versionsIn(old), others: versionsAround(before) },
    now: { own: versionsIn(now), others: versionsAround(after) },
  };
  const earlier = recordsByName(old);
  const changed: ChangedStruct[] = [];
  for (const [name, record] of recordsByName(now)) {
    const was = earlier.get(name);
    if (was === undefined || !isWireStruct(record, versions.now.own, options.wireStructs)) continue;
    const changes = layoutChanges(was, record);
    const mine = versionsOf(record, versions.now.own, versions.now.others);
    if (changes.length === 0 || mine.length === 0) continue;
    const theirs = [...versions.old.own, ...versions.old.others];
    const isVersionChanged = mine.some((each) => isChanged(each, theirs));
    changed.push({ before: was, after: record, changes, versions: mine, isVersionChanged });
  }
  const theirs = [...versions.old.own, ...versions.old.others];
  const silent = changed.filter(({ isVersionChanged }) => !isVersionChanged);
  const issues = silent
    .filter((each) => !isFromWithin(each, silent))
    .map((each) => issueOf(each, theirs, options.base));
  return { changed, issues };
}

function versionsAround({ companions = [] }: FileState): readonly VersionMacro[] {
  return companions.flatMap(versionsWrittenIn);
}

/** Records of the text itself; of several of a name each is compared with its counterpart. */
function recordsByName({ source, records }: Layouts): ReadonlyMap<string, Record> {
  const byName = new Map<string, Record>();
  const ofSource = records.filter(({ at, name }) => at.source === source && name !== undefined);
  for (const record of ofSource.toSorted((a, b) => a.nameAt.start - b.nameAt.start)) {
    let name = spellRecord(record) as string;
    while (byName.has(name)) name += ' again';
    byName.set(name, record);
  }
  return byName;
}

/** A macro of another name with the same text is the same version. */
function isChanged(version: VersionMacro, earlier: readonly VersionMacro[]): boolean {
  const same = earlier.find(({ name }) => name === version.name);
  if (same !== undefined) return same.text !== version.text;
  return !version.text.startsWith('"') || !earlier.some(({ text }) => text === version.text);
}

/** A struct with another in it that is reported: that one says what there is to do. */
function isFromWithin(each: ChangedStruct, silent: readonly ChangedStruct[]): boolean {
  const inner = innerRecords(each.after);
  return silent.some(
    (other) =>
      inner.has(other.after) &&
      other.versions.some(({ name }) => each.versions.some((mine) => mine.name === name)),
  );
}

const MAX_INNER_RECORDS = 1000;

function innerRecords(record: Record): ReadonlySet<Record> {
  const found = new Set<Record>();
  const todo = [record];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    for (const { type } of next.members) {
      let plain = plainType(type);
      while (plain.kind === 'array') plain = plainType(plain.of);
      if (plain.kind !== 'record' || found.has(plain.record)) continue;
      if (found.size >= MAX_INNER_RECORDS) return found;
      found.add(plain.record);
      todo.push(plain.record);
    }
  }
  return found;
}

/** Changes that a message lists. */
const MAX_LISTED = 3;

function issueOf(
  { after, changes, versions }: ChangedStruct,
  earlier: readonly VersionMacro[],
  base: string,
): Issue {
  const name = spellRecord(after) ?? after.kind;
  const listed = changes.slice(0, MAX_LISTED).map(({ text }) => text);
  const more = changes.length - listed.length;
  const list = `${listed.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
  const macros = versions.map((each) => `\`${each.name}\` is still ${each.text}`).join(' and ');
  const consequence = versions
    .map((each) => consequenceOf(each.name, each.text))
    .find((each) => each !== '');
  const effect = consequence === undefined ? '' : `: a kernel that does not know it ${consequence}`;
  return {
    rule: LAYOUT_CHANGED.name,
    severity: LAYOUT_CHANGED.severity,
    span: after.nameAt,
    message: `The layout of \`${name}\` is not that of ${base}, but ${macros}: ${list}`,
    help:
      'A kernel of the other layout cannot tell, and takes these bytes for its own. ' +
      `Raise the version${effect}`,
    related: versions.map((each) => ({ message: `${each.name} says the version`, span: each.at })),
    fixes: versions.map((each): Fix => {
      const same = earlier.find((other) => other.name === each.name);
      const text = nextVersion(each, same);
      return {
        title: `Raise ${each.name} to ${text}`,
        edits: [{ span: each.at, text }],
        // The layout may be what is to be taken back.
        isObvious: false,
      };
    }),
  };
}
