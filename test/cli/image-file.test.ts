import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type FileSource, openByteSource } from '../../cli/image-file.ts';
import { UnusableInput } from '../../cli/input.ts';
import { readElfCore } from '../../kho/image/elf-core.ts';
import { testData } from '../support/tools.ts';
import { folderWith } from './kho.ts';

/** Bytes that do not compress, the same in every run. */
function noise(sizeBytes: number): Buffer {
  const blocks: Buffer[] = [];
  for (let i = 0; i * 32 < sizeBytes; i++)
    blocks.push(createHash('sha256').update(`block ${i}`).digest());
  return Buffer.concat(blocks).subarray(0, sizeBytes);
}

/** Noise with pages of zeros in it, at its start and its end, too, and odd sizes all over. */
const CONTENT = Buffer.concat([
  Buffer.alloc(10_000),
  noise(50_000),
  Buffer.alloc(1_000_000),
  noise(3),
  Buffer.alloc(5_000),
  noise(200_001),
  Buffer.alloc(20_000),
]);

async function open(
  t: TestContext,
  file: Buffer,
  memoryBytes?: number,
): Promise<{ source: FileSource; temporaryFolder: string }> {
  const folder = folderWith(t, { image: file });
  const temporaryFolder = path.join(folder, 'temporary');
  mkdirSync(temporaryFolder);
  const options = { temporaryFolder, ...(memoryBytes === undefined ? {} : { memoryBytes }) };
  const source = await openByteSource(path.join(folder, 'image'), options);
  t.after(() => source.close());
  return { source, temporaryFolder };
}

/** All of it, in pieces that end at no round number. */
function contentOf(source: FileSource): Buffer {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < source.sizeBytes; at += 77_777) pieces.push(source.read(at, 77_777));
  return Buffer.concat(pieces);
}

const GZIP = gzipSync(CONTENT);

for (const [what, file, memoryBytes] of [
  ['a plain file', CONTENT, undefined],
  ['a file of gzip', GZIP, undefined],
  ['a file of gzip that is too large for memory', GZIP, 0],
  ['one that becomes so while it is inflated', GZIP, 300_000],
  [
    'one of several members',
    Buffer.concat([gzipSync(CONTENT.subarray(0, 9)), gzipSync(CONTENT.subarray(9))]),
    100_000,
  ],
  ['one with zeros at its end', Buffer.concat([GZIP, Buffer.alloc(200_000)]), 0],
] as const)
  test(`${what} reads as its content`, async (t) => {
    const { source, temporaryFolder } = await open(t, file, memoryBytes);
    assert.deepEqual(source.issues, []);
    assert.equal(source.sizeBytes, CONTENT.length);
    assert.ok(contentOf(source).equals(CONTENT));
    assert.equal(source.read(CONTENT.length - 5, 100).length, 5);
    assert.equal(source.read(CONTENT.length + 5, 100).length, 0);
    assert.deepEqual(readdirSync(temporaryFolder), []);
  });

test('members that end where a piece of the input ends', async (t) => {
  // Stored without compression, so that its size can be chosen: what is read at once is 64 KiB.
  let first = gzipSync(noise(65_000), { level: 0 });
  first = gzipSync(noise(65_000 + 65_536 - first.length), { level: 0 });
  assert.equal(first.length, 65_536);
  const { source } = await open(t, Buffer.concat([first, GZIP]));
  assert.deepEqual(source.issues, []);
  const sizeBytes = source.sizeBytes - CONTENT.length;
  assert.ok(Buffer.from(source.read(0, sizeBytes)).equals(noise(sizeBytes)));
  assert.ok(Buffer.from(source.read(sizeBytes, CONTENT.length)).equals(CONTENT));
});

test('pages of zeros take no room', { skip: process.platform !== 'linux' }, async (t) => {
  const { source } = await open(t, gzipSync(Buffer.alloc(8 << 20)), 0);
  const written = blocksOfDeleted();
  assert.equal(source.sizeBytes, 8 << 20);
  assert.ok(written < 100, `${written} blocks`);
});

/** Blocks of 512 bytes of the open files of this process that are deleted already. */
function blocksOfDeleted(): number {
  const files = readdirSync('/proc/self/fd').flatMap((fd) => {
    const stat = statSync(`/proc/self/fd/${fd}`, { throwIfNoEntry: false });
    return stat?.isFile() && stat.nlink === 0 ? [stat.blocks] : [];
  });
  assert.ok(files.length > 0, 'no temporary file');
  return files.reduce((sum, blocks) => sum + blocks, 0);
}

const DATA = noise(300_000);
const STREAM = gzipSync(DATA);
const flipped = (at: number): Buffer => {
  const copy = Buffer.from(STREAM);
  copy[at] = (copy[at] as number) ^ 0xff;
  return copy;
};

