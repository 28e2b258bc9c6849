// Mistakes in undoing what was done.
import { GATE, type Mistake } from './mistake.ts';

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

export const UNWINDING: readonly Mistake[] = [
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
    name: 'a folio is put at the end of the function that preserves it',
    rule: 'freed-while-preserved',
    bad: `static int save(struct state *state)
{
	struct folio *folio __free(folio_put) = folio_alloc(GFP_KERNEL, 0);

	if (!folio)
		return -ENOMEM;
	return kho_preserve_folio(folio);
}
`,
    good: `static int save(struct state *state)
{
	struct folio *folio __free(folio_put) = folio_alloc(GFP_KERNEL, 0);
	int err;

	if (!folio)
		return -ENOMEM;
	err = kho_preserve_folio(folio);
	if (err)
		return err;
	state->folio = no_free_ptr(folio);
	return 0;
}
`,
  },
  {
    name: 'an area is freed on the way out, and 6.18 cannot unpreserve it',
    rule: 'freed-while-preserved',
    release: '6.18',
    bad: `static int save(struct state *state, void *fdt)
{
	u64 *info __free(kvfree) = vmalloc(PAGE_SIZE);
	int err;

	if (!info)
		return -ENOMEM;
	err = kho_preserve_vmalloc(info, &state->area);
	if (err)
		return err;
	err |= fdt_begin_node(fdt, "data");
	err |= fdt_end_node(fdt);
	if (!err)
		state->info = no_free_ptr(info);
	return err;
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
