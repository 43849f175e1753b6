#include "inventory/squash_impl.h"

#include "inventory/package_type.h"

/* Type, name, version and architecture with NUL between: none of them holds one by its format. */
static int key_of(const struct inv_package *p, struct lc_arena *a, struct lc_slice *ret)
{
	const struct lc_slice part[] = { p->type, p->name, p->version, p->arch };
	size_t n = 0;
	for (size_t i = 0; i < 4; i++)
		n += part[i].n + 1;
	uint8_t *text = lc_arena_alloc(a, n);
	if (!text)
		return lc_arena_err(a);
	*ret = lc_slice_of(text, n);
	for (size_t i = 0; i < 4; i++) {
		if (part[i].n)
			memcpy(text, part[i].p, part[i].n);
		text += part[i].n + 1; /* zeroed memory */
	}
	return 0;
}

/* Packages that the same path held in the layer below keep their origin. */
static int inherit(struct live *now, const struct live *previous)
{
	struct lc_map map = { 0 };
	int r = 0;
	for (size_t i = 0; i < previous->facts->packages.n && r == 0; i++)
		r = lc_map_add(&map, previous->keys[i], &previous->origins[i], NULL);
	for (size_t i = 0; i < now->facts->packages.n && r == 0; i++) {
		const size_t *origin = lc_map_get(&map, now->keys[i]);
		if (origin)
			now->origins[i] = *origin;
	}
	lc_map_done(&map);
	return r;
}

int squash_origins(struct squash *s, struct live *now, const struct live *previous)
{
	struct lc_arena *a = &s->layers[now->layer].arena;
	size_t n = now->facts->packages.n;
	if (n == 0)
		return 0;
	now->keys = lc_new_array(a, struct lc_slice, n);
	now->origins = lc_new_array(a, size_t, n);
	if (!now->keys || !now->origins)
		return lc_arena_err(a);
	for (size_t i = 0; i < n; i++) {
		const struct inv_package *p = &now->facts->packages.v[i];
		const struct package_type *type = package_type_of(p->type);
		int r = key_of(p, a, &now->keys[i]);
		if (r)
			return r;
		now->origins[i] = now->layer;
		now->os |= type && type->os;
	}
	return previous && previous->keys ? inherit(now, previous) : 0;
}

/*
 * A package of the system is in the image since the first layer from which on every state of the
 * databases has it, whichever file they are kept in: moving the database moves no origin.
 */
int squash_snapshot(struct squash *s, size_t layer)
{
	struct lc_map next = { 0 };
	int r = 0;
	for (size_t i = 0; i < s->live.n; i++) {
		const struct live *l = s->live.v[i];
		for (size_t k = 0; l->os && k < l->facts->packages.n && r == 0; k++) {
			size_t *origin = lc_map_get(&s->origins, l->keys[k]);
			if (!origin) {
				origin = lc_new(&s->work, size_t);
				r = origin ? 0 : squash_nomem(s);
			}
			if (origin && !lc_map_has(&s->origins, l->keys[k]))
				*origin = layer;
			r = r ? r : lc_map_add(&next, l->keys[k], origin, NULL);
		}
	}
	lc_map_done(&s->origins);
	s->origins = next;
	return r;
}
