#include "trust/identity_token.h"

#include "base/shim.h"
#include "base/time.h"
#include "format/base64.h"
#include "format/json.h"

static const struct json_limits limits = { .depth_max = 16, .nodes_max = 4096 };

struct reading {
	struct json_doc d;
	struct lc_arena *a;
	struct lc_err *e;
};

/* The second of three parts; neither of the others may be empty. */
static int payload_of(struct lc_slice token, struct lc_arena *a, struct lc_slice *ret,
		      struct lc_err *e)
{
	struct lc_buf b LC_CLEANUP(secret_buf_done) = { 0 };
	struct lc_slice head;
	struct lc_slice payload;
	struct lc_slice rest;
	lc_buf_init(&b, IDENTITY_TOKEN_MAX);
	if (token.n > IDENTITY_TOKEN_MAX || !lc_cut(token, '.', &head, &rest) ||
	    !lc_cut(rest, '.', &payload, &rest) || !head.n || !rest.n ||
	    lc_find(rest, '.') != SIZE_MAX || base64_decode_any(payload, &b) == LC_EBAD || !b.n)
		return lc_fail(e, LC_EBAD,
			       "not an identity token: three parts in base64 with dots between");
	int rc = b.err ? b.err : lc_arena_dup(a, lc_buf_get(&b), ret);
	return rc ? lc_fail(e, rc, "no memory for an identity token") : 0;
}

/* Seconds since 1970, as a whole number or not (RFC 7519 section 2). */
static bool numeric_date(const struct json_doc *d, json_ref r, int64_t *ret)
{
	double v;
	if (json_i64(d, r, ret))
		return true;
	if (!json_double(d, r, &v) || v < 0 || v > 1e15)
		return false;
	*ret = (int64_t)v;
	return true;
}

/* "aud" is one name or a list of names (RFC 7519 section 4.1.3). */
static bool is_for(const struct json_doc *d, struct lc_slice audience)
{
	json_ref aud = json_get(d, json_root(d), "aud");
	if (json_is_str(d, aud))
		return lc_eq(json_str(d, aud), audience);
	json_each(d, aud, child)
		if (json_type_of(d, aud) == JSON_ARRAY && lc_eq(json_str(d, child), audience))
			return true;
	return false;
}

static int check_times(struct reading *r, const struct identity_claims *c, int64_t now)
{
	int64_t from;
	char when[LC_TIME_MAX];
	json_ref nbf = json_get(&r->d, json_root(&r->d), "nbf");
	lc_time_format(c->expires, 0, when);
	if (c->expires <= now)
		return lc_fail(r->e, LC_EAUTH, "the identity token expired at %s: get a new one",
			       when);
	if (nbf == JSON_NONE || !numeric_date(&r->d, nbf, &from) || from <= now + 60)
		return 0; /* clocks differ by a little */
	lc_time_format(from, 0, when);
	return lc_fail(r->e, LC_EAUTH, "the identity token is not valid before %s", when);
}

/* true, or "true" as some issuers write it */
static bool is_verified(const struct json_doc *d)
{
	json_ref v = json_get(d, json_root(d), "email_verified");
	return json_bool(d, v, false) || lc_eq(json_str(d, v), LC_S("true"));
}

static int read_claims(struct reading *r, struct identity_claims *c)
{
	const struct json_doc *d = &r->d;
	json_ref root = json_root(d);
	c->issuer = json_get_str(d, root, "iss");
	c->subject = json_get_str(d, root, "sub");
	c->email = json_get_str(d, root, "email");
	c->name = c->email.n ? c->email : c->subject;
	if (!c->issuer.n || !c->name.n)
		return lc_fail(r->e, LC_EBAD, "the identity token names nobody (iss, sub, email)");
	if (!numeric_date(d, json_get(d, root, "exp"), &c->expires))
		return lc_fail(r->e, LC_EBAD, "the identity token does not say when it expires");
	if (c->email.n && !is_verified(d))
		return lc_fail(r->e, LC_EAUTH,
			       "the e-mail address in the identity token is not verified by %s",
			       lc_quote(c->issuer).s);
	return 0;
}

int identity_token_read(struct lc_slice token, struct lc_slice audience, int64_t now,
			struct lc_arena *a, struct identity_claims *ret, struct lc_err *e)
{
	struct lc_slice text;
	struct lc_err why = { 0 };
	struct identity_claims c = { 0 };
	struct reading r = { .a = a, .e = e };
	int rc = payload_of(token, a, &text, e);
	if (rc)
		return rc;
	rc = json_parse(text, JSON_DUP_REFUSE, &limits, a, &r.d, &why);
	if (rc == LC_ENOMEM)
		return lc_fail(e, rc, "no memory for an identity token");
	if (rc || json_type_of(&r.d, json_root(&r.d)) != JSON_OBJECT)
		return lc_fail(e, LC_EBAD, "not an identity token: its claims are no JSON object");
	rc = read_claims(&r, &c);
	if (!rc && !is_for(&r.d, audience))
		rc = lc_fail(e, LC_EAUTH,
			     "the identity token is not made for '%s' (its aud says for whom)",
			     lc_quote(audience).s);
	rc = rc ? rc : check_times(&r, &c, now);
	if (!rc)
		*ret = c;
	return rc;
}
