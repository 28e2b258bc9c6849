// The nodes by which a root FDT names the blobs of subsystems (6.16 and later).
import { type FdtNode, type Fix, type Issue, propertyOf } from '../../fdt/index.ts';
import { hexText } from '../describe/number.ts';
import type { SubtreeEncoding } from '../release.ts';
import { cellFix } from './cell-fixes.ts';
import { fixed, insertValueFix, misspelledFix, replaceFix } from './fixes.ts';
import {
  PHYSICAL_ADDRESS_BITS,
  placeOfCell,
  type Rule,
  type RuleContext,
  type RuleSet,
  relatedTo,
  u64Of,
} from './rule.ts';

/** kho_retrieve_subtree(). */
const SUBTREE_PROPERTIES: Rule = {
  name: 'subtree-properties',
  severity: 'error',
  what: 'A subtree has the properties of its release',
};
/** PHYS_PFN() in kho_restore_page() drops the low bits. */
const UNALIGNED_PRESERVED_DATA: Rule = {
  name: 'unaligned-preserved-data',
  severity: 'warning',
  what: 'The blob of a subtree starts at a page',
};
const BLOB_SIZE: Rule = {
  name: 'blob-size',
  severity: 'error',
  what: 'The blob of a subtree is as large as its reader needs',
};
/** kho_add_subtree(): libfdt also finds a node by its name without the unit address. */
const SUBTREE_NAME_COLLISION: Rule = {
  name: 'subtree-name-collision',
  severity: 'error',
  what: 'No two subtrees go by the same name',
};
const SUBTREE_NAME: Rule = {
  name: 'subtree-name',
  severity: 'warning',
  what: 'The name of a subtree is one that FDTs and debugfs can hold',
};
const SUBTREE_BUDGET: Rule = {
  name: 'subtree-budget',
  severity: 'warning',
  what: 'The page of the root FDT has room for more subtrees',
};
/** kho_remove_subtree() goes by the address. */
const SHARED_PRESERVED_DATA: Rule = {
  name: 'shared-preserved-data',
  severity: 'warning',
  what: 'Each subtree has a blob of its own',
};
const SUBTREE_OVERLAP: Rule = {
  name: 'subtree-overlap',
  severity: 'error',
  what: 'Blobs lie clear of each other and of the map of the preserved memory',
};

/** Subtrees that must still fit before the budget is worth a warning. */
const BUDGET_WARNING_SUBTREES = 3;
/** Bytes of a subtree node with a name of eight characters and two u64 properties. */
const TYPICAL_SUBTREE_BYTES = 60;

type ByReference = SubtreeEncoding & { readonly kind: 'by-reference' };

interface Blob {
  readonly node: FdtNode;
  readonly start: bigint;
  readonly size: bigint;
}

export const SUBTREE_RULES: RuleSet = {
  rules: [
    SUBTREE_PROPERTIES,
    UNALIGNED_PRESERVED_DATA,
    BLOB_SIZE,
    SUBTREE_NAME_COLLISION,
    SUBTREE_NAME,
    SUBTREE_BUDGET,
    SHARED_PRESERVED_DATA,
    SUBTREE_OVERLAP,
  ],
  check(context: RuleContext): void {
    const { subtrees } = context.release;
    if (context.role !== 'root' || subtrees.kind !== 'by-reference') return;
    const blobs: Blob[] = [];
    for (const node of context.tree.root.children) {
      checkProperties(node, subtrees, context);
      checkName(node, context);
      const blob = checkBlob(node, subtrees, context);
      if (blob !== undefined) blobs.push(blob);
    }
    checkCollisions(context);
    checkOverlaps(blobs, context);
    checkBudget(context);
  },
};

/** Names that other releases give to the address of a blob. */
const ADDRESS_PROPERTIES = ['fdt', 'preserved-data'];

function checkProperties(node: FdtNode, subtrees: ByReference, context: RuleContext): void {
  const { addressProperty, sizeProperty } = subtrees;
  const names = sizeProperty === undefined ? [addressProperty] : [addressProperty, sizeProperty];
  const title = context.release.title;
  for (const name of names)
    if (propertyOf(node, name) === undefined) {
      const other = ADDRESS_PROPERTIES.find((each) => propertyOf(node, each) !== undefined);
      const isRenamed = name === addressProperty && other !== undefined;
      context.report(
        SUBTREE_PROPERTIES,
        node,
        `\`${node.name}\` lacks \`${name}\`: ${title} answers -EINVAL when it is retrieved`,
        isRenamed
          ? renamed(node, other, name)
          : fixed([
              misspelledFix(node, name, (each) => names.includes(each)),
              insertValueFix(node, name, '<0x0>', false),
            ]),
      );
    }
}

function renamed(node: FdtNode, from: string, to: string): Pick<Issue, 'help' | 'fixes'> {
  const help = `\`${from}\` is what another release calls it`;
  const span = propertyOf(node, from)?.span;
  return span === undefined ? { help } : { help, fixes: [replaceFix(`Rename to ${to}`, span, to)] };
}

function checkName(node: FdtNode, context: RuleContext): void {
  if (/^[0-9a-zA-Z,._+-]+(@[0-9a-zA-Z,._+-]+)?$/.test(node.name)) return;
  const what = node.name === '' ? 'an empty name' : `the name \`${node.name}\``;
  const message = `a subtree with ${what} has no file in debugfs and may not be found again`;
  context.report(SUBTREE_NAME, node, message, {
    help: 'use letters, digits and , . _ + - only',
    ...fixed([renamedNode(node)]),
  });
}

