#include "trust/signing_config.h"

#include "trust/proto_json.h"

static const struct json_limits limits = { .depth_max = 8, .nodes_max = 1 << 14 };

static const struct lc_slice media_type =
	LC_S_INIT("application/vnd.dev.sigstore.signingconfig.v0.2+json");

static const struct {
	const char *field;  /* list of services */
	const char *config; /* how many to choose; NULL one */
	const char *name;
	uint32_t version_max; /* of its API that we speak, from 1 on */
} kinds[SIGNING_KIND_N] = {
	[SIGNING_CA] = { "caUrls", NULL, "certificate authority", 1 },
	[SIGNING_OIDC] = { "oidcUrls", NULL, "issuer of identity tokens", 1 },
	[SIGNING_LOG] = { "rekorTlogUrls", "rekorTlogConfig", "transparency log", 2 },
	[SIGNING_TSA] = { "tsaUrls", "tsaConfig", "timestamp authority", 1 },
};

struct reader {
	const struct json_doc *d;
	struct lc_arena *a;
	struct signing_config *c;
	struct lc_err *e;
};

/* ---- reading ---- */

enum { S_URL, S_VERSION, S_VALID, S_OPERATOR, S_N };
static const char *const service_fields[S_N + 1] = { "url", "majorApiVersion", "validFor",
						     "operator", NULL };

static bool is_url(struct lc_slice s)
{
	if (!lc_starts(s, LC_S("https://")) && !lc_starts(s, LC_S("http://")))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f)
			return false;
	return s.n < 4096;
}

static int read_service(struct reader *r, json_ref at, struct signing_services *to)
{
	json_ref f[PROTO_FIELDS_MAX];
	int64_t version;
	struct signing_service *s = lc_vec_push(r->a, to);
	if (!s)
		return lc_fail(r->e, lc_arena_err(r->a), "no memory for a service");
	int rc = proto_fields(r->d, at, service_fields, f, r->e);
	rc = rc ? rc : proto_str(r->d, f[S_URL], "url", &s->url, r->e);
	rc = rc ? rc : proto_i64(r->d, f[S_VERSION], "majorApiVersion", &version, r->e);
	rc = rc ? rc : proto_str(r->d, f[S_OPERATOR], "operator", &s->operator, r->e);
	rc = rc ? rc : proto_window(r->d, f[S_VALID], &s->valid, r->e);
	if (rc)
		return rc;
	if (!is_url(s->url))
		return lc_fail(r->e, LC_EBAD, "'%s' is no address of a service",
			       lc_quote(s->url).s);
	if (version < 0 || version > INT32_MAX)
		return lc_fail(r->e, LC_EBAD, "majorApiVersion is out of range");
	s->version = (uint32_t)version;
	return 0;
}

static const char *const selectors[] = {
	[SIGNING_ALL] = "ALL", [SIGNING_ANY] = "ANY", [SIGNING_EXACT] = "EXACT"
};

bool signing_selector_parse(struct lc_slice s, enum signing_selector *ret)
{
	for (size_t i = 0; i < sizeof(selectors) / sizeof(selectors[0]); i++)
		if (lc_eq(s, lc_str(selectors[i]))) {
			*ret = (enum signing_selector)i;
			return true;
		}
	return false;
}

static int read_selection(struct reader *r, json_ref at, enum signing_kind k)
{
	static const char *const names[] = { "selector", "count", NULL };
	json_ref f[PROTO_FIELDS_MAX];
	struct lc_slice selector;
	int64_t count;
	if (at == JSON_NONE) {
		/* Nothing listed needs no rule. */
		return r->c->of[k].n ? lc_fail(r->e, LC_EBAD, "it is missing") : 0;
	}
	int rc = proto_fields(r->d, at, names, f, r->e);
	rc = rc ? rc : proto_str(r->d, f[0], "selector", &selector, r->e);
	rc = rc ? rc : proto_i64(r->d, f[1], "count", &count, r->e);
	if (rc)
		return rc;
	if (!signing_selector_parse(selector, &r->c->selector[k]))
		return lc_fail(r->e, LC_EBAD, "selector '%s' is none of ALL, ANY and EXACT",
			       lc_quote(selector).s);
	if (r->c->selector[k] == SIGNING_EXACT && (count < 1 || count > SIGNING_SERVICES_MAX))
		return lc_fail(r->e, LC_EBAD, "EXACT needs a count from 1 to %d",
			       SIGNING_SERVICES_MAX);
	r->c->count[k] = count > 0 && count <= SIGNING_SERVICES_MAX ? (uint32_t)count : 0;
	return 0;
}

static int read_kind(struct reader *r, json_ref list, json_ref config, enum signing_kind k)
{
	uint32_t n = 0;
	int rc = proto_count(r->d, list, kinds[k].field, SIGNING_SERVICES_MAX, &n, r->e);
	json_each(r->d, list, child)
		rc = rc ? rc : read_service(r, child, &r->c->of[k]);
	if (rc)
		return lc_wrap(r->e, rc, "%s", kinds[k].field);
	rc = kinds[k].config ? read_selection(r, config, k) : 0;
	return rc ? lc_wrap(r->e, rc, "%s", kinds[k].config) : 0;
}

enum { C_TYPE, C_CA, C_OIDC, C_LOG, C_LOG_CONFIG, C_TSA, C_TSA_CONFIG, C_N };
static const char *const config_fields[C_N + 1] = {
	"mediaType",       "caUrls",  "oidcUrls",  "rekorTlogUrls",
	"rekorTlogConfig", "tsaUrls", "tsaConfig", NULL,
};

