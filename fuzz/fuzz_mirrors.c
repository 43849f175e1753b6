#include "oci/mirrors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* registries.conf, and names by its rules. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_arena a = { 0 };
	struct mirror_rules rules;
	struct oci_reference moved;
	const struct oci_reference ref = { LC_S("r.example"), LC_S("team/app"), LC_S("1"),
					   LC_S("") };
	if (mirrors_parse(lc_slice_of(data, size), &a, &rules, NULL) == 0) {
		const struct mirror_rule *r = mirrors_find(&rules, &ref);
		for (size_t i = 0; r && i < r->mirrors.n; i++)
			(void)!mirrors_move(r, &r->mirrors.v[i], &ref, &a, &moved, NULL);
		if (r)
			(void)!mirrors_move(r, &r->own, &ref, &a, &moved, NULL);
	}
	lc_arena_done(&a);
	return 0;
}
