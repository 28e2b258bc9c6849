/* What drivers use of the kernel beside KHO: each check that does not hold is a line of the log. */
#include <linux/bitmap.h>
#include <linux/bsearch.h>
#include <linux/delay.h>
#include <linux/gcd.h>
#include <linux/hex.h>
#include <linux/hrtimer.h>
#include <linux/idr.h>
#include <linux/io.h>
#include <linux/jump_label.h>
#include <linux/kfifo.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/list_sort.h>
#include <linux/mm.h>
#include <linux/llist.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/percpu.h>
#include <linux/rbtree.h>
#include <linux/semaphore.h>
#include <linux/rhashtable.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string_helpers.h>
#include <linux/timer.h>
#include <linux/uuid.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#define CHECK(condition)                                                \
	do {                                                            \
		if (!(condition))                                       \
			pr_err("%d: %s\n", __LINE__, #condition);       \
	} while (0)

static void texts(void)
{
	char text[64];
	u8 bytes[4];
	char *copy;

	string_get_size(4096, 1, STRING_UNITS_2, text, sizeof(text));
	CHECK(!strcmp(text, "4.00 KiB"));
	string_get_size(512, 1, STRING_UNITS_2, text, sizeof(text));
	CHECK(!strcmp(text, "512 B"));
	string_get_size(1536, 1024, STRING_UNITS_2, text, sizeof(text));
	CHECK(!strcmp(text, "1.50 MiB"));
	string_get_size(123456789, 1, STRING_UNITS_10, text, sizeof(text));
	CHECK(!strcmp(text, "123 MB"));
	CHECK(!hex2bin(bytes, "00fFA51b", 4) && bytes[1] == 0xff && bytes[3] == 0x1b);
	CHECK(hex2bin(bytes, "0g", 1) == -EINVAL);
	*bin2hex(text, bytes, 4) = '\0';
	CHECK(!strcmp(text, "00ffa51b"));
	hex_dump_to_buffer("ab\x01", 3, 16, 1, text, sizeof(text), true);
	CHECK(!strcmp(text, "61 62 01  ab."));
	copy = kasprintf(GFP_KERNEL, "%s-%03d", "x", 7);
	CHECK(copy && !strcmp(copy, "x-007"));
	kfree(copy);
	copy = kmemdup_nul("abcdef", 3, GFP_KERNEL);
	CHECK(copy && !strcmp(copy, "abc"));
	kfree(copy);
	string_upper(text, "loud");
	CHECK(!strcmp(text, "LOUD"));
}

static void uuids(void)
{
	static const u8 BYTES[] = { 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0,
				    1,	  2,	3,    4,    5,	  6,	7,    8 };
	const char *text = "12345678-9abc-def0-0102-030405060708";
	uuid_t uuid, other;
	guid_t guid;
	char printed[40];

	CHECK(!uuid_parse(text, &uuid) && !memcmp(&uuid, BYTES, sizeof(uuid)));
	CHECK(uuid_equal(&uuid, &UUID_INIT(0x12345678, 0x9abc, 0xdef0, 1, 2, 3, 4, 5, 6, 7, 8)));
	CHECK(!guid_parse(text, &guid) && guid.b[0] == 0x78 && guid.b[5] == 0x9a);
	CHECK(guid_equal(&guid, &GUID_INIT(0x12345678, 0x9abc, 0xdef0, 1, 2, 3, 4, 5, 6, 7, 8)));
	CHECK(uuid_parse("12345678-9abc-def0-0102-03040506070", &other) == -EINVAL);
	snprintf(printed, sizeof(printed), "%pU", &uuid);
	CHECK(!strcmp(printed, text));
	uuid_gen(&other);
	CHECK(!uuid_is_null(&other) && (other.b[6] & 0xf0) == 0x40);
}

static int add_ids(int id, void *pointer, void *data)
{
	*(int *)data += id;
	return 0;
}

static void numbers(void)
{
	DEFINE_XARRAY_ALLOC(xa);
	DEFINE_IDR(idr);
	DEFINE_IDA(ida);
	u32 id, next = 0;
	unsigned long index, sum = 0;
	int number, at = 0, values[3] = { 1, 2, 3 }, *each;
	void *entry, *all[4];

	CHECK(!xa_store(&xa, 7, &values[0], GFP_KERNEL));
	CHECK(!xa_alloc_cyclic(&xa, &id, &values[1], XA_LIMIT(7, 9), &next, GFP_KERNEL) && id == 8);
	xa_set_mark(&xa, 8, XA_MARK_1);
	xa_for_each(&xa, index, entry)
		sum += index;
	CHECK(sum == 15);
	xa_for_each_marked(&xa, index, entry, XA_MARK_1)
		sum += 100;
	CHECK(sum == 115 && xa_marked(&xa, XA_MARK_1) && !xa_get_mark(&xa, 7, XA_MARK_1));
	CHECK(xa_extract(&xa, all, 0, ULONG_MAX, 4, XA_PRESENT) == 2 && all[1] == &values[1]);
	xa_destroy(&xa);
	CHECK(idr_alloc(&idr, &values[0], 5, 7, GFP_KERNEL) == 5);
	CHECK(idr_alloc(&idr, &values[1], 5, 7, GFP_KERNEL) == 6);
	CHECK(idr_alloc(&idr, &values[2], 5, 7, GFP_KERNEL) == -ENOSPC);
	idr_for_each_entry(&idr, each, number)
		at += *each;
	CHECK(at == 3 && !idr_for_each(&idr, add_ids, &at) && at == 14);
	CHECK(idr_replace(&idr, &values[2], 6) == &values[1] && idr_find(&idr, 6) == &values[2]);
	CHECK(idr_remove(&idr, 5) == &values[0] && !idr_find(&idr, 5));
	idr_destroy(&idr);
	CHECK(ida_alloc_min(&ida, 3, GFP_KERNEL) == 3 && ida_alloc_range(&ida, 3, 3, 0) == -ENOSPC);
	ida_free(&ida, 3);
	CHECK(ida_is_empty(&ida));
}

struct item {
	struct list_head list;
	struct llist_node node;
	struct rb_node rb;
	int key, order;
};

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static int by_key(void *data, const struct list_head *a, const struct list_head *b)
{
	return list_entry(a, struct item, list)->key - list_entry(b, struct item, list)->key;
}

static bool is_less(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct item, rb)->key < rb_entry(b, struct item, rb)->key;
}

