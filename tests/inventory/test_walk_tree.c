#include "inventory/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/shim.h"
#include "inventory/facts_text.h"
#include "inventory/scan_image.h"
#include "io/file.h"
#include "oci/make_image.h"
#include "support/alloc_fail.h"
#include "support/slice_assert.h"

/* ---- analysers ---- */

static int put_package(struct inv_sink *out, struct lc_slice name)
{
	const struct inv_package p = { .type = LC_S("npm"), .name = name, .version = LC_S("1") };
	return inv_sink_package(out, &p);
}

/* A package a line. */
static int parse_lock(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct lc_slice rest = f->bytes;
	struct lc_slice line;
	int r = 0;
	(void)e;
	while (r == 0 && lc_line(&rest, &line))
		r = put_package(out, line);
	return r;
}

static int parse_program(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	uint8_t last;
	int r = lc_content_read(f->content, f->size - 1, &last, 1, e);
	return r ? r : put_package(out, lc_slice_of(&last, 1));
}

/* Cuts the file that it is given, then reads on: what another process may do at any time. */
static const char *cut_path;
static int parse_cut(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	uint64_t n;
	assert_int_equal(truncate(cut_path, 1), 0);
	int r = lc_stream_drain(f->stream, &n, e);
	return r ? r : put_package(out, LC_S("whole"));
}

static const struct inv_want lock_wants[] = { { .kind = INV_WANT_NAME, .text = "app.lock" } };
static const struct inv_want program_wants[] = { { .kind = INV_WANT_EXECUTABLE } };
static const struct inv_want cut_wants[] = { { .kind = INV_WANT_NAME, .text = "cut" } };
static const struct inv_want system_wants[] = { { .kind = INV_WANT_PATH, .text = "etc/system" } };

#define EVERYWHERE (INV_TARGET_IMAGE | INV_TARGET_ROOTFS | INV_TARGET_FS | INV_TARGET_REPO)
#define ROW_OF(name_, targets_, access_, wants_, parse_)                                          \
	{                                                                                         \
		.name = (name_), .version = 1, .group = INV_GROUP_LIBRARY, .targets = (targets_), \
		.access = (access_), .wants = (wants_), .wants_n = 1, .parse = (parse_)           \
	}
static const struct inv_analyser lock =
	ROW_OF("lock", EVERYWHERE, INV_WHOLE, lock_wants, parse_lock);
static const struct inv_analyser program = ROW_OF("program", INV_TARGET_IMAGE | INV_TARGET_ROOTFS,
						  INV_SEEKABLE, program_wants, parse_program);
static const struct inv_analyser cut =
	ROW_OF("cut", EVERYWHERE, INV_STREAMED, cut_wants, parse_cut);
static const struct inv_analyser system_row =
	ROW_OF("system", EVERYWHERE, INV_WHOLE, system_wants, parse_lock);
static const struct inv_analyser *const table[] = { &lock, &program, &cut, &system_row };

/* ---- trees ---- */

static char root[400];

static const char *at(const char *path)
{
	static char paths[4][1024];
	static unsigned next;
	char *p = paths[next++ % 4];
	(void)snprintf(p, sizeof(paths[0]), "%s/%s", root, path);
	return p;
}

static int make_root(void **state)
{
	static unsigned serial;
	(void)state;
	(void)snprintf(root, sizeof(root), "%s/tree%u", make_temp_dir(), serial++);
	return mkdir(root, 0755);
}

