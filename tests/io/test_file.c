#include "io/file_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/shim.h"
#include "support/alloc_fail.h"
#include "support/shim_fake.h"
#include "support/slice_assert.h"
#include "support/system.h"
#include "support/tap.h"

static char dir[] = "/tmp/lacre-file-XXXXXX";

/* Path of a name in the test's own directory; four at a time. */
static const char *in_dir(const char *name)
{
	static char paths[4][400];
	static int next;
	char *p = paths[next++ % 4];

	snprintf(p, sizeof(paths[0]), "%s/%s", dir, name);
	return p;
}

static size_t files_in(const char *path)
{
	struct lc_arena a = { 0 };
	struct lc_slices names;

	assert_int_equal(io_list_dir(path, &a, 1000, &names, NULL), 0);
	size_t n = names.n;
	lc_arena_done(&a);
	return n;
}

static void put(const char *path, const char *text)
{
	assert_int_equal(io_write_file(path, 0644, lc_str(text), NULL), 0);
}

static void check_holds(const char *path, const char *text)
{
	struct lc_buf b;

	lc_buf_init(&b, 1 << 20);
	assert_int_equal(io_read_file(path, &b, NULL), 0);
	assert_slice(lc_buf_get(&b), lc_str(text));
	lc_buf_done(&b);
}

static int make_dir(void **state)
{
	(void)state;
	memcpy(dir + sizeof(dir) - 7, "XXXXXX", 6);
	return mkdtemp(dir) ? 0 : -1;
}

static void remove_tree(const char *path)
{
	struct lc_arena a = { 0 };
	struct lc_slices names = { 0 };

	if (io_list_dir(path, &a, 1000, &names, NULL) == 0)
		for (size_t i = 0; i < names.n; i++) {
			char sub[600];
			snprintf(sub, sizeof(sub), "%s/%.*s", path, LC_FMT(names.v[i]));
			struct stat st;
			if (lstat(sub, &st) == 0 && S_ISDIR(st.st_mode))
				remove_tree(sub);
			else
				unlink(sub);
		}
	rmdir(path);
	lc_arena_done(&a);
}

static int remove_dir(void **state)
{
	(void)state;
	remove_tree(dir);
	return 0;
}

