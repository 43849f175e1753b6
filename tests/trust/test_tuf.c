/*
 * The update client against repositories, good and bad, at the time that each case names; the
 * production roots from the first to the last; the canonical form.
 */
#include "trust/tuf.h"

#include <stdio.h>

#include "base/time.h"
#include "io/file.h"
#include "support/fixture.h"
#include "support/slice_assert.h"
#include "trust/tuf_metadata.h"

static int fetch_data(void *ctx, const char *name, struct lc_buf *ret, struct lc_err *e)
{
	char path[1024];
	(void)snprintf(path, sizeof(path), "%s/tuf/%s/%s", data_dir(), (const char *)ctx, name);
	return io_read_file(path, ret, e);
}

static int update(const char *repository, struct lc_slice now, struct lc_slice target,
		  struct tuf_state *s, struct lc_buf *ret, struct lc_err *e)
{
	char folder[128];
	int64_t seconds;
	uint32_t ns;
	(void)snprintf(folder, sizeof(folder), "%s", repository);
	const struct tuf_mirror m = { fetch_data, folder };
	assert_true(lc_time_parse(now, &seconds, &ns));
	return tuf_update(&m, seconds, target, s, ret, e);
}

static const char *copy(struct lc_slice s, char ret[128])
{
	(void)snprintf(ret, 128, "%.*s", LC_FMT(s));
	return ret;
}

static bool same_state(const struct tuf_state *a, const struct lc_buf before[TUF_ROLE_N])
{
	for (unsigned i = 0; i < TUF_ROLE_N; i++)
		if (!lc_eq(lc_buf_get(&a->v[i]), lc_buf_get(&before[i])))
			return false;
	return true;
}

static void run_case(const struct json_doc *d, json_ref c)
{
	char name[128];
	char path[256];
	struct tuf_state s;
	struct tuf_state before;
	struct lc_buf got;
	struct lc_err e = { 0 };
	struct lc_slice now = json_get_str(d, c, "now");
	struct lc_slice target = json_get_str(d, c, "target");
	bool want = lc_eq(json_get_str(d, c, "expect"), LC_S("pass"));
	tuf_state_init(&s);
	tuf_state_init(&before);
	lc_buf_init(&got, TUF_TARGET_MAX);
	(void)snprintf(path, sizeof(path), "tuf/init/%s",
		       copy(json_get_str(d, c, "initial_root"), name));
	data_read(path, &s.v[TUF_ROOT]);
	if (json_is_str(d, json_get(d, c, "cache")))
		assert_int_equal(
			update(copy(json_get_str(d, c, "cache"), name), now, target, &s, &got, &e),
			0);
	for (unsigned i = 0; i < TUF_ROLE_N; i++)
		assert_int_equal(lc_buf_slice(&before.v[i], lc_buf_get(&s.v[i])), 0);
	int rc = update(copy(json_get_str(d, c, "repository"), name), now, target, &s, &got, &e);
	if ((rc == 0) != want)
		fail_msg("%s: %d %s", copy(json_get_str(d, c, "case"), name), rc, e.msg);
	if (rc && (got.n || !same_state(&s, before.v) || e.len == 0))
		fail_msg("%s: something was handed out", copy(json_get_str(d, c, "case"), name));
	if (!rc && (!got.n || s.v[TUF_TARGETS].n == 0))
		fail_msg("%s: nothing was handed out", copy(json_get_str(d, c, "case"), name));
	lc_buf_done(&got);
	tuf_state_done(&s);
	tuf_state_done(&before);
}

static void answers_as_python_tuf_does(void **state)
{
	struct lc_arena a = { 0 };
	struct json_doc d;
	struct lc_buf index;
	size_t n = 0;
	(void)state;
	data_need();
	lc_buf_init(&index, 1 << 20);
	data_read("tuf/index.json", &index);
	assert_int_equal(json_parse(lc_buf_get(&index), 0, NULL, &a, &d, NULL), 0);
	json_each(&d, json_get(&d, json_root(&d), "cases"), c) {
		run_case(&d, c);
		n++;
	}
	assert_int_equal(n, 18);
	lc_buf_done(&index);
	lc_arena_done(&a);
}

static int fetch_history(void *ctx, const char *name, struct lc_buf *ret, struct lc_err *e)
{
	char path[1024];
	(void)snprintf(path, sizeof(path), "%s/sigstore-root/metadata/root_history/%s", data_dir(),
		       name);
	if (strstr(name, "timestamp"))
		*(bool *)ctx = true; /* all roots hold: the next document is asked for */
	return io_read_file(path, ret, e);
}

