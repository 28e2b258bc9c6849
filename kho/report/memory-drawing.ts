// Physical memory as a picture made of characters.
import { hexText, sizeText } from '../describe/number.ts';
import type { Handover } from '../handover/decode.ts';
import { findRun, type PageRuns } from '../handover/page-runs.ts';
import type { PhysRange } from '../image/handover-image.ts';

const COLUMNS = 64;
const MAX_ROWS = 32;
/** What the cells mean, for the line under the picture. */
const LEGEND =
  '░▒▓█ preserved, a little to all of it   s scratch   ! preserved and scratch   ' +
  'm map   R root FDT   · other memory';
const SHADES = ['░', '▒', '▓', '█'];

/** Each line is an address and the memory from there; lines like the one before are left out. */
export function drawMemory(handover: Handover): string {
  const { image, preserved, root } = handover;
  const blocks = preserved?.blocks;
  const ram = image.ram ?? image.memory.ranges();
  const scratch = image.scratch ?? [];
  const end = endOf(blocks, [...ram, ...scratch], image.pageSizeBytes);
  if (end === 0) return 'nothing is known of the memory\n';
  const cellBytes = cellSize(end, image.pageSizeBytes);
  const cells = new Array<string>(Math.ceil(end / cellBytes)).fill(' ');
  const paint = (ranges: readonly PhysRange[], mark: (before: string) => string): void => {
    for (const { address, sizeBytes } of ranges) {
      const first = Math.floor(Number(address) / cellBytes);
      const last = Math.ceil(Number(address + sizeBytes) / cellBytes);
      for (let i = first; i < last && i < cells.length; i++) cells[i] = mark(cells[i] as string);
    }
  };
  paint(ram, () => '·');
  paint(scratch, () => 's');
  if (blocks !== undefined) shade(cells, blocks, cellBytes / image.pageSizeBytes);
  if (preserved !== undefined)
    paint(rangesOf(preserved.mapPages, image.pageSizeBytes), (before) =>
      SHADES.includes(before) ? before : 'm',
    );
  if (root?.address !== undefined)
    paint([{ address: BigInt(root.address), sizeBytes: 1n }], () => 'R');
  return `${[...rows(cells, cellBytes), '', legendText(cellBytes)].join('\n')}\n`;
}

function legendText(cellBytes: number): string {
  return `each character is ${sizeText(BigInt(cellBytes))}\n${LEGEND}`;
}

function endOf(
  blocks: PageRuns | undefined,
  ranges: readonly PhysRange[],
  pageBytes: number,
): number {
  const ends = ranges.map(({ address, sizeBytes }) => Number(address + sizeBytes));
  const last = (blocks?.length ?? 0) - 1;
  if (blocks !== undefined && last >= 0)
    ends.push((blocks.start(last) + blocks.pages(last)) * pageBytes);
  return ends.reduce((most, each) => Math.max(most, each), 0);
}

/** A power of two, so that lines begin at round addresses. */
function cellSize(end: number, pageBytes: number): number {
  let size = pageBytes;
  while (size * COLUMNS * MAX_ROWS < end) size *= 2;
  return size;
}

function shade(cells: string[], blocks: PageRuns, cellPages: number): void {
  for (const [i, before] of cells.entries()) {
    const share = pagesBetween(blocks, i * cellPages, (i + 1) * cellPages) / cellPages;
    if (share === 0) continue;
    const shadeIndex = Math.min(SHADES.length - 1, Math.floor(share * SHADES.length));
    cells[i] = before === 's' ? '!' : (SHADES[shadeIndex] as string);
  }
}

function pagesBetween(blocks: PageRuns, first: number, end: number): number {
  let pages = 0;
  for (let i = Math.max(0, findRun(blocks, first)); i < blocks.length; i++) {
    if (blocks.start(i) >= end) break;
    const from = Math.max(first, blocks.start(i));
    const to = Math.min(end, blocks.start(i) + blocks.pages(i));
    if (to > from) pages += to - from;
  }
  return pages;
}

function rangesOf(runs: PageRuns, pageBytes: number): PhysRange[] {
  return Array.from({ length: runs.length }, (_, i) => ({
    address: BigInt(runs.start(i)) * BigInt(pageBytes),
    sizeBytes: BigInt(runs.pages(i)) * BigInt(pageBytes),
  }));
}

function rows(cells: readonly string[], cellBytes: number): string[] {
  const lines: string[] = [];
  const last = hexText((cells.length - 1) * cellBytes).length;
  let before: string | undefined;
  let isLeftOut = false;
  for (let i = 0; i < cells.length; i += COLUMNS) {
    const text = cells.slice(i, i + COLUMNS).join('');
    const isLast = i + COLUMNS >= cells.length;
    if (text === before && !isLast) {
      if (!isLeftOut) lines.push(`${' '.repeat(last)}  ⋮`);
      isLeftOut = true;
      continue;
    }
    lines.push(`${hexText(i * cellBytes).padStart(last)}  ${text}`.trimEnd());
    before = text;
    isLeftOut = false;
  }
  return lines;
}
