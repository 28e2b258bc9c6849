// Opening what `kho inspect` takes: a core file of memory, or a folder of what kernels show.
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ByteOrder, Issue } from '../fdt/index.ts';
import {
  type Architecture,
  type BindingSet,
  type Candidate,
  decodeHandover,
  type ElfCore,
  type Handover,
  type HandoverImage,
  hexText,
  type KernelFilesImage,
  locateHandover,
  type NumaNode,
  type PhysRange,
  type Release,
  readElfCore,
  readKernelFiles,
} from '../kho/index.ts';
import { type FileSource, openByteSource } from './image-file.ts';
import { readInput, UnusableInput } from './input.ts';

/** What nobody but the user may know of an image. */
export interface ImageOptions {
  /** Address of the root FDT; it is searched for if absent. */
  readonly root?: bigint;
  readonly scratch?: readonly PhysRange[];
  readonly ram?: readonly PhysRange[];
  readonly numa?: readonly NumaNode[];
  readonly pageSizeBytes?: number;
  readonly architecture: Architecture;
  readonly endian: ByteOrder;
}

/** An image and what it is called. */
export interface OpenedImage {
  readonly title: string;
  /** What places in its physical memory begin with. */
  readonly path: string;
  readonly image: HandoverImage;
  /** Found while it was opened. */
  readonly issues: readonly Issue[];
  readonly looseBlobs?: NonNullable<KernelFilesImage['looseBlobs']>;
}

export interface OpenedImages {
  readonly images: readonly OpenedImage[];
  close(): void;
}

/**
 * The images at `named`: one for a core file, one for each side of a folder.
 * @throws UnusableInput when there is none.
 */
export async function openImages(named: string, options: ImageOptions): Promise<OpenedImages> {
  const path = named.replace(/(?<=.)\/+$/, '');
  if (isFolder(path)) return { images: openFolder(path, options), close: () => {} };
  if (startsWith(path, FDT_MAGIC)) return { images: openFdt(path, options), close: () => {} };
  const source = await openByteSource(path);
  try {
    return { images: [openCore(source, path, options)], close: () => source.close() };
  } catch (error) {
    source.close();
    throw error;
  }
}

/** Decodes an opened image; the issues of opening it come first. */
export function decodeOpened(
  { image, path, issues, looseBlobs }: OpenedImage,
  bindings: BindingSet,
  release: Release | undefined,
): Handover {
  const handover = decodeHandover(image, {
    bindings,
    path,
    ...(release === undefined ? {} : { release }),
    ...(looseBlobs === undefined ? {} : { looseBlobs }),
  });
  return { ...handover, issues: [...issues, ...handover.issues] };
}

/** True for what openImages() opens and other commands do not read as a whole. */
export function isImage(path: string): boolean {
  return !isFolder(path) && IMAGE_MAGICS.some((magic) => startsWith(path, magic));
}

const IMAGE_MAGICS = [
  [0x7f, 0x45, 0x4c, 0x46],
  [0x1f, 0x8b],
];
const FDT_MAGIC = [0xd0, 0x0d, 0xfe, 0xed];

function startsWith(path: string, magic: readonly number[]): boolean {
  if (path === '-') return false;
  const start = readInput(path, magic.length);
  return magic.every((byte, i) => start[i] === byte);
}

