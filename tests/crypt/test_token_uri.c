/* Names of keys on tokens: RFC 7512's, cosign's, and what is none. */
#include "crypt/token_uri.h"

#include "support/fixture.h"
#include "support/slice_assert.h"

static struct lc_slice text_of(const char *uri, struct lc_buf *b)
{
	struct lc_arena a = { 0 };
	struct token_uri u = { 0 };
	struct lc_err e = { 0 };
	lc_buf_init(b, 1 << 14);
	if (token_uri_parse(lc_str(uri), &a, &u, &e))
		fail_msg("%s: %s", uri, e.msg);
	assert_int_equal(token_uri_write(&u, b), 0);
	lc_arena_done(&a);
	return lc_buf_get(b);
}

static void what_is_read_is_written_in_one_form(void **state)
{
	static const struct {
		const char *from, *to;
	} rows[] = {
		{ "pkcs11:", "pkcs11:" },
		{ "pkcs11:object=my-key;type=private", "pkcs11:object=my-key;type=private" },
		{ "pkcs11:id=%69%95%3E%5C%F4%BD%EC%91", "pkcs11:id=%69%95%3E%5C%F4%BD%EC%91" },
		{ "pkcs11:id=abc", "pkcs11:id=%61%62%63" },
		{ "pkcs11:object=a;token=The%20Software%20PKCS%2311%20softtoken",
		  "pkcs11:token=The%20Software%20PKCS%2311%20softtoken;object=a" },
		{ "pkcs11:slot-id=18446744073709551615;object=%c3%a9",
		  "pkcs11:slot-id=18446744073709551615;object=%C3%A9" },
		{ "pkcs11:token=a&b;serial=1:2", "pkcs11:token=a%26b;serial=1%3A2" },
		{ "pkcs11:token=T;object=o?module-path=/usr/lib/m.so&pin-value=1234",
		  "pkcs11:token=T;object=o?module-path=/usr/lib/m.so" },
		{ "pkcs11:token=T?pin-source=file:/etc/pin&module-name=opensc",
		  "pkcs11:token=T?module-name=opensc&pin-source=file%3A/etc/pin" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_buf b;
		assert_slice(text_of(rows[i].from, &b), lc_str(rows[i].to));
		lc_buf_done(&b);
	}
}

static void refuses_what_is_no_name(void **state)
{
	static const struct {
		const char *uri, *why;
	} rows[] = {
		{ "pkcs12:token=a", "begin" },
		{ "pkcs11:token", "no value" },
		{ "pkcs11:;", "no value" },
		{ "pkcs11:token=a;", "no value" },
		{ "pkcs11:token=a;token=b", "twice" },
		{ "pkcs11:colour=red", "colour" },
		{ "pkcs11:pin-value=1", "pin-value" },   /* in the path */
		{ "pkcs11:token=a?object=b", "object" }, /* behind ? */
		{ "pkcs11:token=%", "hexadecimal" },
		{ "pkcs11:token=%4", "hexadecimal" },
		{ "pkcs11:token=%zz", "hexadecimal" },
		{ "pkcs11:token=%+1", "hexadecimal" },
		{ "pkcs11:token=a b", "%20" },
		{ "pkcs11:token=a/b", "%2F" },
		{ "pkcs11:token=a%00b", "NUL" },
		{ "pkcs11:type=secret-key", "type" },
		{ "pkcs11:slot-id=x", "slot-id" },
		{ "pkcs11:slot-id=18446744073709551616", "slot-id" },
		{ "pkcs11:slot-id=-1", "slot-id" },
		{ "pkcs11:token=a?module-path=m.so", "absolute" },
		{ "pkcs11:token=a?pin-value=1&pin-source=/p", "both" },
		{ "pkcs11:token=a?secret-4711", "behind ?" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_arena a = { 0 };
		struct token_uri u = { 0 };
		struct lc_err e = { 0 };
		assert_int_equal(token_uri_parse(lc_str(rows[i].uri), &a, &u, &e), LC_EUSAGE);
		if (!strstr(e.msg, rows[i].why) || strstr(e.msg, "4711"))
			fail_msg("%s: %s", rows[i].uri, e.msg);
		lc_arena_done(&a);
	}
}

static void no_pin_is_shown_or_kept(void **state)
{
	struct lc_arena a = { 0 };
	struct token_uri u = { 0 };
	(void)state;
	assert_slice(token_uri_shown(LC_S("pkcs11:token=a?pin-value=1")), LC_S("pkcs11:token=a"));
	assert_slice(token_uri_shown(LC_S("pkcs11:token=a")), LC_S("pkcs11:token=a"));
	assert_int_equal(token_uri_parse(LC_S("pkcs11:token=a?pin-value=12%2034"), &a, &u, NULL),
			 0);
	assert_text(u.v[TOKEN_PIN_VALUE], "12 34");
	const uint8_t *kept = u.v[TOKEN_PIN_VALUE].p;
	token_uri_wipe(&u);
	assert_false(u.has[TOKEN_PIN_VALUE]);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(kept[i], 0);
	lc_arena_done(&a);
}

static void refuses_a_name_without_end(void **state)
{
	struct lc_arena a = { 0 };
	struct token_uri u = { 0 };
	char text[5000];
	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "pkcs11:token=", 13);
	assert_int_equal(token_uri_parse(lc_slice_of(text, 4096), &a, &u, NULL), 0);
	assert_int_equal(token_uri_parse(lc_slice_of(text, 4097), &a, &u, NULL), LC_EUSAGE);
	lc_arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_is_written_in_one_form),
		cmocka_unit_test(refuses_what_is_no_name),
		cmocka_unit_test(no_pin_is_shown_or_kept),
		cmocka_unit_test(refuses_a_name_without_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
