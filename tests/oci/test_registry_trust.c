/* Registries that want credentials for others, or in the clear. Peers are servers on loopback. */
#include "oci/registry.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "oci/image.h"
#include "oci/make_image.h"
#include "support/slice_assert.h"

#define OK   "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
#define NONE "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"
#define BASIC                                            \
	"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\n" \
	"Content-Length: 0\r\n\r\n"

/* Answers each connection with the next text, the last one for ever. */
struct peer {
	int fd;
	pthread_t thread;
	char answers[3][256];
	size_t n, count;
	char asked[8192]; /* all requests */
	char host[32];
};

static void hear(int fd, struct peer *p)
{
	char text[4096];
	size_t n = 0;
	while (n < sizeof(text) - 1) {
		ssize_t got = recv(fd, text + n, sizeof(text) - 1 - n, 0);
		if (got <= 0)
			break;
		n += (size_t)got;
		text[n] = '\0';
		if (strstr(text, "\r\n\r\n"))
			break;
	}
	size_t have = strlen(p->asked);
	(void)snprintf(p->asked + have, sizeof(p->asked) - have, "%.*s", (int)n, text);
}

static void *serve(void *ctx)
{
	struct peer *p = ctx;
	for (;;) {
		int fd = accept(p->fd, NULL, NULL);
		if (fd < 0)
			return NULL;
		hear(fd, p);
		const char *answer = p->answers[p->count < p->n ? p->count : p->n - 1];
		p->count++;
		(void)!send(fd, answer, strlen(answer), MSG_NOSIGNAL);
		(void)shutdown(fd, SHUT_RDWR);
		(void)close(fd);
	}
}

static void listen_at(struct peer *p)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	*p = (struct peer){ .fd = socket(AF_INET, SOCK_STREAM, 0) };
	assert_int_equal(bind(p->fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(p->fd, 16), 0);
	assert_int_equal(getsockname(p->fd, (struct sockaddr *)&at, &len), 0);
	(void)snprintf(p->host, sizeof(p->host), "127.0.0.1:%u", ntohs(at.sin_port));
}

static void say(struct peer *p, const char *answer)
{
	(void)snprintf(p->answers[p->n++], sizeof(p->answers[0]), "%s", answer);
}

static void start(struct peer *p)
{
	assert_int_equal(pthread_create(&p->thread, NULL, serve, p), 0);
}

static void stop(struct peer *p)
{
	(void)shutdown(p->fd, SHUT_RDWR);
	(void)pthread_join(p->thread, NULL);
	(void)close(p->fd);
}

static char no_files[] = "REGISTRY_AUTH_FILE=/nonexistent/auth.json";

static int ask(const struct peer *home, struct lc_err *e)
{
	static char *environment[] = { no_files, NULL };
	const struct oci_remote remote = { .environment = environment,
					   .username = LC_S("ana"),
					   .password = LC_S("secret") };
	const struct oci_reference ref = { .registry = lc_str(home->host),
					   .repository = LC_S("a") };
	struct registry r;
	struct http_response *answer = NULL;
	int rc = registry_open(&r, &remote, &ref, &lc_limits_default, e);
	if (rc == 0)
		rc = registry_send(&r, "/v2/a/manifests/1", NULL, 0, &answer, e);
	http_close(answer);
	registry_done(&r);
	return rc;
}

static void where_a_redirect_leads_no_credentials_are_asked_for(void **state)
{
	(void)state;
	struct peer home;
	struct peer other;
	struct lc_err e = { 0 };
	char text[256];
	listen_at(&home);
	listen_at(&other);
	(void)snprintf(text, sizeof(text),
		       "HTTP/1.1 307 There\r\nLocation: http://%s/blob\r\n"
		       "Content-Length: 0\r\n\r\n",
		       other.host);
	say(&home, OK);
	say(&home, text);
	(void)snprintf(text, sizeof(text),
		       "HTTP/1.1 401 No\r\nWWW-Authenticate: Bearer realm=\"http://%s/token\"\r\n"
		       "Content-Length: 0\r\n\r\n",
		       other.host);
	say(&other, text);
	start(&home);
	start(&other);
	assert_int_equal(ask(&home, &e), LC_EAUTH);
	stop(&home);
	stop(&other);
	assert_non_null(strstr(other.asked, "GET /blob"));
	assert_null(strstr(other.asked, "/token"));
	assert_null(strstr(other.asked, "Authorization"));
}

static void passwords_leave_loopback_by_tls_alone(void **state)
{
	(void)state;
	struct peer home;
	struct lc_err e = { 0 };
	listen_at(&home);
	say(&home, OK);
	say(&home,
	    "HTTP/1.1 401 No\r\nWWW-Authenticate: Bearer realm=\"http://192.0.2.1/token\"\r\n"
	    "Content-Length: 0\r\n\r\n");
	start(&home);
	assert_int_equal(ask(&home, &e), LC_EREMOTE);
	assert_non_null(strstr(e.msg, "plain HTTP is refused"));
	stop(&home);
}

static void what_was_given_for_a_registry_is_not_given_to_its_mirrors(void **state)
{
	(void)state;
	struct peer home;
	struct peer mirror;
	char conf[300];
	char variable[340];
	char name[64];
	char *environment[] = { no_files, variable, NULL };
	struct lc_err e = { 0 };
	struct oci_image *image = NULL;
	listen_at(&home);
	listen_at(&mirror);
	say(&home, OK);
	say(&home, BASIC);
	say(&home, NONE);
	say(&mirror, OK);
	say(&mirror, BASIC);
	(void)snprintf(conf, sizeof(conf), "%s/registries.conf", make_temp_dir());
	(void)snprintf(variable, sizeof(variable), "CONTAINERS_REGISTRIES_CONF=%s", conf);
	(void)snprintf(name, sizeof(name), "%s/a:1", home.host);
	FILE *f = fopen(conf, "we");
	assert_non_null(f);
	assert_true(fprintf(f,
			    "[[registry]]\nlocation = \"%s\"\n"
			    "[[registry.mirror]]\nlocation = \"%s\"\n",
			    home.host, mirror.host) > 0);
	assert_int_equal(fclose(f), 0);
	const struct oci_remote remote = { .environment = environment,
					   .order = { OCI_FROM_REGISTRY },
					   .order_n = 1,
					   .username = LC_S("ana"),
					   .password = LC_S("secret") };
	const struct oci_open_options o = { .input = lc_str(name), .remote = &remote };
	start(&home);
	start(&mirror);
	assert_int_equal(oci_open(&o, &image, &e), LC_ENOTFOUND);
	stop(&home);
	stop(&mirror);
	assert_int_equal(unlink(conf), 0);
	assert_non_null(strstr(mirror.asked, "/manifests/1"));
	assert_null(strstr(mirror.asked, "Authorization"));
	assert_non_null(strstr(home.asked, "Authorization: Basic"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_a_redirect_leads_no_credentials_are_asked_for),
		cmocka_unit_test(passwords_leave_loopback_by_tls_alone),
		cmocka_unit_test(what_was_given_for_a_registry_is_not_given_to_its_mirrors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
