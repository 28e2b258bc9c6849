#pragma once

#include <linux/printk.h>
