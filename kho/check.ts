// Checks a KHO FDT, be it source text or a blob. The one entry for editor, terminal and simulator.
import {
  type ByteOrder,
  type Compiled,
  compileDts,
  type DtsDocument,
  type FdtNode,
  type FdtTree,
  hasErrors,
  type Issue,
  nodesOf,
  type Outcome,
  parseDts,
  readFdt,
  reparseDts,
  type SourceFile,
  type SourceHost,
} from '../fdt/index.ts';
import { type BindingSet, compatiblesOf, type Describer } from './bindings/binding-set.ts';
import { MAX_ISSUES, type TreeBasis, TreeCheck } from './check-tree.ts';
import type { Release } from './release.ts';
import { isInReleases, NEWEST_RELEASE, RELEASES } from './releases/index.ts';
import type { TreeRole } from './rules/rule.ts';

export interface CheckOptions {
  readonly bindings: BindingSet;
  /** The release the tree is for; what the tree says of itself if absent. */
  readonly release?: Release;
  /** Byte order of property values; little-endian if absent. */
  readonly byteOrder?: ByteOrder;
  /** Page size in bytes of the kernels; 4096 if absent. */
  readonly pageBytes?: number;
}

export interface CheckSourceOptions extends CheckOptions {
  /** Reads what the source includes. */
  readonly host?: SourceHost;
}

/** A tree with what was found in it and what it was checked against. */
export interface Checked {
  readonly tree: FdtTree;
  readonly issues: readonly Issue[];
  readonly release: Release;
  readonly role: TreeRole;
  /** The bindings as that release has them. */
  readonly bindings: BindingSet;
  readonly byteOrder: ByteOrder;
}

export interface CheckedSource extends Checked {
  readonly source: SourceFile;
  readonly document: DtsDocument;
  readonly compiled: Compiled;
  /** True if the text is without errors of its own, so that the tree is all that it says. */
  readonly isWhole: boolean;
}

/** Parses, compiles and checks DTS source. Never fails: what cannot be understood is an issue. */
export function checkSource(source: SourceFile, options: CheckSourceOptions): CheckedSource {
  const { host } = options;
  return checkParsed(parseDts(source, host === undefined ? {} : { host }), options);
}

/**
 * The same as `checkSource()`, with the same options as before, for a source whose text has changed
 * since: only what depends on the change is looked at again. What was checked before is changed in
 * place, and must no longer be used.
 */
export function recheckSource(before: CheckedSource, options: CheckSourceOptions): CheckedSource {
  const kept = keptOf.get(before);
  const { host } = options;
  const reparsed = kept && reparseDts(kept.parsed, host === undefined ? {} : { host });
  if (kept === undefined || reparsed === undefined) return checkSource(before.source, options);
  const { parsed, change } = reparsed;
  if (change === undefined) return before;
  const { compiled, describer, rules } = kept;
  const treeChange = compiled.update(change);
  if (treeChange === undefined) return checkParsed(parsed, options);
  const { tree, release, role } = before;
  const isSameKind =
    !describer.isOutdated() &&
    roleOf(tree) === role &&
    (options.release !== undefined || releaseOf(tree, options.bindings) === release);
  if (!isSameKind) return checkParsed(parsed, options);
  if (rules.update(treeChange, change.move)) return checkedOf({ ...kept, parsed }, before);
  const basis = { ...before, describer, pageBytes: options.pageBytes ?? DEFAULT_PAGE_BYTES };
  return checkedOf({ ...kept, parsed, rules: new TreeCheck(basis) }, before);
}

/** What is needed to check again only what changed. */
interface Kept {
  readonly parsed: Outcome<DtsDocument>;
  readonly compiled: Compiled;
  readonly describer: Describer;
  readonly rules: TreeCheck;
}

const DEFAULT_PAGE_BYTES = 4096;

const keptOf = new WeakMap<CheckedSource, Kept>();

