/* Headers of rpm packages: what they give lies in their blob. */
#include <stdlib.h>

#include "format/rpm_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(struct lc_slice part, struct lc_slice all)
{
	if (part.n &&
	    (part.p < all.p || part.n > all.n || (size_t)(part.p - all.p) > all.n - part.n))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_slice blob = lc_slice_of(data, size);
	struct lc_arena a;
	struct rpm_header h;
	struct rpm_files f;
	lc_arena_init(&a, 64 << 20);
	inside(rpm_signature_key(blob), blob);
	if (rpm_header_parse(blob, &h, NULL) == 0) {
		const struct lc_slice parts[] = { h.name,    h.version, h.release, h.arch,
						  h.vendor,  h.licence, h.module,  h.source_rpm,
						  h.sig_md5, h.sha1,    h.sha256,  h.key_id };
		for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
			inside(parts[i], blob);
		if (!h.name.n || !h.version.n || !h.release.n)
			abort();
		if (rpm_header_files(&h, &a, &f, NULL) == 0) {
			for (size_t i = 0; i < f.n; i++) {
				inside(f.v[i].dir, blob);
				inside(f.v[i].name, blob);
				inside(f.v[i].digest, blob);
			}
		}
	}
	lc_arena_done(&a);
	return 0;
}
