#include "oci/tar_index.h"

#include "oci/make_image.h"
#include "support/slice_assert.h"

static void build(struct tar_index *x, struct lc_slice tar)
{
	struct lc_slice_stream from;
	*x = (struct tar_index){ 0 };
	lc_slice_stream_init(&from, tar);
	assert_int_equal(tar_index_build(x, &from.base, tar.n, false, &lc_limits_default, NULL), 0);
}

static int found(const struct tar_index *x, const char *name, struct lc_slice tar,
		 struct lc_slice *ret)
{
	const struct tar_member *m;
	int rc = tar_index_find(x, lc_str(name), &m, NULL);
	if (rc == 0)
		*ret = lc_sub(tar, (size_t)m->offset, (size_t)m->size);
	return rc;
}

static void finds_members_and_follows_links(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct tar_index x;
	struct lc_slice s;
	make_put(&m, "./a/layer.tar", LC_S("first"));
	make_link(&m, "b/layer.tar", TAR_SYMLINK, "../a/layer.tar");
	make_link(&m, "c/d/layer.tar", TAR_SYMLINK, "./../../b/layer.tar");
	make_link(&m, "hard", TAR_HARDLINK, "a/layer.tar");
	make_link(&m, "rooted", TAR_SYMLINK, "/a/layer.tar");
	make_link(&m, "gone", TAR_SYMLINK, "nowhere");
	make_link(&m, "out", TAR_SYMLINK, "../a/layer.tar");
	make_link(&m, "deep/out", TAR_SYMLINK, "../../../etc/passwd");
	make_link(&m, "self", TAR_SYMLINK, "self");
	make_link(&m, "ping", TAR_SYMLINK, "pong");
	make_link(&m, "pong", TAR_SYMLINK, "ping");
	make_link(&m, "dir", TAR_DIR, "");
	make_link(&m, "fifo", TAR_FIFO, "");
	struct lc_slice tar = make_tar(&m, IO_PLAIN);
	build(&x, tar);
	static const char *const same[] = { "a/layer.tar", "b/layer.tar", "c/d/layer.tar", "hard",
					    "rooted" };
	for (size_t k = 0; k < sizeof(same) / sizeof(same[0]); k++) {
		assert_int_equal(found(&x, same[k], tar, &s), 0);
		assert_text(s, "first");
	}
	assert_int_equal(found(&x, "gone", tar, &s), LC_ENOTFOUND);
	assert_int_equal(found(&x, "never", tar, &s), LC_ENOTFOUND);
	assert_int_equal(found(&x, "out", tar, &s), LC_EBAD);
	assert_int_equal(found(&x, "deep/out", tar, &s), LC_EBAD);
	assert_int_equal(found(&x, "self", tar, &s), LC_EBAD);
	assert_int_equal(found(&x, "ping", tar, &s), LC_EBAD);
	assert_int_equal(found(&x, "dir", tar, &s), LC_EUNSUP);
	assert_int_equal(found(&x, "fifo", tar, &s), LC_EUNSUP);
	assert_false(x.no_end);
	tar_index_done(&x);
	make_done(&m);
}

static void last_member_of_a_name_holds(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct tar_index x;
	struct lc_slice s;
	make_put(&m, "a", LC_S("old"));
	make_put(&m, "./a", LC_S("newer"));
	make_link(&m, "b", TAR_SYMLINK, "a");
	make_put(&m, ".//b", LC_S("file now"));
	struct lc_slice tar = make_tar(&m, IO_PLAIN);
	build(&x, tar);
	assert_int_equal(found(&x, "a", tar, &s), 0);
	assert_text(s, "newer");
	assert_int_equal(found(&x, "b", tar, &s), 0);
	assert_text(s, "file now");
	tar_index_done(&x);
	make_done(&m);
}

static void gives_up_on_long_chains_of_links(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct tar_index x;
	struct lc_slice s;
	make_put(&m, "l0", LC_S("end"));
	for (int k = 1; k <= 40; k++)
		make_link(&m, make_text(&m, "l%d", k), TAR_SYMLINK, make_text(&m, "l%d", k - 1));
	struct lc_slice tar = make_tar(&m, IO_PLAIN);
	build(&x, tar);
	assert_int_equal(found(&x, "l10", tar, &s), 0);
	assert_text(s, "end");
	assert_int_equal(found(&x, "l40", tar, &s), LC_EBAD);
	tar_index_done(&x);
	make_done(&m);
}

static void names_the_member_that_is_cut_off(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct tar_index x = { 0 };
	struct lc_err e = { 0 };
	struct lc_slice_stream from;
	make_put(&m, "whole", LC_S("here"));
	make_put(&m, "blobs/sha256/cut", LC_S("0123456789"));
	struct lc_slice tar = lc_sub(make_tar(&m, IO_PLAIN), 0, 512 * 3 + 4);
	lc_slice_stream_init(&from, tar);
	assert_int_equal(tar_index_build(&x, &from.base, tar.n, false, &lc_limits_default, &e),
			 LC_ETRUNC);
	assert_non_null(strstr(e.msg, "blobs/sha256/cut"));
	assert_non_null(strstr(e.msg, "4 of its 10 bytes"));
	tar_index_done(&x);
	make_done(&m);
}

static void notices_a_missing_end_mark(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct tar_index x;
	make_put(&m, "a", LC_S("1"));
	build(&x, lc_sub(make_tar(&m, IO_PLAIN), 0, 1024));
	assert_true(x.no_end);
	tar_index_done(&x);
	make_done(&m);
}

static void unsafe_members_are_not_found(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct tar_index x;
	struct lc_slice s;
	make_put(&m, "../manifest.json", LC_S("[]"));
	make_put(&m, "a/../index.json", LC_S("{}"));
	struct lc_slice tar = make_tar(&m, IO_PLAIN);
	build(&x, tar);
	assert_int_equal(found(&x, "manifest.json", tar, &s), LC_ENOTFOUND);
	assert_int_equal(found(&x, "index.json", tar, &s), LC_ENOTFOUND);
	assert_int_equal(found(&x, "../manifest.json", tar, &s), LC_ENOTFOUND);
	tar_index_done(&x);
	make_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_members_and_follows_links),
		cmocka_unit_test(last_member_of_a_name_holds),
		cmocka_unit_test(gives_up_on_long_chains_of_links),
		cmocka_unit_test(names_the_member_that_is_cut_off),
		cmocka_unit_test(notices_a_missing_end_mark),
		cmocka_unit_test(unsafe_members_are_not_found),
	};
	return cmocka_run_group_tests_name("oci-tar-index", tests, NULL, NULL);
}
