// Damage to the memory of a handover: pointers that lead elsewhere, pages that are missing, and
// what is said of the machine.
import {
  type HandoverImage,
  type MemoryPiece,
  type PhysRange,
  RELEASES,
  sparseMemory,
} from '../../kho/index.ts';
import { damageInPlace, INTERESTING, putInteger } from './damage-bytes.ts';
import type { Random } from './random.ts';
import type { ImageSeed } from './seeds.ts';

const EDITS_MAX = 5;

/** A word of a piece that holds the address of something in the image. */
interface Pointer {
  readonly piece: number;
  readonly offset: number;
}

const pointersOf = new WeakMap<ImageSeed, readonly Pointer[]>();

/** A copy of the handover with some of it changed. */
export function damageImage(seed: ImageSeed, random: Random): ImageSeed {
  const pieces: MemoryPiece[] = [...seed.pieces];
  const pointers = knownPointers(seed);
  for (let edits = 1 + random.below(EDITS_MAX); edits > 0 && pieces.length > 0; edits--)
    damagePieces(pieces, pointers, seed.image, random);
  const said = random.oneIn(3) ? damageFacts(seed.image, pieces, random) : seed.image;
  return { image: { ...said, memory: sparseMemory(pieces) }, pieces };
}

function damagePieces(
  pieces: MemoryPiece[],
  pointers: readonly Pointer[],
  { byteOrder }: HandoverImage,
  random: Random,
): void {
  const at = random.below(pieces.length);
  const other = random.below(pieces.length);
  const choice = random.below(12);
  if (choice < 5 && pointers.length > 0) {
    const { piece, offset } = random.pick(pointers);
    const view = ownedView(pieces, piece);
    if (view === undefined || offset + 8 > view.byteLength) return;
    const address = addressOfChoice(pieces, pointers, piece, byteOrder === 'little', random);
    view.setBigUint64(offset, BigInt.asUintN(64, address), byteOrder === 'little');
  } else if (choice < 9) {
    const view = ownedView(pieces, at);
    if (view === undefined) return;
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    if (choice === 8 && bytes.length > 8)
      putInteger(bytes, 8 * random.below(4), random.pick(INTERESTING), random);
    else damageInPlace(bytes, random);
  } else if (choice === 9) {
    pieces.splice(at, 1);
  } else if (choice === 10) {
    const { address, bytes } = pieces[at] as MemoryPiece;
    pieces[at] = { address, bytes: bytes.slice(0, random.below(bytes.length + 1)) };
  } else {
    const { address } = pieces[at] as MemoryPiece;
    pieces[at] = { address, bytes: (pieces[other] as MemoryPiece).bytes };
  }
}

/** Pieces are shared between cases: one that is written to is copied before. */
function ownedView(pieces: MemoryPiece[], index: number): DataView | undefined {
  const piece = pieces[index];
  if (piece === undefined) return undefined;
  const bytes = piece.bytes.slice();
  pieces[index] = { ...piece, bytes };
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Where another pointer leads, to its own page, to some page, beside one, or nowhere. */
function addressOfChoice(
  pieces: readonly MemoryPiece[],
  pointers: readonly Pointer[],
  from: number,
  little: boolean,
  random: Random,
): bigint {
  const some = (random.pick(pieces) as MemoryPiece).address;
  switch (random.below(6)) {
    case 0:
    case 1: {
      const { piece, offset } = random.pick(pointers);
      const bytes = pieces[piece]?.bytes;
      if (bytes === undefined || offset + 8 > bytes.length) return some;
      return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(offset, little);
    }
    case 2:
      return pieces[from]?.address ?? some;
    case 3:
      return some + random.pick([0n, 1n, 8n, 16n, 64n, 4096n, -8n, -4096n]);
    case 4:
      return random.pick(INTERESTING);
    default:
      return some;
  }
}

/** Every aligned word that is the address of a byte in a piece, by where it was in the seed. */
function knownPointers(seed: ImageSeed): readonly Pointer[] {
  const known = pointersOf.get(seed);
  if (known !== undefined) return known;
  const { pieces, image } = seed;
  const pages = new Set(pieces.map(({ address }) => address));
  const found: Pointer[] = [];
  for (const [piece, { bytes }] of pieces.entries()) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let offset = 0; offset + 8 <= bytes.length; offset += 4)
      if (pages.has(view.getBigUint64(offset, image.byteOrder === 'little')))
        found.push({ piece, offset });
  }
  pointersOf.set(seed, found);
  return found;
}

/** Other words about the machine than are true. */
function damageFacts(
  image: HandoverImage,
  pieces: readonly MemoryPiece[],
  random: Random,
): HandoverImage {
  const ranges = (from: readonly PhysRange[] = []): readonly PhysRange[] =>
    Array.from({ length: random.below(5) }, (_, i) => {
      const known = from[i];
      if (known !== undefined && random.oneIn(2)) return known;
      return { address: random.pick(INTERESTING), sizeBytes: random.pick(INTERESTING) };
    }).sort((a, b) => (a.address < b.address ? -1 : 1));
  switch (random.below(7)) {
    case 0:
      return { ...image, byteOrder: image.byteOrder === 'little' ? 'big' : 'little' };
    case 1:
      return { ...image, pageSizeBytes: random.pick([4096, 16384, 65536]) };
    case 2:
      return { ...image, release: random.pick(RELEASES).name };
    case 3:
      return { ...image, scratch: ranges(image.scratch) };
    case 4:
      return { ...image, ram: ranges(image.ram) };
    case 5:
      return { ...image, numaNodes: [0, 1, 1].map((id) => ({ id, ranges: ranges(image.ram) })) };
    default: {
      const at = pieces.length > 0 ? random.pick(pieces).address : 0n;
      const address = random.pick([at, at + 8n, random.pick(INTERESTING)]);
      const isFile = random.oneIn(4);
      const bytes = pieces[0]?.bytes ?? new Uint8Array();
      const rootFdt = isFile
        ? ({ kind: 'file', bytes } as const)
        : ({ kind: 'in-memory', address, sizeBytes: random.pick(INTERESTING) } as const);
      return { ...image, rootFdt };
    }
  }
}
