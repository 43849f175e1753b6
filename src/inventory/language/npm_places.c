#include "inventory/language/npm_places.h"

#include <string.h>

struct npm_base {
	struct lc_slice path;
	uint64_t number;
	struct npm_base *up; /* the nearest above, once it was asked for */
	bool asked;
};

enum { NAME_MAX_BYTES = 256 }; /* npm refuses names past 214 */

void npm_places_done(struct npm_places *p)
{
	lc_map_done(&p->bases);
	lc_map_done(&p->children);
}

static struct lc_slice key_of(uint8_t text[sizeof(uint64_t) + NAME_MAX_BYTES], uint64_t number,
			      struct lc_slice name)
{
	memcpy(text, &number, sizeof(number));
	if (name.n)
		memcpy(text + sizeof(number), name.p, name.n);
	return lc_slice_of(text, sizeof(number) + name.n);
}

static struct npm_base *base_of(struct npm_places *p, struct lc_slice path)
{
	struct npm_base *b = lc_map_get(&p->bases, path);
	if (b)
		return b;
	b = lc_new(p->arena, struct npm_base);
	if (!b)
		return NULL;
	*b = (struct npm_base){ .path = path, .number = p->bases.n };
	return lc_map_put(&p->bases, path, b) ? NULL : b;
}

int npm_places_add(struct npm_places *p, struct lc_slice base, struct lc_slice name, void *value)
{
	uint8_t text[sizeof(uint64_t) + NAME_MAX_BYTES];
	struct lc_slice key;
	if (name.n == 0 || name.n > NAME_MAX_BYTES || base.n > NPM_PATH_MAX)
		return 0; /* nobody can ask for it */
	const struct npm_base *b = base_of(p, base);
	if (!b)
		return p->arena->err ? p->arena->err : LC_ENOMEM;
	int r = lc_arena_dup(p->arena, key_of(text, b->number, name), &key);
	return r ? r : lc_map_put(&p->children, key, value);
}

/* The nearest directory with packages, from the path itself up. */
static struct npm_base *nearest(struct npm_places *p, struct lc_slice path)
{
	for (;;) {
		struct npm_base *b = lc_map_get(&p->bases, path);
		if (b || path.n == 0)
			return b;
		size_t slash = lc_rfind(path, '/');
		path = lc_sub(path, 0, slash == SIZE_MAX ? 0 : slash);
	}
}

struct npm_base *npm_places_from(struct npm_places *p, struct lc_slice path)
{
	return path.n > NPM_PATH_MAX ? NULL : nearest(p, path);
}

static struct npm_base *above(struct npm_places *p, struct npm_base *b)
{
	if (!b->asked && b->path.n) {
		size_t slash = lc_rfind(b->path, '/');
		b->up = nearest(p, lc_sub(b->path, 0, slash == SIZE_MAX ? 0 : slash));
	}
	b->asked = true;
	return b->up;
}

void *npm_places_find(struct npm_places *p, struct npm_base *from, struct lc_slice name)
{
	uint8_t text[sizeof(uint64_t) + NAME_MAX_BYTES];
	void *found = NULL;
	if (name.n == 0 || name.n > NAME_MAX_BYTES)
		return NULL;
	for (; from && !found; from = above(p, from))
		found = lc_map_get(&p->children, key_of(text, from->number, name));
	return found;
}
