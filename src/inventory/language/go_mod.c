/*
 * Go's go.mod. Source: Go Modules Reference, go.mod files.
 *
 *	module PATH
 *	go 1.22.0
 *	require PATH VERSION // indirect
 *	require ( … )                      one a line; the same for the others
 *	replace PATH [VERSION] => PATH [VERSION]
 *	exclude PATH VERSION
 *	toolchain go1.22.4
 *
 * Since Go 1.21 go and toolchain say which Go is the least to build it with; which one it will be
 * nobody knows, so a comprehensive scan alone takes that one's library for the program's.
 *
 * A workspace above (go.work) that uses the module replaces for all of its modules:
 *
 *	use ./module
 *	replace PATH [VERSION] => PATH [VERSION]
 *
 * Before Go 1.17 what is needed indirectly stands in go.sum alone, which lists all that was ever
 * looked at: of a module the highest version there is the one that can be meant.
 */
#include "base/vec.h"
#include "inventory/binary/go.h"
#include "inventory/language/analysers.h"
#include "inventory/language/packages.h"
#include "version/version.h"

#define SUM  "go.sum"
#define WORK "go.work"

enum { WORK_BYTES_MAX = 64 << 10 }; /* it is read again for each of its modules */

struct replacement {
	struct lc_slice new_path, new_version;
	uint32_t line;
};

struct go_mod {
	const struct inv_file *file;
	struct inv_sink *out;
	struct packages packages;
	struct lc_map replacements; /* replaced_key() -> struct replacement */
	struct {
		struct inv_package *v;
		size_t n, room;
	} required;
	struct lc_map names; /* of those that are required */
	struct lc_slice module, go, toolchain;
	struct lc_slices uses; /* of a workspace: directories of its modules */
	bool quiet;            /* read again for each of them: not told of */
	uint32_t module_line, go_line, toolchain_line;
};

/* ---- words ---- */

/* Up to a comment, which is given as well. */
static struct lc_slice without_comment(struct lc_slice line, struct lc_slice *ret_comment)
{
	size_t at = lc_find_slice(line, LC_S("//"));
	*ret_comment = at == SIZE_MAX ? LC_S("") : lc_trim(lc_skip(line, at + 2));
	return lc_trim(lc_sub(line, 0, at == SIZE_MAX ? line.n : at));
}

/* The next word; quotes are taken off. */
static struct lc_slice next_word(struct lc_slice *rest)
{
	size_t n = 0;
	struct lc_slice word;
	*rest = lc_trim(*rest);
	uint8_t quote = rest->n && (rest->p[0] == '"' || rest->p[0] == '`') ? rest->p[0] : 0;
	if (quote) {
		size_t end = lc_find(lc_skip(*rest, 1), quote);
		word = lc_sub(*rest, 1, end);
		*rest = lc_skip(*rest, end == SIZE_MAX ? rest->n : end + 2);
		return word;
	}
	while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
		n++;
	word = lc_sub(*rest, 0, n);
	*rest = lc_skip(*rest, n);
	return word;
}

static int broken(const struct go_mod *g, uint32_t line, const char *what)
{
	return g->quiet ? 0 : inv_sink_trouble(g->out, INV_MALFORMED, "line %u: %s", line, what);
}

/* ---- directives ---- */

static int read_require(struct go_mod *g, struct lc_slice rest, struct lc_slice comment,
			uint32_t line)
{
	struct lc_slice path = next_word(&rest);
	struct lc_slice version = next_word(&rest);
	if (path.n == 0 || version.n == 0)
		return broken(g, line, "require without a path and a version");
	struct inv_package *p = lc_vec_push(g->file->scratch, &g->required);
	if (!p)
		return lc_arena_err(g->file->scratch);
	bool indirect = lc_starts(comment, LC_S("indirect"));
	*p = (struct inv_package){
		.type = LC_S("gomod"),
		.name = path,
		.version = version,
		.relationship = indirect ? INV_REL_INDIRECT : INV_REL_DIRECT,
		.line_start = line,
		.line_end = line,
	};
	return lc_map_put(&g->names, path, g);
}

