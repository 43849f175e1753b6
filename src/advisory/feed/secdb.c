/*
 * Alpine-shaped security databases. Source: the files of secdb.alpinelinux.org.
 *
 *   { "distroversion": "v3.20", "packages": [ { "pkg": { "name": "…", "secfixes": { "1.2-r0":
 * ["CVE-…", …] } } } ] }
 *
 * An entry is one flaw and its names. Wolfi lists a flaw as several entries in a row, of which the
 * first is its CGA id: they are taken together.
 */
#include "advisory/feed/feed.h"

#include "advisory/feed/id.h"
#include "format/json.h"

enum { SECDB_ENTRIES_MAX = 1 << 14 };

struct secdb {
	const struct json_doc *d;
	const struct feed_collector *c;
	struct lc_arena *a;
	struct lc_err *e;
	struct lc_slice ecosystem;
	struct lc_slice family;
	struct lc_slice source;
	struct lc_slice package;
	struct lc_slice version;
	uint64_t records;
};

static bool is_cga(struct lc_slice id)
{
	return lc_starts(id, LC_S("CGA-"));
}

static int say_vulnerability(struct secdb *s, struct lc_slice id, const struct lc_slices *aliases)
{
	struct vulnerability v = { .id = id };
	v.aliases = *aliases;
	return s->c->vulnerability(s->c->ctx, &v, s->source, s->e);
}

/*
 * Sort the names, with what the flaw is filed under in front: every CVE; without one, the first
 * name that is no CGA id. The record's own id is the CGA one where there is one, else the first
 * name as it was written.
 */
static size_t arrange(struct lc_slices *names, struct lc_slice *ret_id)
{
	*ret_id = names->v[0];
	id_sort(names);
	size_t about = 0;
	while (about < names->n && id_is_cve(names->v[about]))
		about++;
	size_t other = 0;
	while (!about && other < names->n && is_cga(names->v[other]))
		other++;
	if (!about && other < names->n) {
		struct lc_slice first = names->v[0];
		names->v[0] = names->v[other];
		names->v[other] = first;
	}
	return about ? about : 1;
}

static int say_flaw(struct secdb *s, struct lc_slices *names)
{
	struct advisory adv = { .source = s->source };
	size_t own = arrange(names, &adv.id);
	struct version_event events[] = { { VERSION_INTRODUCED, LC_S("0") },
					  { VERSION_FIXED, s->version } };
	struct version_range range = { events, 2 };
	adv.vulnerabilities = (struct lc_slices){ names->v, own, own };
	adv.affected = (struct version_affected){ &range, 1, NULL, 0 };
	int rc = 0;
	for (size_t i = own; !rc && i < names->n; i++)
		if (!lc_eq(names->v[i], adv.id))
			rc = id_add(s->a, &adv.aliases, names->v[i]);
	if (!rc)
		rc = s->c->record(s->c->ctx, s->source, s->ecosystem, LC_S(""), s->e);
	if (!rc)
		rc = s->c->package(s->c->ctx, s->ecosystem, s->package, &adv, s->e);
	for (size_t i = 0; !rc && i < own; i++)
		rc = say_vulnerability(s, names->v[i], &adv.aliases);
	s->records += !rc;
	return rc;
}

static int read_entries(struct secdb *s, json_ref list)
{
	struct lc_slices names = { 0 };
	bool group = false;
	if (json_count(s->d, list) > SECDB_ENTRIES_MAX)
		return lc_fail(s->e, LC_ELIMIT, "more than %d entries", SECDB_ENTRIES_MAX);
	json_each(s->d, list, item) {
		struct lc_slice text = json_str(s->d, item);
		bool joins = group && !is_cga(text);
		int rc = names.n && !joins ? say_flaw(s, &names) : 0;
		if (!joins)
			names = (struct lc_slices){ 0 };
		group = joins || is_cga(text);
		if (!rc)
			rc = id_clean(lc_sub(text, 0, 256), s->a, &names);
		if (rc)
			return rc;
	}
	return names.n ? say_flaw(s, &names) : 0;
}

static int read_package(struct secdb *s, json_ref package)
{
	s->package = json_get_str(s->d, package, "name");
	if (!s->package.n || s->package.n > VERSION_BYTES_MAX)
		return lc_fail(s->e, LC_EBAD, "a package without a usable name");
	json_each(s->d, json_get(s->d, package, "secfixes"), list) {
		s->version = lc_trim(json_key(s->d, list));
		if (lc_eq(s->version, LC_S("0")) || !s->version.n ||
		    s->version.n > VERSION_BYTES_MAX)
			continue;
		int rc = read_entries(s, list);
		if (rc)
			return rc;
	}
	return 0;
}

static int find_ecosystem(struct secdb *s)
{
	bool alpine = lc_eq(s->family, LC_S("Alpine"));
	struct lc_slice release = json_get_str(s->d, json_root(s->d), "distroversion");
	s->source = alpine ? LC_S("alpine") : LC_S("wolfi");
	s->ecosystem = s->family;
	if (!alpine)
		return 0;
	if (!release.n || release.n > 32)
		return lc_fail(s->e, LC_EBAD, "no distroversion");
	s->ecosystem = lc_arena_fmt(s->a, "Alpine:%s", lc_quote(release).s);
	return s->ecosystem.p ? 0 : lc_arena_err(s->a);
}

int feed_secdb(struct lc_slice json, struct lc_slice family, const struct feed_collector *c,
	       struct lc_arena *a, uint64_t *ret_records, struct lc_err *e)
{
	struct json_doc d;
	int rc = json_parse(json, 0, NULL, a, &d, e);
	if (rc)
		return rc;
	struct secdb s = { .d = &d, .c = c, .a = a, .e = e, .family = family };
	json_ref packages = json_get(&d, json_root(&d), "packages");
	if (json_type_of(&d, packages) != JSON_ARRAY)
		return lc_fail(e, LC_EBAD, "no list of packages");
	rc = find_ecosystem(&s);
	json_each(&d, packages, item) {
		if (rc)
			return rc;
		rc = read_package(&s, json_get(&d, item, "pkg"));
	}
	if (!rc)
		*ret_records = s.records;
	return rc;
}
