/*
 * Names of ecosystems as the database has them, from the ways in which feeds, images and people
 * name the same thing. What is one to whoever looks a package up has one name (docs/database.md).
 */
#include "advisory/ecosystem.h"

static struct lc_slice none(void)
{
	return (struct lc_slice){ NULL, 0 };
}

struct lc_slice adv_leading_number(struct lc_slice s)
{
	size_t n = 0;
	while (n < s.n &&
	       (lc_is_digit(s.p[n]) || (s.p[n] == '.' && n + 1 < s.n && lc_is_digit(s.p[n + 1]))))
		n++;
	return lc_sub(s, 0, n);
}

struct lc_slice adv_ecosystem_of_release(const char *prefix, struct lc_slice release,
					 struct lc_arena *a)
{
	return release.n ? lc_arena_fmt(a, "%s%.*s", prefix, LC_FMT(release)) : none();
}

/* ---- Red Hat ---- */

/* Support beyond a minor release, each with fixes of its own. */
static const struct lc_slice streams[] = {
	LC_S_INIT("rhel_aus"), LC_S_INIT("rhel_e4s"),           LC_S_INIT("rhel_els"),
	LC_S_INIT("rhel_eus"), LC_S_INIT("rhel_eus_long_life"), LC_S_INIT("rhel_tus"),
};

static bool is_stream(struct lc_slice product)
{
	for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++)
		if (lc_eq(streams[i], product))
			return true;
	return false;
}

struct lc_slice adv_redhat_ecosystem(struct lc_slice cpe, struct lc_arena *a)
{
	struct lc_slice product;
	struct lc_slice release;
	if (lc_chop_prefix(&cpe, LC_S("cpe:")) && !lc_chop_prefix(&cpe, LC_S("/o:redhat:")) &&
	    !lc_chop_prefix(&cpe, LC_S("/a:redhat:")))
		return none();
	if (!lc_cut(cpe, ':', &product, &release))
		return adv_ecosystem_of_release("Red Hat:", cpe, a);
	size_t n = 0;
	if (lc_eq(product, LC_S("enterprise_linux"))) {
		while (n < release.n && lc_is_digit(release.p[n]))
			n++;
		return adv_ecosystem_of_release("Red Hat:", lc_sub(release, 0, n), a);
	}
	if (is_stream(product) && adv_leading_number(release).n)
		return lc_arena_fmt(a, "Red Hat:%.*s:%.*s", LC_FMT(product),
				    LC_FMT(adv_leading_number(release)));
	return adv_ecosystem_of_release("Red Hat:", cpe, a);
}

/* "…__9_DOT_2" or "…__9_DOT_2__x86_64": 9 and 2. */
static bool minor_of(struct lc_slice set, struct lc_slice *ret_major, struct lc_slice *ret_minor)
{
	size_t at = lc_find_slice(set, LC_S("_DOT_"));
	size_t start = at;
	size_t end = at == SIZE_MAX ? at : at + 5;
	if (at == SIZE_MAX)
		return false;
	while (start && lc_is_digit(set.p[start - 1]))
		start--;
	while (end < set.n && lc_is_digit(set.p[end]))
		end++;
	*ret_major = lc_sub(set, start, at - start);
	*ret_minor = lc_sub(set, at + 5, end - at - 5);
	return ret_major->n && ret_minor->n;
}

struct lc_slice adv_redhat_repository(struct lc_slice set, struct lc_arena *a)
{
	static const char *const words[] = { "aus", "e4s", "eus", "tus" };
	struct lc_slice rest = set;
	struct lc_slice major;
	struct lc_slice minor;
	struct lc_slice word;
	if (!lc_chop_prefix(&rest, LC_S("rhel-")))
		return none();
	size_t n = 0;
	while (n < rest.n && lc_is_digit(rest.p[n]))
		n++;
	struct lc_slice release = lc_sub(rest, 0, n);
	if (!n || n == rest.n || rest.p[n] != '-')
		return none();
	while (lc_split(&rest, '-', &word)) {
		if (lc_eq(word, LC_S("els")))
			return adv_ecosystem_of_release("Red Hat:rhel_els:", release, a);
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (lc_eq(word, lc_str(words[i])) && minor_of(set, &major, &minor))
				return lc_arena_fmt(a, "Red Hat:rhel_%s:%.*s.%.*s", words[i],
						    LC_FMT(major), LC_FMT(minor));
	}
	return adv_ecosystem_of_release("Red Hat:", release, a);
}

/* ---- SUSE ---- */

/* "1" of "… 15 SP1-LTSS" */
static struct lc_slice service_pack(struct lc_slice s)
{
	size_t at = lc_find_slice(s, LC_S(" SP"));
	return at == SIZE_MAX ? none() : adv_leading_number(lc_skip(s, at + 3));
}

static bool is_long_term(struct lc_slice product)
{
	return lc_find_slice(product, LC_S("LTSS")) != SIZE_MAX;
}

struct lc_slice adv_suse_ecosystem(struct lc_slice product, struct lc_arena *a)
{
	struct lc_slice pack = service_pack(product);
	const char *end = is_long_term(product) ? ":LTSS" : "";
	if (lc_starts(product, LC_S("openSUSE Tumbleweed")))
		return LC_S("openSUSE:Tumbleweed");
	if (lc_chop_prefix(&product, LC_S("openSUSE Leap ")))
		return adv_ecosystem_of_release("openSUSE:Leap ", adv_leading_number(product), a);
	if (lc_chop_prefix(&product, LC_S("SUSE Linux Enterprise Micro ")) ||
	    lc_chop_prefix(&product, LC_S("SUSE Linux Micro ")))
		return adv_ecosystem_of_release("SUSE:Linux Enterprise Micro ",
						adv_leading_number(product), a);
	if (!lc_starts(product, LC_S("SUSE Linux Enterprise ")))
		return none();
	for (size_t i = 0; i + 1 < product.n; i++) {
		struct lc_slice release = adv_leading_number(lc_skip(product, i + 1));
		if (product.p[i] == ' ' && release.n)
			return lc_arena_fmt(a, "SUSE:Linux Enterprise %.*s%s%.*s%s",
					    LC_FMT(release), pack.n ? "." : "", LC_FMT(pack), end);
	}
	return none();
}

/* ---- as people and OSV name them ---- */

struct lc_slice adv_ecosystem_name(struct lc_slice given, struct lc_arena *a)
{
	struct lc_slice rest = given;
	struct lc_slice name = none();
	if (lc_eq(given, LC_S("cargo")))
		return LC_S("crates.io");
	if (lc_chop_prefix(&rest, LC_S("Ubuntu:")))
		return adv_ubuntu_is_lts(rest) ? lc_arena_fmt(a, "%.*s:LTS", LC_FMT(given)) : given;
	/* Its own short names stand for themselves: "Red Hat:8", "SUSE:Linux Enterprise 15.5". */
	if (lc_chop_prefix(&rest, LC_S("Red Hat:")) && lc_find(rest, ':') != SIZE_MAX)
		name = adv_redhat_ecosystem(rest, a);
	else if (lc_starts(given, LC_S("SUSE:")) && !lc_ends(given, LC_S(":LTSS")))
		name = adv_suse_ecosystem(lc_arena_fmt(a, "SUSE %.*s", LC_FMT(lc_skip(given, 5))),
					  a);
	if (a->err)
		return none(); /* not given: that would be another ecosystem */
	return name.n ? name : given;
}
