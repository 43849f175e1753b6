/*
 * Lists of owned files. A distribution's packages own some hundred thousand, few of them asked
 * for: what was read stays packed as the stream has it, and is looked at one by one.
 */
#include "inventory/owned.h"

/* What stands behind a path: DIGEST_OF + enum digest_algorithm and that many bytes, or one of: */
enum { NO_DIGEST = 0, DIGEST_AS_TEXT = 1, DIGEST_OF = 2 };

/* ---- packing ---- */

static bool hex_value(uint8_t c, uint8_t *ret)
{
	if (lc_is_digit(c))
		*ret = (uint8_t)(c - '0');
	else if (c >= 'a' && c <= 'f') /* capitals would come back as small ones */
		*ret = (uint8_t)(c - 'a' + 10);
	else
		return false;
	return true;
}

static bool parse_hex(struct lc_slice s, uint8_t *ret)
{
	for (size_t i = 0; i + 1 < s.n; i += 2) {
		uint8_t high;
		uint8_t low;
		if (!hex_value(s.p[i], &high) || !hex_value(s.p[i + 1], &low))
			return false;
		ret[i / 2] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool parse_digest(struct lc_slice text, struct digest *ret)
{
	struct lc_slice name;
	struct lc_slice hex;
	if (!lc_cut(text, ':', &name, &hex))
		return false;
	for (unsigned i = 0; i < DIGEST_ALGORITHM_N; i++) {
		enum digest_algorithm a = (enum digest_algorithm)i;
		ret->algorithm = a;
		if (lc_eq(name, lc_str(digest_name(a))))
			return hex.n == 2 * digest_size(a) && parse_hex(hex, ret->bytes);
	}
	return false;
}

void owned_pack(struct lc_buf *out, const struct inv_owned *o)
{
	struct digest d = { 0 };
	(void)lc_buf_uleb(out, o->path.n); /* sticky: the sink looks */
	(void)lc_buf_slice(out, o->path);
	if (o->digest.n == 0) {
		(void)lc_buf_byte(out, NO_DIGEST);
	} else if (parse_digest(o->digest, &d)) {
		(void)lc_buf_byte(out, (uint8_t)(DIGEST_OF + d.algorithm));
		(void)lc_buf_add(out, d.bytes, digest_size(d.algorithm));
	} else {
		(void)lc_buf_byte(out, DIGEST_AS_TEXT);
		(void)lc_buf_uleb(out, o->digest.n);
		(void)lc_buf_slice(out, o->digest);
	}
}

/* ---- reading ---- */

static struct lc_slice take_text(struct lc_rd *in)
{
	size_t n;
	if (!lc_size(lc_rd_uleb(in), &n))
		in->bad = true;
	return lc_rd_take(in, in->bad ? 0 : n);
}

static void unpack(struct lc_rd *in, struct inv_owned_cursor *c)
{
	c->path = take_text(in);
	uint8_t kind = lc_rd_u8(in);
	c->algorithm = DIGEST_ALGORITHM_N;
	c->digest = LC_S("");
	if (kind == DIGEST_AS_TEXT) {
		c->digest = take_text(in);
	} else if (kind != NO_DIGEST) {
		in->bad |= kind >= DIGEST_OF + DIGEST_ALGORITHM_N;
		c->algorithm =
			in->bad ? DIGEST_ALGORITHM_N : (enum digest_algorithm)(kind - DIGEST_OF);
		c->digest = lc_rd_take(in, in->bad ? 0 : digest_size(c->algorithm));
	}
}

void owned_skip(struct lc_rd *in, size_t n)
{
	struct inv_owned_cursor unused;
	while (n-- && !in->bad)
		unpack(in, &unused);
}

struct inv_owned_cursor inv_owned_start(const struct inv_owned_list *list)
{
	return (struct inv_owned_cursor){ .list = list, .in = lc_rd_of(list->packed) };
}

bool inv_owned_next(struct inv_owned_cursor *c)
{
	while (c->list && c->i == c->list->n) {
		c->list = c->list->next;
		c->i = 0;
		c->in = lc_rd_of(c->list ? c->list->packed : LC_S(""));
	}
	if (!c->list)
		return false;
	if (c->list->v) {
		c->path = c->list->v[c->i].path;
		c->digest = c->list->v[c->i].digest;
		c->algorithm = DIGEST_ALGORITHM_N;
	} else {
		unpack(&c->in, c);
	}
	c->i++;
	return true;
}

struct lc_slice inv_owned_digest(const struct inv_owned_cursor *c, char ret[DIGEST_TEXT_MAX])
{
	struct digest d = { .algorithm = c->algorithm };
	if (c->algorithm == DIGEST_ALGORITHM_N)
		return c->digest;
	memcpy(d.bytes, c->digest.p, c->digest.n);
	return lc_str(digest_text(&d, ret));
}

/* ---- all of a package ---- */

int inv_owned_paths(const struct inv_owned_list *list, struct lc_arena *a, struct lc_slices *ret)
{
	size_t n = 0;
	for (const struct inv_owned_list *l = list; l; l = l->next)
		n += l->n; /* each at least a byte of a stream that was in memory: no wrap */
	struct lc_slice *v = n ? lc_new_array(a, struct lc_slice, n) : NULL;
	if (n && !v)
		return lc_arena_err(a);
	struct inv_owned_cursor c = inv_owned_start(list);
	for (size_t i = 0; inv_owned_next(&c); i++)
		v[i] = c.path;
	*ret = (struct lc_slices){ v, n, n };
	if (list->next)
		return lc_slices_sort_unique(ret);
	return 0;
}
