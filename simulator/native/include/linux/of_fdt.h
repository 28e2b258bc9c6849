#pragma once

#include <linux/libfdt.h>
