#pragma once

#include <linux/fs.h>
#include <linux/wait.h>

#define EPOLLIN ((__poll_t)0x0001)
#define EPOLLOUT ((__poll_t)0x0004)
#define EPOLLERR ((__poll_t)0x0008)
#define EPOLLHUP ((__poll_t)0x0010)
#define EPOLLRDNORM ((__poll_t)0x0040)
#define EPOLLWRNORM ((__poll_t)0x0100)

typedef struct poll_table_struct {
	struct file *file;
} poll_table;

void poll_wait(struct file *file, wait_queue_head_t *queue, poll_table *table);