for (const [what, file, atLeast, message] of [
  ['cut in the middle', STREAM.subarray(0, 150_000), 149_000, /ends early/],
  ['cut in its trailer', STREAM.subarray(0, -4), 300_000, /ends early/],
  ['cut in its header', STREAM.subarray(0, 5), 0, /ends early/],
  [
    'with a wrong checksum',
    flipped(STREAM.length - 6),
    295_904,
    /damaged \(incorrect data check\)/,
  ],
  ['with something after it', Buffer.concat([STREAM, Buffer.from('and more')]), 295_904, /damaged/],
  [
    'with a wrong block',
    Buffer.concat([STREAM.subarray(0, 100_000), Buffer.alloc(2, 0xff), noise(9)]),
    90_000,
    undefined,
  ],
] as const)
  for (const memoryBytes of [undefined, 0])
    test(`gzip ${what}, ${memoryBytes ?? 'many'} bytes in memory`, async (t) => {
      const { source, temporaryFolder } = await open(t, file, memoryBytes);
      const [issue, ...more] = source.issues;
      assert.deepEqual(more, []);
      assert.deepEqual([issue?.rule, issue?.severity], ['image-truncated', 'warning']);
      if (message !== undefined) assert.match(issue?.message ?? '', message);
      assert.ok((issue?.blob?.offset ?? 0) <= file.length);
      const lost = memoryBytes === undefined || message?.source === 'ends early' ? 0 : 256 << 10;
      assert.ok(source.sizeBytes >= atLeast - lost, `only ${source.sizeBytes} bytes`);
      const kept = contentOf(source);
      const sure = Math.min(kept.length, 90_000);
      assert.ok(kept.subarray(0, sure).equals(DATA.subarray(0, sure)));
      assert.deepEqual(readdirSync(temporaryFolder), []);
    });

test('places beyond 4 GiB are read', async (t) => {
  const folder = folderWith(t, { image: '' });
  const file = path.join(folder, 'image');
  truncateSync(file, 6 * 2 ** 30);
  const fd = openSync(file, 'r+');
  writeSync(fd, Buffer.from('here'), 0, 4, 5 * 2 ** 30 + 1);
  closeSync(fd);
  const source = await openByteSource(file);
  t.after(() => source.close());
  assert.equal(source.sizeBytes, 6 * 2 ** 30);
  assert.equal(Buffer.from(source.read(5 * 2 ** 30, 6)).toString('latin1'), '\0here\0');
});

test('what is closed is not read, and not closed again', async (t) => {
  for (const memoryBytes of [undefined, 0]) {
    const { source } = await open(t, memoryBytes === undefined ? CONTENT : GZIP, memoryBytes);
    source.close();
    source.close();
    assert.throws(() => source.read(0, 1), /is read after it was closed/);
  }
});

function refused(pattern: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof UnusableInput, String(error));
    assert.match(error.message, pattern);
    return true;
  };
}

test('what cannot be read is refused in words', async (t) => {
  const folder = folderWith(t, { 'bomb.gz': gzipSync(Buffer.alloc(1 << 20)), secret: '' });
  const file = (name: string): string => path.join(folder, name);
  await assert.rejects(openByteSource(file('none')), refused(/none: no such file$/));
  await assert.rejects(openByteSource(folder), refused(/: is a folder$/));
  const limited = openByteSource(file('bomb.gz'), { maxBytes: 100_000 });
  await assert.rejects(limited, refused(/inflates to more than 100000 bytes/));
  const spilled = openByteSource(file('bomb.gz'), { memoryBytes: 0, maxBytes: 500_000 });
  await assert.rejects(spilled, refused(/inflates to more than 500000 bytes/));
  const nowhere = { memoryBytes: 0, temporaryFolder: file('nowhere') };
  await assert.rejects(
    openByteSource(file('bomb.gz'), nowhere),
    refused(
      /cannot be inflated into .*nowhere: no such file; name a folder with more room in TMPDIR/,
    ),
  );
});

test('a pipe is refused, even one that nobody writes to', async (t) => {
  const folder = folderWith(t, {});
  const pipe = path.join(folder, 'pipe');
  if (spawnSync('mkfifo', [pipe]).status !== 0) {
    t.skip('no mkfifo');
    return;
  }
  await assert.rejects(openByteSource(pipe), refused(/pipe: is not a file: .* save it to a file/));
  await assert.rejects(openByteSource('/dev/null'), refused(/is not a file/));
});

test('a recorded handover opens as it is', async (t) => {
  const file = testData(t, 'kho-dumps/linux-7.3.4-x86_64/handover.core.gz');
  if (file === undefined) return;
  const source = await openByteSource(file);
  t.after(() => source.close());
  assert.deepEqual(source.issues, []);
  const { value, issues } = readElfCore(source, file);
  assert.deepEqual(issues, []);
  assert.deepEqual([...(value?.memory.read(0x27c000n, 4) ?? [])], [0xd0, 0x0d, 0xfe, 0xed]);
});
