#include "io/http_impl.h"

#include "base/arith.h"
#include "base/shim.h"
#include "io/environment.h"

enum { POLL_MS = 200, AGENT_MAX = 64 };

/* ---- callbacks of curl: they run inside of multi_perform() and easy_pause() ---- */

/*
 * Straight to whoever waits for it, as much as fits, unless older bytes are in the ring. Then the
 * ring takes the rest: pieces are smaller than it, and curl must be told all of a piece or nothing.
 */
static size_t hand_over(struct http_exchange *x, const char *p, size_t len)
{
	if (!x->into || x->n != x->at || len > HTTP_RING_BYTES)
		return 0;
	size_t n = lc_min(len, x->into_max - x->into_n);
	if (n)
		memcpy(x->into + x->into_n, p, n);
	x->into_n += n;
	return n;
}

static size_t on_body(char *p, size_t size, size_t n, void *ctx)
{
	struct http_exchange *x = ctx;
	size_t all = size * n; /* size is 1 */
	size_t given = hand_over(x, p, all);
	size_t len = all - given;
	if (x->at && HTTP_RING_BYTES - x->n < len) {
		memmove(x->ring, x->ring + x->at, x->n - x->at);
		x->n -= x->at;
		x->at = 0;
	}
	if (HTTP_RING_BYTES - x->n < len) {
		x->paused = true;
		return CURL_WRITEFUNC_PAUSE;
	}
	if (len)
		memcpy(x->ring + x->n, p + given, len);
	x->n += len;
	x->moved += all;
	return all;
}

/* A head ends with an empty line; one with status 1xx is not the answer yet. */
static void end_of_head(struct http_exchange *x)
{
	long status = 0;
	(void)http_curl.easy_getinfo(x->lane->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status < 200 || status > 599)
		return;
	x->response->status = (unsigned)status;
	x->head = true;
}

static size_t on_header(char *p, size_t size, size_t n, void *ctx)
{
	struct http_exchange *x = ctx;
	struct http_response *r = x->response;
	struct lc_slice line = lc_trim(lc_slice_of(p, size * n));
	x->moved += size * n;
	if (x->head)
		return n; /* trailers */
	if (lc_starts(line, LC_S("HTTP/"))) {
		size_t before = r->headers.bytes; /* heads of 1xx count together */
		r->headers = (struct http_headers){ .bytes = before };
		int bad = http_headers_add(&r->headers, line, &r->arena, &x->why);
		r->headers.n = 0; /* a colon in it makes no field of it */
		if (bad == LC_ELIMIT)
			x->why.code = LC_EREMOTE;
		return bad ? 0 : n;
	}
	if (line.n == 0) {
		end_of_head(x);
		return n;
	}
	int rc = http_headers_add(&r->headers, line, &r->arena, &x->why);
	if (rc == LC_ELIMIT)
		x->why.code = LC_EREMOTE;
	return rc ? 0 : n;
}

static size_t on_send(char *p, size_t size, size_t n, void *ctx)
{
	struct http_exchange *x = ctx;
	size_t room = size * n;
	size_t got = lc_min(room, x->send.n);
	if (x->upload) {
		if (lc_stream_read(x->upload, p, room, &got, &x->why))
			return CURL_READFUNC_ABORT;
	} else if (got) {
		memcpy(p, x->send.p, got);
		x->send = lc_skip(x->send, got);
	}
	x->moved += got;
	return got;
}

/* ---- setting up ---- */

#define SET(option, value)                                                                     \
	do {                                                                                   \
		CURLcode set_ = http_curl.easy_setopt(easy, (option), (value));                \
		if (set_ != CURLE_OK)                                                          \
			return lc_fail(e, set_ == CURLE_OUT_OF_MEMORY ? LC_ENOMEM : LC_EUNSUP, \
				       "libcurl does not take option %d", (int)(option));      \
	} while (0)

