#include "oci/image.h"

#include "oci/check_image.h"
#include "oci/make_image.h"
#include "support/alloc_fail.h"
#include "support/shim_fake.h"

static const struct make_file files[] = { { "etc/a", "one", TAR_FILE, NULL, 0 },
					  { ".wh.b", NULL, TAR_FILE, NULL, 0 } };

struct job {
	const char *path, *reference, *platform;
};

/* Open and read everything; 0 only when all of it was right. */
static int read_all(void *ctx)
{
	const struct job *j = ctx;
	struct oci_image *i = NULL;
	struct lc_err e = { 0 };
	int rc = open_image(j->path, j->reference, j->platform, &i, &e);
	for (size_t k = 0; rc == 0 && k < i->layers_n; k++) {
		struct oci_layer_reader *r = NULL;
		struct oci_layer_stats st;
		struct oci_entry en;
		rc = oci_layer_open(i, k, NULL, NULL, &r, &e);
		while (rc == 0)
			rc = oci_layer_next(r, &en, &e);
		if (rc == LC_ENOTFOUND)
			rc = oci_layer_finish(r, &st, &e);
		oci_layer_close(r);
	}
	oci_close(i);
	return rc;
}

static void each_kind_of_image_survives_failing_allocations(void **state)
{
	(void)state;
	char path[256];
	struct job j = { path, "app:v1", "linux/amd64" };
	struct make_layer layers[] = {
		{ .files = files, .files_n = 2, .compression = IO_GZIP, .created_by = "x" },
		{ .files = files, .files_n = 1, .compression = IO_PLAIN, .created_by = "y" },
	};
	struct make_image images[] = { { layers, 2, .name = "app:v1" },
				       { layers, 1, .name = "app:v2", .architecture = "arm64" } };
	for (unsigned kind = 0; kind < 5; kind++) {
		struct make m = { 0 };
		if (kind < 3)
			make_layout(&m, images, 2);
		else
			make_docker(&m, images, 2, kind == 3 ? MAKE_DOCKER_OLD : MAKE_DOCKER_NEW);
		(void)snprintf(path, sizeof(path), "%s/alloc-%u", make_temp_dir(), kind);
		if (kind == 0)
			make_write_dir(&m, path);
		else
			make_write_tar(&m, path, kind == 2 ? IO_GZIP : IO_PLAIN);
		assert_true(alloc_fail_each(read_all, &j) > 20);
		make_done(&m);
	}
}

static void layouts_that_need_a_look_survive_failing_allocations(void **state)
{
	(void)state;
	char path[256];
	struct job j = { path, NULL, "linux/arm64" };
	struct make m = { 0 };
	struct make_layer layer = { .files = files, .files_n = 1 };
	struct make_image images[] = { { &layer, 1, .hide_platform = true },
				       { &layer, 1, .architecture = "arm64",
					 .hide_platform = true } };
	(void)snprintf(path, sizeof(path), "%s/alloc-look.tar", make_temp_dir());
	make_layout(&m, images, 2);
	make_write_tar(&m, path, IO_PLAIN);
	assert_true(alloc_fail_each(read_all, &j) > 20);
	make_done(&m);
}

static void failing_reads_are_errors_wherever_they_happen(void **state)
{
	(void)state;
	char path[256];
	struct job j = { path, NULL, NULL };
	struct make m = { 0 };
	struct make_layer layer = { .files = files, .files_n = 2, .compression = IO_GZIP };
	struct make_image image = { &layer, 1 };
	make_layout(&m, &image, 1);
	for (unsigned kind = 0; kind < 2; kind++) {
		(void)snprintf(path, sizeof(path), "%s/read-%u.tar", make_temp_dir(), kind);
		make_write_tar(&m, path, kind ? IO_GZIP : IO_PLAIN);
		int rc = LC_EIO;
		uint64_t left = 0;
		for (; rc && left < 100000; left += 61) {
			struct shim_fake f = shim_fake_default();
			f.input_left = left;
			f.ticks_step = 0;
			shim_fake_set(&f);
			rc = read_all(&j);
			shim_fake_reset();
			assert_true(rc == 0 || rc == LC_EIO);
		}
		assert_int_equal(rc, 0);
		assert_true(left > 512);
	}
	make_done(&m);
}

static void short_reads_change_nothing(void **state)
{
	(void)state;
	char path[256];
	struct job j = { path, NULL, NULL };
	struct make m = { 0 };
	struct make_layer layer = { .files = files, .files_n = 2, .compression = IO_GZIP };
	struct make_image image = { &layer, 1 };
	make_layout(&m, &image, 1);
	for (unsigned kind = 0; kind < 2; kind++) {
		(void)snprintf(path, sizeof(path), "%s/short-%u.tar", make_temp_dir(), kind);
		make_write_tar(&m, path, kind ? IO_GZIP : IO_PLAIN);
		for (size_t max = 1; max < 40; max += 6) {
			struct shim_fake f = shim_fake_default();
			f.read_max = max;
			shim_fake_set(&f);
			int rc = read_all(&j);
			shim_fake_reset();
			assert_int_equal(rc, 0);
		}
	}
	make_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_image_survives_failing_allocations),
		cmocka_unit_test(layouts_that_need_a_look_survive_failing_allocations),
		cmocka_unit_test(failing_reads_are_errors_wherever_they_happen),
		cmocka_unit_test(short_reads_change_nothing),
	};
	return cmocka_run_group_tests_name("oci-alloc", tests, NULL, NULL);
}
