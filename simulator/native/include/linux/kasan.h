/* Addresses have no tags: KASAN of the compiler is a switch of the simulator's. */
#pragma once

#define kasan_reset_tag(address) ((void *)(address))
