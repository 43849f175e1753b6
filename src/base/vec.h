/*
 * A growing array in an arena: pointer, count, room. Doubles, so the waste is bounded by the size.
 * struct x_list { struct x *v; size_t n, room; };
 */
#pragma once

#include "base/arena.h"

/** A fresh zeroed last item of list (which has v, n, room), or NULL when out of memory. */
#define lc_vec_push(arena, list)                                                       \
	((__typeof__((list)->v))lc_vec_push_((arena), (void **)&(list)->v, &(list)->n, \
					     &(list)->room, sizeof(*(list)->v)))

void *lc_vec_push_(struct lc_arena *a, void **v, size_t *n, size_t *room, size_t size);

struct lc_slices {
	struct lc_slice *v;
	size_t n;
	size_t room;
};
