/*
 * Source: purl-spec, "type/namespace/name@version?qualifiers#subpath". Both sides are taken as
 * written: percent-encoding is not undone.
 */
#include "finding/judge.h"

struct purl {
	struct lc_slice name; /* type, namespace and name */
	struct lc_slice version;
	struct lc_slice qualifiers;
};

static struct purl split(struct lc_slice s)
{
	struct purl p = { .name = s };
	struct lc_slice rest;
	(void)lc_cut(s, '#', &p.name, &rest); /* neither side without a subpath */
	struct lc_slice whole = p.name;
	(void)lc_cut(whole, '?', &p.name, &p.qualifiers);
	/* The last @ that is not a scope's: a name begins behind a slash. */
	size_t at = lc_rfind(p.name, '@');
	if (at == SIZE_MAX || at == 0 || p.name.p[at - 1] == '/')
		return p;
	p.version = lc_skip(p.name, at + 1);
	p.name = lc_sub(p.name, 0, at);
	return p;
}

static bool has_qualifier(struct lc_slice qualifiers, struct lc_slice one)
{
	struct lc_slice item;
	while (qualifiers.p && lc_split(&qualifiers, '&', &item)) {
		if (lc_eq(item, one))
			return true;
	}
	return false;
}

bool ignore_purl_match(struct lc_slice rule, struct lc_slice package)
{
	struct purl want = split(rule);
	struct purl have = split(package);
	if (!lc_eq(want.name, have.name) || (want.version.n && !lc_eq(want.version, have.version)))
		return false;
	struct lc_slice item;
	while (want.qualifiers.p && lc_split(&want.qualifiers, '&', &item)) {
		if (item.n && !has_qualifier(have.qualifiers, item))
			return false;
	}
	return true;
}