static void follows_the_production_roots(void **state)
{
	struct tuf_state s;
	struct lc_buf got;
	struct lc_err e = { 0 };
	bool asked = false;
	int64_t now;
	uint32_t ns;
	const struct tuf_mirror m = { fetch_history, &asked };
	(void)state;
	data_need();
	tuf_state_init(&s);
	lc_buf_init(&got, TUF_TARGET_MAX);
	/* Bare points from the first to the fourth, PEM after that. */
	data_read("sigstore-root/metadata/root_history/1.root.json", &s.v[TUF_ROOT]);
	assert_true(lc_time_parse(LC_S("2026-01-15T00:00:00Z"), &now, &ns));
	assert_int_equal(tuf_update(&m, now, LC_S("trusted_root.json"), &s, &got, &e), LC_EBAD);
	if (!asked)
		fail_msg("%s", e.msg);
	lc_buf_done(&got);
	tuf_state_done(&s);
}

static const struct {
	const char *text, *want;
	int rc;
} forms[] = {
	{ "{\"b\": 1, \"a\": [true, null, \"x\\ny\"]}", "{\"a\":[true,null,\"x\ny\"],\"b\":1}", 0 },
	{ "\"q\\\" b\\\\ \\u00e9\"", "\"q\\\" b\\\\ \303\251\"", 0 },
	{ "{}", "{}", 0 },
	{ "[]", "[]", 0 },
	{ "-5", "-5", 0 },
	{ "1.5", NULL, LC_EBAD },
	{ "[1e2]", NULL, LC_EBAD },
	{ "{\"a\":99999999999999999999}", NULL, LC_EBAD },
};

static void writes_the_canonical_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct lc_arena a = { 0 };
		struct json_doc d;
		struct lc_buf out;
		lc_buf_init(&out, 4096);
		assert_int_equal(json_parse(lc_str(forms[i].text), 0, NULL, &a, &d, NULL), 0);
		assert_int_equal(tuf_canonical(&d, json_root(&d), &a, &out, NULL), forms[i].rc);
		if (!forms[i].rc)
			assert_true(lc_eq(lc_buf_get(&out), lc_str(forms[i].want)));
		lc_buf_done(&out);
		lc_arena_done(&a);
	}
}

static int fetch_nothing(void *ctx, const char *name, struct lc_buf *ret, struct lc_err *e)
{
	(void)ctx;
	(void)name;
	(void)ret;
	return lc_fail(e, LC_ENET, "no network");
}

static void refuses_roots_that_are_none(void **state)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"{\"signed\":{\"_type\":\"root\"}}",
		"{\"signed\":{\"_type\":\"root\",\"spec_version\":\"2.0\",\"version\":1,"
		"\"expires\":\"2030-01-01T00:00:00Z\"}}",
		"{\"signed\":{\"_type\":\"root\",\"spec_version\":\"1.0\",\"version\":1,"
		"\"expires\":\"2030-01-01T00:00:00Z\",\"roles\":{\"root\":{\"threshold\":0}}}}",
	};
	const struct tuf_mirror m = { fetch_nothing, NULL };
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct tuf_state s;
		struct lc_buf got;
		struct lc_err e = { 0 };
		tuf_state_init(&s);
		lc_buf_init(&got, 4096);
		assert_int_equal(lc_buf_str(&s.v[TUF_ROOT], bad[i]), 0);
		int rc = tuf_update(&m, 0, LC_S("x"), &s, &got, &e);
		if (rc == 0 || rc == LC_ENET || !e.len)
			fail_msg("%s: %d %s", bad[i], rc, e.msg);
		lc_buf_done(&got);
		tuf_state_done(&s);
	}
}

static void the_next_version_can_be_named(void **state)
{
	static const char last[] =
		"{\"signed\":{\"_type\":\"root\",\"spec_version\":\"1.0\",\"version\":"
		"9223372036854775807,\"expires\":\"2030-01-01T00:00:00Z\"}}";
	struct tuf_info info;
	(void)state;
	assert_int_equal(tuf_info(TUF_ROOT, lc_str(last), &info, NULL), LC_EBAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_as_python_tuf_does),
		cmocka_unit_test(follows_the_production_roots),
		cmocka_unit_test(writes_the_canonical_form),
		cmocka_unit_test(refuses_roots_that_are_none),
		cmocka_unit_test(the_next_version_can_be_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
