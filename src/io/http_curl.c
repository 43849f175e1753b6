#include "io/http_impl.h"

#include "base/dl.h"
#include "base/shim.h"

LC_DL_NOTE("libcurl.so.4", "download", "images and databases from servers and engines");

struct curl_table http_curl;

static const struct lc_dl_library library = {
	.soname = "libcurl.so.4",
	.package = "libcurl4",
	.purpose = "talking to registries and engines",
};

static const struct lc_dl_symbol symbols[] = {
	{ "curl_global_init", &http_curl.global_init },
	{ "curl_easy_init", &http_curl.easy_init },
	{ "curl_easy_cleanup", &http_curl.easy_cleanup },
	{ "curl_easy_reset", &http_curl.easy_reset },
	{ "curl_easy_setopt", &http_curl.easy_setopt },
	{ "curl_easy_getinfo", &http_curl.easy_getinfo },
	{ "curl_easy_pause", &http_curl.easy_pause },
	{ "curl_easy_strerror", &http_curl.easy_strerror },
	{ "curl_multi_init", &http_curl.multi_init },
	{ "curl_multi_cleanup", &http_curl.multi_cleanup },
	{ "curl_multi_add_handle", &http_curl.multi_add_handle },
	{ "curl_multi_remove_handle", &http_curl.multi_remove_handle },
	{ "curl_multi_perform", &http_curl.multi_perform },
	{ "curl_multi_poll", &http_curl.multi_poll },
	{ "curl_multi_info_read", &http_curl.multi_info_read },
	{ "curl_slist_append", &http_curl.slist_append },
	{ "curl_slist_free_all", &http_curl.slist_free_all },
	{ "curl_url", &http_curl.url },
	{ "curl_url_cleanup", &http_curl.url_cleanup },
	{ "curl_url_set", &http_curl.url_set },
	{ "curl_url_get", &http_curl.url_get },
	{ "curl_free", &http_curl.free_text },
};

int http_curl_load(struct lc_err *e)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static bool loaded;              /* guarded by lock */
	(void)pthread_mutex_lock(&lock); /* of an initialised default mutex: cannot fail */
	int rc = loaded ? 0 : lc_dl_open(&library, symbols, sizeof(symbols) / sizeof(*symbols), e);
	if (rc == 0 && !loaded && http_curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		rc = lc_fail(e, LC_EUNSUP, "libcurl does not start");
	if (rc == 0)
		loaded = true;
	(void)pthread_mutex_unlock(&lock);
	return rc;
}

/* ---- lanes ---- */

static void lane_free(struct http_lane *l)
{
	if (!l)
		return;
	if (l->easy)
		http_curl.easy_cleanup(l->easy);
	if (l->multi)
		(void)http_curl.multi_cleanup(l->multi);
	lc_free(l);
}

static int lane_new(struct http_lane **ret, struct lc_err *e)
{
	struct http_lane *l = lc_alloc0(1, sizeof(*l));
	if (!l)
		return lc_fail(e, LC_ENOMEM, "no memory for a connection");
	l->multi = http_curl.multi_init();
	l->easy = http_curl.easy_init();
	if (!l->multi || !l->easy) {
		lane_free(l);
		return lc_fail(e, LC_ENOMEM, "no memory for a connection");
	}
	*ret = l;
	return 0;
}

int http_lane_take(struct http_client *c, struct http_lane **ret, struct lc_err *e)
{
	(void)pthread_mutex_lock(&c->lock);
	struct http_lane *l = c->idle;
	if (l) {
		c->idle = l->next;
		c->idle_n--;
	}
	(void)pthread_mutex_unlock(&c->lock);
	if (!l)
		return lane_new(ret, e);
	l->next = NULL;
	*ret = l;
	return 0;
}

void http_lane_give(struct http_client *c, struct http_lane *l)
{
	http_curl.easy_reset(l->easy); /* options and their pointers go, connections stay */
	(void)pthread_mutex_lock(&c->lock);
	bool keep = c->idle_n < HTTP_LANES_MAX;
	if (keep) {
		l->next = c->idle;
		c->idle = l;
		c->idle_n++;
	}
	(void)pthread_mutex_unlock(&c->lock);
	if (!keep)
		lane_free(l);
}

