/* Deliberate bug: looks for a version that nobody writes. */
#define TRACER_COMPATIBLE "ftrace-v2"
#include "../tracer.c"
