#pragma once

#include <linux/time64.h>
#include <linux/timekeeping.h>
