// A handover as a person reads it in a terminal.
import { printDts } from '../../fdt/index.ts';
import type { BindingSet } from '../bindings/binding-set.ts';
import { columns } from '../describe/columns.ts';
import { count } from '../describe/markdown.ts';
import { hexText, rangeText, roundSizeText, sizeText } from '../describe/number.ts';
import { subsystemOf, subsystemsOf } from '../handover/claims.ts';
import type { Handover } from '../handover/decode.ts';
import type { LuoFile, LuoState } from '../handover/luo.ts';
import type { PageRuns } from '../handover/page-runs.ts';
import type { Subtree } from '../handover/subtrees.ts';
import { createPrintTypes } from '../print-types.ts';

export interface TextOptions {
  readonly bindings: BindingSet;
  /** What the image is called in the first line. */
  readonly title: string;
  /** Ranges of memory, and lines of an FDT, that are listed. */
  readonly maxRanges: number;
}

const MAX_FDT_LINES = 60;
const MAX_ENTRIES = 40;
const INDENT = '   ';

/** Everything but the issues, which whoever prints this prints in their own way. */
export function formatHandover(handover: Handover, options: TextOptions): string {
  const sections: (readonly string[])[] = [
    headLines(handover, options.title),
    section('Subtrees', subtreeLines(handover.subtrees)),
    ...handover.subtrees.map((each) => stateLines(each, handover, options.bindings)),
    handover.luo === undefined ? [] : luoLines(handover.luo),
    section('vmalloc areas', areaLines(handover.subtrees)),
    section('Contents (kho extract IMAGE NAME)', contentLines(handover)),
    section('Preserved memory', preservedLines(handover)),
    section('Ranges', rangeLines(handover, options.maxRanges)),
    section('By subsystem', ownerLines(handover)),
    section('By NUMA node', nodeLines(handover)),
    section('Nobody claims', unclaimedLines(handover, options.maxRanges)),
  ];
  const lines = sections.filter((each) => each.length > 0).map((each) => each.join('\n'));
  return `${lines.join('\n\n')}\n`;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`── ${title}`, ...lines.map((line) => `${INDENT}${line}`)];
}

function headLines(
  { image, release, root, preserved, subtrees }: Handover,
  title: string,
): string[] {
  const { architecture, byteOrder, pageSizeBytes, scratch } = image;
  const compatible = root === undefined ? '' : `, ${release.rootCompatible}`;
  const place = root?.address === undefined ? '' : `${hexText(root.address)}, `;
  const rows = [
    [
      'root FDT',
      root === undefined
        ? 'not known'
        : `${place}${sizeText(BigInt(root.bytes.length))}${compatible}`,
    ],
    ['memory map', preserved === undefined ? 'not known' : mapText(preserved, pageSizeBytes)],
    ['scratch', scratch === undefined ? 'not known' : ''],
  ];
  const from = subtrees.flatMap(({ state }) => (state.kind === 'struct' ? state.fields : []));
  const uname = from.find(({ name }) => name === 'previous_release')?.value;
  const jump = from.find(({ name }) => name === 'kexec_count')?.value;
  if (uname !== undefined)
    rows.push(['written by', `Linux ${uname}, for jump ${jump} since the cold boot`]);
  const lines = columns(rows.filter(([, text]) => text !== ''));
  for (const [i, { address, sizeBytes }] of (scratch ?? []).entries())
    lines.push(`scratch ${i}   ${rangeText(address, sizeBytes)}, ${sizeText(sizeBytes)}`);
  const page = `${pageSizeBytes / 1024} KiB pages`;
  return [
    `${title} · ${release.title} · ${architecture}, ${byteOrder}-endian, ${page}`,
    ...lines.map((line) => `${INDENT}${line}`),
  ];
}

const MAP_NAMES = {
  'mem-properties': 'properties of the FDT',
  bitmaps: 'chunks and bitmaps',
  'radix-tree': 'radix tree',
} as const;

function mapText(preserved: NonNullable<Handover['preserved']>, pageBytes: number): string {
  const { encoding, address, blockCount, pageCount, mapPages, isWhole } = preserved;
  const at =
    address === undefined
      ? ''
      : ` at ${hexText(address)}, ${count(pagesIn(mapPages), 'page', 'pages')}`;
  const keys = encoding === 'radix-tree' ? 'keys' : encoding === 'bitmaps' ? 'blocks' : 'ranges';
  const part = isWhole ? '' : ', as far as it could be read';
  const size = roundSizeText(BigInt(pageCount) * BigInt(pageBytes));
  return `${MAP_NAMES[encoding]}${at}, ${blockCount} ${keys}, ${size}${part}`;
}

