#include "scan/java_names.h"

enum { SHA1_BYTES = 20 };

/* "sha1:" and 40 digits */
static bool read_digest(struct lc_slice text, uint8_t ret[SHA1_BYTES])
{
	if (!lc_chop_prefix(&text, LC_S("sha1:")) || text.n != 2 * SHA1_BYTES)
		return false;
	for (size_t i = 0; i < SHA1_BYTES; i++) {
		uint64_t byte;
		if (!lc_u64(lc_sub(text, 2 * i, 2), 16, UINT8_MAX, &byte))
			return false;
		ret[i] = (uint8_t)byte;
	}
	return true;
}

static int rename_to(struct inv_package *p, const struct java_artifact *to, struct lc_arena *a)
{
	struct lc_slice name =
		lc_arena_fmt(a, "%.*s:%.*s", LC_FMT(to->group), LC_FMT(to->artifact));
	if (!name.p)
		return lc_arena_err(a);
	p->name = name;
	p->version = to->version;
	return 0;
}

static int name_archive(struct java_index *x, struct inv_package *p, const uint8_t *sha1,
			struct lc_arena *a, struct lc_err *e)
{
	struct java_artifact found = { .artifact = p->name, .version = p->version };
	struct lc_slice group;
	struct lc_slice artifact;
	bool grouped = lc_cut(p->name, ':', &group, &artifact);
	int rc = grouped ? java_index_has(x, group, artifact, e) : LC_ENOTFOUND;
	if (rc != LC_ENOTFOUND)
		return rc;
	rc = java_index_by_sha1(x, sha1, a, &found, e);
	if (rc == LC_ENOTFOUND && !grouped && p->version.n)
		rc = java_index_group(x, p->name, p->version, a, &found.group, e);
	if (rc == LC_ENOTFOUND)
		return 0;
	return rc ? rc : rename_to(p, &found, a);
}

/* Archives that tell no version, and that nobody knows by their bytes: no package of anybody's. */
static void drop_unknown(struct inventory *inv)
{
	size_t kept = 0;
	for (size_t i = 0; i < inv->packages.n; i++) {
		const struct inv_package *p = &inv->packages.v[i].package;
		if (p->version.n || !lc_eq(p->type, LC_S("jar")))
			inv->packages.v[kept++] = inv->packages.v[i];
	}
	inv->packages.n = kept;
}

int scan_java_names(struct java_index *x, struct inventory *inv, struct lc_arena *a,
		    struct lc_err *e)
{
	int rc = 0;
	for (size_t i = 0; x && i < inv->packages.n && rc == 0; i++) {
		struct inv_package *p = &inv->packages.v[i].package;
		uint8_t sha1[SHA1_BYTES];
		if (lc_eq(p->type, LC_S("jar")) && read_digest(p->digest, sha1))
			rc = name_archive(x, p, sha1, a, e);
	}
	if (rc && e && e->code != rc)
		(void)lc_fail(e, rc, "%s", lc_code_name(rc)); /* rc is what counts */
	if (rc == 0)
		drop_unknown(inv);
	return rc;
}
