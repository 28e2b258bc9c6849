#pragma once

#include <linux/types.h>

void msleep(unsigned int ms);
void usleep_range(unsigned long min, unsigned long max);
void ssleep(unsigned int seconds);
void fsleep(unsigned long us);
void udelay(unsigned long us);
void ndelay(unsigned long ns);
void mdelay(unsigned long ms);
#define msleep_interruptible(ms) (msleep(ms), 0UL)
#define usleep_range_idle(min, max) usleep_range(min, max)
