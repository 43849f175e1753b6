/*
 * bun's lock file as text, bun.lock: JSON with comments and commas at ends. Source: bun's
 * documentation, bun.lock.
 *
 *	"workspaces": { "": { "name", "dependencies": { NAME: RANGE }, "devDependencies", … },
 *	                "DIRECTORY": { … } },
 *	"packages": { "a": ["a@1.2.3", "registry", { "dependencies": { … } }, "sha512-…"],
 *	              "a/b": ["b@2.0.0", …],     what a has below it
 *	              "w": ["w@workspace:DIRECTORY"] }
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lines.h"
#include "inventory/language/npm.h"
#include "inventory/language/npm_places.h"

struct bun_place {
	json_ref info; /* the object of an entry, or of a workspace */
	struct inv_package *package;
};

struct bun_lock {
	const struct inv_file *file;
	struct inv_sink *out;
	struct json_doc doc;
	struct lines lines;
	struct packages packages;
	struct lc_map places; /* key -> struct bun_place */
	struct npm_places tree;
	struct lc_map workspaces; /* directory -> its object's index + 1 */
};

/* ---- entries ---- */

static json_ref info_of(const struct json_doc *d, json_ref entry)
{
	json_each(d, entry, i) {
		if (json_type_of(d, i) == JSON_OBJECT)
			return i;
	}
	return JSON_NONE;
}

/* The workspace that an entry stands for: name and version are its own. */
static json_ref workspace_of(const struct bun_lock *b, struct lc_slice version)
{
	uintptr_t at = 0;
	if (lc_chop_prefix(&version, LC_S("workspace:")))
		at = (uintptr_t)lc_map_get(&b->workspaces, version);
	return at ? (json_ref)(at - 1) : JSON_NONE;
}

static int index_workspaces(struct bun_lock *b)
{
	const struct json_doc *d = &b->doc;
	json_ref list = json_get(d, json_root(d), "workspaces");
	int r = 0;
	if (json_type_of(d, list) != JSON_OBJECT)
		return 0;
	for (json_ref i = json_first(d, list); i != JSON_NONE && r == 0; i = json_next(d, i))
		r = lc_map_put(&b->workspaces, json_key(d, i), (void *)((uintptr_t)i + 1));
	return r;
}

static bool is_own(struct lc_slice version)
{
	return lc_starts(version, LC_S("workspace:")) || lc_starts(version, LC_S("link:")) ||
	       lc_starts(version, LC_S("file:")) || lc_starts(version, LC_S("root:"));
}

/* "a/@s/b" lies in "a". */
static int put_place(struct bun_lock *b, struct lc_slice key, struct bun_place *place)
{
	struct lc_slice parent = lc_path_dir(key);
	if (lc_starts(lc_path_name(parent), LC_S("@")))
		parent = lc_path_dir(parent);
	int r = lc_map_put(&b->places, key, place);
	return r ? r
		 : npm_places_add(&b->tree, parent, lc_skip(key, parent.n ? parent.n + 1 : 0),
				  place);
}

static int read_entry(struct bun_lock *b, json_ref entry)
{
	const struct json_doc *d = &b->doc;
	struct inv_lines at = lines_of(&b->lines, json_raw(d, entry));
	struct lc_slice id = json_str(d, json_first(d, entry));
	struct inv_package p = { .type = LC_S("bun"), .line_start = at.start, .line_end = at.end };
	struct bun_place *place = lc_new(b->file->scratch, struct bun_place);
	int r = 0;
	if (!place)
		return lc_arena_err(b->file->scratch);
	if (json_type_of(d, entry) != JSON_ARRAY || !npm_split(id, &p.name, &p.version) ||
	    json_key(d, entry).n > NPM_PATH_MAX)
		return inv_sink_trouble(b->out, INV_MALFORMED,
					"line %u: package without a name and a version", at.start);
	place->info = info_of(d, entry);
	json_ref workspace = workspace_of(b, p.version);
	bool own = is_own(p.version);
	if (workspace != JSON_NONE) {
		place->info = workspace;
		p.version = json_get_str(d, workspace, "version");
		p.relationship = INV_REL_WORKSPACE;
	}
	if (!own || (workspace != JSON_NONE && p.version.n))
		r = packages_add(&b->packages, &p, &place->package);
	return r ? r : put_place(b, json_key(d, entry), place);
}

/* ---- what depends on what ---- */

/* What the project asks for at run time in one place counts so, whatever others say. */
static void ask_for(struct inv_package *p, bool dev)
{
	if (p->relationship == INV_REL_WORKSPACE)
		return;
	if (p->relationship != INV_REL_DIRECT)
		p->flags |= dev ? INV_DEV : 0;
	else if (!dev)
		p->flags &= ~(unsigned)INV_DEV;
	p->relationship = INV_REL_DIRECT;
}

static int depend(struct bun_lock *b, struct lc_slice key, json_ref info, struct inv_package *from,
		  bool own)
{
	const struct json_doc *d = &b->doc;
	struct npm_base *base = npm_places_from(&b->tree, key);
	int r = 0;
	for (int g = 0; g < (own ? NPM_GROUP_N : NPM_DEV); g++) {
		json_each(d, json_get(d, info, npm_group_key((enum npm_group)g)), i) {
			const struct bun_place *on =
				npm_places_find(&b->tree, base, json_key(d, i));
			if (!on || !on->package)
				continue;
			if (own)
				ask_for(on->package, g == NPM_DEV);
			r = from ? packages_depend(&b->packages, from, on->package) : 0;
			if (r)
				return r;
		}
	}
	return 0;
}

static int resolve(struct bun_lock *b)
{
	const struct json_doc *d = &b->doc;
	int r = depend(b, LC_S(""), json_at(d, json_root(d), "workspaces", "", NULL), NULL, true);
	for (size_t i = 0; i < b->places.n && r == 0; i++) {
		const struct bun_place *p = b->places.items[i].value;
		bool own = p->package && p->package->relationship == INV_REL_WORKSPACE;
		r = depend(b, b->places.items[i].key, p->info, p->package, own);
	}
	return r;
}

static int read_lock(struct bun_lock *b)
{
	const struct json_doc *d = &b->doc;
	json_ref packages = json_get(d, json_root(d), "packages");
	int r = lines_init(&b->lines, d->text, b->file->scratch);
	if (d->count && json_type_of(d, json_root(d)) != JSON_OBJECT)
		return inv_sink_trouble(b->out, INV_MALFORMED, "not an object");
	if (packages != JSON_NONE && json_type_of(d, packages) != JSON_OBJECT)
		return inv_sink_trouble(b->out, INV_MALFORMED, "packages are not an object");
	r = r ? r : index_workspaces(b);
	for (json_ref i = json_first(d, packages); i != JSON_NONE && r == 0; i = json_next(d, i))
		r = read_entry(b, i);
	r = r ? r : resolve(b);
	r = r ? r : packages_spread(&b->packages);
	return r ? r : packages_put(&b->packages);
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct bun_lock b = { .file = f, .out = out, .tree = { .arena = f->scratch } };
	const struct document doc = document_of(f, out);
	packages_init(&b.packages, f->scratch, out);
	int r = document_json(&doc, JSON_LENIENT, &b.doc);
	r = r ? r : read_lock(&b);
	packages_done(&b.packages);
	lc_map_done(&b.places);
	npm_places_done(&b.tree);
	lc_map_done(&b.workspaces);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_NAME, .text = "bun.lock", .outside = "node_modules" },
};

const struct inv_analyser inv_bun_lock = {
	.name = "bun",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
