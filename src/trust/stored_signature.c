#include "trust/stored_signature.h"

#include <stdio.h>

#include "base/shim.h"
#include "io/file.h"
#include "trust/file_signature.h"
#include "trust/simple_signing.h"

static const struct json_limits limits = { .depth_max = 8, .nodes_max = 4096 };

const char *stored_form_name(enum stored_form f)
{
	static const char *const names[STORED_FORM_N] = { "openpgp", "sigstore", "other" };
	return names[f];
}

/* ---- one file ---- */

/* {"mimeType","payload","annotations"}: what cosign keeps as a blob and its descriptor. */
static int read_sigstore(struct lc_slice text, struct lc_arena *a, struct stored_signature *s)
{
	struct trust_why *w = &s->why;
	struct json_doc d;
	int rc = json_parse(text, JSON_DUP_REFUSE, &limits, a, &d, &w->err);
	if (rc)
		return rc == LC_ENOMEM ? rc : trust_rule(w, "F1", LC_EBAD);
	json_ref root = json_root(&d);
	json_ref notes = json_get(&d, root, "annotations");
	s->what = (struct attached){
		.kind = ATTACHED_SIGNATURE,
		.media_type = json_get_str(&d, root, "mimeType"),
		.signature = json_get_str(&d, notes, attached_signature_note),
		.certificate = json_get_str(&d, notes, attached_certificate_note),
		.chain = json_get_str(&d, notes, attached_chain_note),
		.log_bundle = json_get_str(&d, notes, attached_log_note),
	};
	if (!lc_eq(s->what.media_type, simple_signing_media_type))
		s->form = STORED_OTHER;
	return signature_base64(json_get_str(&d, root, "payload"), "the payload", a, &s->content,
				w);
}

/* The first byte of an OpenPGP message: compressed data, one-pass signature, signature. */
static bool is_openpgp(uint8_t c)
{
	uint8_t tag = c & 0x40 ? c & 0x3f : (c >> 2) & 0x0f;
	return (c & 0x80) && (tag == 8 || tag == 4 || tag == 2);
}

static int read_form(struct lc_slice bytes, struct lc_arena *a, struct stored_signature *s)
{
	struct lc_slice name;
	struct lc_slice rest = bytes;
	s->form = STORED_OPENPGP;
	s->content = bytes;
	if (bytes.n && is_openpgp(bytes.p[0]))
		return 0;
	s->form = STORED_OTHER;
	if (!bytes.n || bytes.p[0] != 0)
		return trust_fail(&s->why, "G1", LC_EBAD,
				  "neither an OpenPGP message nor a sigstore signature");
	if (!lc_cut(lc_skip(bytes, 1), '\n', &name, &rest))
		return trust_fail(&s->why, "G1", LC_EBAD, "a signature whose form has no end");
	if (lc_eq(name, LC_S("simple-signing"))) {
		s->form = STORED_OPENPGP;
		s->content = rest;
		return 0;
	}
	if (!lc_eq(name, LC_S("sigstore-json")))
		return trust_fail(&s->why, "G1", LC_EBAD, "a signature of unknown form '%s'",
				  lc_quote(name).s);
	s->form = STORED_SIGSTORE;
	return read_sigstore(rest, a, s);
}

int stored_signature_parse(struct lc_slice bytes, struct lc_slice where, struct lc_arena *a,
			   struct stored_signature *ret, struct lc_err *e)
{
	*ret = (struct stored_signature){ .where = where };
	ret->rc = read_form(bytes, a, ret);
	return ret->rc == LC_ENOMEM ? lc_fail(e, LC_ENOMEM, "no memory for a signature") : 0;
}

/* ---- lists ---- */

static int push(struct stored_signatures *to, struct lc_slice bytes, struct lc_slice where,
		struct lc_arena *a, struct lc_err *e)
{
	struct stored_signature *s = where.p ? lc_vec_push(a, to) : NULL;
	if (!s)
		return lc_fail(e, lc_arena_err(a), "no memory for signatures");
	return stored_signature_parse(bytes, where, a, s, e);
}

static int too_many(struct lc_err *e)
{
	return lc_fail(e, LC_ELIMIT, "over %d signatures of one image", STORED_MAX);
}

int stored_signatures_beside(struct oci_repository *r, const struct digest *instance,
			     struct lc_arena *a, struct stored_signatures *to, struct lc_err *e)
{
	for (unsigned i = 1; i <= STORED_MAX; i++) {
		struct lc_slice bytes;
		int rc = oci_repository_signature(r, instance, i, a, &bytes, e);
		if (rc == LC_ENOTFOUND)
			return 0;
		rc = rc ? lc_wrap(e, rc, "signature-%u", i)
			: push(to, bytes, lc_arena_fmt(a, "signature-%u", i), a, e);
		if (rc)
			return rc;
	}
	return too_many(e);
}

