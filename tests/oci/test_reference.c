#include "oci/reference.h"

#include "support/alloc_fail.h"
#include "support/slice_assert.h"

static const struct {
	const char *text, *registry, *repository, *tag, *familiar;
} good[] = {
	{ "alpine", "docker.io", "library/alpine", "", "alpine" },
	{ "alpine:3.19", "docker.io", "library/alpine", "3.19", "alpine:3.19" },
	{ "library/alpine", "docker.io", "library/alpine", "", "alpine" },
	{ "docker.io/alpine:3", "docker.io", "library/alpine", "3", "alpine:3" },
	{ "index.docker.io/library/a", "docker.io", "library/a", "", "a" },
	{ "registry-1.docker.io/u/a", "docker.io", "u/a", "", "u/a" },
	{ "user/app:v1", "docker.io", "user/app", "v1", "user/app:v1" },
	{ "ghcr.io/o/app", "ghcr.io", "o/app", "", "ghcr.io/o/app" },
	{ "localhost/app", "localhost", "app", "", "localhost/app" },
	{ "localhost:5000/app:t", "localhost:5000", "app", "t", "localhost:5000/app:t" },
	{ "host:80/a/b/c", "host:80", "a/b/c", "", "host:80/a/b/c" },
	{ "[::1]:5000/a", "[::1]:5000", "a", "", "[::1]:5000/a" },
	{ "[2001:db8::1]/a", "[2001:db8::1]", "a", "", "[2001:db8::1]/a" },
	{ "Host/a", "Host", "a", "", "Host/a" },
	{ "a.b/c", "a.b", "c", "", "a.b/c" },
	{ "a__b/c---d", "docker.io", "a__b/c---d", "", "a__b/c---d" },
	{ "a:_T.1-2", "docker.io", "library/a", "_T.1-2", "a:_T.1-2" },
	{ "3.20", "docker.io", "library/3.20", "", "3.20" },
	{ "docker.io/ghcr.io/x", "docker.io", "ghcr.io/x", "", "docker.io/ghcr.io/x" },
	{ "docker.io/localhost/x", "docker.io", "localhost/x", "", "docker.io/localhost/x" },
	{ "library/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "docker.io",
	  "library/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "",
	  "library/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" },
	{ "library/x/y", "docker.io", "library/x/y", "", "library/x/y" },
};

static const char *const bad[] = {
	"",
	":",
	"@",
	"a:",
	":a",
	"a@",
	"/a",
	"a/",
	"a//b",
	"A",
	"a/B",
	"a_",
	"_a",
	"a..b",
	"a___b",
	"-a",
	"a-",
	"a b",
	"a\n",
	"a:b c",
	"a:.x",
	"a:-x",
	"a:b:c",
	"a@sha256:00",
	"a@md5",
	"a@sha256:zz",
	"-h.io/a",
	"h-.io/a",
	"h..io/a",
	"h.io:/a",
	"h.io:99999999/a",
	"h.io:x/a",
	"[::1/a",
	"[]/a",
	"[::g]/a",
	"[::1]x/a",
	"h.io/",
	"http://h.io/a",
	"a/../b",
	"./a",
	"a/./b",
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
};

static void splits_and_normalises(void **state)
{
	(void)state;
	for (size_t k = 0; k < sizeof(good) / sizeof(good[0]); k++) {
		struct lc_arena a = { 0 };
		struct oci_reference r;
		assert_int_equal(oci_reference_parse(lc_str(good[k].text), &a, &r, NULL), 0);
		assert_slice(r.registry, lc_str(good[k].registry));
		assert_slice(r.repository, lc_str(good[k].repository));
		assert_slice(r.tag, lc_str(good[k].tag));
		assert_int_equal(r.digest.n, 0);
		assert_slice(oci_reference_familiar(&r, &a), lc_str(good[k].familiar));
		lc_arena_done(&a);
	}
}