function checkParsed(parsed: Outcome<DtsDocument>, options: CheckSourceOptions): CheckedSource {
  const { byteOrder = 'little', host } = options;
  let describer = options.bindings.describer();
  const compile = (): Compiled =>
    compileDts(parsed.value, {
      byteOrder,
      // Values that change later are laid out by what describes nodes then.
      layoutOf: (node, name) => describer.layoutOf(node, name),
      ...(host === undefined ? {} : { host }),
    });
  let compiled = compile();
  const release = options.release ?? releaseOf(compiled.value, options.bindings);
  const bindings = options.bindings.preferring(release.name);
  const reordered = describedAnew(compiled.value, options.bindings, bindings);
  if (describer.isOutdated()) describer = bindings.describer();
  else describer = bindings.describer(describer, reordered.nodes);
  if (reordered.isLaidOutAnew) {
    describer = bindings.describer();
    compiled = compile();
    if (describer.isOutdated()) describer = bindings.describer();
  }
  const basis = basisOf(compiled.value, { ...options, release, bindings }, describer);
  return checkedOf({ parsed, compiled, describer, rules: new TreeCheck(basis) }, basis);
}

function checkedOf(kept: Kept, basis: Omit<Checked, 'issues'>): CheckedSource {
  const { parsed, compiled, rules } = kept;
  const { tree, release, role, bindings, byteOrder } = basis;
  const before = [...parsed.issues, ...compiled.issues];
  // Half a tree lacks things for no other reason than that it is half.
  const found = hasErrors(parsed.issues)
    ? rules.issues().filter((issue) => !REPORTED_ONLY_ON_WHOLE_TREES.has(issue.rule))
    : rules.issues();
  const checked: CheckedSource = {
    tree,
    release,
    role,
    bindings,
    byteOrder,
    issues: limited([...before, ...found], rules.more),
    source: parsed.value.source,
    document: parsed.value,
    compiled,
    isWhole: !hasErrors(before),
  };
  keptOf.set(checked, kept);
  return checked;
}

/**
 * The nodes that another order of the bindings describes by others, and whether that gives any
 * value of the tree other widths.
 */
function describedAnew(
  { root }: FdtTree,
  before: BindingSet,
  after: BindingSet,
): { readonly nodes: ReadonlySet<FdtNode>; readonly isLaidOutAnew: boolean } {
  const nodes = new Set<FdtNode>();
  const changed = before.reorderedIn(after);
  if (changed.size === 0) return { nodes, isLaidOutAnew: false };
  let isLaidOutAnew = false;
  // What describes a node describes its children too, if they say nothing themselves.
  for (const node of nodesOf(root)) {
    const compatibles = compatiblesOf(node);
    const isAffected =
      (node.parent !== undefined && nodes.has(node.parent)) ||
      compatibles.some((each) => changed.has(each));
    if (!isAffected) continue;
    const [one, other] = [before.describe(node), after.describe(node)];
    if (one?.schema === other?.schema && one?.binding === other?.binding) continue;
    nodes.add(node);
    isLaidOutAnew ||= node.properties.some(
      ({ name }) => before.layoutOf(node, name)?.join() !== after.layoutOf(node, name)?.join(),
    );
  }
  return { nodes, isLaidOutAnew };
}

const REPORTED_ONLY_ON_WHOLE_TREES: ReadonlySet<string> = new Set([
  'required-property',
  'subtree-properties',
  'memory-map-property',
  'root-compatible',
  'driver-compatible',
]);

/** Reads and checks a blob; `checked` is undefined if it is none. */
export function checkBlob(
  blob: Uint8Array,
  options: CheckOptions & { readonly path: string },
): { readonly checked?: Checked; readonly issues: readonly Issue[] } {
  const read = readFdt(blob, { path: options.path });
  if (read.value === undefined) return { issues: limited(read.issues) };
  const { basis, check } = checkRules(read.value, options, blob.length);
  const issues = limited([...read.issues, ...check.issues()], check.more);
  return { checked: checkedTree(basis, issues), issues };
}

/** Checks a tree against the rules and the bindings. */
export function checkTree(tree: FdtTree, options: CheckOptions, blobBytes?: number): Checked {
  const { basis, check } = checkRules(tree, options, blobBytes);
  return checkedTree(basis, limited(check.issues(), check.more));
}

