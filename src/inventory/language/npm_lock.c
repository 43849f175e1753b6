/*
 * npm's lock files, package-lock.json and npm-shrinkwrap.json. Source: npm-docs, package-lock.json.
 *
 *	1     "dependencies": { NAME: { "version", "dev", "requires": { NAME: RANGE },
 *	      "dependencies": { … what is installed below it } } }
 *	2, 3  "packages": { "": the project, "node_modules/a/node_modules/b": { "version", "dev",
 *	      "dependencies": { NAME: RANGE }, … }, "packages/w": a workspace,
 *	      "node_modules/w": { "link": true, "resolved": "packages/w" } }
 *
 * Both name places in a tree of directories; a dependency is what stands nearest above.
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lines.h"
#include "inventory/language/npm.h"
#include "inventory/language/npm_places.h"

#define MODULES "node_modules"

struct place {
	json_ref node;
	struct inv_package *package; /* NULL: a link, the project, nothing usable */
	struct lc_slice link;        /* where it leads; "" no link */
};

struct npm_lock {
	const struct inv_file *file;
	struct json_doc doc;
	struct lines lines;
	struct packages packages;
	struct lc_map places; /* path -> struct place */
	struct npm_places tree;
	struct inv_sink *out;
	bool rooted; /* the project says what it asks for */
};

/* Where the last "node_modules/" of a path begins; SIZE_MAX there is none. */
static size_t last_modules(struct lc_slice path)
{
	size_t from = SIZE_MAX;
	size_t at;
	for (size_t i = 0; (at = lc_find_slice(lc_skip(path, i), LC_S(MODULES "/"))) != SIZE_MAX;) {
		from = i + at;
		i = from + sizeof(MODULES);
	}
	return from;
}

static int add_place(struct npm_lock *n, struct lc_slice path, json_ref node,
		     struct inv_package *package)
{
	struct place *p = lc_new(n->file->scratch, struct place);
	if (!p)
		return lc_arena_err(n->file->scratch);
	*p = (struct place){ node, package, LC_S("") };
	if (json_bool(&n->doc, json_get(&n->doc, node, "link"), false))
		p->link = json_get_str(&n->doc, node, "resolved");
	size_t at = last_modules(path);
	int r = lc_map_put(&n->places, path, p);
	if (r || at == SIZE_MAX)
		return r;
	return npm_places_add(&n->tree, lc_sub(path, 0, at ? at - 1 : 0),
			      lc_skip(path, at + sizeof(MODULES)), p);
}

static uint32_t line_of(const struct npm_lock *n, json_ref node)
{
	return lines_of(&n->lines, json_raw(&n->doc, node)).start;
}

static int add_package(struct npm_lock *n, json_ref node, const struct inv_package *like,
		       struct inv_package **ret)
{
	struct inv_package p = *like;
	struct lc_slice name;
	struct lc_slice version;
	struct inv_lines at = lines_of(&n->lines, json_raw(&n->doc, node));
	*ret = NULL;
	if (npm_alias(p.version, &name, &version)) {
		p.name = name;
		p.version = version;
	}
	if (p.name.n == 0 || p.version.n == 0)
		return inv_sink_trouble(n->out, INV_MALFORMED, "line %u: package without a %s",
					at.start, p.name.n ? "version" : "name");
	if (lc_starts(p.version, LC_S("file:")) || lc_starts(p.version, LC_S("link:")))
		return 0; /* the project's own */
	p.type = LC_S("npm");
	p.line_start = at.start;
	p.line_end = at.end;
	if (json_bool(&n->doc, json_get(&n->doc, node, "dev"), false))
		p.flags |= INV_DEV;
	int r = npm_licences(&n->doc, node, n->file->scratch, &p.licences);
	return r ? r : packages_add(&n->packages, &p, ret);
}

/* ---- version 1 ---- */

static int read_below(struct npm_lock *n, struct lc_slice path, json_ref dependencies)
{
	const struct json_doc *d = &n->doc;
	int r = 0;
	for (json_ref i = json_first(d, dependencies); i != JSON_NONE && r == 0;
	     i = json_next(d, i)) {
		struct lc_slice name = json_key(d, i);
		struct inv_package p = { .name = name, .version = json_get_str(d, i, "version") };
		struct inv_package *package;
		if (name.n + path.n > NPM_PATH_MAX)
			return inv_sink_trouble(n->out, INV_MALFORMED, "line %u: path too long",
						line_of(n, i));
		struct lc_slice place = lc_arena_fmt(n->file->scratch, "%.*s%s" MODULES "/%.*s",
						     LC_FMT(path), path.n ? "/" : "", LC_FMT(name));
		if (!place.p)
			return lc_arena_err(n->file->scratch);
		r = add_package(n, i, &p, &package);
		r = r ? r : add_place(n, place, i, package);
		/* As deep as the JSON reader goes. */
		r = r ? r : read_below(n, place, json_get(d, i, "dependencies"));
	}
	return r;
}

/* ---- versions 2 and 3 ---- */

static struct lc_slice name_of(struct lc_slice path)
{
	size_t at = last_modules(path);
	if (at != SIZE_MAX)
		return lc_skip(path, at + sizeof(MODULES));
	return lc_path_name(path);
}

