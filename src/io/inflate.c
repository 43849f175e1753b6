#include "io/inflate_impl.h"

#include "base/arith.h"
#include "base/shim.h"

#define RATIO_FROM (UINT64_C(64) << 20) /* output below it is never judged by ratio */

struct inflate {
	struct lc_stream base;
	struct inflate_in in;
	struct inflate_codec *codec; /* NULL for plain bytes */
	struct lc_limits limits;
	uint8_t *out; /* INFLATE_OUT_BYTES, with a codec only */
	size_t out_pos;
	size_t out_end;
	uint64_t made; /* bytes given out or waiting in out */
	bool end;
	struct lc_err failed; /* code not 0: given again at each further read */
};

const char *io_compression_name(enum io_compression c)
{
	static const char *const names[] = {
		[IO_PLAIN] = "plain", [IO_GZIP] = "gzip", [IO_ZSTD] = "zstd",
		[IO_BZIP2] = "bzip2", [IO_XZ] = "xz",     [IO_LZ4] = "lz4",
	};
	return (unsigned)c < IO_COMPRESSION_N ? names[c] : "unknown";
}

/* "BZh", the level, then the magic of a block or of the end: a file may be called BZh9, too. */
static bool is_bzip2(struct lc_slice s)
{
	static const uint8_t block[] = { 0x31, 0x41, 0x59, 0x26, 0x53, 0x59 };
	static const uint8_t end[] = { 0x17, 0x72, 0x45, 0x38, 0x50, 0x90 };
	size_t n = lc_min(s.n, 10) - lc_min(s.n, 4);

	if (!lc_starts(s, LC_S("BZh")) || s.n < 4 || s.p[3] < '1' || s.p[3] > '9')
		return false;
	return memcmp(s.p + 4, block, n) == 0 || memcmp(s.p + 4, end, n) == 0;
}

enum io_compression io_sniff(struct lc_slice head)
{
	if (lc_starts(head, LC_S("\x1f\x8b")))
		return IO_GZIP;
	if (lc_starts(head, LC_S("\x28\xb5\x2f\xfd")))
		return IO_ZSTD;
	if (head.n >= 4 && head.p[0] >> 4 == 5 && lc_starts(lc_skip(head, 1), LC_S("\x2a\x4d\x18")))
		return IO_ZSTD;
	if (is_bzip2(head))
		return IO_BZIP2;
	if (lc_starts(head, LC_S("\xfd"
				 "7zXZ\0")))
		return IO_XZ;
	if (lc_starts(head, LC_S("\x04\x22\x4d\x18")))
		return IO_LZ4;
	return IO_PLAIN;
}

static int fail_again(struct inflate *f, struct lc_err *e)
{
	return lc_fail(e, f->failed.code, "%s", f->failed.msg);
}

/* Called with n fresh bytes not yet counted. */
static int guard(struct inflate *f, size_t n)
{
	uint64_t made;

	if (!lc_add64(f->made, n, &made) || made > f->limits.layer_bytes_max)
		return lc_fail(&f->failed, LC_ELIMIT, "more than %llu bytes when inflated",
			       (unsigned long long)f->limits.layer_bytes_max);
	f->made = made;
	if (f->codec && made > RATIO_FROM && made / f->limits.ratio_max > f->in.taken)
		return lc_fail(&f->failed, LC_ELIMIT, "inflates to more than %u times its size",
			       f->limits.ratio_max);
	if (lc_limits_expired(&f->limits))
		return lc_fail(&f->failed, LC_ECANCEL, "out of time");
	return 0;
}

/*
 * Decode until the room is full or the input ends. A failure behind good bytes is kept for the
 * next call, so that what could be read does not depend on how it is asked for.
 */
static size_t decode(struct inflate *f, uint8_t *p, size_t n)
{
	size_t done = 0;

	while (done < n && !f->end && !f->failed.code) {
		size_t got = 0;
		int rc = f->codec->step(f->codec, &f->in, p + done, n - done, &got, &f->failed);
		if (rc)
			f->failed.code = rc;
		else
			f->end = got == 0;
		if (got && guard(f, got))
			break;
		done += got;
	}
	return done;
}

