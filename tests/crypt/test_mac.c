#include "crypt/mac.h"

#include <stdio.h>

#include "support/slice_assert.h"

#define MAC_TEXT "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"

static void hex_of(const uint8_t mac[MAC_BYTES], char ret[2 * MAC_BYTES + 1])
{
	for (size_t i = 0; i < MAC_BYTES; i++)
		(void)snprintf(ret + 2 * i, 3, "%02x", mac[i]);
}

/* RFC 4231, test cases 1, 2 and 6. */
static void is_the_hmac_of_the_rfc(void **state)
{
	static uint8_t zero_b[20];
	static uint8_t aa[131];
	const struct {
		struct lc_slice key, text;
		const char *want;
	} cases[] = {
		{ { zero_b, 20 }, LC_S("Hi There"), MAC_TEXT },
		{ LC_S("Jefe"), LC_S("what do ya want for nothing?"),
		  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
		{ { aa, 131 },
		  LC_S("Test Using Larger Than Block-Size Key - Hash Key First"),
		  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
	};
	(void)state;
	memset(zero_b, 0x0b, sizeof(zero_b));
	memset(aa, 0xaa, sizeof(aa));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t mac[MAC_BYTES];
		char hex[2 * MAC_BYTES + 1];
		assert_int_equal(mac_of(cases[i].key, &cases[i].text, 1, mac, NULL), 0);
		hex_of(mac, hex);
		assert_string_equal(hex, cases[i].want);
	}
}

static void parts_are_one_text(void **state)
{
	const struct lc_slice whole[] = { LC_S("what do ya want for nothing?") };
	const struct lc_slice parts[] = { LC_S("what do "), LC_S(""),
					  LC_S("ya want for nothing?") };
	uint8_t a[MAC_BYTES];
	uint8_t b[MAC_BYTES];
	(void)state;
	assert_int_equal(mac_of(LC_S("Jefe"), whole, 1, a, NULL), 0);
	assert_int_equal(mac_of(LC_S("Jefe"), parts, 3, b, NULL), 0);
	assert_true(mac_eq(a, b));
	for (size_t i = 0; i < MAC_BYTES; i++) {
		b[i] ^= 1;
		assert_false(mac_eq(a, b));
		b[i] ^= 1;
	}
	assert_int_equal(mac_of(LC_S("jefe"), parts, 3, b, NULL), 0);
	assert_false(mac_eq(a, b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_the_hmac_of_the_rfc),
		cmocka_unit_test(parts_are_one_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
