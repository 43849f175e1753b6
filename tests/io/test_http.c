#include "io/http_impl.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/shim.h"
#include "support/alloc_fail.h"
#include "support/shim_fake.h"
#include "support/slice_assert.h"

/* A server on loopback that answers each connection with the next text, the last one for ever. */
struct canned {
	int fd;
	pthread_t thread;
	const char *const *answers; /* NULL: say nothing, hold the connection */
	size_t n;
	unsigned count;
	char asked[4096]; /* the last request's head */
	char url[64];
	int held;
};

static void hear(int fd, struct canned *s)
{
	size_t n = 0;
	while (n < sizeof(s->asked) - 1) {
		ssize_t got = recv(fd, s->asked + n, sizeof(s->asked) - 1 - n, 0);
		if (got <= 0)
			break;
		n += (size_t)got;
		s->asked[n] = '\0';
		if (strstr(s->asked, "\r\n\r\n"))
			break;
	}
}

static void *serve(void *ctx)
{
	struct canned *s = ctx;
	for (;;) {
		int fd = accept(s->fd, NULL, NULL);
		if (fd < 0)
			return NULL;
		hear(fd, s);
		const char *answer = s->answers[s->count < s->n ? s->count : s->n - 1];
		s->count++;
		if (!answer) {
			s->held = fd;
			continue;
		}
		(void)!send(fd, answer, strlen(answer), MSG_NOSIGNAL);
		(void)shutdown(fd, SHUT_RDWR);
		(void)close(fd);
	}
}

static void canned_start(struct canned *s, const char *const *answers, size_t n)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	*s = (struct canned){ .answers = answers, .n = n, .held = -1 };
	s->fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(s->fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(s->fd, 64), 0);
	assert_int_equal(getsockname(s->fd, (struct sockaddr *)&at, &len), 0);
	(void)snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%u/x?secret=1",
		       ntohs(at.sin_port));
	assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void canned_stop(struct canned *s)
{
	(void)shutdown(s->fd, SHUT_RDWR);
	(void)pthread_join(s->thread, NULL);
	(void)close(s->fd);
	if (s->held >= 0)
		(void)close(s->held);
}

static int get(const struct http_options *o, const struct http_request *q, char *text, size_t room,
	       unsigned *status, struct lc_err *e)
{
	struct http_client *c = NULL;
	struct http_response *r = NULL;
	struct lc_buf b;
	lc_buf_init(&b, room - 1);
	int rc = http_client_new(o, &c, e);
	if (rc == 0)
		rc = http_send(c, q, &r, e);
	if (rc == 0)
		rc = http_read_all(r, &b, e);
	if (rc == 0) {
		*status = r->status;
		if (b.n)
			memcpy(text, b.p, b.n);
		text[b.n] = '\0';
	}
	lc_buf_done(&b);
	http_close(r);
	http_client_free(c);
	return rc;
}

static int fetch(struct canned *s, const struct http_options *o, char *text, size_t room,
		 unsigned *status, struct lc_err *e)
{
	const struct http_request q = { .url = s->url };
	return get(o, &q, text, room, status, e);
}

static void the_answer_comes_with_its_fields(void **state)
{
	(void)state;
	static const char *const answers[] = {
		"HTTP/1.1 103 Early\r\nX-A: early\r\n\r\n"
		"HTTP/1.1 404 No\r\nX-A: late\r\nContent-Length: 5\r\n"
		"\r\nhello"
	};
	struct canned s;
	struct http_client *c = NULL;
	struct http_response *r = NULL;
	struct lc_err e = { 0 };
	const struct http_options o = { 0 };
	canned_start(&s, answers, 1);
	const struct http_request q = { .url = s.url };
	assert_int_equal(http_client_new(&o, &c, &e), 0);
	assert_int_equal(http_send(c, &q, &r, &e), 0);
	assert_int_equal(r->status, 404);
	assert_int_equal(r->length, 5);
	assert_text(http_header_get(&r->headers, "x-a"), "late");
	assert_true(lc_find_slice(r->url, LC_S("secret")) == SIZE_MAX);
	assert_int_equal(http_refusal(r, &e), LC_ENOTFOUND);
	http_close(r);
	http_client_free(c);
	canned_stop(&s);
}

static void what_stands_still_is_given_up(void **state)
{
	(void)state;
	static const char *const answers[] = { NULL };
	struct canned s;
	char text[16];
	unsigned status;
	struct lc_err e = { 0 };
	const struct http_options o = { .stall_ms = 100, .tries = 1 };
	canned_start(&s, answers, 1);
	assert_int_equal(fetch(&s, &o, text, sizeof(text), &status, &e), LC_ENET);
	assert_non_null(strstr(e.msg, "nothing came"));
	canned_stop(&s);
}

