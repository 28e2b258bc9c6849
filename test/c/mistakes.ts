// Mistakes as they were made, and the same code without them. The names say which published fix
// or review a mistake is modelled on, where there is one.

export interface Mistake {
  readonly name: string;
  readonly rule: string;
  readonly bad: string;
  /** The same without the mistake: nothing may be reported of it. */
  readonly good?: string;
  readonly release?: string;
}

const GATE = 'if (!kho_is_enabled())\n\t\treturn 0;';

/** A function that preserves a folio and then does `rest`, which may go to `err`. */
function afterPreserve(rest: string, unwind: string): string {
  return `static int save(struct device *dev)
{
	struct folio *folio;
	int err;

	folio = folio_alloc(GFP_KERNEL, 0);
	if (!folio)
		return -ENOMEM;
	err = kho_preserve_folio(folio);
	if (err)
		goto err_put;
	${rest}
	return 0;

err_unpreserve:
	${unwind}
err_put:
	folio_put(folio);
	return err;
}
`;
}

const UNWINDING: readonly Mistake[] = [
  {
    name: 'a later step fails (f5bfd4793a93)',
    rule: 'missing-unwind',
    bad: afterPreserve('err = start(dev);\n\tif (err)\n\t\tgoto err_put;', ''),
    good: afterPreserve(
      'err = start(dev);\n\tif (err)\n\t\tgoto err_unpreserve;',
      'kho_unpreserve_folio(folio);',
    ),
  },
  {
    name: 'a loop stops half-way (ce405ed51020)',
    rule: 'missing-unwind',
    bad: `static int save_all(struct state *state)
{
	int err;

	for (int i = 0; i < state->nr; i++) {
		err = kho_preserve_folio(state->folios[i]);
		if (err)
			return err;
	}
	return 0;
}
`,
    good: `static int save_all(struct state *state)
{
	int err, i;

	for (i = 0; i < state->nr; i++) {
		err = kho_preserve_folio(state->folios[i]);
		if (err)
			goto err_unpreserve;
	}
	return 0;

err_unpreserve:
	while (i--)
		kho_unpreserve_folio(state->folios[i]);
	return err;
}
`,
  },
  {
    name: 'the subtree cannot be added',
    rule: 'missing-unwind',
    bad: `static int save(void)
{
	struct header *ser = kho_alloc_preserve(sizeof(*ser));

	if (IS_ERR(ser))
		return PTR_ERR(ser);
	return kho_add_subtree("mine", ser, sizeof(*ser));
}
`,
    good: `static int save(void)
{
	struct header *ser = kho_alloc_preserve(sizeof(*ser));
	int err;

	if (IS_ERR(ser))
		return PTR_ERR(ser);
	err = kho_add_subtree("mine", ser, sizeof(*ser));
	if (err)
		kho_unpreserve_free(ser);
	return err;
}
`,
  },
  {
    name: 'a second preservation fails',
    rule: 'missing-unwind',
    bad: `static int save(struct page *a, struct page *b)
{
	int ret;

	ret = kho_preserve_pages(a, 1);
	if (ret < 0)
		return ret;
	ret = kho_preserve_pages(b, 1);
	if (ret < 0)
		return ret;
	return 0;
}
`,
    good: `static int save(struct page *a, struct page *b)
{
	int ret;

	ret = kho_preserve_pages(a, 1);
	if (ret < 0)
		return ret;
	ret = kho_preserve_pages(b, 1);
	if (ret < 0) {
		kho_unpreserve_pages(a, 1);
		return ret;
	}
	return 0;
}
`,
  },
  {
    name: 'only one of two is undone',
    rule: 'missing-unwind',
    bad: `static int save(struct page *a, struct page *b)
{
	int ret;

	ret = kho_preserve_pages(a, 1);
	if (ret)
		return ret;
	ret = kho_preserve_pages(b, 1);
	if (ret)
		goto undo_a;
	ret = publish();
	if (unlikely(ret))
		goto undo_a;
	return 0;
undo_a:
	kho_unpreserve_pages(a, 1);
	return ret;
}
`,
    good: `static int save(struct page *a, struct page *b)
{
	int ret;

	ret = kho_preserve_pages(a, 1);
	if (ret)
		return ret;
	ret = kho_preserve_pages(b, 1);
	if (ret)
		goto undo_a;
	ret = publish();
	if (unlikely(ret))
		goto undo_b;
	return 0;
undo_b:
	kho_unpreserve_pages(b, 1);
undo_a:
	kho_unpreserve_pages(a, 1);
	return ret;
}
`,
  },
  {
    name: 'a handler stays registered',
    rule: 'missing-unwind',
    bad: `static int __init mine_init(void)
{
	int err = liveupdate_register_file_handler(&mine_handler);

	if (err)
		return err;
	if (!mine_workqueue())
		return -ENOMEM;
	return 0;
}
`,
    good: `static int __init mine_init(void)
{
	int err = liveupdate_register_file_handler(&mine_handler);

	if (err)
		return err;
	if (!mine_workqueue()) {
		liveupdate_unregister_file_handler(&mine_handler);
		return -ENOMEM;
	}
	return 0;
}
`,
  },
  {
    name: 'a vmalloc area stays preserved in a preserve callback',
    rule: 'missing-unwind',
    bad: `static int mine_preserve(struct liveupdate_file_op_args *args)
{
	struct kho_vmalloc area;
	struct mine_ser *ser;
	int err;

	err = kho_preserve_vmalloc(args->private_data, &area);
	if (err)
		return err;
	ser = kho_alloc_preserve(sizeof(*ser));
	if (IS_ERR(ser))
		return PTR_ERR(ser);
	ser->area = area;
	args->serialized_data = virt_to_phys(ser);
	return 0;
}
`,
    good: `static int mine_preserve(struct liveupdate_file_op_args *args)
{
	struct kho_vmalloc area;
	struct mine_ser *ser;
	int err;

	err = kho_preserve_vmalloc(args->private_data, &area);
	if (err)
		return err;
	ser = kho_alloc_preserve(sizeof(*ser));
	if (IS_ERR(ser)) {
		kho_unpreserve_vmalloc(&area);
		return PTR_ERR(ser);
	}
	ser->area = area;
	args->serialized_data = virt_to_phys(ser);
	return 0;
}
`,
  },
  {
    name: 'the subtree outlives its memory',
    rule: 'wrong-unwind',
    bad: afterPreserve(
      `err = kho_add_subtree("mine", folio_address(folio), 64);
	if (err)
		goto err_unpreserve;
	err = start(dev);
	if (err) {
		kho_unpreserve_folio(folio);
		kho_remove_subtree(folio_address(folio));
		goto err_put;
	}`,
      'kho_unpreserve_folio(folio);',
    ),
    good: afterPreserve(
      `err = kho_add_subtree("mine", folio_address(folio), 64);
	if (err)
		goto err_unpreserve;
	err = start(dev);
	if (err) {
		kho_remove_subtree(folio_address(folio));
		goto err_unpreserve;
	}`,
      'kho_unpreserve_folio(folio);',
    ),
  },
  {
    name: 'a subtree is removed that was not added',
    rule: 'wrong-unwind',
    bad: `static int publish(void *blob)
{
	int err;

	${GATE}
	err = kho_add_subtree("mine", blob, 64);
	if (err)
		goto out;
	return 0;
out:
	kho_remove_subtree(blob);
	return err;
}
`,
    good: `static int publish(void *blob)
{
	${GATE}
	return kho_add_subtree("mine", blob, 64);
}
`,
  },
  {
    name: 'a folio is unpreserved that was not preserved',
    rule: 'wrong-unwind',
    bad: `static int save(struct folio *folio)
{
	int err = kho_preserve_folio(folio);

	if (err) {
		kho_unpreserve_folio(folio);
		return err;
	}
	return 0;
}
`,
    good: `static int save(struct folio *folio)
{
	return kho_preserve_folio(folio);
}
`,
  },
  {
    name: 'the folio is put first',
    rule: 'wrong-unwind',
    bad: `static void drop(struct state *state)
{
	folio_put(state->fdt);
	kho_unpreserve_folio(state->fdt);
}
`,
    good: `static void drop(struct state *state)
{
	kho_unpreserve_folio(state->fdt);
	folio_put(state->fdt);
}
`,
  },
  {
    name: 'the area is freed first',
    rule: 'wrong-unwind',
    bad: `static void drop(struct state *state)
{
	vfree(state->info);
	kho_unpreserve_vmalloc(&state->info_phys);
}
`,
    good: `static void drop(struct state *state)
{
	kho_unpreserve_vmalloc(&state->info_phys);
	vfree(state->info);
}
`,
  },
  {
    name: 'folios are freed at the end while state keeps them (2025-08 test_kho)',
    rule: 'freed-while-preserved',
    bad: `static int save(struct state *state, unsigned long nr)
{
	struct folio **folios __free(kvfree) = NULL;

	folios = kvmalloc_array(nr, sizeof(*folios), GFP_KERNEL);
	if (!folios)
		return -ENOMEM;
	state->folios = folios;
	return kho_preserve_folio(state->fdt);
}
`,
    good: `static int save(struct state *state, unsigned long nr)
{
	struct folio **folios __free(kvfree) = NULL;

	folios = kvmalloc_array(nr, sizeof(*folios), GFP_KERNEL);
	if (!folios)
		return -ENOMEM;
	state->folios = no_free_ptr(folios);
	return kho_preserve_folio(state->fdt);
}
`,
  },
  {
    name: 'what was preserved is freed when all is done',
    rule: 'freed-while-preserved',
    bad: `static int save(void)
{
	void *area = vmalloc(PAGE_SIZE);
	int err;

	if (!area)
		return -ENOMEM;
	err = kho_preserve_vmalloc(area, &mine_area);
	vfree(area);
	return err;
}
`,
    good: `static int save(void)
{
	void *area = vmalloc(PAGE_SIZE);
	int err;

	if (!area)
		return -ENOMEM;
	err = kho_preserve_vmalloc(area, &mine_area);
	if (err)
		vfree(area);
	return err;
}
`,
  },
  {
    name: 'kfree() of what kho_alloc_preserve() made (b15515155af7)',
    rule: 'freed-while-preserved',
    bad: `static int save(void)
{
	u64 *ser = kho_alloc_preserve(64);

	if (IS_ERR(ser))
		return PTR_ERR(ser);
	if (fill(ser)) {
		kfree(ser);
		return -EIO;
	}
	return 0;
}
`,
    good: `static int save(void)
{
	u64 *ser = kho_alloc_preserve(64);

	if (IS_ERR(ser))
		return PTR_ERR(ser);
	if (fill(ser)) {
		kho_unpreserve_free(ser);
		return -EIO;
	}
	return 0;
}
`,
  },
];

