// File handlers, FLBs and memfds of the Live Update Orchestrator, in every release that has them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { decodeHandover } from '../../kho/index.ts';
import type {
  FileOperations,
  InlineDriver,
  Kernel,
  LiveupdateFileHandler,
  LiveupdateFileOps,
  LiveupdateFlb,
  RunResult,
} from '../../simulator/index.ts';
import { MAINLINE, mainlineScenario } from './mainline-scenarios.ts';
import { BINDINGS, JUMP, LOAD, runInline } from './scenarios.ts';

const WITH_LUO = MAINLINE.filter(({ liveUpdate }) => liveUpdate !== undefined);
const NEWEST = WITH_LUO.at(-1)?.name ?? '';
const CMDLINE = 'kho=on liveupdate=on kho_scratch=16M,32M,32M';

/** Drivers are asked in order what happened to them. */
interface Notes {
  readonly calls: string[];
}

/** A device whose files are a page each. */
function device(
  notes: Notes,
  change: Partial<LiveupdateFileOps> = {},
  registered: (k: Kernel, handler: LiveupdateFileHandler) => void = () => {},
): InlineDriver {
  const fops: FileOperations = {
    open(k, file) {
      file.privateData = k.folioAlloc('GFP_KERNEL', 0);
      k.writeU64(pageOf(file), BigInt(notes.calls.length));
    },
    read: (k, file, length) => k.read(pageOf(file), length),
    write(k, file, bytes) {
      k.write(pageOf(file), bytes);
      return bytes.length;
    },
    release: (k, file) => k.folioPut(pageOf(file)),
  };
  const note = (what: string): void => void notes.calls.push(what);
  const ops: LiveupdateFileOps = {
    canPreserve: (_k, _handler, file) => file.fops === fops,
    preserve(k, args) {
      note('preserve');
      const err = k.khoPreserveFolio(pageOf(args.file));
      args.serializedData = k.pa(pageOf(args.file));
      args.privateData = { made: 'by preserve' };
      return err;
    },
    unpreserve(k, args) {
      note('unpreserve');
      assert.deepEqual(args.privateData, { made: 'by preserve' });
      k.khoUnpreserveFolio(pageOf(args.file));
    },
    freeze: () => note('freeze'),
    unfreeze: () => note('unfreeze'),
    retrieve(k, args) {
      note('retrieve');
      const page = k.khoRestoreFolio(args.serializedData);
      const file = k.anonInodeGetfile('[d]', fops, page);
      assert.ok(typeof file !== 'number');
      args.file = file;
      return page === 0n ? -5 : 0;
    },
    finish(k, args) {
      note(`finish ${args.retrieveStatus}`);
      if (args.retrieveStatus === 0) k.folioPut(k.khoRestoreFolio(args.serializedData));
    },
    ...change,
  };
  const handler: LiveupdateFileHandler = { compatible: 'd-v1', ops };
  return {
    init(k: Kernel) {
      k.miscRegister({ name: 'd', fops });
      const error = k.liveupdateRegisterFileHandler(handler);
      if (error === 0) registered(k, handler);
      return error;
    },
  };
}

function pageOf(file: { readonly privateData: unknown } | null): bigint {
  return file?.privateData as bigint;
}

const open = (as: string): object => ({ open: '/dev/d', as });
const preserve = (file: string, token: number, error?: string, session = 's'): object => ({
  session,
  do: 'preserve-fd',
  file,
  token,
  ...(error && { error }),
});
const retrieve = (token: number, as = 'f', error?: string): object => ({
  session: 's',
  do: 'retrieve-fd',
  token,
  as,
  ...(error && { error }),
});
const act = (action: string, error?: string, session = 's'): object => ({
  session,
  do: action,
  ...(error && { error }),
});

interface Runs {
  readonly releases?: readonly string[];
  readonly first: readonly object[];
  readonly last?: readonly object[];
  readonly change?: Partial<LiveupdateFileOps>;
  readonly make?: () => InlineDriver;
}

/** Runs the steps, jumps, and runs the last steps; says which callbacks were called. */
async function run({ releases = [NEWEST, NEWEST], first, last = [], change, make }: Runs): Promise<{
  readonly result: RunResult;
  readonly calls: readonly string[];
}> {
  const notes: Notes = { calls: [] };
  const steps = releases.length === 1 ? first : [...first, LOAD, JUMP];
  const scenario = mainlineScenario({ releases, cmdline: CMDLINE, steps, lastSteps: last });
  const result = await runInline(scenario, { d: make ?? (() => device(notes, change)) });
  return { result, calls: notes.calls };
}

