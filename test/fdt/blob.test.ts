// Blobs: read, written, broken, and as libfdt sees them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  FDT_ERR_BADMAGIC,
  FDT_ERR_BADOFFSET,
  FDT_ERR_BADPATH,
  FDT_ERR_BADSTATE,
  FDT_ERR_BADVERSION,
  FDT_ERR_NOSPACE,
  FDT_ERR_NOTFOUND,
  FDT_ERR_TRUNCATED,
  FdtWriter,
  fdtCheckHeader,
  fdtGetprop,
  fdtNodeCheckCompatible,
  fdtPathOffset,
  fdtSubnodeOffset,
  fdtTotalsize,
  nodesOf,
  printDts,
  propertyOf,
  putUint,
  readFdt,
  writeFdt,
} from '../../fdt/index.ts';
import { build } from './dts.ts';
import { randomSource } from './random-source.ts';

const SOURCE = `/dts-v1/;
/memreserve/ 0x1000 0x2000;
/ { compatible = "a", "b"; aliases { x = "/n@1/m"; y = "x"; }; n@1 { reg = <1>; m { leaf; }; }; };`;

/** A copy of the blob of `SOURCE` with 32-bit fields changed. */
function blobWith(fields: Readonly<Record<number, number>> = {}): Uint8Array {
  const blob = build(SOURCE).blob.slice();
  for (const [offset, value] of Object.entries(fields)) {
    putUint(blob, Number(offset), BigInt(value), 32, 'big');
  }
  return blob;
}

const STRUCTURE = 0x48;

test('a blob that is read and written again is the same', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const { blob } = build(randomSource(seed));
    const { value, issues } = readFdt(blob);
    assert.deepEqual(issues, []);
    assert.ok(value !== undefined);
    assert.deepEqual(writeFdt(value), blob);
    for (const byteOrder of ['little', 'big'] as const) {
      const printed = printDts(value, { byteOrder });
      assert.deepEqual(build(printed, { byteOrder }).blob, blob, printed);
    }
  }
});

test('places say which bytes', () => {
  const blob = blobWith();
  const { value, header } = readFdt(blob, { path: 'x.dtb' });
  assert.ok(value !== undefined);
  assert.equal(header?.version, 17);
  assert.deepEqual(value.reservations, [
    {
      address: 0x1000n,
      sizeBytes: 0x2000n,
      blob: { path: 'x.dtb', offset: 40, lengthBytes: 16 },
    },
  ]);
  for (const node of nodesOf(value.root)) {
    const { offset, lengthBytes, node: path } = node.blob ?? assert.fail();
    assert.equal(Buffer.from(blob).toString('latin1', offset, offset + lengthBytes), node.name);
    assert.equal(path, node.path);
  }
  const reg = propertyOf(value.root.children[1] ?? assert.fail(), 'reg')?.blob ?? assert.fail();
  assert.equal(reg.node, '/n@1:reg');
  assert.deepEqual(blob.slice(reg.offset, reg.offset + reg.lengthBytes), Uint8Array.of(1, 0, 0, 0));
});

