/*
 * What NuGet restored for a project that has no lock file: obj/project.assets.json. Source: NuGet's
 * documentation, "PackageReference in project files".
 *
 *	{ "version": 3,
 *	  "targets": { "net8.0": {
 *	    "A/1.0": { "type": "package", "dependencies": { NAME: RANGE } } } },
 *	  "libraries": { "A/1.0": { "type": "package" } },
 *	  "project": { "frameworks": { "net8.0": {
 *	    "dependencies": { "A": { "target": "Package" } } } } } }
 *
 * Types: package; project, another one's. Targets with "/" are those of a runtime.
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"

/* Names are the same in any case: the edges of a lock go by one spelling. */
static int name_of(struct lock *l, struct lc_slice name, struct lc_slice *ret)
{
	uint8_t *text = lc_arena_alloc(l->arena, name.n + 1);
	if (!text)
		return lc_arena_err(l->arena);
	for (size_t i = 0; i < name.n; i++)
		text[i] = lc_lower(name.p[i]);
	*ret = lc_slice_of(text, name.n);
	return 0;
}

struct assets {
	struct lock *lock;
	struct lc_map names; /* in lower case -> name as packages have it */
};

/* As the package spells it; else as it is. */
static int spelt(struct assets *q, struct lc_slice name, struct lc_slice *ret)
{
	struct lc_slice lower;
	int r = name_of(q->lock, name, &lower);
	const struct inv_package *p = r ? NULL : lc_map_get(&q->names, lower);
	*ret = p ? p->name : name;
	return r;
}

static int read_library(struct assets *q, json_ref entry)
{
	const struct json_doc *d = &q->lock->json;
	struct lc_slice key = json_key(d, entry);
	struct inv_package p = { .name = LC_S("") };
	struct inv_package *package;
	struct lc_slice lower;
	if (!lc_eq_nocase(json_get_str(d, entry, "type"), LC_S("package")))
		return 0;
	lock_at_json(q->lock, entry, &p);
	if (!lc_cut(key, '/', &p.name, &p.version) || p.name.n == 0 || p.version.n == 0)
		return inv_sink_trouble(q->lock->out, INV_MALFORMED, "line %u: no name/version: %s",
					p.line_start, lc_quote(key).s);
	int r = lock_add(q->lock, &p, &package);
	r = r ? r : name_of(q->lock, p.name, &lower);
	return r || !package ? r : lc_map_add(&q->names, lower, package, NULL);
}

static int read_needs(struct assets *q, json_ref entry)
{
	const struct json_doc *d = &q->lock->json;
	json_ref needs = json_get(d, entry, "dependencies");
	struct lc_slice name;
	struct lc_slice version;
	int r = 0;
	if (!lc_cut(json_key(d, entry), '/', &name, &version))
		return 0; /* told of */
	struct inv_package *from = packages_find(&q->lock->packages, name, version);
	for (json_ref i = json_first(d, needs); i != JSON_NONE && r == 0; i = json_next(d, i)) {
		r = spelt(q, json_key(d, i), &name);
		r = r ? r : lock_depends(q->lock, from, name);
	}
	return r;
}

static int each_entry(struct assets *q, json_ref targets, int (*fn)(struct assets *q, json_ref))
{
	const struct json_doc *d = &q->lock->json;
	int r = 0;
	for (json_ref t = json_first(d, targets); t != JSON_NONE && r == 0; t = json_next(d, t)) {
		for (json_ref i = json_first(d, t); i != JSON_NONE && r == 0; i = json_next(d, i))
			r = fn(q, i);
	}
	return r;
}

static int read_asked(struct assets *q)
{
	const struct json_doc *d = &q->lock->json;
	json_ref frameworks = json_at(d, json_root(d), "project", "frameworks", NULL);
	int r = 0;
	for (json_ref f = json_first(d, frameworks); f != JSON_NONE && r == 0;
	     f = json_next(d, f)) {
		json_ref asked = json_get(d, f, "dependencies");
		for (json_ref i = json_first(d, asked); i != JSON_NONE && r == 0;
		     i = json_next(d, i)) {
			struct lc_slice name;
			r = spelt(q, json_key(d, i), &name);
			r = r ? r : lock_asks(q->lock, name);
		}
	}
	return r;
}

static int read_lock(struct lock *l)
{
	const struct json_doc *d = &l->json;
	json_ref targets = json_get(d, json_root(d), "targets");
	struct assets q = { .lock = l };
	if (targets != JSON_NONE && json_type_of(d, targets) != JSON_OBJECT)
		return inv_sink_trouble(l->out, INV_MALFORMED, "targets are not an object");
	int r = each_entry(&q, targets, read_library);
	r = r ? r : each_entry(&q, targets, read_needs);
	r = r ? r : read_asked(&q);
	lc_map_done(&q.names);
	return r;
}

/* The lock file of the project above says the same. */
static bool is_locked(const struct inv_file *f)
{
	struct lc_slice dir = f->path;
	dir = lc_path_dir(dir); /* obj */
	return inv_kept_beside(f->kept, dir, LC_S("packages.lock.json"));
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return is_locked(f) ? 0 : lock_json(f, out, e, "nuget", read_lock);
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_NAME, .text = "project.assets.json", .inside = "obj" },
	{ .kind = INV_WANT_NAME, .text = "packages.lock.json", .beside = true },
};

const struct inv_analyser inv_nuget_assets = {
	.name = "nuget-assets",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.together = true,
	.parse = parse,
};