for (const { name, title } of WITH_LUO) {
  test(`${title}: a file of a driver is there again`, async () => {
    const { result, calls } = await run({
      releases: [name, name],
      first: [
        open('a'),
        { write: 'a', data: 'what a file holds' },
        act('create'),
        preserve('a', 26),
        preserve('a', 26, 'EEXIST'),
        preserve('nothing', 27, 'EBADF'),
        { write: 'a', data: 'What' },
      ],
      last: [
        act('retrieve'),
        retrieve(27, 'f', 'ENOENT'),
        retrieve(26),
        retrieve(26, 'again'),
        { read: 'f', expect: 'What a file holds' },
        { read: 'again', expect: 'What a file holds' },
        act('finish'),
        act('close'),
        { close: 'f' },
        { close: 'again' },
        { read: 'f', error: 'EBADF' },
      ],
    });
    assert.deepEqual(result.findings, []);
    assert.deepEqual(calls, ['preserve', 'freeze', 'retrieve', 'finish 1']);
    const [image] = result.images;
    assert.ok(image !== undefined);
    const { luo, issues, unclaimedPages } = decodeHandover(image, { bindings: BINDINGS });
    assert.deepEqual(
      issues.map(({ rule }) => rule),
      ['unclaimed-memory'],
    );
    assert.deepEqual(
      luo?.sessions.map(({ files }) => files.map(({ compatible, token }) => [compatible, token])),
      [[['d-v1', 26n]]],
    );
    // The page that the handler's data points to is known to the driver alone.
    assert.equal(unclaimedPages, 1);
  });

  test(`${title}: a memfd is there again, with its holes and its position`, async () => {
    const content = [{ text: 'page 0' }, { at: '64K', pattern: 7, size: '100K' }];
    const written = [...content, { at: '512K', text: 'later' }];
    const { result } = await run({
      releases: [name, name],
      first: [
        { memfd: 'guest', size: '1M', content, seals: ['F_SEAL_SHRINK'] },
        { memfd: 'empty' },
        act('create'),
        preserve('guest', 1),
        preserve('empty', 2),
        { write: 'guest', at: '512K', data: 'later' },
        { write: 'guest', at: '1M', data: 'more', error: 'EPERM' },
        { read: 'guest', expect: 'page' },
      ],
      last: [
        act('retrieve'),
        retrieve(1, 'guest'),
        retrieve(2, 'empty'),
        { verify: 'guest', size: '1M', content: written, position: 4 },
        { verify: 'empty', size: 0 },
        act('close'),
        { close: 'guest' },
      ],
    });
    assert.deepEqual(result.findings, []);
    const [image] = result.images;
    const { luo, issues, unclaimedPages } = decodeHandover(image ?? assert.fail(), {
      bindings: BINDINGS,
    });
    assert.deepEqual(
      issues.map(({ message }) => message),
      [],
    );
    assert.equal(unclaimedPages, 0);
    const memfd = luo?.sessions[0]?.files[0]?.memfd;
    assert.deepEqual(
      [memfd?.sizeBytes, memfd?.folioCount, memfd?.holeCount, memfd?.position, memfd?.isWhole],
      [1 << 20, 256, 0, 4n, true],
    );
  });

  test(`${title}: who finishes without retrieving gets nothing, and nothing is left`, async () => {
    const { result, calls } = await run({
      releases: [name, name],
      first: [
        open('a'),
        { memfd: 'm', size: '64K' },
        act('create'),
        preserve('a', 1),
        preserve('m', 2),
      ],
      last: [act('retrieve'), act('finish'), retrieve(1, 'f', 'ENOENT'), act('close')],
    });
    assert.deepEqual(result.findings, []);
    assert.deepEqual(calls, ['preserve', 'freeze', 'finish 0']);
  });

  test(`${title}: closing a session before the jump unpreserves its files`, async () => {
    const { result, calls } = await run({
      releases: [name],
      first: [
        open('a'),
        { memfd: 'm', size: '64K' },
        act('create'),
        preserve('a', 1),
        preserve('m', 2),
        act('close'),
        { close: 'a' },
        { close: 'm' },
      ],
    });
    assert.deepEqual(result.findings, []);
    assert.deepEqual(calls, ['preserve', 'unpreserve']);
    const left = result.kernels[0]?.preserved.map(({ driver }) => driver) ?? [];
    assert.deepEqual([...new Set(left)], ['kho']);
  });
}

