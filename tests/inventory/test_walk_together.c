/* Files of a directory tree that are read together, and those of a store outside of it. */
#include "inventory/walk.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/shim.h"
#include "inventory/facts_text.h"
#include "io/file.h"
#include "oci/make_image.h"
#include "support/alloc_fail.h"
#include "support/slice_assert.h"

/* ---- analysers ---- */

static int put_package(struct inv_sink *out, struct lc_slice name, struct lc_slice version)
{
	const struct inv_package p = { .type = LC_S("npm"), .name = name, .version = version };
	return inv_sink_package(out, &p);
}

/* A package: its file's text, and that of the file beside as its version. */
static int parse_main(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	const struct inv_kept *beside = inv_kept_beside(f->kept, f->path, LC_S("version"));
	(void)e;
	return put_package(out, lc_trim(f->bytes),
			   beside ? lc_trim(beside->content.mem) : LC_S("alone"));
}

/* A package for each line: what the store has at that path, asked for twice. */
static int parse_asking(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct lc_slice rest = f->bytes;
	struct lc_slice line;
	int r = 0;
	(void)e;
	while (r == 0 && lc_line(&rest, &line)) {
		const struct inv_kept *one = NULL;
		const struct inv_kept *again = NULL;
		r = inv_kept_stored(f->kept, line, &one);
		r = r ? r : inv_kept_stored(f->kept, line, &again);
		assert_true(r || one == again);
		r = r ? r : put_package(out, line, one ? lc_trim(one->content.mem) : LC_S("none"));
	}
	return r;
}

static const struct inv_want main_wants[] = {
	{ .kind = INV_WANT_NAME, .text = "main" },
	{ .kind = INV_WANT_NAME, .text = "version", .beside = true },
};
static const struct inv_want asking_wants[] = { { .kind = INV_WANT_NAME, .text = "asking" } };

static const struct inv_analyser pair = {
	.name = "pair",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = INV_TARGET_FS,
	.access = INV_WHOLE,
	.wants = main_wants,
	.wants_n = 2,
	.size_max = 64,
	.parse = parse_main,
	.together = true,
};
static const struct inv_analyser asking = {
	.name = "asking",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = INV_TARGET_FS,
	.access = INV_WHOLE,
	.wants = asking_wants,
	.wants_n = 1,
	.parse = parse_asking,
	.together = true,
};
static const struct inv_analyser *const table[] = { &pair, &asking };

/* ---- trees ---- */

static char root[400];

static const char *at(const char *path)
{
	static char paths[2][1024];
	static unsigned next;
	char *p = paths[next++ % 2];
	(void)snprintf(p, sizeof(paths[0]), "%s/%s", root, path);
	return p;
}

static int make_root(void **state)
{
	static unsigned serial;
	(void)state;
	(void)snprintf(root, sizeof(root), "%s/together%u", make_temp_dir(), serial++);
	return io_make_dirs(at("tree"), NULL) || io_make_dirs(at("store"), NULL);
}

