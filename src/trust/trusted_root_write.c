#include "trust/trusted_root_write.h"

#include <openssl/x509v3.h>

#include "base/shim.h"
#include "crypt/pem.h"
#include "trust/checkpoint.h"
#include "trust/proto_json.h"
#include "trust/trusted_root.h"
#include "trust/x509.h"

static const struct json_limits limits = { .depth_max = 16, .nodes_max = 1 << 16 };
static const size_t arena_bytes_max = (size_t)16 << 20;

/* The lists in the order that sigstore writes them; the media type is the field behind. */
static const enum root_party_kind kinds[ROOT_KIND_N] = { ROOT_TLOG, ROOT_CA, ROOT_CTLOG, ROOT_TSA };
static const char *const fields[ROOT_KIND_N + 2] = {
	"tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities", "mediaType", NULL,
};

struct work {
	struct lc_arena a;
	struct json_writer w;
	struct lc_err *e;
};

static void write_window(struct work *k, const struct trust_window *v)
{
	json_write_key(&k->w, "validFor");
	proto_write_window(&k->w, v);
}

/* ---- logs ---- */

static int write_log(struct work *k, const struct root_party *p)
{
	struct crypt_public *key LC_CLEANUP(crypt_public_unrefp) = NULL;
	struct digest id;
	int rc = crypt_public_pem(p->pem, &key, k->e);
	if (rc)
		return rc;
	id = *crypt_public_id(key);
	if (p->origin.n)
		rc = checkpoint_key_id(key, p->origin, &id, k->e);
	json_begin_object(&k->w);
	json_member_str(&k->w, "baseUrl", p->url);
	json_member_cstr(&k->w, "hashAlgorithm", "SHA2_256");
	json_write_key(&k->w, "publicKey");
	json_begin_object(&k->w);
	json_member_base64(&k->w, "rawBytes", crypt_public_spki(key));
	json_member_cstr(&k->w, "keyDetails", proto_key_details(key, false));
	write_window(k, &p->valid);
	json_end_object(&k->w);
	json_write_key(&k->w, "logId");
	json_begin_object(&k->w);
	json_member_base64(&k->w, "keyId", lc_slice_of(id.bytes, digest_size(id.algorithm)));
	json_end_object(&k->w);
	json_end_object(&k->w);
	return rc;
}

/* ---- authorities ---- */

static struct lc_slice name_part(const X509 *x, int nid)
{
	const X509_NAME *name = X509_get_subject_name(x);
	int at = X509_NAME_get_index_by_NID(name, nid, -1);
	const ASN1_STRING *s =
		at < 0 ? NULL : X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
	return s ? lc_slice_of(ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s)) : LC_S("");
}

struct chain {
	struct lc_slice ders[ROOT_CHAIN_MAX];
	size_t n;
	X509 *anchor, *first; /* owned */
};

static void chain_done(struct chain *c)
{
	X509_free(c->anchor);
	X509_free(c->first);
}

static int read_chain(struct work *k, struct lc_slice pem, struct chain *c)
{
	struct pem_block block;
	int rc;
	while ((rc = pem_next(&pem, &k->a, &block, k->e)) == 0) {
		if (!lc_eq(block.label, LC_S("CERTIFICATE")))
			return lc_fail(k->e, LC_EBAD, "'%s' among the certificates",
				       lc_quote(block.label).s);
		if (c->n == ROOT_CHAIN_MAX)
			return lc_fail(k->e, LC_ELIMIT, "a chain of over %d certificates",
				       ROOT_CHAIN_MAX);
		c->ders[c->n++] = block.der;
	}
	if (rc != LC_ENOTFOUND)
		return rc;
	if (!c->n)
		return lc_fail(k->e, LC_EBAD, "no certificate in PEM");
	rc = x509_parse(c->ders[0], &c->first, k->e);
	return rc ? rc : x509_parse(c->ders[c->n - 1], &c->anchor, k->e);
}

/* Who stamps must be named: everybody below an authority for anything could else. */
static int check_tsa(struct work *k, const struct chain *c)
{
	if (c->n < 2 || X509_check_ca(c->first) != 0)
		return lc_fail(k->e, LC_EBAD,
			       "the first certificate must be the one that signs timestamps, "
			       "those above it follow");
	return 0;
}

