/*
 * What the system's own packages brought is theirs: its vendor speaks for it, by the version of the
 * system's package. A language's package whose file a package of the distribution owns would be the
 * same software told of twice, with versions that do not know of the vendor's fixes.
 */
#include "inventory/package_type.h"
#include "inventory/squash_impl.h"

static bool is_language(const struct inv_package *p)
{
	const struct package_type *type = package_type_of(p->type);
	return type && !type->os;
}

static bool is_vendors(const struct inv_package *p)
{
	const struct package_type *type = package_type_of(p->type);
	return type && type->os && !(p->flags & (INV_THIRD_PARTY | INV_VIRTUAL));
}

/* A name that leads over a link at the top, as lib/ does where it is usr/lib. */
static bool over_link(const struct squash *s, struct lc_slice path)
{
	size_t slash = lc_find(path, '/');
	return slash != SIZE_MAX && lc_map_get(&s->links.map, lc_sub(path, 0, slash));
}

static char owned; /* marks a file in the map below; its value says nothing */

static int own(struct squash *s, struct lc_map *files, struct lc_slice path)
{
	if (lc_map_has(files, path))
		return lc_map_put(files, path, &owned);
	if (!over_link(s, path))
		return 0;
	int r = path_resolve(&s->links, path, false, &s->work, &path);
	if (r == LC_ELIMIT && !s->work.err)
		return 0; /* links in a circle lead to no file */
	return r || !lc_map_has(files, path) ? r : lc_map_put(files, path, &owned);
}

static int mark(struct squash *s, struct lc_map *files)
{
	int r = 0;
	for (size_t i = 0; i < s->ret->packages.n && r == 0; i++) {
		const struct inv_package *p = &s->ret->packages.v[i].package;
		struct inv_owned_cursor c = inv_owned_start(&p->owned);
		while (is_vendors(p) && r == 0 && inv_owned_next(&c))
			r = own(s, files, c.path);
	}
	return r;
}

static void drop(struct squash *s, const struct lc_map *files)
{
	size_t kept = 0;
	for (size_t i = 0; i < s->ret->packages.n; i++) {
		const struct inv_found_package *p = &s->ret->packages.v[i];
		if (!is_language(&p->package) || !lc_map_get(files, p->file))
			s->ret->packages.v[kept++] = *p;
	}
	s->ret->owned = s->ret->packages.n - kept;
	s->ret->packages.n = kept;
}

int squash_own(struct squash *s)
{
	struct lc_map files = { 0 };
	int r = 0;
	for (size_t i = 0; i < s->ret->packages.n && r == 0; i++) {
		const struct inv_found_package *p = &s->ret->packages.v[i];
		if (is_language(&p->package))
			r = lc_map_add(&files, p->file, NULL, NULL);
	}
	if (r == 0 && files.n)
		r = mark(s, &files);
	if (r == 0 && files.n)
		drop(s, &files);
	lc_map_done(&files);
	return r;
}

void squash_related(struct squash *s, unsigned relationships)
{
	size_t kept = 0;
	if (!relationships)
		return;
	for (size_t i = 0; i < s->ret->packages.n; i++) {
		const struct inv_found_package *p = &s->ret->packages.v[i];
		if (relationships & 1u << p->package.relationship)
			s->ret->packages.v[kept++] = *p;
	}
	s->ret->packages.n = kept;
}