static int set_tls(struct http_exchange *x, const struct http_request *q, struct lc_err *e)
{
	CURL *easy = x->lane->easy;
	const struct http_options *o = &x->client->o;
	const struct http_tls *tls = q->tls ? q->tls : &o->tls;
	const char *file = io_env(o->environment, "SSL_CERT_FILE");
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, tls->insecure ? 0L : 1L);
	SET(CURLOPT_SSL_VERIFYHOST, tls->insecure ? 0L : 2L);
	if (file)
		SET(CURLOPT_CAINFO, file);
	if (tls->ca_pem.n) {
		struct curl_blob blob = { .flags = CURL_BLOB_COPY, .len = tls->ca_pem.n };
		/* curl copies it, and never writes through the pointer. */
		memcpy(&blob.data, &tls->ca_pem.p, sizeof(blob.data));
		SET(CURLOPT_CAINFO_BLOB, &blob);
	}
	if (tls->cert_path)
		SET(CURLOPT_SSLCERT, tls->cert_path);
	if (tls->key_path)
		SET(CURLOPT_SSLKEY, tls->key_path);
	return 0;
}

static int set_way(struct http_exchange *x, const struct http_request *q, const struct http_url *u,
		   struct lc_err *e)
{
	CURL *easy = x->lane->easy;
	const struct http_options *o = &x->client->o;
	x->proxy = q->unix_socket ? "" : http_proxy_of(o->environment, u);
	SET(CURLOPT_CURLU, u->u);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_ms);
	SET(CURLOPT_PROXY, x->proxy);
	SET(CURLOPT_NOPROXY, ""); /* judged already */
	if (q->unix_socket)
		SET(CURLOPT_UNIX_SOCKET_PATH, q->unix_socket);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	return set_tls(x, q, e);
}

static int set_callbacks(struct http_exchange *x, struct lc_err *e)
{
	CURL *easy = x->lane->easy;
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_ERRORBUFFER, x->curl_says);
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	SET(CURLOPT_BUFFERSIZE, (long)HTTP_CURL_BYTES);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, x);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, x);
	SET(CURLOPT_READFUNCTION, on_send);
	SET(CURLOPT_READDATA, x);
	SET(CURLOPT_USERAGENT, "lacre/" LACRE_VERSION);
	return 0;
}

static int set_method(struct http_exchange *x, const struct http_request *q, struct lc_err *e)
{
	CURL *easy = x->lane->easy;
	const char *method = q->method ? q->method : "GET";
	bool sends = q->body.n || q->upload;
	if (strcmp(method, "GET") == 0 && !sends)
		return 0;
	if (strcmp(method, "HEAD") == 0) {
		SET(CURLOPT_NOBODY, 1L);
		return 0;
	}
	if (strcmp(method, "POST") == 0)
		SET(CURLOPT_POST, 1L);
	else if (strcmp(method, "PUT") == 0 || sends)
		SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_CUSTOMREQUEST, method);
	x->send = q->body;
	x->upload = q->upload;
	if (!q->upload && strcmp(method, "POST") == 0) {
		/* Known whole, so that curl can send it again on a fresh connection. */
		SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body.n);
		SET(CURLOPT_POSTFIELDS, q->body.n ? (const char *)q->body.p : "");
		return 0;
	}
	curl_off_t size = (curl_off_t)q->body.n;
	if (q->upload)
		size = q->upload_size > INT64_MAX ? -1 : (curl_off_t)q->upload_size;
	SET(strcmp(method, "POST") == 0 ? CURLOPT_POSTFIELDSIZE_LARGE : CURLOPT_INFILESIZE_LARGE,
	    size);
	return 0;
}

/* One field; text that would end it early is refused. */
static int add_field(struct http_exchange *x, struct lc_slice name, struct lc_slice value,
		     struct lc_err *e)
{
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] < 0x20 || value.p[i] == 0x7f)
			return lc_fail(e, LC_EUSAGE, "header %.*s: control characters",
				       LC_FMT(name));
	}
	lc_buf_init(&b, HTTP_HEADER_BYTES_MAX);
	(void)lc_buf_slice(&b, name); /* the buffer keeps its first failure */
	(void)lc_buf_str(&b, value.n ? ": " : ":");
	(void)lc_buf_slice(&b, value);
	(void)lc_buf_byte(&b, 0);
	int rc = lc_buf_err(&b);
	struct curl_slist *more = rc ? NULL : http_curl.slist_append(x->fields, (const char *)b.p);
	if (b.p)
		explicit_bzero(b.p, b.n); /* credentials pass through here */
	if (!more)
		return lc_fail(e, rc ? rc : LC_ENOMEM, "header %.*s: too long", LC_FMT(name));
	x->fields = more;
	return 0;
}