test('what is wrong with a blob is reported, and the rest is read', () => {
  const check = (blob: Uint8Array, issues: readonly RegExp[], nodes: number): void => {
    const read = readFdt(blob);
    const found = read.issues.map((issue) => `${issue.rule} ${issue.message}`);
    assert.equal(found.length, issues.length, found.join('\n'));
    for (const [i, pattern] of issues.entries()) assert.match(found[i] ?? '', pattern);
    const count = read.value === undefined ? 0 : [...nodesOf(read.value.root)].length;
    assert.equal(count, nodes, found.join('\n'));
    if (read.value !== undefined) build(printDts(read.value, { byteOrder: 'little' }));
  };
  const whole = blobWith();
  check(whole, [], 4);
  check(new Uint8Array(0), [/blob-truncated/], 0);
  check(Uint8Array.of(1, 2, 3, 4), [/blob-malformed .*0x01020304/], 0);
  check(whole.slice(0, 20), [/blob-truncated/], 0);
  check(whole.slice(0, 40), [/announces/, /reservations do not end/, /ends without/, /no root/], 0);
  check(whole.slice(0, STRUCTURE + 8), [/blob-truncated .*announces/, /ends without/], 1);
  check(
    blobWith({ 4: 30 }),
    [/less than itself/, /outside/, /outside/, /outside/, /./, /./, /./],
    0,
  );
  check(blobWith({ 20: 16 }), [], 4);
  check(blobWith({ 24: 18 }), [/blob-version .*18 only/], 4);
  check(blobWith({ 20: 18 }), [/blob-version .*newer/], 4);
  check(blobWith({ 8: 0xffffffff }), [/structure lie outside/, /ends without/, /no root/], 0);
  check(blobWith({ 8: STRUCTURE + 2 }), [/outside|multiple of 4/, /no token/, /no root/], 0);
  check(blobWith({ 12: 0xfffffff0 }), [/strings lie outside/, ...names(4)], 4);
  check(blobWith({ [STRUCTURE]: 3 }), [/outside any node|reaches over/, /no root/], 0);
  check(blobWith({ [STRUCTURE + 8]: 7 }), [/0x7 is no token/], 1);
  check(blobWith({ [STRUCTURE + 8]: 9 }), [/FDT_END stands inside a node/], 1);
  check(blobWith({ [STRUCTURE + 8]: 2 }), [/0x0 is no token/], 1);
  check(blobWith({ [STRUCTURE + 12]: 0xfffffff0 }), [/reaches over/], 1);
  check(blobWith({ [STRUCTURE + 16]: 0x1000 }), [/name lies outside/], 4);
  check(blobWith({ [STRUCTURE + 4]: 0x41000000 }), [/root must not have the name 'A'/], 4);
});

function names(count: number): RegExp[] {
  return Array.from({ length: count + 1 }, () => /name lies outside/);
}

test('reading in place has the results of libfdt', () => {
  const blob = blobWith();
  assert.equal(fdtCheckHeader(blob), 0);
  assert.equal(fdtTotalsize(blob), blob.length);
  assert.equal(fdtPathOffset(blob, '/'), 0);
  const n = fdtPathOffset(blob, '/n@1');
  assert.ok(n > 0);
  assert.equal(fdtPathOffset(blob, '/n'), n);
  assert.equal(fdtSubnodeOffset(blob, 0, 'n'), n);
  assert.equal(fdtPathOffset(blob, '//n@1//m/'), fdtSubnodeOffset(blob, n, 'm'));
  assert.equal(fdtPathOffset(blob, 'x'), fdtPathOffset(blob, '/n@1/m'));
  assert.equal(fdtPathOffset(blob, 'nowhere'), -FDT_ERR_BADPATH);
  assert.equal(fdtPathOffset(blob, ''), -FDT_ERR_BADPATH);
  assert.equal(fdtPathOffset(blob, '/m'), -FDT_ERR_NOTFOUND);
  assert.equal(fdtSubnodeOffset(blob, n + 4, 'm'), -FDT_ERR_BADOFFSET);
  assert.equal(fdtSubnodeOffset(blob, -1, 'm'), -FDT_ERR_BADOFFSET);
  assert.deepEqual(fdtGetprop(blob, n, 'reg'), Uint8Array.of(1, 0, 0, 0));
  assert.equal(fdtGetprop(blob, n, 'leaf'), -FDT_ERR_NOTFOUND);
  assert.equal(fdtGetprop(blob, 4, 'reg'), -FDT_ERR_BADOFFSET);
  assert.equal(fdtNodeCheckCompatible(blob, 0, 'b'), 0);
  assert.equal(fdtNodeCheckCompatible(blob, 0, 'c'), 1);
  assert.equal(fdtNodeCheckCompatible(blob, n, 'c'), -FDT_ERR_NOTFOUND);
  assert.equal(fdtCheckHeader(blobWith({ 0: 1 })), -FDT_ERR_BADMAGIC);
  assert.equal(fdtPathOffset(blobWith({ 0: 1 }), '/'), -FDT_ERR_BADMAGIC);
  assert.equal(fdtCheckHeader(blobWith({ 24: 18 })), -FDT_ERR_BADVERSION);
  assert.equal(fdtCheckHeader(blobWith({ 20: 1 })), -FDT_ERR_BADVERSION);
  assert.equal(fdtCheckHeader(blobWith({ 4: 8 })), -FDT_ERR_TRUNCATED);
  assert.equal(fdtCheckHeader(blobWith({ 8: 0x10000 })), -FDT_ERR_TRUNCATED);
});

