/* libfdt.h asks for its surroundings by this name. */
#pragma once

#include <linux/libfdt_env.h>