static void put_mode(const char *path, const char *text, unsigned mode)
{
	char dir[1024];
	(void)snprintf(dir, sizeof(dir), "%s", at(path));
	*strrchr(dir, '/') = '\0';
	assert_int_equal(io_make_dirs(dir, NULL), 0);
	assert_int_equal(chmod(dir, 0755), 0);
	int fd = open(at(path), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	(void)close(fd);
	assert_int_equal(chmod(at(path), mode), 0);
}

static void put(const char *path, const char *text)
{
	put_mode(path, text, 0644);
}

/* ---- walking ---- */

struct walked {
	struct inv_options options;
	struct lc_limits limits;
	unsigned threads;
	struct inv_left_out left_out; /* path "": none */
	struct inv_walk_stats stats;
	struct lc_err err;
	struct lc_arena arena;
	struct inv_sink sink;
	char text[16384];
};

static void walked_done(struct walked *w)
{
	inv_sink_done(&w->sink);
	lc_arena_done(&w->arena);
}

static void tell(struct walked *w, const struct inventory *inv)
{
	struct lc_buf out;
	lc_buf_init(&out, sizeof(w->text) - 1);
	for (size_t i = 0; i < inv->packages.n; i++) {
		const struct inv_found_package *p = &inv->packages.v[i];
		lc_buf_fmt(&out, "%.*s %s\n", LC_FMT(p->package.name), lc_quote(p->file).s);
	}
	for (size_t i = 0; i < inv->diagnostics.n; i++)
		diagnostic_text(&inv->diagnostics.v[i].diagnostic, &out);
	assert_int_equal(lc_buf_err(&out), 0);
	(void)snprintf(w->text, sizeof(w->text), "%.*s", (int)out.n, out.n ? (char *)out.p : "");
	lc_buf_done(&out);
}

/* What the facts in w->sink come to. */
static void squash(struct walked *w)
{
	struct inv_layer_facts facts;
	struct inventory inv;
	const struct inv_layer_facts *layers[] = { &facts };
	assert_int_equal(inv_facts_read(lc_buf_get(&w->sink.out), &w->arena, &facts, &w->err), 0);
	assert_int_equal(inv_squash(layers, 1, &w->arena, &inv, &w->err), 0);
	tell(w, &inv);
}

static int walk_path(struct walked *w, const char *path)
{
	struct io_tree tree;
	struct inv_matcher *m = NULL;
	const struct inv_tree_options how = { .threads = w->threads,
					      .left_out = &w->left_out,
					      .left_out_n = w->left_out.path.n ? 1 : 0 };
	int r = io_tree_open(path, &tree, &w->err);
	if (r)
		return r;
	r = inv_matcher_new(table, N(table), &w->options, &m, &w->err);
	r = r ? r : inv_sink_init(&w->sink, &w->limits);
	r = r ? r
	      : inv_walk_tree(&tree, m, &w->options, &w->limits, &how, &w->sink, &w->stats,
			      &w->err);
	inv_matcher_free(m);
	io_tree_close(&tree);
	return r;
}

static struct walked with(unsigned targets)
{
	return (struct walked){
		.options = { .targets = targets, .groups = INV_GROUP_LIBRARY },
		.limits = lc_limits_default,
		.threads = 2,
	};
}

static void check_walked(struct walked *w, const char *want)
{
	if (walk_path(w, root))
		fail_msg("%s", w->err.msg);
	squash(w);
	assert_string_equal(w->text, want);
	walked_done(w);
}

static void check(unsigned targets, const char *want)
{
	struct walked w = with(targets);
	check_walked(&w, want);
}

/* ---- what is read ---- */

static void wanted_files_give_their_facts(void **state)
{
	(void)state;
	put("app.lock", "top\n");
	put("a/app.lock", "b\na\n");
	put("a-b/app.lock", "c\n");
	put("a/node_modules/x/app.lock", "d\n");
	put("a/other", "no\n");
	struct walked w = with(INV_TARGET_FS);
	check_walked(&w, "a a/app.lock\n"
			 "b a/app.lock\n"
			 "c a-b/app.lock\n"
			 "d a/node_modules/x/app.lock\n"
			 "top app.lock\n");
	assert_int_equal(w.stats.files_read, 4);
	assert_int_equal(w.stats.bytes_analysed, 12);
	assert_int_equal(w.stats.layer.entries, 9);
}

static void a_layer_of_the_same_files_gives_the_same_facts(void **state)
{
	(void)state;
	static const struct make_file files[] = {
		{ .name = "app.lock", .content = "top\n" },
		{ .name = "bin/tool", .content = "#!/bin/sh\nz", .mode = 0755 },
		{ .name = "etc", .type = TAR_DIR },
		{ .name = "etc/app.lock", .content = "x\n" },
		{ .name = "etc/system", .type = TAR_SYMLINK, .target = "../usr/system" },
		{ .name = "usr/elf", .content = "\177ELFy" },
		{ .name = "usr/system", .content = "s\n" },
		{ .name = "usr/text", .content = "no\n" },
	};
	const struct make_layer layer = { .files = files, .files_n = N(files) };
	const struct make_image image = { .layers = &layer, .layers_n = 1 };
	struct make m = { 0 };
	struct walked of_layer = with(INV_TARGET_ROOTFS);
	struct walked of_tree = with(INV_TARGET_ROOTFS);
	struct oci_image *opened = NULL;
	struct inv_matcher *matcher = NULL;
	make_layout(&m, &image, 1);
	make_write_dir(&m, at("layout"));
	const struct oci_open_options o = { .input = lc_str(at("layout")) };
	assert_int_equal(oci_open(&o, &opened, NULL), 0);
	assert_int_equal(inv_matcher_new(table, N(table), &of_layer.options, &matcher, NULL), 0);
	assert_int_equal(inv_sink_init(&of_layer.sink, &lc_limits_default), 0);
	assert_int_equal(inv_walk_layer(opened, 0, matcher, &of_layer.options, &lc_limits_default,
					NULL, &of_layer.sink, &of_layer.stats, NULL),
			 0);
	squash(&of_layer);
	for (size_t i = 0; i < N(files); i++) {
		char name[64];
		(void)snprintf(name, sizeof(name), "root/%s", files[i].name);
		if (files[i].type == TAR_SYMLINK)
			assert_int_equal(symlink(files[i].target, at(name)), 0);
		else if (files[i].type != TAR_DIR)
			put_mode(name, files[i].content, files[i].mode ? files[i].mode : 0644);
	}
	(void)snprintf(root, sizeof(root), "%s", at("root"));
	check_walked(&of_tree, of_layer.text);
	assert_string_equal(of_tree.text,
			    "top app.lock\n"
			    "x etc/app.lock\n"
			    "y usr/elf\n"
			    "z bin/tool\n"
			    "! unreadable etc/system system: is a link to usr/system, "
			    "which was not read\n");
	assert_int_equal(of_tree.stats.files_read, of_layer.stats.files_read);
	walked_done(&of_layer);
	inv_matcher_free(matcher);
	oci_close(opened);
	make_done(&m);
}

static void the_result_does_not_depend_on_threads(void **state)
{
	(void)state;
	struct walked first = with(INV_TARGET_FS);
	for (unsigned i = 0; i < 300; i++) {
		char path[64];
		char text[64];
		(void)snprintf(path, sizeof(path), "d%u/e%u/f%u/app.lock", i % 7, i % 50, i);
		(void)snprintf(text, sizeof(text), "p%u\n", i % 60);
		put(path, text);
	}
	first.threads = 1;
	assert_int_equal(walk_path(&first, root), 0);
	squash(&first);
	for (unsigned threads = 2; threads < 9; threads++) {
		struct walked w = with(INV_TARGET_FS);
		w.threads = threads;
		check_walked(&w, first.text);
		assert_memory_equal(&w.stats, &first.stats, sizeof(w.stats));
	}
	walked_done(&first);
}

static void a_single_file_is_a_tree_of_its_own(void **state)
{
	(void)state;
	struct walked w = with(INV_TARGET_FS);
	put("app.lock", "beside\n");
	put("x/app.lock", "it\n");
	assert_int_equal(symlink("x/app.lock", at("link")), 0);
	assert_int_equal(walk_path(&w, at("x/app.lock")), 0);
	squash(&w);
	assert_string_equal(w.text, "it app.lock\n");
	walked_done(&w);
	w = with(INV_TARGET_FS);
	assert_int_equal(walk_path(&w, at("link")), 0); /* nobody wants that name */
	squash(&w);
	assert_string_equal(w.text, "");
	walked_done(&w);
}

static void what_is_left_out_is_not_entered(void **state)
{
	(void)state;
	put(".git/app.lock", "g\n");
	put("a/.git/app.lock", "g\n");
	put("proc/app.lock", "p\n");
	put("dev/app.lock", "d\n");
	put("x/dev/app.lock", "xd\n");
	put("y/deep/app.lock", "y\n");
	check(INV_TARGET_FS, "d dev/app.lock\np proc/app.lock\nxd x/dev/app.lock\n"
			     "y y/deep/app.lock\n");
	check(INV_TARGET_ROOTFS, "xd x/dev/app.lock\ny y/deep/app.lock\n");
	struct lc_slice dirs[] = { LC_S("**/dev"), LC_S("./y/") };
	struct lc_slice files[] = { LC_S("proc/*.lock") };
	struct walked w = with(INV_TARGET_FS);
	w.options.skip_dirs = (struct lc_slices){ dirs, N(dirs), N(dirs) };
	check_walked(&w, "p proc/app.lock\n");
	w = with(INV_TARGET_FS);
	w.options.skip_dirs = (struct lc_slices){ dirs, N(dirs), N(dirs) };
	w.options.skip_files = (struct lc_slices){ files, N(files), N(files) };
	check_walked(&w, "");
}

static void a_file_left_out_is_told_of(void **state)
{
	(void)state;
	struct walked w = with(INV_TARGET_FS);
	put("a/app.lock", "a\n");
	put("b/app.lock", "b\n");
	put("c/app.lock", "c\n");
	w.left_out = (struct inv_left_out){ LC_S("b/app.lock"), LC_S("it bites") };
	if (walk_path(&w, root))
		fail_msg("%s", w.err.msg);
	squash(&w);
	assert_non_null(strstr(w.text, "a a/app.lock\nc c/app.lock\n"));
	assert_null(strstr(w.text, "b b/app.lock"));
	assert_non_null(strstr(w.text, "it bites"));
	walked_done(&w);
}

/* ---- hostile trees ---- */

static void links_are_never_followed(void **state)
{
	(void)state;
	put("real/app.lock", "r\n");
	assert_int_equal(symlink("/etc/shadow", at("app.lock")), 0);
	assert_int_equal(symlink(".", at("real/loop")), 0);
	assert_int_equal(symlink("..", at("real/up")), 0);
	assert_int_equal(symlink("/", at("all")), 0);
	assert_int_equal(symlink("b", at("a")), 0);
	assert_int_equal(symlink("a", at("b")), 0);
	assert_int_equal(mkdir(at("etc"), 0755), 0);
	assert_int_equal(symlink("/etc/passwd", at("etc/system")), 0);
	check(INV_TARGET_ROOTFS, "r real/app.lock\n");
}

static void nothing_but_regular_files_is_opened(void **state)
{
	(void)state;
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(mkdir(at("s"), 0755), 0);
	(void)snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", at("s/app.lock"));
	assert_int_equal(bind(fd, (const struct sockaddr *)&sa, sizeof(sa)), 0);
	(void)close(fd);
	assert_int_equal(mkfifo(at("app.lock"), 0666), 0); /* opening it would wait forever */
	assert_int_equal(mkdir(at("d"), 0755), 0);
	assert_int_equal(mkdir(at("d/app.lock"), 0755), 0);
	check(INV_TARGET_ROOTFS, "");
}

static void a_thousand_nested_directories_are_walked(void **state)
{
	(void)state;
	char path[4096] = "d";
	for (size_t i = 1; i < 1000; i++)
		memcpy(path + 2 * i - 1, "/d", 3);
	assert_int_equal(chdir(root), 0);
	assert_int_equal(io_make_dirs(path, NULL), 0);
	memcpy(path + 1999, "/app.lock", 10);
	assert_int_equal(io_write_file(path, 0644, LC_S("deep\n"), NULL), 0);
	struct walked w = with(INV_TARGET_FS);
	assert_int_equal(walk_path(&w, "."), 0);
	squash(&w);
	assert_true(strncmp(w.text, "deep d/d/d", 10) == 0 && !strchr(w.text, '!'));
	walked_done(&w);
	w = with(INV_TARGET_FS);
	w.limits.name_bytes_max = 1000;
	assert_int_equal(walk_path(&w, "."), 0);
	squash(&w);
	assert_non_null(strstr(w.text, "! too-large d/d/"));
	assert_null(strstr(w.text, "deep"));
	walked_done(&w);
	assert_int_equal(chdir("/"), 0);
}

static void names_of_any_bytes_are_kept(void **state)
{
	(void)state;
	put("a\nb/app.lock", "nl\n");
	put("\x1b[31m/app.lock", "esc\n");
	put("\xff\xfe/app.lock", "raw\n");
	check(INV_TARGET_FS,
	      "esc \\x1b[31m/app.lock\nnl a\\x0ab/app.lock\nraw \\xff\\xfe/app.lock\n");
}

/* Root may read everything, so another user walks. */
static void what_may_not_be_read_is_said(void **state)
{
	(void)state;
	put("ok/app.lock", "ok\n");
	put_mode("shut/app.lock", "shut\n", 0);
	put_mode("bin/tool", "tool", 0);
	put("dir/app.lock", "dir\n");
	assert_int_equal(chmod(at("dir"), 0), 0);
	assert_int_equal(chmod(make_temp_dir(), 0755), 0);
	bool is_root = geteuid() == 0;
	if (is_root)
		assert_int_equal(seteuid(65534), 0);
	struct walked w = with(INV_TARGET_ROOTFS);
	int r = walk_path(&w, root);
	if (is_root)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(chmod(at("dir"), 0755), 0);
	if (r)
		fail_msg("%s", w.err.msg);
	squash(&w);
	assert_string_equal(
		w.text, "ok ok/app.lock\n"
			"! unreadable bin/tool: could not be opened to see what it is; so it is of "
			"1 files\n"
			"! unreadable dir: directory: Permission denied\n"
			"! unreadable shut/app.lock: cannot be opened: Permission denied\n");
	walked_done(&w);
}

static void a_file_that_shrinks_while_it_is_read_is_said(void **state)
{
	(void)state;
	LC_AUTOFREE char *text = lc_alloc0(1, 300001);
	assert_non_null(text);
	memset(text, 'x', 300000);
	put("a/cut", text);
	put("b/app.lock", "after\n");
	cut_path = at("a/cut");
	check(INV_TARGET_FS, "after b/app.lock\n"
			     "! truncated a/cut: file ends at 1, before its stated size\n");
}

static void files_over_the_limits_are_said(void **state)
{
	(void)state;
	struct walked w = with(INV_TARGET_FS);
	put("app.lock", "12345678\n");
	w.limits.file_bytes_max = 4;
	check_walked(&w, "! too-large app.lock lock: file of 9 bytes, more than the 4 allowed\n");
}

/* ---- the whole ---- */

static void limits_and_time_end_the_walk(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 40; i++) {
		char path[32];
		(void)snprintf(path, sizeof(path), "d%u/app.lock", i);
		put(path, "a\nb\nc\nd\ne\nf\n");
	}
	struct walked w = with(INV_TARGET_FS);
	w.limits.entries_max = 30;
	assert_int_equal(walk_path(&w, root), LC_ELIMIT);
	assert_non_null(strstr(w.err.msg, "more than 30 files"));
	assert_null(w.sink.out.p);
	w = with(INV_TARGET_FS);
	w.limits.facts_bytes_max = 2000;
	assert_int_equal(walk_path(&w, root), LC_ELIMIT);
	assert_non_null(strstr(w.err.msg, "facts"));
	w = with(INV_TARGET_FS);
	w.limits.deadline_ns = 1;
	assert_int_equal(walk_path(&w, root), LC_ECANCEL);
	w = with(INV_TARGET_FS);
	assert_int_equal(walk_path(&w, at("nowhere")), LC_ENOTFOUND);
	w = with(INV_TARGET_FS);
	assert_int_equal(walk_path(&w, "/dev/null"), LC_EUNSUP);
}

