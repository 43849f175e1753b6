/*
 * PHP's Composer: what is locked (composer.lock) and what is installed
 * (vendor/composer/installed.json). Source: getcomposer.org, "Basic usage" and the schema of
 * composer.json.
 *
 *	composer.lock
 *	    { "packages": [ { "name", "version", "require": { NAME: RANGE }, "license": […] } ],
 *	      "packages-dev": [ … ] }
 *	installed.json
 *	    2  { "packages": [ … ], "dev-package-names": [ NAME ] }
 *	    1  the list alone
 *
 * The manifest beside the lock file says what the project asks for.
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"

static int read_package(struct lock *l, json_ref info, unsigned flags)
{
	const struct json_doc *d = &l->json;
	json_ref needs = json_get(d, info, "require");
	struct inv_package p = {
		.name = json_get_str(d, info, "name"),
		.version = json_get_str(d, info, "version"),
		.flags = flags,
	};
	struct inv_package *package;
	lock_at_json(l, info, &p);
	if (p.name.n == 0 || p.version.n == 0)
		return inv_sink_trouble(l->out, INV_MALFORMED,
					"line %u: package without a name and a version",
					p.line_start);
	int r = lock_texts(l, json_get(d, info, "license"), &p.licences);
	r = r ? r : lock_add(l, &p, &package);
	if (json_type_of(d, needs) != JSON_OBJECT)
		return r; /* an empty one is written as a list */
	for (json_ref i = json_first(d, needs); i != JSON_NONE && r == 0; i = json_next(d, i))
		r = lock_depends(l, package, json_key(d, i));
	return r;
}

static int read_packages(struct lock *l, json_ref list, const char *what, unsigned flags)
{
	const struct json_doc *d = &l->json;
	int r = 0;
	if (list != JSON_NONE && json_type_of(d, list) != JSON_ARRAY &&
	    json_type_of(d, list) != JSON_NULL)
		return inv_sink_trouble(l->out, INV_MALFORMED, "%s is not a list", what);
	for (json_ref i = json_first(d, list); i != JSON_NONE && r == 0; i = json_next(d, i))
		r = read_package(l, i, flags);
	return r;
}

/* ---- locked ---- */

static int ask_manifest(struct lock *l)
{
	static const char *const groups[] = { "require", "require-dev" };
	struct json_doc d;
	const struct document doc = document_beside(
		l->file, inv_kept_beside(l->file->kept, l->file->path, LC_S("composer.json")),
		"composer.json", l->out);
	int r = document_json(&doc, JSON_LENIENT, &d);
	for (size_t g = 0; g < 2 && r == 0; g++) {
		json_ref group = json_get(&d, json_root(&d), groups[g]);
		if (json_type_of(&d, group) != JSON_OBJECT)
			continue;
		for (json_ref i = json_first(&d, group); i != JSON_NONE && r == 0;
		     i = json_next(&d, i))
			r = lock_asks(l, json_key(&d, i));
	}
	return r;
}

static int read_lock(struct lock *l)
{
	const struct json_doc *d = &l->json;
	json_ref root = json_root(d);
	int r = read_packages(l, json_get(d, root, "packages"), "packages", 0);
	r = r ? r : read_packages(l, json_get(d, root, "packages-dev"), "packages-dev", INV_DEV);
	return r ? r : ask_manifest(l);
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_json(f, out, e, "composer", read_lock);
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_NAME, .text = "composer.lock", .outside = "vendor" },
	{ .kind = INV_WANT_NAME, .text = "composer.json", .outside = "vendor", .beside = true },
};

const struct inv_analyser inv_composer_lock = {
	.name = "composer",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.together = true,
	.parse = parse,
};

/* ---- installed ---- */

/* Others have files of that name, too: outside Composer's directory it has to look like one. */
static bool is_composers(const struct lock *l, json_ref packages)
{
	struct lc_slice first = json_get_str(&l->json, json_first(&l->json, packages), "name");
	struct lc_slice path = l->file->path;
	return first.n || lc_eq(path, LC_S("composer/installed.json")) ||
	       lc_ends(path, LC_S("/composer/installed.json"));
}

static int read_installed(struct lock *l)
{
	const struct json_doc *d = &l->json;
	json_ref root = json_root(d);
	json_ref packages =
		json_type_of(d, root) == JSON_ARRAY ? root : json_get(d, root, "packages");
	int r = is_composers(l, packages) ? read_packages(l, packages, "packages", 0) : 0;
	json_each(d, json_get(d, root, "dev-package-names"), i) {
		struct inv_package *p = lc_map_get(&l->names, json_str(d, i));
		if (p)
			p->flags |= INV_DEV;
	}
	return r;
}

static int parse_installed(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_json_or_list(f, out, e, "composer-vendor", read_installed);
}

static const struct inv_want installed_wants[] = {
	{ .kind = INV_WANT_NAME, .text = "installed.json" },
};

const struct inv_analyser inv_composer_installed = {
	.name = "composer-vendor",
	.version = 2,
	.group = INV_GROUP_LIBRARY,
	.targets = INSTALLED,
	.access = INV_WHOLE,
	.wants = installed_wants,
	.wants_n = sizeof(installed_wants) / sizeof(installed_wants[0]),
	.parse = parse_installed,
};