static int refill(struct inflate *f, struct lc_err *e)
{
	if (f->out_pos < f->out_end)
		return 0;
	f->out_pos = 0;
	f->out_end = decode(f, f->out, INFLATE_OUT_BYTES);
	return f->out_end == 0 && f->failed.code ? fail_again(f, e) : 0;
}

static int inflate_read(struct lc_stream *s, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	struct inflate *f = (struct inflate *)(void *)s;

	if (f->out_pos == f->out_end && n >= INFLATE_OUT_BYTES) {
		*ret_n = decode(f, buf, n);
		return *ret_n == 0 && f->failed.code ? fail_again(f, e) : 0;
	}
	int rc = refill(f, e);
	if (rc)
		return rc;
	*ret_n = lc_min(n, f->out_end - f->out_pos);
	if (*ret_n)
		memcpy(buf, f->out + f->out_pos, *ret_n);
	f->out_pos += *ret_n;
	return 0;
}

static int inflate_lend(struct lc_stream *s, struct lc_slice *ret, struct lc_err *e)
{
	struct inflate *f = (struct inflate *)(void *)s;
	int rc = refill(f, e);

	if (rc)
		return rc;
	*ret = lc_slice_of(f->out + f->out_pos, f->out_end - f->out_pos);
	f->out_pos = f->out_end;
	return 0;
}

static int inflate_skip(struct lc_stream *s, uint64_t n, uint64_t *ret_n, struct lc_err *e)
{
	struct inflate *f = (struct inflate *)(void *)s;
	int rc = refill(f, e);

	if (rc)
		return rc;
	size_t k = (size_t)lc_min64(n, f->out_end - f->out_pos);
	f->out_pos += k;
	*ret_n = k;
	return 0;
}

/* Plain bytes: first what was read to look at the magic, then straight from the source. */
static int plain_read(struct lc_stream *s, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	struct inflate *f = (struct inflate *)(void *)s;
	size_t waiting = f->in.end - f->in.pos;
	size_t got = lc_min(n, waiting);
	int rc = 0;

	if (f->failed.code)
		return fail_again(f, e);
	if (waiting) {
		memcpy(buf, f->in.buf + f->in.pos, got);
		f->in.pos += got;
	} else {
		rc = lc_stream_read(f->in.from, buf, n, &got, e);
	}
	if (rc)
		return rc;
	if (guard(f, got))
		return fail_again(f, e);
	*ret_n = got;
	return 0;
}

/* Only where the source lends. */
static int plain_lend(struct lc_stream *s, struct lc_slice *ret, struct lc_err *e)
{
	struct inflate *f = (struct inflate *)(void *)s;
	struct lc_slice lent = lc_slice_of(f->in.buf + f->in.pos, f->in.end - f->in.pos);
	int rc = 0;

	if (f->failed.code)
		return fail_again(f, e);
	if (lent.n)
		f->in.pos = f->in.end;
	else
		rc = f->in.from->lend(f->in.from, &lent, e);
	if (rc)
		return rc;
	if (guard(f, lent.n))
		return fail_again(f, e);
	*ret = lent;
	return 0;
}

static int plain_skip(struct lc_stream *s, uint64_t n, uint64_t *ret_n, struct lc_err *e)
{
	struct inflate *f = (struct inflate *)(void *)s;
	size_t got = 0;
	int rc;

	if (f->in.pos == f->in.end && f->in.from->skip && !f->failed.code) {
		rc = f->in.from->skip(f->in.from, n, ret_n, e);
		if (!rc && guard(f, *ret_n))
			rc = fail_again(f, e);
		return rc;
	}
	uint8_t drop[4096];
	rc = plain_read(s, drop, (size_t)lc_min64(n, sizeof(drop)), &got, e);
	if (!rc)
		*ret_n = got;
	return rc;
}

