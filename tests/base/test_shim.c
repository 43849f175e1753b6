#include "base/shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/slice_assert.h"

struct folder {
	char path[64];
	int fd;
};

static int make_folder(void **state)
{
	static struct folder f;
	strcpy(f.path, "/tmp/lacre-shim-XXXXXX");
	if (!mkdtemp(f.path))
		return -1;
	f.fd = open(f.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*state = &f;
	return f.fd < 0 ? -1 : 0;
}

static int drop_folder(void **state)
{
	struct folder *f = *state;
	close(f->fd);
	return rmdir(f->path);
}

static void a_file_is_written_renamed_read_and_removed(void **state)
{
	const struct folder *f = *state;
	char buf[8] = { 0 };
	int fd = lc_sys_open(f->fd, "a", O_RDWR | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(lc_sys_write(fd, "hello", 5), 5);
	assert_int_equal(lc_sys_fsync(fd), 0);
	assert_int_equal(lc_sys_pread(fd, buf, 3, 2), 3);
	assert_string_equal(buf, "llo");
	assert_int_equal(lc_sys_read(fd, buf, 8), 0);
	close(fd);
	assert_int_equal(lc_sys_rename(f->fd, "a", "b"), 0);
	assert_int_equal(lc_sys_open(f->fd, "a", O_RDONLY, 0), -ENOENT);
	assert_int_equal(lc_sys_unlink(f->fd, "b"), 0);
}

static void errors_come_as_negative_errno(void **state)
{
	const struct folder *f = *state;
	char c = 0;
	assert_int_equal(lc_sys_open(f->fd, "none", O_RDONLY, 0), -ENOENT);
	assert_int_equal(lc_sys_unlink(f->fd, "none"), -ENOENT);
	assert_int_equal(lc_sys_rename(f->fd, "none", "x"), -ENOENT);
	assert_int_equal(lc_sys_read(-1, &c, 1), -EBADF);
	assert_int_equal(lc_sys_write(-1, &c, 1), -EBADF);
	assert_int_equal(lc_sys_fsync(-1), -EBADF);
	assert_int_equal(lc_sys_pread(-1, &c, 1, 0), -EBADF);
	assert_int_equal(lc_sys_pread(0, &c, 1, UINT64_MAX), -EOVERFLOW);
}

static void opened_files_close_on_exec(void **state)
{
	const struct folder *f = *state;
	int fd = lc_sys_open(f->fd, ".", O_RDONLY, 0);
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
}

static void allocations_of_nothing_are_something(void **state)
{
	(void)state;
	void *p = lc_alloc(0);
	assert_non_null(p);
	lc_free(p);
	p = lc_alloc0(0, 8);
	assert_non_null(p);
	lc_free(p);
	lc_free(NULL);
}

static void zeroed_allocations_are_zero_and_checked(void **state)
{
	(void)state;
	const uint8_t *p = lc_alloc0(100, 7);
	assert_non_null(p);
	for (size_t i = 0; i < 700; i++)
		assert_int_equal(p[i], 0);
	lc_free((void *)(uintptr_t)p);
	assert_null(lc_alloc0(SIZE_MAX / 2, 3));
}

static void scopes_free_what_is_not_stolen(void **state)
{
	(void)state;
	char *kept = NULL;
	{
		LC_AUTOFREE char *freed = lc_alloc(10);
		LC_AUTOFREE char *stolen = lc_alloc(10);
		assert_non_null(freed);
		assert_non_null(stolen);
		kept = LC_STEAL(stolen);
		assert_null(stolen);
	}
	kept[9] = 'x';
	lc_free(kept);
}

static void clocks_go_forward(void **state)
{
	(void)state;
	int64_t a = lc_ticks_ns();
	assert_true(lc_ticks_ns() >= a);
	assert_true(lc_now_ns() > (int64_t)1700000000 * 1000000000);
}

static void random_bytes_differ(void **state)
{
	(void)state;
	uint8_t a[600];
	uint8_t b[600];
	assert_int_equal(lc_random(a, sizeof(a)), 0);
	assert_int_equal(lc_random(b, sizeof(b)), 0);
	assert_memory_not_equal(a, b, sizeof(a));
	assert_int_equal(lc_random(a, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_file_is_written_renamed_read_and_removed,
						make_folder, drop_folder),
		cmocka_unit_test_setup_teardown(errors_come_as_negative_errno, make_folder,
						drop_folder),
		cmocka_unit_test_setup_teardown(opened_files_close_on_exec, make_folder,
						drop_folder),
		cmocka_unit_test(allocations_of_nothing_are_something),
		cmocka_unit_test(zeroed_allocations_are_zero_and_checked),
		cmocka_unit_test(scopes_free_what_is_not_stolen),
		cmocka_unit_test(clocks_go_forward),
		cmocka_unit_test(random_bytes_differ),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
