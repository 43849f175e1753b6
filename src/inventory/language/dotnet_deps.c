/*
 * What .NET programs were published with: NAME.deps.json. Source: .NET runtime, "Runtime
 * configuration files" and "deps.json".
 *
 *	{ "runtimeTarget": { "name": TARGET },
 *	  "targets": { TARGET: {
 *	    "A/1.2": { "dependencies": { NAME: VERSION }, "runtime": { FILE: … } } } },
 *	  "libraries": { "A/1.2": { "type": "package" } } }
 *
 * Types: package; runtimepack, the runtime that came along, whose name has "runtimepack." in front;
 * project, the program and its own parts. A library without files of the target takes no part in
 * it.
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"

struct deps {
	struct lock *lock;
	json_ref target;
	struct lc_map entries;   /* "A/1.2" -> entry of the target + 1 */
	struct lc_map libraries; /* "A/1.2" -> struct inv_package */
	struct lc_map needed;    /* "A/1.2" of those that others need */
};

static json_ref entry_of(const struct deps *q, struct lc_slice key)
{
	uintptr_t at = (uintptr_t)lc_map_get(&q->entries, key);
	return at ? (json_ref)(at - 1) : JSON_NONE;
}

static bool has_files(const struct json_doc *d, json_ref entry)
{
	return json_count(d, json_get(d, entry, "runtime")) ||
	       json_count(d, json_get(d, entry, "runtimeTargets")) ||
	       json_count(d, json_get(d, entry, "native"));
}

static struct lc_slice key_of(const struct deps *q, json_ref need)
{
	const struct json_doc *d = &q->lock->json;
	return lc_arena_fmt(q->lock->arena, "%.*s/%.*s", LC_FMT(json_key(d, need)),
			    LC_FMT(json_str(d, need)));
}

static int read_target(struct deps *q)
{
	const struct json_doc *d = &q->lock->json;
	int r = 0;
	for (json_ref i = json_first(d, q->target); i != JSON_NONE && r == 0; i = json_next(d, i)) {
		json_ref needs = json_get(d, i, "dependencies");
		r = lc_map_put(&q->entries, json_key(d, i), (void *)((uintptr_t)i + 1));
		for (json_ref k = json_first(d, needs); k != JSON_NONE && r == 0;
		     k = json_next(d, k)) {
			struct lc_slice key = key_of(q, k);
			r = key.p ? lc_map_put(&q->needed, key, q) : lc_arena_err(q->lock->arena);
		}
	}
	return r;
}

static int read_library(struct deps *q, json_ref info)
{
	const struct json_doc *d = &q->lock->json;
	struct lc_slice key = json_key(d, info);
	struct lc_slice type = json_get_str(d, info, "type");
	json_ref entry = entry_of(q, key);
	bool own = lc_eq_nocase(type, LC_S("project"));
	struct inv_package p = { .relationship = own ? INV_REL_WORKSPACE : INV_REL_UNKNOWN };
	struct inv_package *package;
	lock_at_json(q->lock, info, &p);
	if (!own && !lc_eq_nocase(type, LC_S("package")) &&
	    !lc_eq_nocase(type, LC_S("runtimepack")))
		return 0;
	if (!lc_cut(key, '/', &p.name, &p.version) || p.name.n == 0 || p.version.n == 0)
		return inv_sink_trouble(q->lock->out, INV_MALFORMED, "line %u: no name/version: %s",
					p.line_start, lc_quote(key).s);
	if (entry != JSON_NONE && !has_files(d, entry))
		return 0;
	(void)lc_chop_prefix(&p.name, LC_S("runtimepack."));
	int r = lock_add(q->lock, &p, &package);
	return r || !package ? r : lc_map_put(&q->libraries, key, package);
}

/* The one project that no other needs. */
static struct inv_package *root_of(const struct deps *q)
{
	struct inv_package *root = NULL;
	for (size_t i = 0; i < q->libraries.n; i++) {
		struct inv_package *p = q->libraries.items[i].value;
		if (p->relationship != INV_REL_WORKSPACE ||
		    lc_map_has(&q->needed, q->libraries.items[i].key))
			continue;
		if (root)
			return NULL;
		root = p;
	}
	return root;
}

static int connect(struct deps *q, const struct inv_package *root, size_t library)
{
	const struct json_doc *d = &q->lock->json;
	struct inv_package *from = q->libraries.items[library].value;
	json_ref needs = json_get(d, entry_of(q, q->libraries.items[library].key), "dependencies");
	int r = 0;
	for (json_ref i = json_first(d, needs); i != JSON_NONE && r == 0; i = json_next(d, i)) {
		struct lc_slice key = key_of(q, i);
		struct inv_package *on = lc_map_get(&q->libraries, key);
		if (!key.p)
			return lc_arena_err(q->lock->arena);
		if (on && from == root && on->relationship == INV_REL_UNKNOWN)
			on->relationship = INV_REL_DIRECT;
		if (on && from == root)
			q->lock->rooted = true;
		if (on)
			r = packages_depend(&q->lock->packages, from, on);
	}
	return r;
}

static int read_all(struct deps *q)
{
	const struct json_doc *d = &q->lock->json;
	json_ref libraries = json_get(d, json_root(d), "libraries");
	if (libraries != JSON_NONE && json_type_of(d, libraries) != JSON_OBJECT)
		return inv_sink_trouble(q->lock->out, INV_MALFORMED, "libraries are not an object");
	int r = json_type_of(d, q->target) == JSON_OBJECT ? read_target(q) : 0;
	for (json_ref i = json_first(d, libraries); i != JSON_NONE && r == 0; i = json_next(d, i))
		r = read_library(q, i);
	struct inv_package *root = r == 0 ? root_of(q) : NULL;
	if (root)
		root->relationship = INV_REL_ROOT;
	for (size_t i = 0; i < q->libraries.n && r == 0; i++)
		r = connect(q, root, i);
	return r;
}

static int read_lock(struct lock *l)
{
	const struct json_doc *d = &l->json;
	struct lc_slice name = json_get_str(d, json_get(d, json_root(d), "runtimeTarget"), "name");
	struct deps q = {
		.lock = l,
		.target = json_get_slice(d, json_get(d, json_root(d), "targets"), name),
	};
	int r = read_all(&q);
	lc_map_done(&q.entries);
	lc_map_done(&q.libraries);
	lc_map_done(&q.needed);
	return r;
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_json(f, out, e, "dotnet-core", read_lock);
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_SUFFIX, .text = ".deps.json" },
};

const struct inv_analyser inv_dotnet_deps = {
	.name = "dotnet-core",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED | INSTALLED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
