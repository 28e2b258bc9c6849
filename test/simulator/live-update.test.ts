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
function device(notes: Notes, change: Partial<LiveupdateFileOps> = {}): InlineDriver {
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
      args.file = k.anonInodeGetfile('[d]', fops, page);
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
      return k.liveupdateRegisterFileHandler(handler);
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
