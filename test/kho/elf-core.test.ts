import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { type ByteSource, bytesSource } from '../../kho/image/byte-source.ts';
import { type ElfCore, readElfCore } from '../../kho/image/elf-core.ts';
import {
  type CoreOptions,
  type CoreSegment,
  elfCoreHeader,
} from '../../kho/image/elf-core-writer.ts';
import { MAX_PROGRAM_HEADERS } from '../../kho/image/elf-header.ts';
import { MAX_NOTES } from '../../kho/image/elf-notes.ts';
import { testData } from '../support/tools.ts';

const X86: CoreOptions = { architecture: 'x86_64', byteOrder: 'little' };
const ARM_BIG: CoreOptions = { architecture: 'arm64', byteOrder: 'big' };

interface Filled {
  readonly address: number;
  readonly bytes: readonly number[];
  /** By default as many as there are bytes. */
  readonly memoryBytes?: number;
}

/** A core with `segments` in it. */
function coreOf(segments: readonly Filled[], options: CoreOptions = X86): Uint8Array {
  const described: CoreSegment[] = segments.map(({ address, bytes, memoryBytes }) => ({
    address: BigInt(address),
    sizeBytes: BigInt(bytes.length),
    ...(memoryBytes === undefined ? {} : { memoryBytes: BigInt(memoryBytes) }),
  }));
  const { header, offsets } = elfCoreHeader(described, options);
  const end = segments.reduce(
    (most, { bytes }, i) => Math.max(most, (offsets[i] as number) + bytes.length),
    header.length,
  );
  const core = new Uint8Array(end);
  core.set(header);
  for (const [i, { bytes }] of segments.entries()) core.set(bytes, offsets[i] as number);
  return core;
}

function open(core: Uint8Array): ElfCore {
  const { value, issues } = readElfCore(bytesSource(core), 'core');
  assert.deepEqual(issues, []);
  assert.ok(value !== undefined);
  return value;
}

function messages(core: Uint8Array): readonly string[] {
  return readElfCore(bytesSource(core), 'core').issues.map(
    ({ rule, severity, message }) => `${severity} ${rule}: ${message}`,
  );
}

function read(core: ElfCore, address: number, lengthBytes: number): number[] | undefined {
  const bytes = core.memory.read(BigInt(address), lengthBytes);
  return bytes === undefined ? undefined : [...bytes];
}

const range = (address: number, sizeBytes: number) => ({
  address: BigInt(address),
  sizeBytes: BigInt(sizeBytes),
});

/** A copy of `core` in which `change` has been made to the fields of its headers. */
function changed(core: Uint8Array, change: (view: DataView) => void): Uint8Array {
  const copy = core.slice();
  change(new DataView(copy.buffer));
  return copy;
}

const u16 = (at: number, value: number) => (view: DataView) => view.setUint16(at, value, true);
const u32 = (at: number, value: number) => (view: DataView) => view.setUint32(at, value, true);
const u64 = (at: number, value: bigint) => (view: DataView) => view.setBigUint64(at, value, true);

for (const options of [X86, ARM_BIG])
  test(`what is written for ${options.architecture} reads back`, () => {
    const core = open(coreOf([{ address: 0x1000, bytes: [1, 2, 3] }], options));
    assert.equal(core.architecture, options.architecture);
    assert.equal(core.byteOrder, options.byteOrder);
    assert.equal(core.pageSizeBytes, undefined);
    assert.equal(core.osRelease, undefined);
    assert.deepEqual(core.ram, [range(0x1000, 3)]);
    assert.deepEqual(core.memory.ranges(), [range(0x1000, 3)]);
    assert.deepEqual(read(core, 0x1000, 3), [1, 2, 3]);
  });

