// Mistakes as they were made, and the same code without them. The names say which published fix
// or review a mistake is modelled on, where there is one.
import { GATE, type Mistake } from './mistake.ts';
import { POINTERS } from './mistakes-pointers.ts';
import { UNWINDING } from './mistakes-unwinding.ts';

const RESTORING: readonly Mistake[] = [
  {
    name: 'one folio, twice (f85b1c6af5bc)',
    rule: 'restored-twice',
    bad: `static int retrieve(phys_addr_t phys)
{
	struct folio *folio = kho_restore_folio(phys);

	if (!folio)
		return -EIO;
	if (insert(folio))
		folio = kho_restore_folio(phys);
	if (!folio)
		return -EIO;
	return 0;
}
`,
  },
  {
    name: 'every round of a loop restores the same',
    rule: 'restored-twice',
    bad: `static void retrieve(phys_addr_t phys, int nr)
{
	struct folio *folio;

	for (int i = 0; i < nr; i++) {
		folio = kho_restore_folio(phys);
		if (folio)
			folio_put(folio);
	}
}
`,
    good: `static void retrieve(phys_addr_t phys, int nr)
{
	struct folio *folio;

	for (int i = 0; i < nr; i++) {
		folio = kho_restore_folio(phys);
		if (folio)
			folio_put(folio);
		phys += PAGE_SIZE;
	}
}
`,
  },
  {
    name: 'err is still 0 (0fb1daf0b78d)',
    rule: 'success-after-failure',
    bad: `static int retrieve(struct file *file, const struct mine_ser *ser, u64 nr)
{
	struct folio *folio;
	phys_addr_t phys;
	int err;

	for (u64 i = 0; i < nr; i++) {
		phys = PFN_PHYS(ser[i].pfn);
		folio = kho_restore_folio(phys);
		if (!folio)
			goto put_folios;
		err = add(file, folio);
		if (err)
			goto put_folios;
	}
	return 0;

put_folios:
	put_rest(file);
	return err;
}
`,
    good: `static int retrieve(struct file *file, const struct mine_ser *ser, u64 nr)
{
	struct folio *folio;
	phys_addr_t phys;
	int err;

	for (u64 i = 0; i < nr; i++) {
		phys = PFN_PHYS(ser[i].pfn);
		folio = kho_restore_folio(phys);
		if (!folio) {
			err = -EIO;
			goto put_folios;
		}
		err = add(file, folio);
		if (err)
			goto put_folios;
	}
	return 0;

put_folios:
	put_rest(file);
	return err;
}
`,
  },
  {
    name: 'what is not there is used',
    rule: 'unchecked-result',
    bad: `static void *retrieve(phys_addr_t phys)
{
	struct folio *folio = kho_restore_folio(phys);

	return folio_address(folio);
}
`,
    good: `static void *retrieve(phys_addr_t phys)
{
	struct folio *folio = kho_restore_folio(phys);

	return folio ? folio_address(folio) : NULL;
}
`,
  },
  {
    name: 'a restored array is read at once',
    rule: 'unchecked-result',
    bad: `static u64 first(const struct kho_vmalloc *area)
{
	u64 *data = kho_restore_vmalloc(area);

	return data[0];
}
`,
    good: `static u64 first(const struct kho_vmalloc *area)
{
	u64 *data = kho_restore_vmalloc(area);

	if (!data)
		return 0;
	return data[0];
}
`,
  },
  {
    name: 'a folio is unpreserved as pages',
    rule: 'mismatched-restore',
    bad: `static int save(struct folio *folio)
{
	int err = kho_preserve_folio(folio);

	if (err)
		return err;
	err = publish();
	if (err)
		kho_unpreserve_pages(folio_page(folio, 0), 1);
	return err;
}
`,
    good: `static int save(struct folio *folio)
{
	int err = kho_preserve_folio(folio);

	if (err)
		return err;
	err = publish();
	if (err)
		kho_unpreserve_folio(folio);
	return err;
}
`,
  },
  {
    name: 'pages are restored as a folio',
    rule: 'mismatched-restore',
    bad: `static int save(struct page *page)
{
	return kho_preserve_pages(page, 4);
}

static int restore(phys_addr_t phys)
{
	struct folio *folio = kho_restore_folio(phys);

	return folio ? 0 : -EIO;
}
`,
    good: `static int save(struct page *page)
{
	return kho_preserve_pages(page, 4);
}

static int restore(phys_addr_t phys)
{
	struct page *page = kho_restore_pages(phys, 4);

	return page ? 0 : -EIO;
}
`,
  },
];

