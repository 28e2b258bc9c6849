// What became of a layout: which fields are elsewhere, are something else, are new or gone.
import type { Span } from '../../fdt/index.ts';
import type { Record } from '../layout/ctype.ts';
import { isUnknown, type Size } from '../layout/known.ts';
import { type Leaf, leavesOf } from './leaves.ts';

/** One difference between two layouts of a record. */
export interface LayoutChange {
  readonly kind: 'moved' | 'retyped' | 'added' | 'removed' | 'size';
  /** Of the field; undefined where it is about the record as a whole. */
  readonly path?: string;
  /** One clause without a full stop. */
  readonly text: string;
  /** In the later text; undefined for what is gone. */
  readonly at?: Span;
}

/**
 * How the layout changed between two definitions of a record. Names are not layout: a field that
 * is named anew or moved into a struct of its own, at the same place and of the same type, is no
 * change, and neither is another view of bytes that a union gives. Of what is not known on either
 * side nothing is said.
 */
export function layoutChanges(before: Record, after: Record): readonly LayoutChange[] {
  const old = leavesOf(before);
  const now = leavesOf(after);
  // A struct whose body depends on what is not known has no fields to compare.
  if (old.length === 0 || now.length === 0) return [];
  const oldByPath = new Map(old.map((leaf) => [leaf.path, leaf]));
  const nowByPath = new Map(now.map((leaf) => [leaf.path, leaf]));
  const places = { old: placesOf(old), now: placesOf(now) };
  const changes: LayoutChange[] = [];
  for (const leaf of now) {
    const was = oldByPath.get(leaf.path);
    if (was !== undefined) changes.push(...changeOf(was, leaf));
  }
  const isNew = now.filter((leaf) => !oldByPath.has(leaf.path));
  const isGone = old.filter((leaf) => !nowByPath.has(leaf.path));
  const freshLeaves = isNew.filter((leaf) => isNews(leaf, places.old));
  const lostLeaves = isGone.filter((leaf) => isNews(leaf, places.now));
  // What is not known on the other side may be what is new or gone here, unless there is less.
  const isOpen = (leaves: readonly Leaf[]): boolean =>
    leaves.some((leaf) => placeOf(leaf) === undefined);
  if (isGone.length === 0 || !isOpen([...old, ...freshLeaves]))
    changes.push(...freshLeaves.map(addition));
  if (isNew.length === 0 || !isOpen([...now, ...lostLeaves]))
    changes.push(...lostLeaves.map(removal));
  const sizes = sizeChange(before.size, after.size);
  return sizes === undefined ? changes : [...changes, { ...sizes, at: after.nameAt }];
}

/** A place: bits and what they are. Undefined if not known. */
function placeOf({ bitOffset, bitWidth, shape }: Leaf): string | undefined {
  return isUnknown(bitOffset) || isUnknown(bitWidth) || shape.includes('?')
    ? undefined
    : `${bitOffset} ${bitWidth} ${shape}`;
}

function placesOf(leaves: readonly Leaf[]): ReadonlySet<string | undefined> {
  return new Set(leaves.map(placeOf));
}

function isNews(leaf: Leaf, others: ReadonlySet<string | undefined>): boolean {
  const place = placeOf(leaf);
  return place === undefined || !others.has(place);
}

function changeOf(was: Leaf, leaf: Leaf): LayoutChange[] {
  const { path, at } = leaf;
  const changes: LayoutChange[] = [];
  if (areKnown(was.bitOffset, leaf.bitOffset) && was.bitOffset !== leaf.bitOffset) {
    const [from, to] = [placeText(was), placeText(leaf)];
    changes.push({ kind: 'moved', path, at, text: `\`${path}\` moved from ${from} to ${to}` });
  }
  const isSameWidth = !areKnown(was.bitWidth, leaf.bitWidth) || was.bitWidth === leaf.bitWidth;
  const isOpen = was.shape.includes('?') || leaf.shape.includes('?');
  if (!isSameWidth || (!isOpen && was.shape !== leaf.shape)) {
    const [from, to] = [typeText(was), typeText(leaf)];
    const text =
      from === to
        ? `what \`${path}\` is repeated by changed`
        : `\`${path}\` was ${from} and is ${to}`;
    changes.push({ kind: 'retyped', path, at, text });
  }
  return changes;
}

function areKnown(one: Size, other: Size): boolean {
  return !isUnknown(one) && !isUnknown(other);
}

/** `byte 8`, or `bit 3 of byte 8`. */
export function placeText({ bitOffset }: Pick<Leaf, 'bitOffset'>): string {
  if (isUnknown(bitOffset)) return 'a place that is not known';
  const bit = bitOffset % 8;
  const byte = Math.floor(bitOffset / 8);
  return bit === 0 ? `byte ${byte}` : `bit ${bit} of byte ${byte}`;
}

function typeText({ type, bitWidth }: Leaf): string {
  return isUnknown(bitWidth) || !type.includes('?') ? type : `${bitWidth / 8} bytes`;
}

function addition(leaf: Leaf): LayoutChange {
  const { path, at } = leaf;
  const where = isUnknown(leaf.bitOffset) ? '' : ` at ${placeText(leaf)}`;
  return { kind: 'added', path, at, text: `\`${path}\` is new${where}` };
}

function removal(leaf: Leaf): LayoutChange {
  const { path } = leaf;
  const where = isUnknown(leaf.bitOffset) ? '' : `, which was at ${placeText(leaf)},`;
  return { kind: 'removed', path, text: `\`${path}\`${where} is gone` };
}

function sizeChange(before: Size, after: Size): LayoutChange | undefined {
  if (isUnknown(before) || isUnknown(after) || before === after) return undefined;
  return { kind: 'size', text: `it had ${bytes(before)} and has ${bytes(after)}` };
}

function bytes(count: number): string {
  return count === 1 ? '1 byte' : `${count} bytes`;
}
