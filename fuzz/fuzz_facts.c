/* A facts stream: what is accepted can be laid over itself. */
#include <stdlib.h>

#include "inventory/squash.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_arena arena;
	struct lc_err e;
	struct inventory inventory;
	struct inv_layer_facts facts;
	const struct inv_layer_facts *layers[] = { &facts, NULL, &facts };
	lc_arena_init(&arena, (size_t)256 << 20);
	int r = inv_facts_read(lc_slice_of(data, size), &arena, &facts, &e);
	if (r == 0) {
		r = inv_squash(layers, 3, &arena, &inventory, &e);
		if (r && r != LC_ELIMIT && r != LC_ENOMEM)
			abort();
	}
	lc_arena_done(&arena);
	return 0;
}
