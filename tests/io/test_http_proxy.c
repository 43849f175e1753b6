/* Which proxy a request goes by, and past which it goes. */
#include "io/http_impl.h"

#include "support/slice_assert.h"

static void proxies_come_from_the_environment(void **state)
{
	(void)state;
	static char upper[] = "HTTP_PROXY=http://upper";
	static char secure[] = "https_proxy=http://secure";
	static char all[] = "all_proxy=http://all";
	static char method[] = "REQUEST_METHOD=GET";
	static char *env[] = { upper, secure, all, NULL };
	static char none[] = "NO_PROXY=q.example,r.example:443";
	static char *cgi[] = { upper, method, NULL };
	static char *past[] = { upper, secure, none, NULL };
	const struct http_url https = { .scheme = LC_S("https"),
					.host = LC_S("r.example"),
					.port = LC_S("443") };
	const struct http_url http = { .scheme = LC_S("http"),
				       .host = LC_S("r.example"),
				       .port = LC_S("80") };
	const struct http_url here = { .scheme = LC_S("http"), .host = LC_S("127.0.0.1") };
	assert_string_equal(http_proxy_of(env, &https), "http://secure");
	assert_string_equal(http_proxy_of(env, &http), "http://upper");
	assert_string_equal(http_proxy_of(env, &here), "");
	assert_string_equal(http_proxy_of(cgi, &http), "");
	assert_string_equal(http_proxy_of(past, &https), "");
	assert_string_equal(http_proxy_of(past, &http), "http://upper");
	assert_string_equal(http_proxy_of(NULL, &https), "");
}

static void lists_of_what_goes_past_are_read_as_go_does(void **state)
{
	(void)state;
	static const struct {
		const char *list, *host, *port;
		bool past;
	} rows[] = {
		{ "", "r.example", "443", false },
		{ "*", "r.example", "443", true },
		{ "a, *", "r.example", "443", true },
		{ "r.example", "r.example", "443", true },
		{ "r.example", "R.Example", "443", true },
		{ "r.example", "a.b.r.example", "443", true },
		{ "r.example", "xr.example", "443", false },
		{ "r.example", "r.example.org", "443", false },
		{ ".r.example", "a.r.example", "443", true },
		{ ".r.example", "r.example", "443", false },
		{ "*.r.example", "a.r.example", "443", true },
		{ "*.r.example", "r.example", "443", false },
		{ "*.r.example", "ar.example", "443", false },
		{ "r.example:443", "r.example", "443", true },
		{ "r.example:5000", "r.example", "443", false },
		{ "r.example:5000", "a.r.example", "5000", true },
		{ "q.example r.example", "r.example", "443", true },
		{ " q.example ,\tr.example ", "r.example", "443", true },
		{ ",,", "r.example", "443", false },
		{ ":443", "r.example", "443", false },
		{ "10.0.0.1", "10.0.0.1", "443", true },
		{ "10.0.0.1", "10.0.0.11", "443", false },
		{ "0.0.1", "10.0.0.1", "443", true }, /* as a name's end; odd, but so for all */
		{ "10.0.0.1:80", "10.0.0.1", "443", false },
		{ "10.0.0.0/8", "10.1.2.3", "443", true },
		{ "10.0.0.0/8", "11.1.2.3", "443", false },
		{ "10.1.2.0/23", "10.1.3.255", "443", true },
		{ "10.1.2.0/23", "10.1.4.0", "443", false },
		{ "0.0.0.0/0", "1.2.3.4", "443", true },
		{ "0.0.0.0/0", "r.example", "443", false },
		{ "10.0.0.0/33", "10.0.0.0", "443", false },
		{ "10.0.0.0/", "10.0.0.0", "443", false },
		{ "10.0.0.0/x", "10.0.0.0", "443", false },
		{ "fd00::/8", "[fd12::1]", "443", true },
		{ "fd00::/8", "[fe12::1]", "443", false },
		{ "fd12::1", "[fd12:0::1]", "443", true },
		{ "[fd12::1]:443", "[fd12::1]", "443", true },
		{ "[fd12::1]:80", "[fd12::1]", "443", false },
		{ "[fd12::1]", "[fd12::1]", "443", true },
		{ "[fd12::1", "[fd12::1]", "443", false },
		{ "::/0", "10.0.0.1", "443", false },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool past = http_no_proxy(lc_str(rows[i].list), lc_str(rows[i].host),
					  lc_str(rows[i].port));
		if (past != rows[i].past)
			fail_msg("row %zu: \"%s\" and %s:%s", i, rows[i].list, rows[i].host,
				 rows[i].port);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proxies_come_from_the_environment),
		cmocka_unit_test(lists_of_what_goes_past_are_read_as_go_does),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