/* Words have no line ends. An empty version is any. */
static struct lc_slice replaced_key(const struct go_mod *g, struct lc_slice path,
				    struct lc_slice version)
{
	return lc_arena_fmt(g->file->scratch, "%.*s\n%.*s", LC_FMT(path), LC_FMT(version));
}

static int read_replace(struct go_mod *g, struct lc_slice rest, uint32_t line)
{
	struct replacement r = { .line = line };
	struct lc_slice path = next_word(&rest);
	struct lc_slice word = next_word(&rest);
	struct lc_slice version = LC_S("");
	if (!lc_eq(word, LC_S("=>"))) {
		version = word;
		word = next_word(&rest);
	}
	r.new_path = next_word(&rest);
	r.new_version = next_word(&rest);
	if (!lc_eq(word, LC_S("=>")) || path.n == 0 || r.new_path.n == 0)
		return broken(g, line, "replace that does not say what by what");
	struct replacement *place = lc_new(g->file->scratch, struct replacement);
	struct lc_slice key = replaced_key(g, path, version);
	if (!place || !key.p)
		return lc_arena_err(g->file->scratch);
	*place = r;
	return lc_map_put(&g->replacements, key, place);
}

static int read_directive(struct go_mod *g, struct lc_slice verb, struct lc_slice rest,
			  struct lc_slice comment, uint32_t line)
{
	if (lc_eq(verb, LC_S("require")))
		return read_require(g, rest, comment, line);
	if (lc_eq(verb, LC_S("replace")))
		return read_replace(g, rest, line);
	if (lc_eq(verb, LC_S("use"))) {
		struct lc_slice *place = lc_vec_push(g->file->scratch, &g->uses);
		if (!place)
			return lc_arena_err(g->file->scratch);
		*place = next_word(&rest);
	} else if (lc_eq(verb, LC_S("module"))) {
		g->module = next_word(&rest);
		g->module_line = line;
	} else if (lc_eq(verb, LC_S("go"))) {
		g->go = next_word(&rest);
		g->go_line = line;
	} else if (lc_eq(verb, LC_S("toolchain"))) {
		g->toolchain = next_word(&rest);
		g->toolchain_line = line;
	}
	return 0;
}

static int read_lines(struct go_mod *g, struct lc_slice rest)
{
	struct lc_slice text;
	struct lc_slice block = LC_S("");
	int r = 0;
	for (uint32_t line = 1; r == 0 && lc_line(&rest, &text); line++) {
		struct lc_slice comment;
		text = without_comment(text, &comment);
		if (text.n == 0)
			continue;
		if (lc_eq(text, LC_S(")"))) {
			block = LC_S("");
			continue;
		}
		struct lc_slice verb = block.n ? block : next_word(&text);
		if (!block.n && lc_eq(lc_trim(text), LC_S("(")))
			block = verb;
		else
			r = read_directive(g, verb, text, comment, line);
	}
	if (r == 0 && block.n && !g->quiet)
		r = inv_sink_trouble(g->out, INV_TRUNCATED, "block of %s does not end",
				     lc_quote(block).s);
	return r;
}

/* ---- what counts ---- */

static bool is_local(struct lc_slice path)
{
	return lc_starts(path, LC_S("./")) || lc_starts(path, LC_S("../")) ||
	       lc_starts(path, LC_S("/")) || lc_eq(path, LC_S(".")) || lc_eq(path, LC_S(".."));
}

/* The one of this version goes before the one of any. */
static int find_replacement(const struct go_mod *g, const struct inv_package *p,
			    const struct replacement **ret)
{
	struct lc_slice this = replaced_key(g, p->name, p->version);
	struct lc_slice any = replaced_key(g, p->name, LC_S(""));
	if (!this.p || !any.p)
		return lc_arena_err(g->file->scratch);
	*ret = lc_map_get(&g->replacements, this);
	*ret = *ret ? *ret : lc_map_get(&g->replacements, any);
	return 0;
}

