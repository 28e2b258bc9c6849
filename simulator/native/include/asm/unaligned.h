#pragma once

#include <linux/unaligned.h>
