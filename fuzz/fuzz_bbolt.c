/*
 * bbolt databases: all buckets are walked, and containerd's way to an image is gone. A bucket gives
 * no more bytes than the file has.
 */
#include <stdlib.h>

#include "format/bbolt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BUCKETS_DEEP = 4, BUCKETS_MAX = 64 };

struct walk {
	const struct bbolt *db;
	unsigned depth, buckets;
	uint64_t bytes[BUCKETS_DEEP + 1];
};

static int see(void *ctx, const struct bbolt_item *item, struct lc_err *e)
{
	struct walk *w = ctx;
	struct bbolt_bucket b;
	w->bytes[w->depth] += item->key.n + item->value.n;
	if (w->bytes[w->depth] > w->db->content->size)
		abort();
	if (!item->is_bucket || w->depth == BUCKETS_DEEP || ++w->buckets > BUCKETS_MAX)
		return 0;
	int rc = bbolt_item_bucket(item, &b, e);
	w->bytes[++w->depth] = 0;
	rc = rc ? rc : bbolt_foreach(w->db, &b, see, w, e);
	w->depth--;
	return rc;
}

static void ask(const struct bbolt *db, struct lc_arena *a)
{
	static const struct lc_slice way[] = { LC_S_INIT("v1"), LC_S_INIT("default"),
					       LC_S_INIT("images") };
	struct bbolt_bucket at = db->root;
	struct bbolt_bucket next = { 0 };
	struct lc_slice value;
	for (size_t i = 0; i < sizeof(way) / sizeof(way[0]); i++) {
		if (bbolt_bucket(db, &at, way[i], a, &next, NULL))
			return;
		at = next;
	}
	(void)!bbolt_get(db, &at, LC_S("digest"), a, &value, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_content c = lc_content_slice(lc_slice_of(data, size));
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct bbolt db;
	if (bbolt_open(&c, &lc_limits_default, &db, &e))
		return 0;
	struct walk w = { .db = &db };
	int rc = bbolt_foreach(&db, &db.root, see, &w, &e);
	if (rc != e.code)
		abort();
	ask(&db, &a);
	lc_arena_done(&a);
	return 0;
}
