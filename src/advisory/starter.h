/*
 * The starter database inside the program: made from data/starter at build time by starter_tool.c,
 * which is why the readers of the database are linked apart from its bytes.
 */
#pragma once

#include "base/slice.h"

/** The database file, zstd-compressed; empty in a program without it. */
extern const uint8_t adv_starter_data[];
extern const size_t adv_starter_size;
/** Its size when inflated. */
extern const size_t adv_starter_inflated;
