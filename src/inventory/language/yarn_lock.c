/*
 * yarn's lock files. Source: yarn 1's lockfile parser; berry's documentation of lock files.
 *
 *	classic                              berry (YAML, written in one way)
 *	"a@^1", a@~1.2:                      "a@npm:^1, a@npm:~1.2":
 *	  version "1.2.3"                      version: 1.2.3
 *	  resolved "https://…"                 resolution: "a@npm:1.2.3"
 *	  dependencies:                        dependencies:
 *	    b "^2"                               b: "npm:^2"
 *
 * Both are read line by line, so what stands before and behind a broken entry counts. The manifest
 * beside (package.json), and those of the workspaces that it names, say what is asked for.
 */
#include <stdio.h>

#include "inventory/glob.h"
#include "inventory/language/analysers.h"
#include "inventory/language/npm.h"

#define MANIFEST "package.json"

/* One entry, as far as it was read. */
struct entry {
	struct lc_slice patterns; /* the line that begins it */
	struct lc_slice version, resolution;
	struct lc_slices needs; /* name and range in turn */
	uint32_t line, last;
	bool grouped; /* the lines that come name dependencies */
};

/* What an entry came to. */
struct resolved {
	struct inv_package *package; /* NULL: the project's own */
	struct lc_slices needs;
};

struct yarn_lock {
	const struct inv_file *file;
	struct inv_sink *out;
	struct packages packages;
	struct lc_map by_pattern; /* "name@range" -> struct inv_package */
	struct lc_map by_name;    /* -> struct inv_package, the first of the name */
	struct {
		struct resolved *v;
		size_t n, room;
	} entries;
	struct entry entry;
};

/* ---- words ---- */

static struct lc_slice unquoted(struct lc_slice s)
{
	s = lc_trim(s);
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		return lc_sub(s, 1, s.n - 2);
	return s;
}

/* 'a "b"', 'a: b' or '"a": b' */
static bool split_pair(struct lc_slice s, struct lc_slice *ret_key, struct lc_slice *ret_value)
{
	size_t end;
	if (lc_starts(s, LC_S("\""))) {
		end = lc_find(lc_skip(s, 1), '"');
		end = end == SIZE_MAX ? end : end + 2;
	} else {
		end = lc_find(s, ' ');
		size_t colon = lc_find(s, ':');
		if (colon != SIZE_MAX && (end == SIZE_MAX || colon + 1 == end))
			end = colon;
	}
	if (end == SIZE_MAX || end > s.n)
		return false;
	*ret_key = unquoted(lc_sub(s, 0, end));
	s = lc_skip(s, end);
	(void)lc_chop_prefix(&s, LC_S(":"));
	*ret_value = unquoted(s);
	return ret_key->n > 0;
}

/* A range without the protocol of the registry: "npm:^1" and "^1" are the same. */
static struct lc_slice plain_range(struct lc_slice range)
{
	(void)lc_chop_prefix(&range, LC_S("npm:"));
	return range;
}

static bool is_own(struct lc_slice range)
{
	static const struct lc_slice protocols[] = {
		LC_S_INIT("workspace:"), LC_S_INIT("link:"), LC_S_INIT("portal:"),
		LC_S_INIT("file:"),      LC_S_INIT("./"),    LC_S_INIT("../"),
	};
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (lc_starts(range, protocols[i]))
			return true;
	}
	return false;
}

static int pattern_key(struct yarn_lock *y, struct lc_slice name, struct lc_slice range,
		       struct lc_slice *ret)
{
	range = plain_range(range);
	struct lc_buf b;
	lc_buf_init(&b, name.n + range.n + 1);
	(void)lc_buf_slice(&b, name); /* sticky: looked at below */
	(void)lc_buf_byte(&b, '@');
	(void)lc_buf_slice(&b, range);
	int r = lc_buf_err(&b);
	r = r ? r : lc_arena_dup(y->file->scratch, lc_buf_get(&b), ret);
	lc_buf_done(&b);
	return r;
}

/* ---- entries ---- */

/* The next of '"a@^1", b@^2' or '"a@^1, b@^2"'. */
static bool next_pattern(struct lc_slice *rest, struct lc_slice *ret)
{
	if (rest->n == 0)
		return false;
	size_t end = lc_find_slice(*rest, LC_S(", "));
	*ret = lc_sub(*rest, 0, end == SIZE_MAX ? rest->n : end);
	*rest = lc_skip(*rest, end == SIZE_MAX ? rest->n : end + 2);
	(void)lc_chop_prefix(ret, LC_S("\""));
	(void)lc_chop_suffix(ret, LC_S("\""));
	return true;
}

/* The name that the registry knows: berry says which, classic's aliases name it in the range. */
static void real_name(const struct entry *e, struct lc_slice name, struct lc_slice range,
		      struct lc_slice *ret)
{
	struct lc_slice real;
	struct lc_slice rest;
	*ret = name;
	if (npm_split(e->resolution, &real, &rest))
		*ret = real;
	else if (npm_alias(range, &real, &rest))
		*ret = real;
}

