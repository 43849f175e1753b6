#include "io/bzip2.h"

#include <bzlib.h>
#include <pthread.h>

#include "base/dl.h"
#include "base/shim.h"

enum { IN_BYTES = 64 << 10 };

static const struct lc_dl_library library = {
	.soname = "libbz2.so.1.0",
	.package = "libbz2-1.0",
	.purpose = "reading bzip2",
};
LC_DL_NOTE("libbz2.so.1.0", "bzip2", "reading advisories compressed with bzip2");

static struct {
	int (*init)(bz_stream *s, int verbosity, int small);
	int (*run)(bz_stream *s);
	int (*end)(bz_stream *s);
} bz2;
static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;
static bool loaded; /* guarded by loading */

static const struct lc_dl_symbol symbols[] = {
	{ "BZ2_bzDecompressInit", &bz2.init },
	{ "BZ2_bzDecompress", &bz2.run },
	{ "BZ2_bzDecompressEnd", &bz2.end },
};

struct bunzip {
	struct lc_stream base;
	struct lc_stream *from;
	bz_stream s;
	bool open; /* s holds memory */
	bool eof;  /* of from */
	bool end;
	uint64_t made, max;
	int failed;
	char in[IN_BYTES];
};

static int load(struct lc_err *e)
{
	pthread_mutex_lock(&loading);
	int rc = loaded ? 0 : lc_dl_open(&library, symbols, sizeof(symbols) / sizeof(*symbols), e);
	loaded |= !rc;
	pthread_mutex_unlock(&loading);
	return rc;
}

static void *bz_alloc(void *ctx, int n, int size)
{
	(void)ctx;
	return n > 0 && size > 0 ? lc_alloc0((size_t)n, (size_t)size) : NULL;
}

static void bz_free(void *ctx, void *p)
{
	(void)ctx;
	lc_free(p);
}

/* The decoder of the next stream; what waits in the input, and the room for output, stay. */
static int open_decoder(struct bunzip *b, struct lc_err *e)
{
	bz_stream before = b->s;
	if (b->open)
		(void)bz2.end(&b->s); /* it was open */
	b->s = (bz_stream){ .bzalloc = bz_alloc, .bzfree = bz_free };
	b->open = bz2.init(&b->s, 0, 0) == BZ_OK;
	b->s.next_in = before.next_in;
	b->s.avail_in = before.avail_in;
	b->s.next_out = before.next_out;
	b->s.avail_out = before.avail_out;
	return b->open ? 0 : lc_fail(e, LC_ENOMEM, "bzip2: out of memory");
}

static int fill(struct bunzip *b, struct lc_err *e)
{
	size_t n = 0;
	if (b->s.avail_in || b->eof)
		return 0;
	int rc = lc_stream_read(b->from, b->in, sizeof(b->in), &n, e);
	b->s.next_in = b->in;
	b->s.avail_in = (unsigned)n;
	b->eof = !rc && !n;
	return rc;
}

static int step(struct bunzip *b, struct lc_err *e)
{
	int rc = fill(b, e);
	if (rc)
		return rc;
	if (!b->s.avail_in)
		return lc_fail(e, LC_ETRUNC, "bzip2: ends within a stream");
	switch (bz2.run(&b->s)) {
	case BZ_OK:
		return 0;
	case BZ_STREAM_END:
		rc = fill(b, e);
		b->end = !rc && !b->s.avail_in;
		return rc || b->end ? rc : open_decoder(b, e);
	case BZ_MEM_ERROR:
		return lc_fail(e, LC_ENOMEM, "bzip2: out of memory");
	default:
		return lc_fail(e, LC_EBAD, "bzip2: damaged");
	}
}

static int bunzip_read(struct lc_stream *s, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	struct bunzip *b = (struct bunzip *)(void *)s;
	unsigned room = n > UINT32_MAX ? UINT32_MAX : (unsigned)n;
	if (b->failed)
		return lc_fail(e, b->failed, "bzip2: failed before");
	b->s.next_out = buf;
	b->s.avail_out = room;
	while (!b->failed && !b->end && b->s.avail_out)
		b->failed = step(b, e);
	if (b->failed)
		return b->failed;
	*ret_n = room - b->s.avail_out;
	b->made += *ret_n;
	if (b->made <= b->max)
		return 0;
	b->failed = LC_ELIMIT;
	return lc_fail(e, LC_ELIMIT, "more than %llu bytes when inflated",
		       (unsigned long long)b->max);
}

static void bunzip_close(struct lc_stream *s)
{
	struct bunzip *b = (struct bunzip *)(void *)s;
	if (b->open)
		(void)bz2.end(&b->s); /* it was open */
	lc_free(b);
}

int io_bzip2_open(struct lc_stream *from, const struct lc_limits *limits, struct lc_stream **ret,
		  struct lc_err *e)
{
	int rc = load(e);
	struct bunzip *b = rc ? NULL : lc_alloc0(1, sizeof(*b));
	if (!b)
		return rc ? rc : lc_fail(e, LC_ENOMEM, "bzip2: out of memory");
	b->base = (struct lc_stream){ bunzip_read, NULL, bunzip_close };
	b->from = from;
	b->max = limits->layer_bytes_max;
	rc = open_decoder(b, e);
	if (rc) {
		bunzip_close(&b->base);
		return rc;
	}
	*ret = &b->base;
	return 0;
}
