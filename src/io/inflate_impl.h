/*
 * Inside of the inflate filter, for this room and its tests: the buffered input that decoders pull
 * from, what a decoder is, and the two raw-deflate engines that gzip can run on.
 */
#pragma once

#include "io/inflate.h"

enum {
	INFLATE_IN_BYTES = 64 * 1024,
	INFLATE_OUT_BYTES = 128 * 1024,
	INFLATE_HEAD_BYTES = 16, /* room before the data, so that an engine can hand bytes back */
};

/** Input with look-ahead and a little room for bytes handed back. */
struct inflate_in {
	struct lc_stream *from; /* borrowed */
	uint8_t *buf;           /* INFLATE_HEAD_BYTES + INFLATE_IN_BYTES */
	size_t pos;             /* first byte not yet used; at least INFLATE_HEAD_BYTES */
	size_t end;
	uint64_t taken; /* bytes got from the source */
	bool eof;
};

int inflate_in_init(struct inflate_in *in, struct lc_stream *from, struct lc_err *e) LC_MUST_CHECK;
void inflate_in_done(struct inflate_in *in);
/** At least one byte to use, unless the source is at its end (then none). */
int inflate_in_fill(struct inflate_in *in, struct lc_err *e) LC_MUST_CHECK;
/** Up to want (at most INFLATE_IN_BYTES) bytes without using them; fewer only at the end. */
int inflate_in_peek(struct inflate_in *in, size_t want, struct lc_slice *ret,
		    struct lc_err *e) LC_MUST_CHECK;
/** One byte; LC_ETRUNC at the end. */
int inflate_in_byte(struct inflate_in *in, uint8_t *ret, struct lc_err *e) LC_MUST_CHECK;
/** Pass over n bytes; LC_ETRUNC at the end. */
int inflate_in_skip(struct inflate_in *in, uint64_t n, struct lc_err *e) LC_MUST_CHECK;
/** Hand back up to 8 bytes that were used last. */
void inflate_in_unread(struct inflate_in *in, const uint8_t *p, size_t n);

/**
 * A decoder. step gives 1 to n bytes, or 0 at the end of the input. When it fails, *ret_n bytes
 * (perhaps 0) were made before the place of the failure and are good.
 */
struct inflate_codec {
	int (*step)(struct inflate_codec *c, struct inflate_in *in, uint8_t *out, size_t n,
		    size_t *ret_n, struct lc_err *e);
	void (*close)(struct inflate_codec *c);
	bool large; /* holds the turn of large windows */
};

/** One call of an engine: what it used and made is taken off the front of in and out. */
struct deflate_io {
	uint8_t *in;
	size_t in_n;
	uint8_t *out;
	size_t out_n;
	bool done;       /* the last block has ended and all output is out */
	uint8_t back[8]; /* bytes behind the last block that the engine had taken already */
	size_t back_n;
};

/** Raw deflate with a running CRC-32 of the output. */
struct deflate_engine {
	const char *name;
	void *(*open)(void); /* NULL: out of memory */
	void (*reset)(void *state);
	int (*run)(void *state, struct deflate_io *io); /* 0, LC_EBAD or LC_ENOMEM */
	uint32_t (*crc)(const void *state);
	void (*close)(void *state);
};

extern const struct deflate_engine deflate_zlib;
#ifdef HAVE_ISAL
extern const struct deflate_engine deflate_isal;
#endif

int gzip_codec_open(const struct deflate_engine *engine, struct inflate_codec **ret,
		    struct lc_err *e) LC_MUST_CHECK;
int zstd_codec_open(const struct lc_limits *limits, struct inflate_codec **ret,
		    struct lc_err *e) LC_MUST_CHECK;

/** io_inflate_open() with a chosen engine for gzip; NULL takes the best there is. */
int inflate_open_with(const struct deflate_engine *engine, struct lc_stream *from,
		      const struct lc_limits *limits, struct lc_stream **ret,
		      enum io_compression *ret_kind, struct lc_err *e) LC_MUST_CHECK;
