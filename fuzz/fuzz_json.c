/* JSON: whatever is accepted can be walked, written and read again, and the second text equals the
 * first. */
#include <stdlib.h>

#include "format/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CAP = 8 << 20 };

static void walk(const struct json_doc *d)
{
	for (json_ref r = 0; r < d->count; r++) {
		uint32_t line = 0;
		uint32_t column = 0;
		double v;
		uint32_t left = json_count(d, r);
		json_each(d, r, child)
			left--;
		(void)json_double(d, r, &v);
		(void)json_get_slice(d, r, json_key(d, json_first(d, r)));
		if (r < 16)
			json_where(d, r, &line, &column);
		if (left)
			abort();
	}
}

/* Parse text and write it into out: false when the text is refused. */
static bool rewrite(struct lc_slice text, unsigned flags, struct lc_buf *out)
{
	struct lc_err e;
	struct json_doc d;
	struct json_writer w;
	struct lc_arena a;
	bool ok;
	lc_arena_init(&a, 0);
	ok = json_parse(text, flags, NULL, &a, &d, &e) == 0;
	if (ok) {
		walk(&d);
		json_writer_init(&w, out, flags & JSON_LENIENT ? 1 : 0);
		json_write_node(&w, &d, json_root(&d));
	}
	lc_arena_done(&a);
	return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned flags[] = { 0, JSON_LENIENT | JSON_DUP_FIRST, JSON_DUP_REFUSE };
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		struct lc_buf once;
		struct lc_buf twice;
		lc_buf_init(&once, CAP);
		lc_buf_init(&twice, CAP);
		if (rewrite(lc_slice_of(data, size), flags[i], &once) && !lc_buf_err(&once) &&
		    (!rewrite(lc_buf_get(&once), flags[i], &twice) ||
		     !lc_eq(lc_buf_get(&once), lc_buf_get(&twice))))
			abort();
		lc_buf_done(&once);
		lc_buf_done(&twice);
	}
	return 0;
}