static void familiar_form_reads_back_equal(void **state)
{
	(void)state;
	for (size_t k = 0; k < sizeof(good) / sizeof(good[0]); k++) {
		struct lc_arena a = { 0 };
		struct oci_reference r;
		struct oci_reference again;
		assert_int_equal(oci_reference_parse(lc_str(good[k].text), &a, &r, NULL), 0);
		struct lc_slice f = oci_reference_familiar(&r, &a);
		assert_int_equal(oci_reference_parse(f, &a, &again, NULL), 0);
		assert_slice(oci_reference_name(&again, &a), oci_reference_name(&r, &a));
		assert_slice(again.tag, r.tag);
		lc_arena_done(&a);
	}
}

static void keeps_tag_and_digest(void **state)
{
	(void)state;
	static const char text[] =
		"h.io/a:t@sha256:"
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
	struct lc_arena a = { 0 };
	struct oci_reference r;
	assert_int_equal(oci_reference_parse(lc_str(text), &a, &r, NULL), 0);
	assert_text(r.tag, "t");
	assert_slice(r.digest, lc_skip(lc_str(text), 9));
	assert_text(oci_reference_name(&r, &a), "h.io/a");
	assert_slice(oci_reference_familiar(&r, &a), lc_str(text));
	lc_arena_done(&a);
}

static void refuses_what_is_no_name(void **state)
{
	(void)state;
	for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++) {
		struct lc_arena a = { 0 };
		struct lc_err e = { 0 };
		struct oci_reference r = { .tag = LC_S("untouched") };
		int rc = oci_reference_parse(lc_str(bad[k]), &a, &r, &e);
		if (rc != LC_EBAD && rc != LC_EUNSUP)
			print_error("# accepted: %s\n", bad[k]);
		assert_true(rc == LC_EBAD || rc == LC_EUNSUP);
		assert_true(e.len > 0);
		assert_text(r.tag, "untouched");
		lc_arena_done(&a);
	}
}

static void refuses_names_that_are_too_long(void **state)
{
	(void)state;
	char text[300];
	struct lc_arena a = { 0 };
	struct oci_reference r;
	memset(text, 'a', sizeof(text));
	assert_int_equal(oci_reference_parse(lc_slice_of(text, 255), &a, &r, NULL), 0);
	assert_int_equal(oci_reference_parse(lc_slice_of(text, 256), &a, &r, NULL), LC_EBAD);
	text[1] = ':';
	assert_int_equal(oci_reference_parse(lc_slice_of(text, 2 + 128), &a, &r, NULL), 0);
	assert_int_equal(oci_reference_parse(lc_slice_of(text, 2 + 129), &a, &r, NULL), LC_EBAD);
	lc_arena_done(&a);
}

static void escapes_what_it_quotes(void **state)
{
	(void)state;
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct oci_reference r;
	assert_int_equal(oci_reference_parse(LC_S("a\033[31m"), &a, &r, &e), LC_EBAD);
	assert_null(strchr(e.msg, '\033'));
	lc_arena_done(&a);
}

static int parse_one(void *ctx)
{
	struct lc_arena a = { 0 };
	struct oci_reference r;
	(void)ctx;
	int rc = oci_reference_parse(LC_S("alpine:3@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4"
					  "649b934ca495991b7852b855"),
				     &a, &r, NULL);
	lc_arena_done(&a);
	return rc;
}

static void survives_failing_allocations(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(parse_one, NULL) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits_and_normalises),
		cmocka_unit_test(familiar_form_reads_back_equal),
		cmocka_unit_test(keeps_tag_and_digest),
		cmocka_unit_test(refuses_what_is_no_name),
		cmocka_unit_test(refuses_names_that_are_too_long),
		cmocka_unit_test(escapes_what_it_quotes),
		cmocka_unit_test(survives_failing_allocations),
	};
	return cmocka_run_group_tests_name("oci-reference", tests, NULL, NULL);
}
