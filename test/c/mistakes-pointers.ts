// Mistakes about what a pointer is.
import type { Mistake } from './mistake.ts';

export const POINTERS: readonly Mistake[] = [
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
