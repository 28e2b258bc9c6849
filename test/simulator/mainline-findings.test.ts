// What a reviewer would say: one wrong driver a row, and exactly the findings it gets, each at the
// call that caused it. Each row runs in the releases that have what it calls.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isInReleases } from '../../kho/index.ts';
import type { Driver, Kernel, KhoSerialization } from '../../simulator/index.ts';
import { handoverSteps, MAINLINE, runMainline } from './mainline-scenarios.ts';

interface Row {
  readonly what: string;
  /** In which releases; those that have no notifiers by default. */
  readonly releases?: readonly string[];
  /** What the first kernel's driver does; the FDT is preserved already and may be written. */
  first?(k: Kernel, blob: bigint): unknown;
  /** What the second kernel's does with what was in the u64 properties `a` and `b`. */
  second?(k: Kernel, a: bigint, b: bigint): unknown;
  readonly rules: readonly string[];
  /** A part of the message of the first finding. */
  readonly says?: RegExp;
  /** A part of the first thing that is related to it. */
  readonly related?: RegExp;
}

const LIVE = ['6.19..'];

/** Puts a physical address where the second kernel looks for it. */
function tell(k: Kernel, blob: bigint, name: 'a' | 'b', address: bigint): void {
  k.writeU64(blob + (name === 'a' ? 0n : 8n), k.pa(address));
}

function preserved(k: Kernel, blob: bigint, order = 0): bigint {
  const folio = k.folioAlloc('GFP_KERNEL', order);
  k.khoPreserveFolio(folio);
  tell(k, blob, 'a', folio);
  return folio;
}

