// What user space sees of a handover: a copy of /sys/kernel/debug/kho, or of the seed's files in
// /sys/kernel/kho and /sys/firmware/kho. Blobs and addresses, but no memory around them.
import { type ByteOrder, getUint, type Issue, propertyOf, readFdt } from '../../fdt/index.ts';
import { KERNEL_DEFECT } from '../handover/rules.ts';
import type { HandoverImage, PhysRange } from './handover-image.ts';
import { type MemoryPiece, sparseMemory } from './sparse-memory.ts';

/** Files by their path from the folder, `/` between names: `out/sub_fdts/LUO`. */
export type KernelFiles = ReadonlyMap<string, Uint8Array>;

/** One side of a kernel's files: what it was handed, or what it hands over. */
export interface KernelFilesImage {
  readonly side: 'in' | 'out';
  /** The folder of that side. */
  readonly path: string;
  readonly image: HandoverImage;
  /** Present if the root FDT cannot be read: blobs whose address nobody knows then. */
  readonly looseBlobs?: ReadonlyMap<string, Uint8Array>;
  readonly issues: readonly Issue[];
}

/** Facts that the files do not tell. */
export interface KernelFilesOptions {
  readonly byteOrder: ByteOrder;
  readonly pageSizeBytes: number;
  readonly architecture: HandoverImage['architecture'];
  /** What the places of issues call the folder. */
  readonly path: string;
}

const SUBTREE_FOLDERS = 'sub_fdts/';

/** The images that a folder's files hold, the incoming one first; none if it is no such folder. */
export function readKernelFiles(
  files: KernelFiles,
  options: KernelFilesOptions,
): readonly KernelFilesImage[] {
  const seedIn = files.get('firmware/kho/dt');
  if (files.has('dt') || files.has('dt_max') || seedIn !== undefined)
    return readSeedFiles(files, options);
  const isSide = files.has('fdt') || [...files.keys()].some((name) => name.startsWith('sub_fdts/'));
  const sides = isSide ? [['', sideOf(options.path)] as const] : SIDES;
  return sides.flatMap(([folder, side]) => {
    const own = below(files, folder);
    const hasBlobs = [...own.keys()].some((name) => name === 'fdt' || isSubtree(name));
    const path = folder === '' ? options.path : `${options.path}/${side}`;
    return hasBlobs ? [readSide(own, side, files, { ...options, path })] : [];
  });
}

const SIDES = [
  ['in/', 'in'],
  ['out/', 'out'],
] as const;

/** A copied `in` or `out` folder may be named as such. */
function sideOf(path: string): 'in' | 'out' {
  return /(^|\/)in\/?$/.test(path) ? 'in' : 'out';
}

function below(files: KernelFiles, folder: string): KernelFiles {
  return new Map(
    [...files]
      .filter(([name]) => name.startsWith(folder))
      .map(([name, bytes]) => [name.slice(folder.length), bytes]),
  );
}

function isSubtree(name: string): boolean {
  return name.startsWith(SUBTREE_FOLDERS);
}

function readSide(
  own: KernelFiles,
  side: 'in' | 'out',
  all: KernelFiles,
  options: KernelFilesOptions,
): KernelFilesImage {
  const { byteOrder, architecture, pageSizeBytes, path } = options;
  const issues: Issue[] = [];
  const defect = (file: string, message: string): void => {
    const blob = { path: `${path}/${file}`, offset: 0, lengthBytes: 0 };
    issues.push({ rule: KERNEL_DEFECT.name, severity: KERNEL_DEFECT.severity, message, blob });
  };
  const blobs = new Map(
    [...own]
      .filter(([name]) => isSubtree(name))
      .map(([name, bytes]) => [name.slice(SUBTREE_FOLDERS.length), bytes]),
  );
  const luo = blobs.get('LUO');
  if (side === 'in' && luo !== undefined && !isLuo(luo)) {
    blobs.delete('LUO');
    defect('sub_fdts/LUO', LUO_DEFECT);
  }
  let fdt = own.get('fdt');
  if (side === 'out' && fdt === undefined) defect('fdt', MISSING_DEFECT);
  else if (side === 'out' && fdt !== undefined && totalSizeOf(fdt) > fdt.length) {
    defect('fdt', `${TRUNCATED_DEFECT}: ${fdt.length} of ${totalSizeOf(fdt)} bytes are there`);
    fdt = undefined;
  }
  const scratch = scratchOf(own) ?? scratchOf(below(all, 'out/'));
  const image: HandoverImage = {
    memory: sparseMemory(fdt === undefined ? [] : placed(fdt, blobs, byteOrder)),
    rootFdt: { kind: 'file', bytes: fdt ?? new Uint8Array() },
    scratch,
    architecture,
    byteOrder,
    pageSizeBytes,
  };
  const known = { side, path, image, issues };
  return fdt === undefined ? { ...known, looseBlobs: blobs } : known;
}

