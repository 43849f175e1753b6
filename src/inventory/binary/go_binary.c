/*
 * The modules of a Go program. Source: Go, src/runtime/debug/mod.go.
 *
 *	path TAB example.org/cmd
 *	mod TAB PATH TAB VERSION TAB SUM      the main module
 *	dep TAB PATH TAB VERSION TAB SUM
 *	=> TAB PATH TAB VERSION TAB SUM       what stands for the one before
 *	build TAB KEY=VALUE                   values with spaces in double quotes
 */
#include "base/vec.h"
#include "inventory/binary/go.h"
#include "inventory/binary/go_functions.h"
#include "inventory/package_type.h"

enum { MODULES_MAX = 1 << 14 };

struct module {
	struct lc_slice path, version;
	struct lc_slice new_path, new_version; /* of the replacement */
	bool replaced;
};

struct go_program {
	const struct binary *b;
	struct go_build build;
	struct module main;
	bool has_main;
	bool elsewhere; /* its packages are in another file as well: functions say nothing */
	struct lc_slice flags;
	struct {
		struct module *v;
		size_t n, room;
	} deps;
	struct {
		struct inv_package *v;
		size_t n, room;
	} packages;
	struct lc_err *e;
};

/* ---- reading ---- */

/* A value is quoted as Go quotes; backslashes before quotes are all that matters here. */
static struct lc_slice unquoted(struct lc_slice s, struct lc_arena *a)
{
	if (!lc_chop_prefix(&s, LC_S("\"")) || !lc_chop_suffix(&s, LC_S("\"")))
		return s;
	uint8_t *p = lc_arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; p && i < s.n; i++) {
		i += s.p[i] == '\\' && i + 1 < s.n;
		p[n++] = s.p[i];
	}
	return lc_slice_of(p, n);
}

static void read_setting(struct go_program *g, struct lc_slice line)
{
	struct lc_slice key;
	struct lc_slice value;
	if (!lc_cut(line, '=', &key, &value))
		return;
	if (lc_eq(key, LC_S("-ldflags")))
		g->flags = unquoted(value, g->b->arena);
	else if (lc_eq(key, LC_S("-linkshared")))
		g->elsewhere |= lc_eq(value, LC_S("true"));
	else if (lc_eq(key, LC_S("-buildmode")))
		g->elsewhere |= lc_eq(value, LC_S("plugin")) || lc_eq(value, LC_S("shared"));
}

static bool next_field(struct lc_slice *rest, struct lc_slice *ret)
{
	*ret = LC_S("");
	return rest->p && lc_split(rest, '\t', ret);
}

static int read_line(struct go_program *g, struct lc_slice line, struct module **last)
{
	struct lc_slice kind;
	struct module m = { .path = LC_S("") };
	if (!next_field(&line, &kind))
		return 0;
	if (lc_eq(kind, LC_S("build"))) {
		read_setting(g, line);
		return 0;
	}
	(void)next_field(&line, &m.path); /* empty when they are not there */
	(void)next_field(&line, &m.version);
	if (lc_eq(kind, LC_S("mod"))) {
		g->main = m;
		g->has_main = m.path.n > 0;
		*last = &g->main;
	} else if (lc_eq(kind, LC_S("=>")) && *last) {
		(*last)->replaced = true;
		(*last)->new_path = m.path;
		(*last)->new_version = m.version;
		*last = NULL;
	} else if (lc_eq(kind, LC_S("dep")) && m.path.n) {
		if (g->deps.n >= MODULES_MAX)
			return inv_sink_trouble(g->b->out, INV_TOO_LARGE, "more than %d modules",
						MODULES_MAX);
		*last = lc_vec_push(g->b->arena, &g->deps);
		if (!*last)
			return lc_arena_err(g->b->arena);
		**last = m;
	}
	return 0;
}

static int read_modules(struct go_program *g)
{
	struct lc_slice rest = g->build.modules;
	struct lc_slice line;
	struct module *last = NULL;
	int r = 0;
	while (r == 0 && lc_line(&rest, &line))
		r = read_line(g, line, &last);
	return r;
}

/* ---- versions ---- */

static struct lc_slice known(struct lc_slice version)
{
	return lc_eq(version, LC_S("(devel)")) ? LC_S("") : version;
}

/* v0.0.0-20231012003039-104605ab7028, with whatever follows: made of a commit, nobody's release. */
static bool is_pseudo(struct lc_slice v)
{
	size_t run = 0;
	for (size_t i = 0; i < v.n; i++) {
		if (lc_is_digit(v.p[i])) {
			run++;
			continue;
		}
		if (run == 14 && v.p[i] == '-' && v.n - i > 12)
			return true;
		run = 0;
	}
	return false;
}

/* A release that it was built of, else what its makers had the linker write, else the commit. */
static struct lc_slice main_version(const struct go_program *g)
{
	struct lc_slice version = known(g->main.version);
	if (version.n && !is_pseudo(version))
		return version;
	struct lc_slice set = go_version_of_flags(g->flags, g->main.path, g->b->arena);
	if (set.n == 0)
		return version;
	return lc_starts(set, LC_S("v")) ? set : lc_arena_fmt(g->b->arena, "v%.*s", LC_FMT(set));
}