static int set_fields(struct http_exchange *x, const struct http_request *q,
		      bool with_authorization, struct lc_err *e)
{
	CURL *easy = x->lane->easy;
	/* Not "Expect: 100-continue": it costs a round trip and some servers ignore it. */
	int rc = add_field(x, LC_S("Expect"), LC_S(""), e);
	for (size_t i = 0; rc == 0 && i < q->headers_n; i++)
		rc = add_field(x, q->headers[i].name, q->headers[i].value, e);
	if (rc == 0 && with_authorization && q->authorization.n)
		rc = add_field(x, LC_S("Authorization"), q->authorization, e);
	if (rc)
		return rc;
	SET(CURLOPT_HTTPHEADER, x->fields);
	return 0;
}

/* ---- moving bytes ---- */

static void collect(struct http_exchange *x)
{
	int left = 0;
	CURLMsg *m;
	while ((m = http_curl.multi_info_read(x->lane->multi, &left)) != NULL) {
		if (m->msg != CURLMSG_DONE)
			continue;
		x->done = true;
		x->result = m->data.result;
	}
}

static bool enough(const struct http_exchange *x, bool for_head)
{
	return x->done || (for_head ? x->head : x->n > x->at || x->into_n);
}

static int step(struct http_exchange *x, bool for_head, struct lc_err *e)
{
	int running = 0;
	if (x->client->o.limits && lc_limits_expired(x->client->o.limits))
		return lc_fail(e, LC_ECANCEL, "%s: deadline passed", lc_quote(x->host).s);
	if (http_curl.multi_perform(x->lane->multi, &running) != CURLM_OK)
		return lc_fail(e, LC_ENET, "%s: the transfer cannot go on", lc_quote(x->host).s);
	collect(x);
	if (!enough(x, for_head))
		(void)http_curl.multi_poll(x->lane->multi, NULL, 0, POLL_MS, NULL);
	return 0;
}

/* Work until there is a head, or bytes, or the end; what stands still too long is given up. */
static int pump(struct http_exchange *x, bool for_head, struct lc_err *e)
{
	int64_t since = lc_ticks_ns();
	uint64_t moved = x->moved;
	while (!enough(x, for_head)) {
		int rc = step(x, for_head, e);
		if (rc)
			return rc;
		if (x->moved != moved) {
			moved = x->moved;
			since = lc_ticks_ns();
		}
		if (lc_ticks_ns() - since > (int64_t)x->client->o.stall_ms * 1000000)
			return http_passing(e, lc_fail(e, LC_ENET, "%s: nothing came for %u ms",
						       lc_quote(x->host).s, x->client->o.stall_ms));
	}
	return 0;
}

static int result_of(struct http_exchange *x, struct lc_err *e)
{
	if (!x->done || x->result == CURLE_OK)
		return 0;
	if (x->why.code) {
		if (e)
			*e = x->why;
		return lc_wrap(e, x->why.code, "%s", lc_quote(x->host).s);
	}
	return http_curl_fail(x, x->result, e);
}

/* More bytes: into buf first, what is left over into the ring. None at the end. */
static int refill(struct http_exchange *x, void *buf, size_t n, struct lc_err *e)
{
	x->at = x->n = 0;
	x->into = buf;
	x->into_n = 0;
	x->into_max = n;
	if (x->paused) {
		x->paused = false;
		(void)http_curl.easy_pause(x->lane->easy, CURLPAUSE_CONT); /* told by pump */
	}
	int rc = pump(x, false, e);
	x->into = NULL;
	if (!rc && x->at == x->n && !x->into_n)
		rc = result_of(x, e);
	return rc;
}