static void a_written_file_reads_back_with_its_mode(void **state)
{
	(void)state;
	struct stat st;

	put(in_dir("a"), "hello");
	check_holds(in_dir("a"), "hello");
	put(in_dir("a"), "");
	check_holds(in_dir("a"), "");
	assert_int_equal(io_write_file(in_dir("key"), 0600, LC_S("k"), NULL), 0);
	assert_int_equal(stat(in_dir("key"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(files_in(dir), 2);
}

static void until_the_commit_the_old_file_stays(void **state)
{
	(void)state;
	struct io_out o;

	put(in_dir("a"), "old");
	assert_int_equal(io_out_open(in_dir("a"), 0644, &o, NULL), 0);
	assert_int_equal(io_out_write(&o, LC_S("new"), NULL), 0);
	check_holds(in_dir("a"), "old");
	assert_int_equal(files_in(dir), 2);
	assert_int_equal(io_out_commit(&o, NULL), 0);
	check_holds(in_dir("a"), "new");
	assert_int_equal(files_in(dir), 1);
}

static void giving_up_leaves_nothing_and_may_be_repeated(void **state)
{
	(void)state;
	struct io_out o;

	assert_int_equal(io_out_open(in_dir("a"), 0644, &o, NULL), 0);
	assert_int_equal(io_out_write(&o, LC_S("new"), NULL), 0);
	io_out_abort(&o);
	io_out_abort(&o);
	assert_int_equal(files_in(dir), 0);
	assert_int_equal(io_out_write(&o, LC_S("x"), NULL), LC_EUSAGE);
	assert_int_equal(io_out_commit(&o, NULL), LC_EUSAGE);
	io_out_abort(&(struct io_out){ 0 });
}

static void check_failed_write(struct shim_fake *f, int want_errno)
{
	struct lc_err e = { 0 };

	shim_fake_set(f);
	int rc = io_write_file(in_dir("a"), 0644, LC_S("a new text of some length"), &e);
	shim_fake_reset();
	assert_int_equal(rc, LC_EIO);
	assert_int_equal(e.sys, want_errno);
	check_holds(in_dir("a"), "old");
	assert_int_equal(files_in(dir), 1);
}

static void a_full_disk_leaves_the_old_file_and_no_temporary(void **state)
{
	(void)state;
	put(in_dir("a"), "old");
	for (uint64_t room = 0; room < 25; room += 6) {
		struct shim_fake f = shim_fake_default();
		f.disk_left = room;
		f.write_max = 4;
		check_failed_write(&f, ENOSPC);
	}
}

static void failing_calls_leave_the_old_file_and_no_temporary(void **state)
{
	(void)state;
	struct shim_fake f = shim_fake_default();

	put(in_dir("a"), "old");
	f.fsync_err = EIO;
	check_failed_write(&f, EIO);
	f = shim_fake_default();
	f.rename_err = EXDEV;
	check_failed_write(&f, EXDEV);
	f = shim_fake_default();
	f.random_err = ENOSYS;
	check_failed_write(&f, ENOSYS);
	f = shim_fake_default();
	f.open_err = EMFILE;
	check_failed_write(&f, EMFILE);
}

static void short_writes_are_continued_and_synced(void **state)
{
	(void)state;
	struct shim_fake f = shim_fake_default();

	f.write_max = 3;
	shim_fake_set(&f);
	int rc = io_write_file(in_dir("a"), 0644, LC_S("hello, world"), NULL);
	shim_fake_reset();
	assert_int_equal(rc, 0);
	assert_int_equal(f.writes, 4);
	assert_int_equal(f.fsyncs, 2); /* the file and its directory */
	assert_int_equal(f.renames, 1);
	check_holds(in_dir("a"), "hello, world");
}

static int write_job(void *ctx)
{
	return io_write_file(ctx, 0644, LC_S("text"), NULL);
}

static void failing_allocations_leave_no_temporary(void **state)
{
	(void)state;
	char path[400];

	snprintf(path, sizeof(path), "%s/a", dir);
	assert_true(alloc_fail_each(write_job, path) >= 3);
	assert_int_equal(files_in(dir), 1);
}

static void a_missing_directory_or_a_directory_is_refused(void **state)
{
	(void)state;
	struct io_out o;

	assert_int_equal(io_out_open(in_dir("no/a"), 0644, &o, NULL), LC_EIO);
	assert_int_equal(io_out_open(dir, 0644, &o, NULL), LC_EUSAGE);
	assert_int_equal(io_out_open(in_dir(""), 0644, &o, NULL), LC_EUSAGE);
	assert_int_equal(io_out_open(in_dir("new/"), 0644, &o, NULL), LC_EUSAGE);
	assert_int_equal(files_in(dir), 0);
}

static void a_link_stays_and_its_target_is_replaced(void **state)
{
	(void)state;
	struct stat st;

	put(in_dir("real"), "old");
	assert_int_equal(symlink("real", in_dir("link")), 0);
	put(in_dir("link"), "new");
	check_holds(in_dir("real"), "new");
	assert_int_equal(lstat(in_dir("link"), &st), 0);
	assert_true(S_ISLNK(st.st_mode));
}

static void a_device_is_written_to_and_not_replaced(void **state)
{
	(void)state;
	struct stat st;

	put("/dev/null", "gone");
	assert_int_equal(stat("/dev/null", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
}

static void the_longest_name_can_be_written(void **state)
{
	(void)state;
	char name[256];

	memset(name, 'n', 255);
	name[255] = '\0';
	put(in_dir(name), "x");
	check_holds(in_dir(name), "x");
	assert_int_equal(files_in(dir), 1);
}

static void the_temporary_path_names_the_open_file(void **state)
{
	(void)state;
	struct lc_arena a = { 0 };
	struct io_out o;

	assert_int_equal(io_out_open(in_dir("db"), 0644, &o, NULL), 0);
	const char *path = io_out_temp_path(&o, &a);
	assert_non_null(path);
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fwrite("by path", 1, 7, f), 7);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(io_out_commit(&o, NULL), 0);
	check_holds(in_dir("db"), "by path");
	lc_arena_done(&a);
}

/* Runs fn with standard input and output replaced by a file. */
static void with_standard(int fd, const char *path, int flags, void (*fn)(void))
{
	fflush(stdout);
	int kept = dup(fd);
	int file = open(path, flags | O_CREAT | O_CLOEXEC, 0644);
	assert_true(kept >= 0 && file >= 0);
	assert_int_equal(dup2(file, fd), fd);
	close(file);
	fn();
	assert_int_equal(dup2(kept, fd), fd);
	close(kept);
}

static void write_to_dash(void)
{
	struct lc_arena a = { 0 };
	struct io_out o;

	assert_int_equal(io_out_open("-", 0644, &o, NULL), 0);
	assert_string_equal(io_out_temp_path(&o, &a), "");
	assert_int_equal(io_out_write(&o, LC_S("piped"), NULL), 0);
	assert_int_equal(io_out_commit(&o, NULL), 0);
	assert_int_equal(fcntl(STDOUT_FILENO, F_GETFD), 0);
}

static void read_from_dash(void)
{
	check_holds("-", "piped");
}

static void a_dash_is_standard_output_and_input(void **state)
{
	(void)state;
	char path[400];

	snprintf(path, sizeof(path), "%s/std", dir);
	with_standard(STDOUT_FILENO, path, O_WRONLY, write_to_dash);
	check_holds(path, "piped");
	with_standard(STDIN_FILENO, path, O_RDONLY, read_from_dash);
}

static void reading_stops_at_the_cap(void **state)
{
	(void)state;
	struct lc_buf b;

	put(in_dir("a"), "12345");
	lc_buf_init(&b, 5);
	assert_int_equal(io_read_file(in_dir("a"), &b, NULL), 0);
	assert_text(lc_buf_get(&b), "12345");
	lc_buf_done(&b);
	lc_buf_init(&b, 4);
	assert_int_equal(io_read_file(in_dir("a"), &b, NULL), LC_ELIMIT);
	lc_buf_done(&b);
}

static void reading_in_pieces_gives_the_whole_and_failures_are_told(void **state)
{
	(void)state;
	struct shim_fake f = shim_fake_default();
	struct lc_buf b;

	put(in_dir("a"), "twelve bytes");
	lc_buf_init(&b, 100);
	f.read_max = 5;
	shim_fake_set(&f);
	int whole = io_read_file(in_dir("a"), &b, NULL);
	f.input_left = 6;
	struct lc_buf c;
	lc_buf_init(&c, 100);
	int broken = io_read_file(in_dir("a"), &c, NULL);
	shim_fake_reset();
	assert_int_equal(whole, 0);
	assert_text(lc_buf_get(&b), "twelve bytes");
	assert_int_equal(broken, LC_EIO);
	lc_buf_done(&b);
	lc_buf_done(&c);
}

static void what_is_missing_or_no_file_is_told_apart(void **state)
{
	(void)state;
	struct lc_content c;
	struct lc_buf b;
	int fd;

	lc_buf_init(&b, 100);
	put(in_dir("a"), "x");
	assert_int_equal(mkfifo(in_dir("fifo"), 0600), 0);
	assert_int_equal(io_read_file(in_dir("no"), &b, NULL), LC_ENOTFOUND);
	assert_int_equal(io_read_file(in_dir("a/b"), &b, NULL), LC_ENOTFOUND);
	assert_int_equal(io_read_file(dir, &b, NULL), LC_EIO);
	assert_int_equal(io_open_content(in_dir("no"), &c, NULL), LC_ENOTFOUND);
	assert_int_equal(io_open_content(dir, &c, NULL), LC_EUNSUP);
	assert_int_equal(io_open_content(in_dir("fifo"), &c, NULL), LC_EUNSUP);
	assert_int_equal(io_open_dir(in_dir("a"), &fd, NULL), LC_EUNSUP);
	assert_int_equal(io_open_dir(in_dir("no"), &fd, NULL), LC_ENOTFOUND);
	lc_buf_done(&b);
}

static void a_file_opens_as_content(void **state)
{
	(void)state;
	struct lc_content c;
	char buf[3];

	put(in_dir("a"), "abcdef");
	assert_int_equal(io_open_content(in_dir("a"), &c, NULL), 0);
	assert_true(c.size == 6);
	assert_int_equal(lc_content_read(&c, 2, buf, 3, NULL), 0);
	assert_memory_equal(buf, "cde", 3);
	lc_content_done(&c);
	bool is_dir = true;
	assert_true(io_exists(in_dir("a"), &is_dir));
	assert_false(is_dir);
	assert_true(io_exists(dir, &is_dir));
	assert_true(is_dir);
	assert_false(io_exists(in_dir("b"), &is_dir));
}

static void make_maze(void)
{
	assert_int_equal(io_make_dirs(in_dir("root/sub/deep"), NULL), 0);
	put(in_dir("secret"), "secret");
	put(in_dir("root/file"), "file");
	put(in_dir("root/sub/deep/leaf"), "leaf");
	assert_int_equal(symlink("../secret", in_dir("root/up")), 0);
	assert_int_equal(symlink("/etc/passwd", in_dir("root/abs")), 0);
	assert_int_equal(symlink("..", in_dir("root/out")), 0);
	assert_int_equal(symlink("sub", in_dir("root/in")), 0);
}

static int open_in_root(const char *path, enum io_beneath how)
{
	int root;

	assert_int_equal(io_open_dir(in_dir("root"), &root, NULL), 0);
	int fd = io_open_beneath(root, path, O_RDONLY | O_CLOEXEC, how);
	close(root);
	if (fd >= 0)
		close(fd);
	return fd;
}

static void no_path_and_no_link_leads_out_of_a_directory(void **state)
{
	(void)state;
	static const char *const out[] = {
		"../secret",        "/etc/passwd",    "up", "abs", "out/secret",
		"sub/../../secret", "in/../../secret"
	};

	make_maze();
	bool kernel = system_has_openat2();
	for (enum io_beneath how = kernel ? IO_BY_KERNEL : IO_BY_WALKING; how <= IO_BY_WALKING;
	     how++) {
		for (size_t i = 0; i < sizeof(out) / sizeof(*out); i++)
			if (open_in_root(out[i], how) >= 0)
				fail_msg("%s was opened, how %d", out[i], (int)how);
		assert_true(open_in_root("file", how) >= 0);
		assert_true(open_in_root("sub/deep/leaf", how) >= 0);
		assert_true(open_in_root("sub//deep/leaf", how) >= 0);
		assert_int_equal(open_in_root("sub/none", how), -ENOENT);
		assert_int_equal(open_in_root("file/none", how), -ENOTDIR);
	}
	assert_true(open_in_root("in/deep/leaf", IO_BY_WALKING) < 0);
	if (!kernel)
		tap_skip("no openat2 here: paths were walked alone");
	assert_true(open_in_root("in/deep/leaf", IO_BY_KERNEL) >= 0);
	assert_int_equal(open_in_root("in/deep/leaf", IO_BY_KERNEL_NO_LINKS), -ELOOP);
}

static void content_below_a_directory_opens_and_escapes_fail(void **state)
{
	(void)state;
	struct lc_content c;
	struct lc_err e = { 0 };
	int root;

	make_maze();
	assert_int_equal(io_open_dir(in_dir("root"), &root, NULL), 0);
	assert_int_equal(io_open_content_at(root, "sub/deep/leaf", &c, NULL), 0);
	assert_true(c.size == 4);
	lc_content_done(&c);
	assert_int_equal(io_open_content_at(root, "up", &c, &e), LC_EIO);
	/* Walking stops at the link, the kernel where it leads out. */
	assert_int_equal(e.sys, system_has_openat2() ? EXDEV : ELOOP);
	assert_int_equal(io_open_content_at(root, "none", &c, &e), LC_ENOTFOUND);
	assert_int_equal(io_open_content_at(root, "sub", &c, &e), LC_EUNSUP);
	close(root);
}

static void directories_are_made_with_their_parents(void **state)
{
	(void)state;
	struct stat st;

	assert_int_equal(io_make_dirs(in_dir("a/b//c/"), NULL), 0);
	assert_int_equal(io_make_dirs(in_dir("a/b/c"), NULL), 0);
	assert_int_equal(stat(in_dir("a/b/c"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	put(in_dir("file"), "x");
	assert_int_equal(io_make_dirs(in_dir("file/d"), NULL), LC_EIO);
	assert_int_equal(io_make_dirs(in_dir("file"), NULL), LC_EIO);
}

static void temporary_directories_are_new_and_private(void **state)
{
	(void)state;
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct stat st;
	char here[300];
	char nowhere[300];
	char *below[] = { here, NULL };
	char *absent[] = { nowhere, NULL };
	const char *one = NULL;
	const char *two = NULL;

	(void)snprintf(here, sizeof(here), "TMPDIR=%s", dir);
	(void)snprintf(nowhere, sizeof(nowhere), "TMPDIR=%s/nowhere", dir);
	assert_int_equal(io_make_temp_dir("of-", below, &a, &one, NULL), 0);
	assert_int_equal(io_make_temp_dir("of-", below, &a, &two, NULL), 0);
	assert_string_not_equal(one, two);
	assert_true(lc_starts(lc_path_name(lc_str(one)), LC_S("of-")));
	assert_slice(lc_path_dir(lc_str(one)), lc_str(dir));
	assert_int_equal(stat(one, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_not_equal(io_make_temp_dir("of-", absent, &a, &two, &e), 0);
	assert_non_null(strstr(e.msg, "nowhere"));
	lc_arena_done(&a);
}

static void names_come_sorted_by_bytes_and_bounded(void **state)
{
	(void)state;
	struct lc_arena a = { 0 };
	struct lc_slices names;

	put(in_dir("b"), "");
	put(in_dir("B"), "");
	put(in_dir(".hidden"), "");
	put(in_dir("\xc3\xa9"), "");
	assert_int_equal(io_list_dir(dir, &a, 4, &names, NULL), 0);
	assert_int_equal(names.n, 4);
	assert_text(names.v[0], ".hidden");
	assert_text(names.v[1], "B");
	assert_text(names.v[2], "b");
	assert_text(names.v[3], "\xc3\xa9");
	assert_int_equal(io_list_dir(dir, &a, 3, &names, NULL), LC_ELIMIT);
	assert_int_equal(io_list_dir(in_dir("none"), &a, 3, &names, NULL), LC_ENOTFOUND);
	lc_arena_done(&a);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)
	const struct CMUnitTest tests[] = {
		T(a_written_file_reads_back_with_its_mode),
		T(until_the_commit_the_old_file_stays),
		T(giving_up_leaves_nothing_and_may_be_repeated),
		T(a_full_disk_leaves_the_old_file_and_no_temporary),
		T(failing_calls_leave_the_old_file_and_no_temporary),
		T(short_writes_are_continued_and_synced),
		T(failing_allocations_leave_no_temporary),
		T(a_missing_directory_or_a_directory_is_refused),
		T(a_link_stays_and_its_target_is_replaced),
		T(a_device_is_written_to_and_not_replaced),
		T(the_longest_name_can_be_written),
		T(the_temporary_path_names_the_open_file),
		T(a_dash_is_standard_output_and_input),
		T(reading_stops_at_the_cap),
		T(reading_in_pieces_gives_the_whole_and_failures_are_told),
		T(what_is_missing_or_no_file_is_told_apart),
		T(a_file_opens_as_content),
		T(no_path_and_no_link_leads_out_of_a_directory),
		T(content_below_a_directory_opens_and_escapes_fail),
		T(directories_are_made_with_their_parents),
		T(temporary_directories_are_new_and_private),
		T(names_come_sorted_by_bytes_and_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
