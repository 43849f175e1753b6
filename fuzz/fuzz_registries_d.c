/* registries.d: no scope stands twice, and look-ups find what was read. */
#include "trust/registries_d.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct registries_d r = { 0 };
	struct oci_reference ref;
	struct image_scope s;
	struct lc_arena a;
	if (n > 65536)
		return 0;
	lc_arena_init(&a, 16 << 20);
	if (registries_d_parse(lc_slice_of(data, n), LC_S("x.yaml"), &a, &r, NULL) == 0)
		for (size_t i = 0; i < r.n; i++) {
			for (size_t k = 0; k < i; k++)
				if (lc_eq(r.v[i].scope, r.v[k].scope))
					__builtin_trap();
			if (oci_reference_parse(r.v[i].scope, &a, &ref, NULL) ||
			    !(ref.tag.n || ref.digest.n) || image_scope_name(&ref, &a, &s, NULL))
				continue;
			(void)registries_d_lookaside(&r, &s);
			(void)registries_d_attachments(&r, &s);
		}
	lc_arena_done(&a);
	return 0;
}
