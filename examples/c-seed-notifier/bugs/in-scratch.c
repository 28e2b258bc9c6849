/* Deliberate bug: the rings are of memory that may move, which lies in scratch. */
#define TRACER_GFP GFP_HIGHUSER_MOVABLE
#include "../tracer.c"
