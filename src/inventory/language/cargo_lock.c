/*
 * Cargo.lock, with Cargo.toml beside it. Source: The Cargo Book, Cargo.lock and The Manifest
 * Format.
 *
 *	[[package]]
 *	name = "a"
 *	version = "1.0.0"
 *	source = "registry+https://…"       none: a part of the project
 *	dependencies = ["b", "c 2.0.0", "c 2.0.0 (registry+https://…)"]
 *
 * The lock file does not say what the project asks for: the manifest does, and it may be one of a
 * workspace. Without it every package counts and none is known to be asked for.
 */
#include "base/vec.h"
#include "inventory/language/analysers.h"
#include "inventory/language/document.h"
#include "inventory/language/packages.h"

#define MANIFEST "Cargo.toml"

struct named {
	struct inv_package *package;
	struct named *next; /* of the same name */
};

struct cargo_lock {
	const struct inv_file *file;
	struct inv_sink *out;
	struct toml_doc doc, manifest;
	struct packages packages;
	struct lc_map by_name; /* -> struct named */
	struct {
		struct inv_package **v; /* of each item of the list; NULL none */
		size_t n, room;
	} items;
};

static const struct named *named(const struct cargo_lock *c, struct lc_slice name)
{
	return lc_map_get(&c->by_name, name);
}

static int read_package(struct cargo_lock *c, toml_ref item)
{
	struct inv_package like = {
		.type = LC_S("cargo"),
		.name = toml_get_str(&c->doc, item, "name"),
		.version = toml_get_str(&c->doc, item, "version"),
	};
	struct inv_package **place = lc_vec_push(c->file->scratch, &c->items);
	if (!place)
		return lc_arena_err(c->file->scratch);
	toml_lines(&c->doc, item, &like.line_start, &like.line_end);
	if (like.name.n == 0 || like.version.n == 0)
		return inv_sink_trouble(c->out, INV_MALFORMED, "line %u: package without a %s",
					like.line_start, like.name.n ? "version" : "name");
	size_t before = packages_count(&c->packages);
	int r = packages_add(&c->packages, &like, place);
	if (r || !*place || packages_count(&c->packages) == before)
		return r;
	struct named *n = lc_new(c->file->scratch, struct named);
	if (!n)
		return lc_arena_err(c->file->scratch);
	*n = (struct named){ *place, lc_map_get(&c->by_name, like.name) };
	return lc_map_put(&c->by_name, like.name, n);
}

/* "name", "name version" or "name version (source)" */
static int depend(struct cargo_lock *c, struct inv_package *p, struct lc_slice on)
{
	struct lc_slice rest = on;
	struct lc_slice name;
	struct lc_slice version = LC_S("");
	if (!lc_split(&rest, ' ', &name))
		return 0;
	if (rest.p)
		(void)lc_split(&rest, ' ', &version); /* there is at least an empty one */
	const struct named *any = version.n ? NULL : named(c, name);
	const struct inv_package *found =
		any ? any->package : packages_find(&c->packages, name, version);
	return found ? packages_depend(&c->packages, p, found) : 0;
}

static int resolve(struct cargo_lock *c, toml_ref item, struct inv_package *p)
{
	int r = 0;
	toml_ref list = toml_get(&c->doc, item, "dependencies");
	for (toml_ref i = toml_first(&c->doc, list); p && i != TOML_NONE && r == 0;
	     i = toml_next(&c->doc, i))
		r = depend(c, p, toml_str(&c->doc, i));
	return r;
}

/* ---- the manifest ---- */

enum { SAME_NAME_MAX = 64 }; /* marked for each that asks */

/* Asked for at run time beats asked for at build time or in tests. */
static void mark(struct cargo_lock *c, const struct toml_doc *d, toml_ref table, bool dev)
{
	toml_each(d, table, i)
	{
		struct lc_slice name = toml_get_str(d, i, "package"); /* under another name */
		size_t count = 0;
		for (const struct named *n = named(c, name.n ? name : toml_key(d, i));
		     n && count++ < SAME_NAME_MAX; n = n->next) {
			struct inv_package *p = n->package;
			if (p->relationship == INV_REL_ROOT || p->relationship == INV_REL_WORKSPACE)
				continue;
			if (!dev)
				p->flags &= ~(unsigned)INV_DEV;
			else if (p->relationship != INV_REL_DIRECT)
				p->flags |= INV_DEV;
			p->relationship = INV_REL_DIRECT;
		}
	}
}