static void write_certificates(struct work *k, const struct chain *c)
{
	json_write_key(&k->w, "certChain");
	json_begin_object(&k->w);
	json_write_key(&k->w, "certificates");
	json_begin_array(&k->w);
	for (size_t i = 0; i < c->n; i++) {
		json_begin_object(&k->w);
		json_member_base64(&k->w, "rawBytes", c->ders[i]);
		json_end_object(&k->w);
	}
	json_end_array(&k->w);
	json_end_object(&k->w);
}

static int write_authority(struct work *k, const struct root_party *p)
{
	struct chain c LC_CLEANUP(chain_done) = { 0 };
	struct trust_window valid = p->valid;
	int rc = read_chain(k, p->pem, &c);
	if (!rc && p->kind == ROOT_TSA)
		rc = check_tsa(k, &c);
	if (rc)
		return rc;
	const X509 *begins = p->kind == ROOT_TSA ? c.first : c.anchor;
	if (!valid.has_start)
		valid.has_start = x509_time(X509_get0_notBefore(begins), &valid.start);
	json_begin_object(&k->w);
	json_write_key(&k->w, "subject");
	json_begin_object(&k->w);
	json_member_str_opt(&k->w, "organization", name_part(c.anchor, NID_organizationName));
	json_member_str_opt(&k->w, "commonName", name_part(c.anchor, NID_commonName));
	json_end_object(&k->w);
	json_member_str(&k->w, "uri", p->url);
	write_certificates(k, &c);
	write_window(k, &valid);
	json_end_object(&k->w);
	return 0;
}

/* ---- all ---- */

static int write_party(struct work *k, const struct root_party *p)
{
	bool log = p->kind == ROOT_TLOG || p->kind == ROOT_CTLOG;
	if (p->valid.has_start && p->valid.has_end && p->valid.end < p->valid.start)
		return lc_fail(k->e, LC_EBAD, "it ends before it starts");
	return log ? write_log(k, p) : write_authority(k, p);
}

static int write_lists(struct work *k, const struct root_party *v, size_t n,
		       const struct json_doc *base, unsigned drop)
{
	json_ref f[PROTO_FIELDS_MAX];
	int rc = base->count ? proto_fields(base, json_root(base), fields, f, k->e) : 0;
	for (size_t i = 0; !rc && i < ROOT_KIND_N; i++) {
		bool keep = base->count && !(drop & 1u << kinds[i]);
		json_write_key(&k->w, fields[i]);
		json_begin_array(&k->w);
		json_each(base, keep ? f[i] : JSON_NONE, child)
			json_write_node(&k->w, base, child);
		for (size_t j = 0; !rc && j < n; j++)
			if (v[j].kind == kinds[i]) {
				rc = write_party(k, &v[j]);
				rc = rc ? lc_wrap(k->e, rc, "%s", lc_quote(v[j].url).s) : 0;
			}
		json_end_array(&k->w);
	}
	return rc;
}

static int write_all(struct work *k, const struct root_party *v, size_t n, struct lc_slice text,
		     unsigned drop, struct lc_buf *out)
{
	struct json_doc base = { 0 };
	struct trusted_root *parsed = NULL;
	int rc = text.n ? trusted_root_parse(text, &parsed, k->e) : 0;
	trusted_root_free(parsed);
	rc = rc || !text.n ? rc : json_parse(text, JSON_DUP_REFUSE, &limits, &k->a, &base, k->e);
	if (rc)
		return rc;
	json_writer_init(&k->w, out, 0);
	json_begin_object(&k->w);
	json_member_cstr(&k->w, "mediaType",
			 "application/vnd.dev.sigstore.trustedroot+json;version=0.1");
	rc = write_lists(k, v, n, &base, drop);
	json_end_object(&k->w);
	if (!rc && json_writer_err(&k->w))
		rc = lc_fail(k->e, json_writer_err(&k->w), "no memory for a trusted root");
	return rc;
}

int trusted_root_write(const struct root_party *v, size_t n, struct lc_slice base, unsigned drop,
		       struct lc_buf *out, struct lc_err *e)
{
	struct work k = { .e = e };
	struct trusted_root *parsed = NULL;
	size_t from = out->n;
	lc_arena_init(&k.a, arena_bytes_max);
	int rc = write_all(&k, v, n, base, drop, out);
	rc = rc ? rc : trusted_root_parse(lc_skip(lc_buf_get(out), from), &parsed, e);
	trusted_root_free(parsed);
	lc_arena_done(&k.a);
	return rc;
}
