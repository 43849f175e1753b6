#include "trust/trusted_root.h"

#include <openssl/x509v3.h>

#include "base/shim.h"
#include "base/vec.h"
#include "crypt/pem.h"
#include "trust/proto_json.h"
#include "trust/x509.h"

static const struct json_limits limits = { .depth_max = 16, .nodes_max = 1 << 16 };
static const size_t root_bytes_max = (size_t)16 << 20;

int trusted_root_new(struct trusted_root **ret, struct lc_err *e)
{
	struct trusted_root *r = lc_alloc0(1, sizeof(*r));
	if (!r)
		return lc_fail(e, LC_ENOMEM, "no memory for a trusted root");
	lc_arena_init(&r->arena, root_bytes_max);
	*ret = r;
	return 0;
}

static void free_logs(struct trust_logs *l)
{
	for (size_t i = 0; i < l->n; i++)
		crypt_public_unref(l->v[i].key);
}

static void free_authorities(struct trust_authorities *l)
{
	for (size_t i = 0; i < l->n; i++) {
		struct trust_authority *a = &l->v[i];
		X509_free(a->leaf);
		X509_free(a->anchor);
		for (size_t k = 0; k < a->intermediates_n; k++)
			X509_free(a->intermediates[k]);
	}
}

void trusted_root_free(struct trusted_root *r)
{
	if (!r)
		return;
	free_logs(&r->tlogs);
	free_logs(&r->ctlogs);
	free_authorities(&r->cas);
	free_authorities(&r->tsas);
	lc_arena_done(&r->arena);
	lc_free(r);
}

void trusted_root_freep(struct trusted_root **r)
{
	trusted_root_free(*r);
}

const struct trust_log *trust_log_find(const struct trust_logs *l, struct lc_slice id)
{
	for (size_t i = 0; i < l->n; i++)
		if (lc_eq(l->v[i].id, id))
			return &l->v[i];
	return NULL;
}

/* ---- adding ---- */

/* "https://rekor.example/x" -> "rekor.example" */
static struct lc_slice host_of(struct lc_slice url)
{
	size_t at = lc_find_slice(url, LC_S("://"));
	if (at != SIZE_MAX)
		url = lc_skip(url, at + 3);
	size_t slash = lc_find(url, '/');
	return slash == SIZE_MAX ? url : lc_sub(url, 0, slash);
}

/* Takes the key over. */
static int add_log(struct trusted_root *r, struct trust_logs *to, struct crypt_public *key,
		   struct lc_slice id, struct lc_slice url, const struct trust_window *valid,
		   struct lc_err *e)
{
	const struct digest *own = crypt_public_id(key);
	struct trust_log log = { .key = key, .valid = *valid };
	int rc = lc_arena_dup(&r->arena, id.n ? id : lc_slice_of(own->bytes, 32), &log.id);
	rc = rc ? rc : lc_arena_dup(&r->arena, host_of(url), &log.host);
	struct trust_log *item = rc ? NULL : lc_vec_push(&r->arena, to);
	if (!item) {
		crypt_public_unref(key);
		return lc_fail(e, lc_arena_err(&r->arena), "no memory for a log's key");
	}
	*item = log;
	return 0;
}

static int add_log_pem(struct trusted_root *r, struct trust_logs *to, struct lc_slice pem,
		       struct lc_slice url, const struct trust_window *valid, struct lc_err *e)
{
	struct crypt_public *key = NULL;
	int rc = crypt_public_pem(pem, &key, e);
	return rc ? rc : add_log(r, to, key, (struct lc_slice){ NULL, 0 }, url, valid, e);
}

int trusted_root_add_tlog(struct trusted_root *r, struct lc_slice pem, struct lc_slice url,
			  const struct trust_window *valid, struct lc_err *e)
{
	return add_log_pem(r, &r->tlogs, pem, url, valid, e);
}

int trusted_root_add_ctlog(struct trusted_root *r, struct lc_slice pem,
			   const struct trust_window *valid, struct lc_err *e)
{
	return add_log_pem(r, &r->ctlogs, pem, (struct lc_slice){ NULL, 0 }, valid, e);
}

/* The chain's certificates, nearest first; the last is the anchor. */
static int add_chain(struct trusted_root *r, struct trust_authorities *to, bool timestamps,
		     const struct lc_slice *ders, size_t n, struct lc_slice uri,
		     const struct trust_window *valid, struct lc_err *e)
{
	if (n == 0 || n > ROOT_CHAIN_MAX)
		return lc_fail(e, LC_EBAD, "a chain of %zu certificates", n);
	struct trust_authority *a = lc_vec_push(&r->arena, to);
	if (!a || lc_arena_dup(&r->arena, uri, &a->uri))
		return lc_fail(e, lc_arena_err(&r->arena), "no memory for an authority");
	a->valid = *valid;
	for (size_t i = 0; i < n; i++) {
		X509 *x = NULL;
		int rc = x509_parse(ders[i], &x, e);
		if (rc)
			return lc_wrap(e, rc, "certificate %zu of a chain", i + 1);
		/* X509_check_ca() also finishes OpenSSL's reading, before threads share it. */
		bool ca = X509_check_ca(x) != 0;
		if (i + 1 == n)
			a->anchor = x;
		else if (i == 0 && timestamps && !ca)
			a->leaf = x;
		else
			a->intermediates[a->intermediates_n++] = x;
	}
	return 0;
}