function pagesIn(runs: PageRuns): number {
  let pages = 0;
  for (let i = 0; i < runs.length; i++) pages += runs.pages(i);
  return pages;
}

function subtreeLines(subtrees: readonly Subtree[]): string[] {
  if (subtrees.length === 0) return [];
  return columns([
    ['name', 'address', 'size', 'what'],
    ...subtrees.map(({ name, address, sizeBytes, state }) => [
      name,
      address === undefined ? '' : hexText(address),
      sizeBytes === undefined ? '' : sizeText(BigInt(sizeBytes)),
      whatText(state),
    ]),
  ]);
}

function whatText(state: Subtree['state']): string {
  switch (state.kind) {
    case 'fdt':
      return 'FDT';
    case 'struct':
      return `struct ${state.struct.name}`;
    case 'bytes':
      return 'bytes that nothing describes';
    case 'missing':
      return 'not in the image';
  }
}

/** Bytes that nothing describes, as many as fit in a few lines. */
const SHOWN_BYTES = 64;

function stateLines(
  { name, state }: Subtree,
  { image, release }: Handover,
  bindings: BindingSet,
): readonly string[] {
  switch (state.kind) {
    case 'missing':
      return [];
    case 'struct':
      return section(
        `${name}, struct ${state.struct.name}`,
        columns(
          state.fields.map((field) => [
            field.name,
            typeof field.value === 'string' ? quoted(field.value) : hexText(field.value),
            field.description,
          ]),
        ),
      );
    case 'bytes': {
      const shown = Array.from(state.bytes.subarray(0, SHOWN_BYTES), (byte) =>
        byte.toString(16).padStart(2, '0'),
      );
      const rows: string[] = [];
      for (let i = 0; i < shown.length; i += 16) rows.push(shown.slice(i, i + 16).join(' '));
      if (state.bytes.length > SHOWN_BYTES) rows.push('…');
      return section(name, rows);
    }
    case 'fdt': {
      const typeOf = createPrintTypes(bindings.preferring(release.name));
      const text = printDts(state.tree, { byteOrder: image.byteOrder, typeOf });
      const lines = text.split('\n').filter((line) => line !== '' && line !== '/dts-v1/;');
      const shown = lines.slice(0, MAX_FDT_LINES).map((line) => line.replaceAll('\t', '   '));
      const left = lines.length - shown.length;
      if (left > 0) shown.push(`… ${left} more lines`);
      return section(`${name}, FDT`, shown);
    }
  }
}

/** Text of a struct in quotes; what is not printable is escaped. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\u00ff]/g, (c) => {
    return `\\x${c.charCodeAt(0).toString(16)}`;
  });
}

function luoLines({ compatible, liveupdateNumber, sessions, flbs, isWhole }: LuoState): string[] {
  const part = isWhole ? '' : ', as far as it could be read';
  const lines = [`── LUO, ${compatible}, live update ${liveupdateNumber}${part}`];
  if (sessions.length === 0)
    lines.push(`${INDENT}no sessions (they are written when the kernel reboots)`);
  for (const { name, files } of sessions.slice(0, MAX_ENTRIES)) {
    lines.push(`${INDENT}session ${quoted(name)}, ${count(files.length, 'file', 'files')}`);
    const rows = files.slice(0, MAX_ENTRIES).map(fileRow);
    for (const line of columns(rows)) lines.push(`${INDENT}${INDENT}${line}`);
    lines.push(...more(files.length));
  }
  lines.push(...more(sessions.length));
  const rows = flbs.map((flb) => [
    `FLB ${quoted(flb.name)}`,
    `data ${hexText(flb.data)}`,
    `for ${count(Number(flb.count), 'file', 'files')}`,
  ]);
  return [...lines, ...columns(rows).map((line) => `${INDENT}${line}`)];
}

function more(length: number): string[] {
  return length > MAX_ENTRIES ? [`${INDENT}… ${length - MAX_ENTRIES} more`] : [];
}

/** F_SEAL_* of include/uapi/linux/fcntl.h. */
const SEALS = ['SEAL', 'SHRINK', 'GROW', 'WRITE', 'FUTURE_WRITE', 'EXEC'];

