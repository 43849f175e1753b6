/*
 * gzip members around raw deflate. Source: RFC 1952.
 *
 *   member  = 1f 8b 08 FLG MTIME(4) XFL OS [XLEN extra] [name 00] [comment 00] [CRC16] deflate
 * CRC32 ISIZE file    = member+ 00*        zero padding (tapes, block devices) is passed over as
 * GNU gzip does
 */
#include "io/inflate_impl.h"

#include <zlib.h>

#include "base/shim.h"

enum { FHCRC = 2, FEXTRA = 4, FNAME = 8, FCOMMENT = 16, FRESERVED = 0xe0 };
enum { HEADER_TEXT_MAX = 1 << 20 };

struct gzip {
	struct inflate_codec base;
	const struct deflate_engine *engine;
	void *state;
	bool in_member;
	bool any;          /* a member has begun */
	bool fresh;        /* the engine needs no reset */
	uint32_t size;     /* of the member's output, modulo 2^32 as in ISIZE */
	uint32_t head_crc; /* of the header's bytes, for FHCRC */
};

static int head_byte(struct gzip *g, struct inflate_in *in, uint8_t *ret, struct lc_err *e)
{
	int rc = inflate_in_byte(in, ret, e);

	if (!rc)
		g->head_crc = (uint32_t)crc32_z(g->head_crc, ret, 1);
	return rc;
}

static int head_skip(struct gzip *g, struct inflate_in *in, unsigned n, struct lc_err *e)
{
	uint8_t c;
	int rc = 0;

	while (!rc && n-- > 0)
		rc = head_byte(g, in, &c, e);
	return rc;
}

static int head_extra(struct gzip *g, struct inflate_in *in, struct lc_err *e)
{
	uint8_t low;
	uint8_t high;
	int rc = head_byte(g, in, &low, e);

	if (!rc)
		rc = head_byte(g, in, &high, e);
	return rc ? rc : head_skip(g, in, (unsigned)(low | high << 8), e);
}

static int head_text(struct gzip *g, struct inflate_in *in, struct lc_err *e)
{
	for (size_t n = 0; n < HEADER_TEXT_MAX; n++) {
		uint8_t c;
		int rc = head_byte(g, in, &c, e);
		if (rc || c == 0)
			return rc;
	}
	return lc_fail(e, LC_ELIMIT, "gzip: name or comment in the header is too long");
}

static int head_check(struct gzip *g, struct inflate_in *in, struct lc_err *e)
{
	uint16_t want = (uint16_t)g->head_crc;
	uint8_t low;
	uint8_t high;
	int rc = inflate_in_byte(in, &low, e);

	if (!rc)
		rc = inflate_in_byte(in, &high, e);
	if (rc)
		return rc;
	if ((low | high << 8) != want)
		return lc_fail(e, LC_EBAD, "gzip: checksum of the header is wrong");
	return 0;
}

static int head_optional(struct gzip *g, struct inflate_in *in, uint8_t flags, struct lc_err *e)
{
	int rc = 0;

	if (flags & FEXTRA)
		rc = head_extra(g, in, e);
	if (!rc && flags & FNAME)
		rc = head_text(g, in, e);
	if (!rc && flags & FCOMMENT)
		rc = head_text(g, in, e);
	if (!rc && flags & FHCRC)
		rc = head_check(g, in, e);
	return rc;
}

static int gzip_header(struct gzip *g, struct inflate_in *in, struct lc_err *e)
{
	uint8_t fixed[4];
	int rc = 0;

	g->head_crc = 0;
	for (size_t i = 0; !rc && i < sizeof(fixed); i++) {
		rc = head_byte(g, in, &fixed[i], e);
		if (!rc && i < 2 && fixed[i] != (i ? 0x8b : 0x1f))
			return lc_fail(e, LC_EBAD,
				       g->any ? "gzip: garbage behind the last member"
					      : "gzip: not a gzip header");
	}
	if (rc)
		return rc;
	if (fixed[2] != 8)
		return lc_fail(e, LC_EUNSUP, "gzip: compression method %u", fixed[2]);
	if (fixed[3] & FRESERVED)
		return lc_fail(e, LC_EBAD, "gzip: reserved flags are set in the header");
	rc = head_skip(g, in, 6, e);
	return rc ? rc : head_optional(g, in, fixed[3], e);
}