static int take_attached(struct oci_repository *r, const struct attached *from, struct lc_arena *a,
			 struct stored_signatures *to, struct lc_err *e)
{
	struct stored_signature *s = lc_vec_push(a, to);
	if (!s)
		return lc_fail(e, lc_arena_err(a), "no memory for signatures");
	*s = (struct stored_signature){
		.form = from->kind == ATTACHED_SIGNATURE ? STORED_SIGSTORE : STORED_OTHER,
		.where = from->tag,
		.what = *from,
		.rc = from->rc,
		.why = from->why,
	};
	if (!s->rc && s->form == STORED_SIGSTORE)
		s->rc = attached_read(r, from, a, &s->content, &s->why);
	if (s->rc != LC_ENOMEM && s->rc != LC_EIO && s->rc != LC_ECANCEL &&
	    !lc_code_is_remote(s->rc))
		return 0;
	if (e)
		*e = s->why.err;
	return lc_wrap(e, s->rc, "%.*s", LC_FMT(from->tag));
}

int stored_signatures_attached(struct oci_repository *r, const struct digest *image,
			       struct lc_arena *a, struct stored_signatures *to, struct lc_err *e)
{
	struct attached_list all = { 0 };
	int rc = attached_find_signatures(r, image, a, &all, e);
	for (size_t i = 0; !rc && i < all.n; i++)
		rc = take_attached(r, &all.v[i], a, to, e);
	return rc;
}

/* ---- lookaside ---- */

static int read_file(struct lc_slice url, struct lc_arena *a, struct lc_slice *ret,
		     struct lc_err *e)
{
	struct lc_content c;
	struct lc_slice path = lc_skip(url, LC_S("file://").n);
	const char *name = lc_arena_str(a, path);
	int rc =
		name ? io_open_content(name, &c, e) : lc_fail(e, LC_ENOMEM, "no memory for a path");
	if (rc)
		return rc;
	if (c.size > STORED_BYTES_MAX)
		rc = lc_fail(e, LC_ELIMIT, "a signature of over %d MiB", STORED_BYTES_MAX >> 20);
	uint8_t *p = rc ? NULL : lc_arena_alloc(a, (size_t)c.size + 1);
	if (!rc && !p)
		rc = lc_fail(e, lc_arena_err(a), "no memory for a signature");
	if (!rc && c.size)
		rc = lc_content_read(&c, 0, p, (size_t)c.size, e);
	if (!rc)
		*ret = lc_slice_of(p, (size_t)c.size);
	lc_content_done(&c);
	return rc;
}

static int read_web(struct http_client *c, const char *url, struct lc_arena *a,
		    struct lc_slice *ret, struct lc_err *e)
{
	struct http_response *r LC_CLEANUP(http_closep) = NULL;
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	/* Signatures protect themselves: plain HTTP is what the file says. */
	struct http_request q = { .url = url, .plain_http = true };
	int rc = http_send(c, &q, &r, e);
	if (rc)
		return rc;
	if (r->status == 404)
		return LC_ENOTFOUND;
	if (r->status != 200)
		return http_refusal(r, e);
	lc_buf_init(&b, STORED_BYTES_MAX);
	rc = http_read_all(r, &b, e);
	return rc ? rc : lc_arena_dup(a, lc_buf_get(&b), ret);
}

/* "URL/REPOSITORY@sha256=<hex>/signature-N" */
static struct lc_slice url_of(const struct stored_lookaside *l, const struct digest *image,
			      unsigned n, struct lc_arena *a)
{
	char hex[DIGEST_TEXT_MAX];
	return lc_arena_fmt(a, "%.*s/%.*s@%s=%s/signature-%u", LC_FMT(l->url),
			    LC_FMT(l->repository), digest_name(image->algorithm),
			    digest_hex(image, hex), n);
}

static int read_all(const struct stored_lookaside *l, struct http_client *c,
		    const struct digest *image, struct lc_arena *a, struct stored_signatures *to,
		    struct lc_err *e)
{
	for (unsigned i = 1; i <= STORED_MAX; i++) {
		struct lc_slice bytes = { NULL, 0 };
		struct lc_slice url = url_of(l, image, i, a);
		if (!url.p)
			return lc_fail(e, lc_arena_err(a), "no memory for a URL");
		int rc = c ? read_web(c, (const char *)url.p, a, &bytes, e)
			   : read_file(url, a, &bytes, e);
		if (rc == LC_ENOTFOUND)
			return 0;
		rc = rc ? lc_wrap(e, rc, "%s", lc_quote(url).s) : push(to, bytes, url, a, e);
		if (rc)
			return rc;
	}
	return too_many(e);
}

int stored_signatures_aside(const struct stored_lookaside *l, const struct digest *image,
			    struct lc_arena *a, struct stored_signatures *to, struct lc_err *e)
{
	struct http_client *c = NULL;
	bool file = lc_starts(l->url, LC_S("file:///"));
	int rc = 0;
	if (!file && !lc_starts(l->url, LC_S("http://")) && !lc_starts(l->url, LC_S("https://")))
		return lc_fail(e, LC_EUSAGE,
			       "lookaside '%s': file:///DIR, http:// and https:// can be read",
			       lc_quote(l->url).s);
	if (!file)
		rc = http_client_new(&l->http, &c, e);
	rc = rc ? rc : read_all(l, c, image, a, to, e);
	http_client_free(c);
	return rc;
}
