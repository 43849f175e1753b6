/* zlib as the engine of gzip: where ISA-L has no port, and as its check in tests. */
#include "io/inflate_impl.h"

#include <limits.h>

#include <zlib.h>

#include "base/arith.h"
#include "base/shim.h"

struct zlib_engine {
	z_stream z;
	uint32_t crc;
};

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

static void *zlib_open(void)
{
	struct zlib_engine *s = lc_alloc0(1, sizeof(*s));

	if (!s)
		return NULL;
	s->z.zalloc = zlib_alloc;
	s->z.zfree = zlib_free;
	if (inflateInit2(&s->z, -MAX_WBITS) != Z_OK) {
		lc_free(s);
		return NULL;
	}
	return s;
}

static void zlib_reset(void *state)
{
	struct zlib_engine *s = state;

	(void)inflateReset(&s->z); /* fails for a NULL or foreign stream only */
	s->crc = 0;
}

static int zlib_run(void *state, struct deflate_io *io)
{
	struct zlib_engine *s = state;
	unsigned in_n = (unsigned)lc_min(io->in_n, UINT_MAX);
	unsigned out_n = (unsigned)lc_min(io->out_n, UINT_MAX);
	int rc;

	s->z.next_in = io->in;
	s->z.avail_in = in_n;
	s->z.next_out = io->out;
	s->z.avail_out = out_n;
	rc = inflate(&s->z, Z_NO_FLUSH);
	if (rc == Z_MEM_ERROR)
		return LC_ENOMEM;
	if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
		return LC_EBAD;
	s->crc = (uint32_t)crc32_z(s->crc, io->out, out_n - s->z.avail_out);
	io->in += in_n - s->z.avail_in;
	io->in_n -= in_n - s->z.avail_in;
	io->out += out_n - s->z.avail_out;
	io->out_n -= out_n - s->z.avail_out;
	io->done = rc == Z_STREAM_END;
	io->back_n = 0;
	return 0;
}

static uint32_t zlib_crc(const void *state)
{
	return ((const struct zlib_engine *)state)->crc;
}

static void zlib_close(void *state)
{
	struct zlib_engine *s = state;

	if (!s)
		return;
	(void)inflateEnd(&s->z); /* frees; its result says nothing here */
	lc_free(s);
}

const struct deflate_engine deflate_zlib = {
	"zlib", zlib_open, zlib_reset, zlib_run, zlib_crc, zlib_close,
};