const ROWS: readonly Row[] = [
  {
    what: 'preserves a folio twice',
    releases: ['6.16..'],
    first: (k, blob) => k.khoPreserveFolio(preserved(k, blob)),
    second: (k, a) => k.khoRestoreFolio(a),
    rules: ['preserved-twice'],
    related: /khoPreserveFolio\(\)/,
  },
  {
    what: 'preserves twice and unpreserves once, so that it is gone',
    first(k, blob) {
      const folio = preserved(k, blob);
      k.khoPreserveFolio(folio);
      k.khoUnpreserveFolio(folio);
    },
    second: (k, a) => k.read(k.va(a), 8),
    rules: ['preserved-twice', 'memory-not-preserved'],
  },
  {
    what: 'unpreserves what the next kernel wants, which is told where',
    first: (k, blob) => k.khoUnpreserveFolio(preserved(k, blob)),
    second: (k, a) => k.khoRestoreFolio(a),
    rules: ['restored-unknown'],
    related: /it was unpreserved here/,
  },
  {
    what: 'unpreserves what the next kernel reads, which is told where',
    first: (k, blob) => k.khoUnpreserveFolio(preserved(k, blob)),
    second: (k, a) => k.read(k.va(a), 8),
    rules: ['memory-not-preserved'],
    related: /it was unpreserved here/,
  },
  {
    what: 'restores fewer pages than were preserved, which is said once',
    first(k, blob) {
      const pages = k.getFreePages('GFP_KERNEL', 3);
      k.khoPreservePages(pages, 8);
      tell(k, blob, 'a', pages);
    },
    second: (k, a) => k.khoRestorePages(a, 5),
    rules: ['restore-kind'],
  },
  {
    what: 'preserves pages of a folio that is preserved',
    first: (k, blob) => k.khoPreservePages(preserved(k, blob, 3), 2),
    second: (k, a) => k.khoRestoreFolio(a),
    // The tree is walked from large blocks to small ones: what is stamped last is found.
    releases: ['7.1..'],
    rules: ['preserved-overlap', 'restore-kind'],
  },
  {
    what: 'preserves pages of a folio that is preserved, where small blocks are read first',
    first: (k, blob) => k.khoPreservePages(preserved(k, blob, 3), 2),
    second: (k, a) => k.khoRestoreFolio(a),
    releases: ['6.19..7.0'],
    rules: ['preserved-overlap'],
  },
  {
    what: 'preserves a folio around pages that are preserved',
    first(k, blob) {
      const folio = k.folioAlloc('GFP_KERNEL', 2);
      k.khoPreservePages(folio + BigInt(k.pageSize), 1);
      k.khoPreserveFolio(folio);
      tell(k, blob, 'a', folio);
    },
    second: (k, a) => k.khoRestoreFolio(a),
    rules: ['preserved-overlap', 'never-restored'],
  },
  {
    what: 'unpreserves what was never preserved',
    first: (k) => k.khoUnpreserveFolio(k.folioAlloc('GFP_KERNEL', 0)),
    rules: ['unpreserved-unknown'],
    says: /which is not preserved;/,
  },
  {
    what: 'unpreserves a folio that was split',
    first(k, blob) {
      const folio = preserved(k, blob, 3);
      k.splitFolio(folio);
      k.khoUnpreserveFolio(folio);
    },
    second: (k, a) => k.khoRestoreFolio(a),
    rules: ['split-while-preserved'],
    says: /the folio of order 3 at 0x[0-9a-f]+ is split/,
    related: /khoPreserveFolio\(\)/,
  },
  {
    what: 'splits what it preserved',
    releases: ['6.16..'],
    first: (k, blob) => k.splitFolio(preserved(k, blob, 2)),
    second: (k, a) => k.khoRestoreFolio(a),
    rules: ['split-while-preserved'],
  },
  {
    what: 'splits before it preserves',
    releases: ['6.16..'],
    first(k, blob) {
      const folio = k.folioAlloc('GFP_KERNEL', 1);
      k.splitFolio(folio);
      k.khoPreserveFolio(folio);
      k.khoPreserveFolio(folio + BigInt(k.pageSize));
      tell(k, blob, 'a', folio);
    },
    second: (k, a) => k.khoRestoreFolio(a) && k.khoRestoreFolio(a + BigInt(k.pageSize)),
    rules: [],
  },
  {
    what: 'unpreserves fewer pages of a folio',
    first(k, blob) {
      const folio = preserved(k, blob, 3);
      k.khoUnpreservePages(folio, 1);
    },
    second: (k, a) => k.khoRestoreFolio(a),
    rules: ['unpreserved-unknown'],
    says: /as a block of order 0, but of order 3/,
    related: /khoPreserveFolio\(\)/,
  },
  {
    what: 'unpreserves fewer pages than it preserved',
    first(k, blob) {
      const pages = k.getFreePages('GFP_KERNEL', 3);
      k.khoPreservePages(pages, 8);
      k.khoUnpreservePages(pages, 4);
      tell(k, blob, 'a', pages);
    },
    second: (k, a) => k.khoRestorePages(a, 8),
    rules: ['unpreserved-unknown'],
  },
  {
    what: 'preserves pages that are no folio as a folio',
    releases: ['6.16..'],
    first(k, blob) {
      const pages = k.getFreePages('GFP_KERNEL', 2);
      k.khoPreserveFolio(pages);
      tell(k, blob, 'a', pages);
    },
    second: (k, a) => k.khoRestoreFolio(a),
    rules: ['preserve-kind'],
    says: /one of 4 pages that are no folio/,
  },
  {
    what: 'preserves an object',
    releases: ['6.16..'],
    first(k, blob) {
      const object = k.kzalloc(64, 'GFP_KERNEL');
      k.khoPreserveFolio(object);
      tell(k, blob, 'a', object);
    },
    second: (k, a) => k.khoRestoreFolio(a),
    rules: ['preserve-kind'],
    says: /of an object that shares its page/,
  },
  {
    what: 'preserves the page that an object is in',
    first(k) {
      const object = k.kzalloc(64, 'GFP_KERNEL');
      const page = object - (object % BigInt(k.pageSize));
      k.khoPreservePages(page, 1);
      k.khoUnpreservePages(page, 1);
    },
    rules: ['preserve-kind'],
    says: /khoPreservePages\(\) of an object that shares its page/,
  },
  {
    what: 'preserves what nobody allocated',
    releases: ['6.16..'],
    first(k, blob) {
      const nobodys = k.va(0x4000000n);
      tell(k, blob, 'a', nobodys);
      k.khoPreserveFolio(nobodys);
    },
    second: (k, a) => k.khoRestoreFolio(a),
    rules: ['preserve-kind'],
    says: /nobody allocated/,
  },
  {
    what: 'preserves a vmalloc address as a folio',
    releases: ['6.16..'],
    first: (k) => k.khoPreserveFolio(k.vmalloc(10)),
    rules: ['preserve-kind'],
    says: /no address of the direct map/,
  },
  {
    what: 'frees what is preserved',
    releases: ['6.16..'],
    first: (k, blob) => k.folioPut(preserved(k, blob)),
    second: (k, a) => k.khoRestoreFolio(a),
    rules: ['freed-while-preserved'],
    related: /preserved here/,
  },
  {
    what: 'frees an area before it unpreserves it',
    first(k) {
      const area = k.vmalloc(k.pageSize);
      const preservation = k.khoPreserveVmalloc(area);
      k.vfree(area);
      k.khoUnpreserveVmalloc(preservation as Uint8Array);
    },
    rules: ['freed-while-preserved'],
    related: /khoPreserveVmalloc\(\)/,
  },
  {
    what: 'unwinds as it should',
    first(k) {
      const area = k.vmalloc(k.pageSize * 3);
      k.khoUnpreserveVmalloc(k.khoPreserveVmalloc(area) as Uint8Array);
      k.vfree(area);
      k.khoUnpreserveFree(k.khoAllocPreserve(10_000));
      const pages = k.getFreePages('GFP_KERNEL', 4);
      k.khoPreservePages(pages, 11);
      k.khoUnpreservePages(pages, 11);
      k.freePages(pages, 4);
    },
    rules: [],
  },
  {
    what: 'frees an ERR_PTR',
    first: (k) => k.khoUnpreserveFree(k.khoAllocPreserve(0)),
    rules: ['error-pointer'],
    says: /ERR_PTR \(-22\)/,
  },
  {
    what: 'hands over an ERR_PTR',
    releases: ['7.1..'],
    first(k) {
      // From here on the kernel looks at nothing behind the pointer.
      assert.equal(k.khoAddSubtree('x', k.khoAllocPreserve(0), 8), 0);
    },
    second(k) {
      const found = k.khoRetrieveSubtree('x');
      assert.ok(typeof found !== 'number');
      assert.equal(found.size, 8);
    },
    rules: ['error-pointer', 'unaligned-preserved-data', 'state-not-preserved'],
    says: /ERR_PTR \(-22\): the next kernel is told of memory that is not there/,
  },
  {
    what: 'restores twice',
    releases: ['6.18..'],
    first: (k, blob) => preserved(k, blob),
    second: (k, a) => k.khoRestoreFolio(a) && k.khoRestoreFolio(a),
    rules: ['restored-twice'],
    related: /restored here/,
  },
  {
    what: 'restores twice where nothing tells',
    releases: ['6.16..6.17'],
    first: (k, blob) => preserved(k, blob),
    second: (k, a) => k.khoRestoreFolio(a) && k.khoRestoreFolio(a),
    rules: ['restored-twice'],
  },
  {
    what: 'restores a page in the middle',
    releases: ['6.18..'],
    first: (k, blob) => preserved(k, blob, 2),
    second: (k, a) => k.khoRestoreFolio(a + BigInt(k.pageSize)) || k.khoRestoreFolio(a),
    rules: ['restored-unknown'],
    says: /a block that was begins at/,
  },
  {
    what: 'restores what was allocated and not preserved',
    releases: ['6.16..'],
    first: (k, blob) => tell(k, blob, 'a', k.folioAlloc('GFP_KERNEL', 0)),
    second: (k, a) => k.khoRestoreFolio(a),
    rules: ['restored-unknown'],
    related: /allocated here and not preserved/,
  },
  {
    what: 'restores a folio as pages',
    releases: ['6.18..'],
    first: (k, blob) => preserved(k, blob, 2),
    second: (k, a) => k.khoRestorePages(a, 4),
    rules: ['restore-kind'],
    related: /by kernel 1, with khoPreserveFolio/,
  },
  {
    what: 'restores pages as a folio',
    releases: ['6.18..'],
    first(k, blob) {
      const pages = k.getFreePages('GFP_KERNEL', 2);
      k.khoPreservePages(pages, 4);
      tell(k, blob, 'a', pages);
    },
    second: (k, a) => k.khoRestoreFolio(a),
    rules: ['restore-kind'],
  },
  {
    what: 'restores a single page either way',
    releases: ['6.18..'],
    first(k, blob) {
      const pages = k.getFreePages('GFP_KERNEL', 0);
      k.khoPreservePages(pages, 1);
      tell(k, blob, 'a', pages);
    },
    second: (k, a) => k.khoRestoreFolio(a),
    rules: [],
  },
  {
    what: 'restores fewer pages than were preserved',
    releases: ['6.18..'],
    first(k, blob) {
      const pages = k.getFreePages('GFP_KERNEL', 3);
      k.khoPreservePages(pages, 8);
      tell(k, blob, 'a', pages);
    },
    second: (k, a) => k.khoRestorePages(a, 4),
    rules: ['restore-kind'],
    says: /takes 4 pages .* from a block of 8/,
  },
  {
    what: 'restores more pages than were preserved, and uses NULL',
    first(k, blob) {
      const pages = k.getFreePages('GFP_KERNEL', 3);
      k.khoPreservePages(pages, 4);
      k.khoPreservePages(pages + BigInt(5 * k.pageSize), 1);
      tell(k, blob, 'a', pages + BigInt(3 * k.pageSize));
      tell(k, blob, 'b', pages);
    },
    second(k, _a, b) {
      const pages = k.khoRestorePages(b, 4);
      k.read(pages, 8);
      k.read(k.khoRestorePages(b + BigInt(5 * k.pageSize), 2), 8);
    },
    rules: ['restored-unknown', 'restored-partly', 'null-pointer'],
  },
  {
    what: 'never restores',
    releases: ['6.16..'],
    first: (k, blob) => preserved(k, blob, 1),
    rules: ['never-restored'],
    says: /8192 bytes that khoPreserveFolio\(\) preserved/,
  },
  {
    what: 'writes what it did not restore',
    releases: ['6.16..'],
    first: (k, blob) => preserved(k, blob),
    second: (k, a) => (k.writeU64(k.va(a), 1n) as undefined) ?? k.khoRestoreFolio(a),
    rules: ['unowned-memory-written'],
  },
  {
    what: 'reads what was preserved before it restores it, as blobs are',
    releases: ['6.16..'],
    first: (k, blob) => preserved(k, blob),
    second: (k, a) => k.read(k.va(a), 8) && k.khoRestoreFolio(a),
    rules: [],
  },
  {
    what: 'uses a pointer of the first kernel',
    releases: ['6.16..'],
    first: (k, blob) => k.writeU64(blob, preserved(k, blob)),
    second: (k, a) => k.read(a, 8),
    rules: ['stale-pointer', 'never-restored'],
  },
  {
    what: 'restores an area that was unpreserved',
    releases: LIVE,
    first(k, blob) {
      const preservation = k.khoPreserveVmalloc(k.vmalloc(k.pageSize * 2)) as Uint8Array;
      k.write(blob, preservation);
      k.khoUnpreserveVmalloc(preservation);
    },
    second: (k, a, b) => k.khoRestoreVmalloc(k.u64(a, b)),
    rules: ['restored-unknown'],
  },
];

