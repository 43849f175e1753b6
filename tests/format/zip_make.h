/*
 * Zip archives made in memory. Failures fail the test.
 */
#pragma once

#include <stdint.h>

#include <zip.h>

#include "base/buf.h"

struct zip_made {
	zip_source_t *source;
	zip_t *zip;
};

struct zip_made zip_make_begin(void);
/** The bytes outlive zip_make_end(). Index of the member. */
int64_t zip_make_add(struct zip_made *m, const char *name, struct lc_slice bytes, bool deflated);
/** The archive, appended to out. */
void zip_make_end(struct zip_made *m, struct lc_buf *out);
