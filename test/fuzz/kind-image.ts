// Handovers in memory, in cores and in folders of files: located, decoded, read and shown.
import assert from 'node:assert/strict';
import {
  bytesSource,
  decodeHandover,
  formatHandover,
  type HandoverImage,
  handoverToJson,
  type KernelFiles,
  locateHandover,
  readElfCore,
  readKernelFiles,
} from '../../kho/index.ts';
import { SHIPPED } from '../kho/shipped-bindings.ts';
import { coreOf } from './core.ts';
import { damageBytes, damageInPlace, INTERESTING, putInteger } from './damage-bytes.ts';
import { damageImage } from './damage-image.ts';
import { type FuzzKind, fuzzKind } from './kind.ts';
import { checkIssue } from './kind-source.ts';
import type { Random } from './random.ts';
import { BLOBS, IMAGES, type ImageSeed } from './seeds.ts';

/** Of each content, at its beginning and at its end. */
const READ_BYTES = 10_000;
const CONTENTS_READ_MAX = 50;
/** Candidates of one core that are decoded. */
const CANDIDATES_MAX = 3;

export const IMAGE: FuzzKind = fuzzKind({
  name: 'image',
  share: 22,
  make: (random): ImageSeed => damageImage(random.pick(IMAGES), random),
  run({ image }) {
    exerciseImage(image);
  },
  files: ({ image, pieces }) => new Map([['.elf', coreOf(pieces, image)]]),
});

export const CORE: FuzzKind = fuzzKind({
  name: 'core',
  share: 7,
  make: (random) => {
    const seed = random.pick(IMAGES);
    const { image, pieces } = random.oneIn(2) ? damageImage(seed, random) : seed;
    return { core: damageCore(coreOf(pieces, image), random), image };
  },
  run({ core, image }) {
    const { value, issues } = readElfCore(bytesSource(core), 'fuzzed.elf');
    for (const issue of issues) checkIssue(issue);
    assert.ok(value !== undefined || issues.length > 0, 'a core that is refused says why');
    if (value === undefined) return;
    const { memory, byteOrder, architecture, ram } = value;
    const pageSizeBytes = image.pageSizeBytes;
    const found = locateHandover(memory, { byteOrder, pageBytes: pageSizeBytes });
    for (const { rootFdt, scratch } of found.slice(0, CANDIDATES_MAX)) {
      const root = { kind: 'in-memory', ...rootFdt } as const;
      const facts = { memory, byteOrder, architecture, ram, pageSizeBytes, scratch };
      exerciseImage({ ...facts, rootFdt: root });
    }
  },
  files: ({ core }) => new Map([['.elf', core]]),
});

function damageCore(core: Uint8Array, random: Random): Uint8Array {
  const damaged = random.oneIn(4) ? core.slice(0, random.below(core.length + 1)) : core.slice();
  const headers = damaged.subarray(0, 4096);
  for (let edits = random.below(6); edits > 0; edits--)
    if (random.oneIn(2)) damageInPlace(headers, random);
    else putInteger(headers, random.below(2000), random.pick(INTERESTING), random);
  return damaged;
}

export const FILES: FuzzKind = fuzzKind({
  name: 'files',
  share: 5,
  make: (random) => {
    const files = new Map<string, Uint8Array>();
    for (const name of FILE_NAMES) if (!random.oneIn(3)) files.set(name, fileOf(name, random));
    if (!random.oneIn(4)) for (const name of SEED_FILE_NAMES) files.delete(name);
    return { files: files as KernelFiles, path: random.pick(['in', 'x/out', '', '/']) };
  },
  run({ files, path }) {
    const images = readKernelFiles(files, {
      byteOrder: 'little',
      pageSizeBytes: 4096,
      architecture: 'x86_64',
      path,
    });
    for (const { image, looseBlobs, issues } of images) {
      for (const issue of issues) checkIssue(issue);
      exerciseImage(image, looseBlobs);
    }
  },
  files: ({ files }) => new Map([...files].map(([name, bytes]) => [`/${name}`, bytes])),
});

const SIDES = ['', 'in/', 'out/'];
const SEED_FILE_NAMES = ['dt', 'dt_max', 'firmware/kho/dt'];
const FILE_NAMES = [
  ...SEED_FILE_NAMES,
  ...SIDES.flatMap((side) =>
    ['fdt', 'sub_fdts/LUO', 'sub_fdts/memblock', 'scratch_phys', 'scratch_len'].map(
      (name) => `${side}${name}`,
    ),
  ),
];

function fileOf(name: string, random: Random): Uint8Array {
  const isText = /scratch_|dt_max/.test(name);
  const text = (): string =>
    Array.from(
      { length: random.below(5) },
      () => `0x${random.pick(INTERESTING).toString(16)}\n`,
    ).join('');
  const whole = isText ? Buffer.from(text()) : blobOf(name, random);
  return random.oneIn(3) ? whole : damageBytes(whole, BLOBS, random);
}

/** The root FDT or a page of some handover; addresses of several do not match, and some do. */
function blobOf(name: string, random: Random): Uint8Array {
  const [seed] = IMAGES.slice(random.below(3));
  const { image, pieces } = random.oneIn(2) && seed !== undefined ? seed : random.pick(IMAGES);
  const root = image.rootFdt.kind === 'in-memory' ? image.rootFdt.address : 0n;
  if (/fdt$|dt$/.test(name))
    return pieces.find(({ address }) => address === root)?.bytes ?? new Uint8Array();
  return random.oneIn(2) ? random.pick(pieces).bytes : random.pick(BLOBS);
}

/** Everything that is done with a handover, whatever it came from. */
function exerciseImage(image: HandoverImage, looseBlobs?: ReadonlyMap<string, Uint8Array>): void {
  const loose = looseBlobs === undefined ? {} : { looseBlobs };
  const handover = decodeHandover(image, { bindings: SHIPPED, ...loose });
  for (const issue of handover.issues) checkIssue(issue);
  for (const content of handover.contents.slice(0, CONTENTS_READ_MAX)) {
    assert.ok(content.sizeBytes >= 0, `${content.name} has ${content.sizeBytes} bytes`);
    for (const offset of [0, Math.max(0, content.sizeBytes - READ_BYTES), content.sizeBytes]) {
      const bytes = content.read(offset, READ_BYTES);
      const most = Math.min(READ_BYTES, content.sizeBytes - offset);
      assert.ok(bytes === undefined || bytes.length === most, `${content.name} at ${offset}`);
    }
  }
  const owned = handover.owners.reduce((sum, { pages }) => sum + pages, 0);
  const preserved = handover.preserved?.pageCount ?? 0;
  assert.ok(owned + handover.unclaimedPages <= preserved, `${owned} of ${preserved} pages`);
  assert.equal(typeof JSON.stringify(handoverToJson(handover, 100)), 'string');
  assert.equal(typeof formatHandover(handover, TEXT_OPTIONS), 'string');
}

const TEXT_OPTIONS = { bindings: SHIPPED, title: 'fuzzed', maxRanges: 100 };
