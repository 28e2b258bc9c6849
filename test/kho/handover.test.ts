// Handovers of every release, built as a kernel would and decoded again.
import assert from 'node:assert/strict';
import test from 'node:test';
import { hasErrors } from '../../fdt/index.ts';
import { bytesSource } from '../../kho/image/byte-source.ts';
import {
  decodeHandover,
  elfCoreHeader,
  type Handover,
  type HandoverImage,
  KHO_BLOCK_HEADER_SER,
  locateHandover,
  type MemoryPiece,
  RELEASES,
  type Release,
  readElfCore,
  releaseNamed,
  sparseMemory,
} from '../../kho/index.ts';
import { type BuiltHandover, buildHandover, type HandoverPlan } from './handover-builder.ts';
import { LIVEUPDATE_NUMBER, SESSIONS, type SessionPlan } from './luo-builder.ts';
import { SHIPPED } from './shipped-bindings.ts';

const WITH_BLOBS = RELEASES.filter(({ subtrees }) => subtrees.kind === 'by-reference');
const MACHINES = ([4096, 16384, 65536] as const).flatMap((pageBytes) =>
  (['little', 'big'] as const).map((byteOrder) => ({ pageBytes, byteOrder })),
);

function named(name: string): Release {
  const release = releaseNamed(name);
  assert.ok(release !== undefined, name);
  return release;
}

function decode(image: HandoverImage): Handover {
  return decodeHandover(image, { bindings: SHIPPED });
}

function describe({ issues }: Pick<Handover, 'issues'>): readonly string[] {
  return issues.map(({ rule, message }) => `${rule}: ${message}`);
}

/** The image with `change` made to a copy of its memory. */
function changed(built: BuiltHandover, change: (pieces: MemoryPiece[]) => void): HandoverImage {
  const pieces = built.pieces.map(({ address, bytes }) => ({ address, bytes: bytes.slice() }));
  change(pieces);
  return { ...built.image, memory: sparseMemory(pieces) };
}

/** The bytes at `address` of `pieces`, to be written to. */
function at(pieces: readonly MemoryPiece[], address: number | bigint): DataView {
  const where = BigInt(address);
  const piece = pieces.find(
    (each) => each.address <= where && where < each.address + BigInt(each.bytes.length),
  );
  assert.ok(piece !== undefined, `nothing at ${address.toString(16)}`);
  const { buffer, byteOffset, length } = piece.bytes;
  const skipped = Number(where - piece.address);
  return new DataView(buffer, byteOffset + skipped, length - skipped);
}

for (const release of WITH_BLOBS)
  test(`a handover of ${release.name} is whole, on every machine`, () => {
    for (const machine of MACHINES) {
      const where = `${machine.pageBytes} ${machine.byteOrder}`;
      const built = buildHandover({ release, ...machine });
      const handover = decodeHandover(built.image, { bindings: SHIPPED, release });
      assert.deepEqual(describe(handover), [], where);
      checkContents(handover, built, where);
      assert.equal(handover.preserved?.isWhole, true, where);
      assert.equal(handover.preserved?.blockCount, built.blocks.length, where);
      const pages = built.blocks.reduce((sum, { order }) => sum + 2 ** order, 0);
      assert.equal(handover.preserved?.pageCount, pages, where);
      assert.equal(handover.unclaimedPages, 0, where);
      const owned = handover.owners.reduce((sum, owner) => sum + owner.pages, 0);
      assert.equal(owned, pages, where);
      const byNode = [...(handover.nodePages ?? [])].map(([, count]) => count);
      assert.deepEqual(byNode, [pages - 5, 5], where);
    }
  });

