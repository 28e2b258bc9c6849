import { existsSync, readdirSync, statSync } from 'node:fs';
import {
  type Binding,
  type BindingSet,
  checkBlob,
  checkSource,
  columns,
  compare,
  compareBindings,
  isCompatible,
  isInReleases,
  RELEASES,
  type Reader,
  type Release,
  readerOfRelease,
  releaseNamed,
  type Verdict,
  type Writer,
  writerOfHandover,
  writerOfRelease,
  writerOfTree,
} from '../../kho/index.ts';
import { loadBindings, loadFolder } from '../bindings.ts';
import { decodeOpened, type ImageOptions, isImage, openImages } from '../images.ts';
import { asSource, kindOf, readInput, UnusableInput } from '../input.ts';
import { EXIT, type Output, releaseOption } from '../options.ts';
import { createSourceHost } from '../source-host.ts';

export interface CompatCommandOptions extends ImageOptions {
  /** Of files that do not say. */
  readonly release?: string;
  readonly bindings: readonly string[];
  readonly json: boolean;
  readonly both: boolean;
}

/** One side of the question. */
type Side =
  | { readonly kind: 'bindings'; readonly title: string; readonly own: readonly Binding[] }
  | { readonly kind: 'kernel'; readonly writer: Writer; readonly reader: Reader };

/** `kho compat`: what B does with what A hands over. 0 if it understands all of it, 1 if not. */
export async function compatCommand(
  a: string,
  b: string,
  options: CompatCommandOptions,
  output: Output,
): Promise<number> {
  const { bindings } = loadBindings(options.bindings);
  const first = await sideOf(a, bindings, options);
  const second = await sideOf(b, bindings, options);
  const pairs = options.both
    ? [[first, second] as const, [second, first] as const]
    : [[first, second] as const];
  const results = pairs.map(([from, to]) => ({
    from: titleOf(from),
    to: titleOf(to),
    verdicts: verdictsOf(from, to, bindings),
  }));
  const areAllFine = results.every(({ verdicts }) => isCompatible(verdicts));
  if (options.json) {
    const json = results.map((each) => ({ ...each, isCompatible: isCompatible(each.verdicts) }));
    output.out(`${JSON.stringify({ version: 1, results: json }, null, 2)}\n`);
  } else output.out(results.map(textOf).join('\n'));
  return areAllFine ? EXIT.clean : EXIT.issues;
}

function titleOf(side: Side): string {
  return side.kind === 'bindings' ? side.title : side.writer.title;
}

function verdictsOf(from: Side, to: Side, bindings: BindingSet): readonly Verdict[] {
  if (from.kind === 'kernel' && to.kind === 'kernel') return compare(from.writer, to.reader);
  const own = (side: Side): readonly Binding[] =>
    side.kind === 'bindings'
      ? side.own
      : bindings.bindings.filter((each) => isInReleases(side.reader.release.name, each.releases));
  return compareBindings(writtenBy(from, own(from)), own(to));
}

/** Of a kernel's bindings those of what it writes. */
function writtenBy(side: Side, all: readonly Binding[]): readonly Binding[] {
  if (side.kind === 'bindings') return all;
  const formats = side.writer.states.map(({ format }) => format);
  return all.filter(({ compatibles }) => compatibles.some((each) => formats.includes(each)));
}

async function sideOf(
  text: string,
  bindings: BindingSet,
  options: CompatCommandOptions,
): Promise<Side> {
  const release = releaseNamed(text);
  if (release !== undefined && !existsSync(text))
    return kernelSide(writerOfRelease(release), bindings);
  if (!existsSync(text)) {
    const names = RELEASES.map(({ name }) => name).join(', ');
    throw new UnusableInput(`${text}: is neither a file nor a release (${names})`);
  }
  if (isBindingFolder(text))
    return { kind: 'bindings', title: text, own: loadFolder(text).bindings };
  const named = releaseOption(options.release);
  if (statSync(text).isDirectory() || isImage(text))
    return imageSide(text, bindings, named, options);
  return kernelSide(writerOfFile(text, bindings, named, options), bindings);
}

function kernelSide(writer: Writer, bindings: BindingSet): Side {
  const { title, pageSizeBytes, architecture } = writer;
  const reader: Reader = {
    ...readerOfRelease(writer.release, bindings.preferring(writer.release.name)),
    title: writer.release.title,
    ...(pageSizeBytes === undefined ? {} : { pageSizeBytes }),
    ...(architecture === undefined ? {} : { architecture }),
  };
  return { kind: 'kernel', writer: { ...writer, title }, reader };
}

function isBindingFolder(path: string): boolean {
  if (!statSync(path).isDirectory()) return false;
  return readdirSync(path).some((name) => /\.kho\.ya?ml$/.test(name));
}

async function imageSide(
  path: string,
  bindings: BindingSet,
  release: Release | undefined,
  options: CompatCommandOptions,
): Promise<Side> {
  const opened = await openImages(path, options);
  try {
    // Of a kernel's files, what it hands over is what the next one gets.
    const image = opened.images.at(-1);
    if (image === undefined) throw new UnusableInput(`${path}: has no image`);
    const handover = decodeOpened(image, bindings, release);
    return kernelSide(writerOfHandover(handover, path), bindings);
  } finally {
    opened.close();
  }
}

function writerOfFile(
  path: string,
  bindings: BindingSet,
  release: Release | undefined,
  { endian: byteOrder }: CompatCommandOptions,
): Writer {
  const bytes = readInput(path);
  const common = { bindings, byteOrder, ...(release === undefined ? {} : { release }) };
  const kind = kindOf(path, bytes);
  if (kind !== 'source' && kind !== 'blob')
    throw new UnusableInput(
      `${path}: is a ${kind}; a release, image, FDT or binding folder is asked for`,
    );
  const checked =
    kind === 'blob'
      ? checkBlob(bytes, { ...common, path }).checked
      : checkSource(asSource(path, bytes), { ...common, host: createSourceHost([]) });
  if (checked === undefined || ('isWhole' in checked && !checked.isWhole))
    throw new UnusableInput(`${path}: is no FDT that can be read; kho check says why`);
  return writerOfTree(checked.tree, checked.release, checked.role !== 'subtree', path);
}

function textOf({
  from,
  to,
  verdicts,
}: {
  readonly from: string;
  readonly to: string;
  readonly verdicts: readonly Verdict[];
}): string {
  const rows = verdicts.map(({ name, writes, reads, outcome, what }) => [
    name,
    writes ?? '?',
    reads ?? '-',
    outcome,
    what,
  ]);
  const lines = columns([['', 'written', 'read', '', ''], ...rows]);
  const end = isCompatible(verdicts)
    ? `${to} understands all of it`
    : `${to} does not understand all of it`;
  return `${from} → ${to}\n${lines.map((line) => `   ${line}`).join('\n')}\n${end}\n`;
}