const CALLS: readonly Mistake[] = [
  {
    name: 'a preservation may have failed',
    rule: 'unchecked-result',
    bad: `static void save(struct folio *folio)
{
	kho_preserve_folio(folio);
}
`,
    good: `static int save(struct folio *folio)
{
	return kho_preserve_folio(folio);
}
`,
  },
  {
    name: 'a result is overwritten (412a32f0e53f)',
    rule: 'unchecked-result',
    bad: `static int save(struct page *page, struct page *other)
{
	int err;

	err = kho_preserve_pages(page, 1);
	err = note(other);
	return err;
}
`,
    good: `static int save(struct page *page, struct page *other)
{
	int err;

	err = kho_preserve_pages(page, 1);
	if (!err)
		err = note(other);
	return err;
}
`,
  },
  {
    name: 'a result is kept and forgotten',
    rule: 'unchecked-result',
    bad: `static void find(void)
{
	phys_addr_t phys;
	int err = kho_retrieve_subtree("mine", &phys, NULL);

	use(phys_to_virt(phys));
}
`,
    good: `static void find(void)
{
	phys_addr_t phys;
	int err = kho_retrieve_subtree("mine", &phys, NULL);

	if (err)
		return;
	use(phys_to_virt(phys));
}
`,
  },
  {
    name: 'a subtree is added though KHO may be off',
    rule: 'ungated-subtree',
    bad: `static int __init mine_init(void)
{
	return kho_add_subtree("mine", mine_blob, sizeof(mine_blob));
}
late_initcall(mine_init);
`,
    good: `static int __init mine_init(void)
{
	if (!kho_is_enabled())
		return 0;
	return kho_add_subtree("mine", mine_blob, sizeof(mine_blob));
}
late_initcall(mine_init);
`,
  },
  {
    name: 'the wrong branch of the gate',
    rule: 'ungated-subtree',
    bad: `static int __init mine_init(void)
{
	if (kho_is_enabled())
		return 0;
	return kho_add_subtree("mine", mine_blob, sizeof(mine_blob));
}
late_initcall(mine_init);
`,
    good: `static int publish(void)
{
	return kho_add_subtree("mine", mine_blob, sizeof(mine_blob));
}

static int __init mine_init(void)
{
	bool on = kho_is_enabled();

	return on ? publish() : 0;
}
late_initcall(mine_init);
`,
  },
  {
    name: 'a folio is preserved under a spinlock',
    rule: 'sleeps-while-atomic',
    bad: `static int save(struct state *state)
{
	int err;

	spin_lock(&state->lock);
	err = kho_preserve_folio(state->folio);
	spin_unlock(&state->lock);
	return err;
}
`,
    good: `static int save(struct state *state)
{
	int err;

	spin_lock(&state->lock);
	state->busy = true;
	spin_unlock(&state->lock);
	err = kho_preserve_folio(state->folio);
	return err;
}
`,
  },
  {
    name: 'a guard holds to the end of the block',
    rule: 'sleeps-while-atomic',
    bad: `static int save(struct state *state)
{
	guard(spinlock_irqsave)(&state->lock);
	return kho_preserve_folio(state->folio);
}
`,
    good: `static int save(struct state *state)
{
	guard(mutex)(&state->lock);
	return kho_preserve_folio(state->folio);
}
`,
  },
  {
    name: 'a scoped guard holds in its body',
    rule: 'sleeps-while-atomic',
    bad: `static int save(struct state *state)
{
	int err = 0;

	scoped_guard(rcu) {
		err = kho_preserve_folio(state->folio);
	}
	return err;
}
`,
    good: `static int save(struct state *state)
{
	struct folio *folio = NULL;

	scoped_guard(rcu) {
		folio = state->folio;
	}
	return kho_preserve_folio(folio);
}
`,
  },
  {
    name: 'the size of the blob is missing',
    rule: 'api-release',
    release: '7.3',
    bad: `static int publish(void *fdt)
{
	${GATE}
	return kho_add_subtree("mine", fdt);
}
`,
    good: `static int publish(void *fdt)
{
	${GATE}
	return kho_add_subtree("mine", fdt, fdt_totalsize(fdt));
}
`,
  },
  {
    name: 'nothing can be unpreserved in 6.18',
    rule: 'api-release',
    release: '6.18',
    bad: `static void drop(struct folio *folio)
{
	kho_unpreserve_folio(folio);
}
`,
    good: `static int save(struct folio *folio)
{
	return kho_preserve_folio(folio);
}
`,
  },
  {
    name: 'calls of two releases in one file',
    rule: 'api-release',
    bad: `static int publish(void *fdt, size_t size)
{
	phys_addr_t phys;
	int err;

	${GATE}
	err = kho_retrieve_subtree("mine", &phys, &size);
	if (err)
		return err;
	return register_kho_notifier(&mine_notifier);
}
`,
  },
  {
    name: 'a handler cannot finish',
    rule: 'missing-callback',
    bad: `static const struct liveupdate_file_ops mine_ops = {
	.can_preserve = mine_can_preserve,
	.preserve = mine_preserve,
	.unpreserve = mine_unpreserve,
	.retrieve = mine_retrieve,
	.owner = THIS_MODULE,
};
`,
    good: `static const struct liveupdate_file_ops mine_ops = {
	.can_preserve = mine_can_preserve,
	.preserve = mine_preserve,
	.unpreserve = mine_unpreserve,
	.retrieve = mine_retrieve,
	.finish = mine_finish,
	.owner = THIS_MODULE,
};
`,
  },
  {
    name: 'shared data cannot be unpreserved',
    rule: 'missing-callback',
    bad: `static struct liveupdate_flb_ops mine_ops = {
	.preserve = mine_preserve, .retrieve = mine_retrieve, .finish = mine_finish,
};
`,
    good: `static struct liveupdate_flb_ops mine_ops = {
	.preserve = mine_preserve, .retrieve = mine_retrieve, .finish = mine_finish,
	.unpreserve = mine_unpreserve,
};
`,
  },
];