static void inflate_close(struct lc_stream *s)
{
	struct inflate *f = (struct inflate *)(void *)s;

	if (f->codec)
		f->codec->close(f->codec);
	inflate_in_done(&f->in);
	lc_free(f->out);
	lc_free(f);
}

static const struct deflate_engine *best_engine(void)
{
#ifdef HAVE_ISAL
	return &deflate_isal;
#else
	return &deflate_zlib;
#endif
}

static int open_codec(struct inflate *f, const struct deflate_engine *engine,
		      enum io_compression kind, struct lc_err *e)
{
	int rc;

	if (kind == IO_PLAIN)
		return 0;
	if (kind != IO_GZIP && kind != IO_ZSTD)
		return lc_fail(e, LC_EUNSUP, "%s compression is not supported",
			       io_compression_name(kind));
	if (kind == IO_GZIP)
		rc = gzip_codec_open(engine ? engine : best_engine(), &f->codec, e);
	else
		rc = zstd_codec_open(&f->limits, &f->codec, e);
	if (rc)
		return rc;
	f->out = lc_alloc(INFLATE_OUT_BYTES);
	if (!f->out)
		return lc_fail(e, LC_ENOMEM, "out of memory");
	f->base.read = inflate_read;
	f->base.skip = inflate_skip;
	f->base.lend = inflate_lend;
	return 0;
}

int inflate_open_with(const struct deflate_engine *engine, struct lc_stream *from,
		      const struct lc_limits *limits, struct lc_stream **ret,
		      enum io_compression *ret_kind, struct lc_err *e)
{
	struct inflate *f = lc_alloc0(1, sizeof(*f));
	enum io_compression kind = IO_PLAIN;
	struct lc_slice head;
	int rc;

	if (!f)
		return lc_fail(e, LC_ENOMEM, "out of memory");
	f->base = (struct lc_stream){
		.read = plain_read,
		.skip = plain_skip,
		.close = inflate_close,
		.lend = from->lend ? plain_lend : NULL,
	};
	f->limits = lc_limits_copy(limits);
	if (f->limits.ratio_max == 0)
		f->limits.ratio_max = 1;
	rc = inflate_in_init(&f->in, from, e);
	if (!rc)
		rc = inflate_in_peek(&f->in, 10, &head, e);
	if (!rc) {
		kind = io_sniff(head);
		rc = open_codec(f, engine, kind, e);
	}
	if (rc) {
		inflate_close(&f->base);
		return rc;
	}
	if (ret_kind)
		*ret_kind = kind;
	*ret = &f->base;
	return 0;
}

int io_inflate_open(struct lc_stream *from, const struct lc_limits *limits, struct lc_stream **ret,
		    enum io_compression *ret_kind, struct lc_err *e)
{
	return inflate_open_with(NULL, from, limits, ret, ret_kind, e);
}

bool io_inflate_is_large(const struct lc_stream *s)
{
	const struct inflate *f = (const struct inflate *)(const void *)s;

	return f->codec && f->codec->large;
}

static int cannot_keep(const struct lc_buf *buf, struct lc_err *e)
{
	if (lc_buf_err(buf) == LC_ELIMIT)
		return lc_fail(e, LC_ELIMIT, "more than %zu bytes when inflated", buf->max);
	return lc_fail(e, lc_buf_err(buf), "out of memory");
}

int io_inflate_all(struct lc_slice in, const struct lc_limits *limits, struct lc_buf *buf,
		   struct lc_err *e)
{
	struct lc_slice_stream from;
	struct lc_stream *s = NULL;
	uint8_t part[8192];
	size_t n = 1;
	int rc;

	lc_slice_stream_init(&from, in);
	rc = io_inflate_open(&from.base, limits, &s, NULL, e);
	while (!rc && n > 0) {
		rc = lc_stream_read(s, part, sizeof(part), &n, e);
		if (!rc && lc_buf_add(buf, part, n))
			rc = cannot_keep(buf, e);
	}
	lc_stream_close(s);
	return rc;
}
