#include "io/credentials_impl.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "format/base64.h"
#include "io/file.h"
#include "support/alloc_fail.h"
#include "support/slice_assert.h"
#include "support/system.h"
#include "support/tap.h"

static const char file[] =
	"{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"aHViOnB3\"},"
	"\"r.example:5000\":{\"auth\":\"YTpi\",\"identitytoken\":\"idt\"},"
	"\"R.Example:5000/team\":{\"auth\":\"dGVhbTp4OnkA\"},"
	"\"https://other.example/v2/\":{\"username\":\"u\",\"password\":\"p\"},"
	"\"bad.example\":{\"auth\":\"****\"},\"nopair.example\":{\"auth\":\"YWI=\"}},"
	"\"credHelpers\":{\"helped.example\":\"pass\"}}";

static int look_up(const char *registry, const char *repository, struct io_credential *ret)
{
	struct lc_arena a = { 0 };
	struct credential_entry entry;
	const struct io_credential_query q = { NULL, lc_str(registry), lc_str(repository) };
	int rc = credential_in_file(lc_str(file), &q, &a, &entry, NULL);
	if (rc == 0)
		rc = credential_resolve(&entry, &q, ret, NULL);
	lc_arena_done(&a);
	return rc;
}

static void assert_found(const char *registry, const char *repository, const char *user,
			 const char *password)
{
	struct io_credential c = { 0 };
	assert_int_equal(look_up(registry, repository, &c), 0);
	if (user) {
		assert_string_equal(c.username, user);
		assert_string_equal(c.password, password);
	} else {
		assert_null(c.username);
	}
	io_credential_done(&c);
	assert_null(c.password);
}

static void the_key_that_fits_best_counts(void **state)
{
	(void)state;
	assert_found("docker.io", "library/alpine", "hub", "pw");
	assert_found("r.example:5000", "other/app", "a", "b");
	assert_found("r.example:5000", "team/app", "team", "x:y");
	assert_found("r.example:5000", "team", "team", "x:y");
	assert_found("r.example:5000", "teamwork/app", "a", "b");
	assert_found("other.example", "x", "u", "p");
	assert_found("r.example", "x", NULL, NULL);
	assert_found("nobody.example", "x", NULL, NULL);
}

static void text_that_is_no_pair_is_refused(void **state)
{
	(void)state;
	struct io_credential c = { 0 };
	assert_int_equal(look_up("bad.example", "x", &c), LC_EBAD);
	assert_int_equal(look_up("nopair.example", "x", &c), LC_EBAD);
	assert_null(c.username);
	assert_int_equal(io_credential_set(&c, LC_S("a\r\nX: y"), LC_S("b")), LC_EBAD);
	io_credential_done(&c);
}

static void a_helper_goes_before_what_is_kept(void **state)
{
	(void)state;
	struct lc_arena a = { 0 };
	struct credential_entry entry;
	const struct io_credential_query q = { NULL, LC_S("helped.example"), LC_S("") };
	assert_int_equal(credential_in_file(lc_str(file), &q, &a, &entry, NULL), 0);
	assert_text(entry.helper, "pass");
	struct lc_slice all = LC_S("{\"credsStore\":\"s\",\"auths\":{\"helped.example\":{\"auth\":"
				   "\"YTpi\"}}}");
	assert_int_equal(credential_in_file(all, &q, &a, &entry, NULL), 0);
	assert_text(entry.helper, "s");
	assert_int_equal(entry.auth.n, 0);
	lc_arena_done(&a);
}

static void files_that_are_no_objects_are_refused(void **state)
{
	(void)state;
	static const char *const texts[] = { "", "[]", "\"a\"", "{", "{\"auths\":}", "null" };
	const struct io_credential_query q = { NULL, LC_S("a"), LC_S("") };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct lc_arena a = { 0 };
		struct credential_entry entry;
		assert_int_not_equal(credential_in_file(lc_str(texts[i]), &q, &a, &entry, NULL), 0);
		lc_arena_done(&a);
	}
}

static void members_of_other_types_are_nothing(void **state)
{
	(void)state;
	static const char *const texts[] = { "{}", "{\"auths\":[]}", "{\"auths\":{\"a\":7}}",
					     "{\"auths\":{\"a\":{\"auth\":7}},\"credsStore\":{}}",
					     "{\"credHelpers\":{\"a\":[]}}" };
	const struct io_credential_query q = { NULL, LC_S("a"), LC_S("") };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct lc_arena a = { 0 };
		struct credential_entry entry;
		assert_int_equal(credential_in_file(lc_str(texts[i]), &q, &a, &entry, NULL), 0);
		assert_int_equal(entry.auth.n + entry.helper.n, 0);
		lc_arena_done(&a);
	}
}

static void helpers_are_names_and_never_paths(void **state)
{
	(void)state;
	static const char *const names[] = {
		"",
		"../sh",
		"a/b",
		".x",
		"a b",
		"a;b",
		"-",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaa"
	};
	if (!system_tells_failed_spawns())
		tap_skip("posix_spawn tells of no failure here");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct lc_buf reply = { 0 };
		int rc = credential_helper_run(lc_str(names[i]), "get", LC_S("x"), NULL, &reply,
					       NULL);
		assert_true(rc == LC_EBAD || rc == LC_EUNSUP);
		assert_null(reply.p);
	}
}

/*
 * Threads that work block all signals; a helper must still end when it is told to. No shell: some
 * unblock them by themselves.
 */
