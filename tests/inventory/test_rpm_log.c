/* Databases of rpm's and the write-ahead logs beside them, in one layer. */
#include "inventory/walk.h"

#include <stdio.h>

#include "format/rpmdb_make.h"
#include "inventory/scan_image.h"
#include "oci/check_image.h"
#include "oci/make_image.h"
#include "support/alloc_fail.h"
#include "support/slice_assert.h"

enum { CAP = 64 << 20 };

static struct lc_slice tar_of(struct make *m, const struct tar_entry *files,
			      const struct lc_slice *bytes, size_t n)
{
	struct lc_buf out;
	struct lc_slice ret;
	struct tar_writer w = { &out };
	lc_buf_init(&out, CAP);
	for (size_t i = 0; i < n; i++) {
		struct tar_entry e = files[i];
		e.size = bytes[i].n;
		assert_int_equal(tar_write_header(&w, &e), 0);
		assert_int_equal(lc_buf_slice(&out, bytes[i]), 0);
		assert_int_equal(tar_write_pad(&w, e.size), 0);
	}
	assert_int_equal(tar_write_end(&w), 0);
	assert_int_equal(lc_arena_dup(&m->arena, lc_buf_get(&out), &ret), 0);
	lc_buf_done(&out);
	return ret;
}

#define FILE_NAMED(text)                                                               \
	{                                                                              \
		.type = TAR_FILE, .name = LC_S_INIT("var/lib/rpm/" text), .mode = 0644 \
	}

struct logged {
	struct make_headers before, after;
	struct lc_buf db, later, wal;
};

static void make_logged(struct logged *l)
{
	make_headers(&l->before, 3);
	make_headers(&l->after, 5);
	lc_buf_init(&l->db, CAP);
	lc_buf_init(&l->later, CAP);
	lc_buf_init(&l->wal, CAP);
	make_sqlite(&l->db, &l->before, NULL);
	make_sqlite(&l->later, &l->after, NULL);
	make_wal(&l->wal, lc_buf_get(&l->later), 4096, false);
}

static void logged_done(struct logged *l)
{
	make_headers_done(&l->before);
	make_headers_done(&l->after);
	lc_buf_done(&l->db);
	lc_buf_done(&l->later);
	lc_buf_done(&l->wal);
}

/* Packages and diagnostics of a layer of these files; n of them, the first of each pair an entry.
 */
static void check_layer(const struct tar_entry *files, const struct lc_slice *bytes, size_t n,
			size_t packages, const char *trouble)
{
	static unsigned serial;
	struct make m = { 0 };
	struct lc_err e = { 0 };
	char path[512];
	struct scanned *s = test_calloc(1, sizeof(*s));
	const struct make_layer layer = { .tar = tar_of(&m, files, bytes, n) };
	const struct make_image image = { .layers = &layer, .layers_n = 1 };
	make_layout(&m, &image, 1);
	(void)snprintf(path, sizeof(path), "%s/rpm-%u.tar", make_temp_dir(), serial++);
	make_write_tar(&m, path, IO_PLAIN);
	if (scan_image(opened(path, NULL, NULL), &lc_limits_default, s, &e))
		fail_msg("%s", e.msg);
	assert_int_equal(s->inventory.packages.n, packages);
	assert_int_equal(s->inventory.diagnostics.n, trouble ? 1 : 0);
	if (trouble)
		assert_slice(s->inventory.diagnostics.v[0].diagnostic.message, lc_str(trouble));
	scan_done(s);
	make_done(&m);
	test_free(s);
}