static int add_required(struct go_mod *g)
{
	int r = 0;
	for (size_t i = 0; i < g->required.n && r == 0; i++) {
		struct inv_package p = g->required.v[i];
		const struct replacement *by = NULL;
		r = g->replacements.n ? find_replacement(g, &p, &by) : 0;
		if (by && is_local(by->new_path))
			continue; /* the project's own */
		if (by) {
			p.name = by->new_path;
			p.version = by->new_version.n ? by->new_version : p.version;
			if (by->line)
				p.line_start = p.line_end = by->line;
		}
		r = r ? r : packages_add(&g->packages, &p, NULL);
	}
	return r;
}

/* ---- go.work ---- */

static bool is_used(const struct go_mod *work, struct lc_slice dir)
{
	for (size_t i = 0; i < work->uses.n; i++) {
		struct lc_slice use = work->uses.v[i];
		(void)lc_chop_prefix(&use, LC_S("./"));
		(void)lc_chop_suffix(&use, LC_S("/"));
		if (lc_eq(use, dir) || (dir.n == 0 && lc_eq(use, LC_S("."))))
			return true;
	}
	return false;
}

/* The nearest one above; p NULL out of memory. */
static const struct inv_kept *find_workspace(const struct go_mod *g, struct lc_slice *dir)
{
	const struct inv_kept *kept = NULL;
	struct lc_slice path = LC_S("");
	for (bool more = true; more && !kept && path.p; *dir = kept ? *dir : lc_path_dir(*dir)) {
		more = dir->n > 0;
		path = more ? lc_arena_fmt(g->file->scratch, "%.*s/" WORK, LC_FMT(*dir))
			    : LC_S(WORK);
		kept = path.p ? inv_kept_at(g->file->kept, path) : NULL;
	}
	return kept;
}

static int add_workspace(struct go_mod *g)
{
	struct go_mod work = { .file = g->file, .out = g->out, .quiet = true };
	struct lc_slice own = lc_path_dir(g->file->path);
	struct lc_slice dir = own;
	const struct inv_kept *kept = g->file->kept ? find_workspace(g, &dir) : NULL;
	if (!kept || kept->content.mem.n > WORK_BYTES_MAX)
		return g->file->scratch->err ? lc_arena_err(g->file->scratch) : 0;
	int r = read_lines(&work, kept->content.mem);
	own = lc_skip(own, dir.n + (dir.n && own.n > dir.n));
	bool used = is_used(&work, own);
	for (size_t i = 0; i < work.replacements.n && r == 0 && used; i++) {
		struct replacement *by = work.replacements.items[i].value;
		by->line = 0; /* of another file */
		r = lc_map_put(&g->replacements, work.replacements.items[i].key, by);
	}
	lc_map_done(&work.replacements);
	lc_map_done(&work.names);
	return r;
}

/* ---- go.sum ---- */

/* Of "go 1.16"; none is older than all. */
static bool is_before(const struct go_mod *g, struct lc_slice version)
{
	int c = 0;
	if (g->go.n == 0)
		return true;
	return version_cmp(VERSION_GENERIC, g->go, version, &c) == 0 && c < 0;
}

struct sum {
	struct lc_map highest; /* path -> struct inv_package */
	struct lc_arena *arena;
};

/* "PATH VERSION h1:…", and "PATH VERSION/go.mod h1:…", which is not used. */
static int read_sum_line(struct sum *s, struct lc_slice line)
{
	struct lc_slice path = next_word(&line);
	struct lc_slice version = next_word(&line);
	int c = 0;
	if (path.n == 0 || version.n == 0 || lc_ends(version, LC_S("/go.mod")))
		return 0;
	struct inv_package *p = lc_map_get(&s->highest, path);
	if (p) {
		if (version_cmp(VERSION_GO, p->version, version, &c) == 0 && c < 0)
			p->version = version;
		return 0;
	}
	p = lc_new(s->arena, struct inv_package);
	if (!p)
		return lc_arena_err(s->arena);
	*p = (struct inv_package){
		.type = LC_S("gomod"),
		.name = path,
		.version = version,
		.relationship = INV_REL_INDIRECT,
	};
	return lc_map_put(&s->highest, path, p);
}