static int add_chain_pem(struct trusted_root *r, struct trust_authorities *to, bool timestamps,
			 struct lc_slice pem, const struct trust_window *valid, struct lc_err *e)
{
	struct lc_slice ders[ROOT_CHAIN_MAX + 1];
	struct pem_block b;
	size_t n = 0;
	int rc;
	while (n <= ROOT_CHAIN_MAX && (rc = pem_next(&pem, &r->arena, &b, e)) != LC_ENOTFOUND) {
		if (rc)
			return rc;
		if (!lc_eq(b.label, LC_S("CERTIFICATE")))
			return lc_fail(e, LC_EBAD, "PEM block '%s' is no certificate",
				       lc_quote(b.label).s);
		ders[n++] = b.der;
	}
	return add_chain(r, to, timestamps, ders, n, (struct lc_slice){ NULL, 0 }, valid, e);
}

int trusted_root_add_ca(struct trusted_root *r, struct lc_slice pem,
			const struct trust_window *valid, struct lc_err *e)
{
	return add_chain_pem(r, &r->cas, false, pem, valid, e);
}

int trusted_root_add_tsa(struct trusted_root *r, struct lc_slice pem,
			 const struct trust_window *valid, struct lc_err *e)
{
	return add_chain_pem(r, &r->tsas, true, pem, valid, e);
}

/* ---- trusted_root.json ---- */

struct reader {
	struct trusted_root *r;
	const struct json_doc *d;
	struct lc_err *e;
};

enum { K_RAW, K_DETAILS, K_VALID, K_N };
static const char *const key_fields[K_N + 1] = { "rawBytes", "keyDetails", "validFor", NULL };

static int read_key(struct reader *r, json_ref at, struct crypt_public **ret,
		    struct trust_window *ret_valid)
{
	json_ref f[PROTO_FIELDS_MAX];
	struct lc_slice der;
	struct lc_slice details;
	int rc = proto_fields(r->d, at, key_fields, f, r->e);
	rc = rc ? rc : proto_bytes(r->d, f[K_RAW], "rawBytes", &r->r->arena, &der, r->e);
	rc = rc ? rc : proto_str(r->d, f[K_DETAILS], "keyDetails", &details, r->e);
	rc = rc ? rc : proto_window(r->d, f[K_VALID], ret_valid, r->e);
	if (rc)
		return rc;
	/* A log key that was good since ever would make old entries good by mistake. */
	if (!ret_valid->has_start)
		return lc_fail(r->e, LC_EBAD, "a log's key without validFor.start");
	if (lc_starts(details, LC_S("PKCS1_RSA_")))
		return crypt_public_pkcs1(der, ret, r->e);
	return crypt_public_der(der, ret, r->e);
}

enum { L_URL, L_HASH, L_KEY, L_ID, L_CHECKPOINT_ID, L_OPERATOR, L_N };
static const char *const log_fields[L_N + 1] = {
	"baseUrl", "hashAlgorithm", "publicKey", "logId", "checkpointKeyId", "operator", NULL,
};

static int read_log_id(struct reader *r, json_ref at, struct lc_slice *ret)
{
	static const char *const names[] = { "keyId", NULL };
	json_ref f[PROTO_FIELDS_MAX];
	*ret = (struct lc_slice){ NULL, 0 };
	if (at == JSON_NONE)
		return 0;
	int rc = proto_fields(r->d, at, names, f, r->e);
	return rc ? rc : proto_bytes(r->d, f[0], "keyId", &r->r->arena, ret, r->e);
}

static int read_log(struct reader *r, json_ref at, struct trust_logs *to)
{
	json_ref f[PROTO_FIELDS_MAX];
	struct lc_slice url;
	struct lc_slice hash;
	struct lc_slice id;
	struct trust_window valid;
	struct crypt_public *key = NULL;
	int rc = proto_fields(r->d, at, log_fields, f, r->e);
	rc = rc ? rc : proto_str(r->d, f[L_URL], "baseUrl", &url, r->e);
	rc = rc ? rc : proto_str(r->d, f[L_HASH], "hashAlgorithm", &hash, r->e);
	rc = rc ? rc : read_log_id(r, f[L_ID], &id);
	if (!rc && !lc_eq(hash, LC_S("SHA2_256")))
		rc = lc_fail(r->e, LC_EBAD, "a log with hashAlgorithm '%s'", lc_quote(hash).s);
	rc = rc ? rc : read_key(r, f[L_KEY], &key, &valid);
	if (rc == LC_EUNSUP)
		return 0; /* a log that we cannot follow is one that we do not know */
	return rc ? rc : add_log(r->r, to, key, id, url, &valid, r->e);
}