static int against_key(const void *key, const struct rb_node *node)
{
	return *(const int *)key - rb_entry(node, struct item, rb)->key;
}

static void orders(void)
{
	int values[] = { 5, 3, 9, 1, 1, 8 }, key = 8, missing = 4, last = -1;
	struct item items[20], *each;
	struct rb_root tree = RB_ROOT;
	LIST_HEAD(list);
	LLIST_HEAD(stack);

	sort(values, ARRAY_SIZE(values), sizeof(int), by_number, NULL);
	for (size_t i = 1; i < ARRAY_SIZE(values); i++)
		CHECK(values[i - 1] <= values[i]);
	CHECK(*(int *)bsearch(&key, values, ARRAY_SIZE(values), sizeof(int), by_number) == 8);
	CHECK(!bsearch(&missing, values, ARRAY_SIZE(values), sizeof(int), by_number));
	for (int i = 0; i < 20; i++) {
		items[i].key = i * 7 % 5;
		items[i].order = i;
		list_add_tail(&items[i].list, &list);
		llist_add(&items[i].node, &stack);
		rb_add(&items[i].rb, &tree, is_less);
	}
	list_sort(NULL, &list, by_key);
	list_for_each_entry(each, &list, list) {
		CHECK(each->key * 100 + each->order > last);
		last = each->key * 100 + each->order;
	}
	CHECK(list_count_nodes(&list) == 20);
	key = 3;
	CHECK(rb_entry(rb_find(&key, &tree, against_key), struct item, rb)->key == 3);
	CHECK(!rb_find(values + 5, &tree, against_key));
	last = 20;
	llist_for_each_entry(each, llist_del_all(&stack), node)
		CHECK(each->order == --last);
	CHECK(last == 0 && llist_empty(&stack));
	CHECK(int_sqrt(99) == 9 && int_sqrt(100) == 10 && gcd(84, 36) == 12);
}

static void bits(void)
{
	unsigned long *map = bitmap_zalloc(130, GFP_KERNEL);
	DECLARE_BITMAP(other, 130) = { 0 };

	bitmap_set(map, 3, 70);
	CHECK(find_last_bit(map, 130) == 72 && bitmap_weight(map, 130) == 70);
	CHECK(bitmap_find_next_zero_area(map, 130, 0, 8, 7) == 80);
	CHECK(bitmap_find_next_zero_area(map, 130, 0, 64, 0) > 130);
	set_bit(4, other);
	CHECK(bitmap_and(other, other, map, 130) && bitmap_andnot(map, map, other, 130));
	CHECK(!test_bit(4, map) && bitmap_weight(map, 130) == 69);
	bitmap_free(map);
}

static int done;
static struct timer_list timer;
static DECLARE_WAIT_QUEUE_HEAD(queue);

static void expired(struct timer_list *timer)
{
	done = 1;
	wake_up(&queue);
}

static int thread_body(void *data)
{
	*(int *)data = 42;
	return 3;
}

static void delayed(struct work_struct *work)
{
	done += 10;
}

