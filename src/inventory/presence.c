#include "inventory/presence.h"

#include <stdlib.h>

#include "base/arith.h"
#include "base/map.h"
#include "base/shim.h"

static const uint64_t dir_bit = 1;

int inv_presence_init(struct inv_presence *p, struct lc_err *e)
{
	*p = (struct inv_presence){ 0 };
	int r = lc_random(p->key, sizeof(p->key));
	return r ? lc_fail_sys(e, -r, "random bytes") : 0;
}

void inv_presence_done(struct inv_presence *p)
{
	if (!p)
		return;
	if (!p->borrowed)
		lc_free(p->v);
	*p = (struct inv_presence){ 0 };
}

static uint64_t hash_of(const struct inv_presence *p, struct lc_slice path)
{
	return lc_siphash(path, p->key) & ~dir_bit;
}

static int push(struct inv_presence *p, uint64_t hash)
{
	if (p->n == p->room) {
		size_t room;
		size_t bytes;
		if (!lc_mul(p->room ? p->room : 128, 2, &room) || !lc_mul(room, 8, &bytes))
			return LC_ENOMEM;
		uint64_t *v = lc_realloc(p->v, bytes);
		if (!v)
			return LC_ENOMEM;
		p->v = v;
		p->room = room;
	}
	p->v[p->n++] = hash;
	return 0;
}

/* What was marked for the name before need not be again. */
static int mark_parents(struct inv_presence *p, struct lc_slice path)
{
	for (size_t level = 0; level < INV_PRESENCE_LEVELS; level++) {
		size_t slash = lc_rfind(path, '/');
		if (slash == SIZE_MAX)
			return 0;
		uint64_t hash = hash_of(p, lc_sub(path, 0, slash + 1)) | dir_bit;
		if (p->marked[level] == hash)
			return 0;
		int r = push(p, hash);
		if (r)
			return r;
		p->marked[level] = hash;
		path = lc_sub(path, 0, slash);
	}
	return 0;
}

int inv_presence_add(struct inv_presence *p, struct lc_slice path, bool is_dir)
{
	int r = push(p, hash_of(p, path) | (is_dir ? dir_bit : 0));
	return r || is_dir ? r : mark_parents(p, path);
}

struct inv_presence inv_presence_part(const struct inv_presence *of)
{
	return (struct inv_presence){ .key = { of->key[0], of->key[1] } };
}

int inv_presence_join(struct inv_presence *p, const struct inv_presence *part)
{
	int r = 0;
	for (size_t i = 0; i < part->n && r == 0; i++)
		r = push(p, part->v[i]);
	return r;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

void inv_presence_seal(struct inv_presence *p)
{
	if (p->n == 0)
		return;
	qsort(p->v, p->n, sizeof(*p->v), compare);
	size_t kept = 1;
	for (size_t i = 1; i < p->n; i++) {
		if (p->v[i] != p->v[kept - 1])
			p->v[kept++] = p->v[i];
	}
	p->n = kept;
}

/* Index of the first hash that is not below h. */
static size_t lower_bound(const struct inv_presence *p, uint64_t h)
{
	size_t from = 0;
	size_t to = p->n;
	while (from < to) {
		size_t mid = from + (to - from) / 2;
		if (p->v[mid] < h)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

bool inv_presence_has(const struct inv_presence *p, struct lc_slice path, bool *ret_dir)
{
	uint64_t h = hash_of(p, path);
	size_t i = lower_bound(p, h);
	if (i == p->n || (p->v[i] & ~dir_bit) != h)
		return false;
	*ret_dir = p->v[i] & dir_bit; /* a file at the same path sorts first */
	return true;
}

bool inv_presence_holds(const struct inv_presence *p, struct lc_slice dir)
{
	bool unused;
	return dir.n ? inv_presence_has(p, dir, &unused) : p->n > 0;
}

bool inv_presence_hides(const struct inv_presence *p, struct lc_slice path)
{
	return inv_presence_hides_below(p, path, 0);
}

bool inv_presence_hides_below(const struct inv_presence *p, struct lc_slice path, size_t below)
{
	bool dir;
	if (p->n == 0 || path.n <= below)
		return false;
	if (inv_presence_has(p, path, &dir))
		return true;
	for (size_t i = path.n - 1; i > below; i--) {
		struct lc_slice parent = lc_sub(path, 0, i);
		if (path.p[i] == '/' && inv_presence_has(p, parent, &dir) && !dir)
			return true;
	}
	return false;
}
