/* Ignore files: any bytes are read or refused, and what is read has an id. */
#include "finding/judge.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_arena a = { 0 };
	struct ignore_rules r = { 0 };
	struct lc_slice text = lc_slice_of(data, size);

	if (ignore_parse(text, LC_S("f"), &a, &r, NULL) == 0) {
		for (size_t i = 0; i < r.n; i++) {
			if (!r.v[i].id.n || !r.v[i].origin.n)
				abort();
		}
	}
	(void)ignore_purl_match(text, LC_S("pkg:deb/debian/a@1?arch=amd64"));
	lc_arena_done(&a);
	return 0;
}
