// What may move does when an image is loaded, and takes its content along.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Kernel, Virt } from '../../simulator/index.ts';
import { CMDLINE, runMainline } from './mainline-scenarios.ts';
import { JUMP, LOAD } from './scenarios.ts';

const call = (name: string): object => ({ call: 'd', function: name });
const USE = call('use');

interface Parts {
  /** What the folio is allocated with. */
  readonly gfp?: 'GFP_KERNEL' | 'GFP_HIGHUSER_MOVABLE';
  readonly release?: string;
  readonly steps?: readonly object[];
  init?(k: Kernel, folio: Virt): void;
  use(k: Kernel, folio: Virt): void;
}

async function run({ gfp = 'GFP_HIGHUSER_MOVABLE', release = '7.3', init, use, steps }: Parts) {
  let folio = 0n;
  return runMainline(
    { releases: [release], cmdline: CMDLINE, steps: steps ?? [LOAD, USE] },
    () => ({
      init(k) {
        folio = k.folioAlloc(gfp, 1);
        k.write(folio, Uint8Array.of(1, 2, 3));
        init?.(k, folio);
      },
      use: (k: Kernel) => use(k, folio),
    }),
  );
}

const rulesOf = ({ findings }: Awaited<ReturnType<typeof run>>): string[] =>
  findings.map(({ rule }) => rule);

test('a folio that may move leaves scratch with its content, and not with its address', async () => {
  let read: Uint8Array | undefined;
  const result = await run({
    use(k, folio) {
      read = k.read(folio, 3);
    },
  });
  assert.deepEqual(rulesOf(result), ['moved-memory']);
  const { message = '', related = [] } = result.findings[0] ?? {};
  assert.match(message, /is read, and what was there moved to 0x\w+ when an image was loaded$/);
  assert.equal(related[0]?.message, 'it was allocated here: a folio of 8 KiB');
  assert.deepEqual([...(read ?? [])], [0xa5, 0xa5, 0xa5]);
  const to = /moved to (0x\w+)/.exec(message)?.[1] ?? '';
  assert.match(result.trace, new RegExp(`migrate_pages from=0x\\w+ order=1 to=${to}`));
});

for (const [name, parts] of Object.entries<Partial<Parts>>({
  'memory that cannot move': { gfp: 'GFP_KERNEL' },
  'a folio that somebody holds': { init: (k, folio) => k.folioGet(folio) },
  'nothing was loaded': { steps: [USE] },
  'no image fits': { steps: [{ kexecLoad: { kernel: '1G' }, error: 'EADDRNOTAVAIL' }, USE] },
}))
  test(`what stays where it is: ${name}`, async () => {
    let read: Uint8Array | undefined;
    const result = await run({
      use(k, folio) {
        read = k.read(folio, 3);
      },
      ...parts,
    });
    const expected = name === 'no image fits' ? ['kexec-load-failed'] : [];
    assert.deepEqual(rulesOf(result), expected);
    assert.deepEqual([...(read ?? [])], [1, 2, 3]);
    const busy = /migrate_pages from=0x\w+ order=1 error=EBUSY/.test(result.trace);
    assert.equal(busy, name === 'a folio that somebody holds');
  });

test('a reference that is given back lets the folio move again, and the last one frees it', async () => {
  const result = await run({
    init(k, folio) {
      k.folioGet(folio);
      k.folioGet(folio);
    },
    steps: [LOAD, USE, LOAD, call('read')],
    use(k, folio) {
      k.read(folio, 1);
      k.folioPut(folio);
      k.folioPut(folio);
    },
  });
  assert.deepEqual(rulesOf(result), ['step-failed']);
  assert.match(result.trace, /migrate_pages from=0x\w+ order=1 to=/);
});

test('whoever frees what moved by its old address is told', async () => {
  const result = await run({ use: (k, folio) => k.folioPut(folio) });
  assert.deepEqual(rulesOf(result), ['bad-free']);
  assert.match(result.findings[0]?.message ?? '', /it moved to 0x\w+ when an image was loaded$/);
});

test('what is preserved moves all the same, since KHO holds no reference: 6.17', async () => {
  let inMap = 0n;
  const make = () => ({
    init(k: Kernel) {
      if (k.number === 2) return;
      const folio = k.folioAlloc('GFP_HIGHUSER_MOVABLE', 0);
      k.khoPreserveFolio(folio);
      inMap = k.pa(folio);
    },
  });
  const result = await runMainline({ releases: ['6.17', '6.17'] }, make);
  assert.ok(rulesOf(result).includes('preserved-memory-in-scratch'), rulesOf(result).join());
  const from = `migrate_pages from=0x${inMap.toString(16)} order=0 to=`;
  assert.ok(result.trace.includes(from));
});

test('memfds have their pages wherever they are, and read the same', async () => {
  const content = [{ text: 'page 0' }, { at: '64K', pattern: 7, size: '1M' }];
  const steps = [
    { memfd: 'm', size: '2M', content },
    LOAD,
    { verify: 'm', size: '2M', content },
    { write: 'm', at: '1M', data: 'more' },
    { read: 'm', at: '1M', expect: 'more' },
    JUMP,
  ];
  const make = () => ({});
  const cmdline = `${CMDLINE} liveupdate=on`;
  const result = await runMainline({ releases: ['7.3', '7.3'], cmdline, steps }, make);
  assert.deepEqual(rulesOf(result), []);
  const moves = result.trace.match(/migrate_pages .* to=/g) ?? [];
  assert.equal(moves.length, 257);
});
