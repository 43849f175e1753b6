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

enum { KEY_BYTES_MAX = 4096 };

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
	if (!lc_chop_prefix(&version, LC_S("workspace:")))
		return JSON_NONE;
	return json_get_slice(&b->doc, json_get(&b->doc, json_root(&b->doc), "workspaces"),
			      version);
}

static bool is_own(struct lc_slice version)
{
	return lc_starts(version, LC_S("workspace:")) || lc_starts(version, LC_S("link:")) ||
	       lc_starts(version, LC_S("file:")) || lc_starts(version, LC_S("root:"));
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
	    json_key(d, entry).n > KEY_BYTES_MAX)
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
	return r ? r : lc_map_put(&b->places, json_key(d, entry), place);
}

/* ---- what depends on what ---- */

/* Below the key, or the nearest above. */
static const struct bun_place *find_from(const struct bun_lock *b, struct lc_slice key,
					 struct lc_slice name)
{
	uint8_t text[2 * KEY_BYTES_MAX];
	if (name.n >= KEY_BYTES_MAX)
		return NULL;
	for (;;) {
		struct lc_buf buf = { .p = text, .room = sizeof(text), .max = sizeof(text) };
		(void)lc_buf_slice(&buf, key); /* fits */
		(void)lc_buf_str(&buf, key.n ? "/" : "");
		(void)lc_buf_slice(&buf, name);
		const struct bun_place *p = lc_map_get(&b->places, lc_buf_get(&buf));
		if (p || key.n == 0)
			return p;
		size_t slash = lc_rfind(key, '/');
		key = lc_sub(key, 0, slash == SIZE_MAX ? 0 : slash);
	}
}

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
	int r = 0;
	for (int g = 0; g < (own ? NPM_GROUP_N : NPM_DEV); g++) {
		json_each(d, json_get(d, info, npm_group_key((enum npm_group)g)), i) {
			const struct bun_place *on = find_from(b, key, json_key(d, i));
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
	for (json_ref i = json_first(d, packages); i != JSON_NONE && r == 0; i = json_next(d, i))
		r = read_entry(b, i);
	r = r ? r : resolve(b);
	r = r ? r : packages_spread(&b->packages);
	return r ? r : packages_put(&b->packages);
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct bun_lock b = { .file = f, .out = out };
	const struct document doc = document_of(f, out);
	packages_init(&b.packages, f->scratch, out);
	int r = document_json(&doc, JSON_LENIENT, &b.doc);
	r = r ? r : read_lock(&b);
	packages_done(&b.packages);
	lc_map_done(&b.places);
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
