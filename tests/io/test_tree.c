#include "io/tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file.h"
#include "support/slice_assert.h"
#include "support/system.h"
#include "support/tap.h"

static char dir[] = "/tmp/lacre-tree-XXXXXX";

static int make_dir(void **state)
{
	(void)state;
	if (!mkdtemp(dir) || chdir(dir) || mkdir("sub", 0755) || symlink("sub", "link") ||
	    symlink("/etc/passwd", "out") || mkfifo("fifo", 0644))
		return -1;
	return io_write_file("sub/file", 0640, LC_S("bytes"), NULL);
}

static int remove_dir(void **state)
{
	(void)state;
	(void)unlink("sub/file");
	(void)unlink("link");
	(void)unlink("out");
	(void)unlink("fifo");
	(void)rmdir("sub");
	return chdir("/") || rmdir(dir);
}

static struct io_tree opened(const char *path)
{
	struct io_tree t;
	assert_int_equal(io_tree_open(path, &t, NULL), 0);
	return t;
}

static void a_listing_tells_names_and_kinds(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		enum io_kind kind;
	} want[] = { { "fifo", IO_KIND_OTHER },
		     { "link", IO_KIND_LINK },
		     { "out", IO_KIND_LINK },
		     { "sub", IO_KIND_DIR } };
	struct io_tree t = opened(".");
	struct io_tree_dir *d;
	struct io_tree_entry entry;
	size_t seen = 0;
	int r;
	assert_int_equal(io_tree_list(&t, "", &d, NULL), 0);
	while ((r = io_tree_next(d, &entry, NULL)) == 0) {
		for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
			if (strcmp(entry.name, want[i].name) != 0)
				continue;
			assert_int_equal(entry.kind, want[i].kind);
			seen += (size_t)1 << i;
		}
	}
	assert_int_equal(r, LC_ENOTFOUND);
	assert_int_equal(seen, 15);
	assert_false(io_tree_is_virtual(d));
	char target[4097];
	assert_int_equal(io_tree_link(d, "out", target, NULL), 0);
	assert_string_equal(target, "/etc/passwd");
	assert_int_equal(io_tree_link(d, "sub", target, NULL), LC_EIO);
	io_tree_end(d);
	io_tree_close(&t);
}

/* With the kernel's openat2 and without it. */
static void links_and_special_files_are_not_opened(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		int want;
	} rows[] = {
		{ "sub/file", 0 },     { "link/file", LC_EIO },
		{ "out", LC_EIO },     { "sub/../sub/file", LC_EIO },
		{ "../x", LC_EIO },    { "/etc/passwd", LC_EIO },
		{ "fifo", LC_EUNSUP }, { "sub", LC_EUNSUP },
		{ "none", LC_EIO },
	};
	struct io_tree t = opened(".");
	for (int walking = !system_has_openat2(); walking < 2; walking++) {
		t.walking = walking;
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			struct lc_content c = { .fd = -1 };
			uint32_t mode = 0;
			int r = io_tree_file(&t, rows[i].path, &c, &mode, NULL);
			/* The kernel may resolve ".." that stays inside. */
			bool inside = !walking && i == 3;
			if (r != (inside ? 0 : rows[i].want))
				fail_msg("%s: %d, walking %d", rows[i].path, r, walking);
			if (r == 0)
				assert_true(c.size == 5 && mode == 0640);
			lc_content_done(&c);
		}
		struct io_tree_dir *d;
		struct lc_err e = { 0 };
		assert_int_equal(io_tree_list(&t, "link", &d, &e), LC_EIO);
		assert_true(e.sys == ELOOP || e.sys == ENOTDIR);
	}
	io_tree_close(&t);
}

static void the_kernels_own_file_systems_are_known(void **state)
{
	(void)state;
	struct io_tree_dir *d;
	if (access("/proc/self/stat", R_OK))
		tap_skip("no /proc");
	struct io_tree t = opened("/proc");
	assert_int_equal(io_tree_list(&t, "", &d, NULL), 0);
	assert_true(io_tree_is_virtual(d));
	io_tree_end(d);
	io_tree_close(&t);
}

static void a_root_may_be_a_file_or_a_link(void **state)
{
	(void)state;
	struct io_tree t;
	struct lc_content c;
	uint32_t mode;
	t = opened("link/file");
	assert_string_equal(t.name, "file");
	assert_int_equal(io_tree_file(&t, t.name, &c, &mode, NULL), 0);
	assert_true(c.size == 5);
	lc_content_done(&c);
	io_tree_close(&t);
	t = opened("link");
	assert_null(t.name);
	io_tree_close(&t);
	assert_int_equal(io_tree_open("fifo", &t, NULL), LC_EUNSUP);
	assert_int_equal(io_tree_open("none", &t, NULL), LC_ENOTFOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_listing_tells_names_and_kinds),
		cmocka_unit_test(links_and_special_files_are_not_opened),
		cmocka_unit_test(the_kernels_own_file_systems_are_known),
		cmocka_unit_test(a_root_may_be_a_file_or_a_link),
	};
	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