/* Behind a member: another one, zeros to the end, or the end. */
static int gzip_between(struct gzip *g, struct inflate_in *in, bool *ret_end, struct lc_err *e)
{
	bool zeros = false;

	for (;;) {
		int rc = inflate_in_fill(in, e);
		if (rc)
			return rc;
		*ret_end = in->pos == in->end;
		if (*ret_end)
			return 0;
		if (!g->any || in->buf[in->pos] != 0)
			break;
		zeros = true;
		in->pos++;
	}
	if (zeros)
		return lc_fail(e, LC_EBAD, "gzip: garbage behind the padding");
	return 0;
}

static int gzip_begin(struct gzip *g, struct inflate_in *in, bool *ret_end, struct lc_err *e)
{
	int rc = gzip_between(g, in, ret_end, e);

	if (rc || *ret_end)
		return rc;
	rc = gzip_header(g, in, e);
	if (rc)
		return rc;
	if (!g->fresh)
		g->engine->reset(g->state);
	g->fresh = false;
	g->in_member = true;
	g->any = true;
	g->size = 0;
	return 0;
}

static int gzip_trailer(struct gzip *g, struct inflate_in *in, struct lc_err *e)
{
	uint8_t b[8];
	struct lc_rd r = lc_rd_of(lc_slice_of(b, sizeof(b)));
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(b); i++)
		rc = inflate_in_byte(in, &b[i], e);
	if (rc)
		return rc;
	if (lc_rd_le32(&r) != g->engine->crc(g->state))
		return lc_fail(e, LC_EBAD, "gzip: checksum of the content is wrong");
	if (lc_rd_le32(&r) != g->size)
		return lc_fail(e, LC_EBAD, "gzip: length of the content is wrong");
	g->in_member = false;
	return 0;
}

/* Some of the current member into out. No progress at the end of the input is truncation. */
static int gzip_inflate(struct gzip *g, struct inflate_in *in, uint8_t *out, size_t n,
			size_t *ret_n, struct lc_err *e)
{
	struct deflate_io io = { .out = out, .out_n = n };
	int rc = inflate_in_fill(in, e);

	if (rc)
		return rc;
	io.in = in->buf + in->pos;
	io.in_n = in->end - in->pos;
	rc = g->engine->run(g->state, &io);
	if (rc)
		return lc_fail(e, rc, rc == LC_ENOMEM ? "out of memory" : "gzip: damaged data");
	bool stuck = io.out_n == n && io.in_n == in->end - in->pos;
	in->pos = in->end - io.in_n;
	*ret_n = n - io.out_n;
	g->size += (uint32_t)*ret_n;
	if (!io.done && stuck)
		return lc_fail(e, in->eof ? LC_ETRUNC : LC_EBAD,
			       "gzip: compressed data ends too early");
	if (!io.done)
		return 0;
	inflate_in_unread(in, io.back, io.back_n);
	return gzip_trailer(g, in, e);
}

static int gzip_step(struct inflate_codec *c, struct inflate_in *in, uint8_t *out, size_t n,
		     size_t *ret_n, struct lc_err *e)
{
	struct gzip *g = (struct gzip *)(void *)c;
	size_t got = 0;
	bool end = false;
	int rc = 0;

	while (!rc && !end && got == 0) {
		if (!g->in_member)
			rc = gzip_begin(g, in, &end, e);
		else
			rc = gzip_inflate(g, in, out, n, &got, e);
	}
	*ret_n = got;
	return rc;
}

static void gzip_close(struct inflate_codec *c)
{
	struct gzip *g = (struct gzip *)(void *)c;

	if (g->state)
		g->engine->close(g->state);
	lc_free(g);
}

int gzip_codec_open(const struct deflate_engine *engine, struct inflate_codec **ret,
		    struct lc_err *e)
{
	struct gzip *g = lc_alloc0(1, sizeof(*g));

	if (!g)
		return lc_fail(e, LC_ENOMEM, "out of memory");
	g->base.step = gzip_step;
	g->base.close = gzip_close;
	g->engine = engine;
	g->fresh = true;
	g->state = engine->open();
	if (!g->state) {
		gzip_close(&g->base);
		return lc_fail(e, LC_ENOMEM, "out of memory");
	}
	*ret = &g->base;
	return 0;
}