function fileRow({ token, compatible, data, memfd }: LuoFile): string[] {
  if (memfd === undefined)
    return [`token ${hexText(token)}`, quoted(compatible), hexText(data), ''];
  const seals = SEALS.filter((_, bit) => ((memfd.seals ?? 0) >> bit) & 1);
  const holes = memfd.holeCount === 0 ? '' : `, ${memfd.holeCount} holes`;
  const sealed = seals.length === 0 ? '' : `, seals ${seals.join(' ')}`;
  return [
    `token ${hexText(token)}`,
    compatible,
    `memfd at ${hexText(data)}`,
    `${roundSizeText(BigInt(memfd.sizeBytes))} in ${memfd.folioCount} folios${holes}${sealed}` +
      (memfd.isWhole ? '' : ', not whole'),
  ];
}

function areaLines(subtrees: readonly Subtree[]): string[] {
  const areas = subtrees.flatMap((each) => each.areas);
  return columns(
    areas.map(({ name, area }) => [
      name,
      `${count(area.totalPages, 'page', 'pages')} in ${area.blockCount} × order ${area.order}`,
      count(area.chunks.length, 'chunk', 'chunks'),
      area.isWhole ? '' : 'not whole',
    ]),
  );
}

function contentLines({ contents }: Handover): string[] {
  const rows = contents
    .slice(0, MAX_ENTRIES)
    .map(({ name, what, sizeBytes }) => [name, roundSizeText(BigInt(sizeBytes)), what]);
  return [...columns(rows), ...more(contents.length).map((line) => line.trim())];
}

function preservedLines({ preserved, image }: Handover): string[] {
  if (preserved === undefined || preserved.orders.length === 0) return [];
  const page = BigInt(image.pageSizeBytes);
  const rows = preserved.orders.map(({ order, blocks, pages }) => [
    String(order),
    sizeText(page << BigInt(order)),
    String(blocks),
    roundSizeText(BigInt(pages) * page),
  ]);
  return columns([['order', 'block', 'blocks', 'together'], ...rows]);
}

function rangeLines({ preserved, image }: Handover, maxRanges: number): string[] {
  if (preserved === undefined) return [];
  return runLines(preserved.blocks, image.pageSizeBytes, maxRanges);
}

function runLines(runs: PageRuns, pageBytes: number, maxRanges: number): string[] {
  const rows: string[][] = [];
  const page = BigInt(pageBytes);
  for (let i = 0; i < runs.length && i < maxRanges; i++) {
    const size = BigInt(runs.pages(i)) * page;
    const blocks = runs.pages(i) / 2 ** runs.tag(i);
    const of = Number.isInteger(blocks) && blocks > 1 ? `${blocks} blocks of ` : '';
    const range = rangeText(BigInt(runs.start(i)) * page, size);
    rows.push([range, roundSizeText(size), `${of}order ${runs.tag(i)}`]);
  }
  const lines = columns(rows);
  if (runs.length > maxRanges) lines.push(`… ${runs.length - maxRanges} more (--ranges)`);
  return lines;
}

function ownerLines({ owners, unclaimedPages, image }: Handover): string[] {
  if (owners.length === 0) return [];
  const size = (pages: number): string =>
    roundSizeText(BigInt(pages) * BigInt(image.pageSizeBytes));
  const rows: string[][] = [];
  const subsystems = subsystemsOf(owners);
  for (const { name, pages } of subsystems) {
    rows.push([name, size(pages)]);
    const parts = owners.filter((each) => subsystemOf(each) === name && each.pages > 0);
    if (parts.length > 1)
      for (const part of parts.slice(0, MAX_ENTRIES))
        rows.push([`${INDENT}${part.name === name ? '(itself)' : part.name}`, size(part.pages)]);
    rows.push(...more(parts.length).map((line) => [line]));
  }
  if (unclaimedPages > 0) rows.push(['(nobody)', size(unclaimedPages)]);
  return columns(rows);
}

function nodeLines({ nodePages, image }: Handover): string[] {
  return columns(
    [...(nodePages ?? [])].map(([id, pages]) => [
      `node ${id}`,
      roundSizeText(BigInt(pages) * BigInt(image.pageSizeBytes)),
    ]),
  );
}

function unclaimedLines({ unclaimed, image }: Handover, maxRanges: number): string[] {
  return unclaimed === undefined ? [] : runLines(unclaimed, image.pageSizeBytes, maxRanges);
}
