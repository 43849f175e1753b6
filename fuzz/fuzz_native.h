/*
 * One document of a vendor's own format, for the fuzz targets of its readers. The path has what
 * some formats tell in it.
 */
#pragma once

#include "fuzz_collector.h"

static inline int fuzz_native(feed_native_fn read, const uint8_t *data, size_t size)
{
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct lc_buf out;
	uint64_t records = 0;
	lc_buf_init(&out, FUZZ_TOLD_MAX);
	struct feed_collector c = fuzz_collector(&out);
	if (read(lc_slice_of(data, size), LC_S("cve_data_photon5.0.json"), &c, &a, &records, &e) &&
	    !e.code)
		abort();
	lc_buf_done(&out);
	lc_arena_done(&a);
	return 0;
}