const POINTERS: readonly Mistake[] = [
  {
    name: 'NULL is looked for where an ERR_PTR comes',
    rule: 'error-pointer',
    bad: `static int save(void)
{
	struct header *ser = kho_alloc_preserve(sizeof(*ser));

	if (!ser)
		return -ENOMEM;
	ser->version = 1;
	return 0;
}
`,
    good: `static int save(void)
{
	struct header *ser = kho_alloc_preserve(sizeof(*ser));

	if (IS_ERR(ser))
		return PTR_ERR(ser);
	ser->version = 1;
	return 0;
}
`,
  },
  {
    name: 'NULL is compared with',
    rule: 'error-pointer',
    bad: `static int save(struct state *s)
{
	s->ser = kho_alloc_preserve(PAGE_SIZE);
	if (s->ser == NULL)
		return -ENOMEM;
	return 0;
}
`,
    good: `static int save(struct state *s)
{
	s->ser = kho_alloc_preserve(PAGE_SIZE);
	if (IS_ERR_OR_NULL(s->ser))
		return -ENOMEM;
	return 0;
}
`,
  },
  {
    name: 'it is written through before it is looked at',
    rule: 'error-pointer',
    bad: `static int save(void)
{
	struct header *ser;

	ser = kho_alloc_preserve(sizeof(*ser));
	ser->version = 1;
	if (IS_ERR(ser))
		return PTR_ERR(ser);
	return 0;
}
`,
  },
  {
    name: 'an error is unpreserved and freed',
    rule: 'error-pointer',
    bad: `static int save(void)
{
	struct header *ser;
	int err = 0;

	ser = kho_alloc_preserve(sizeof(*ser));
	if (IS_ERR(ser)) {
		err = PTR_ERR(ser);
		goto out;
	}
	return 0;
out:
	kho_unpreserve_free(ser);
	return err;
}
`,
    good: `static int save(void)
{
	struct header *ser;
	int err = 0;

	ser = kho_alloc_preserve(sizeof(*ser));
	if (IS_ERR(ser)) {
		err = PTR_ERR(ser);
		ser = NULL;
		goto out;
	}
	return 0;
out:
	kho_unpreserve_free(ser);
	return err;
}
`,
  },
  {
    name: 'an FDT is made in what may be an error',
    rule: 'error-pointer',
    bad: `static int save(void)
{
	void *fdt = kho_alloc_preserve(PAGE_SIZE);
	int err = fdt_create(fdt, PAGE_SIZE);

	return err;
}
`,
  },
  {
    name: 'an ERR_PTR is looked for where NULL comes',
    rule: 'error-pointer',
    bad: `static int restore(struct kho_vmalloc *area)
{
	void *data = kho_restore_vmalloc(area);

	if (IS_ERR(data))
		return PTR_ERR(data);
	return use(data);
}
`,
    good: `static int restore(struct kho_vmalloc *area)
{
	void *data = kho_restore_vmalloc(area);

	if (!data)
		return -EINVAL;
	return use(data);
}
`,
  },
  {
    name: 'a pointer is written into the FDT',
    rule: 'virtual-address',
    bad: `static int describe(void *fdt, struct state *state)
{
	return fdt_property(fdt, "state", &state, sizeof(state)) ? -EIO : kho_preserve_folio(state->f);
}
`,
    good: `static int describe(void *fdt, struct state *state)
{
	u64 phys = virt_to_phys(state);

	return fdt_property(fdt, "state", &phys, sizeof(phys)) ? -EIO : kho_preserve_folio(state->f);
}
`,
  },
  {
    name: 'a pointer is written as a number',
    rule: 'virtual-address',
    bad: `static int describe(void *fdt, void *data)
{
	int err = fdt_property_u64(fdt, "data", (u64)(uintptr_t)data);

	return err ? -EIO : kho_preserve_folio(virt_to_folio(data));
}
`,
    good: `static int describe(void *fdt, void *data)
{
	int err = fdt_property_u64(fdt, "data", virt_to_phys(data));

	return err ? -EIO : kho_preserve_folio(virt_to_folio(data));
}
`,
  },
  {
    name: 'a pointer is left in preserved memory',
    rule: 'virtual-address',
    bad: `static int save(struct item *item)
{
	struct header *ser = kho_alloc_preserve(sizeof(*ser));

	if (IS_ERR(ser))
		return PTR_ERR(ser);
	ser->first = (u64)item;
	return 0;
}
`,
    good: `static int save(struct item *item)
{
	struct header *ser = kho_alloc_preserve(sizeof(*ser));

	if (IS_ERR(ser))
		return PTR_ERR(ser);
	ser->first = virt_to_phys(item);
	return 0;
}
`,
  },
  {
    name: 'a handler hands over a pointer',
    rule: 'virtual-address',
    bad: `static int mine_preserve(struct liveupdate_file_op_args *args)
{
	struct mine_ser *ser = kho_alloc_preserve(sizeof(*ser));

	if (IS_ERR(ser))
		return PTR_ERR(ser);
	args->serialized_data = (u64)ser;
	return 0;
}
`,
    good: `static int mine_preserve(struct liveupdate_file_op_args *args)
{
	struct mine_ser *ser = kho_alloc_preserve(sizeof(*ser));

	if (IS_ERR(ser))
		return PTR_ERR(ser);
	args->serialized_data = virt_to_phys(ser);
	return 0;
}
`,
  },
  {
    name: 'a handler takes an address for a pointer',
    rule: 'virtual-address',
    bad: `static void mine_finish(struct liveupdate_file_op_args *args)
{
	struct mine_ser *ser = (struct mine_ser *)args->serialized_data;

	kho_restore_free(ser);
}
`,
    good: `static void mine_finish(struct liveupdate_file_op_args *args)
{
	struct mine_ser *ser = phys_to_virt(args->serialized_data);

	kho_restore_free(ser);
}
`,
  },
  {
    name: 'a page number is restored (3538f90ab89a)',
    rule: 'pfn-as-address',
    bad: `static void discard(const struct mine_folio_ser *pfolio)
{
	struct folio *folio = kho_restore_folio(pfolio->pfn);

	if (folio)
		folio_put(folio);
}
`,
    good: `static void discard(const struct mine_folio_ser *pfolio)
{
	struct folio *folio = kho_restore_folio(PFN_PHYS(pfolio->pfn));

	if (folio)
		folio_put(folio);
}
`,
  },
];

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