static void helpers_hear_signals(void **state)
{
	(void)state;
	static char path[] = "PATH=/usr/bin:/bin";
	static char *environment[] = { path, NULL };
	char dir[] = "/tmp/lacre-helper-XXXXXX";
	char file_name[64];
	char here[64];
	sigset_t all;
	sigset_t old;
	struct lc_buf reply;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(here, sizeof(here), "%s:/usr/bin:/bin", dir);
	(void)snprintf(file_name, sizeof(file_name), "%s/docker-credential-mask", dir);
	assert_int_equal(
		io_write_file(file_name, 0700, LC_S("#!/bin/cat /proc/self/status\n"), NULL), 0);
	assert_int_equal(setenv("PATH", here, 1), 0);
	(void)sigfillset(&all);
	assert_int_equal(pthread_sigmask(SIG_SETMASK, &all, &old), 0);
	lc_buf_init(&reply, 4096);
	int rc = credential_helper_run(LC_S("mask"), "get", LC_S("x"), environment, &reply, NULL);
	assert_int_equal(pthread_sigmask(SIG_SETMASK, &old, NULL), 0);
	assert_int_equal(unlink(file_name), 0);
	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(rc, LC_ENOTFOUND); /* there is no file "get" */
	assert_true(lc_find_slice(lc_buf_get(&reply), LC_S("SigBlk:\t0000000000000000\n")) !=
		    SIZE_MAX);
	lc_buf_done(&reply);
}

static void hosts_are_told_from_keys(void **state)
{
	(void)state;
	struct lc_arena a = { 0 };
	assert_text(io_credential_host(LC_S("https://Index.docker.io/v1/"), &a), "docker.io");
	assert_text(io_credential_host(LC_S("http://H:5/x/y"), &a), "h:5");
	assert_text(io_credential_host(LC_S("registry-1.docker.io"), &a), "docker.io");
	assert_text(io_credential_host(LC_S(""), &a), "");
	lc_arena_done(&a);
}

static void base64_reads_back_and_is_strict(void **state)
{
	(void)state;
	static const char *const bad[] = { "a",    "ab",   "abc",  "ab==c===", "====",  "a===",
					   "YQ=a", "YR==", "YWJ=", "Y Q=",     "YQ\n=", "-_-_" };
	uint8_t bytes[40];
	for (uint8_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 37 + 200);
	for (size_t n = 0; n <= sizeof(bytes); n++) {
		struct lc_buf text;
		struct lc_buf back;
		lc_buf_init(&text, 100);
		lc_buf_init(&back, 100);
		assert_int_equal(base64_encode(lc_slice_of(bytes, n), &text), 0);
		assert_int_equal(base64_decode(lc_buf_get(&text), &back), 0);
		assert_true(lc_eq(lc_buf_get(&back), lc_slice_of(bytes, n)));
		lc_buf_done(&text);
		lc_buf_done(&back);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct lc_buf back;
		lc_buf_init(&back, 100);
		assert_int_equal(base64_decode(lc_str(bad[i]), &back), LC_EBAD);
		lc_buf_done(&back);
	}
}

static int look_up_once(void *ctx)
{
	struct io_credential c = { 0 };
	(void)ctx;
	int rc = look_up("r.example:5000", "team/app", &c);
	if (rc == 0 && (!c.username || !c.password))
		rc = LC_EBAD;
	io_credential_done(&c);
	return rc;
}

static void failing_memory_is_an_error(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(look_up_once, NULL) > 0);
}

static void files_are_looked_for_in_order(void **state)
{
	(void)state;
	static char home[] = "HOME=/h";
	static char docker[] = "DOCKER_CONFIG=/d";
	static char runtime[] = "XDG_RUNTIME_DIR=/r";
	static char config[] = "XDG_CONFIG_HOME=/c";
	static char only[] = "REGISTRY_AUTH_FILE=/only";
	static const struct {
		char *env[6];
		size_t n;
		const char *want[CREDENTIAL_FILES_MAX];
	} rows[] = {
		{ { home },
		  3,
		  { "/h/.docker/config.json", "/run/containers/7/auth.json",
		    "/h/.config/containers/auth.json" } },
		{ { home, docker, runtime, config },
		  3,
		  { "/d/config.json", "/r/containers/auth.json", "/c/containers/auth.json" } },
		{ { home, docker, only }, 1, { "/only" } },
		{ { NULL }, 3, { NULL, "/run/containers/7/auth.json", NULL } },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_arena a = { 0 };
		const char *got[CREDENTIAL_FILES_MAX];
		char *env[6];
		memcpy(env, rows[i].env, sizeof(env));
		assert_int_equal(credential_files(env, 7, &a, got), rows[i].n);
		for (size_t k = 0; k < rows[i].n; k++)
			assert_slice(lc_str(got[k]), lc_str(rows[i].want[k]));
		lc_arena_done(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_looked_for_in_order),
		cmocka_unit_test(the_key_that_fits_best_counts),
		cmocka_unit_test(text_that_is_no_pair_is_refused),
		cmocka_unit_test(a_helper_goes_before_what_is_kept),
		cmocka_unit_test(files_that_are_no_objects_are_refused),
		cmocka_unit_test(members_of_other_types_are_nothing),
		cmocka_unit_test(helpers_are_names_and_never_paths),
		cmocka_unit_test(helpers_hear_signals),
		cmocka_unit_test(hosts_are_told_from_keys),
		cmocka_unit_test(base64_reads_back_and_is_strict),
		cmocka_unit_test(failing_memory_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