/** A driver that hands one page over by the name `state`, for rows to use. */
function driverOf(
  row: Row,
  release: (typeof MAINLINE)[number],
): () => Driver & Record<string, unknown> {
  return () => {
    const add = (k: Kernel, ser: KhoSerialization | null): number => {
      const blob = k.folioAlloc('GFP_KERNEL', 0);
      k.write(blob, new Uint8Array(k.pageSize));
      const error = k.khoPreserveFolio(blob) || addBlob(k, ser, blob, release);
      row.first?.(k, blob);
      return error;
    };
    const notify = (k: Kernel, event: string, ser: KhoSerialization | null): number =>
      event === 'KEXEC_KHO_FINALIZE' ? add(k, ser) : 0;
    return {
      notify,
      init(k) {
        const found = k.khoRetrieveSubtree('state');
        if (typeof found === 'number')
          return release.serialization === 'finalize-notifiers'
            ? k.registerKhoNotifier(notify)
            : add(k, null);
        const [a = 0n, b = 0n] = k.toU64(k.read(k.va(found.phys), 16));
        row.second?.(k, a, b);
        return k.khoRestoreFolio(found.phys) === 0n ? -5 : 0;
      },
    };
  };
}

/** The page is no FDT: where its size is not told, nobody may look for it. */
function addBlob(
  k: Kernel,
  ser: KhoSerialization | null,
  blob: bigint,
  release: (typeof MAINLINE)[number],
): number {
  if (ser !== null) return k.khoAddSubtree(ser, 'state', blob);
  const isSized = release.subtrees.kind === 'by-reference' && release.subtrees.sizeProperty;
  return isSized ? k.khoAddSubtree('state', blob, k.pageSize) : k.khoAddSubtree('state', blob);
}

