/*
 * Zip archives from memory or a seekable content, through libzip, under our own limits on members,
 * sizes, ratio and names. Source: PKWARE APPNOTE; what libzip reads.
 *
 * Members come in the order of the central directory. One reader, one thread.
 * Sizes are compared with the directory here; CRC failures and encrypted members are errors of that
 * member alone.
 */
#pragma once

#include "base/content.h"
#include "base/buf.h"
#include "base/limits.h"

struct zip_reader;

struct zip_member {
	uint64_t index;
	struct lc_slice
		name;  /* as stored; may climb, may be no UTF-8; lives as long as the reader */
	uint64_t size; /* inflated */
	uint64_t stored;
	bool encrypted;
};

/** Content and limits outlive the reader. LC_EBAD not a zip or damaged; LC_ELIMIT too many members.
 */
int zip_open_content(const struct lc_content *c, const struct lc_limits *limits,
		     struct zip_reader **ret, struct lc_err *e) LC_MUST_CHECK;
void zip_reader_close(struct zip_reader *z);
void zip_reader_closep(struct zip_reader **z);
uint64_t zip_members(const struct zip_reader *z);
/** Bytes that members gave so far, also those that failed. */
uint64_t zip_inflated(const struct zip_reader *z);
int zip_member_at(struct zip_reader *z, uint64_t index, struct zip_member *ret,
		  struct lc_err *e) LC_MUST_CHECK;
/** Index of the first member of this name, or LC_ENOTFOUND. */
int zip_find(struct zip_reader *z, struct lc_slice name, uint64_t *ret,
	     struct lc_err *e) LC_MUST_CHECK;
/** Stream of a member's bytes, CRC checked at the end; owned by the caller, closed before the
 * reader. */
int zip_member_stream(struct zip_reader *z, uint64_t index, struct lc_stream **ret,
		      struct lc_err *e) LC_MUST_CHECK;
/** All bytes of a member into buf (cleared first), at most its cap. */
int zip_member_read(struct zip_reader *z, uint64_t index, struct lc_buf *buf,
		    struct lc_err *e) LC_MUST_CHECK;