function checkRules(
  tree: FdtTree,
  options: CheckOptions,
  blobBytes?: number,
): { readonly basis: TreeBasis; readonly check: TreeCheck } {
  const release = options.release ?? releaseOf(tree, options.bindings);
  const bindings = options.bindings.preferring(release.name);
  const basis = basisOf(tree, { ...options, release, bindings }, bindings.describer(), blobBytes);
  return { basis, check: new TreeCheck(basis) };
}

function checkedTree(basis: TreeBasis, issues: readonly Issue[]): Checked {
  const { tree, release, role, bindings, byteOrder } = basis;
  return { tree, issues, release, role, bindings, byteOrder };
}

function basisOf(
  tree: FdtTree,
  options: CheckOptions & { readonly release: Release },
  describer: Describer,
  blobBytes?: number,
): TreeBasis {
  const { byteOrder = 'little', pageBytes = DEFAULT_PAGE_BYTES, release, bindings } = options;
  const role = roleOf(tree);
  return { tree, role, release, bindings, describer, byteOrder, pageBytes, blobBytes };
}

const ROOT_COMPATIBLE_PATTERN = /^kho-v\d+$/;
/** Properties that only a root, or only a subtree of one, has. */
const ROOT_PROPERTIES = ['preserved-memory-map'];
const SUBTREE_ADDRESSES = ['preserved-data', 'fdt'];

function roleOf(tree: FdtTree): TreeRole {
  const { root } = tree;
  const compatibles = compatiblesOf(root);
  if (compatibles.some((each) => ROOT_COMPATIBLE_PATTERN.test(each))) return 'root';
  if (root.properties.some(({ name }) => ROOT_PROPERTIES.includes(name))) return 'root';
  const pointsToBlobs = root.children.some(({ properties }) =>
    properties.some(({ name }) => SUBTREE_ADDRESSES.includes(name)),
  );
  if (pointsToBlobs) return 'root';
  return root.properties.length === 0 ? 'fragment' : 'subtree';
}

/** The release a tree is for, by what it calls itself; of several kernels the newest. */
export function releaseOf(tree: FdtTree, bindings: BindingSet): Release {
  const { root } = tree;
  for (const compatible of compatiblesOf(root)) {
    const candidates = RELEASES.filter((each) => each.rootCompatible === compatible);
    const fitting = candidates.filter((each) => fits(tree, each));
    // Trees of the patch series look the same in every version; people have those of the first.
    const isSeries = fitting[0]?.subtrees.kind === 'inline';
    const release = (isSeries ? fitting[0] : fitting.at(-1)) ?? candidates.at(-1);
    if (release !== undefined) return release;
  }
  for (const node of [root, ...root.children])
    for (const compatible of compatiblesOf(node)) {
      const ranges = bindings.withCompatible(compatible).flatMap((each) => each.releases);
      const release = RELEASES.findLast((each) => isInReleases(each.name, ranges));
      if (release !== undefined) return release;
    }
  return NEWEST_RELEASE;
}

/** Two eras call their root the same; what the root holds tells them apart. */
function fits(tree: FdtTree, release: Release): boolean {
  const hasMap = tree.root.properties.some(({ name }) => ROOT_PROPERTIES.includes(name));
  const isByReference = hasMap || tree.root.children.some(holdsOnlyAddress);
  return isByReference === (release.subtrees.kind === 'by-reference');
}

/** True for a node that says where a blob is and nothing else: drivers of the series say more. */
function holdsOnlyAddress({ properties, children }: FdtNode): boolean {
  const [only] = properties;
  if (only === undefined || properties.length > 1 || children.length > 0) return false;
  return SUBTREE_ADDRESSES.includes(only.name);
}

/** `more` were found than are in `issues`. */
function limited(issues: readonly Issue[], more = 0): readonly Issue[] {
  const hidden = Math.max(0, issues.length - MAX_ISSUES) + more;
  if (hidden === 0) return issues;
  const message = `${hidden} more issues are not shown`;
  return [...issues.slice(0, MAX_ISSUES), { rule: 'limit-exceeded', severity: 'info', message }];
}
