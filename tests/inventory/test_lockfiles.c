/*
 * Real lock files against the packages that are in them: shared data, lockfiles/expected.json.
 * The analysers alone, on files alone; the whole program over them is tests/e2e's.
 */
#include "inventory/language/analysers.h"

#include <stdlib.h>

#include "base/map.h"
#include "format/json.h"
#include "inventory/facts_text.h"
#include "support/fixture.h"
#include "support/slice_assert.h"
#include "support/tap.h"

static const struct {
	const char *kind;
	const struct inv_analyser *analyser;
	bool derived; /* development is found by who depends on what: the lists know marks alone */
} kinds[] = {
	{ "bun", &inv_bun_lock, true },
	{ "bundler", &inv_gemfile_lock, false },
	{ "cargo", &inv_cargo_lock, true },
	{ "cocoapods", &inv_podfile_lock, false },
	{ "composer", &inv_composer_lock, false },
	{ "conan", &inv_conan_lock, false },
	{ "conda", &inv_conda_environment, false },
	{ "dotnetdeps", &inv_dotnet_deps, false },
	{ "gomod", &inv_go_mod, true },
	{ "gradle", &inv_gradle_lock, true },
	{ "julia", &inv_julia_manifest, false },
	{ "mix", &inv_mix_lock, false },
	{ "npm", &inv_npm_lock, false },
	{ "nuget", &inv_nuget_lock, false },
	{ "nugetconfig", &inv_packages_config, false },
	{ "pipenv", &inv_pipfile_lock, false },
	{ "pnpm", &inv_pnpm_lock, true },
	{ "poetry", &inv_poetry_lock, false },
	{ "pub", &inv_pubspec_lock, false },
	{ "requirements", &inv_requirements, false },
	{ "sbt", &inv_sbt_lock, true },
	{ "swift", &inv_swift_resolved, false },
	{ "uv", &inv_uv_lock, true },
	{ "yarn", &inv_yarn_lock, false },
};

/* Where the expected lists are wrong, and why. */
static const struct {
	const char *path;
	const char *more, *less; /* lines of the list */
	bool told;               /* the file is broken, which the list does not say */
} wrong[] = {
	/* a word is no lock file */
	{ "bundler/Gemfile_malformed/Gemfile.lock", "", "", true },
	/* conda's list leaves out what pip installs, and a version behind a space */
	{ "conda/happy/environment.yml", "asgiref 3.8.1\ndjango 5.0.6\nlibgomp 13.2.0\n", "",
	  false },
	/* the runtime that a program brings along has advisories of its own */
	{ "dotnetdeps/self-contained.deps/app.deps.json",
	  "Microsoft.AspNetCore.App.Runtime.linux-x64 8.0.0\n"
	  "Microsoft.NETCore.App.Runtime.linux-x64 8.0.0\n",
	  "", false },
	/* the standard library has the version of julia, which format 2 tells */
	{ "julia/primary-2/Manifest.toml",
	  "Dates 1.8.5\nMmap 1.8.5\nPrintf 1.8.5\nRandom 1.8.5\nSerialization 1.8.5\nUUIDs 1.8.5\n"
	  "Unicode 1.8.5\n",
	  "", false },
	{ "julia/shadowed_dep_v1.9/Manifest.toml", "A 1.9.0\nB 1.9.0\n", "", false },
	/* a quoted word is no version, for pip either */
	{ "requirements/requirements_with_templating_engine/requirements.txt", "",
	  "foo 'invalid-version'\n", false },
};

struct cases {
	struct lc_arena arena;
	struct lc_buf json;
	struct json_doc doc;
	struct lc_map by_path; /* -> index + 1 into nodes */
	size_t checked, failed;
};

static size_t kind_of(struct lc_slice path)
{
	size_t i = 0;
	for (; i < N(kinds); i++) {
		struct lc_slice rest = path;
		if (lc_chop_prefix(&rest, lc_str(kinds[i].kind)) && lc_starts(rest, LC_S("/")))
			break;
	}
	return i;
}

static int by_bytes(const void *a, const void *b)
{
	return lc_cmp(*(const struct lc_slice *)a, *(const struct lc_slice *)b);
}

static void add(struct lc_slices *list, struct lc_arena *a, struct lc_slice name,
		struct lc_slice version, bool dev)
{
	struct lc_slice *place = lc_vec_push(a, list);
	*place = lc_arena_fmt(a, "%.*s %.*s%s\n", LC_FMT(name), LC_FMT(version), dev ? " dev" : "");
}

static bool is_line_of(const char *lines, struct lc_slice line)
{
	struct lc_slice rest = lc_str(lines);
	struct lc_slice i;
	while (lc_line(&rest, &i)) {
		if (lc_eq(i, lc_sub(line, 0, line.n - 1)))
			return true;
	}
	return false;
}

