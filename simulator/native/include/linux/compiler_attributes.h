#pragma once

#include <linux/compiler_types.h>
