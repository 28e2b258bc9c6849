// What damage begins with: inputs that are right, or wrong in one way.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { compileDts, parseDts, writeFdt } from '../../fdt/index.ts';
import { type HandoverImage, type MemoryPiece, RELEASES, sparseMemory } from '../../kho/index.ts';
import { buildHandover } from '../kho/handover-builder.ts';
import { BINDING_SOURCES, SHIPPED } from '../kho/shipped-bindings.ts';

/** A handover and the memory that it is made of. */
export interface ImageSeed {
  readonly image: HandoverImage;
  readonly pieces: readonly MemoryPiece[];
}

const PAGES = readdirSync('docs/rules')
  .filter((file) => file.endsWith('.md'))
  .sort()
  .map((file) => readFileSync(`docs/rules/${file}`, 'utf8'));

const SOURCE_FILES = readdirSync('examples', { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.dts') && !file.includes('node_modules'))
  .sort()
  .map((file) => readFileSync(path.join('examples', file), 'utf8'));

/** Sources of KHO trees: the examples, and all that the pages of the rules show. */
export const SOURCES: readonly string[] = [...SOURCE_FILES, ...fenced(/^```kho[^\n]*\n/)];

/** Bindings: those that ship, and all that the pages of the rules show. */
export const BINDINGS: readonly string[] = [
  ...BINDING_SOURCES.map(({ text }) => text),
  ...fenced(/^```yaml[^\n]*\n/),
];

function fenced(start: RegExp): readonly string[] {
  return PAGES.flatMap((page) => page.match(/^```\w[^\n]*\n[\s\S]*?^```$/gm) ?? [])
    .filter((block) => start.test(block))
    .map((block) => block.replace(start, '').replace(/```$/, ''));
}

/** The sources as blobs, in either byte order. */
export const BLOBS: readonly Uint8Array[] = SOURCES.flatMap((text, i) => {
  const byteOrder = i % 4 === 0 ? 'big' : 'little';
  const parsed = parseDts({ path: 'seed.dts', text });
  const { value } = compileDts(parsed.value, { byteOrder, layoutOf: SHIPPED.layoutOf });
  return [writeFdt(value)];
});

const MACHINES = [
  { pageBytes: 4096, byteOrder: 'little' },
  { pageBytes: 4096, byteOrder: 'little' },
  { pageBytes: 16384, byteOrder: 'little' },
  { pageBytes: 4096, byteOrder: 'big' },
] as const;

/** A handover of every release that points to its blobs, on several machines, and older ones. */
export const IMAGES: readonly ImageSeed[] = [
  ...RELEASES.filter(({ subtrees }) => subtrees.kind === 'by-reference').flatMap((release) =>
    MACHINES.map((machine) => buildHandover({ release, ...machine })),
  ),
  ...['luo-v2', 'luo-v3', 'luo-v4'].flatMap((luo) =>
    RELEASES.filter(({ name }) => name === '7.2').map((release) => buildHandover({ release, luo })),
  ),
  ...SOURCE_FILES.map(inlineImage),
];

/** A handover of the series before 6.16: one FDT with everything in it. */
function inlineImage(text: string): ImageSeed {
  const parsed = parseDts({ path: 'seed.dts', text });
  const options = { byteOrder: 'little', layoutOf: SHIPPED.layoutOf } as const;
  const bytes = writeFdt(compileDts(parsed.value, options).value);
  const pieces = [{ address: 0x10_0000n, bytes }];
  const image: HandoverImage = {
    memory: sparseMemory(pieces),
    rootFdt: { kind: 'in-memory', address: 0x10_0000n, sizeBytes: BigInt(bytes.length) },
    scratch: [{ address: 0x100_0000n, sizeBytes: 0x100_0000n }],
    ram: [{ address: 0n, sizeBytes: 1n << 32n }],
    architecture: 'x86_64',
    byteOrder: 'little',
    pageSizeBytes: 4096,
  };
  return { image, pieces };
}