static void mark_tables(struct cargo_lock *c, const struct toml_doc *d, toml_ref at)
{
	mark(c, d, toml_get(d, at, "dependencies"), false);
	mark(c, d, toml_get(d, at, "build-dependencies"), false);
	mark(c, d, toml_get(d, at, "dev-dependencies"), true);
}

static void mark_manifest(struct cargo_lock *c, const struct toml_doc *d, bool root)
{
	toml_ref top = toml_root(d);
	struct lc_slice name = toml_get_str(d, toml_get(d, top, "package"), "name");
	const struct named *own = name.n ? named(c, name) : NULL;
	if (own && own->package->relationship != INV_REL_ROOT)
		own->package->relationship = root ? INV_REL_ROOT : INV_REL_WORKSPACE;
	mark_tables(c, d, top);
	mark_tables(c, d, toml_get(d, top, "workspace"));
	toml_each(d, toml_get(d, top, "target"), i)
	{
		mark_tables(c, d, i);
	}
}

enum { MANIFESTS_MAX = 1024 };

/* The manifest beside the lock file, and those below it: members of the workspace. */
static int read_manifests(struct cargo_lock *c, bool *ret_any)
{
	const struct inv_kept *own = inv_kept_beside(c->file->kept, c->file->path, LC_S(MANIFEST));
	struct document doc = document_beside(c->file, own, MANIFEST, c->out);
	int r = document_toml(&doc, &c->manifest);
	*ret_any = r == 0 && toml_root(&c->manifest) != TOML_NONE;
	if (!*ret_any)
		return r;
	mark_manifest(c, &c->manifest, true);
	if (toml_get(&c->manifest, toml_root(&c->manifest), "workspace") == TOML_NONE)
		return 0;
	struct lc_slice dir = lc_path_dir(c->file->path);
	const struct inv_kept *kept;
	size_t at = 0;
	for (size_t n = 0;
	     r == 0 && n < MANIFESTS_MAX && (kept = inv_kept_next(c->file->kept, dir, &at));) {
		struct toml_doc d;
		if (kept == own || !lc_ends(kept->path, LC_S("/" MANIFEST)))
			continue;
		n++;
		doc = document_beside(c->file, kept, MANIFEST, c->out);
		r = document_toml(&doc, &d);
		if (r == 0 && toml_root(&d) != TOML_NONE)
			mark_manifest(c, &d, false);
	}
	return r;
}

/* ---- all ---- */

static int read_lock(struct cargo_lock *c)
{
	const struct toml_doc *d = &c->doc;
	toml_ref list = toml_get(d, toml_root(d), "package");
	bool any = false;
	size_t at = 0;
	int r = 0;
	if (list != TOML_NONE && toml_type_of(d, list) != TOML_ARRAY)
		return inv_sink_trouble(c->out, INV_MALFORMED, "package is not a list");
	for (toml_ref i = toml_first(d, list); i != TOML_NONE && r == 0; i = toml_next(d, i))
		r = read_package(c, i);
	for (toml_ref i = toml_first(d, list); i != TOML_NONE && r == 0; i = toml_next(d, i))
		r = resolve(c, i, c->items.v[at++]);
	r = r ? r : read_manifests(c, &any);
	if (any)
		r = r ? r : packages_spread(&c->packages);
	return r ? r : packages_put(&c->packages);
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct cargo_lock c = { .file = f, .out = out };
	const struct document doc = document_of(f, out);
	packages_init(&c.packages, f->scratch, out);
	int r = document_toml(&doc, &c.doc);
	r = r ? r : read_lock(&c);
	packages_done(&c.packages);
	lc_map_done(&c.by_name);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_NAME, .text = "Cargo.lock" },
	{ .kind = INV_WANT_NAME, .text = MANIFEST, .beside = true },
};

const struct inv_analyser inv_cargo_lock = {
	.name = "cargo",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = INV_TARGET_IMAGE | INV_TARGET_ROOTFS | INV_TARGET_FS | INV_TARGET_REPO,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.together = true,
	.parse = parse,
};
