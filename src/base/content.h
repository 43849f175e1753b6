/*
 * The one seekable content: bytes of known size that can be read at any place.
 *
 * Three kinds behind one face: a slice in memory, a range of an open file, and a spool (memory
 * first, then an unlinked memory file, so nothing touches a disk). Reference to what is below is
 * borrowed (slice, file) or owned (spool); lc_content_done() releases. Reading from several threads
 * is safe.
 */
#pragma once

#include "base/err.h"
#include "base/slice.h"
#include "base/stream.h"

struct lc_content {
	uint64_t size;
	struct lc_slice mem; /* all bytes when in memory, else p NULL */
	int fd;              /* when not in memory; -1 none */
	uint64_t off;        /* where the range starts in fd */
	bool own_fd;
	void *own_mem;
};

/** Borrowed bytes. */
struct lc_content lc_content_slice(struct lc_slice s);
/** Range of a borrowed descriptor. */
struct lc_content lc_content_range(int fd, uint64_t off, uint64_t size);

/**
 * Take everything a stream still has.
 *
 * @param mem_max    bytes kept on the heap; more goes to a memory file
 * @param bytes_max  past it LC_ELIMIT and nothing is kept; where it is no more than mem_max, so
 * much is allocated at once, and no more
 */
int lc_content_spool(struct lc_stream *from, size_t mem_max, uint64_t bytes_max,
		     struct lc_content *ret, struct lc_err *e) LC_MUST_CHECK;
void lc_content_done(struct lc_content *c);

/** Exactly n bytes at off; LC_ETRUNC past the end. */
int lc_content_read(const struct lc_content *c, uint64_t off, void *buf, size_t n,
		    struct lc_err *e) LC_MUST_CHECK;
/** Up to n bytes at off: the count, 0 at the end. */
int lc_content_some(const struct lc_content *c, uint64_t off, void *buf, size_t n, size_t *ret_n,
		    struct lc_err *e) LC_MUST_CHECK;

/** Stream over part of a content that outlives it; skipping is free. Caller keeps the struct. */
struct lc_content_stream {
	struct lc_stream base;
	const struct lc_content *content;
	uint64_t off;
	uint64_t end;
	int err; /* first failure; it stays */
};
/** A part that passes the content's end reads as far as it goes and then fails with LC_ETRUNC. */
void lc_content_stream_init(struct lc_content_stream *s, const struct lc_content *c, uint64_t off,
			    uint64_t size);