test('the header is as elf(5) lays it out', () => {
  const { header, offsets } = elfCoreHeader(
    [
      { address: 0x10_0000n, sizeBytes: 0x1001n, memoryBytes: 0x3000n },
      { address: 0n, sizeBytes: 1n },
    ],
    X86,
  );
  assert.deepEqual(offsets, [4096, 4096 + 8192]);
  assert.equal(header.length, 4096);
  const view = new DataView(header.buffer);
  assert.deepEqual([...header.subarray(0, 7)], [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  assert.deepEqual(
    [16, 18, 52, 54, 56].map((at) => view.getUint16(at, true)),
    [4, 62, 64, 56, 2],
  );
  const fields = [0, 8, 16, 24, 32, 40].map((at) => view.getBigUint64(64 + at, true));
  assert.deepEqual(fields, [(7n << 32n) | 1n, 4096n, 0n, 0x10_0000n, 0x1001n, 0x3000n]);
});

test('a note says the page size and the release', () => {
  for (const machine of [X86, ARM_BIG]) {
    const options = { ...machine, pageSizeBytes: 65536, osRelease: '7.3.4-1~bpo13+1' };
    const bytes = coreOf([{ address: 0, bytes: [5] }], options);
    const core = open(bytes);
    assert.equal(core.pageSizeBytes, 65536);
    assert.equal(core.osRelease, '7.3.4-1~bpo13+1');
    assert.deepEqual(read(core, 0, 1), [5]);
    assert.equal(bytes.length, 65536 + 1);
  }
});

const SEGMENTS: readonly Filled[] = [
  { address: 0x3000, bytes: [30, 31, 32, 33] },
  { address: 0x1000, bytes: [10, 11], memoryBytes: 4 },
  { address: 0x3004, bytes: [34, 35] },
  { address: 0x5000, bytes: [], memoryBytes: 16 },
];

for (const [what, address, lengthBytes, expected] of [
  ['all of a segment', 0x3000, 4, [30, 31, 32, 33]],
  ['neighbours that are not so in the file', 0x3002, 4, [32, 33, 34, 35]],
  ['nothing', 0x9000, 0, []],
  ['what the file leaves out', 0x1001, 2, undefined],
  ['memory without any bytes', 0x5000, 1, undefined],
  ['before the first', 0xfff, 2, undefined],
  ['past the last', 0x3005, 2, undefined],
  ['between two', 0x2000, 1, undefined],
  ['beyond what numbers hold', 2 ** 60, 8, undefined],
  ['more than there can be', 0x3000, 2 ** 50, undefined],
] as const)
  test(`memory read: ${what}`, () => {
    assert.deepEqual(read(open(coreOf(SEGMENTS)), address, lengthBytes), expected);
  });

test('memory is more than what is known of it', () => {
  const core = open(coreOf(SEGMENTS));
  assert.deepEqual(core.memory.ranges(), [range(0x1000, 2), range(0x3000, 6)]);
  assert.deepEqual(core.ram, [range(0x1000, 4), range(0x3000, 6), range(0x5000, 16)]);
  assert.equal(core.memory.read(-1n, 1), undefined);
  assert.equal(core.memory.read((1n << 64n) - 1n, 1), undefined);
});

test('of segments that overlap, the first that holds a byte wins', () => {
  const core = open(
    coreOf([
      { address: 4, bytes: [1, 1], memoryBytes: 4 },
      { address: 0, bytes: Array(12).fill(2) },
      { address: 5, bytes: Array(9).fill(3) },
    ]),
  );
  assert.deepEqual(read(core, 0, 14), [2, 2, 2, 2, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3]);
  assert.deepEqual(core.memory.ranges(), [range(0, 14)]);
  assert.deepEqual(core.ram, [range(0, 14)]);
});

test('any segments read as if every byte were looked up by itself', () => {
  const SPACE = 64;
  const segment = fc
    .record({
      address: fc.nat(SPACE - 1),
      bytes: fc.array(fc.nat(255), { maxLength: 24 }),
      more: fc.nat(8),
    })
    .map(({ address, bytes, more }) => ({ address, bytes, memoryBytes: bytes.length + more }));
  const one = fc.record({
    address: fc.nat(SPACE + 40),
    lengthBytes: fc.integer({ min: 1, max: 40 }),
  });
  const machine = fc.constantFrom(X86, ARM_BIG, { ...X86, pageSizeBytes: 4096 });
  fc.assert(
    fc.property(
      fc.array(segment, { minLength: 1, maxLength: 12 }),
      one,
      machine,
      (all, ask, options) => {
        const core = open(coreOf(all, options));
        const byteAt = (at: number): number | undefined => {
          const first = all.find(
            ({ address, bytes }) => at >= address && at < address + bytes.length,
          );
          return first?.bytes[at - first.address];
        };
        const isRam = (at: number): boolean =>
          all.some(({ address, memoryBytes }) => at >= address && at < address + memoryBytes);
        const wanted = Array.from({ length: ask.lengthBytes }, (_, i) => byteAt(ask.address + i));
        const expected = wanted.includes(undefined) ? undefined : wanted;
        assert.deepEqual(read(core, ask.address, ask.lengthBytes), expected);
        assert.deepEqual(
          core.memory.ranges(),
          rangesWhere((at) => byteAt(at) !== undefined),
        );
        assert.deepEqual(core.ram, rangesWhere(isRam));
      },
    ),
    { numRuns: 500 },
  );
});

function rangesWhere(isIn: (at: number) => boolean): { address: bigint; sizeBytes: bigint }[] {
  const ranges: { address: bigint; sizeBytes: bigint }[] = [];
  for (let at = 0; at < 256; at++) {
    const last = ranges.at(-1);
    if (!isIn(at)) continue;
    if (last !== undefined && Number(last.address + last.sizeBytes) === at) last.sizeBytes++;
    else ranges.push(range(at, 1));
  }
  return ranges;
}

test('a file that was cut still has what is before', () => {
  const whole = coreOf([
    { address: 0x1000, bytes: Array(10).fill(1) },
    { address: 0x2000, bytes: Array(10).fill(2) },
  ]);
  const cut = whole.subarray(0, 4096 + 4);
  const { value, issues } = readElfCore(bytesSource(cut), 'cut.core');
  assert.ok(value !== undefined);
  assert.deepEqual(value.memory.ranges(), [range(0x1000, 4)]);
  assert.deepEqual(value.ram, [range(0x1000, 10), range(0x2000, 10)]);
  assert.deepEqual(read(value, 0x1000, 4), [1, 1, 1, 1]);
  assert.equal(read(value, 0x1000, 5), undefined);
  assert.deepEqual(issues, [
    {
      rule: 'image-truncated',
      severity: 'warning',
      message:
        'the file ends at byte 4100 of 8202: 16 bytes of 2 segments are missing, ' +
        'from physical address 0x1004 on',
      help: 'copy or dump it again; what is missing is taken as not known',
      blob: { path: 'cut.core', offset: 4100, lengthBytes: 4102 },
    },
  ]);
});

const text = (start: string): Uint8Array =>
  Uint8Array.from(start.padEnd(100), (char) => char.charCodeAt(0));
const GOOD = coreOf([{ address: 0x1000, bytes: [1, 2, 3, 4] }]);

for (const [what, bytes, message] of [
  ['nothing', new Uint8Array(), 'the file is empty'],
  ['text', text('hello'), 'this is not an ELF file: it starts with 68 65 6c 6c'],
  ['two bytes', Uint8Array.of(1, 2), 'this is not an ELF file: it starts with 01 02'],
  ['kdump', text('KDUMP   '), /compressed format of kdump/],
  ['flattened', text('makedumpfile\0'), /flattened/],
  ['gzip', text('\x1f\x8b\x08'), 'this is compressed with gzip'],
  ['zstd', text('\x28\xb5\x2f\xfd'), 'this is compressed with zstd'],
  ['a devicetree', text('\xd0\x0d\xfe\xed'), /devicetree/],
  ['ELF32', changed(GOOD, (view) => view.setUint8(4, 1)), /32 bits/],
  ['class 7', changed(GOOD, (view) => view.setUint8(4, 7)), 'its ELF class is 7, not 1 or 2'],
  ['byte order 3', changed(GOOD, (view) => view.setUint8(5, 3)), /byte order is 3/],
  ['the wrong byte order', changed(GOOD, (view) => view.setUint8(5, 2)), /type 1024, not a core/],
  [
    'a program',
    changed(GOOD, u16(16, 2)),
    'this is an ELF program (a vmlinux, perhaps), not a core',
  ],
  ['s390', changed(GOOD, u16(18, 22)), 'it is of a machine of ELF number 22'],
  ['the magic alone', GOOD.subarray(0, 4), 'the file ends within its ELF header, after 4 bytes'],
  ['a header cut', GOOD.subarray(0, 63), 'the file ends within its ELF header, after 63 bytes'],
  ['no program headers', changed(GOOD, u16(56, 0)), /has no program headers/],
  ['program headers of 32 bytes', changed(GOOD, u16(54, 32)), /headers are of 32 bytes/],
  ['headers in the header', changed(GOOD, u64(32, 0n)), /at byte 0, in its ELF header/],
  ['headers past the end', changed(GOOD, u64(32, 4096n)), /go on to byte 4152/],
  ['headers past everything', changed(GOOD, u64(32, ~0n)), /go on to byte 18446744073709552000/],
  [
    'headers cut',
    changed(GOOD, u16(56, 100)),
    'its program headers go on to byte 5664, and the file ends at 4100',
  ],
  ['XNUM without section', changed(GOOD, u16(56, 0xffff)), /section header 0/],
  [
    'XNUM past the end',
    changed(changed(GOOD, u16(56, 0xffff)), u64(40, 1n << 63n)),
    /section header 0/,
  ],
  [
    'XNUM of billions',
    [u16(56, 0xffff), u64(40, 1024n), u32(1024 + 44, 0xffff_ffff)].reduce(changed, GOOD),
    `it has 4294967295 program headers; up to ${MAX_PROGRAM_HEADERS} are read`,
  ],
  ['notes alone', changed(GOOD, u32(64, 4)), 'it has no segment of memory (PT_LOAD)'],
  ['no memory', changed(GOOD, u32(64, 6)), 'it has no segment of memory (PT_LOAD)'],
  [
    'only memory without address',
    changed(GOOD, u64(88, ~0n)),
    'it has no segment of memory (PT_LOAD)',
  ],
] as const)
  test(`not a core of memory: ${what}`, () => {
    const { value, issues } = readElfCore(bytesSource(bytes), 'file');
    assert.equal(value, undefined);
    const [issue] = issues;
    assert.ok(issue !== undefined);
    assert.deepEqual([issue.rule, issue.severity], ['image-malformed', 'error']);
    if (typeof message === 'string') assert.equal(issue.message, message);
    else assert.match(issue.message, message);
    assert.ok((issue.help ?? '').length > 0);
    assert.equal(issue.blob?.path, 'file');
  });

const TWO = coreOf([
  { address: 0x1000, bytes: [1, 2, 3, 4] },
  { address: 0x2000, bytes: [5, 6] },
]);
const BEYOND =
  'error image-malformed: this segment cannot be: it ends beyond 2^53, in memory or file';

for (const [what, bytes, expected, known] of [
  ['an address that overflows', changed(TWO, u64(88, ~0n << 4n)), [BEYOND], [range(0x2000, 2)]],
  ['memory that overflows', changed(TWO, u64(104, ~0n)), [BEYOND], [range(0x2000, 2)]],
  ['an address beyond 2^53', changed(TWO, u64(88, 1n << 53n)), [BEYOND], [range(0x2000, 2)]],
  ['a place beyond 2^53', changed(TWO, u64(72, 1n << 60n)), [BEYOND], [range(0x2000, 2)]],
  ['a size beyond 2^53', changed(TWO, u64(96, 1n << 60n)), [BEYOND], [range(0x2000, 2)]],
  [
    'more in the file than in memory',
    changed(TWO, u64(104, 3n)),
    ['error image-malformed: this segment has more bytes in the file than in memory'],
    [range(0x1000, 3), range(0x2000, 2)],
  ],
  [
    'a place past the end',
    changed(TWO, u64(72, 1n << 40n)),
    [
      'warning image-truncated: the file ends at byte 8194 of 1099511627780: 4 bytes of 1 segment ' +
        'are missing, from physical address 0x1000 on',
    ],
    [range(0x2000, 2)],
  ],
  [
    'no bytes at an impossible place, as QEMU writes them',
    [u64(72, ~0n), u64(96, 0n)].reduce(changed, TWO),
    [],
    [range(0x2000, 2)],
  ],
] as const)
  test(`a segment with ${what}`, () => {
    assert.deepEqual(messages(bytes), expected);
    const { value } = readElfCore(bytesSource(bytes), 'core');
    assert.deepEqual(value?.memory.ranges(), known);
  });

/** A core with a note of these words: its first header is that of the notes, at byte 176. */
const NOTED = coreOf([{ address: 0, bytes: [1] }], {
  ...X86,
  pageSizeBytes: 4096,
  osRelease: '6.1',
});
const NOTE = 64 + 2 * 56;
const VALUE = NOTE + 12 + 12;

function withText(replacement: string): Uint8Array {
  const copy = NOTED.slice();
  copy.set(text(replacement).subarray(0, 28), VALUE);
  return changed(copy, u32(NOTE + 4, 28));
}

for (const [what, bytes, pageSizeBytes, osRelease, message] of [
  ['as it should be', NOTED, 4096, '6.1', undefined],
  [
    'under another name',
    changed(NOTED, (view) => view.setUint8(NOTE + 12, 0x57)),
    undefined,
    undefined,
    undefined,
  ],
  ['without the end of its name', changed(NOTED, u32(NOTE, 10)), 4096, '6.1', undefined],
  ['without words', changed(NOTED, u32(NOTE + 4, 0)), undefined, undefined, undefined],
  ['with pages of 3', withText('PAGESIZE=3\nOSRELEASE=7\n'), undefined, '7', /PAGESIZE/],
  ['with pages of nothing', withText('PAGESIZE=\n'), undefined, undefined, /PAGESIZE/],
  ['with an escape sequence', withText('OSRELEASE=\x1b[31m\n'), undefined, undefined, /OSRELEASE/],
  [
    'that is too long',
    changed(NOTED, u32(NOTE + 4, 0xffff_fff0)),
    undefined,
    undefined,
    /goes on past/,
  ],
  [
    'with too long a name',
    changed(NOTED, u32(NOTE, 0xffff_ffff)),
    undefined,
    undefined,
    /goes on past/,
  ],
] as const)
  test(`a VMCOREINFO ${what}`, () => {
    const { value, issues } = readElfCore(bytesSource(bytes), 'core');
    assert.equal(value?.pageSizeBytes, pageSizeBytes);
    assert.equal(value?.osRelease, osRelease);
    assert.equal(issues.length, message === undefined ? 0 : 1);
    if (message !== undefined) assert.match(issues[0]?.message ?? '', message);
  });

test('the core of a process is told from one of memory', () => {
  const segments = [0, 0].map((address) => ({ address, bytes: [1, 2] }));
  const addresses = [u64(64 + 16, 0x40_0000n), u64(64 + 56 + 16, 0x7fff_0000_0000n)];
  const core = addresses.reduce(changed, coreOf(segments));
  const { value } = readElfCore(bytesSource(core), 'core');
  assert.equal(value, undefined);
  assert.deepEqual(messages(core), [
    'error image-malformed: this is the core of a process: its segments have no physical addresses',
  ]);
});

test('notes without end are given up', () => {
  const sizeBytes = (MAX_NOTES + 1) * 12;
  const core = new Uint8Array(8192 + sizeBytes);
  core.set(NOTED.subarray(0, 8192));
  const changes = [u64(72, 8192n), u64(96, BigInt(sizeBytes))];
  assert.deepEqual(messages(changes.reduce(changed, core)), [
    `error image-malformed: it has more than ${MAX_NOTES} notes: the rest is not read`,
  ]);
});

test('headers of any content are read without a throw', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 4, max: NOTE + 60 }), fc.nat(255)), { maxLength: 8 }),
      fc.nat(NOTED.length),
      (changes, end) => {
        const core = NOTED.slice(0, end);
        for (const [at, byte] of changes) if (at < end) core[at] = byte;
        const { value, issues } = readElfCore(bytesSource(core), 'core');
        assert.ok(value !== undefined || issues.length > 0);
        for (const { address, sizeBytes } of value?.memory.ranges() ?? [])
          assert.equal(value?.memory.read(address, Number(sizeBytes))?.length, Number(sizeBytes));
      },
    ),
    { numRuns: 2000 },
  );
});

