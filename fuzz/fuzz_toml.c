/* TOML: what is accepted can be walked within the limits, and every table finds its own keys. */
#include <stdlib.h>

#include "format/toml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct toml_limits limits = {
	.bytes_max = 1 << 20,
	.nodes_max = 5000,
	.depth_max = 24,
};

static uint32_t walk(const struct toml_doc *d, toml_ref r, uint32_t depth)
{
	uint32_t n = 1;
	uint32_t left = toml_count(d, r);
	uint32_t start;
	uint32_t end;
	int64_t v;
	toml_lines(d, r, &start, &end);
	if (depth > 2 * limits.depth_max + 2 || !start || toml_type_of(d, r) == TOML_ABSENT)
		abort();
	(void)toml_i64(d, r, &v);
	toml_each(d, r, child)
	{
		struct lc_slice key = toml_key(d, child);
		if (toml_type_of(d, r) == TOML_TABLE && toml_get_slice(d, r, key) != child)
			abort();
		n += walk(d, child, depth + 1);
		left--;
	}
	if (left)
		abort();
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_arena a = { 0 };
	struct toml_doc d;
	if (toml_parse(lc_slice_of(data, size), &limits, &a, &d, NULL) == 0 &&
	    walk(&d, toml_root(&d), 0) != d.nodes.n)
		abort();
	lc_arena_done(&a);
	return 0;
}
