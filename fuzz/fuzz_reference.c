#include "oci/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Names of images and platforms; what is accepted reads back equal in its short form. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_arena a = { 0 };
	struct oci_reference r;
	struct oci_reference again;
	struct oci_platform p;
	struct lc_err e = { 0 };
	struct lc_slice in = lc_slice_of(data, size);
	if (oci_reference_parse(in, &a, &r, &e) == 0) {
		struct lc_slice familiar = oci_reference_familiar(&r, &a);
		if (oci_reference_parse(familiar, &a, &again, &e) ||
		    !lc_eq(oci_reference_name(&r, &a), oci_reference_name(&again, &a)) ||
		    !lc_eq(r.tag, again.tag) || !lc_eq(r.digest, again.digest))
			__builtin_trap();
	}
	if (oci_platform_parse(in, &p, &e) == 0 && !oci_platform_match(&p, &p))
		__builtin_trap();
	lc_arena_done(&a);
	return 0;
}
