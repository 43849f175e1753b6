/* One whole zlib stream. Source: RFC 1950. */
#include "io/inflate.h"

#include <zlib.h>

#include "base/arith.h"
#include "base/shim.h"

static void *zlib_alloc(void *ctx, unsigned n, unsigned size)
{
	(void)ctx;
	return lc_alloc0(n, size);
}

static void zlib_free(void *ctx, void *p)
{
	(void)ctx;
	lc_free(p);
}

enum { STEP = 16 << 10 };

/* Until the stream's end, by steps that the buffer's cap allows. */
static int run(z_stream *z, struct lc_buf *buf, struct lc_err *e)
{
	uint8_t step[STEP];
	for (;;) {
		z->next_out = step;
		z->avail_out = sizeof(step);
		int r = inflate(z, Z_NO_FLUSH);
		if (r != Z_OK && r != Z_STREAM_END && r != Z_BUF_ERROR)
			return lc_fail(e, r == Z_MEM_ERROR ? LC_ENOMEM : LC_EBAD, "zlib: %s",
				       z->msg ? z->msg : "broken stream");
		size_t n = sizeof(step) - z->avail_out;
		int added = lc_buf_add(buf, step, n);
		if (added)
			return lc_fail(e, added, "zlib: more than %zu bytes", buf->max);
		if (r == Z_STREAM_END)
			return 0;
		if (n == 0)
			return lc_fail(e, LC_ETRUNC, "zlib: the stream ends too early");
	}
}

int io_zlib_all(struct lc_slice in, struct lc_buf *buf, struct lc_err *e)
{
	z_stream z = { .zalloc = zlib_alloc, .zfree = zlib_free };
	if (in.n > UINT32_MAX)
		return lc_fail(e, LC_ELIMIT, "zlib: more than 4 GiB");
	if (inflateInit(&z) != Z_OK)
		return lc_fail(e, LC_ENOMEM, "zlib: out of memory");
	/* zlib's pointers are not const; it writes nothing there. */
	z.next_in = (Bytef *)(uintptr_t)in.p;
	z.avail_in = (uInt)in.n;
	int r = run(&z, buf, e);
	(void)inflateEnd(&z);
	return r;
}