static int read_place(struct npm_lock *n, json_ref node)
{
	const struct json_doc *d = &n->doc;
	struct lc_slice path = json_key(d, node);
	struct inv_package p = {
		.name = json_get_str(d, node, "name"),
		.version = json_get_str(d, node, "version"),
	};
	struct inv_package *package = NULL;
	bool own = lc_find_slice(path, LC_S(MODULES)) == SIZE_MAX;
	int r = 0;
	if (path.n > NPM_PATH_MAX)
		return inv_sink_trouble(n->out, INV_MALFORMED, "line %u: path too long",
					line_of(n, node));
	if (p.name.n == 0)
		p.name = name_of(path);
	if (own)
		p.relationship = INV_REL_WORKSPACE;
	n->rooted |= path.n == 0;
	/* A workspace needs no version; what it depends on counts all the same. */
	if (path.n && !json_bool(d, json_get(d, node, "link"), false) && (!own || p.version.n))
		r = add_package(n, node, &p, &package);
	return r ? r : add_place(n, path, node, package);
}

static int read_places(struct npm_lock *n, json_ref packages)
{
	int r = 0;
	for (json_ref i = json_first(&n->doc, packages); i != JSON_NONE && r == 0;
	     i = json_next(&n->doc, i))
		r = read_place(n, i);
	return r;
}

/* ---- what depends on what ---- */

/* The place that a link leads to. */
static const struct place *followed(const struct npm_lock *n, const struct place *p)
{
	return p && p->link.n ? lc_map_get(&n->places, p->link) : p;
}

static int depend(struct npm_lock *n, struct lc_slice path, const struct place *from,
		  json_ref names, bool own)
{
	const struct json_doc *d = &n->doc;
	int r = 0;
	if (json_type_of(d, names) != JSON_OBJECT)
		return 0;
	struct npm_base *base = npm_places_from(&n->tree, path);
	for (json_ref i = json_first(d, names); i != JSON_NONE && r == 0; i = json_next(d, i)) {
		const struct place *on =
			followed(n, npm_places_find(&n->tree, base, json_key(d, i)));
		if (!on || !on->package)
			continue;
		if (own && on->package->relationship != INV_REL_WORKSPACE)
			on->package->relationship = INV_REL_DIRECT;
		if (from->package)
			r = packages_depend(&n->packages, from->package, on->package);
	}
	return r;
}

static int resolve(struct npm_lock *n, struct lc_slice path, const struct place *p)
{
	/* Version 1 gives both under one name: what is below, and what is required. */
	bool nested = json_get(&n->doc, p->node, "requires") != JSON_NONE;
	bool own = lc_find_slice(path, LC_S(MODULES)) == SIZE_MAX;
	int r = depend(n, path, p, json_get(&n->doc, p->node, "requires"), false);
	for (int g = 0; g < NPM_GROUP_N && r == 0 && !nested; g++) {
		if (g != NPM_DEV || own)
			r = depend(n, path, p,
				   json_get(&n->doc, p->node, npm_group_key((enum npm_group)g)),
				   own);
	}
	return r;
}

/* Version 1 does not say what the project asks for; its manifest does. */
static int ask_manifest(struct npm_lock *n)
{
	struct json_doc d;
	const struct document doc = document_beside(
		n->file, inv_kept_beside(n->file->kept, n->file->path, LC_S("package.json")),
		"package.json", n->out);
	int r = document_json(&doc, JSON_LENIENT, &d);
	if (r || d.count == 0)
		return r;
	n->rooted = true;
	struct npm_base *base = npm_places_from(&n->tree, LC_S(""));
	for (int g = 0; g < NPM_GROUP_N; g++) {
		json_each(&d, json_get(&d, json_root(&d), npm_group_key((enum npm_group)g)), i) {
			const struct place *p = npm_places_find(&n->tree, base, json_key(&d, i));
			if (p && p->package)
				p->package->relationship = INV_REL_DIRECT;
		}
	}
	return 0;
}

static int read_lock(struct npm_lock *n)
{
	const struct json_doc *d = &n->doc;
	json_ref root = json_root(d);
	json_ref packages = json_get(d, root, "packages");
	json_ref dependencies = json_get(d, root, "dependencies");
	bool tree = json_type_of(d, packages) != JSON_OBJECT;
	if (d->count && json_type_of(d, root) != JSON_OBJECT)
		return inv_sink_trouble(n->out, INV_MALFORMED, "not an object");
	if (tree && dependencies != JSON_NONE && json_type_of(d, dependencies) != JSON_OBJECT)
		return inv_sink_trouble(n->out, INV_MALFORMED, "dependencies are not an object");
	int r = lines_init(&n->lines, d->text, n->file->scratch);
	if (tree)
		r = r ? r : read_below(n, LC_S(""), dependencies);
	else
		r = r ? r : read_places(n, packages);
	for (size_t i = 0; i < n->places.n && r == 0; i++)
		r = resolve(n, n->places.items[i].key, n->places.items[i].value);
	r = r || !tree ? r : ask_manifest(n);
	if (n->rooted)
		packages_rest_indirect(&n->packages);
	return r ? r : packages_put(&n->packages);
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct npm_lock n = { .file = f, .out = out, .tree = { .arena = f->scratch } };
	const struct document doc = document_of(f, out);
	packages_init(&n.packages, f->scratch, out);
	int r = document_json(&doc, JSON_LENIENT, &n.doc);
	r = r ? r : read_lock(&n);
	packages_done(&n.packages);
	lc_map_done(&n.places);
	npm_places_done(&n.tree);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_NAME, .text = "package-lock.json", .outside = MODULES },
	{ .kind = INV_WANT_NAME, .text = "npm-shrinkwrap.json", .outside = MODULES },
	{ .kind = INV_WANT_NAME, .text = "package.json", .outside = MODULES, .beside = true },
};

const struct inv_analyser inv_npm_lock = {
	.name = "npm",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.together = true,
	.parse = parse,
};
