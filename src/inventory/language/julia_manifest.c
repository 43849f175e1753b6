/*
 * Julia's Manifest.toml. Source: Pkg's documentation, "Project.toml and Manifest.toml".
 *
 *	1.0  [[Name]]           2.0  julia_version = "1.9.0"
 *	     deps = ["Other"]        manifest_format = "2.0"
 *	     uuid = "…"              [[deps.Name]]
 *	     version = "1.2.3"
 *
 * deps may be a table of names and uuids where names are not unique. Parts of the standard library
 * have no version of their own but that of julia, which only 2.0 tells. Project.toml beside says
 * what is asked for.
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"

struct manifest {
	struct lock *lock;
	struct lc_slice julia; /* its version; empty: not told */
	struct lc_map by_uuid; /* -> struct inv_package */
};

static int read_entry(struct manifest *m, struct lc_slice name, toml_ref entry)
{
	const struct toml_doc *d = &m->lock->toml;
	struct lc_slice uuid = toml_get_str(d, entry, "uuid");
	struct inv_attribute attribute = { LC_S("uuid"), uuid };
	struct inv_package p = { .name = name, .version = toml_get_str(d, entry, "version") };
	struct inv_package *package;
	toml_lines(d, entry, &p.line_start, &p.line_end);
	/* What lies in a directory, or is followed in a repository, is nobody's release. */
	bool released = toml_get(d, entry, "path") == TOML_NONE;
	if (p.version.n == 0 && released && toml_get(d, entry, "git-tree-sha1") == TOML_NONE)
		p.version = m->julia;
	if (p.version.n == 0 || !released)
		return 0;
	if (uuid.n) {
		struct inv_attribute *place = lc_vec_push(m->lock->arena, &p.attributes);
		if (!place)
			return lc_arena_err(m->lock->arena);
		*place = attribute;
	}
	int r = lock_add(m->lock, &p, &package);
	return r || !package || uuid.n == 0 ? r : lc_map_put(&m->by_uuid, uuid, package);
}

static int connect(struct manifest *m, toml_ref entry)
{
	const struct toml_doc *d = &m->lock->toml;
	struct inv_package *from = lc_map_get(&m->by_uuid, toml_get_str(d, entry, "uuid"));
	toml_ref needs = toml_get(d, entry, "deps");
	bool table = toml_type_of(d, needs) == TOML_TABLE;
	int r = 0;
	for (toml_ref i = toml_first(d, needs); from && i != TOML_NONE && r == 0;
	     i = toml_next(d, i)) {
		const struct inv_package *on = NULL;
		if (table)
			on = lc_map_get(&m->by_uuid, toml_str(d, i));
		else
			r = lock_depends(m->lock, from, toml_str(d, i));
		if (on)
			r = packages_depend(&m->lock->packages, from, on);
	}
	return r;
}

/* Every list of tables is the entries of a name; all else says something of the file. */
static int each_entry(struct manifest *m, toml_ref all, bool connects)
{
	const struct toml_doc *d = &m->lock->toml;
	int r = 0;
	for (toml_ref i = toml_first(d, all); i != TOML_NONE && r == 0; i = toml_next(d, i)) {
		if (toml_type_of(d, i) != TOML_ARRAY)
			continue;
		for (toml_ref k = toml_first(d, i); k != TOML_NONE && r == 0; k = toml_next(d, k))
			r = connects ? connect(m, k) : read_entry(m, toml_key(d, i), k);
	}
	return r;
}

static int ask_project(struct lock *l)
{
	struct toml_doc d;
	const struct document doc = document_beside(
		l->file, inv_kept_beside(l->file->kept, l->file->path, LC_S("Project.toml")),
		"Project.toml", l->out);
	int r = document_toml(&doc, &d);
	toml_ref deps = toml_get(&d, toml_root(&d), "deps");
	for (toml_ref i = toml_first(&d, deps); i != TOML_NONE && r == 0; i = toml_next(&d, i))
		r = lock_asks(l, toml_key(&d, i));
	return r;
}

static int read_lock(struct lock *l)
{
	const struct toml_doc *d = &l->toml;
	toml_ref root = toml_root(d);
	struct manifest m = { .lock = l, .julia = toml_get_str(d, root, "julia_version") };
	bool first = toml_get(d, root, "manifest_format") == TOML_NONE;
	toml_ref all = first ? root : toml_get(d, root, "deps");
	int r = 0;
	if (all != TOML_NONE && toml_type_of(d, all) != TOML_TABLE)
		return inv_sink_trouble(l->out, INV_MALFORMED, "deps are not a table");
	r = each_entry(&m, all, false);
	r = r ? r : each_entry(&m, all, true);
	lc_map_done(&m.by_uuid);
	return r ? r : ask_project(l);
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_toml(f, out, e, "julia", read_lock);
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_NAME, .text = "Manifest.toml" },
	{ .kind = INV_WANT_NAME, .text = "Project.toml", .beside = true },
};

const struct inv_analyser inv_julia_manifest = {
	.name = "julia",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED | INSTALLED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.together = true,
	.parse = parse,
};