/* The list as it should be. */
static void right(struct lc_slices *list, struct lc_arena *a, struct lc_slice path)
{
	for (size_t i = 0; i < N(wrong); i++) {
		struct lc_slice rest = lc_str(wrong[i].more);
		struct lc_slice line;
		size_t kept = 0;
		if (!lc_eq(path, lc_str(wrong[i].path)))
			continue;
		for (size_t k = 0; k < list->n; k++) {
			if (!is_line_of(wrong[i].less, list->v[k]))
				list->v[kept++] = list->v[k];
		}
		assert_true(kept < list->n || rest.n || wrong[i].told);
		list->n = kept;
		while (lc_line(&rest, &line)) {
			struct lc_slice *place = lc_vec_push(a, list);
			*place = lc_arena_fmt(a, "%.*s\n", LC_FMT(line));
		}
	}
}

static bool is_broken(const struct cases *c, json_ref node)
{
	for (size_t i = 0; i < N(wrong); i++) {
		if (wrong[i].told &&
		    lc_eq(json_get_str(&c->doc, node, "path"), lc_str(wrong[i].path)))
			return true;
	}
	return json_bool(&c->doc, json_get(&c->doc, node, "malformed"), false);
}

static const char *sorted(struct lc_slices *list, struct lc_arena *a)
{
	struct lc_buf b;
	lc_buf_init(&b, 1 << 22);
	if (list->n)
		qsort(list->v, list->n, sizeof(*list->v), by_bytes);
	for (size_t i = 0; i < list->n; i++) {
		if (i == 0 || !lc_eq(list->v[i], list->v[i - 1]))
			(void)lc_buf_slice(&b, list->v[i]);
	}
	const char *text = lc_arena_str(a, lc_buf_get(&b));
	lc_buf_done(&b);
	return text;
}

static const char *wanted(struct cases *c, json_ref node, bool marks)
{
	struct lc_slices list = { 0 };
	json_each(&c->doc, json_get(&c->doc, node, "packages"), i) {
		add(&list, &c->arena, json_get_str(&c->doc, i, "name"),
		    json_get_str(&c->doc, i, "version"),
		    marks && json_bool(&c->doc, json_get(&c->doc, i, "dev"), false));
	}
	right(&list, &c->arena, json_get_str(&c->doc, node, "path"));
	return sorted(&list, &c->arena);
}

/* Of the third parties', as the expected lists are. */
static const char *got(struct cases *c, const struct facts *f, bool marks)
{
	struct lc_slices list = { 0 };
	for (size_t i = 0; i < f->facts.files.n; i++) {
		for (size_t k = 0; k < f->facts.files.v[i].packages.n; k++) {
			const struct inv_package *p = &f->facts.files.v[i].packages.v[k];
			struct lc_slice version = p->version;
			if (lc_eq(p->type, LC_S("gomod")))
				(void)lc_chop_prefix(&version, LC_S("v")); /* the lists have none */
			if (p->relationship != INV_REL_ROOT && p->relationship != INV_REL_WORKSPACE)
				add(&list, &c->arena, p->name, version,
				    marks && p->flags & INV_DEV);
		}
	}
	return sorted(&list, &c->arena);
}

static void check(void *ctx, struct lc_slice path, struct lc_slice bytes)
{
	struct cases *c = ctx;
	struct facts f;
	(void)lc_chop_prefix(&path, LC_S("./"));
	size_t kind = kind_of(path);
	uintptr_t at = (uintptr_t)lc_map_get(&c->by_path, path);
	if (kind == N(kinds) || !at)
		return;
	json_ref node = (json_ref)(at - 1);
	facts_of(&f, kinds[kind].analyser, lc_arena_str(&c->arena, path), bytes);
	c->checked++;
	const char *g = got(c, &f, !kinds[kind].derived);
	const char *w = wanted(c, node, !kinds[kind].derived);
	bool malformed = is_broken(c, node);
	bool told = f.facts.diagnostics.n > 0;
	if (malformed ? !told : strcmp(g, w) != 0 || told) {
		print_error("%.*s: got\n%swanted\n%s%s\n", LC_FMT(path), g, w, facts_text(&f));
		c->failed++;
	}
	facts_done(&f);
}

static void packages_are_those_of_the_expected_lists(void **state)
{
	struct cases c = { .checked = 0 };
	(void)state;
	lc_buf_init(&c.json, 1 << 24);
	data_read("lockfiles/expected.json", &c.json);
	assert_int_equal(json_parse(lc_buf_get(&c.json), 0, NULL, &c.arena, &c.doc, NULL), 0);
	json_each(&c.doc, json_get(&c.doc, json_root(&c.doc), "cases"), i) {
		assert_int_equal(lc_map_put(&c.by_path, json_get_str(&c.doc, i, "path"),
					    (void *)((uintptr_t)i + 1)),
				 0);
	}
	data_foreach("lockfiles/files.tar.zst", check, &c);
	assert_int_equal(c.failed, 0);
	assert_true(c.checked >= N(kinds));
	lc_map_done(&c.by_path);
	lc_buf_done(&c.json);
	lc_arena_done(&c.arena);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(packages_are_those_of_the_expected_lists),
	};
	return cmocka_run_group_tests_name("lockfiles", tests, NULL, NULL);
}