static int read_config(struct reader *r)
{
	json_ref f[PROTO_FIELDS_MAX];
	json_ref root = json_root(r->d);
	struct lc_slice type = json_get_str(r->d, root, "mediaType");
	if (!lc_eq(type, media_type))
		return lc_fail(r->e, LC_EBAD,
			       "'%s' is not the media type of a signing configuration of "
			       "version 0.2",
			       lc_quote(type).s);
	int rc = proto_fields(r->d, root, config_fields, f, r->e);
	rc = rc ? rc : read_kind(r, f[C_CA], JSON_NONE, SIGNING_CA);
	rc = rc ? rc : read_kind(r, f[C_OIDC], JSON_NONE, SIGNING_OIDC);
	rc = rc ? rc : read_kind(r, f[C_LOG], f[C_LOG_CONFIG], SIGNING_LOG);
	return rc ? rc : read_kind(r, f[C_TSA], f[C_TSA_CONFIG], SIGNING_TSA);
}

int signing_config_parse(struct lc_slice text, struct lc_arena *a, struct signing_config *ret,
			 struct lc_err *e)
{
	struct json_doc d;
	struct signing_config c = { 0 };
	struct reader r = { .d = &d, .a = a, .c = &c, .e = e };
	int rc = json_parse(text, JSON_DUP_REFUSE, &limits, a, &d, e);
	rc = rc ? rc : read_config(&r);
	if (rc)
		return lc_wrap(e, rc, "signing configuration");
	*ret = c;
	return 0;
}

/* ---- writing ---- */

static void write_service(struct json_writer *w, const struct signing_service *s)
{
	json_begin_object(w);
	json_member_str(w, "url", s->url);
	json_member_u64(w, "majorApiVersion", s->version);
	json_write_key(w, "validFor");
	proto_write_window(w, &s->valid);
	json_member_str(w, "operator", s->operator);
	json_end_object(w);
}

static void write_kind(struct json_writer *w, const struct signing_config *c, enum signing_kind k)
{
	json_write_key(w, kinds[k].field);
	json_begin_array(w);
	for (size_t i = 0; i < c->of[k].n; i++)
		write_service(w, &c->of[k].v[i]);
	json_end_array(w);
	if (!kinds[k].config)
		return;
	json_write_key(w, kinds[k].config);
	json_begin_object(w);
	json_member_cstr(w, "selector", selectors[c->selector[k]]);
	if (c->selector[k] == SIGNING_EXACT)
		json_member_u64(w, "count", c->count[k]);
	json_end_object(w);
}

int signing_config_write(const struct signing_config *c, struct lc_buf *out)
{
	struct json_writer w;
	json_writer_init(&w, out, 0);
	json_begin_object(&w);
	json_member_str(&w, "mediaType", media_type);
	for (unsigned k = 0; k < SIGNING_KIND_N; k++)
		write_kind(&w, c, (enum signing_kind)k);
	json_end_object(&w);
	return json_writer_err(&w);
}

/* ---- choosing ---- */

/* Does a go before b? The higher version, then the newer one; else as they are listed. */
static bool before(const struct signing_service *a, const struct signing_service *b)
{
	if (a->version != b->version)
		return a->version > b->version;
	int64_t one = a->valid.has_start ? a->valid.start : INT64_MIN;
	int64_t two = b->valid.has_start ? b->valid.start : INT64_MIN;
	return one > two;
}

/* The best that is not taken and whose operator is not, NULL none. */
static const struct signing_service *best(const struct signing_config *c, enum signing_kind k,
					  int64_t now, const struct signing_services *taken)
{
	const struct signing_service *found = NULL;
	for (size_t i = 0; i < c->of[k].n; i++) {
		const struct signing_service *s = &c->of[k].v[i];
		bool fits = s->version >= 1 && s->version <= kinds[k].version_max &&
			    trust_window_has(&s->valid, now) &&
			    (!taken->n || s->version == taken->v[0].version);
		for (size_t j = 0; j < taken->n; j++)
			fits = fits && !lc_eq(taken->v[j].operator, s->operator);
		if (fits && (!found || before(s, found)))
			found = s;
	}
	return found;
}

int signing_config_choose(const struct signing_config *c, enum signing_kind k, int64_t now,
			  struct lc_arena *a, struct signing_services *ret, struct lc_err *e)
{
	struct signing_services taken = { 0 };
	bool one = !kinds[k].config || c->selector[k] == SIGNING_ANY;
	size_t most = c->selector[k] == SIGNING_EXACT ? c->count[k] : SIGNING_SERVICES_MAX;
	const struct signing_service *s;
	if (one)
		most = 1;
	while (taken.n < most && (s = best(c, k, now, &taken))) {
		struct signing_service *item = lc_vec_push(a, &taken);
		if (!item)
			return lc_fail(e, lc_arena_err(a), "no memory for a service");
		*item = *s;
	}
	size_t least = c->selector[k] == SIGNING_EXACT && !one ? c->count[k] : 1;
	if (c->of[k].n && taken.n < least)
		return lc_fail(e, LC_ENOTFOUND,
			       "the signing configuration lists no %s that can be used now: "
			       "%zu of %zu wanted; it may be out of date",
			       kinds[k].name, taken.n, least);
	*ret = taken;
	return 0;
}