/* A replacement by a directory has no name and no version that anybody else knows. */
static bool is_local(const struct module *m)
{
	return m->replaced && known(m->new_version).n == 0;
}

static struct lc_slice name_of(const struct module *m)
{
	return m->replaced && !is_local(m) ? m->new_path : m->path;
}

static struct lc_slice version_of(const struct module *m)
{
	if (is_local(m))
		return LC_S("");
	return known(m->replaced ? m->new_version : m->version);
}

/* ---- packages ---- */

static int add(struct go_program *g, struct lc_slice name, struct lc_slice version,
	       enum inv_relationship relationship)
{
	struct inv_package *p = lc_vec_push(g->b->arena, &g->packages);
	if (!p)
		return lc_arena_err(g->b->arena);
	*p = (struct inv_package){
		.type = LC_S("gobinary"),
		.name = name,
		.version = version,
		.relationship = relationship,
	};
	return 0;
}

static int add_stdlib(struct go_program *g)
{
	struct lc_slice v = go_toolchain_version(g->build.version, g->b->arena);
	if (!v.p && g->b->arena->err)
		return g->b->arena->err;
	if (!v.p)
		(void)inv_sink_trouble(g->b->out, INV_UNSUPPORTED, "Go version %s",
				       lc_quote(g->build.version).s); /* the sink keeps it */
	return add(g, LC_S("stdlib"), v.p ? v : LC_S(""), INV_REL_DIRECT);
}

/* The main module needs all the others: which of them by which is not told. */
static int add_needs(struct go_program *g, struct inv_package *main)
{
	for (size_t i = 0; i < g->packages.n; i++) {
		const struct inv_package *p = &g->packages.v[i];
		if (p == main)
			continue;
		struct lc_slice *place = lc_vec_push(g->b->arena, &main->depends_on);
		if (!place)
			return lc_arena_err(g->b->arena);
		*place = package_id(p, g->b->arena);
		if (!place->p)
			return lc_arena_err(g->b->arena);
	}
	return 0;
}

static int add_packages(struct go_program *g)
{
	int r = add_stdlib(g);
	for (size_t i = 0; i < g->deps.n && r == 0; i++) {
		const struct module *m = &g->deps.v[i];
		/* Old toolchains list the main module once more. */
		r = lc_eq(m->path, g->main.path) && g->has_main
			    ? 0
			    : add(g, name_of(m), version_of(m), INV_REL_UNKNOWN);
	}
	if (r || !g->has_main)
		return r;
	r = add(g, g->main.path, main_version(g), INV_REL_ROOT);
	return r ? r : add_needs(g, &g->packages.v[g->packages.n - 1]);
}

/* ---- functions ---- */

/* Of the packages, in their order; the main one is the last. */
static int module_table(struct go_program *g, struct go_module **ret)
{
	struct go_module *v = lc_new_array(g->b->arena, struct go_module, g->packages.n);
	if (!v)
		return lc_arena_err(g->b->arena);
	size_t at = 1; /* the first is the standard library */
	for (size_t i = 0; i < g->deps.n; i++) {
		const struct module *m = &g->deps.v[i];
		if (lc_eq(m->path, g->main.path) && g->has_main)
			continue;
		v[at++] = (struct go_module){ .path = m->path, .name = name_of(m) };
	}
	if (g->has_main)
		v[at] = (struct go_module){ .path = g->main.path, .name = g->main.path };
	*ret = v;
	return 0;
}

static int add_functions(struct go_program *g)
{
	struct go_module *v = NULL;
	if (g->elsewhere)
		return 0;
	int r = module_table(g, &v);
	r = r ? r : go_table_read(g->b, v, g->packages.n, g->packages.n - 1, g->e);
	if (r)
		return r == LC_ENOTFOUND ? 0 : r;
	for (size_t i = 0; i < g->packages.n; i++) {
		struct inv_package *p = &g->packages.v[i];
		struct inv_attribute *at = lc_vec_push(g->b->arena, &p->attributes);
		if (!at)
			return lc_arena_err(g->b->arena);
		at->key = LC_S(GO_FUNCTIONS);
		at->value = go_functions_pack(v[i].hashes.v, v[i].hashes.n, g->b->arena);
		if (!at->value.p)
			return lc_arena_err(g->b->arena);
	}
	return 0;
}

int go_binary(const struct binary *b, struct lc_err *e)
{
	struct go_program g = { .b = b, .e = e };
	struct lc_err why = { 0 };
	int r = go_build_read(b, &g.build, &why);
	if (r)
		return r == LC_ENOTFOUND ? 0 : binary_trouble(b, r, &why, "");
	r = read_modules(&g);
	r = r ? r : add_packages(&g);
	r = r ? r : add_functions(&g);
	for (size_t i = 0; i < g.packages.n && r == 0; i++)
		r = inv_sink_package(b->out, &g.packages.v[i]);
	return r;
}
