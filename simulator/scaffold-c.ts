// A driver in C to begin with: source, binding, driver and scenario that run and pass as they are.
import type { Release } from '../kho/index.ts';
import type { ScaffoldFile } from './scaffold.ts';
import { scaffoldScenario } from './scaffold-scenario.ts';
import { subtreeBinding, subtreeSource } from './scaffold-subtree.ts';

/** Releases that scaffoldCDriver() writes drivers for: those whose tree is live. */
export function canScaffoldC({ subtrees, serialization }: Release): boolean {
  return subtrees.kind === 'by-reference' && serialization !== 'finalize-notifiers';
}

/**
 * The files of a new driver in C that keeps one page of counters over a kexec, for a release for
 * which canScaffoldC() is true.
 */
export function scaffoldCDriver(name: string, release: Release): readonly ScaffoldFile[] {
  const id = idOf(name);
  const file = `${name}.c`;
  const called = { name, file, count: `${id}_count`, verify: `${id}_verify` };
  return [
    { path: file, text: driverText(name, release) },
    { path: `${name}.kho.json`, text: scaffoldScenario(called, release) },
    { path: `${name}-v1.kho.yaml`, text: subtreeBinding(name, release) },
    { path: `${name}.kho.dts`, text: subtreeSource(name) },
  ];
}

function driverText(name: string, release: Release): string {
  const id = idOf(name);
  return `${headText(name)}
${takeOverText(id)}
${handOverText(id, release)}
${initText(id, release)}
${workloadText(id)}
MODULE_LICENSE("GPL");
`;
}

function headText(name: string): string {
  return `// SPDX-License-Identifier: GPL-2.0
/* Keeps one page of counters over a kexec. KHO: Simulate Handover runs it. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/libfdt.h>
#include <linux/mm.h>
#include <linux/module.h>

#define NAME "${name}"
#define COMPATIBLE "${name}-v1"
#define COUNTERS 4

/* This kernel's: the next one has another direct map. */
static struct folio *folio;
static u64 *counters;
static void *fdt;
`;
}

function takeOverText(id: string): string {
  return `/* The page that the kernel before preserved; its tree is not needed any more. */
static int ${id}_take_over(void *old)
{
	const u32 *count;
	const u64 *page;
	int len;

	if (fdt_node_check_compatible(old, 0, COMPATIBLE))
		return -EINVAL;
	count = fdt_getprop(old, 0, "counters", &len);
	if (!count || len != sizeof(*count) || *count != COUNTERS)
		return -EINVAL;
	page = fdt_getprop(old, 0, "page", &len);
	if (!page || len != sizeof(*page))
		return -EINVAL;
	folio = kho_restore_folio(get_unaligned(page));
	kho_restore_free(old);
	return folio ? 0 : -EIO;
}
`;
}

function handOverText(id: string, release: Release): string {
  const sizes = hasSizes(release);
  const add = sizes
    ? 'kho_add_subtree(NAME, fdt, fdt_totalsize(fdt))'
    : 'kho_add_subtree(NAME, fdt)';
  return `static int ${id}_write_tree(void)
{
	u64 page = virt_to_phys(counters), size = PAGE_SIZE;
	u32 count = COUNTERS;
	int err;

	err = fdt_create(fdt, PAGE_SIZE);
	err |= fdt_finish_reservemap(fdt);
	err |= fdt_begin_node(fdt, "");
	err |= fdt_property_string(fdt, "compatible", COMPATIBLE);
	err |= fdt_property(fdt, "counters", &count, sizeof(count));
	err |= fdt_property(fdt, "page", &page, sizeof(page));
	err |= fdt_property(fdt, "page-size", &size, sizeof(size));
	err |= fdt_end_node(fdt);
	err |= fdt_finish(fdt);
	return err ? -ENOSPC : 0;
}

/* Preserves the page and adds a tree that says where it is; undone in turn if a step fails. */
static int ${id}_hand_over(void)
{
	int err = kho_preserve_folio(folio);

	if (err)
		return err;
	fdt = kho_alloc_preserve(PAGE_SIZE);
	if (IS_ERR(fdt)) {
		err = PTR_ERR(fdt);
		goto err_unpreserve;
	}
	err = ${id}_write_tree();
	if (!err)
		err = ${add};
	if (err)
		goto err_free_tree;
	return 0;

err_free_tree:
	kho_unpreserve_free(fdt);
err_unpreserve:
	kho_unpreserve_folio(folio);
	return err;
}
`;
}

function initText(id: string, release: Release): string {
  const sizes = hasSizes(release);
  const retrieve = `kho_retrieve_subtree(NAME, &phys${sizes ? ', &size' : ''})`;
  return `/* Takes over what there is, or starts afresh, and hands it over. */
static int __init ${id}_init(void)
{
	phys_addr_t phys;
${sizes ? '\tsize_t size;\n' : ''}	int err;

	if (!kho_is_enabled())
		return 0;
	err = ${retrieve};
	if (err == -ENOENT) {
		folio = folio_alloc(GFP_KERNEL | __GFP_ZERO, 0);
		err = folio ? 0 : -ENOMEM;
	} else if (!err) {
		err = ${id}_take_over(phys_to_virt(phys));
	}
	if (err)
		return err;
	counters = folio_address(folio);
	err = ${id}_hand_over();
	if (err)
		folio_put(folio);
	return err;
}
module_init(${id}_init);
`;
}

function workloadText(id: string): string {
  return `/* The workload of the scenario. */
static __used void ${id}_count(void)
{
	for (int i = 0; i < COUNTERS; i++)
		counters[i] += i + 1;
}

/* Of the second kernel: the counters must be what the first one made them. */
static __used int ${id}_verify(void)
{
	for (int i = 0; i < COUNTERS; i++)
		if (counters[i] != i + 1)
			return -EIO;
	pr_info("%d counters are as they were\\n", COUNTERS);
	return 0;
}
`;
}

/** What functions of the driver begin with. */
function idOf(name: string): string {
  return name.replaceAll('-', '_');
}

/** True if kho_add_subtree() and kho_retrieve_subtree() know the size of the blob. */
function hasSizes({ subtrees }: Release): boolean {
  return subtrees.kind === 'by-reference' && subtrees.sizeProperty !== undefined;
}