test('writing in sequence has the results of libfdt', () => {
  const writer = new FdtWriter(256);
  assert.equal(writer.beginNode(''), -FDT_ERR_BADSTATE);
  assert.equal(writer.addReservemapEntry(1n, 2n), 0);
  assert.equal(writer.finishReservemap(), 0);
  assert.equal(writer.finishReservemap(), -FDT_ERR_BADSTATE);
  assert.equal(writer.beginNode(''), 0);
  assert.equal(writer.property('reg', Uint8Array.of(1, 2, 3, 4, 5)), 0);
  assert.equal(writer.property('xreg', new Uint8Array(0)), 0);
  assert.equal(writer.beginNode('node'), 0);
  assert.equal(writer.property('reg', Uint8Array.of(9)), 0);
  assert.equal(writer.property('big', new Uint8Array(200)), -FDT_ERR_NOSPACE);
  assert.equal(writer.endNode(), 0);
  assert.equal(writer.endNode(), 0);
  assert.equal(writer.finish(), 0);
  assert.equal(writer.endNode(), -FDT_ERR_BADSTATE);
  const blob = writer.bytes.slice(0, fdtTotalsize(writer.bytes));
  assert.equal(fdtCheckHeader(blob), 0);
  const { value, issues } = readFdt(blob);
  assert.deepEqual(issues, []);
  const { tree } = build(
    '/dts-v1/; /memreserve/ 1 2; / { reg = [0102030405]; xreg; node { reg = [09]; }; };',
  );
  assert.equal(
    printDts(value ?? assert.fail(), { byteOrder: 'little' }),
    printDts(tree, { byteOrder: 'little' }),
  );
  // The strings stand in the order in which they grew from the end: newest first.
  assert.equal(Buffer.from(blob.slice(-9)).toString('latin1'), 'xreg\0reg\0');
});

test('a full buffer is FDT_ERR_NOSPACE at each step, and nothing is written', () => {
  assert.equal(new FdtWriter(47).created, -FDT_ERR_NOSPACE);
  const needed = 48 + 16 + 8 + 12 + 4 + 4 + 4 + 4;
  const results = (size: number): number[] => {
    const writer = new FdtWriter(size);
    return [
      writer.finishReservemap(),
      writer.beginNode(''),
      writer.property('abc', Uint8Array.of(1)),
      writer.endNode(),
      writer.finish(),
    ];
  };
  const none = -FDT_ERR_NOSPACE;
  assert.deepEqual(results(needed), [0, 0, 0, 0, 0]);
  assert.deepEqual(results(needed - 1), [0, 0, 0, 0, none]);
  assert.deepEqual(results(needed - 8), [0, 0, 0, none, none]);
  assert.deepEqual(results(needed - 9), [0, 0, none, 0, 0]);
  assert.deepEqual(results(70), [0, none, none, 0, none]);
  assert.deepEqual(results(60), [
    none,
    -FDT_ERR_BADSTATE,
    -FDT_ERR_BADSTATE,
    -FDT_ERR_BADSTATE,
    -FDT_ERR_BADSTATE,
  ]);
});
