// mm/memblock.c as it is in the kernel's sources, with all that it does for reserve_mem=.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { decodeHandover } from '../../kho/index.ts';
import type { CallSite, RunResult } from '../../simulator/index.ts';
import { kernelSource, needsCompiler } from '../support/native.ts';
import { driverWith, findingsOf, linesOf, runC } from './native-scenarios.ts';
import { shapeOfSubtree } from './recorded-handover.ts';
import { BINDINGS } from './scenarios.ts';

const CMDLINE = 'kho=on kho_scratch=16M,32M,32M reserve_mem=4M:4096:trace';

/** Writes into the region in the first kernel, and says what is there in others. */
const USER = driverWith(
  `	phys_addr_t start, size;
	char *text;

	if (!reserve_mem_find_by_name("trace", &start, &size))
		return -ENOENT;
	text = phys_to_virt(start + size - 16);
	if (is_kho_boot())
		pr_info("%llu KiB at %#llx, %s\\n", size >> 10, start, text);
	else
		strscpy(text, "still here", 16);`,
  '#include <linux/memblock.h>\n',
);

function memblock(t: TestContext, release: string): string | undefined {
  if (!needsCompiler(t)) return undefined;
  const source = kernelSource(t, release);
  return source && path.join(source, 'mm/memblock.c');
}

function lineAt(site: CallSite | undefined): string {
  assert.ok(site !== undefined);
  return readFileSync(site.path, 'utf8').split('\n')[site.line - 1] ?? '';
}

/** What the first kernel handed over of reserve_mem=. */
function region({ images }: RunResult): unknown {
  assert.ok(images[0] !== undefined);
  const { subtrees, contents } = decodeHandover(images[0], { bindings: BINDINGS });
  const subtree = subtrees.find(({ name }) => name === 'memblock');
  assert.ok(subtree !== undefined);
  const names = contents.filter(({ name }) => name.startsWith('memblock/'));
  return [shapeOfSubtree(subtree), names.map(({ name, sizeBytes }) => ({ name, sizeBytes }))];
}

for (const release of ['7.2', '7.3'])
  test(`Linux ${release}: a region of reserve_mem= keeps its place and what it holds`, async (t) => {
    const file = memblock(t, release);
    if (file === undefined) return;
    const scenario = { releases: [release, release, release], cmdline: CMDLINE };
    const result = await runC(t, { ...scenario, drivers: { 'd.c': USER }, files: [file] });
    const places = [2, 3].map((kernel) => {
      const lines = linesOf(result, kernel);
      assert.ok(lines.includes("memblock: Revived memory reservation 'trace' from KHO"));
      return /^d: 4096 KiB at (\S+), still here$/.exec(lines.at(-1) ?? '')?.[1];
    });
    assert.ok(places[0] !== undefined && places[0] === places[1]);
    // The FDT of the kernel before is never taken back: 4 KiB are lost with every jump.
    assert.deepEqual(
      result.findings.map(({ rule, message }) => [rule, /^\d+ bytes/.exec(message)?.[0]]),
      [['never-restored', '4096 bytes']],
    );
    assert.deepEqual(region(result), region(await runC(t, { ...scenario })));
  });

test('a region that the kernel before did not have lies in scratch, and is not handed over', async (t) => {
  const file = memblock(t, '7.3');
  if (file === undefined) return;
  const result = await runC(t, {
    files: [file],
    cmdlines: [CMDLINE, `${CMDLINE} reserve_mem=1M:4096:later`],
  });
  const lines = linesOf(result, 2);
  assert.ok(lines.includes("memblock: warning: FDT 'memblock' has no child 'later': -1"));
  // As the kernel's own TODO says; the region that was there before is lost with it.
  const [inScratch, failed] = result.findings;
  assert.equal(inScratch?.rule, 'preserved-memory-in-scratch');
  assert.match(lineAt(inScratch.site), /kho_preserve_pages\(/);
  assert.equal(failed?.rule, 'driver-failed');
  assert.equal(lines.at(-1), 'memblock: error: failed to prepare memblock FDT for KHO: -22');
});

test('a region that is released is free', async (t) => {
  const file = memblock(t, '7.3');
  if (file === undefined) return;
  const text = driverWith(
    `	phys_addr_t start, size;

	pr_info("%d\\n", reserve_mem_release_by_name("trace"));
	pr_info("%d\\n", reserve_mem_release_by_name("trace"));
	pr_info("%d\\n", reserve_mem_find_by_name("trace", &start, &size));`,
    '#include <linux/memblock.h>\n',
  );
  const drivers = { 'd.c': text };
  const scenario = { drivers, files: [file], releases: ['7.3'], cmdline: CMDLINE };
  const read = { read: '/sys/kernel/debug/memblock/reserve_mem_param', expect: '' };
  const result = await runC(t, { ...scenario, steps: [[read]] });
  assert.deepEqual(findingsOf(result), []);
  const freed = 'memblock: Freeing reserve_mem:trace memory: 4096K';
  assert.deepEqual(linesOf(result, 1), [freed, 'd: 1', 'd: 0', 'd: 0']);
});
