#include "inventory/sbom/purl_read.h"

/* ---- text ---- */

static int hex_digit(uint8_t c)
{
	uint8_t l = lc_lower(c);
	return lc_is_digit(c) ? c - '0' : l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/* What is no escape stays as it is. */
static int decode(struct lc_slice text, struct lc_arena *a, struct lc_slice *ret)
{
	size_t n = 0;
	*ret = text;
	if (lc_find(text, '%') == SIZE_MAX)
		return lc_arena_dup(a, text, ret);
	uint8_t *to = lc_arena_alloc(a, text.n + 1);
	if (!to)
		return lc_arena_err(a);
	for (size_t i = 0; i < text.n; i++) {
		int high = i + 2 < text.n && text.p[i] == '%' ? hex_digit(text.p[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(text.p[i + 2]) : -1;
		to[n++] = low >= 0 ? (uint8_t)(high << 4 | low) : text.p[i];
		i += low >= 0 ? 2 : 0;
	}
	*ret = lc_slice_of(to, n);
	return 0;
}

static int lower(struct lc_slice text, struct lc_arena *a, struct lc_slice *ret)
{
	uint8_t *to = lc_arena_alloc(a, text.n + 1);
	if (!to)
		return lc_arena_err(a);
	for (size_t i = 0; i < text.n; i++)
		to[i] = lc_lower(text.p[i]);
	*ret = lc_slice_of(to, text.n);
	return 0;
}

/* What stands behind the last c, which is taken off; "" without one. */
static struct lc_slice take_behind(struct lc_slice *text, uint8_t c)
{
	size_t at = lc_rfind(*text, c);
	struct lc_slice behind = at == SIZE_MAX ? LC_S("") : lc_skip(*text, at + 1);
	*text = lc_sub(*text, 0, at == SIZE_MAX ? text->n : at);
	return behind;
}

/* A scope of npm that was not escaped begins with "@", too. */
static struct lc_slice take_version(struct lc_slice *text)
{
	size_t at = lc_rfind(*text, '@');
	if (at == SIZE_MAX || at == 0 || text->p[at - 1] == '/')
		return LC_S("");
	return take_behind(text, '@');
}

/* ---- parts ---- */

int purl_read(struct lc_slice text, struct lc_arena *a, struct purl *ret)
{
	struct lc_slice type;
	*ret = (struct purl){ .type = LC_S("") };
	text = lc_trim(text);
	if (!lc_chop_prefix(&text, LC_S("pkg:")))
		return LC_EBAD;
	while (lc_chop_prefix(&text, LC_S("/")))
		;
	struct lc_slice subpath = take_behind(&text, '#');
	struct lc_slice qualifiers = take_behind(&text, '?');
	if (!lc_cut(text, '/', &type, &text))
		return LC_EBAD;
	struct lc_slice version = take_version(&text);
	while (lc_chop_suffix(&text, LC_S("/")))
		;
	struct lc_slice space = text;
	struct lc_slice name = take_behind(&space, '/');
	if (name.n == 0) {
		name = text;
		space = LC_S("");
	}
	if (type.n == 0 || name.n == 0)
		return LC_EBAD;
	int r = lower(type, a, &ret->type);
	r = r ? r : decode(space, a, &ret->space);
	r = r ? r : decode(name, a, &ret->name);
	r = r ? r : decode(version, a, &ret->version);
	r = r ? r : decode(subpath, a, &ret->subpath);
	return r ? r : lc_arena_dup(a, qualifiers, &ret->qualifiers);
}

struct lc_slice purl_qualifier(const struct purl *p, const char *key, struct lc_arena *a)
{
	struct lc_slice rest = p->qualifiers;
	struct lc_slice pair;
	while (rest.p && lc_split(&rest, '&', &pair)) {
		struct lc_slice name;
		struct lc_slice value;
		if (lc_cut(pair, '=', &name, &value) && lc_eq_nocase(name, lc_str(key)))
			return decode(value, a, &value) ? lc_slice_of(NULL, 0) : value;
	}
	return LC_S("");
}

/* ---- packages ---- */

enum joined { ALONE, BY_SLASH, BY_COLON, BY_SUBPATH };

/* The type of what is installed, or the only one that there is. */
static const struct {
	const char *purl, *type;
	enum joined joined;
} kinds[] = {
	{ "bitnami", "bitnami", ALONE },
	{ "cargo", "rustbinary", ALONE },
	{ "cocoapods", "cocoapods", BY_SUBPATH },
	{ "composer", "composer-vendor", BY_SLASH },
	{ "conan", "conan", ALONE },
	{ "conda", "conda-pkg", ALONE },
	{ "cpan", "perl-pkg", ALONE },
	{ "cran", "r-pkg", ALONE },
	{ "gem", "gemspec", ALONE },
	{ "github", "github-actions", BY_SLASH },
	{ "golang", "gobinary", BY_SLASH },
	{ "hackage", "cabal", ALONE },
	{ "hex", "hex", ALONE },
	{ "julia", "julia", ALONE },
	{ "luarocks", "luarocks", BY_SLASH },
	{ "maven", "jar", BY_COLON },
	{ "npm", "node-pkg", BY_SLASH },
	{ "nuget", "dotnet-core", ALONE },
	{ "opam", "opam", ALONE },
	{ "pub", "pub", ALONE },
	{ "pypi", "python-pkg", ALONE },
	{ "swift", "swift", BY_SLASH },
};

static struct lc_slice join(const struct purl *p, enum joined how, struct lc_arena *a)
{
	if (how == BY_SUBPATH && p->subpath.n)
		return lc_arena_fmt(a, "%.*s/%.*s", LC_FMT(p->name), LC_FMT(p->subpath));
	if (p->space.n == 0 || how == ALONE || how == BY_SUBPATH)
		return p->name;
	return lc_arena_fmt(a, "%.*s%c%.*s", LC_FMT(p->space), how == BY_COLON ? ':' : '/',
			    LC_FMT(p->name));
}

int purl_package(const struct purl *p, struct lc_arena *a, struct inv_package *ret)
{
	*ret = (struct inv_package){ .type = LC_S("") };
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!lc_eq(p->type, lc_str(kinds[i].purl)))
			continue;
		ret->name = join(p, kinds[i].joined, a);
		ret->arch = purl_qualifier(p, "arch", a);
		if (!ret->name.p || !ret->arch.p)
			return lc_arena_err(a);
		ret->type = lc_str(kinds[i].type);
		ret->version = p->version;
		return 0;
	}
	return 0;
}
