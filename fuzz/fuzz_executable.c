/* ELF, PE, Mach-O: any bytes open or not, and every part that is told of can be read. */
#include "format/executable.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_content c = lc_content_slice(lc_slice_of(data, size));
	struct lc_arena a;
	struct executable x;
	struct lc_slice s;
	uint64_t off;
	uint64_t n;
	lc_arena_init(&a, (size_t)64 << 20);
	int r = executable_open(&c, &a, &x, NULL);
	for (size_t i = 0; r == 0 && i < x.sections.n; i++) {
		const struct executable_part *p = &x.sections.v[i];
		if (executable_bytes(&x, p->off, (size_t)p->size, &a, &s, NULL))
			abort();
		if (executable_locate(&x, x.base + p->addr, &off, &n) &&
		    executable_bytes(&x, off, (size_t)n, &a, &s, NULL))
			abort();
	}
	lc_arena_done(&a);
	return 0;
}