static void put(const char *path, const char *text)
{
	char dir[1024];
	(void)snprintf(dir, sizeof(dir), "%s", at(path));
	*strrchr(dir, '/') = '\0';
	assert_int_equal(io_make_dirs(dir, NULL), 0);
	int fd = open(at(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	(void)close(fd);
}

/* ---- walking ---- */

struct walked {
	bool store;
	unsigned threads;
	struct lc_arena arena;
	struct inv_sink sink;
	char text[4096];
};

/* "file NAME VERSION", and troubles, in the order of the facts. */
static int tell(struct walked *w, const struct inv_layer_facts *facts)
{
	struct lc_buf out;
	lc_buf_init(&out, sizeof(w->text) - 1);
	for (size_t i = 0; i < facts->files.n; i++) {
		const struct inv_file_facts *f = &facts->files.v[i];
		for (size_t k = 0; k < f->packages.n; k++)
			(void)lc_buf_fmt(&out, "%.*s %.*s %.*s\n", LC_FMT(f->path),
					 LC_FMT(f->packages.v[k].name),
					 LC_FMT(f->packages.v[k].version));
	}
	for (size_t i = 0; i < facts->diagnostics.n; i++)
		diagnostic_text(&facts->diagnostics.v[i], &out);
	int r = lc_buf_err(&out);
	(void)snprintf(w->text, sizeof(w->text), "%.*s", (int)out.n, out.n ? (char *)out.p : "");
	lc_buf_done(&out);
	return r;
}

static int walk(void *ctx)
{
	static const struct inv_options options = { .targets = INV_TARGET_FS,
						    .groups = INV_GROUP_LIBRARY };
	struct walked *w = ctx;
	struct inv_matcher *m = NULL;
	struct io_tree tree = { .fd = -1, .file = -1 };
	struct io_tree store = { .fd = -1, .file = -1 };
	struct inv_walk_stats stats;
	struct inv_layer_facts facts;
	struct lc_err e = { 0 };
	const struct inv_tree_options how = { .threads = w->threads,
					      .store = w->store ? &store : NULL };
	w->sink = (struct inv_sink){ .err = 0 };
	lc_arena_init(&w->arena, 0);
	int r = io_tree_open(at("tree"), &tree, &e);
	r = r ? r : io_tree_open(at("store"), &store, &e);
	r = r ? r : inv_matcher_new(table, 2, &options, &m, &e);
	r = r ? r : inv_sink_init(&w->sink, &lc_limits_default);
	r = r ? r
	      : inv_walk_tree(&tree, m, &options, &lc_limits_default, &how, &w->sink, &stats, &e);
	r = r ? r : inv_facts_read(lc_buf_get(&w->sink.out), &w->arena, &facts, &e);
	r = r ? r : tell(w, &facts);
	inv_matcher_free(m);
	io_tree_close(&tree);
	io_tree_close(&store);
	inv_sink_done(&w->sink);
	lc_arena_done(&w->arena);
	return r;
}

static void check(bool store, const char *want)
{
	for (unsigned threads = 1; threads <= 4; threads++) {
		struct walked w = { .store = store, .threads = threads };
		assert_int_equal(walk(&w), 0);
		if (strcmp(w.text, want) != 0)
			fail_msg("%u threads:\n%s\nwanted:\n%s", threads, w.text, want);
	}
}

/* ---- tests ---- */

static void files_beside_are_seen_wherever_they_lie(void **state)
{
	(void)state;
	put("tree/main", "top\n");
	put("tree/a/b/main", "deep\n");
	put("tree/a/b/version", "2\n");
	put("tree/a/version", "of-nobody\n");
	put("tree/z/version", "1\n");
	put("tree/z/main", "last\n");
	for (int i = 0; i < 40; i++) {
		char path[64];
		(void)snprintf(path, sizeof(path), "tree/many/d%02d/version", i);
		put(path, "7\n");
	}
	put("tree/many/d33/main", "among\n");
	check(false, "main top alone\na/b/main deep 2\nmany/d33/main among 7\nz/main last 1\n");
}

static void what_is_too_large_or_gone_costs_only_itself(void **state)
{
	(void)state;
	put("tree/a/main", "a\n");
	put("tree/a/version",
	    "0123456789012345678901234567890123456789012345678901234567890123456");
	put("tree/b/main", "0123456789012345678901234567890123456789012345678901234567890123456");
	put("tree/c/main", "c\n");
	assert_int_equal(symlink("main", at("tree/c/version")), 0);
	check(false, "a/main a alone\nc/main c alone\n"
		     "! too-large a/version pair: file of 67 bytes, more than the 64 allowed\n"
		     "! too-large b/main pair: file of 67 bytes, more than the 64 allowed\n");
}

static void the_store_is_read_by_path_and_nothing_else(void **state)
{
	(void)state;
	put("store/g/a/1/a-1.pom", "one\n");
	put("secret", "secret\n");
	put("tree/secret", "secret\n");
	assert_int_equal(symlink("../secret", at("store/out")), 0);
	assert_int_equal(symlink("g", at("store/link")), 0);
	assert_int_equal(mkfifo(at("store/fifo"), 0600), 0);
	put("tree/asking", "g/a/1/a-1.pom\ng/a/1/a-2.pom\ng\nout\nlink/a/1/a-1.pom\n../secret\n"
			   "/etc/passwd\nfifo\n");
	check(true, "asking g/a/1/a-1.pom one\nasking g/a/1/a-2.pom none\nasking g none\n"
		    "asking out none\nasking link/a/1/a-1.pom none\nasking ../secret none\n"
		    "asking /etc/passwd none\nasking fifo none\n");
	put("tree/asking", "g/a/1/a-1.pom\n");
	check(false, "asking g/a/1/a-1.pom none\n");
}

static void files_of_the_store_have_a_size(void **state)
{
	(void)state;
	put("store/empty", "");
	put("store/most", "");
	put("store/more", "x");
	assert_int_equal(truncate(at("store/most"), 4 << 20), 0);
	assert_int_equal(truncate(at("store/more"), (4 << 20) + 1), 0);
	put("tree/asking", "empty\nmore\n");
	check(true, "asking empty none\nasking more none\n");
}

static void survives_any_failing_allocation(void **state)
{
	struct walked w = { .store = true, .threads = 1 };
	(void)state;
	put("store/a", "1\n");
	put("tree/asking", "a\nb\n");
	put("tree/main", "m\n");
	put("tree/version", "2\n");
	alloc_fail_each(walk, &w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(files_beside_are_seen_wherever_they_lie, make_root),
		cmocka_unit_test_setup(what_is_too_large_or_gone_costs_only_itself, make_root),
		cmocka_unit_test_setup(the_store_is_read_by_path_and_nothing_else, make_root),
		cmocka_unit_test_setup(files_of_the_store_have_a_size, make_root),
		cmocka_unit_test_setup(survives_any_failing_allocation, make_root),
	};
	return cmocka_run_group_tests_name("walk together", tests, NULL, NULL);
}
