#include "inventory/sbom/bom.h"

#include "base/vec.h"
#include "inventory/sbom/purl_read.h"

void bom_done(struct bom *b)
{
	for (size_t i = 0; i < b->lists.n; i++)
		packages_done(b->lists.items[i].value);
	lc_map_done(&b->lists);
	lc_map_done(&b->by_ref);
}

int bom_licence(struct bom *b, struct lc_slice licence, struct lc_slices *to)
{
	if (licence.n == 0 || lc_eq(licence, LC_S("NONE")) || lc_eq(licence, LC_S("NOASSERTION")))
		return 0;
	struct lc_slice *place = lc_vec_push(b->lock->arena, to);
	if (!place)
		return lc_arena_err(b->lock->arena);
	*place = licence;
	return 0;
}

/* One of each type: what has the same name in two ecosystems is two packages. */
static int list_of(struct bom *b, struct lc_slice type, struct packages **ret)
{
	*ret = lc_map_get(&b->lists, type);
	if (*ret)
		return 0;
	*ret = lc_new(b->lock->arena, struct packages);
	if (!*ret)
		return lc_arena_err(b->lock->arena);
	packages_init(*ret, b->lock->arena, b->lock->out);
	return lc_map_put(&b->lists, type, *ret);
}

int bom_add(struct bom *b, struct lc_slice ref, struct lc_slice purl,
	    const struct lc_slices *licences)
{
	struct inv_package one;
	struct inv_package *package = NULL;
	struct packages *list;
	struct purl parts;
	if (purl.n == 0)
		return 0;
	int r = purl_read(purl, b->lock->arena, &parts);
	if (r == LC_EBAD)
		return inv_sink_trouble(b->lock->out, INV_MALFORMED, "no package URL: %s",
					lc_quote(purl).s);
	r = r ? r : purl_package(&parts, b->lock->arena, &one);
	if (r || one.type.n == 0)
		return r;
	one.licences = *licences;
	r = list_of(b, one.type, &list);
	r = r ? r : packages_add(list, &one, &package);
	return r || !package || ref.n == 0 ? r : lc_map_put(&b->by_ref, ref, package);
}

int bom_depends(struct bom *b, struct lc_slice from, struct lc_slice on)
{
	struct inv_package *p = lc_map_get(&b->by_ref, from);
	const struct inv_package *q = lc_map_get(&b->by_ref, on);
	return p && q && p != q ? packages_depend(&b->lock->packages, p, q) : 0;
}

int bom_put(const struct bom *b)
{
	int r = 0;
	for (size_t i = 0; i < b->lists.n && r == 0; i++)
		r = packages_put(b->lists.items[i].value);
	return r;
}
