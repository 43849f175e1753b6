/*
 * Paragraphs of Debian control data: fields of a paragraph, lines of a field. Borrowed slices only.
 * Source: Debian Policy 5.1 (control file syntax), 5.6 (fields).
 */
#pragma once

#include "base/slice.h"

struct dpkg_reader {
	struct lc_slice rest;
	uint32_t line; /* lines read so far */
};

/** What one line of a paragraph is. */
enum dpkg_line { DPKG_FIELD, DPKG_CONTINUED, DPKG_BAD, DPKG_BLANK, DPKG_END };

struct dpkg_field {
	struct lc_slice name;
	struct lc_slice
		value; /* first line, trimmed; of a continuation the line without its first byte */
};

/** Next line, told apart. Blank lines separate paragraphs; ret is set for fields and continuations.
 */
enum dpkg_line dpkg_next(struct dpkg_reader *r, struct dpkg_field *ret);