const FDTS: readonly Mistake[] = [
  {
    name: 'a property may not fit',
    rule: 'fdt-error-dropped',
    bad: `static int describe(void *fdt, struct folio *folio)
{
	fdt_property(fdt, "compatible", "mine-v1", 8);
	return kho_preserve_folio(folio);
}
`,
    good: `static int describe(void *fdt, struct folio *folio)
{
	int err = fdt_property(fdt, "compatible", "mine-v1", 8);

	return err ? -EIO : kho_preserve_folio(folio);
}
`,
  },
  {
    name: 'errors are collected and not returned',
    rule: 'fdt-error-dropped',
    bad: `static int describe(void *fdt, struct folio *folio)
{
	int err = 0;

	err |= fdt_create(fdt, PAGE_SIZE);
	err |= fdt_finish_reservemap(fdt);
	err = fdt_begin_node(fdt, "");
	if (err)
		return -EIO;
	return kho_preserve_folio(folio);
}
`,
    good: `static int describe(void *fdt, struct folio *folio)
{
	int err = 0;

	err |= fdt_create(fdt, PAGE_SIZE);
	err |= fdt_finish_reservemap(fdt);
	err |= fdt_begin_node(fdt, "");
	if (err)
		return -EIO;
	return kho_preserve_folio(folio);
}
`,
  },
  {
    name: 'no offset is a failure (guestmemfs)',
    rule: 'fdt-error-dropped',
    bad: `static int find(void)
{
	const void *fdt = find_fdt(kho_retrieve_subtree);
	int off = fdt_path_offset(fdt, "/data");

	if (!off || !is_kho_boot())
		return -ENOENT;
	return off;
}
`,
    good: `static int find(void)
{
	const void *fdt = find_fdt(kho_retrieve_subtree);
	int off = fdt_path_offset(fdt, "/data");

	if (off < 0 || !is_kho_boot())
		return -ENOENT;
	return off;
}
`,
  },
  {
    name: 'eight bytes at a multiple of four (53f8f064eba3)',
    rule: 'unaligned-read',
    bad: `static u64 start_of(const void *fdt, int node)
{
	const u64 *start;
	int len;

	start = fdt_getprop(fdt, node, "start", &len);
	if (!start || len != sizeof(*start) || !is_kho_boot())
		return 0;
	return kho_restore_folio(*start) ? *start : 0;
}
`,
    good: `static u64 start_of(const void *fdt, int node)
{
	const u64 *start;
	int len;

	start = fdt_getprop(fdt, node, "start", &len);
	if (!start || len != sizeof(*start) || !is_kho_boot())
		return 0;
	return kho_restore_folio(get_unaligned(start)) ? 1 : 0;
}
`,
  },
  {
    name: 'through a cast',
    rule: 'unaligned-read',
    bad: `static u64 start_of(const void *fdt, int node)
{
	int len;
	const void *prop = fdt_getprop(fdt, node, "start", &len);

	if (!prop || len != 8 || !kho_restore_folio(1))
		return 0;
	return *(u64 *)prop;
}
`,
    good: `static u32 start_of(const void *fdt, int node)
{
	int len;
	const void *prop = fdt_getprop(fdt, node, "start", &len);

	if (!prop || len != 4 || !kho_restore_folio(1))
		return 0;
	return *(u32 *)prop;
}
`,
  },
  {
    name: 'the length is not asked for (53f8f064eba3)',
    rule: 'unchecked-length',
    bad: `static int nr_of(const void *fdt, int node)
{
	const unsigned int *nr = fdt_getprop(fdt, node, "nr", NULL);

	if (!nr || !kho_restore_folio(1))
		return -EINVAL;
	return *nr;
}
`,
    good: `static int nr_of(const void *fdt, int node)
{
	int len;
	const unsigned int *nr = fdt_getprop(fdt, node, "nr", &len);

	if (!nr || len != sizeof(*nr) || !kho_restore_folio(1))
		return -EINVAL;
	return *nr;
}
`,
  },
  {
    name: 'the length is not compared',
    rule: 'unchecked-length',
    bad: `static void *area_of(const void *fdt, int node)
{
	const struct kho_vmalloc *area;
	int len;

	area = fdt_getprop(fdt, node, "area", &len);
	if (!area)
		return NULL;
	return kho_restore_vmalloc(area);
}
`,
    good: `static void *area_of(const void *fdt, int node)
{
	const struct kho_vmalloc *area;
	int len;

	area = fdt_getprop(fdt, node, "area", &len);
	if (!area || len != sizeof(*area))
		return NULL;
	return kho_restore_vmalloc(area);
}
`,
  },
];

/** Every mistake, by what it is about. */
export const MISTAKES: readonly Mistake[] = [
  ...UNWINDING,
  ...POINTERS,
  ...RESTORING,
  ...CALLS,
  ...FDTS,
];
