#pragma once

/* `size` is a power of two; one byte of the buffer stays free. */
struct circ_buf {
	char *buf;
	int head;
	int tail;
};

#define CIRC_CNT(head, tail, size) (((head) - (tail)) & ((size)-1))
#define CIRC_SPACE(head, tail, size) CIRC_CNT((tail), ((head) + 1), (size))
#define CIRC_CNT_TO_END(head, tail, size)                    \
	({                                                   \
		int __end = (size) - (tail);                 \
		int __used = ((head) + __end) & ((size)-1);  \
		__used < __end ? __used : __end;             \
	})
#define CIRC_SPACE_TO_END(head, tail, size)                  \
	({                                                   \
		int __end = (size)-1 - (head);               \
		int __free = (__end + (tail)) & ((size)-1);  \
		__free <= __end ? __free : __end + 1;        \
	})
