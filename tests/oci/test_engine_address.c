#include "oci/engine_address.h"

#include <stdio.h>
#include <unistd.h>

#include "io/file.h"
#include "oci/make_image.h"
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

static void who_asks_for_tls_gets_it_or_an_error(void **state)
{
	(void)state;
	static char host[] = "DOCKER_HOST=tcp://h:2376";
	static char verify[] = "DOCKER_TLS_VERIFY=1";
	char config[300];
	char path[300];
	char *env[] = { host, verify, config, NULL };
	struct lc_arena a = { 0 };
	struct engine_address at;
	const struct oci_remote r = { .environment = env };
	(void)snprintf(config, sizeof(config), "DOCKER_CONFIG=%s", make_temp_dir());
	(void)snprintf(path, sizeof(path), "%s/ca.pem", make_temp_dir());
	assert_int_equal(engine_address_find(OCI_FROM_DOCKER, &r, &a, &at, NULL), LC_ENOTFOUND);
	assert_int_equal(io_write_file(path, 0600, LC_S("pem"), NULL), 0);
	assert_int_equal(engine_address_find(OCI_FROM_DOCKER, &r, &a, &at, NULL), 0);
	assert_text(at.url, "https://h:2376");
	assert_text(at.tls.ca_pem, "pem");
	assert_false(at.plain || at.tls.insecure);
	assert_int_equal(unlink(path), 0);
	lc_arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_told_apart),
		cmocka_unit_test(what_is_given_goes_before_the_environment),
		cmocka_unit_test(who_asks_for_tls_gets_it_or_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