static void times(void)
{
	struct delayed_work dwork;
	struct task_struct *task;
	ktime_t before = ktime_get();
	int seen = 0;

	timer_setup(&timer, expired, 0);
	mod_timer(&timer, jiffies + msecs_to_jiffies(50));
	CHECK(wait_event_timeout(queue, done, msecs_to_jiffies(10)) == 0 && !done);
	CHECK(wait_event_timeout(queue, done, msecs_to_jiffies(100)) > 0 && done == 1);
	CHECK(ktime_ms_delta(ktime_get(), before) == 50);
	CHECK(schedule_timeout_uninterruptible(msecs_to_jiffies(7)) == 0);
	CHECK(ktime_ms_delta(ktime_get(), before) == 57 && ktime_after(ktime_get(), before));
	INIT_DELAYED_WORK(&dwork, delayed);
	schedule_delayed_work(&dwork, msecs_to_jiffies(5));
	flush_delayed_work(&dwork);
	CHECK(done == 11 && !delayed_work_pending(&dwork));
	task = kthread_run(thread_body, &seen, "demo");
	CHECK(kthread_stop(task) == 3 && seen == 42);
}

static DEFINE_STATIC_KEY_FALSE(fast);
static DEFINE_PER_CPU(int, hits);
static DEFINE_SEMAPHORE(sem, 1);
static DEFINE_SEQLOCK(seq);
static ATOMIC_NOTIFIER_HEAD(chain);

static int notified(struct notifier_block *nb, unsigned long action, void *data)
{
	*(unsigned long *)data += action;
	return NOTIFY_OK;
}

static void rest(void)
{
	struct notifier_block nb = { .notifier_call = notified };
	struct kmem_cache *cache = kmem_cache_create("demo", 40, 8, 0, NULL);
	int *counts = alloc_percpu(int), cpu, sum = 0;
	unsigned long total = 0, start;
	void *object, *large;

	static_branch_enable(&fast);
	CHECK(static_branch_unlikely(&fast));
	this_cpu_inc(hits);
	*get_cpu_ptr(counts) += 4;
	for_each_possible_cpu(cpu)
		sum += *per_cpu_ptr(counts, cpu) + per_cpu(hits, cpu);
	CHECK(sum == 5);
	free_percpu(counts);
	down(&sem);
	CHECK(down_trylock(&sem) == 1);
	up(&sem);
	start = read_seqbegin(&seq);
	CHECK(!read_seqretry(&seq, start));
	write_seqlock(&seq);
	write_sequnlock(&seq);
	CHECK(read_seqretry(&seq, start));
	atomic_notifier_chain_register(&chain, &nb);
	CHECK(atomic_notifier_call_chain(&chain, 9, &total) == NOTIFY_OK && total == 9);
	object = kmem_cache_zalloc(cache, GFP_KERNEL);
	CHECK(object && !memchr_inv(object, 0, 40));
	kmem_cache_free(cache, object);
	kmem_cache_destroy(cache);
	large = kvzalloc(1 << 20, GFP_KERNEL);
	CHECK(is_vmalloc_addr(large) && !memchr_inv(large, 0, 1 << 20));
	kvfree(large);
	CHECK(memremap(0x100000, PAGE_SIZE, MEMREMAP_WB) == phys_to_virt(0x100000));
	CHECK(!memremap(1UL << 40, PAGE_SIZE, MEMREMAP_WB));
}

static DEFINE_KFIFO(numbers_fifo, u32, 4);

static void queues(void)
{
	DECLARE_KFIFO_PTR(pairs, struct { u32 a; }) = { };
	DECLARE_KFIFO(small, u8, 2);
	struct kfifo bytes;
	u32 some[4] = { 7, 8, 9, 10 }, number;
	char text[8] = "";
	u8 byte;

	for (u32 i = 0; i < 4; i++)
		CHECK(kfifo_put(&numbers_fifo, i) == 1);
	CHECK(kfifo_is_full(&numbers_fifo) && !kfifo_put(&numbers_fifo, 4));
	CHECK(kfifo_peek(&numbers_fifo, &number) && number == 0);
	CHECK(kfifo_get(&numbers_fifo, &number) && number == 0);
	CHECK(kfifo_in(&numbers_fifo, some, 4) == 1 && kfifo_len(&numbers_fifo) == 4);
	CHECK(kfifo_out(&numbers_fifo, some, 4) == 4 && some[0] == 1 && some[3] == 7);
	CHECK(kfifo_is_empty(&numbers_fifo) && !kfifo_get(&numbers_fifo, &number));
	CHECK(!kfifo_initialized(&pairs));
	CHECK(!kfifo_alloc(&pairs, 5, GFP_KERNEL) && kfifo_size(&pairs) == 8);
	CHECK(kfifo_esize(&pairs) == 4 && kfifo_avail(&pairs) == 8);
	kfifo_free(&pairs);
	CHECK(kfifo_alloc(&pairs, 1, GFP_KERNEL) == -EINVAL);
	INIT_KFIFO(small);
	CHECK(kfifo_put(&small, 300) && kfifo_get(&small, &byte) && byte == 44);
	CHECK(!kfifo_alloc(&bytes, 16, GFP_KERNEL));
	CHECK(kfifo_in(&bytes, "kernel", 6) == 6 && kfifo_out_peek(&bytes, text, 3) == 3);
	CHECK(!strcmp(text, "ker"));
	kfifo_skip(&bytes);
	CHECK(kfifo_out(&bytes, text, sizeof(text)) == 5 && !memcmp(text, "ernel", 5));
	kfifo_free(&bytes);
}