function checkContents(handover: Handover, { contents }: BuiltHandover, where: string): void {
  for (const [name, expected] of contents) {
    const content = handover.contents.find((each) => each.name === name);
    assert.ok(content !== undefined, `${where}: ${name}`);
    const bytes = content.read(0, content.sizeBytes);
    assert.ok(bytes !== undefined, `${where}: ${name} can be read`);
    assert.ok(Buffer.from(bytes).equals(expected), `${where}: ${name} is what was written`);
    const middle = Math.floor(expected.length / 3);
    assert.deepEqual(content.read(middle, 100), expected.slice(middle, middle + 100), name);
    assert.deepEqual(content.read(expected.length, 1), new Uint8Array(0), name);
  }
}

test('the release is found by what the handover says', () => {
  // 6.17 left what 6.16 did, and 7.0 what 6.18 did where nobody uses LUO.
  const found = WITH_BLOBS.map((release) => decode(buildHandover({ release }).image).release.name);
  const expected = ['6.17', '6.17', '7.0', '6.19', '7.0', '7.1', '7.2', '7.3'];
  assert.deepEqual(found, expected);
});

test('sessions, files and what files share', () => {
  for (const name of ['6.19', '7.0', '7.1', '7.2', '7.3']) {
    const { luo } = decode(buildHandover({ release: named(name) }).image);
    assert.equal(luo?.isWhole, true);
    assert.equal(luo.liveupdateNumber, LIVEUPDATE_NUMBER);
    assert.deepEqual(
      luo.sessions.map((session) => [session.name, session.files.map(({ token }) => token)]),
      SESSIONS.map((session) => [session.name, session.files.map(({ token }) => BigInt(token))]),
    );
    const flbs = name === '6.19' ? [] : ['iommu-v1', 'pci-v1'];
    assert.deepEqual(
      luo.flbs.map((flb) => flb.name),
      flbs,
    );
    const [memfd, empty] = luo.sessions[0]?.files ?? [];
    assert.equal(memfd?.memfd?.folioCount, 4);
    assert.equal(memfd.memfd.isWhole, true);
    assert.equal(memfd.memfd.position, 5n);
    assert.equal(memfd.memfd.seals, name < '7.1' ? undefined : 2);
    assert.equal(empty?.memfd?.sizeBytes, 0);
  }
});

test('LUO as it was while 7.2 was made', () => {
  for (const luo of ['luo-v2', 'luo-v3', 'luo-v4']) {
    const handover = decode(buildHandover({ release: named('7.2'), luo }).image);
    const unexpected = handover.issues.filter(({ rule }) => rule !== 'unknown-compatible');
    assert.deepEqual(describe({ issues: unexpected }), [], luo);
    assert.equal(handover.luo?.compatible, luo);
    assert.deepEqual(
      handover.luo.sessions.map(({ name }) => name),
      ['vm-1', 'vm-2', 'empty'],
    );
    assert.equal(handover.unclaimedPages, 0, luo);
  }
});

/** More sessions than a block holds, and a memfd whose folios fill many pages. */
const MANY: readonly SessionPlan[] = [
  ...Array.from({ length: 120 }, (_, i) => ({ name: `s${i}`, files: [{ token: i }] })),
  { name: 'files', files: Array.from({ length: 200 }, (_, token) => ({ token })) },
  {
    name: 'large',
    files: [
      {
        token: 1,
        pages: 1400,
        folios: Array.from({ length: 700 }, (_, i) => ({ index: 2 * i, order: 0 })),
      },
    ],
  },
];

test('lists of many blocks, areas of many pages', () => {
  const built = buildHandover({ release: named('7.3'), sessions: MANY });
  const handover = decode(built.image);
  assert.deepEqual(describe(handover), []);
  assert.equal(handover.luo?.sessions.length, 122);
  assert.equal(handover.luo.sessions[120]?.files.length, 200);
  checkContents(handover, built, 'many');
});

