#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>

#include "base/arith.h"
#include "base/shim.h"

void lc_buf_init(struct lc_buf *b, size_t max_bytes)
{
	*b = (struct lc_buf){ .max = max_bytes };
}

void lc_buf_done(struct lc_buf *b)
{
	if (!b)
		return;
	lc_free(b->p);
	*b = (struct lc_buf){ .max = b->max };
}

void lc_buf_clear(struct lc_buf *b)
{
	b->n = 0;
	b->err = 0;
}

static int fail(struct lc_buf *b, int code)
{
	b->err = code;
	return code;
}

/*
 * The kernel hands out what a large buffer needs in a few large pages, where it has some. Advice
 * for part of a mapping would divide it, and what is divided is copied to grow: so to whole pages,
 * neighbours on them included.
 */
static void ask_for_large_pages(uint8_t *p, size_t n)
{
	const size_t page = 4096;
	size_t before = (uintptr_t)p & (page - 1);
	if (n >= (size_t)4 << 20)
		(void)madvise(p - before, (before + n + page - 1) & ~(page - 1),
			      MADV_HUGEPAGE); /* a wish */
}

/* need <= max. One byte more than room is allocated: vsnprintf() insists on its NUL. */
static int resize(struct lc_buf *b, size_t need)
{
	size_t room;
	if (!lc_mul(b->room, 2, &room) || room > b->max)
		room = b->max;
	room = room < 64 ? lc_min(64, b->max) : room;
	room = room < need ? need : room;
	size_t bytes;
	if (!lc_add(room, 1, &bytes))
		return fail(b, LC_ENOMEM);
	uint8_t *p = lc_realloc(b->p, bytes);
	if (!p)
		return fail(b, LC_ENOMEM);
	ask_for_large_pages(p, bytes);
	b->p = p;
	b->room = room;
	return 0;
}

int lc_buf_reserve(struct lc_buf *b, size_t n)
{
	if (b->err)
		return b->err;
	if (b->n > b->max || n > b->max - b->n)
		return fail(b, LC_ELIMIT);
	return b->p && n <= b->room - b->n ? 0 : resize(b, b->n + n);
}

uint8_t *lc_buf_grow_slowly(struct lc_buf *b, size_t n)
{
	if (lc_buf_reserve(b, n))
		return NULL;
	uint8_t *at = b->p + b->n;
	b->n += n;
	return at;
}

int lc_buf_slice(struct lc_buf *b, struct lc_slice s)
{
	return lc_buf_add(b, s.p, s.n);
}

int lc_buf_str(struct lc_buf *b, const char *s)
{
	return lc_buf_slice(b, lc_str(s));
}

int lc_buf_fmt(struct lc_buf *b, const char *fmt, ...)
{
	if (lc_buf_reserve(b, 0))
		return b->err;
	va_list ap;
	va_start(ap, fmt);
	char *at = (char *)b->p + b->n;
	int n = vsnprintf(at, b->room - b->n + 1, fmt, ap);
	va_end(ap);
	if (n < 0)
		return fail(b, LC_EBAD);
	if ((size_t)n > b->room - b->n) {
		if (lc_buf_reserve(b, (size_t)n))
			return b->err;
		va_start(ap, fmt);
		n = vsnprintf((char *)b->p + b->n, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	b->n += (size_t)n;
	return 0;
}

static int add_le(struct lc_buf *b, uint64_t v, size_t n)
{
	uint8_t out[8];
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)(v >> (8 * i));
	return lc_buf_add(b, out, n);
}

int lc_buf_le32(struct lc_buf *b, uint32_t v)
{
	return add_le(b, v, 4);
}

int lc_buf_le64(struct lc_buf *b, uint64_t v)
{
	return add_le(b, v, 8);
}

int lc_buf_uleb(struct lc_buf *b, uint64_t v)
{
	uint8_t out[10];
	size_t n = 0;
	for (; v >= 0x80; v >>= 7)
		out[n++] = (uint8_t)(v | 0x80);
	out[n++] = (uint8_t)v;
	return lc_buf_add(b, out, n);
}
