/* The system's libfdt, of which Debian's package is libfdt-dev. */
#pragma once

#include <linux/libfdt_env.h>

/* Its headers are C++ and C of its own style: what they would warn of is not the driver's. */
#pragma GCC system_header
#if !__has_include(<libfdt.h>)
#error "libfdt.h is missing: install libfdt-dev, or add its folder to kho.native.include"
#endif
#include <libfdt.h>