function renamedNode({ name, span }: FdtNode): Fix | undefined {
  const repaired = name.replace(/[^0-9a-zA-Z,._+-]/g, '-');
  if (span === undefined || name === '') return undefined;
  return replaceFix(`Rename to ${repaired}`, span, repaired, false);
}

function checkBlob(node: FdtNode, subtrees: ByReference, context: RuleContext): Blob | undefined {
  const start = u64Of(node, subtrees.addressProperty, context.byteOrder);
  const address = propertyOf(node, subtrees.addressProperty);
  if (start === undefined || address === undefined) return undefined;
  const isPlausible = start < 1n << PHYSICAL_ADDRESS_BITS;
  if (isPlausible && start % BigInt(context.pageBytes) !== 0n)
    context.report(
      UNALIGNED_PRESERVED_DATA,
      placeOfCell(address, 0),
      `the blob of \`${node.name}\` starts at ${hexText(start)}, inside a page`,
      {
        help: 'restoring takes whole pages; kho_alloc_preserve() gives memory that starts at one',
        ...fixed(cellFix(address, 0, start - (start % BigInt(context.pageBytes)))),
      },
    );
  // Without a size only the header of the blob knows where it ends.
  if (subtrees.sizeProperty === undefined)
    return isPlausible ? { node, start, size: 1n } : undefined;
  const size = u64Of(node, subtrees.sizeProperty, context.byteOrder);
  const sizeProperty = propertyOf(node, subtrees.sizeProperty);
  if (size === undefined || sizeProperty === undefined) return undefined;
  const reader = context.release.formats.find(({ name }) => name === node.name);
  const least = BigInt(reader?.minSizeBytes ?? 1);
  if (size < least)
    context.report(
      BLOB_SIZE,
      placeOfCell(sizeProperty, 0),
      `the blob of \`${node.name}\` has ${size} bytes; its reader needs at least ${least}`,
    );
  return isPlausible && size > 0n ? { node, start, size } : undefined;
}

function checkCollisions(context: RuleContext): void {
  const { children } = context.tree.root;
  const byName = new Map<string, FdtNode>();
  const byBaseName = new Map<string, FdtNode>();
  for (const node of children) {
    const twin = byName.get(node.name);
    if (twin !== undefined) reportCollision(node, twin, context);
    else byName.set(node.name, node);
    const base = node.name.split('@')[0] ?? '';
    if (base !== node.name && !byBaseName.has(base)) byBaseName.set(base, node);
  }
  for (const [base, withUnit] of byBaseName) {
    const plain = byName.get(base);
    if (plain !== undefined) reportCollision(plain, withUnit, context);
  }
}

function reportCollision(node: FdtNode, other: FdtNode, context: RuleContext): void {
  context.report(
    SUBTREE_NAME_COLLISION,
    node,
    `adding \`${node.name}\` when there is \`${other.name}\` fails with -EEXIST`,
    { related: [relatedTo(other, 'the other subtree is here')] },
  );
}

function checkOverlaps(blobs: readonly Blob[], context: RuleContext): void {
  const { memoryMap } = context.release;
  const map = u64Of(context.tree.root, memoryMap.property, context.byteOrder);
  const sorted = [...blobs].sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  let before: Blob | undefined;
  for (const blob of sorted) {
    const related = before && [relatedTo(before.node, `\`${before.node.name}\` is here`)];
    if (before !== undefined && related !== undefined && before.start === blob.start)
      context.report(
        SHARED_PRESERVED_DATA,
        blob.node,
        `\`${before.node.name}\` and \`${blob.node.name}\` name the same blob at ` +
          `${hexText(blob.start)}; kho_remove_subtree() finds only one of them`,
        { related },
      );
    else if (before !== undefined && related !== undefined && blob.start < endOf(before))
      context.report(
        SUBTREE_OVERLAP,
        blob.node,
        `the blob of \`${blob.node.name}\` at ${hexText(blob.start)} overlaps that of ` +
          `\`${before.node.name}\`, which ends at ${hexText(endOf(before))}`,
        { related },
      );
    if (map !== undefined && map < endOf(blob) && blob.start < map + BigInt(context.pageBytes))
      context.report(
        SUBTREE_OVERLAP,
        blob.node,
        `the blob of \`${blob.node.name}\` overlaps the map of the preserved memory at ` +
          hexText(map),
      );
    if (before === undefined || endOf(blob) > endOf(before)) before = blob;
  }
}

function endOf(blob: Blob): bigint {
  return blob.start + blob.size;
}

function checkBudget(context: RuleContext): void {
  const free = context.pageBytes - context.blobBytes;
  if (free < 0) return;
  const left = Math.floor(free / TYPICAL_SUBTREE_BYTES);
  if (left > BUDGET_WARNING_SUBTREES) return;
  context.report(
    SUBTREE_BUDGET,
    context.tree.root,
    `the root FDT has room for ${left} more ${left === 1 ? 'subtree' : 'subtrees'}`,
    { help: 'it is one page; the next kho_add_subtree() that does not fit returns -ENOMEM' },
  );
}
