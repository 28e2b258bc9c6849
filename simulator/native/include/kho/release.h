/*
 * The release that a driver is compiled for.
 * Made of the table of releases: UPDATE_GOLDEN=1 with its test writes it anew.
 */
#pragma once

#define KHO_RELEASE(major, minor) ((major) << 8 | (minor))
#define KHO_SEED 1
#define KHO_V4 2

#ifndef KHO_LINUX
#define KHO_LINUX KHO_RELEASE(7, 3)
#endif
