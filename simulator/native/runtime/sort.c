/* Sorting and searching, by comparisons alone. */
#include <linux/bsearch.h>
#include <linux/list_sort.h>
#include <linux/sort.h>

static void swap_bytes(u8 *a, u8 *b, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		u8 byte = a[i];

		a[i] = b[i];
		b[i] = byte;
	}
}

/* Moves what is at `root` of a heap down to where it belongs. */
static void sink(u8 *base, size_t root, size_t count, size_t size, cmp_func_t compare,
		 swap_func_t swap)
{
	for (;;) {
		size_t child = 2 * root + 1;

		if (child >= count)
			return;
		if (child + 1 < count && compare(base + child * size, base + (child + 1) * size) < 0)
			child++;
		if (compare(base + root * size, base + child * size) >= 0)
			return;
		if (swap)
			swap(base + root * size, base + child * size, (int)size);
		else
			swap_bytes(base + root * size, base + child * size, size);
		root = child;
	}
}

/* Heapsort, which like the kernel's does not keep the order of equals. */
void sort(void *base, size_t count, size_t size, cmp_func_t compare, swap_func_t swap)
{
	for (size_t root = count / 2; root-- > 0;)
		sink(base, root, count, size, compare, swap);
	for (size_t last = count; last-- > 1;) {
		if (swap)
			swap(base, (u8 *)base + last * size, (int)size);
		else
			swap_bytes(base, (u8 *)base + last * size, size);
		sink(base, 0, last, size, compare, swap);
	}
}

void *bsearch(const void *key, const void *base, size_t count, size_t size, cmp_func_t compare)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const void *at = (const u8 *)base + middle * size;
		int order = compare(key, at);

		if (order == 0)
			return (void *)at;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* Merges halves, of which the first goes first where two are equal. */
void list_sort(void *data, struct list_head *head, list_cmp_func_t compare)
{
	LIST_HEAD(first);
	struct list_head *middle = head->next;

	if (list_empty(head) || list_is_singular(head))
		return;
	for (struct list_head *end = head->next; end != head && end->next != head;
	     end = end->next->next)
		middle = middle->next;
	list_cut_before(&first, head, middle);
	list_sort(data, &first, compare);
	list_sort(data, head, compare);
	LIST_HEAD(second);

	list_splice_init(head, &second);
	while (!list_empty(&first) && !list_empty(&second)) {
		bool is_first = compare(data, first.next, second.next) <= 0;

		list_move_tail(is_first ? first.next : second.next, head);
	}
	list_splice_tail(&first, head);
	list_splice_tail(&second, head);
}
