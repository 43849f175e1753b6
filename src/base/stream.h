/*
 * The one pull stream: everything that gives bytes in order (file range, inflate, decrypt, tar
 * member).
 *
 * A stream is a struct whose first member is struct lc_stream; read fills up to n bytes. Filters
 * own their source. Closing is the owner's duty and releases everything below. One stream, one
 * thread.
 */
#pragma once

#include "base/err.h"
#include "base/slice.h"

struct lc_stream {
	/* Up to n > 0 bytes into buf; *ret_n 0 is the end and stays so. A failure stays, too. */
	int (*read)(struct lc_stream *s, void *buf, size_t n, size_t *ret_n, struct lc_err *e);
	/* Pass over up to n bytes unseen; NULL: reading does it. *ret_n as for read. */
	int (*skip)(struct lc_stream *s, uint64_t n, uint64_t *ret_n, struct lc_err *e);
	void (*close)(struct lc_stream *s); /* NULL: nothing to release */
	/* Lend the bytes that come next, as many as are at hand, in place of copying them; none at
	 * the end. They count as read and stay until the next call. NULL: reading does it. */
	int (*lend)(struct lc_stream *s, struct lc_slice *ret, struct lc_err *e);
};

int lc_stream_read(struct lc_stream *s, void *buf, size_t n, size_t *ret_n,
		   struct lc_err *e) LC_MUST_CHECK;
/** Exactly n bytes; LC_ETRUNC when the end comes first. */
int lc_stream_exact(struct lc_stream *s, void *buf, size_t n, struct lc_err *e) LC_MUST_CHECK;
/** Pass over n bytes; LC_ETRUNC when the end comes first. */
int lc_stream_skip(struct lc_stream *s, uint64_t n, struct lc_err *e) LC_MUST_CHECK;
/** Read to the end and drop it, counting. */
int lc_stream_drain(struct lc_stream *s, uint64_t *ret_n, struct lc_err *e) LC_MUST_CHECK;
/** Accepts NULL. */
void lc_stream_close(struct lc_stream *s);
void lc_stream_closep(struct lc_stream **s);
#define LC_AUTOSTREAM __attribute__((cleanup(lc_stream_closep)))

/** Stream over borrowed bytes that outlive it. The caller keeps the struct; close is a no-op. */
struct lc_slice_stream {
	struct lc_stream base;
	struct lc_slice left;
};
void lc_slice_stream_init(struct lc_slice_stream *s, struct lc_slice bytes);
