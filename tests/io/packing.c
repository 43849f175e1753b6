#include "packing.h"

#include <stdlib.h>

#include <zlib.h>
#include <zstd.h>

#include "base/arith.h"
#include "support/slice_assert.h"

const struct deflate_engine *const engines[] = {
	&deflate_zlib,
#ifdef HAVE_ISAL
	&deflate_isal,
#endif
	NULL,
};

static void put_header(struct lc_buf *out, const struct pack_header *h)
{
	size_t start = out->n;
	unsigned flags = h->set_flags;

	flags |= h->extra ? 4u : 0;
	flags |= h->name ? 8u : 0;
	flags |= h->comment ? 16u : 0;
	flags |= h->check ? 2u : 0;
	lc_buf_add(out, "\x1f\x8b\x08", 3);
	lc_buf_byte(out, (uint8_t)flags);
	lc_buf_add(out, "\x01\x02\x03\x04\x00\x03", 6);
	if (h->extra) {
		lc_buf_byte(out, (uint8_t)h->extra);
		lc_buf_byte(out, (uint8_t)(h->extra >> 8));
		memset(lc_buf_grow(out, h->extra), 'x', h->extra);
	}
	if (h->name)
		lc_buf_add(out, h->name, strlen(h->name) + 1);
	if (h->comment)
		lc_buf_add(out, h->comment, strlen(h->comment) + 1);
	if (h->check) {
		unsigned long crc = crc32_z(0, out->p + start, out->n - start);
		crc ^= h->wrong_check ? 1 : 0;
		lc_buf_byte(out, (uint8_t)crc);
		lc_buf_byte(out, (uint8_t)(crc >> 8));
	}
}

static void put_deflate(struct lc_buf *out, struct lc_slice bytes, int level)
{
	z_stream z = { 0 };
	unsigned room = (unsigned)compressBound(bytes.n) + 64;

	assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), 0);
	uint8_t *p = lc_buf_grow(out, room);
	assert_non_null(p);
	z.next_in = (uint8_t *)(uintptr_t)bytes.p;
	z.avail_in = (unsigned)bytes.n;
	z.next_out = p;
	z.avail_out = room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out->n -= z.avail_out;
	deflateEnd(&z);
}

void pack_gzip(struct lc_buf *out, struct lc_slice bytes, const struct pack_header *h, int level)
{
	static const struct pack_header plain;

	put_header(out, h ? h : &plain);
	put_deflate(out, bytes, level);
	lc_buf_le32(out, (uint32_t)crc32_z(0, bytes.p, bytes.n));
	lc_buf_le32(out, (uint32_t)bytes.n);
}

void pack_zstd(struct lc_buf *out, struct lc_slice bytes, int window_log)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();
	size_t room = ZSTD_compressBound(bytes.n);
	uint8_t *p = lc_buf_grow(out, room);
	ZSTD_outBuffer to = { p, room, 0 };
	ZSTD_inBuffer from = { bytes.p, bytes.n, 0 };

	assert_non_null(c);
	assert_non_null(p);
	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
	if (window_log)
		ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, window_log);
	/* Twice, so that the size is not known at the start and the window is as asked for. */
	assert_false(ZSTD_isError(ZSTD_compressStream2(c, &to, &from, ZSTD_e_continue)));
	assert_int_equal(ZSTD_compressStream2(c, &to, &from, ZSTD_e_end), 0);
	out->n -= room - to.pos;
	ZSTD_freeCCtx(c);
}

void pack_zstd_skippable(struct lc_buf *out, size_t n)
{
	lc_buf_le32(out, 0x184d2a53);
	lc_buf_le32(out, (uint32_t)n);
	if (n)
		memset(lc_buf_grow(out, n), 0x28, n);
}

void pack_sample(struct lc_buf *out, size_t n, uint64_t seed)
{
	static const char *const words[] = { "seal ", "cargo ", "layer\n", "box ", "manifest " };

	for (size_t end = out->n + n; out->n < end;)
		lc_buf_str(out, words[next_below(&seed, 5)]);
	for (size_t i = 0; i < n; i++)
		lc_buf_byte(out, (uint8_t)next_number(&seed));
}

static int drip_read(struct lc_stream *s, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	struct drip *d = (struct drip *)(void *)s;

	n = lc_min(lc_min(n, d->step), d->left.n);
	if (d->fail_after != UINT64_MAX) {
		if (d->fail_after == 0)
			return lc_fail(e, LC_EIO, "the source broke");
		n = (size_t)lc_min64(n, d->fail_after);
		d->fail_after -= n;
	}
	if (n)
		memcpy(buf, d->left.p, n);
	d->left = lc_skip(d->left, n);
	*ret_n = n;
	return 0;
}

void drip_init(struct drip *d, struct lc_slice bytes, size_t step)
{
	*d = (struct drip){
		.base = { .read = drip_read },
		.left = bytes,
		.step = step,
		.fail_after = UINT64_MAX,
	};
}

int unpack_with(const struct deflate_engine *engine, const struct lc_limits *limits,
		struct lc_slice bytes, size_t step, size_t piece, struct lc_buf *out,
		struct lc_err *e)
{
	struct lc_stream *s = NULL;
	uint8_t *buf = malloc(piece);
	struct drip d;
	size_t n = 1;
	int rc;

	assert_non_null(buf);
	drip_init(&d, bytes, step);
	rc = inflate_open_with(engine, &d.base, limits, &s, NULL, e);
	while (!rc && n > 0) {
		rc = lc_stream_read(s, buf, piece, &n, e);
		if (!rc)
			rc = lc_buf_add(out, buf, n);
	}
	lc_stream_close(s);
	free(buf);
	return rc;
}

int unpack(struct lc_slice bytes, struct lc_buf *out, struct lc_err *e)
{
	return unpack_with(NULL, &lc_limits_default, bytes, SIZE_MAX, 65536, out, e);
}
