/* OpenPGP messages before rings of keys: gpg runs in a place of its own and leaves nothing there.
 */
#include "crypt/openpgp.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "io/remove.h"
#include "support/fixture.h"
#include "support/slice_assert.h"
#include "support/tap.h"

struct files {
	struct lc_buf one, two, message;
	char place[64], variable[96];
	char *environment[2];
};

static int setup(void **state)
{
	static struct files f;
	lc_buf_init(&f.one, 1 << 20);
	lc_buf_init(&f.two, 1 << 20);
	lc_buf_init(&f.message, 1 << 20);
	(void)snprintf(f.place, sizeof(f.place), "/tmp/lacre-openpgp-XXXXXX");
	if (!mkdtemp(f.place))
		return -1;
	(void)snprintf(f.variable, sizeof(f.variable), "TMPDIR=%s", f.place);
	f.environment[0] = f.variable;
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct files *f = *state;
	lc_buf_done(&f->one);
	lc_buf_done(&f->two);
	lc_buf_done(&f->message);
	return io_remove_at(AT_FDCWD, f->place, NULL, NULL);
}

static void read_files(struct files *f)
{
	source_read("tests/data/policy/one.asc", &f->one);
	source_read("tests/data/policy/two.gpg", &f->two);
	source_read("tests/data/policy/signature-1", &f->message);
}

static struct openpgp_ring *ring_of(struct files *f, const struct lc_slice *blobs, size_t n)
{
	struct openpgp_ring *r = NULL;
	struct lc_err e = { 0 };
	int rc = openpgp_ring_open(f->environment, blobs, n, &r, &e);
	if (rc == LC_EUNSUP)
		tap_skip("%s", e.msg);
	if (rc)
		fail_msg("%s", e.msg);
	return r;
}

static unsigned count_left(const struct files *f)
{
	unsigned n = 0;
	DIR *d = opendir(f->place);
	assert_non_null(d);
	while (readdir(d))
		n++;
	assert_int_equal(closedir(d), 0);
	return n - 2;
}

static void tells_good_from_unknown(void **state)
{
	struct files *f = *state;
	struct openpgp_signer s;
	struct lc_err e = { 0 };
	struct lc_buf content;
	read_files(f);
	const struct lc_slice both[] = { lc_buf_get(&f->two), lc_buf_get(&f->one) };
	struct openpgp_ring *r = ring_of(f, both, 2);
	lc_buf_init(&content, 4096);
	assert_int_equal(openpgp_ring_keys(r), 2);
	assert_int_equal(openpgp_verify(r, lc_buf_get(&f->message), &content, &s, &e), 0);
	assert_int_equal(s.verdict, OPENPGP_GOOD);
	assert_string_equal(s.fingerprint, "4903D61103AD8AE298F2519B8EE399BAA1FD932D");
	assert_int_equal(s.time, 1735689600);
	assert_int_not_equal(lc_find_slice(lc_buf_get(&content), LC_S("reg.example/app:1")),
			     SIZE_MAX);
	openpgp_ring_close(r);
	lc_buf_clear(&content);
	r = ring_of(f, both, 1);
	assert_int_equal(openpgp_verify(r, lc_buf_get(&f->message), &content, &s, &e), 0);
	assert_int_equal(s.verdict, OPENPGP_UNKNOWN_KEY);
	assert_int_equal(content.n, 0);
	assert_int_not_equal(e.len, 0);
	openpgp_ring_close(r);
	assert_int_equal(count_left(f), 0);
	lc_buf_done(&content);
}

static void gives_no_content_of_what_does_not_hold(void **state)
{
	struct files *f = *state;
	struct openpgp_signer s;
	struct lc_buf content;
	read_files(f);
	const struct lc_slice one = lc_buf_get(&f->one);
	struct openpgp_ring *r = ring_of(f, &one, 1);
	const struct lc_slice rows[] = { LC_S(""), LC_S("\xa3"), LC_S("text"),
					 lc_sub(lc_buf_get(&f->message), 0, 100), one };
	lc_buf_init(&content, 4096);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_err e = { 0 };
		assert_int_equal(openpgp_verify(r, rows[i], &content, &s, &e), 0);
		assert_int_equal(s.verdict, OPENPGP_NO_MESSAGE);
		assert_int_equal(content.n, 0);
		assert_int_not_equal(e.len, 0);
	}
	struct lc_buf small; /* more than fits */
	lc_buf_init(&small, 16);
	assert_int_equal(openpgp_verify(r, lc_buf_get(&f->message), &small, &s, NULL), 0);
	assert_int_equal(s.verdict, OPENPGP_NO_MESSAGE);
	openpgp_ring_close(r);
	lc_buf_done(&small);
	lc_buf_done(&content);
}

/* As gpg makes it with --digest-algo SHA1, and takes it. */
static void digests_that_can_be_forged_do_not_count(void **state)
{
	struct files *f = *state;
	struct openpgp_signer s;
	struct lc_err e = { 0 };
	struct lc_buf content;
	source_read("tests/data/policy/weak.gpg", &f->one);
	source_read("tests/data/policy/signature-sha1", &f->message);
	const struct lc_slice one = lc_buf_get(&f->one);
	struct openpgp_ring *r = ring_of(f, &one, 1);
	lc_buf_init(&content, 4096);
	assert_int_equal(openpgp_verify(r, lc_buf_get(&f->message), &content, &s, &e), 0);
	assert_int_equal(s.verdict, OPENPGP_BAD);
	assert_non_null(strstr(e.msg, "SHA-256"));
	assert_int_equal(content.n, 0);
	openpgp_ring_close(r);
	lc_buf_done(&content);
}

static void rings_may_be_empty(void **state)
{
	struct files *f = *state;
	const struct lc_slice rows[] = { LC_S("no key"), LC_S(""), LC_S("\x99\x01\x0d") };
	struct openpgp_ring *r = ring_of(f, rows, 3);
	assert_int_equal(openpgp_ring_keys(r), 0);
	openpgp_ring_close(r);
	openpgp_ring_close(NULL);
}

static void says_where_it_cannot_work(void **state)
{
	struct openpgp_ring *r = NULL;
	struct lc_err e = { 0 };
	char variable[] = "TMPDIR=/dev/null/absent";
	char *environment[] = { variable, NULL };
	(void)state;
	int rc = openpgp_ring_open(environment, NULL, 0, &r, &e);
	if (rc == LC_EUNSUP)
		tap_skip("%s", e.msg);
	assert_int_equal(rc, LC_EIO);
	assert_non_null(strstr(e.msg, "/dev/null/absent"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tells_good_from_unknown, setup, teardown),
		cmocka_unit_test_setup_teardown(gives_no_content_of_what_does_not_hold, setup,
						teardown),
		cmocka_unit_test_setup_teardown(digests_that_can_be_forged_do_not_count, setup,
						teardown),
		cmocka_unit_test_setup_teardown(rings_may_be_empty, setup, teardown),
		cmocka_unit_test(says_where_it_cannot_work),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