static int body_read(struct lc_stream *s, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	struct http_exchange *x = (struct http_exchange *)s;
	if (x->err)
		return lc_fail(e, x->err, "read after a failure");
	if (x->at == x->n) {
		x->err = refill(x, buf, n, e);
		if (x->err)
			return x->err;
		*ret_n = x->into_n;
		if (x->into_n)
			return 0;
	}
	size_t have = lc_min(n, x->n - x->at);
	if (have)
		memcpy(buf, x->ring + x->at, have);
	x->at += have;
	*ret_n = have;
	return 0;
}

static void exchange_free(struct lc_stream *s)
{
	struct http_exchange *x = (struct http_exchange *)s;
	if (x->lane) {
		(void)http_curl.multi_remove_handle(x->lane->multi, x->lane->easy);
		http_lane_give(x->client, x->lane);
	}
	for (struct curl_slist *f = x->fields; f; f = f->next)
		explicit_bzero(f->data, strlen(f->data));
	http_curl.slist_free_all(x->fields);
	lc_free(x->ring);
	lc_free(x);
}

void http_close(struct http_response *r)
{
	if (!r)
		return;
	if (r->x)
		exchange_free(&r->x->body);
	lc_arena_done(&r->arena);
	lc_free(r);
}

void http_closep(struct http_response **r)
{
	http_close(*r);
}

static int make(struct http_client *c, struct http_response **ret, struct lc_err *e)
{
	struct http_response *r = lc_alloc0(1, sizeof(*r));
	struct http_exchange *x = lc_alloc0(1, sizeof(*x));
	if (x)
		x->ring = lc_alloc(HTTP_RING_BYTES);
	if (!r || !x || !x->ring) {
		if (x)
			lc_free(x->ring);
		lc_free(x);
		lc_free(r);
		return lc_fail(e, LC_ENOMEM, "no memory for a transfer");
	}
	lc_arena_init(&r->arena, (size_t)1 << 20);
	x->body.read = body_read;
	x->client = c;
	x->response = r;
	r->x = x;
	r->body = &x->body;
	*ret = r;
	return 0;
}

static int start(struct http_exchange *x, const struct http_request *q, const struct http_url *u,
		 bool with_authorization, struct lc_err *e)
{
	struct http_response *r = x->response;
	struct lc_slice name = q->unix_socket ? lc_str(q->unix_socket) : u->host;
	int rc = lc_arena_dup(&r->arena, name, &x->host);
	if (rc == 0)
		rc = lc_arena_dup(&r->arena, u->shown, &r->url);
	if (rc)
		return lc_fail(e, rc, "no memory for a transfer");
	x->to_socket = q->unix_socket != NULL;
	rc = http_lane_take(x->client, &x->lane, e);
	if (rc == 0)
		rc = set_callbacks(x, e);
	if (rc == 0)
		rc = set_way(x, q, u, e);
	if (rc == 0)
		rc = set_method(x, q, e);
	if (rc == 0)
		rc = set_fields(x, q, with_authorization, e);
	if (rc == 0 && http_curl.multi_add_handle(x->lane->multi, x->lane->easy) != CURLM_OK)
		rc = lc_fail(e, LC_ENOMEM, "no memory for a transfer");
	return rc;
}

int http_exchange_open(struct http_client *c, const struct http_request *q,
		       const struct http_url *u, bool with_authorization,
		       struct http_response **ret, struct lc_err *e)
{
	struct http_response *r = NULL;
	int rc = make(c, &r, e);
	if (rc)
		return rc;
	struct http_exchange *x = r->x;
	rc = start(x, q, u, with_authorization, e);
	if (rc == 0)
		rc = pump(x, true, e);
	/* With a head there is an answer: whoever reads its body is told of a cut. */
	if (rc == 0 && !x->head)
		rc = result_of(x, e);
	if (rc == 0 && !x->head)
		rc = http_passing(e,
				  lc_fail(e, LC_ENET, "%s: closed the connection without an answer",
					  lc_quote(x->host).s));
	if (rc) {
		http_close(r);
		return rc;
	}
	curl_off_t length = -1;
	(void)http_curl.easy_getinfo(x->lane->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	r->length = length < 0 ? UINT64_MAX : (uint64_t)length;
	*ret = r;
	return 0;
}
