/*
 * The starter database inside the program: made from data/starter at build time by
 * tools/starter_build.c, which is why the readers of the database are linked apart from its bytes.
 */
#pragma once

#include "base/slice.h"

enum { ADV_STARTER_BLOCK_BYTES = 64 << 10 };

/** The database file in blocks, each compressed with zstd by itself. */
extern const uint8_t adv_starter_data[];
/** Where each block of ADV_STARTER_BLOCK_BYTES (the last may be shorter) ends in the data. */
extern const uint32_t adv_starter_ends[];
/** Its size when inflated; 0 in a program without it. */
extern const size_t adv_starter_inflated;