static void what_may_pass_is_tried_again_with_pauses(void **state)
{
	(void)state;
	static const char *const answers[] = {
		"", "HTTP/1.1 503 No\r\nContent-Length: 0\r\nRetry-After: 9\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	};
	struct canned s;
	char text[16];
	unsigned status = 0;
	struct lc_err e = { 0 };
	const struct http_options o = { 0 };
	struct shim_fake f = shim_fake_default();
	shim_fake_set(&f);
	canned_start(&s, answers, 3);
	int64_t before = f.ticks_ns;
	int rc = fetch(&s, &o, text, sizeof(text), &status, &e);
	shim_fake_reset();
	assert_int_equal(rc, 0);
	assert_string_equal(text, "ok");
	assert_int_equal(s.count, 3);
	assert_true(f.ticks_ns - before >= (int64_t)9 * 1000000000);
	canned_stop(&s);
}

static void what_changes_something_is_tried_once(void **state)
{
	(void)state;
	static const char *const answers[] = { "" };
	struct canned s;
	char text[16];
	unsigned status;
	struct lc_err e = { 0 };
	const struct http_options o = { 0 };
	canned_start(&s, answers, 1);
	const struct http_request q = {
		.url = s.url, .method = "POST", .body = LC_S("abc"), .once = true
	};
	assert_int_equal(get(&o, &q, text, sizeof(text), &status, &e), LC_ENET);
	assert_int_equal(s.count, 1);
	assert_int_equal(strncmp(s.asked, "POST /x?secret=1 HTTP/1.1\r\n", 27), 0);
	canned_stop(&s);
}

static void answers_past_the_cap_are_refused(void **state)
{
	(void)state;
	static const char *const answers[] = {
		"HTTP/1.1 200 OK\r\n\r\n01234567890123456789",
		"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n0"
	};
	for (size_t i = 0; i < 2; i++) {
		struct canned s;
		char text[16];
		unsigned status;
		struct lc_err e = { 0 };
		const struct http_options o = { 0 };
		canned_start(&s, &answers[i], 1);
		assert_int_equal(fetch(&s, &o, text, sizeof(text), &status, &e), LC_ELIMIT);
		canned_stop(&s);
	}
}

static void heads_that_never_end_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		unsigned times;
	} rows[] = {
		{ "HTTP/1.1 100 Continue\r\n\r\n", 4000 },
		{ "HTTP/1.1 103 Early\r\nA: b\r\n\r\n", 3000 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct canned s;
		struct lc_buf b;
		char text[16];
		unsigned status;
		struct lc_err e = { 0 };
		const struct http_options o = { .tries = 1 };
		lc_buf_init(&b, (size_t)1 << 20);
		for (unsigned k = 0; k < rows[i].times; k++)
			assert_int_equal(lc_buf_str(&b, rows[i].line), 0);
		assert_int_equal(lc_buf_str(&b, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), 0);
		assert_int_equal(lc_buf_byte(&b, 0), 0);
		const char *const answers[] = { (const char *)b.p };
		canned_start(&s, answers, 1);
		int rc = fetch(&s, &o, text, sizeof(text), &status, &e);
		if (rc != LC_EREMOTE)
			fail_msg("%zu: %d: %s", i, rc, e.msg);
		canned_stop(&s);
		lc_buf_done(&b);
	}
}

/* Each with a redirect to another origin, which is the other server. */
static void secrets_stay_with_the_origin(void **state)
{
	(void)state;
	static const char *const refusals[] = { "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n" };
	struct canned home;
	struct canned other;
	struct http_client *c = NULL;
	struct http_response *r = NULL;
	struct lc_err e = { 0 };
	char to[160];
	const char *const redirects[] = { to };
	const struct http_options o = { .tries = 1 };
	canned_start(&other, refusals, 1);
	(void)snprintf(to, sizeof(to),
		       "HTTP/1.1 307 There\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n",
		       other.url);
	canned_start(&home, redirects, 1);
	assert_int_equal(http_client_new(&o, &c, &e), 0);
	const struct http_request post = { .url = home.url,
					   .method = "POST",
					   .body = LC_S("refresh_token=x") };
	assert_int_equal(http_send(c, &post, &r, &e), LC_EREMOTE);
	assert_int_equal(other.count, 0);
	const struct http_request get = { .url = home.url, .authorization = LC_S("Basic eA==") };
	assert_int_equal(http_send(c, &get, &r, &e), 0);
	assert_int_equal(other.count, 1);
	assert_null(strstr(other.asked, "Authorization"));
	assert_int_equal(r->status, 401);
	assert_true(r->elsewhere);
	http_close(r);
	http_client_free(c);
	canned_stop(&home);
	canned_stop(&other);
}