static int add_sum(struct go_mod *g)
{
	const struct inv_kept *kept = inv_kept_beside(g->file->kept, g->file->path, LC_S(SUM));
	struct sum s = { .arena = g->file->scratch };
	struct lc_slice rest = kept ? kept->content.mem : LC_S("");
	struct lc_slice line;
	int r = 0;
	if (!is_before(g, LC_S("1.17")))
		return 0; /* what is needed indirectly is in the file itself */
	while (r == 0 && lc_line(&rest, &line))
		r = read_sum_line(&s, line);
	for (size_t i = 0; i < s.highest.n && r == 0; i++) {
		struct inv_package *p = s.highest.items[i].value;
		if (lc_map_has(&g->names, p->name) || lc_eq(p->name, g->module))
			continue;
		struct inv_package *place = lc_vec_push(g->file->scratch, &g->required);
		if (!place)
			r = lc_arena_err(g->file->scratch);
		else
			*place = *p;
	}
	lc_map_done(&s.highest);
	return r;
}

/* ---- the library of Go itself ---- */

static int add_library(struct go_mod *g)
{
	struct lc_arena *a = g->file->scratch;
	bool stated = g->toolchain.n && !lc_eq(g->toolchain, LC_S("default"));
	uint32_t line = stated ? g->toolchain_line : g->go_line;
	struct inv_package p = {
		.type = LC_S("gomod"),
		.name = LC_S("stdlib"),
		.relationship = INV_REL_DIRECT,
		.line_start = line,
		.line_end = line,
	};
	if (!g->file->options->comprehensive || is_before(g, LC_S("1.21")))
		return 0;
	struct lc_slice least = stated ? g->toolchain : lc_arena_fmt(a, "go%.*s", LC_FMT(g->go));
	p.version = go_toolchain_version(least, a);
	if (a->err)
		return lc_arena_err(a);
	return p.version.n ? packages_add(&g->packages, &p, NULL) : 0;
}

/* ---- all ---- */

static int add_project(struct go_mod *g)
{
	struct inv_package p = {
		.type = LC_S("gomod"),
		.name = g->module,
		.relationship = INV_REL_ROOT,
		.line_start = g->module_line,
		.line_end = g->module_line,
	};
	struct inv_package *root;
	int r = packages_add(&g->packages, &p, &root);
	for (size_t i = 0; r == 0 && root && i < packages_count(&g->packages); i++) {
		const struct inv_package *on = packages_at(&g->packages, i);
		if (on->relationship == INV_REL_DIRECT)
			r = packages_depend(&g->packages, root, on);
	}
	return r;
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct go_mod g = { .file = f, .out = out };
	packages_init(&g.packages, f->scratch, out);
	int r = read_lines(&g, f->bytes);
	r = r ? r : add_workspace(&g);
	r = r ? r : add_sum(&g);
	r = r ? r : add_required(&g);
	r = r ? r : add_library(&g);
	r = r ? r : add_project(&g);
	r = r ? r : packages_put(&g.packages);
	packages_done(&g.packages);
	lc_map_done(&g.replacements);
	lc_map_done(&g.names);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_NAME, .text = "go.mod", .outside = "vendor" },
	{ .kind = INV_WANT_NAME, .text = SUM, .outside = "vendor", .beside = true },
	{ .kind = INV_WANT_NAME, .text = WORK, .outside = "vendor", .beside = true },
};

const struct inv_analyser inv_go_mod = {
	.name = "gomod",
	.version = 2,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.together = true,
	.parse = parse,
};
