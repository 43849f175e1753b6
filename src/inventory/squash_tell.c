#include "inventory/package_type.h"
#include "inventory/squash_impl.h"

/* One of the notes about a package, in the order in which they were found. */
struct note {
	const struct inv_owned_by *by;
	struct note *next;
};

struct notes {
	struct note *first, **last;
};

static int key_of(struct squash *s, struct lc_slice type, struct lc_slice name,
		  struct lc_slice *ret)
{
	uint8_t *text = lc_arena_alloc(&s->work, type.n + name.n + 1);
	if (!text)
		return squash_nomem(s);
	if (type.n)
		memcpy(text, type.p, type.n);
	if (name.n)
		memcpy(text + type.n + 1, name.p, name.n); /* a NUL between: zeroed memory */
	*ret = lc_slice_of(text, type.n + name.n + 1);
	return 0;
}

static int add_note(struct squash *s, struct lc_map *map, const struct inv_owned_by *by)
{
	struct lc_slice key = { NULL, 0 };
	int r = key_of(s, by->type, by->package, &key);
	if (r)
		return r;
	struct notes *notes = lc_map_get(map, key);
	struct note *note = lc_new(&s->work, struct note);
	if (!notes) {
		notes = lc_new(&s->work, struct notes);
		r = notes ? lc_map_put(map, key, notes) : squash_nomem(s);
		if (r)
			return r;
		notes->last = &notes->first;
	}
	if (!note)
		return squash_nomem(s);
	note->by = by;
	*notes->last = note;
	notes->last = &note->next;
	return 0;
}

/* ---- owned paths ---- */

static bool speaks_of(const struct inv_owned_by *by, const struct inv_package *p)
{
	return by->arch.n == 0 || lc_eq(by->arch, p->arch);
}

enum { JOINED_MAX = 1 << 25 }; /* some hundred times what the largest systems have */

/* Behind the package's own list: which paths are in both is seen when somebody asks. */
static int join_owned(struct squash *s, struct inv_package *p, const struct notes *notes)
{
	const struct inv_owned_list **end = &p->owned.next;
	for (const struct note *i = notes->first; i; i = i->next) {
		if (!speaks_of(i->by, p) || i->by->owned.n == 0)
			continue;
		/* Many packages of a name times the files of one list: hostile layers multiply. */
		if (i->by->owned.n > JOINED_MAX - s->joined)
			return LC_ELIMIT;
		s->joined += i->by->owned.n;
		struct inv_owned_list *more = lc_new(s->arena, struct inv_owned_list);
		if (!more)
			return squash_nomem(s);
		*more = i->by->owned;
		*end = more;
		end = &more->next;
	}
	return 0;
}

static int merge_licences(struct squash *s, struct inv_package *p, const struct notes *notes)
{
	for (const struct note *i = notes->first; i; i = i->next) {
		if (!speaks_of(i->by, p) || i->by->licences.n == 0)
			continue;
		/* The list is the stream's: grown in an array of our own. */
		struct lc_slices list = { 0 };
		for (size_t k = 0; k < p->licences.n + i->by->licences.n; k++) {
			struct lc_slice *place = lc_vec_push(s->arena, &list);
			if (!place)
				return squash_nomem(s);
			*place = k < p->licences.n ? p->licences.v[k]
						   : i->by->licences.v[k - p->licences.n];
		}
		p->licences = list;
	}
	return 0;
}

/* ---- dependencies ---- */

enum { SAME_NAME_MAX = 16 }; /* that one dependency may mean: architectures, parallel versions */

/* Packages are sorted, so those of one name stand together from the first one on. */
static int add_ids(struct squash *s, const struct inv_package *p, struct inv_found_package *first,
		   struct lc_slices *ids)
{
	struct inv_found_package *end = s->ret->packages.v + s->ret->packages.n;
	const struct inv_package *wanted = &first->package;
	if (end - first > SAME_NAME_MAX)
		end = first + SAME_NAME_MAX;
	for (struct inv_found_package *i = first; i < end; i++) {
		if (!lc_eq(i->package.type, wanted->type) || !lc_eq(i->package.name, wanted->name))
			break;
		/* A foreign architecture's package serves only where there is no other. */
		if (i != first && !lc_eq(i->package.arch, p->arch))
			continue;
		struct lc_slice *place = lc_vec_push(s->arena, ids);
		if (!place)
			return squash_nomem(s);
		*place = package_id(&i->package, s->arena);
		if (!place->p)
			return squash_nomem(s);
	}
	return 0;
}

static int resolve_depends(struct squash *s, const struct lc_map *first, struct inv_package *p)
{
	struct lc_slices ids = { 0 };
	for (size_t i = 0; i < p->depends_on.n; i++) {
		struct lc_slice key = { NULL, 0 };
		int r = key_of(s, p->type, p->depends_on.v[i], &key);
		if (r)
			return r;
		struct inv_found_package *found = lc_map_get(first, key);
		r = found ? add_ids(s, p, found, &ids) : 0;
		if (r)
			return r;
	}
	p->depends_on = ids;
	return lc_slices_sort_unique(&p->depends_on);
}

/* ---- all ---- */

static int collect(struct squash *s, struct lc_map *notes, struct lc_map *first)
{
	int r = 0;
	for (size_t i = 0; i < s->live.n; i++) {
		const struct inv_file_facts *f = s->live.v[i]->facts;
		for (size_t k = 0; f && k < f->owned.n && r == 0; k++)
			r = add_note(s, notes, &f->owned.v[k]);
	}
	for (size_t i = 0; i < s->ret->packages.n && r == 0; i++) {
		struct inv_found_package *p = &s->ret->packages.v[i];
		struct lc_slice key = { NULL, 0 };
		r = key_of(s, p->package.type, p->package.name, &key);
		r = r ? r : lc_map_add(first, key, p, NULL);
	}
	return r;
}

static int tell(struct squash *s, const struct lc_map *map, const struct lc_map *first,
		struct inv_package *p)
{
	const struct package_type *type = package_type_of(p->type);
	struct lc_slice key = { NULL, 0 };
	if (!type || !type->os)
		return 0;
	int r = key_of(s, p->type, p->name, &key);
	if (r)
		return r;
	const struct notes *notes = lc_map_get(map, key);
	r = notes ? join_owned(s, p, notes) : 0;
	r = r || !notes ? r : merge_licences(s, p, notes);
	return r ? r : resolve_depends(s, first, p);
}

int squash_tell(struct squash *s)
{
	struct lc_map notes = { 0 };
	struct lc_map first = { 0 };
	int r = collect(s, &notes, &first);
	for (size_t i = 0; i < s->ret->packages.n && r == 0; i++)
		r = tell(s, &notes, &first, &s->ret->packages.v[i].package);
	lc_map_done(&notes);
	lc_map_done(&first);
	return r;
}
