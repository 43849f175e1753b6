/*
 * Small programs made to order: one section and one segment that hold some bytes.
 */
#pragma once

#include "base/buf.h"

enum make_format { MAKE_ELF, MAKE_PE, MAKE_MACHO };

struct make_executable {
	enum make_format format;
	bool wide, big; /* PE is little-endian */
	bool fat;       /* Mach-O alone: inside a fat file */
	const char *section;
	struct lc_slice bytes; /* of the section; it is at MAKE_ADDR, in a segment to be written */
	/* A second section, in no segment; NULL none. */
	const char *other;
	struct lc_slice other_bytes;
};
#define MAKE_ADDR 0x401000u

void make_executable(struct lc_buf *out, const struct make_executable *m);
