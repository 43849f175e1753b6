/*
 * NuGet's packages.lock.json. Source: NuGet's documentation, "Locking dependencies".
 *
 *	{ "dependencies": { FRAMEWORK: { NAME: { "type": "Direct", "resolved": "1.2.3",
 *	  "dependencies": { NAME: RANGE } } } } }
 *
 * Types are Direct, Transitive, CentralTransitive and Project, the last the solution's own. What
 * depends on what holds within a framework; names differ by more than case.
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"

struct framework {
	struct lock *lock;
	struct lc_map names; /* in lower case -> struct inv_package */
};

static struct lc_slice lower(struct lc_arena *a, struct lc_slice s)
{
	uint8_t *text = lc_arena_alloc(a, s.n + 1);
	for (size_t i = 0; text && i < s.n; i++)
		text[i] = lc_lower(s.p[i]);
	return lc_slice_of(text, text ? s.n : 0);
}

static int read_package(struct framework *w, json_ref info)
{
	const struct json_doc *d = &w->lock->json;
	struct lc_slice type = json_get_str(d, info, "type");
	struct inv_package p = {
		.name = json_key(d, info),
		.version = json_get_str(d, info, "resolved"),
		.relationship = lc_eq(type, LC_S("Direct")) ? INV_REL_DIRECT : INV_REL_INDIRECT,
	};
	struct inv_package *package;
	lock_at_json(w->lock, info, &p);
	if (lc_eq(type, LC_S("Project")))
		return 0;
	if (p.version.n == 0)
		return inv_sink_trouble(w->lock->out, INV_MALFORMED,
					"line %u: package without a version", p.line_start);
	int r = lock_add(w->lock, &p, &package);
	if (r || !package)
		return r;
	struct lc_slice name = lower(w->lock->arena, p.name);
	return name.p ? lc_map_put(&w->names, name, package) : lc_arena_err(w->lock->arena);
}

static int connect(struct framework *w, json_ref info)
{
	const struct json_doc *d = &w->lock->json;
	struct lc_arena *a = w->lock->arena;
	json_ref needs = json_get(d, info, "dependencies");
	struct inv_package *from = lc_map_get(&w->names, lower(a, json_key(d, info)));
	int r = a->err;
	if (json_type_of(d, needs) != JSON_OBJECT || !from)
		return r;
	for (json_ref i = json_first(d, needs); i != JSON_NONE && r == 0; i = json_next(d, i)) {
		const struct inv_package *on = lc_map_get(&w->names, lower(a, json_key(d, i)));
		r = a->err;
		if (on && r == 0)
			r = packages_depend(&w->lock->packages, from, on);
	}
	return r;
}

static int read_framework(struct lock *l, json_ref list)
{
	const struct json_doc *d = &l->json;
	struct framework w = { .lock = l };
	int r = 0;
	if (json_type_of(d, list) != JSON_OBJECT)
		return inv_sink_trouble(l->out, INV_MALFORMED, "%s is not an object",
					lc_quote(json_key(d, list)).s);
	for (json_ref i = json_first(d, list); i != JSON_NONE && r == 0; i = json_next(d, i))
		r = read_package(&w, i);
	for (json_ref i = json_first(d, list); i != JSON_NONE && r == 0; i = json_next(d, i))
		r = connect(&w, i);
	lc_map_done(&w.names);
	return r;
}

static int read_lock(struct lock *l)
{
	const struct json_doc *d = &l->json;
	json_ref all = json_get(d, json_root(d), "dependencies");
	int r = 0;
	if (all != JSON_NONE && json_type_of(d, all) != JSON_OBJECT)
		return inv_sink_trouble(l->out, INV_MALFORMED, "dependencies are not an object");
	for (json_ref i = json_first(d, all); i != JSON_NONE && r == 0; i = json_next(d, i))
		r = read_framework(l, i);
	return r;
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_json(f, out, e, "nuget", read_lock);
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_NAME, .text = "packages.lock.json" },
};

const struct inv_analyser inv_nuget_lock = {
	.name = "nuget",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED | INSTALLED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