static int walk_once(void *ctx)
{
	struct walked w = with(INV_TARGET_ROOTFS);
	(void)ctx;
	w.threads = 1;
	int r = walk_path(&w, root);
	walked_done(&w);
	return r;
}

static void survives_any_failing_allocation(void **state)
{
	(void)state;
	put("app.lock", "a\n");
	put_mode("bin/tool", "x", 0755);
	assert_int_equal(symlink("../x", at("etc")), 0);
	assert_true(alloc_fail_each(walk_once, NULL) > 10);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, make_root)
	const struct CMUnitTest tests[] = {
		TEST(wanted_files_give_their_facts),
		TEST(a_layer_of_the_same_files_gives_the_same_facts),
		TEST(the_result_does_not_depend_on_threads),
		TEST(a_single_file_is_a_tree_of_its_own),
		TEST(what_is_left_out_is_not_entered),
		TEST(a_file_left_out_is_told_of),
		TEST(links_are_never_followed),
		TEST(nothing_but_regular_files_is_opened),
		TEST(a_thousand_nested_directories_are_walked),
		TEST(names_of_any_bytes_are_kept),
		TEST(what_may_not_be_read_is_said),
		TEST(a_file_that_shrinks_while_it_is_read_is_said),
		TEST(files_over_the_limits_are_said),
		TEST(limits_and_time_end_the_walk),
		TEST(survives_any_failing_allocation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
