#include "io/http_impl.h"

#include "base/arith.h"
#include "base/shim.h"

/* ---- pauses ---- */

enum { STEP_NS = 200000000, CUTS_MAX = 3 };
static const int64_t first_ns = 500000000;
static const int64_t most_ns = (int64_t)30 * 1000000000;

int64_t http_backoff_ns(unsigned tries)
{
	uint32_t random = 0;
	int64_t ns = first_ns;
	for (unsigned i = 1; i < tries && ns < most_ns; i++)
		ns *= 2;
	if (ns > most_ns)
		ns = most_ns;
	(void)lc_random(&random, sizeof(random)); /* without it the pause is the shortest */
	int64_t half = ns / 2;
	return half + (int64_t)((double)half * (random / 4294967296.0));
}

int http_pause(const struct http_client *c, int64_t ns, struct lc_err *e)
{
	while (ns > 0) {
		if (c->o.limits && lc_limits_expired(c->o.limits))
			return lc_fail(e, LC_ECANCEL, "deadline passed");
		int64_t part = ns < STEP_NS ? ns : STEP_NS;
		lc_wait_ns(part);
		ns -= part;
	}
	return 0;
}

/* ---- bodies that go on ---- */

struct resuming {
	struct lc_stream base;
	struct http_client *client;
	struct http_response *response;
	http_reopen_fn reopen;
	void *ctx;
	uint64_t off;      /* bytes given so far */
	uint64_t total;    /* UINT64_MAX not known */
	uint64_t off_then; /* where it was cut last */
	unsigned cuts;     /* without progress in between */
	int err;
};

enum { PROGRESS_BYTES = 1024 * 1024 };

/* Does the answer go on at off? One from the start is read up to there. */
static int fits(struct resuming *s, struct http_response *r, struct lc_err *e)
{
	uint64_t from;
	uint64_t to;
	uint64_t total;
	if (r->status == 200)
		return lc_stream_skip(r->body, s->off, e);
	if (r->status != 206)
		return http_refusal(r, e);
	struct lc_slice range = http_header_get(&r->headers, "Content-Range");
	if (!http_content_range(range, &from, &to, &total) || from != s->off ||
	    (s->total != UINT64_MAX && total != UINT64_MAX && total != s->total))
		return lc_fail(e, LC_EREMOTE, "%s: an answer for another part than was asked for",
			       lc_quote(r->x->host).s);
	return 0;
}

/* After a cut: pause, ask for the rest. */
static int go_on(struct resuming *s, const struct lc_err *why, struct lc_err *e)
{
	struct http_response *r = NULL;
	if (s->off - s->off_then >= PROGRESS_BYTES)
		s->cuts = 0;
	s->off_then = s->off;
	if (!s->reopen || !http_may_pass(why) || ++s->cuts > CUTS_MAX) {
		if (e)
			*e = *why;
		return why->code;
	}
	http_close(s->response);
	s->response = NULL;
	int rc = http_pause(s->client, http_backoff_ns(s->cuts), e);
	if (rc == 0)
		rc = s->reopen(s->ctx, s->off, &r, e);
	if (rc)
		return rc;
	rc = fits(s, r, e);
	if (rc) {
		http_close(r);
		return rc;
	}
	s->response = r;
	return 0;
}

static int resuming_read(struct lc_stream *base, void *buf, size_t n, size_t *ret_n,
			 struct lc_err *e)
{
	struct resuming *s = (struct resuming *)base;
	if (s->err)
		return lc_fail(e, s->err, "read after a failure");
	for (;;) {
		struct lc_err why = { 0 };
		if (lc_stream_read(s->response->body, buf, n, ret_n, &why) == 0)
			break;
		s->err = go_on(s, &why, e);
		if (s->err)
			return s->err;
	}
	s->off += *ret_n;
	return 0;
}

static void resuming_close(struct lc_stream *base)
{
	struct resuming *s = (struct resuming *)base;
	http_close(s->response);
	lc_free(s);
}

int http_resuming(struct http_client *c, struct http_response *first, http_reopen_fn reopen,
		  void *ctx, struct lc_stream **ret, struct lc_err *e)
{
	struct resuming *s = lc_alloc0(1, sizeof(*s));
	if (!s) {
		http_close(first);
		return lc_fail(e, LC_ENOMEM, "no memory for a transfer");
	}
	s->base = (struct lc_stream){ .read = resuming_read, .close = resuming_close };
	s->client = c;
	s->response = first;
	s->reopen = reopen;
	s->ctx = ctx;
	s->total = first->length;
	*ret = &s->base;
	return 0;
}
