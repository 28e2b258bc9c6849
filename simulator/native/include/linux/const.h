#pragma once

#ifdef __ASSEMBLY__
#define _AC(value, suffix) value
#else
#define KHO_WITH_SUFFIX(value, suffix) value##suffix
#define _AC(value, suffix) KHO_WITH_SUFFIX(value, suffix)
#endif
#define _UL(value) _AC(value, UL)
#define _ULL(value) _AC(value, ULL)
#define UL(value) _UL(value)
#define ULL(value) _ULL(value)
