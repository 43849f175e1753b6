/* Records of the database: what is read can be written, and the second text reads as well. */
#include <stdlib.h>

#include "advisory/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void packages(struct lc_slice text, struct lc_arena *a, struct lc_buf *out)
{
	struct lc_err e = { 0 };
	struct advisory_list list = { 0 };
	struct advisory_list again = { 0 };
	struct json_writer w;
	if (advisories_read(text, a, &list, &e))
		return;
	json_writer_init(&w, out, 0);
	json_begin_array(&w);
	for (size_t i = 0; i < list.n; i++)
		advisory_write(&w, &list.v[i]);
	json_end_array(&w);
	if (!json_writer_err(&w) &&
	    (advisories_read(lc_buf_get(out), a, &again, &e) || again.n != list.n))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_slice text = lc_slice_of(data, size);
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct lc_buf out;
	struct vulnerability v;
	struct eol_cycle c;
	lc_buf_init(&out, 4 << 20);
	packages(text, &a, &out);
	if (vulnerability_read(text, LC_S("CVE-2024-1000"), &a, &v, &e) == 0 && !v.id.n)
		abort();
	if (eol_read(text, LC_S("12"), &a, &c, &e) == 0 && !c.cycle.n)
		abort();
	lc_buf_done(&out);
	lc_arena_done(&a);
	return 0;
}
