/* Deliberate bug: the last entry of `mem` is cut in half. */
#define TRACER_MEM_CUT 8
#include "../tracer.c"