static void a_database_is_read_with_the_log_beside_it(void **state)
{
	static const struct tar_entry db = FILE_NAMED("rpmdb.sqlite");
	static const struct tar_entry wal = FILE_NAMED("rpmdb.sqlite-wal");
	static const struct tar_entry other = FILE_NAMED("Packages-wal");
	static struct logged l;
	(void)state;
	make_logged(&l);
	const struct lc_slice d = lc_buf_get(&l.db);
	const struct lc_slice w = lc_buf_get(&l.wal);
	const struct lc_slice none = LC_S("");
	check_layer(&db, &d, 1, 3, NULL);
	check_layer((struct tar_entry[]){ db, wal }, (struct lc_slice[]){ d, w }, 2, 5, NULL);
	check_layer((struct tar_entry[]){ wal, db }, (struct lc_slice[]){ w, d }, 2, 5, NULL);
	check_layer((struct tar_entry[]){ db, wal }, (struct lc_slice[]){ d, none }, 2, 3, NULL);
	check_layer((struct tar_entry[]){ db, other }, (struct lc_slice[]){ d, w }, 2, 3, NULL);
	check_layer(&wal, &w, 1, 0, "5 pages of a package database that another layer holds");
	check_layer((struct tar_entry[]){ db, wal }, (struct lc_slice[]){ d, LC_S("short") }, 2, 3,
		    "write-ahead log: 32 bytes at 0 pass the end at 5");
	logged_done(&l);
}

static void the_last_member_of_a_name_is_read_with_its_log(void **state)
{
	static const struct tar_entry db = FILE_NAMED("rpmdb.sqlite");
	static const struct tar_entry wal = FILE_NAMED("rpmdb.sqlite-wal");
	static const struct tar_entry link = { .type = TAR_SYMLINK,
					       .name = LC_S_INIT("var/lib/rpm/rpmdb.sqlite-wal"),
					       .target = LC_S_INIT("nowhere") };
	static struct logged l;
	(void)state;
	make_logged(&l);
	const struct lc_slice d = lc_buf_get(&l.db);
	const struct lc_slice w = lc_buf_get(&l.wal);
	const struct lc_slice x = LC_S("#!/bin/sh\nexit 0\n");
	const struct lc_slice none = LC_S("");
	check_layer((struct tar_entry[]){ db, wal, db }, (struct lc_slice[]){ x, w, d }, 3, 5,
		    NULL);
	check_layer((struct tar_entry[]){ db, wal, wal }, (struct lc_slice[]){ d, x, w }, 3, 5,
		    NULL);
	check_layer((struct tar_entry[]){ db, wal, wal }, (struct lc_slice[]){ d, w, none }, 3, 3,
		    NULL);
	check_layer((struct tar_entry[]){ db, wal, link }, (struct lc_slice[]){ d, w, none }, 3, 3,
		    NULL);
	logged_done(&l);
}

struct
try {
	struct oci_image *image;
	struct inv_matcher *matcher;
	struct inv_options options;
};

static int walk_once(void *ctx)
{
	const struct try *t = ctx;
	struct inv_sink sink;
	struct inv_walk_stats stats;
	int r = inv_sink_init(&sink, &lc_limits_default);
	if (r == 0)
		r = inv_walk_layer(t->image, 0, t->matcher, &t->options, &lc_limits_default, NULL,
				   &sink, &stats, NULL);
	inv_sink_done(&sink);
	return r;
}

static void no_memory_while_both_are_kept_is_an_error(void **state)
{
	static const struct tar_entry files[] = { FILE_NAMED("rpmdb.sqlite"),
						  FILE_NAMED("rpmdb.sqlite-wal") };
	static struct logged l;
	struct make m = { 0 };
	struct try t = { .options = { .targets = INV_TARGET_IMAGE, .groups = INV_GROUP_OS } };
	char path[512];
	(void)state;
	make_logged(&l);
	const struct lc_slice bytes[] = { lc_buf_get(&l.db), lc_buf_get(&l.wal) };
	const struct make_layer layer = { .tar = tar_of(&m, files, bytes, 2) };
	const struct make_image image = { .layers = &layer, .layers_n = 1 };
	make_layout(&m, &image, 1);
	(void)snprintf(path, sizeof(path), "%s/rpm-memory.tar", make_temp_dir());
	make_write_tar(&m, path, IO_PLAIN);
	t.image = opened(path, NULL, NULL);
	assert_int_equal(
		inv_matcher_new(scan_analysers, scan_analysers_n, &t.options, &t.matcher, NULL), 0);
	assert_true(alloc_fail_each(walk_once, &t) > 20);
	inv_matcher_free(t.matcher);
	oci_close(t.image);
	make_done(&m);
	logged_done(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_database_is_read_with_the_log_beside_it),
		cmocka_unit_test(the_last_member_of_a_name_is_read_with_its_log),
		cmocka_unit_test(no_memory_while_both_are_kept_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