test('a freeze that fails undoes those before it, and the jump is refused', async () => {
  let frozen = 0;
  const freeze = (): number => {
    frozen += 1;
    return frozen === 2 ? -16 : 0;
  };
  const first = [
    open('a'),
    open('b'),
    act('create'),
    preserve('a', 1),
    preserve('b', 2),
    LOAD,
    { kexec: {}, error: 'EBUSY' },
    act('close'),
  ];
  const unfrozen: (bigint | undefined)[] = [];
  const { result } = await run({
    releases: [NEWEST],
    first,
    change: { freeze, unfreeze: (_k, { file }) => void unfrozen.push(pageOf(file)) },
  });
  assert.deepEqual(result.findings, []);
  assert.equal(unfrozen.length, 1);
  const lines = result.kernels[0]?.console ?? [];
  assert.ok(lines.includes('luo: Freeze failed for token[0x2] handler[d-v1] err[-EBUSY]'));
});

/** The rules of what is found, each once. */
function foundRules({ findings }: RunResult): string[] {
  return [...new Set(findings.map(({ rule }) => rule))].sort();
}

const HANDED_OVER = [open('a'), act('create'), preserve('a', 1)];

const MISTAKES: readonly (Runs & { readonly what: string; readonly rules: readonly string[] })[] = [
  {
    what: 'a preserve() that fails and does not undo',
    first: [open('a'), act('create'), preserve('a', 1, 'EIO'), act('close'), { close: 'a' }],
    releases: [NEWEST],
    change: {
      preserve(k, { file }) {
        k.khoPreserveFolio(pageOf(file));
        return -5;
      },
    },
    rules: ['left-preserved'],
  },
  {
    what: 'an unpreserve() that unpreserves nothing',
    first: [...HANDED_OVER, act('close')],
    releases: [NEWEST],
    change: { unpreserve() {} },
    rules: ['left-preserved'],
  },
  {
    what: 'a freeze() that fails and does not undo',
    first: [...HANDED_OVER, LOAD, { kexec: {}, error: 'EIO' }],
    releases: [NEWEST],
    change: {
      freeze(k) {
        k.khoAllocPreserve(8);
        return -5;
      },
    },
    rules: ['left-preserved'],
  },
  {
    what: 'data that is a virtual address',
    first: HANDED_OVER,
    last: [act('retrieve'), retrieve(1, 'f', 'EIO')],
    change: {
      preserve(k, args) {
        args.serializedData = pageOf(args.file);
        return k.khoPreserveFolio(pageOf(args.file));
      },
    },
    rules: ['never-restored', 'stale-pointer'],
  },
  {
    what: 'a finish() that leaves what nobody retrieved',
    first: HANDED_OVER,
    last: [act('retrieve'), act('finish')],
    change: { finish() {} },
    rules: ['never-restored'],
  },
  {
    what: 'a retrieve() without a file',
    first: HANDED_OVER,
    last: [act('retrieve'), retrieve(1, 'f', 'EINVAL'), act('finish')],
    change: { retrieve: () => 0 },
    rules: ['luo-no-file'],
  },
  {
    what: 'a handler that the next kernel does not have',
    first: HANDED_OVER,
    last: [act('retrieve', 'EIO'), act('retrieve', 'EIO')],
    make: () => ({
      init(k: Kernel) {
        if (k.number === 1) device({ calls: [] }).init?.(k);
      },
    }),
    rules: ['luo-handler-missing', 'never-restored'],
  },
  {
    what: 'a handler without finish()',
    first: [],
    releases: [NEWEST],
    make: () => ({
      init(k: Kernel) {
        const ops = { canPreserve: () => true, preserve: () => 0, unpreserve() {} };
        const handler = { compatible: 'e', ops } as unknown as LiveupdateFileHandler;
        assert.equal(k.liveupdateRegisterFileHandler(handler), -22);
      },
    }),
    rules: ['luo-incomplete'],
  },
];

for (const { what, rules, ...runs } of MISTAKES)
  test(`found: ${what}`, async () => {
    const { result } = await run(runs);
    assert.deepEqual(foundRules(result), rules);
  });

test('a retrieve that failed is not tried again, which 6.19 does', async () => {
  for (const { name, liveUpdate } of WITH_LUO) {
    let tries = 0;
    const { result } = await run({
      releases: [name, name],
      first: HANDED_OVER,
      last: [act('retrieve'), retrieve(1, 'f', 'EIO'), retrieve(1, 'f', 'EIO')],
      change: {
        retrieve(k, { serializedData }) {
          tries += 1;
          const page = k.khoRestoreFolio(serializedData);
          if (page !== 0n) k.folioPut(page);
          return -5;
        },
      },
    });
    assert.equal(tries, liveUpdate?.keepsRetrieveErrors ? 1 : 2, name);
    assert.deepEqual(foundRules(result), liveUpdate?.keepsRetrieveErrors ? [] : ['restored-twice']);
  }
});

