#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/shim.h"

#if defined(__SANITIZE_ADDRESS__)
enum { SEPARATE_BLOCKS = 1 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { SEPARATE_BLOCKS = 1 };
#else
enum { SEPARATE_BLOCKS = 0 };
#endif
#else
enum { SEPARATE_BLOCKS = 0 };
#endif

enum { ALIGN = alignof(max_align_t), BLOCK_MIN = 4096, BLOCK_MAX = 256 * 1024, FMT_SMALL = 128 };

struct lc_arena_block {
	struct lc_arena_block *next;
	size_t size; /* of data */
	alignas(max_align_t) uint8_t data[];
};

void lc_arena_init(struct lc_arena *a, size_t max_bytes)
{
	*a = (struct lc_arena){ .max = max_bytes };
}

void lc_arena_done(struct lc_arena *a)
{
	if (!a)
		return;
	while (a->blocks) {
		struct lc_arena_block *b = a->blocks;
		a->blocks = b->next;
		lc_free(b);
	}
	lc_arena_init(a, a->max);
}

void lc_arena_wipe(struct lc_arena *a)
{
	for (struct lc_arena_block *b = a->blocks; b; b = b->next)
		explicit_bzero(b->data, b->size);
	lc_arena_done(a);
}

void lc_arena_clear(struct lc_arena *a)
{
	struct lc_arena_block *keep = SEPARATE_BLOCKS || !a->next ? NULL : a->blocks;
	int err = a->err;
	if (keep)
		a->blocks = keep->next;
	lc_arena_done(a);
	a->err = err;
	if (!keep)
		return;
	keep->next = NULL;
	a->blocks = keep;
	a->next = keep->data;
	a->left = keep->size;
}

static void *fail(struct lc_arena *a, int code)
{
	a->err = code;
	return NULL;
}

static struct lc_arena_block *new_block(size_t size)
{
	size_t bytes;
	if (!lc_add(size, sizeof(struct lc_arena_block), &bytes))
		return NULL;
	struct lc_arena_block *b = lc_alloc(bytes);
	if (b)
		b->size = size;
	return b;
}

/* A block for one allocation, put behind the current one so that its rest stays in use. */
static uint8_t *own_block(struct lc_arena *a, size_t n)
{
	struct lc_arena_block *b = new_block(n);
	if (!b)
		return NULL;
	if (a->blocks) {
		b->next = a->blocks->next;
		a->blocks->next = b;
	} else {
		b->next = NULL;
		a->blocks = b;
	}
	return b->data;
}

/* As large as all that was given out so far: blocks double, and waste stays below what is used. */
static bool next_block(struct lc_arena *a)
{
	size_t size = a->used < BLOCK_MIN ? BLOCK_MIN : lc_min(a->used, BLOCK_MAX);
	struct lc_arena_block *b = new_block(size);
	if (!b)
		return false;
	b->next = a->blocks;
	a->blocks = b;
	a->next = b->data;
	a->left = b->size;
	return true;
}

static uint8_t *cut_off(struct lc_arena *a, size_t n, size_t pad)
{
	uint8_t *p = a->next + pad;
	a->next = p + n;
	a->left -= n + pad;
	return p;
}

static uint8_t *place(struct lc_arena *a, size_t n, size_t align)
{
	if (SEPARATE_BLOCKS || n > BLOCK_MIN / 2)
		return own_block(a, n);
	size_t pad = (size_t)(-(uintptr_t)a->next & (align - 1));
	if (a->left >= pad && a->left - pad >= n)
		return cut_off(a, n, pad);
	return next_block(a) ? cut_off(a, n, 0) : NULL;
}

/*
 * Not set. Charged by what alignment makes of n, so that many tiny items cannot pass under the cap.
 */
static void *take_raw(struct lc_arena *a, size_t n, size_t align)
{
	size_t charge;
	size_t used;
	n = n ? n : 1;
	if (!lc_add(n, align - 1, &charge) || !lc_add(a->used, charge & ~(align - 1), &used))
		return fail(a, LC_ELIMIT);
	if (a->max && used > a->max)
		return fail(a, LC_ELIMIT);
	uint8_t *p = place(a, n, align);
	if (!p)
		return fail(a, LC_ENOMEM);
	a->used = used;
	return p;
}

static void *take(struct lc_arena *a, size_t n, size_t align)
{
	void *p = take_raw(a, n, align);
	if (p)
		memset(p, 0, n ? n : 1);
	return p;
}

void *lc_arena_alloc(struct lc_arena *a, size_t n)
{
	return take(a, n, ALIGN);
}

void *lc_arena_array(struct lc_arena *a, size_t count, size_t size)
{
	size_t n;
	if (!lc_mul(count, size, &n))
		return fail(a, LC_ELIMIT);
	return lc_arena_alloc(a, n);
}

void *lc_arena_grow_raw(struct lc_arena *a, const void *old, size_t old_count, size_t new_count,
			size_t size)
{
	size_t n;
	size_t keep = lc_min(old_count, new_count);
	if (!lc_mul(new_count, size, &n))
		return fail(a, LC_ELIMIT);
	void *p = take_raw(a, n, ALIGN);
	if (p && old && keep)
		memcpy(p, old, keep * size); /* fits: the product for new_count did */
	return p;
}

void *lc_arena_grow(struct lc_arena *a, const void *old, size_t old_count, size_t new_count,
		    size_t size)
{
	uint8_t *p = lc_arena_grow_raw(a, old, old_count, new_count, size);
	if (p && new_count > old_count)
		memset(p + old_count * size, 0, (new_count - old_count) * size);
	return p;
}

char *lc_arena_str(struct lc_arena *a, struct lc_slice s)
{
	size_t n;
	if (!lc_add(s.n, 1, &n))
		return fail(a, LC_ELIMIT);
	char *p = take(a, n, 1);
	if (p && s.n)
		memcpy(p, s.p, s.n);
	return p;
}

int lc_arena_dup(struct lc_arena *a, struct lc_slice s, struct lc_slice *ret)
{
	if (s.n == 0) {
		*ret = LC_S("");
		return 0;
	}
	const char *p = lc_arena_str(a, s);
	if (!p)
		return lc_arena_err(a);
	*ret = lc_slice_of(p, s.n);
	return 0;
}

struct lc_slice lc_arena_fmt(struct lc_arena *a, const char *fmt, ...)
{
	const struct lc_slice none = { NULL, 0 };
	char small[FMT_SMALL]; /* most are: formatted once, and copied */
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (n < 0) {
		fail(a, LC_EBAD);
		return none;
	}
	char *p = take_raw(a, (size_t)n + 1, 1);
	if (!p)
		return none;
	if ((size_t)n < sizeof(small)) {
		memcpy(p, small, (size_t)n + 1);
	} else {
		va_start(ap, fmt);
		(void)vsnprintf(p, (size_t)n + 1, fmt, ap); /* as long as before */
		va_end(ap);
	}
	return lc_slice_of(p, (size_t)n);
}
