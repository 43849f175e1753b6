#include "base/stream.h"

#include <assert.h>

#include "base/arith.h"

enum { CHUNK = 16 * 1024 };

int lc_stream_read(struct lc_stream *s, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	if (n == 0) {
		*ret_n = 0;
		return 0;
	}
	size_t got = 0;
	int r = s->read(s, buf, n, &got, e);
	if (r)
		return r;
	assert(got <= n);
	*ret_n = got;
	return 0;
}

int lc_stream_exact(struct lc_stream *s, void *buf, size_t n, struct lc_err *e)
{
	uint8_t *p = buf;
	while (n) {
		size_t got;
		int r = lc_stream_read(s, p, n, &got, e);
		if (r)
			return r;
		if (got == 0)
			return lc_fail(e, LC_ETRUNC, "input ends %zu bytes early", n);
		p += got;
		n -= got;
	}
	return 0;
}

static int pass_over(struct lc_stream *s, uint64_t n, uint64_t *ret_n, struct lc_err *e)
{
	if (s->skip)
		return s->skip(s, n, ret_n, e);
	uint8_t buf[CHUNK];
	size_t got;
	int r = lc_stream_read(s, buf, (size_t)lc_min64(n, sizeof(buf)), &got, e);
	if (r == 0)
		*ret_n = got;
	return r;
}

int lc_stream_skip(struct lc_stream *s, uint64_t n, struct lc_err *e)
{
	while (n) {
		uint64_t got = 0;
		int r = pass_over(s, n, &got, e);
		if (r)
			return r;
		assert(got <= n);
		if (got == 0)
			return lc_fail(e, LC_ETRUNC, "input ends %llu bytes early",
				       (unsigned long long)n);
		n -= got;
	}
	return 0;
}

int lc_stream_drain(struct lc_stream *s, uint64_t *ret_n, struct lc_err *e)
{
	uint8_t buf[CHUNK];
	uint64_t total = 0;
	size_t got;
	do {
		int r = lc_stream_read(s, buf, sizeof(buf), &got, e);
		if (r)
			return r;
		total += got;
	} while (got);
	if (ret_n)
		*ret_n = total;
	return 0;
}

void lc_stream_close(struct lc_stream *s)
{
	if (s && s->close)
		s->close(s);
}

void lc_stream_closep(struct lc_stream **s)
{
	lc_stream_close(*s);
	*s = NULL;
}

static int slice_skip(struct lc_stream *base, uint64_t n, uint64_t *ret_n, struct lc_err *e)
{
	(void)e;
	struct lc_slice_stream *s = (struct lc_slice_stream *)base;
	size_t take = (size_t)lc_min64(n, s->left.n);
	s->left = lc_skip(s->left, take);
	*ret_n = take;
	return 0;
}

static int slice_read(struct lc_stream *base, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	(void)e;
	struct lc_slice_stream *s = (struct lc_slice_stream *)base;
	size_t take = lc_min(n, s->left.n);
	if (take)
		memcpy(buf, s->left.p, take);
	s->left = lc_skip(s->left, take);
	*ret_n = take;
	return 0;
}

void lc_slice_stream_init(struct lc_slice_stream *s, struct lc_slice bytes)
{
	*s = (struct lc_slice_stream){
		.base = { .read = slice_read, .skip = slice_skip },
		.left = bytes,
	};
}