test('more program headers than e_phnum can say', () => {
  const count = 100_000;
  const segments = Array.from({ length: count }, (_, i) => ({
    address: BigInt(i) * 8192n,
    sizeBytes: 4096n,
  }));
  for (const options of [X86, { ...ARM_BIG, pageSizeBytes: 4096 }]) {
    const { header, offsets } = elfCoreHeader(segments, options);
    const source = sourceBehind(header, (offset) => (offset / 4096) & 0xff);
    const { value, issues } = readElfCore(source, 'core');
    assert.deepEqual(issues, []);
    assert.equal(value?.memory.ranges().length, count);
    for (const i of [0, 1, 77_777, count - 1]) {
      const bytes = value?.memory.read(BigInt(i) * 8192n, 4096);
      assert.equal(bytes?.[0], ((offsets[i] as number) / 4096) & 0xff);
      assert.equal(value?.memory.read(BigInt(i) * 8192n + 4000n, 100), undefined);
    }
  }
});

/** A file of terabytes: `header`, and then pages filled with what `fill` says for their offset. */
function sourceBehind(header: Uint8Array, fill: (offset: number) => number): ByteSource {
  return {
    sizeBytes: 2 ** 44,
    read: (offset, lengthBytes) =>
      offset < header.length
        ? header.subarray(offset, offset + lengthBytes)
        : new Uint8Array(lengthBytes).fill(fill(offset)),
  };
}