test('a core of the machine says the same, and where to start', () => {
  for (const plan of [
    { release: named('7.3') },
    { release: named('7.1'), byteOrder: 'big', pageBytes: 16384 },
    { release: named('6.18'), pageBytes: 65536 },
  ] satisfies HandoverPlan[]) {
    const { image, pieces } = buildHandover(plan);
    const options = { architecture: image.architecture, byteOrder: image.byteOrder } as const;
    const segments = pieces.map(({ address, bytes }) => ({
      address,
      sizeBytes: BigInt(bytes.length),
    }));
    const { header, offsets } = elfCoreHeader(segments, options);
    const last = pieces.at(-1)?.bytes.length ?? 0;
    const core = new Uint8Array((offsets.at(-1) ?? 0) + last);
    core.set(header);
    for (const [i, { bytes }] of pieces.entries()) core.set(bytes, offsets[i]);
    const { value, issues } = readElfCore(bytesSource(core), 'core');
    assert.deepEqual(issues, []);
    assert.ok(value !== undefined);
    const { byteOrder, pageSizeBytes: pageBytes } = image;
    const [best] = locateHandover(value.memory, { byteOrder, pageBytes });
    assert.deepEqual(
      best?.rootFdt,
      image.rootFdt.kind === 'in-memory' && {
        address: image.rootFdt.address,
        sizeBytes: image.rootFdt.sizeBytes,
      },
    );
    assert.deepEqual(best?.scratch, image.scratch);
    const handover = decode({ ...image, memory: value.memory });
    assert.deepEqual(describe(handover), []);
  }
});

/** What is done to the memory of a handover of 7.3, and the rules that say so. */
const DAMAGES: readonly (readonly [
  string,
  (pieces: MemoryPiece[], h: Handover) => void,
  string[],
])[] = [
  [
    'a table of the radix tree points to itself',
    (pieces, { preserved }) => {
      const table = at(pieces, preserved?.address ?? 0);
      for (let i = 0; i < 512; i++)
        if (table.getBigUint64(i * 8, true) !== 0n)
          table.setBigUint64(i * 8, BigInt(preserved?.address ?? 0), true);
    },
    ['map-malformed'],
  ],
  [
    'the list of sessions goes in a circle',
    (pieces, { luo }) => {
      const address = luo?.sessions[0]?.address ?? 0;
      const block = address - KHO_BLOCK_HEADER_SER.sizeBytes;
      at(pieces, block).setBigUint64(0, BigInt(block), true);
    },
    ['block-list-malformed'],
  ],
  [
    'a session has the name of another',
    (pieces, { luo }) => {
      const [first, second] = luo?.sessions ?? [];
      assert.ok(first !== undefined && second !== undefined);
      const name = at(pieces, first.address);
      for (let i = 0; i < 64; i++) at(pieces, second.address).setUint8(i, name.getUint8(i));
    },
    ['luo-malformed'],
  ],
  [
    'a session has a name without an end',
    (pieces, { luo }) => {
      const name = at(pieces, luo?.sessions[0]?.address ?? 0);
      for (let i = 0; i < 64; i++) name.setUint8(i, 0x61);
    },
    ['struct-text'],
  ],
];

for (const [what, change, rules] of DAMAGES)
  test(`it is told when ${what}`, () => {
    const built = buildHandover({ release: named('7.3') });
    const whole = decode(built.image);
    const handover = decode(changed(built, (pieces) => change(pieces, whole)));
    const found = new Set(handover.issues.map(({ rule }) => rule));
    for (const rule of rules) assert.ok(found.has(rule), `${rule} in ${describe(handover)}`);
  });

test('memory that the image lacks is a fact, and the rest is read', () => {
  for (const release of WITH_BLOBS) {
    const built = buildHandover({ release });
    for (let left = 0; left < built.pieces.length; left++) {
      const image = changed(built, (pieces) => void pieces.splice(left, 1));
      const { issues, contents } = decode(image);
      for (const content of contents) content.read(0, Math.min(content.sizeBytes, 1 << 20));
      const isSaid = issues.some(({ rule }) => /^image-|unclaimed|not-preserved/.test(rule));
      // What is in the folios themselves, in boot data and in regions only readers of it need.
      assert.ok(isSaid || !hasErrors(issues), describe({ issues }).join('\n'));
    }
  }
});