int http_client_new(const struct http_options *o, struct http_client **ret, struct lc_err *e)
{
	int rc = http_curl_load(e);
	if (rc)
		return rc;
	struct http_client *c = lc_alloc0(1, sizeof(*c));
	if (!c)
		return lc_fail(e, LC_ENOMEM, "no memory for an HTTP client");
	c->o = *o;
	if (!c->o.connect_ms)
		c->o.connect_ms = 15000;
	if (!c->o.stall_ms)
		c->o.stall_ms = 30000;
	if (!c->o.tries)
		c->o.tries = 4;
	(void)pthread_mutex_init(&c->lock, NULL); /* of a default mutex: cannot fail on Linux */
	*ret = c;
	return 0;
}

void http_client_free(struct http_client *c)
{
	if (!c)
		return;
	while (c->idle) {
		struct http_lane *l = c->idle;
		c->idle = l->next;
		lane_free(l);
	}
	(void)pthread_mutex_destroy(&c->lock);
	lc_free(c);
}

/* ---- what curl says, in our words ---- */

bool http_no_tls(const struct lc_err *e)
{
	return e->code == LC_ENET && e->sys == EPROTO;
}

bool http_may_pass(const struct lc_err *e)
{
	return e->code == LC_ENET && e->sys == EAGAIN;
}

struct reason {
	CURLcode code;
	bool passing;
	const char *text; /* behind the host */
};

static const struct reason reasons[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, false,
	  "no such host: check the name, the network or the proxy (HTTPS_PROXY)" },
	{ CURLE_COULDNT_CONNECT, false,
	  "nothing answers there: is it running, is the port right, is a firewall between" },
	{ CURLE_PEER_FAILED_VERIFICATION, false,
	  "its certificate is not trusted or of another host: give its authority with --cacert "
	  "FILE, or --insecure" },
	{ CURLE_SSL_CONNECT_ERROR, false,
	  "no TLS connection: --insecure allows plain HTTP, if that is what it speaks" },
	{ CURLE_SSL_CERTPROBLEM, false, "the client certificate or its key cannot be used" },
	{ CURLE_SSL_CACERT_BADFILE, false,
	  "no certificate authority can be read: install ca-certificates, or give one with "
	  "--cacert FILE" },
	{ CURLE_GOT_NOTHING, true, "closed the connection without an answer" },
	{ CURLE_PARTIAL_FILE, true, "the connection was cut before the answer was whole" },
	{ CURLE_RECV_ERROR, true, "the connection was lost while receiving" },
	{ CURLE_SEND_ERROR, true, "the connection was lost while sending" },
	{ CURLE_HTTP2, true, "broke the rules of HTTP/2" },
	{ CURLE_HTTP2_STREAM, true, "gave up an HTTP/2 stream" },
	{ CURLE_WEIRD_SERVER_REPLY, false, "its answer is no HTTP" },
	{ CURLE_UNSUPPORTED_PROTOCOL, false, "its answer is no HTTP/1 or HTTP/2" },
};

int http_curl_fail(const struct http_exchange *x, CURLcode code, struct lc_err *e)
{
	struct lc_quoted host = lc_quote(x->host);
	if (code == CURLE_OUT_OF_MEMORY)
		return lc_fail(e, LC_ENOMEM, "no memory for a transfer");
	int proxys = http_proxy_fail(x, code, e);
	if (proxys)
		return proxys;
	if (x->to_socket && code == CURLE_COULDNT_CONNECT)
		return lc_fail(e, LC_ENET,
			       "%s: nothing answers at this socket: is the engine "
			       "running, may this user open it",
			       host.s);
	if (code == CURLE_OPERATION_TIMEDOUT)
		return http_passing(e, lc_fail(e, LC_ENET, "%s: no connection within %u s", host.s,
					       x->client->o.connect_ms / 1000));
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (reasons[i].code != code)
			continue;
		int rc = lc_fail(e, LC_ENET, "%s: %s", host.s, reasons[i].text);
		if (e && code == CURLE_SSL_CONNECT_ERROR)
			e->sys = EPROTO;
		return reasons[i].passing ? http_passing(e, rc) : rc;
	}
	const char *says = x->curl_says[0] ? x->curl_says : http_curl.easy_strerror(code);
	return lc_fail(e, LC_ENET, "%s: %s", host.s, lc_quote(lc_str(says)).s);
}