const LUO_DEFECT =
  'the kernel has freed the blob of LUO before it made this file: what is in it is of no use ' +
  '(luo_early_startup() of kernel/liveupdate/luo_core.c); LUO is read from a dump of memory only';
const MISSING_DEFECT =
  'the kernel makes no out/fdt after a KHO boot (kho_init() of ' +
  'kernel/liveupdate/kexec_handover.c): where the blobs are is not known';
const TRUNCATED_DEFECT =
  'the kernel cuts out/fdt at the size it had at boot (kho_init() of ' +
  'kernel/liveupdate/kexec_handover.c)';

function isLuo(blob: Uint8Array): boolean {
  const text = String.fromCharCode(...blob.subarray(0, 4));
  return text === 'luo-' || totalSizeOf(blob) > 0;
}

/** From the header of an FDT; 0 if it is none. */
function totalSizeOf(blob: Uint8Array): number {
  if (blob.length < 8 || getUint(blob, 0, 32, 'big') !== 0xd00dfeedn) return 0;
  return Number(getUint(blob, 4, 32, 'big'));
}

/** The blobs at the addresses that the root FDT says. */
function placed(
  fdt: Uint8Array,
  blobs: ReadonlyMap<string, Uint8Array>,
  byteOrder: ByteOrder,
): readonly MemoryPiece[] {
  const root = readFdt(fdt).value?.root;
  return [...(root?.children ?? [])].flatMap((node) => {
    const bytes = blobs.get(node.name);
    const value = (propertyOf(node, 'preserved-data') ?? propertyOf(node, 'fdt'))?.value;
    if (bytes === undefined || value?.length !== 8) return [];
    return [{ address: getUint(value, 0, 64, byteOrder), bytes }];
  });
}

/** One number in hexadecimal a line; both files have as many lines. */
function scratchOf(files: KernelFiles): readonly PhysRange[] | undefined {
  const addresses = numbersIn(files.get('scratch_phys'));
  const sizes = numbersIn(files.get('scratch_len'));
  if (addresses === undefined || sizes === undefined || addresses.length !== sizes.length)
    return undefined;
  return addresses.map((address, i) => ({ address, sizeBytes: sizes[i] as bigint }));
}

function numbersIn(bytes: Uint8Array | undefined): readonly bigint[] | undefined {
  if (bytes === undefined) return undefined;
  const lines = String.fromCharCode(...bytes.subarray(0, 65536)).split('\n');
  const numbers = lines.map((line) => line.trim()).filter((line) => line !== '');
  return numbers.every((each) => /^(0x[0-9a-f]{1,16}|\d{1,19})$/i.test(each))
    ? numbers.map((each) => BigInt(each))
    : undefined;
}

/** /sys/kernel/kho (`dt`, `scratch_phys`, …) and /sys/firmware/kho (`firmware/kho/dt`). */
function readSeedFiles(
  files: KernelFiles,
  { byteOrder, architecture, pageSizeBytes, path }: KernelFilesOptions,
): readonly KernelFilesImage[] {
  const scratch = scratchOf(files);
  return (
    [
      ['in', files.get('firmware/kho/dt')],
      ['out', files.get('dt')],
    ] as const
  ).flatMap(([side, fdt]) => {
    if (fdt === undefined) return [];
    const image: HandoverImage = {
      memory: sparseMemory([]),
      rootFdt: { kind: 'file', bytes: fdt },
      scratch,
      architecture,
      byteOrder,
      pageSizeBytes,
    };
    return [{ side, path, image, issues: [] }];
  });
}
