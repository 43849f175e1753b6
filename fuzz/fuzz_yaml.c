/* YAML: what is accepted can be walked, aliases followed, within the limit that was set. */
#include <stdlib.h>

#include "format/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct yaml_limits limits = {
	.bytes_max = 1 << 20,
	.scalar_max = 4096,
	.events_max = 10000,
	.depth_max = 32,
	.aliases_max = 100,
	.expanded_max = 20000,
};

static uint64_t walk(const struct yaml_doc *d, yaml_ref r, uint32_t depth)
{
	uint64_t n = 1;
	uint32_t left = yaml_count(d, r);
	if (depth > limits.depth_max || yaml_type_of(d, r) == YAML_ABSENT)
		abort();
	yaml_each(d, r, child)
	{
		yaml_ref key = yaml_key_ref(d, child);
		if ((key == YAML_NONE) != (yaml_type_of(d, r) == YAML_SEQUENCE))
			abort();
		n += key == YAML_NONE ? 0 : walk(d, key, depth + 1);
		n += walk(d, child, depth + 1);
		left--;
	}
	if (left)
		abort();
	return n;
}

static void ask(const struct yaml_doc *d, yaml_ref r)
{
	uint32_t line;
	uint32_t column;
	bool is;
	int64_t v;
	yaml_where(d, r, &line, &column);
	if (!line || !column || yaml_end_line(d, r) < line)
		abort();
	(void)yaml_bool(d, r, YAML_11, &is);
	(void)yaml_i64(d, r, YAML_11, &v);
	(void)yaml_i64(d, r, YAML_CORE, &v);
	if (yaml_is_null(d, r) && yaml_type_of(d, r) != YAML_SCALAR)
		abort();
	if (yaml_str(d, r).n > limits.scalar_max)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_arena a = { 0 };
	struct yaml_doc d;
	if (yaml_parse(lc_slice_of(data, size), size & YAML_DUP_REFUSE, &limits, &a, &d, NULL) ==
	    0) {
		for (uint32_t i = 0; i < d.documents; i++)
			if (walk(&d, yaml_root(&d, i), 1) > limits.expanded_max)
				abort();
		for (yaml_ref r = 0; r < d.count; r++)
			ask(&d, r);
	}
	lc_arena_done(&a);
	return 0;
}
