#include "oci/image.h"

#include "support/slice_assert.h"

static struct oci_platform parsed(const char *s)
{
	struct oci_platform p = { 0 };
	assert_int_equal(oci_platform_parse(lc_str(s), &p, NULL), 0);
	return p;
}

static void reads_every_spelling(void **state)
{
	(void)state;
	static const struct {
		const char *text, *os, *architecture, *variant;
	} rows[] = {
		{ "linux/amd64", "linux", "amd64", "" },
		{ "linux/x86_64", "linux", "amd64", "" },
		{ "LINUX/AMD64", "linux", "amd64", "" },
		{ "linux/arm/v7", "linux", "arm", "v7" },
		{ "linux/aarch64", "linux", "arm64", "" },
		{ "linux/armhf", "linux", "arm", "v7" },
		{ "linux/armel", "linux", "arm", "v6" },
		{ "linux/i386", "linux", "386", "" },
		{ "arm64", "", "arm64", "" },
		{ "x86_64", "", "amd64", "" },
		{ "windows", "windows", "", "" },
		{ "plan9/sparc64", "plan9", "sparc64", "" },
	};
	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		struct oci_platform p = parsed(rows[k].text);
		assert_slice(p.os, lc_str(rows[k].os));
		assert_slice(p.architecture, lc_str(rows[k].architecture));
		assert_slice(p.variant, lc_str(rows[k].variant));
	}
}

static void refuses_other_shapes(void **state)
{
	(void)state;
	static const char *const rows[] = {
		"",
		"/",
		"linux/",
		"/amd64",
		"linux//v7",
		"linux/arm/v7/x",
		"linux/arm/",
		"nonsense",
		"linux/am d64",
		"linux/amd64\n",
		"linux/\xff",
		"linux/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		struct oci_platform p = { .os = LC_S("untouched") };
		struct lc_err e = { 0 };
		assert_int_equal(oci_platform_parse(lc_str(rows[k]), &p, &e), LC_EBAD);
		assert_true(e.len > 0);
		assert_text(p.os, "untouched");
	}
}

static void matches_with_default_variants(void **state)
{
	(void)state;
	static const struct {
		const char *want, *have;
		bool match;
	} rows[] = {
		{ "linux/amd64", "linux/amd64", true },
		{ "linux/amd64", "linux/arm64", false },
		{ "linux/amd64", "windows/amd64", false },
		{ "arm64", "linux/arm64/v8", true },
		{ "linux/arm64/v8", "linux/arm64", true },
		{ "linux/arm64", "linux/arm64/v8", true },
		{ "linux/arm/v7", "linux/arm", true },
		{ "linux/arm/v6", "linux/arm", false },
		{ "linux/arm/v6", "linux/arm/v7", false },
		{ "linux/arm", "linux/arm/v5", true },
		{ "linux/arm/v7", "linux/arm/7", true },
		{ "linux/amd64/v1", "linux/amd64", true },
		{ "linux/amd64/v3", "linux/amd64", false },
		{ "linux", "linux/s390x", true },
		{ "linux/amd64", "linux/x86_64", true },
	};
	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		struct oci_platform want = parsed(rows[k].want);
		struct oci_platform have = parsed(rows[k].have);
		assert_int_equal(oci_platform_match(&want, &have), rows[k].match);
	}
}

static void shows_a_platform_safely(void **state)
{
	(void)state;
	struct oci_platform p = { LC_S("li\033nux"), LC_S(""), LC_S("v7") };
	struct lc_quoted q = oci_platform_text(&p);
	assert_string_equal(q.s, "li\\x1bnux/unknown/v7");
	struct oci_platform host = oci_platform_host();
	assert_text(host.os, "linux");
	assert_true(host.architecture.n > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_spelling),
		cmocka_unit_test(refuses_other_shapes),
		cmocka_unit_test(matches_with_default_variants),
		cmocka_unit_test(shows_a_platform_safely),
	};
	return cmocka_run_group_tests_name("oci-platform", tests, NULL, NULL);
}