static void requests_of_no_sense_are_refused_unsent(void **state)
{
	(void)state;
	static const struct {
		const char *url;
		int code;
	} rows[] = {
		{ "", LC_EUSAGE },
		{ "file:///etc/passwd", LC_EUSAGE },
		{ "ftp://127.0.0.1/", LC_EUSAGE },
		{ "http://a:b@127.0.0.1/", LC_EUSAGE },
		{ "http://127.0.0.1:99999/", LC_EUSAGE },
		{ "http://192.0.2.1/", LC_EREMOTE }, /* in the clear, not loopback */
	};
	const struct http_options o = { 0 };
	char text[16];
	unsigned status;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_err e = { 0 };
		const struct http_request q = { .url = rows[i].url };
		assert_int_equal(get(&o, &q, text, sizeof(text), &status, &e), rows[i].code);
	}
	struct lc_err e = { 0 };
	const struct http_header h = { LC_S_INIT("A"), LC_S_INIT("b\r\nC: d") };
	const struct http_request q = { .url = "http://127.0.0.1:1/",
					.headers = &h,
					.headers_n = 1 };
	assert_int_equal(get(&o, &q, text, sizeof(text), &status, &e), LC_EUSAGE);
}

static void pauses_grow_and_end(void **state)
{
	(void)state;
	for (unsigned i = 1; i < 40; i++) {
		int64_t ns = http_backoff_ns(i);
		assert_true(ns >= 250000000 && ns <= (int64_t)30 * 1000000000);
		assert_true(i < 8 || ns >= (int64_t)15 * 1000000000);
	}
}

static void a_deadline_ends_the_waiting(void **state)
{
	(void)state;
	static const char *const answers[] = { NULL };
	struct canned s;
	char text[16];
	unsigned status;
	struct lc_err e = { 0 };
	struct lc_limits l = lc_limits_default;
	const struct http_options o = { .limits = &l };
	canned_start(&s, answers, 1);
	l.deadline_ns = lc_ticks_ns() + 300000000;
	assert_int_equal(fetch(&s, &o, text, sizeof(text), &status, &e), LC_ECANCEL);
	canned_stop(&s);
}

static void loopback_is_told_by_its_whole_name(void **state)
{
	(void)state;
	static const char *const yes[] = { "localhost",    "LOCALHOST:5000", "127.0.0.1",
					   "127.9.8.7:80", "[::1]",          "[::1]:5000",
					   "::1" };
	static const char *const no[] = { "",          "localhost.example", "127.0.0.1.example",
					  "127.1",     "127.0.0.256",       "128.0.0.1",
					  "[::1",      "[::2]:5000",        "127.0.0.1x",
					  "xlocalhost" };
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		assert_true(http_is_loopback(lc_str(yes[i])));
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		assert_false(http_is_loopback(lc_str(no[i])));
}

static int fetch_once(void *ctx)
{
	char text[16];
	unsigned status;
	const struct http_options o = { .tries = 1 };
	return fetch(ctx, &o, text, sizeof(text), &status, NULL);
}

static void failing_memory_is_an_error(void **state)
{
	(void)state;
	static const char *const answers[] = { "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" };
	struct canned s;
	canned_start(&s, answers, 1);
	assert_true(alloc_fail_each(fetch_once, &s) > 5);
	canned_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_answer_comes_with_its_fields),
		cmocka_unit_test(what_stands_still_is_given_up),
		cmocka_unit_test(what_may_pass_is_tried_again_with_pauses),
		cmocka_unit_test(what_changes_something_is_tried_once),
		cmocka_unit_test(answers_past_the_cap_are_refused),
		cmocka_unit_test(heads_that_never_end_are_refused),
		cmocka_unit_test(secrets_stay_with_the_origin),
		cmocka_unit_test(requests_of_no_sense_are_refused_unsent),
		cmocka_unit_test(pauses_grow_and_end),
		cmocka_unit_test(a_deadline_ends_the_waiting),
		cmocka_unit_test(loopback_is_told_by_its_whole_name),
		cmocka_unit_test(failing_memory_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