test('a file is preserved by one session alone, from 7.1 on', async () => {
  for (const { name, liveUpdate } of WITH_LUO) {
    const isRefused = liveUpdate?.refusesTwice === true;
    const { result } = await run({
      releases: [name],
      first: [
        { memfd: 'm', size: '4K' },
        act('create'),
        act('create', undefined, 't'),
        preserve('m', 1),
        preserve('m', 1, isRefused ? 'EBUSY' : undefined, 't'),
      ],
    });
    assert.deepEqual(foundRules(result), isRefused ? [] : ['preserved-twice'], name);
  }
});

test('sessions refuse what is for sessions of the other kind, and the device a second open', async () => {
  const { result } = await run({
    first: [
      { open: '/dev/liveupdate', as: 'luo' },
      { open: '/dev/liveupdate', as: 'again', error: 'EBUSY' },
      { close: 'luo' },
      { open: '/dev/liveupdate', as: 'again' },
      { open: '/dev/nothing', as: 'n', error: 'ENOENT' },
      ...HANDED_OVER,
      retrieve(1, 'f', 'EINVAL'),
      act('finish', 'EINVAL'),
      act('get-name'),
    ],
    last: [act('retrieve'), preserve('f', 1, 'EINVAL'), act('get-name'), act('close')],
  });
  assert.deepEqual(result.findings, []);
});

test('can_finish() that says no keeps the session, and close() loses it', async () => {
  const { result, calls } = await run({
    first: HANDED_OVER,
    last: [
      act('retrieve'),
      retrieve(1),
      act('finish', 'EBUSY'),
      act('close', 'EBUSY'),
      act('finish', 'EBADF'),
      act('retrieve', 'EINVAL'),
    ],
    change: { canFinish: () => false },
  });
  assert.deepEqual(result.findings, []);
  assert.deepEqual(calls, ['preserve', 'freeze', 'retrieve']);
  const lines = result.kernels[1]?.console ?? [];
  assert.ok(lines.includes('luo: Unable to finish session [s] on release'));
});

test('an FLB lives as long as the files of its handler', async () => {
  const calls: string[] = [];
  const make = (asks: boolean) => (): InlineDriver => {
    const flb: LiveupdateFlb = {
      compatible: 'shared-v1',
      ops: {
        preserve(_k, args) {
          calls.push('preserve');
          args.data = 7n;
          args.obj = { live: true };
        },
        unpreserve: () => void calls.push('unpreserve'),
        retrieve(_k, args) {
          calls.push(`retrieve ${args.data}`);
          args.obj = { live: false };
        },
        finish: (_k, { obj }) => void calls.push(`finish ${(obj as { live: boolean }).live}`),
      },
    };
    const driver = device({ calls: [] }, {}, (k, handler) => {
      assert.equal(k.liveupdateRegisterFlb(handler, flb), 0);
      assert.equal(k.liveupdateRegisterFlb(handler, flb), -17);
      if (k.number === 1) assert.equal(k.liveupdateFlbGetIncoming(flb), -61);
      else if (asks) assert.deepEqual(k.liveupdateFlbGetIncoming(flb), { obj: { live: false } });
      if (k.number === 2 && asks) k.liveupdateFlbPutIncoming(flb);
    });
    return driver;
  };
  const first = [
    open('a'),
    open('b'),
    open('c'),
    act('create'),
    preserve('a', 1),
    preserve('b', 2),
    act('create', undefined, 't'),
    preserve('c', 3, undefined, 't'),
    act('close', undefined, 't'),
  ];
  const last = [act('retrieve'), retrieve(1), act('finish')];
  const { result } = await run({ first, last, make: make(true) });
  assert.deepEqual(result.findings, []);
  assert.deepEqual(calls, ['preserve', 'retrieve 7', 'finish false']);
  const { luo } = decodeHandover(result.images[0] ?? assert.fail(), { bindings: BINDINGS });
  assert.deepEqual(luo?.flbs, [{ name: 'shared-v1', data: 7n, count: 2n }]);

  calls.length = 0;
  const { result: unasked } = await run({ first, last, make: make(false) });
  assert.deepEqual(foundRules(unasked), ['flb-never-retrieved']);
  assert.deepEqual(calls, ['preserve']);
});
