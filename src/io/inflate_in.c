#include "io/inflate_impl.h"

#include "base/arith.h"
#include "base/shim.h"

int inflate_in_init(struct inflate_in *in, struct lc_stream *from, struct lc_err *e)
{
	*in = (struct inflate_in){ .from = from };
	in->buf = lc_alloc(INFLATE_HEAD_BYTES + INFLATE_IN_BYTES);
	if (!in->buf)
		return lc_fail(e, LC_ENOMEM, "out of memory");
	in->pos = INFLATE_HEAD_BYTES;
	in->end = INFLATE_HEAD_BYTES;
	return 0;
}

void inflate_in_done(struct inflate_in *in)
{
	lc_free(in->buf);
	*in = (struct inflate_in){ 0 };
}

/* One read behind what is there. */
static int more(struct inflate_in *in, struct lc_err *e)
{
	size_t room = INFLATE_HEAD_BYTES + INFLATE_IN_BYTES - in->end;
	size_t got = 0;
	int rc;

	if (in->eof || room == 0)
		return 0;
	rc = lc_stream_read(in->from, in->buf + in->end, room, &got, e);
	if (rc)
		return rc;
	in->eof = got == 0;
	in->end += got;
	in->taken += got;
	return 0;
}

int inflate_in_fill(struct inflate_in *in, struct lc_err *e)
{
	if (in->pos < in->end)
		return 0;
	in->pos = INFLATE_HEAD_BYTES;
	in->end = INFLATE_HEAD_BYTES;
	return more(in, e);
}

int inflate_in_peek(struct inflate_in *in, size_t want, struct lc_slice *ret, struct lc_err *e)
{
	size_t n = in->end - in->pos;
	int rc = 0;

	if (n < want && in->pos > INFLATE_HEAD_BYTES) {
		memmove(in->buf + INFLATE_HEAD_BYTES, in->buf + in->pos, n);
		in->pos = INFLATE_HEAD_BYTES;
		in->end = INFLATE_HEAD_BYTES + n;
	}
	while (!rc && !in->eof && in->end - in->pos < want)
		rc = more(in, e);
	if (rc)
		return rc;
	*ret = lc_slice_of(in->buf + in->pos, lc_min(want, in->end - in->pos));
	return 0;
}

int inflate_in_byte(struct inflate_in *in, uint8_t *ret, struct lc_err *e)
{
	int rc = inflate_in_fill(in, e);

	if (rc)
		return rc;
	if (in->pos == in->end)
		return lc_fail(e, LC_ETRUNC, "compressed data ends too early");
	*ret = in->buf[in->pos++];
	return 0;
}

int inflate_in_skip(struct inflate_in *in, uint64_t n, struct lc_err *e)
{
	while (n > 0) {
		int rc = inflate_in_fill(in, e);
		if (rc)
			return rc;
		if (in->pos == in->end)
			return lc_fail(e, LC_ETRUNC, "compressed data ends too early");
		size_t k = (size_t)lc_min64(n, in->end - in->pos);
		in->pos += k;
		n -= k;
	}
	return 0;
}

void inflate_in_unread(struct inflate_in *in, const uint8_t *p, size_t n)
{
	if (n == 0 || n > 8 || in->pos < n)
		return;
	in->pos -= n;
	memcpy(in->buf + in->pos, p, n);
}
