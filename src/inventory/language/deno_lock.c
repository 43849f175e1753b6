/*
 * Deno's deno.lock, of which npm's packages are read. Source: Deno's manual, "Modules and
 * dependencies".
 *
 *	2     { "npm": { "packages": { "a@1.2.3": { "dependencies": { "b": "b@1.0.0" } } } } }
 *	3     { "packages": { "npm": { "a@1.2.3": { "dependencies": { … } } } } }
 *	4, 5  { "npm": { "a@1.2.3_peer@1.0.0": { "dependencies": ["b@1.0.0", "c"] } },
 *	        "workspace": { "dependencies": ["npm:a@1"] } }
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"
#include "inventory/language/npm.h"

struct deno {
	struct lock *lock;
	struct lc_map by_key; /* as the file names it -> struct inv_package */
};

static int read_package(struct deno *n, json_ref info)
{
	struct lc_slice key = json_key(&n->lock->json, info);
	struct inv_package p = { .name = LC_S("") };
	struct inv_package *package;
	lock_at_json(n->lock, info, &p);
	if (!npm_split(key, &p.name, &p.version))
		return inv_sink_trouble(n->lock->out, INV_MALFORMED, "line %u: no name@version: %s",
					p.line_start, lc_quote(key).s);
	size_t peers = lc_find(p.version, '_');
	p.version = lc_sub(p.version, 0, peers == SIZE_MAX ? p.version.n : peers);
	int r = lock_add(n->lock, &p, &package);
	return r || !package ? r : lc_map_put(&n->by_key, key, package);
}

/* A key, or of 4 on a name alone where there is one version. */
static int connect(struct deno *n, json_ref info)
{
	const struct json_doc *d = &n->lock->json;
	struct inv_package *from = lc_map_get(&n->by_key, json_key(d, info));
	json_ref needs = json_get(d, info, "dependencies");
	int r = 0;
	for (json_ref i = json_first(d, needs); from && i != JSON_NONE && r == 0;
	     i = json_next(d, i)) {
		const struct inv_package *on = lc_map_get(&n->by_key, json_str(d, i));
		r = on ? packages_depend(&n->lock->packages, from, on)
		       : lock_depends(n->lock, from, json_str(d, i));
	}
	return r;
}

/* "npm:@s/a@^1" of the project and its parts */
static int ask(struct lock *l, json_ref list)
{
	const struct json_doc *d = &l->json;
	int r = 0;
	for (json_ref i = json_first(d, list); i != JSON_NONE && r == 0; i = json_next(d, i)) {
		struct lc_slice text = json_str(d, i);
		struct lc_slice name;
		struct lc_slice range;
		if (!lc_chop_prefix(&text, LC_S("npm:")))
			continue;
		r = lock_asks(l, npm_split(text, &name, &range) ? name : text);
	}
	return r;
}

static json_ref packages_of(const struct json_doc *d)
{
	json_ref npm = json_get(d, json_root(d), "npm");
	json_ref second = json_get(d, npm, "packages");
	if (second != JSON_NONE)
		return second;
	return npm != JSON_NONE ? npm : json_at(d, json_root(d), "packages", "npm", NULL);
}

static int read_lock(struct lock *l)
{
	const struct json_doc *d = &l->json;
	struct deno n = { .lock = l };
	json_ref all = packages_of(d);
	json_ref workspace = json_get(d, json_root(d), "workspace");
	int r = 0;
	if (all != JSON_NONE && json_type_of(d, all) != JSON_OBJECT)
		return inv_sink_trouble(l->out, INV_MALFORMED, "npm is not an object");
	for (json_ref i = json_first(d, all); i != JSON_NONE && r == 0; i = json_next(d, i))
		r = read_package(&n, i);
	for (json_ref i = json_first(d, all); i != JSON_NONE && r == 0; i = json_next(d, i))
		r = connect(&n, i);
	lc_map_done(&n.by_key);
	r = r ? r : ask(l, json_get(d, workspace, "dependencies"));
	return r ? r : ask(l, json_at(d, workspace, "packageJson", "dependencies", NULL));
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_json(f, out, e, "deno", read_lock);
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_NAME, .text = "deno.lock" },
};

const struct inv_analyser inv_deno_lock = {
	.name = "deno",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
