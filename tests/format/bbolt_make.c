#include "format/bbolt_make.h"

#include "base/arith.h"
#include "support/slice_assert.h"

enum { HEADER = 16, ENTRY = 16, LEVEL_MAX = 512, CAP = 16 << 20 };

struct child {
	struct lc_slice key;
	uint64_t page;
};

void make_le(uint8_t *at, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		at[i] = (uint8_t)(v >> 8 * i);
}

uint8_t *make_bbolt_page(struct make_bbolt *m, uint64_t page)
{
	assert_true((page + 1) * m->page_bytes <= m->out.n);
	return m->out.p + page * m->page_bytes;
}

/* A page of flags with these bytes behind its header. */
static uint64_t add_page(struct make_bbolt *m, uint16_t flags, size_t entries, struct lc_slice body)
{
	uint64_t id = m->out.n / m->page_bytes;
	size_t pages = (HEADER + body.n + m->page_bytes - 1) / m->page_bytes;
	uint8_t *p = lc_buf_grow(&m->out, pages * m->page_bytes);
	assert_non_null(p);
	memset(p, 0, pages * m->page_bytes);
	make_le(p, id, 8);
	make_le(p + 8, flags, 2);
	make_le(p + 10, entries, 2);
	make_le(p + 12, pages - 1, 4);
	if (body.n)
		memcpy(p + HEADER, body.p, body.n);
	return id;
}

static void add_le(struct lc_buf *b, uint64_t v, unsigned bytes)
{
	uint8_t text[8];
	make_le(text, v, bytes);
	assert_int_equal(lc_buf_add(b, text, bytes), 0);
}

static uint64_t add_bucket(struct make_bbolt *m, const struct make_pair *pairs, size_t n);
static void leaf_body(struct make_bbolt *m, const struct make_pair *pairs, size_t n,
		      struct lc_buf *body);

static bool fits_inside(const struct make_bbolt *m, const struct make_pair *p)
{
	size_t bytes = HEADER;
	for (size_t i = 0; i < p->n; i++) {
		if (p->sub[i].is_bucket)
			return false;
		bytes += ENTRY + strlen(p->sub[i].key) + strlen(p->sub[i].value);
	}
	return !m->apart && bytes <= m->page_bytes / 4;
}

static void pair_value(struct make_bbolt *m, const struct make_pair *p, struct lc_buf *value)
{
	lc_buf_init(value, CAP);
	if (!p->is_bucket) {
		assert_int_equal(lc_buf_str(value, p->value), 0);
		return;
	}
	bool inside = fits_inside(m, p);
	add_le(value, inside ? 0 : add_bucket(m, p->sub, p->n), 8);
	add_le(value, 0, 8);
	if (!inside)
		return;
	struct lc_buf body;
	leaf_body(m, p->sub, p->n, &body);
	add_le(value, 0, 8);
	add_le(value, 2, 2);
	add_le(value, p->n, 2);
	add_le(value, 0, 4);
	assert_int_equal(lc_buf_slice(value, lc_buf_get(&body)), 0);
	lc_buf_done(&body);
}

static void leaf_body(struct make_bbolt *m, const struct make_pair *pairs, size_t n,
		      struct lc_buf *body)
{
	struct lc_buf data;
	lc_buf_init(body, CAP);
	lc_buf_init(&data, CAP);
	for (size_t i = 0; i < n; i++) {
		struct lc_buf value;
		pair_value(m, &pairs[i], &value);
		add_le(body, pairs[i].is_bucket, 4);
		add_le(body, (n - i) * ENTRY + data.n, 4);
		add_le(body, strlen(pairs[i].key), 4);
		add_le(body, value.n, 4);
		assert_int_equal(lc_buf_str(&data, pairs[i].key), 0);
		assert_int_equal(lc_buf_slice(&data, lc_buf_get(&value)), 0);
		lc_buf_done(&value);
	}
	assert_int_equal(lc_buf_slice(body, lc_buf_get(&data)), 0);
	lc_buf_done(&data);
}

static uint64_t add_branch(struct make_bbolt *m, const struct child *c, size_t n)
{
	struct lc_buf body;
	struct lc_buf data;
	lc_buf_init(&body, CAP);
	lc_buf_init(&data, CAP);
	for (size_t i = 0; i < n; i++) {
		add_le(&body, (n - i) * ENTRY + data.n, 4);
		add_le(&body, c[i].key.n, 4);
		add_le(&body, c[i].page, 8);
		assert_int_equal(lc_buf_slice(&data, c[i].key), 0);
	}
	assert_int_equal(lc_buf_slice(&body, lc_buf_get(&data)), 0);
	uint64_t page = add_page(m, 1, n, lc_buf_get(&body));
	lc_buf_done(&body);
	lc_buf_done(&data);
	return page;
}

static uint64_t add_bucket(struct make_bbolt *m, const struct make_pair *pairs, size_t n)
{
	struct child level[LEVEL_MAX];
	size_t count = 0;
	size_t at = 0;
	do {
		struct lc_buf body;
		size_t k = lc_min(m->per_page, n - at);
		leaf_body(m, pairs + at, k, &body);
		assert_true(count < LEVEL_MAX);
		level[count++] = (struct child){ lc_str(k ? pairs[at].key : ""),
						 add_page(m, 2, k, lc_buf_get(&body)) };
		lc_buf_done(&body);
		at += k;
	} while (at < n);
	while (count > 1) {
		size_t up = 0;
		for (size_t i = 0; i < count; i += m->per_page) {
			struct child c = { level[i].key,
					   add_branch(m, level + i,
						      lc_min(m->per_page, count - i)) };
			level[up++] = c;
		}
		count = up;
	}
	return level[0].page;
}

void make_bbolt_sum(struct make_bbolt *m, unsigned meta)
{
	uint8_t *p = make_bbolt_page(m, meta) + HEADER;
	uint64_t h = 14695981039346656037U;
	for (size_t i = 0; i < 56; i++)
		h = (h ^ p[i]) * 1099511628211U;
	make_le(p + 56, h, 8);
}

static void fill_meta(struct make_bbolt *m, unsigned meta)
{
	uint8_t *p = make_bbolt_page(m, meta);
	make_le(p, meta, 8);
	make_le(p + 8, 4, 2);
	p += HEADER;
	make_le(p, 0xed0cdaed, 4);
	make_le(p + 4, 2, 4);
	make_le(p + 8, m->page_bytes, 4);
	make_le(p + 16, m->root, 8);
	make_le(p + 32, 2, 8);
	make_le(p + 40, m->out.n / m->page_bytes, 8);
	make_le(p + 48, m->txid - meta, 8);
	make_bbolt_sum(m, meta);
}

void make_bbolt(struct make_bbolt *m, const struct make_pair *pairs, size_t n)
{
	lc_buf_init(&m->out, CAP);
	for (unsigned i = 0; i < 2; i++)
		(void)add_page(m, 4, 0, LC_S("meta"));
	(void)add_page(m, 16, 0, LC_S(""));
	m->root = add_bucket(m, pairs, n);
	fill_meta(m, 0);
	fill_meta(m, 1);
}
