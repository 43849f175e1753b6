#include "base/vec.h"

void *lc_vec_push_(struct lc_arena *a, void **v, size_t *n, size_t *room, size_t size)
{
	uint8_t *items;
	memcpy(&items, v, sizeof(items)); /* *v has another pointer type; copying is no aliasing */
	if (*n == *room) {
		size_t want;
		if (!lc_mul(*room ? *room : 2, 2, &want)) {
			a->err = LC_ELIMIT;
			return NULL;
		}
		items = lc_arena_grow_raw(a, items, *n, want, size);
		if (!items)
			return NULL;
		memcpy(v, &items, sizeof(items));
		*room = want;
	}
	uint8_t *item = items + size * (*n)++;
	memset(item, 0, size);
	return item;
}

int lc_vec_reserve_(struct lc_arena *a, void **v, size_t n, size_t *room, size_t count, size_t size)
{
	if (count <= *room)
		return 0;
	void *items;
	memcpy(&items, v, sizeof(items)); /* as above */
	items = lc_arena_grow_raw(a, items, n, count, size);
	if (!items)
		return lc_arena_err(a);
	memcpy(v, &items, sizeof(items));
	*room = count;
	return 0;
}