enum { A_SUBJECT, A_URI, A_CHAIN, A_VALID, A_OPERATOR, A_N };
static const char *const authority_fields[A_N + 1] = {
	"subject", "uri", "certChain", "validFor", "operator", NULL,
};

static int read_chain(struct reader *r, json_ref at, struct lc_slice *ders, size_t *ret_n)
{
	static const char *const chain[] = { "certificates", NULL };
	static const char *const raw[] = { "rawBytes", NULL };
	json_ref f[PROTO_FIELDS_MAX];
	json_ref g[PROTO_FIELDS_MAX];
	uint32_t n = 0;
	int rc = proto_fields(r->d, at, chain, f, r->e);
	rc = rc ? rc : proto_count(r->d, f[0], "certificates", ROOT_CHAIN_MAX, &n, r->e);
	*ret_n = 0;
	if (rc)
		return rc;
	json_each(r->d, f[0], child) {
		rc = proto_fields(r->d, child, raw, g, r->e);
		rc = rc ? rc
			: proto_bytes(r->d, g[0], "rawBytes", &r->r->arena, &ders[(*ret_n)++],
				      r->e);
		if (rc)
			return rc;
	}
	return 0;
}

static int read_authority(struct reader *r, json_ref at, struct trust_authorities *to,
			  bool timestamps)
{
	json_ref f[PROTO_FIELDS_MAX];
	struct lc_slice uri;
	struct lc_slice ders[ROOT_CHAIN_MAX];
	struct trust_window valid;
	size_t n = 0;
	int rc = proto_fields(r->d, at, authority_fields, f, r->e);
	rc = rc ? rc : proto_str(r->d, f[A_URI], "uri", &uri, r->e);
	rc = rc ? rc : proto_window(r->d, f[A_VALID], &valid, r->e);
	rc = rc ? rc : read_chain(r, f[A_CHAIN], ders, &n);
	return rc ? rc : add_chain(r->r, to, timestamps, ders, n, uri, &valid, r->e);
}

enum { R_TYPE, R_TLOGS, R_CAS, R_CTLOGS, R_TSAS, R_N };
static const char *const root_fields[R_N + 1] = {
	"mediaType", "tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities", NULL,
};

static bool is_media_type(struct lc_slice s)
{
	return lc_eq(s, LC_S("application/vnd.dev.sigstore.trustedroot+json;version=0.1")) ||
	       lc_eq(s, LC_S("application/vnd.dev.sigstore.trustedroot.v0.1+json")) ||
	       lc_eq(s, LC_S("application/vnd.dev.sigstore.trustedroot.v0.2+json"));
}

static int read_logs(struct reader *r, json_ref at, const char *name, struct trust_logs *to)
{
	uint32_t n = 0;
	int rc = proto_count(r->d, at, name, ROOT_PARTIES_MAX, &n, r->e);
	json_each(r->d, at, child)
		rc = rc ? rc : read_log(r, child, to);
	return rc ? lc_wrap(r->e, rc, "%s", name) : 0;
}

static int read_authorities(struct reader *r, json_ref at, const char *name,
			    struct trust_authorities *to, bool timestamps)
{
	uint32_t n = 0;
	int rc = proto_count(r->d, at, name, ROOT_PARTIES_MAX, &n, r->e);
	json_each(r->d, at, child)
		rc = rc ? rc : read_authority(r, child, to, timestamps);
	return rc ? lc_wrap(r->e, rc, "%s", name) : 0;
}

static int read_root(struct reader *r)
{
	json_ref f[PROTO_FIELDS_MAX];
	struct trusted_root *root = r->r;
	int rc = proto_fields(r->d, json_root(r->d), root_fields, f, r->e);
	if (!rc && !is_media_type(json_str(r->d, f[R_TYPE])))
		rc = lc_fail(r->e, LC_EBAD, "'%s' is not the media type of a trusted root",
			     lc_quote(json_str(r->d, f[R_TYPE])).s);
	rc = rc ? rc : read_logs(r, f[R_TLOGS], "tlogs", &root->tlogs);
	rc = rc ? rc : read_logs(r, f[R_CTLOGS], "ctlogs", &root->ctlogs);
	rc = rc ? rc : read_authorities(r, f[R_CAS], "certificateAuthorities", &root->cas, false);
	rc = rc ? rc : read_authorities(r, f[R_TSAS], "timestampAuthorities", &root->tsas, true);
	return rc;
}

int trusted_root_parse(struct lc_slice text, struct trusted_root **ret, struct lc_err *e)
{
	struct json_doc d;
	struct lc_arena scratch;
	struct trusted_root *root = NULL;
	int rc = trusted_root_new(&root, e);
	if (rc)
		return rc;
	struct reader r = { .r = root, .d = &d, .e = e };
	lc_arena_init(&scratch, root_bytes_max);
	rc = json_parse(text, JSON_DUP_REFUSE, &limits, &scratch, &d, e);
	rc = rc ? rc : read_root(&r);
	lc_arena_done(&scratch);
	if (rc) {
		trusted_root_free(root);
		return lc_wrap(e, rc, "trusted root");
	}
	*ret = root;
	return 0;
}