static int put_patterns(struct yarn_lock *y, const struct entry *e, struct inv_package *package)
{
	struct lc_slice rest = e->patterns;
	struct lc_slice pattern;
	int r = 0;
	while (r == 0 && next_pattern(&rest, &pattern)) {
		struct lc_slice name;
		struct lc_slice range;
		struct lc_slice key;
		if (!npm_split(pattern, &name, &range))
			continue;
		r = pattern_key(y, name, range, &key);
		r = r ? r : lc_map_add(&y->by_pattern, key, package, NULL);
		r = r ? r : lc_map_add(&y->by_name, name, package, NULL);
	}
	return r;
}

static int bad(struct yarn_lock *y, const char *what)
{
	return inv_sink_trouble(y->out, INV_MALFORMED, "line %u: %s", y->entry.line, what);
}

static int end_entry(struct yarn_lock *y)
{
	const struct entry *e = &y->entry;
	struct lc_slice rest = e->patterns;
	struct lc_slice pattern;
	struct lc_slice name;
	struct lc_slice range;
	struct inv_package *package = NULL;
	int r = 0;
	if (!next_pattern(&rest, &pattern) || lc_eq(pattern, LC_S("__metadata")))
		return 0;
	if (!npm_split(pattern, &name, &range))
		return bad(y, "entry without a name and a range");
	bool own = is_own(range);
	if (!own && e->version.n == 0)
		return bad(y, "entry without a version");
	if (!own) {
		struct inv_package p = { .type = LC_S("yarn"),
					 .version = e->version,
					 .line_start = e->line,
					 .line_end = e->last };
		real_name(e, name, range, &p.name);
		r = packages_add(&y->packages, &p, &package);
	}
	struct resolved *place = r ? NULL : lc_vec_push(y->file->scratch, &y->entries);
	if (!place)
		return r ? r : lc_arena_err(y->file->scratch);
	*place = (struct resolved){ package, e->needs };
	return package ? put_patterns(y, e, package) : 0;
}

/* ---- lines ---- */

static int read_need(struct yarn_lock *y, struct lc_slice line)
{
	struct lc_slice pair[2];
	if (!split_pair(line, &pair[0], &pair[1]))
		return inv_sink_trouble(y->out, INV_MALFORMED, "line %u: no name and range",
					y->entry.last);
	for (size_t i = 0; i < 2; i++) {
		struct lc_slice *place = lc_vec_push(y->file->scratch, &y->entry.needs);
		if (!place)
			return lc_arena_err(y->file->scratch);
		*place = pair[i];
	}
	return 0;
}

static int read_field(struct yarn_lock *y, struct lc_slice line)
{
	struct lc_slice key;
	struct lc_slice value;
	y->entry.grouped =
		lc_eq(line, LC_S("dependencies:")) || lc_eq(line, LC_S("optionalDependencies:"));
	if (!split_pair(line, &key, &value))
		return 0;
	if (lc_eq(key, LC_S("version")))
		y->entry.version = value;
	else if (lc_eq(key, LC_S("resolution")))
		y->entry.resolution = value;
	return 0;
}

static int read_line(struct yarn_lock *y, struct lc_slice line, uint32_t number)
{
	size_t indent = 0;
	while (indent < line.n && line.p[indent] == ' ')
		indent++;
	struct lc_slice text = lc_trim(lc_skip(line, indent));
	if (text.n == 0 || text.p[0] == '#')
		return 0;
	if (indent > 0 && y->entry.patterns.n == 0)
		return 0; /* below what was told of already */
	if (indent > 0)
		y->entry.last = number;
	if (indent >= 4)
		return y->entry.grouped ? read_need(y, text) : 0;
	if (indent > 0)
		return read_field(y, text);
	int r = end_entry(y);
	y->entry = (struct entry){ .line = number, .last = number };
	if (!lc_chop_suffix(&text, LC_S(":")))
		return r ? r : bad(y, "not the start of an entry");
	y->entry.patterns = text;
	return r;
}

static int read_lines(struct yarn_lock *y)
{
	struct lc_slice rest = y->file->bytes;
	struct lc_slice line;
	int r = 0;
	for (uint32_t number = 1; r == 0 && lc_line(&rest, &line); number++)
		r = read_line(y, line, number);
	return r ? r : end_entry(y);
}

/* ---- what depends on what ---- */

static struct inv_package *find(struct yarn_lock *y, struct lc_slice name, struct lc_slice range,
				int *ret_r)
{
	struct lc_slice key;
	*ret_r = pattern_key(y, name, range, &key);
	return *ret_r ? NULL : lc_map_get(&y->by_pattern, key);
}

static int resolve(struct yarn_lock *y)
{
	int r = 0;
	for (size_t i = 0; i < y->entries.n && r == 0; i++) {
		const struct resolved *e = &y->entries.v[i];
		for (size_t k = 0; k + 1 < e->needs.n && r == 0; k += 2) {
			struct inv_package *on = find(y, e->needs.v[k], e->needs.v[k + 1], &r);
			if (on && e->package)
				r = packages_depend(&y->packages, e->package, on);
			else if (on) /* of a workspace, as berry lists them */
				on->relationship = INV_REL_DIRECT;
		}
	}
	return r;
}