test('terabytes are read where they are asked for', () => {
  const options = { ...X86, pageSizeBytes: 4096 };
  const segments = [{ address: 2n ** 40n, sizeBytes: 2n ** 42n }];
  const { header } = elfCoreHeader(segments, options);
  const source = sourceBehind(header, (offset) => Math.floor(offset / 2 ** 32) & 0xff);
  const { value, issues } = readElfCore(source, 'core');
  assert.deepEqual(issues, []);
  assert.deepEqual([...(value?.memory.read(2n ** 40n + 5n * 2n ** 32n, 2) ?? [])], [5, 5]);
});

test('a file that becomes shorter while it is open has bytes that are not known', () => {
  let sizeBytes = GOOD.length;
  const source: ByteSource = {
    sizeBytes,
    read: (offset, lengthBytes) => GOOD.subarray(offset, Math.min(sizeBytes, offset + lengthBytes)),
  };
  const { value } = readElfCore(source, 'core');
  sizeBytes = 4098;
  assert.deepEqual([...(value?.memory.read(0x1000n, 2) ?? [])], [1, 2]);
  assert.equal(value?.memory.read(0x1000n, 4), undefined);
});

test('a recorded handover opens', (t) => {
  const file = testData(t, 'kho-dumps/linux-7.3.4-x86_64/handover.core.gz');
  if (file === undefined) return;
  const bytes = new Uint8Array(gunzipSync(readFileSync(file)));
  const view = new DataView(bytes.buffer);
  const types = Array.from({ length: view.getUint16(56, true) }, (_, i) =>
    view.getUint32(64 + 56 * i, true),
  );
  assert.equal(types.filter((type) => type === 1).length, 25);
  const core = open(bytes);
  assert.equal(core.architecture, 'x86_64');
  assert.equal(core.memory.ranges().length, 25);
  assert.deepEqual(read(core, 0x27c000, 4), [0xd0, 0x0d, 0xfe, 0xed]);
});
