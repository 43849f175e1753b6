/*
 * Conan's conan.lock. Source: docs.conan.io, lockfiles, of versions 1 and 2.
 *
 *	1  { "graph_lock": { "nodes": { "0": { "requires": ["1"] },
 *	     "1": { "ref": "zlib/1.2@user/channel#revision", "requires": […],
 *	            "context": "host" } } } }
 *	2  { "requires": ["zlib/1.2#revision%time"], "build_requires": […],
 *	     "python_requires": […] }
 *
 * What only builds need is for development.
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"

/* "name/version@user/channel#revision:id" */
static bool split_reference(struct lc_slice text, struct inv_package *p)
{
	size_t end = 0;
	while (end < text.n && text.p[end] != '@' && text.p[end] != '#' && text.p[end] != ':' &&
	       text.p[end] != '%')
		end++;
	return lc_cut(lc_sub(text, 0, end), '/', &p->name, &p->version) && p->name.n &&
	       p->version.n && lc_find(p->version, '/') == SIZE_MAX;
}

static int add_reference(struct lock *l, json_ref at, struct lc_slice text, struct inv_package *p,
			 struct inv_package **ret)
{
	*ret = NULL;
	lock_at_json(l, at, p);
	if (!split_reference(text, p))
		return inv_sink_trouble(l->out, INV_MALFORMED, "line %u: no reference: %s",
					p->line_start, lc_quote(text).s);
	return lock_add(l, p, ret);
}

/* ---- version 1 ---- */

struct graph {
	struct lock *lock;
	json_ref nodes;
	struct lc_map by_id; /* -> struct inv_package */
};

static int read_nodes(struct graph *g)
{
	const struct json_doc *d = &g->lock->json;
	int r = 0;
	for (json_ref i = json_first(d, g->nodes); i != JSON_NONE && r == 0; i = json_next(d, i)) {
		struct lc_slice text = json_get_str(d, i, "ref");
		struct inv_package p = { .relationship = INV_REL_INDIRECT };
		struct inv_package *package;
		if (text.n == 0)
			continue; /* the project */
		if (lc_eq(json_get_str(d, i, "context"), LC_S("build")))
			p.flags |= INV_DEV;
		r = add_reference(g->lock, i, text, &p, &package);
		if (r == 0 && package)
			r = lc_map_put(&g->by_id, json_key(d, i), package);
	}
	return r;
}

static int connect(struct graph *g, json_ref node, const char *key)
{
	const struct json_doc *d = &g->lock->json;
	struct inv_package *from = lc_map_get(&g->by_id, json_key(d, node));
	bool own = json_get_str(d, node, "ref").n == 0;
	json_ref list = json_get(d, node, key);
	int r = 0;
	for (json_ref i = json_first(d, list); i != JSON_NONE && r == 0; i = json_next(d, i)) {
		struct inv_package *on = lc_map_get(&g->by_id, json_str(d, i));
		if (on && own)
			on->relationship = INV_REL_DIRECT;
		if (on && from)
			r = packages_depend(&g->lock->packages, from, on);
	}
	return r;
}

static int read_graph(struct lock *l, json_ref nodes)
{
	struct graph g = { .lock = l, .nodes = nodes };
	const struct json_doc *d = &l->json;
	int r = read_nodes(&g);
	for (json_ref i = json_first(d, nodes); i != JSON_NONE && r == 0; i = json_next(d, i)) {
		r = connect(&g, i, "requires");
		r = r ? r : connect(&g, i, "build_requires");
	}
	lc_map_done(&g.by_id);
	return r;
}

/* ---- version 2 ---- */

static int read_list(struct lock *l, const char *key, unsigned flags)
{
	const struct json_doc *d = &l->json;
	json_ref list = json_get(d, json_root(d), key);
	int r = 0;
	if (list != JSON_NONE && json_type_of(d, list) != JSON_ARRAY &&
	    json_type_of(d, list) != JSON_NULL)
		return inv_sink_trouble(l->out, INV_MALFORMED, "%s is not a list", key);
	for (json_ref i = json_first(d, list); i != JSON_NONE && r == 0; i = json_next(d, i)) {
		struct inv_package p = { .flags = flags };
		struct inv_package *package;
		r = add_reference(l, i, json_str(d, i), &p, &package);
	}
	return r;
}

static int read_lock(struct lock *l)
{
	const struct json_doc *d = &l->json;
	json_ref nodes = json_at(d, json_root(d), "graph_lock", "nodes", NULL);
	if (json_type_of(d, nodes) == JSON_OBJECT)
		return read_graph(l, nodes);
	if (nodes != JSON_NONE)
		return inv_sink_trouble(l->out, INV_MALFORMED, "nodes are not an object");
	int r = read_list(l, "requires", 0);
	r = r ? r : read_list(l, "build_requires", INV_DEV);
	r = r ? r : read_list(l, "python_requires", INV_DEV);
	return r ? r : read_list(l, "config_requires", INV_DEV);
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_json(f, out, e, "conan", read_lock);
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_NAME, .text = "conan.lock" },
};

const struct inv_analyser inv_conan_lock = {
	.name = "conan",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
