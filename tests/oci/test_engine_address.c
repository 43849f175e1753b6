#include "oci/engine_address.h"

#include "support/slice_assert.h"

static void addresses_are_told_apart(void **state)
{
	(void)state;
	static const struct {
		const char *text, *socket, *url;
		int code;
	} rows[] = {
		{ "unix:///run/d.sock", "/run/d.sock", "http://localhost", 0 },
		{ "/run/d.sock", "/run/d.sock", "http://localhost", 0 },
		{ "tcp://h:2375", NULL, "http://h:2375", 0 },
		{ "tcp://h:2375/", NULL, "http://h:2375", 0 },
		{ "http://h:1", NULL, "http://h:1", 0 },
		{ "https://h:1", NULL, "https://h:1", 0 },
		{ "ssh://me@h", NULL, NULL, LC_EUNSUP },
		{ "npipe:////./pipe/docker", NULL, NULL, LC_EUNSUP },
		{ "fd://", NULL, NULL, LC_EUSAGE },
		{ "", NULL, NULL, LC_EUSAGE },
		{ "h:2375", NULL, NULL, LC_EUSAGE },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_arena a = { 0 };
		struct lc_err e = { 0 };
		struct engine_address at;
		assert_int_equal(engine_address_parse(lc_str(rows[i].text), &a, &at, &e),
				 rows[i].code);
		if (rows[i].code == 0)
			assert_slice(at.url, lc_str(rows[i].url));
		if (rows[i].socket)
			assert_string_equal(at.unix_socket, rows[i].socket);
		lc_arena_done(&a);
	}
}

static void what_is_given_goes_before_the_environment(void **state)
{
	(void)state;
	static char docker[] = "DOCKER_HOST=unix:///env";
	static char podman[] = "CONTAINER_HOST=unix:///pod";
	static char context[] = "DOCKER_CONTEXT=absent";
	static char config[] = "DOCKER_CONFIG=/nonexistent";
	static char *env[] = { docker, podman, context, config, NULL };
	struct lc_arena a = { 0 };
	struct engine_address at;
	struct oci_remote r = { .environment = env };
	assert_int_equal(engine_address_find(OCI_FROM_DOCKER, &r, &a, &at, NULL), 0);
	assert_string_equal(at.unix_socket, "/env");
	assert_int_equal(engine_address_find(OCI_FROM_PODMAN, &r, &a, &at, NULL), 0);
	assert_string_equal(at.unix_socket, "/pod");
	r.docker_host = "unix:///given";
	assert_int_equal(engine_address_find(OCI_FROM_DOCKER, &r, &a, &at, NULL), 0);
	assert_string_equal(at.unix_socket, "/given");
	r = (struct oci_remote){ .environment = env + 2 };
	assert_int_equal(engine_address_find(OCI_FROM_DOCKER, &r, &a, &at, NULL), LC_EUSAGE);
	lc_arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_told_apart),
		cmocka_unit_test(what_is_given_goes_before_the_environment),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
