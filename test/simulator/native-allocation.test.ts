// What drivers in C say when they allocate: flags and nodes reach the engine.
import assert from 'node:assert/strict';
import test from 'node:test';
import { needsCompiler } from '../support/native.ts';
import { driverWith, findingsOf, linesOf, runC } from './native-scenarios.ts';

const RAM = [
  { start: 0, size: '512M', node: 0 },
  { start: '4G', size: '512M', node: 1 },
];

test('drivers in C allocate pages, folios and objects of a node', async (t) => {
  if (!needsCompiler(t)) return;
  const body = `
	for (int nid = 0; nid < 2; nid++) {
		struct page *page = alloc_pages_node(nid, GFP_KERNEL, 3);
		struct folio *folio = folio_alloc_node(GFP_KERNEL | __GFP_ZERO, 1, nid);
		char *object = kzalloc_node(100, GFP_KERNEL, nid);
		char *large = kvmalloc_node(3 * PAGE_SIZE, GFP_KERNEL, nid);

		pr_info("%d %d %d %d %d\\n", nid, page_to_nid(page), folio_nid(folio),
			page_to_nid(virt_to_page(object)), page_to_nid(virt_to_page(large)));
		if (memchr_inv(folio_address(folio), 0, folio_size(folio)) || object[99])
			pr_info("not zero\\n");
		__free_pages(page, 3);
		folio_put(folio);
		kfree(object);
		kvfree(large);
	}
	if (!alloc_page(GFP_KERNEL) || !kmalloc_node(8, GFP_KERNEL, NUMA_NO_NODE))
		return -ENOMEM;
	return 0;`;
  const drivers = {
    'nodes.c': driverWith(body, '#include <linux/slab.h>\n#include <linux/numa.h>'),
  };
  const result = await runC(t, { drivers, releases: ['7.3'], ram: RAM });
  assert.deepEqual(findingsOf(result), []);
  assert.deepEqual(linesOf(result, 1), ['nodes: 0 0 0 0 0', 'nodes: 1 1 1 1 1']);
});

test('flags of drivers in C reach the page allocator', async (t) => {
  if (!needsCompiler(t)) return;
  const body = `
	kfree(kmalloc(64, GFP_ATOMIC));
	__free_pages(alloc_pages(GFP_KERNEL | __GFP_MOVABLE | __GFP_RECLAIMABLE, 0), 0);
	kfree(kmalloc(64, GFP_HIGHUSER));
	return kho_preserve_folio(folio_alloc(GFP_HIGHUSER_MOVABLE | __GFP_NORETRY, 0)) ? 0 : -EIO;`;
  const drivers = { 'flags.c': driverWith(body, '#include <linux/slab.h>') };
  const result = await runC(t, { drivers, releases: ['7.3'] });
  assert.deepEqual(
    result.findings.map(({ rule }) => rule),
    ['gfp-flags', 'gfp-flags', 'preserved-memory-in-scratch'],
  );
  assert.match(
    result.findings[0]?.message ?? '',
    /GFP_KERNEL \| __GFP_MOVABLE \| __GFP_RECLAIMABLE/,
  );
});

/** What of a folio in scratch that may move is done before an image is loaded. */
const HELD = (references: string): string =>
  driverWith(
    `	folio = folio_alloc(GFP_HIGHUSER_MOVABLE, 1);
	${references}`,
    `static struct folio *folio;
static __used int use(void)
{
	return *(char *)folio_address(folio) == 1;
}`,
  );

for (const [references, isMoved] of [
  ['', true],
  ['folio_get(folio);', false],
  ['get_page(folio_page(folio, 1));', false],
  ['folio_get(folio); folio_put(folio);', true],
  ['folio_get(folio); folio_get(folio); folio_put_refs(folio, 1);', false],
  ['folio_get(folio); folio_get(folio); folio_put_refs(folio, 2);', true],
] as const)
  test(`references in C hold memory where it is: ${references || 'none'}`, async (t) => {
    if (!needsCompiler(t)) return;
    const steps = [[{ kexecLoad: {} }, { call: 'd', function: 'use' }]];
    const drivers = { 'd.c': HELD(references) };
    const result = await runC(t, { drivers, releases: ['7.3'], steps });
    assert.deepEqual(
      findingsOf(result),
      isMoved ? ['moved-memory d.c:9'] : [],
      JSON.stringify(result.findings, null, 1),
    );
  });

test('an area of vmap() is not preserved as one of vmalloc()', async (t) => {
  if (!needsCompiler(t)) return;
  const body = `
	struct page *page = alloc_page(GFP_KERNEL);
	void *area = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	struct kho_vmalloc preservation;

	pr_info("%d\\n", kho_preserve_vmalloc(area, &preservation));
	vunmap(area);
	__free_page(page);`;
  const driver = driverWith(body, '#include <linux/kho/abi/kexec_handover.h>');
  const result = await runC(t, { drivers: { 'd.c': driver }, releases: ['7.3'] });
  // -EOPNOTSUPP.
  assert.deepEqual(linesOf(result, 1), ['d: -95']);
  assert.deepEqual(findingsOf(result), ['preserve-kind d.c:14']);
});
