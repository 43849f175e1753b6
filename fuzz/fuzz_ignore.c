/* Ignore files: any bytes are read or refused, and what is read has an id. */
#include "finding/judge.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_as(struct lc_slice name, struct lc_slice text)
{
	struct lc_arena a = { 0 };
	struct ignore_rules r = { 0 };
	if (ignore_parse(text, name, &a, &r, NULL) == 0) {
		for (size_t i = 0; i < r.n; i++) {
			if (!r.v[i].id.n || !r.v[i].origin.n)
				abort();
		}
	}
	lc_arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_slice text = lc_slice_of(data, size);
	read_as(LC_S("f"), text);
	read_as(LC_S("f.yaml"), text);
	(void)ignore_purl_match(text, LC_S("pkg:deb/debian/a@1?arch=amd64"));
	return 0;
}
