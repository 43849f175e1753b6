#include "crypt/digest.h"

#include "support/alloc_fail.h"
#include "support/slice_assert.h"

/* FIPS 180-4 and RFC 1321 examples. */
static void known_answers(void **state)
{
	(void)state;
	static const struct {
		enum digest_algorithm algorithm;
		const char *text;
		const char *want;
	} rows[] = {
		{ DIGEST_SHA256, "",
		  "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ DIGEST_SHA256, "abc",
		  "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ DIGEST_SHA512, "abc",
		  "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
		  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
		{ DIGEST_SHA1, "abc", "sha1:a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ DIGEST_MD5, "message digest", "md5:f96b697d7cb7938d525a2f31aaf161d0" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct digest d;
		char text[DIGEST_TEXT_MAX];
		assert_int_equal(digest_of(rows[i].algorithm, lc_str(rows[i].text), &d, NULL), 0);
		assert_string_equal(digest_text(&d, text), rows[i].want);
		assert_string_equal(digest_hex(&d, text), strchr(rows[i].want, ':') + 1);
	}
}

static void what_is_written_parses_back(void **state)
{
	(void)state;
	static const enum digest_algorithm both[] = { DIGEST_SHA256, DIGEST_SHA512 };

	for (size_t i = 0; i < 2; i++) {
		struct digest d;
		struct digest back;
		char text[DIGEST_TEXT_MAX];
		assert_int_equal(digest_of(both[i], LC_S("seal"), &d, NULL), 0);
		assert_int_equal(digest_parse(lc_str(digest_text(&d, text)), &back, NULL), 0);
		assert_true(digest_eq(&d, &back));
		back.bytes[31] ^= 1;
		assert_false(digest_eq(&d, &back));
		back = d;
		back.algorithm = DIGEST_SHA1;
		assert_false(digest_eq(&d, &back));
	}
}

#define HEX8  "0123456789abcdef"
#define HEX32 HEX8 HEX8

static void malformed_digests_are_refused(void **state)
{
	(void)state;
	static const struct {
		struct lc_slice text;
		int rc;
	} rows[] = {
		{ LC_S_INIT("sha256:" HEX32 HEX32), 0 },
		{ LC_S_INIT("sha512:" HEX32 HEX32 HEX32 HEX32), 0 },
		{ LC_S_INIT(""), LC_EBAD },
		{ LC_S_INIT(":"), LC_EBAD },
		{ LC_S_INIT("sha256"), LC_EBAD },
		{ LC_S_INIT("sha256:"), LC_EBAD },
		{ LC_S_INIT(":" HEX32 HEX32), LC_EBAD },
		{ LC_S_INIT(HEX32 HEX32), LC_EBAD },
		{ LC_S_INIT("sha256:" HEX32 HEX8 "0123456789abcde"), LC_EBAD },
		{ LC_S_INIT("sha256:" HEX32 HEX32 "0"), LC_EBAD },
		{ LC_S_INIT("sha256:" HEX32 HEX8 "0123456789abcdeg"), LC_EBAD },
		{ LC_S_INIT("sha256:" HEX32 HEX8 "0123456789ABCDEF"), LC_EBAD },
		{ LC_S_INIT("sha256:" HEX32 HEX8 "0123456789abcde\0"), LC_EBAD },
		{ LC_S_INIT("sha256:" HEX32 HEX8 "0123456789abcde "), LC_EBAD },
		{ LC_S_INIT("sha512:" HEX32 HEX32), LC_EBAD },
		{ LC_S_INIT(" sha256:" HEX32 HEX32), LC_EBAD },
		{ LC_S_INIT("SHA256:" HEX32 HEX32), LC_EBAD },
		{ LC_S_INIT("sha256::" HEX32 HEX32), LC_EBAD },
		{ LC_S_INIT("+sha256:" HEX32 HEX32), LC_EBAD },
		{ LC_S_INIT("a++b:" HEX32), LC_EBAD },
		{ LC_S_INIT("sha384:" HEX32 HEX32), LC_EUNSUP },
		{ LC_S_INIT("sha1:0123456789abcdef0123456789abcdef01234567"), LC_EUNSUP },
		{ LC_S_INIT("md5:" HEX32), LC_EUNSUP },
		{ LC_S_INIT("multihash+base58:QmRZxt2b1FVZPNqd8hsiykDL3TdBDeTSPX9Kv46HmX4Gx8"),
		  LC_EUNSUP },
		{ LC_S_INIT("sha256:../../../../etc/passwd"), LC_EBAD },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct digest d = { .algorithm = DIGEST_MD5 };
		int rc = digest_parse(rows[i].text, &d, NULL);
		if (rc != rows[i].rc)
			fail_msg("%s: %d", lc_quote(rows[i].text).s, rc);
		if (rc)
			assert_int_equal(d.algorithm, DIGEST_MD5); /* untouched */
	}
}

static void results_so_far_do_not_disturb_the_rest(void **state)
{
	(void)state;
	struct digester *d;
	struct digest part;
	struct digest whole;
	struct digest want;

	assert_int_equal(digester_new(DIGEST_SHA256, &d, NULL), 0);
	digester_add(d, "ab", 2);
	assert_int_equal(digester_get(d, &part, NULL), 0);
	digester_add(d, NULL, 0);
	digester_add(d, "c", 1);
	assert_int_equal(digester_get(d, &whole, NULL), 0);
	assert_int_equal(digest_of(DIGEST_SHA256, LC_S("ab"), &want, NULL), 0);
	assert_true(digest_eq(&part, &want));
	assert_int_equal(digest_of(DIGEST_SHA256, LC_S("abc"), &want, NULL), 0);
	assert_true(digest_eq(&whole, &want));
	digester_free(d);
	digester_free(NULL);
}

static void a_stream_hashes_what_is_read_and_what_is_skipped(void **state)
{
	(void)state;
	struct lc_slice_stream from;
	struct digest_stream s;
	struct digest got;
	struct digest want;
	uint8_t buf[3];

	lc_slice_stream_init(&from, LC_S("numbered seals"));
	assert_int_equal(digest_stream_init(&s, &from.base, DIGEST_SHA256, NULL), 0);
	assert_int_equal(lc_stream_exact(&s.base, buf, 3, NULL), 0);
	assert_int_equal(lc_stream_skip(&s.base, 5, NULL), 0);
	assert_true(s.bytes == 8);
	assert_int_equal(digester_get(s.digester, &got, NULL), 0);
	assert_int_equal(digest_of(DIGEST_SHA256, LC_S("numbered"), &want, NULL), 0);
	assert_true(digest_eq(&got, &want));
	assert_int_equal(lc_stream_drain(&s.base, NULL, NULL), 0);
	assert_int_equal(digester_get(s.digester, &got, NULL), 0);
	assert_int_equal(digest_of(DIGEST_SHA256, LC_S("numbered seals"), &want, NULL), 0);
	assert_true(digest_eq(&got, &want));
	digest_stream_done(&s);
	digest_stream_done(&s);
}

static void names_and_sizes_are_bounded(void **state)
{
	(void)state;
	struct digester *d;

	assert_int_equal(digest_size(DIGEST_SHA512), 64);
	assert_int_equal(digest_size(DIGEST_ALGORITHM_N), 0);
	assert_string_equal(digest_name(DIGEST_SHA256), "sha256");
	assert_string_equal(digest_name(DIGEST_ALGORITHM_N), "unknown");
	assert_int_equal(digester_new(DIGEST_ALGORITHM_N, &d, NULL), LC_EUSAGE);
}

static int hash_job(void *ctx)
{
	struct digester *d = NULL;

	(void)ctx;
	int rc = digester_new(DIGEST_SHA256, &d, NULL);
	digester_free(d);
	return rc;
}

static void every_failing_allocation_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(alloc_fail_each(hash_job, NULL), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_answers),
		cmocka_unit_test(what_is_written_parses_back),
		cmocka_unit_test(malformed_digests_are_refused),
		cmocka_unit_test(results_so_far_do_not_disturb_the_rest),
		cmocka_unit_test(a_stream_hashes_what_is_read_and_what_is_skipped),
		cmocka_unit_test(names_and_sizes_are_bounded),
		cmocka_unit_test(every_failing_allocation_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