const DEFAULT_PAGE_BYTES = 4096;

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function openCore(source: FileSource, path: string, options: ImageOptions): OpenedImage {
  const { value: core, issues } = readElfCore(source, path);
  const found = [...source.issues, ...issues];
  const [first] = found;
  if (core === undefined) {
    const help = first?.help === undefined ? '' : `; ${first.help}`;
    throw new UnusableInput(`${path}: ${first?.message ?? 'is no image'}${help}`);
  }
  const { root, scratch, ram, numa } = options;
  const pageSizeBytes = options.pageSizeBytes ?? core.pageSizeBytes ?? DEFAULT_PAGE_BYTES;
  const located = root === undefined ? locate(core, path, pageSizeBytes) : undefined;
  const rootFdt = located?.rootFdt ?? { address: root ?? 0n, sizeBytes: BigInt(pageSizeBytes) };
  const image: HandoverImage = {
    memory: core.memory,
    rootFdt: { kind: 'in-memory', ...rootFdt },
    scratch: scratch ?? located?.scratch,
    ...(located?.memCache === undefined ? {} : { memCache: located.memCache }),
    ...(located?.scratchArray === undefined ? {} : { scratchArray: located.scratchArray }),
    ...(ram === undefined ? {} : { ram }),
    ...(numa === undefined ? {} : { numaNodes: numa }),
    architecture: core.architecture,
    byteOrder: core.byteOrder,
    pageSizeBytes,
  };
  return { title: path, path, image, issues: [...found, ...(located?.issues ?? [])] };
}

function locate(
  { memory, byteOrder }: ElfCore,
  path: string,
  pageBytes: number,
): Omit<Candidate, 'score' | 'why'> & { readonly issues: readonly Issue[] } {
  const candidates = locateHandover(memory, { byteOrder, pageBytes });
  const [best, ...others] = candidates;
  if (best === undefined)
    throw new UnusableInput(
      `${path}: there is no root FDT of a handover in it; ` +
        'if its memory is there, --root ADDRESS says where',
    );
  const issues = others.slice(0, MAX_OTHERS).map(
    ({ rootFdt, why }): Issue => ({
      rule: 'image-several-roots',
      severity: 'info',
      message:
        `there is another root FDT at ${hexText(rootFdt.address)} (${why}); ` +
        `${hexText(best.rootFdt.address)} is taken (${best.why})`,
      help: `--root ${hexText(rootFdt.address)} takes the other one`,
      blob: { path, offset: Number(rootFdt.address), lengthBytes: 0 },
    }),
  );
  return { ...best, issues };
}

/** Other root FDTs that are told. */
const MAX_OTHERS = 5;

/** A root FDT alone: what it names is missing. */
function openFdt(path: string, options: ImageOptions): readonly OpenedImage[] {
  return openFiles(dirname(path), new Map([['fdt', readInput(path)]]), options);
}

/** Files of a folder that are read. */
const MAX_FILES = 10_000;

function openFolder(path: string, options: ImageOptions): readonly OpenedImage[] {
  const files = new Map<string, Uint8Array>();
  const walk = (folder: string, prefix: string, depth: number): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const name = `${prefix}${entry.name}`;
      const file = join(folder, entry.name);
      if (entry.isDirectory() && depth > 0) walk(file, `${name}/`, depth - 1);
      else if (entry.isFile() && files.size < MAX_FILES) files.set(name, readInput(file));
    }
  };
  walk(path, '', 3);
  return openFiles(path, files, options);
}

function openFiles(
  path: string,
  files: ReadonlyMap<string, Uint8Array>,
  options: ImageOptions,
): readonly OpenedImage[] {
  const found = readKernelFiles(files, {
    byteOrder: options.endian,
    pageSizeBytes: options.pageSizeBytes ?? DEFAULT_PAGE_BYTES,
    architecture: options.architecture,
    path,
  });
  if (found.length === 0)
    throw new UnusableInput(
      `${path}: is no copy of /sys/kernel/debug/kho: ` +
        'it has neither in/ nor out/ with fdt or sub_fdts/',
    );
  const { scratch, ram, numa } = options;
  return found.map(({ side, path: own, image, looseBlobs, issues }) => ({
    path: own,
    title: `${path}, what the kernel ${side === 'in' ? 'was handed' : 'hands over'}`,
    image: {
      ...image,
      scratch: scratch ?? image.scratch,
      ...(ram === undefined ? {} : { ram }),
      ...(numa === undefined ? {} : { numaNodes: numa }),
    },
    issues,
    ...(looseBlobs === undefined ? {} : { looseBlobs }),
  }));
}