/* ---- manifests ---- */

/* Asked for at run time by one manifest and for development by another: at run time. */
static void ask_for(struct inv_package *p, bool dev)
{
	if (p->relationship != INV_REL_DIRECT)
		p->flags |= dev ? INV_DEV : 0;
	else if (!dev)
		p->flags &= ~(unsigned)INV_DEV;
	p->relationship = INV_REL_DIRECT;
}

static int read_group(struct yarn_lock *y, const struct json_doc *d, enum npm_group g,
		      struct inv_package *own)
{
	int r = 0;
	json_each(d, json_get(d, json_root(d), npm_group_key(g)), i) {
		struct inv_package *on = find(y, json_key(d, i), json_str(d, i), &r);
		if (r)
			return r;
		if (!on && !is_own(json_str(d, i))) /* its range was overridden ("resolutions") */
			on = lc_map_get(&y->by_name, json_key(d, i));
		if (!on)
			continue;
		ask_for(on, g == NPM_DEV);
		r = own ? packages_depend(&y->packages, own, on) : 0;
		if (r)
			return r;
	}
	return 0;
}

static int read_manifest(struct yarn_lock *y, const struct inv_kept *kept,
			 enum inv_relationship relationship, struct json_doc *d)
{
	char name[LC_QUOTE_MAX + sizeof(MANIFEST)];
	(void)snprintf(name, sizeof(name), "%s", lc_quote(kept->path).s); /* fits */
	const struct document doc = document_beside(y->file, kept, name, y->out);
	int r = document_json(&doc, JSON_LENIENT, d);
	if (r || d->count == 0)
		return r;
	struct inv_package p = {
		.type = LC_S("yarn"),
		.name = json_get_str(d, json_root(d), "name"),
		.version = json_get_str(d, json_root(d), "version"),
		.relationship = relationship,
	};
	struct inv_package *own = NULL;
	r = npm_licences(d, json_root(d), y->file->scratch, &p.licences);
	if (r == 0 && p.version.n)
		r = packages_add(&y->packages, &p, &own);
	for (int g = 0; g < NPM_GROUP_N && r == 0; g++)
		r = read_group(y, d, (enum npm_group)g, own);
	return r;
}

enum { WORKSPACES_MAX = 1024 }; /* globs that each directory is compared with */

static bool is_workspace(const struct json_doc *d, struct lc_slice dir)
{
	size_t n = 0;
	json_each(d, npm_workspaces(d, json_root(d)), i) {
		struct lc_slice glob = json_str(d, i);
		if (n++ == WORKSPACES_MAX)
			break;
		while (lc_chop_prefix(&glob, LC_S("./")) || lc_chop_suffix(&glob, LC_S("/")))
			;
		if (glob.n && glob_valid(glob) && glob_match(glob, dir))
			return true;
	}
	return false;
}

static int read_workspaces(struct yarn_lock *y, const struct json_doc *root)
{
	struct lc_slice dir = lc_path_dir(y->file->path);
	const struct inv_kept *kept;
	size_t at = 0;
	int r = 0;
	if (json_count(root, npm_workspaces(root, json_root(root))) == 0)
		return 0;
	while (r == 0 && (kept = inv_kept_next(y->file->kept, dir, &at))) {
		struct lc_slice path = lc_skip(kept->path, dir.n ? dir.n + 1 : 0);
		struct json_doc d;
		if (lc_chop_suffix(&path, LC_S("/" MANIFEST)) && is_workspace(root, path))
			r = read_manifest(y, kept, INV_REL_WORKSPACE, &d);
	}
	return r;
}

static int read_manifests(struct yarn_lock *y)
{
	struct json_doc root;
	const struct inv_kept *kept = inv_kept_beside(y->file->kept, y->file->path, LC_S(MANIFEST));
	if (!kept)
		return 0;
	int r = read_manifest(y, kept, INV_REL_ROOT, &root);
	if (r || root.count == 0)
		return r;
	r = read_workspaces(y, &root);
	return r ? r : packages_spread(&y->packages);
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct yarn_lock y = { .file = f, .out = out };
	packages_init(&y.packages, f->scratch, out);
	int r = read_lines(&y);
	r = r ? r : resolve(&y);
	r = r ? r : read_manifests(&y);
	r = r ? r : packages_put(&y.packages);
	packages_done(&y.packages);
	lc_map_done(&y.by_pattern);
	lc_map_done(&y.by_name);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_NAME, .text = "yarn.lock", .outside = "node_modules" },
	{ .kind = INV_WANT_NAME, .text = MANIFEST, .outside = "node_modules", .beside = true },
};

const struct inv_analyser inv_yarn_lock = {
	.name = "yarn",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.together = true,
	.parse = parse,
};
