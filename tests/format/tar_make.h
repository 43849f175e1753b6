/*
 * Tar archives made field by field, and what the reader says about one as text.
 */
#pragma once

#include "base/buf.h"
#include "format/tar.h"

enum make_magic { MAKE_V7, MAKE_USTAR, MAKE_GNU, MAKE_STAR };

/** A header block; flag 0 is the NUL of old archives. Mode 0644, owner 0, time 0. */
void make_header(struct lc_buf *out, enum make_magic magic, uint8_t flag, const char *name,
		 uint64_t size);
/** Overwrite bytes of the header block that was added last, and mend its checksum. */
void make_patch(struct lc_buf *out, size_t at, struct lc_slice bytes);
/** Content, padded to whole blocks. */
void make_data(struct lc_buf *out, struct lc_slice bytes);
/** Header and content of a ustar file. */
void make_file(struct lc_buf *out, const char *name, const char *text);
/** A pax header: records are "key=value", separated by '\n' in text. */
void make_pax(struct lc_buf *out, uint8_t flag, const char *records);
/** A pax header of this body, as it is. */
void make_pax_raw(struct lc_buf *out, struct lc_slice body);
/** GNU long name (L) or link (K). */
void make_long(struct lc_buf *out, uint8_t flag, const char *text);
void make_end(struct lc_buf *out);

/**
 * Read an archive, given step bytes at a time, and tell: a line for each entry,
 *
 *	f name 5 "hello"        h name -> target        ! before the type when unsafe
 *	l name -> target        d name                  * behind the size of a sparse file
 *
 * then "end", or "error CODE". Content of up to 40 bytes is shown with NULs as '.'.
 */
void tar_tell(struct lc_slice archive, const struct lc_limits *limits, size_t step,
	      struct lc_buf *out);
