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

/** Room for n items in all, so that pushing them moves nothing. LC_ENOMEM, LC_ELIMIT */
#define lc_vec_reserve(arena, list, count)                                               \
	lc_vec_reserve_((arena), (void **)&(list)->v, (list)->n, &(list)->room, (count), \
			sizeof(*(list)->v))

void *lc_vec_push_(struct lc_arena *a, void **v, size_t *n, size_t *room, size_t size);
int lc_vec_reserve_(struct lc_arena *a, void **v, size_t n, size_t *room, size_t count,
		    size_t size) LC_MUST_CHECK;

struct lc_slices {
	struct lc_slice *v;
	size_t n;
	size_t room;
};

/** By bytes (lc_cmp). A sorted list, or a few sorted ones one behind the other, cost little.
 * LC_ENOMEM: as it was. */
int lc_slices_sort(struct lc_slices *list) LC_MUST_CHECK;
/** The same, and of equal ones the first alone stays. */
int lc_slices_sort_unique(struct lc_slices *list) LC_MUST_CHECK;