static int beats;

static enum hrtimer_restart beat(struct hrtimer *timer)
{
	hrtimer_forward_now(timer, 250 * NSEC_PER_USEC);
	return ++beats < 3 ? HRTIMER_RESTART : HRTIMER_NORESTART;
}

static void precise_timers(void)
{
	struct hrtimer timer;
	ktime_t begin = ktime_get();

	hrtimer_setup(&timer, beat, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	hrtimer_start(&timer, 100 * NSEC_PER_USEC, HRTIMER_MODE_REL);
	CHECK(hrtimer_active(&timer) && ktime_to_us(hrtimer_get_remaining(&timer)) == 100);
	usleep_range(120, 200);
	CHECK(beats == 1 && ktime_us_delta(ktime_get(), begin) == 120);
	msleep(1);
	CHECK(beats == 3 && !hrtimer_active(&timer) && !hrtimer_cancel(&timer));
	hrtimer_start(&timer, ktime_add_us(ktime_get(), 50), HRTIMER_MODE_ABS);
	CHECK(hrtimer_cancel(&timer) == 1);
	timer.expires = 1000;
	CHECK(hrtimer_forward(&timer, 3500, 1000) == 3 && timer.expires == 4000);
	CHECK(hrtimer_forward(&timer, 3999, 1000) == 0);
}

struct named {
	char name[8];
	int value;
	struct rhash_head head;
};

static const struct rhashtable_params by_name = {
	.key_len = sizeof_field(struct named, name),
	.key_offset = offsetof(struct named, name),
	.head_offset = offsetof(struct named, head),
};

static void count_named(void *object, void *arg)
{
	*(int *)arg += ((struct named *)object)->value;
}

static void tables(void)
{
	struct named a = { "a", 1 }, b = { "b", 2 }, again = { "a", 3 };
	struct rhashtable_iter iter;
	struct rhashtable table;
	struct named *each;
	int sum = 0;

	CHECK(rhashtable_init(&table, &(struct rhashtable_params){ 0 }) == -EINVAL);
	CHECK(!rhashtable_init(&table, &by_name));
	CHECK(!rhashtable_insert_fast(&table, &a.head, by_name));
	CHECK(!rhashtable_lookup_insert_fast(&table, &b.head, by_name));
	CHECK(rhashtable_lookup_insert_fast(&table, &again.head, by_name) == -EEXIST);
	CHECK(rhashtable_lookup_fast(&table, "b\0\0\0\0\0\0", by_name) == &b);
	CHECK(atomic_read(&table.nelems) == 2);
	rhashtable_walk_enter(&table, &iter);
	rhashtable_walk_start(&iter);
	while ((each = rhashtable_walk_next(&iter)))
		sum += each->value;
	rhashtable_walk_stop(&iter);
	rhashtable_walk_exit(&iter);
	CHECK(sum == 3);
	CHECK(!rhashtable_remove_fast(&table, &a.head, by_name));
	CHECK(rhashtable_remove_fast(&table, &a.head, by_name) == -ENOENT);
	CHECK(!rhashtable_lookup_fast(&table, a.name, by_name));
	rhashtable_free_and_destroy(&table, count_named, &sum);
	CHECK(sum == 5 && !atomic_read(&table.nelems));
}

static void mapped(void)
{
	struct page *pages[3];
	char *area;

	for (int i = 0; i < 3; i++)
		pages[i] = alloc_page(GFP_KERNEL);
	area = vmap(pages, 3, VM_MAP, PAGE_KERNEL);
	CHECK(area && is_vmalloc_addr(area) && vmalloc_to_page(area + PAGE_SIZE) == pages[1]);
	strscpy(area + 2 * PAGE_SIZE, "third", 8);
	CHECK(!strcmp(page_address(pages[2]), "third"));
	vunmap(area);
	for (int i = 0; i < 3; i++)
		__free_page(pages[i]);
}

static int __init functions_init(void)
{
	queues();
	tables();
	mapped();
	texts();
	uuids();
	numbers();
	orders();
	bits();
	times();
	rest();
	precise_timers();
	pr_info("done\n");
	return 0;
}
module_init(functions_init);
