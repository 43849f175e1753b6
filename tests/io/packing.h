/*
 * Compressed inputs made for tests, sources that give them in pieces, and one call that inflates.
 */
#pragma once

#include "base/buf.h"
#include "io/inflate_impl.h"

/** Optional fields of a gzip header; zeroed is the plain ten bytes. */
struct pack_header {
	const char *name;
	const char *comment;
	size_t extra;      /* bytes of an extra field, 0 none */
	bool check;        /* FHCRC */
	bool wrong_check;  /* and it does not fit */
	uint8_t set_flags; /* further flags */
};

/** Append one gzip member; level 0 stores, 9 packs best. */
void pack_gzip(struct lc_buf *out, struct lc_slice bytes, const struct pack_header *h, int level);
/** Append one zstd frame with checksum; window_log 0 lets the library choose. */
void pack_zstd(struct lc_buf *out, struct lc_slice bytes, int window_log);
void pack_zstd_skippable(struct lc_buf *out, size_t n);

/** Compressible text of n bytes, then noise of n bytes; repeatable. */
void pack_sample(struct lc_buf *out, size_t n, uint64_t seed);

/** A source that gives at most step bytes at a time and fails with LC_EIO after fail_after bytes.
 */
struct drip {
	struct lc_stream base;
	struct lc_slice left;
	size_t step;
	uint64_t fail_after; /* UINT64_MAX never */
};
void drip_init(struct drip *d, struct lc_slice bytes, size_t step);

/**
 * Inflate bytes with an engine, step bytes of input and piece bytes of output at a time.
 * @return the code of the first failure; what came before it is in out
 */
int unpack_with(const struct deflate_engine *engine, const struct lc_limits *limits,
		struct lc_slice bytes, size_t step, size_t piece, struct lc_buf *out,
		struct lc_err *e);
/** With everything at its default. */
int unpack(struct lc_slice bytes, struct lc_buf *out, struct lc_err *e);

/** The engines of this build, NULL ends. */
extern const struct deflate_engine *const engines[];
