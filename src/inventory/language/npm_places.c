#include "inventory/language/npm_places.h"

#include <string.h>

struct npm_base {
	uint64_t hash; /* of path: what it is found by */
	struct lc_slice path;
	uint64_t number;
	struct npm_base *up; /* the nearest above, once it was asked for */
	bool asked;
};

enum {
	NAME_MAX_BYTES = 256, /* npm refuses names past 214 */
	LEVELS_MAX = 64,      /* with packages, above whoever asks; packages nest far less */
};

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

/* A path and all above it, "" first. */
struct levels {
	uint64_t hash[NPM_PATH_MAX + 2];
	uint16_t end[NPM_PATH_MAX + 2];
	size_t n;
};

/* Each one's hash is made from that of the one above: a path costs its length once. */
static void levels_of(struct lc_slice path, struct levels *ret)
{
	size_t from = 0;
	ret->n = 0;
	for (size_t i = 0; i <= path.n; i++) {
		uint64_t key[2] = { ret->n ? ret->hash[ret->n - 1] : 0, 0 };
		if (i && i < path.n && path.p[i] != '/')
			continue;
		ret->hash[ret->n] = lc_siphash(lc_sub(path, from, i - from), key);
		ret->end[ret->n++] = (uint16_t)i;
		from = i;
	}
}

static struct npm_base *known(struct npm_places *p, const uint64_t *hash, struct lc_slice path)
{
	struct npm_base *b = lc_map_get(&p->bases, lc_slice_of(hash, sizeof(*hash)));
	return b && lc_eq(b->path, path) ? b : NULL;
}

static struct npm_base *base_of(struct npm_places *p, struct lc_slice path)
{
	struct levels levels;
	levels_of(path, &levels);
	uint64_t hash = levels.hash[levels.n - 1];
	struct npm_base *b = known(p, &hash, path);
	if (b)
		return b;
	b = lc_new(p->arena, struct npm_base);
	if (!b)
		return NULL;
	*b = (struct npm_base){ .hash = hash, .path = path, .number = p->bases.n };
	return lc_map_put(&p->bases, lc_slice_of(&b->hash, sizeof(b->hash)), b) ? NULL : b;
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
	struct levels levels;
	struct npm_base *b = NULL;
	levels_of(path, &levels);
	for (size_t i = levels.n; i > 0 && !b; i--)
		b = known(p, &levels.hash[i - 1], lc_sub(path, 0, levels.end[i - 1]));
	return b;
}

struct npm_base *npm_places_from(struct npm_places *p, struct lc_slice path)
{
	return path.n > NPM_PATH_MAX ? NULL : nearest(p, path);
}

static struct npm_base *above(struct npm_places *p, struct npm_base *b)
{
	if (!b->asked && b->path.n) {
		b->up = nearest(p, lc_path_dir(b->path));
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
	for (unsigned i = 0; from && !found && i < LEVELS_MAX; i++, from = above(p, from))
		found = lc_map_get(&p->children, key_of(text, from->number, name));
	return found;
}