for (const row of ROWS)
  for (const release of MAINLINE) {
    if (!isInReleases(release.name, row.releases ?? LIVE)) continue;
    test(`${release.name}: a driver that ${row.what}`, async () => {
      const releases = [release.name, release.name];
      const result = await runMainline({ releases }, driverOf(row, release));
      assert.deepEqual(
        result.findings.map(({ rule }) => rule),
        row.rules,
        JSON.stringify(result.findings, null, 1),
      );
      const [first] = result.findings;
      if (row.says !== undefined) assert.match(first?.message ?? '', row.says);
      if (row.related !== undefined) assert.match(first?.related[0]?.message ?? '', row.related);
      for (const { help, severity } of result.findings)
        assert.ok(help !== undefined || severity === 'error');
    });
  }

test('a subtree whose blob is not preserved is found at the jump', async () => {
  for (const release of MAINLINE.filter(({ serialization }) => serialization === 'live')) {
    const result = await runMainline({ releases: [release.name, release.name] }, () => ({
      init: (k) =>
        k.isKhoBoot() ? 0 : k.khoAddSubtree('state', k.folioAlloc('GFP_KERNEL', 1), 8192),
    }));
    assert.deepEqual(
      result.findings.map(({ rule, kernel, phase }) => [rule, kernel, phase]),
      [['state-not-preserved', 1, 'jump']],
    );
  }
});

test('what is preserved after the map was written is not in it', async () => {
  for (const release of MAINLINE.filter(({ serialization }) => serialization === 'finalize-map')) {
    const steps = [...handoverSteps(release)];
    steps.splice(1, 0, { call: 'd', function: 'late' });
    const result = await runMainline({ releases: [release.name, release.name], steps }, () => ({
      late(k: Kernel) {
        for (let order = 0; order < 4; order++)
          k.khoPreserveFolio(k.folioAlloc('GFP_KERNEL', order));
      },
    }));
    assert.ok(result.findings.some(({ rule }) => rule === 'never-finalized'));
  }
});

test('a jump before anybody finalized hands nothing over', async () => {
  for (const release of MAINLINE.filter(({ serialization }) => serialization !== 'live')) {
    const steps = handoverSteps(release).slice(1);
    const result = await runMainline({ releases: [release.name, release.name], steps }, () => ({}));
    assert.deepEqual(
      result.findings.map(({ rule }) => rule),
      ['never-finalized', 'handover-refused'],
    );
    assert.equal(result.kernels[1]?.isKhoBoot, false);
  }
});
