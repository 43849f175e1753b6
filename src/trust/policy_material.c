#include "base/shim.h"
#include "crypt/pem.h"
#include "io/file.h"
#include "trust/policy_judge_impl.h"

static const size_t file_bytes_max = (size_t)4 << 20;

typedef int use_fn(struct lc_slice bytes, struct lc_arena *a, void *to, struct lc_err *e);

/* Each file and each piece of data of a source. */
static int each(const struct policy_source *s, struct lc_arena *a, use_fn *use, void *to,
		struct lc_err *e)
{
	int rc = 0;
	for (size_t i = 0; !rc && i < s->paths.n; i++) {
		struct lc_slice text = { NULL, 0 };
		rc = io_read_text(s->paths.v[i], file_bytes_max, a, &text, e);
		rc = rc ? rc : use(text, a, to, e);
		if (rc == LC_ENOTFOUND)
			rc = lc_fail(e, rc, "%s: there is no such file", lc_quote(s->paths.v[i]).s);
		else if (rc)
			rc = lc_wrap(e, rc, "%s", lc_quote(s->paths.v[i]).s);
	}
	for (size_t i = 0; !rc && i < s->data.n; i++)
		rc = use(s->data.v[i], a, to, e);
	return rc;
}

/* ---- keys ---- */

static int use_key(struct lc_slice bytes, struct lc_arena *a, void *to, struct lc_err *e)
{
	struct policy_material *m = to;
	if (m->keys_n == POLICY_KEYS_MAX)
		return lc_fail(e, LC_ELIMIT, "over %d keys", POLICY_KEYS_MAX);
	if (!m->keys)
		m->keys = lc_new_array(a, struct crypt_public *, POLICY_KEYS_MAX);
	if (!m->keys)
		return lc_fail(e, lc_arena_err(a), "no memory for keys");
	int rc = crypt_public_pem(bytes, &m->keys[m->keys_n], e);
	m->keys_n += rc == 0;
	return rc;
}

static int use_log(struct lc_slice bytes, struct lc_arena *a, void *to, struct lc_err *e)
{
	const struct trust_window always = { 0 };
	struct policy_material *m = to;
	(void)a;
	int rc = trusted_root_add_tlog(m->logs, bytes, LC_S(""), &always, e);
	const struct trust_logs *all = &m->logs->tlogs;
	enum crypt_key_type type = rc ? CRYPT_P256 : crypt_public_type(all->v[all->n - 1].key);
	if (type == CRYPT_RSA || type == CRYPT_ED25519)
		return lc_fail(e, LC_EBAD, "a log's key is one of ECDSA, not of %s",
			       crypt_key_type_name(type));
	return rc;
}

static int use_blob(struct lc_slice bytes, struct lc_arena *a, void *to, struct lc_err *e)
{
	struct lc_slice *item = lc_vec_push(a, (struct lc_slices *)to);
	if (!item)
		return lc_fail(e, lc_arena_err(a), "no memory for keys");
	*item = bytes;
	return 0;
}

static int open_ring(const struct policy_requirement *q, char *const *environment,
		     struct lc_arena *a, struct policy_material *m, struct lc_err *e)
{
	struct lc_slices blobs = { 0 };
	int rc = each(&q->keys, a, use_blob, &blobs, e);
	return rc ? rc : openpgp_ring_open(environment, blobs.v, blobs.n, &m->ring, e);
}

/* ---- certificates ---- */

static int read_certificate(const struct pem_block *block, struct lc_arena *a,
			    struct certificates *to, struct lc_err *e)
{
	X509 *x = NULL;
	if (!lc_eq(block->label, LC_S("CERTIFICATE")))
		return lc_fail(e, LC_EBAD, "a certificate is expected, not '%s'",
			       lc_quote(block->label).s);
	if (to->n == POLICY_CERTIFICATES_MAX)
		return lc_fail(e, LC_ELIMIT, "over %d certificates", POLICY_CERTIFICATES_MAX);
	int rc = x509_parse(block->der, &x, e);
	X509 **item = rc ? NULL : lc_vec_push(a, to);
	if (item)
		*item = x;
	else if (!rc)
		rc = lc_fail(e, lc_arena_err(a), "no memory for certificates");
	if (rc && x)
		X509_free(x);
	return rc;
}

int certificates_read(struct lc_slice pem, struct lc_arena *a, struct certificates *to,
		      struct lc_err *e)
{
	size_t before = to->n;
	struct lc_slice rest = pem;
	int rc = 0;
	while (!rc) {
		struct pem_block block;
		struct lc_slice behind = rest;
		rc = pem_next(&rest, a, &block, e);
		if (rc == LC_ENOTFOUND && to->n > before && !lc_trim(behind).n)
			return 0;
		if (rc == LC_ENOTFOUND)
			return lc_fail(e, LC_EBAD,
				       to->n > before ? "text behind certificates"
						      : "no certificate in PEM");
		rc = rc ? rc : read_certificate(&block, a, to, e);
	}
	return rc;
}

static int use_certificates(struct lc_slice bytes, struct lc_arena *a, void *to, struct lc_err *e)
{
	return certificates_read(bytes, a, to, e);
}

void certificates_done(struct certificates *c)
{
	for (size_t i = 0; i < c->n; i++)
		X509_free(c->v[i]);
	c->n = 0;
}

/* ---- all ---- */

static int open_sigstore(const struct policy_requirement *q, struct lc_arena *a,
			 struct policy_material *m, struct lc_err *e)
{
	int rc = each(&q->keys, a, use_key, m, e);
	rc = rc ? rc : each(&q->roots, a, use_certificates, &m->roots, e);
	rc = rc ? rc : each(&q->intermediates, a, use_certificates, &m->intermediates, e);
	if (!rc && q->logs.given)
		rc = trusted_root_new(&m->logs, e);
	return rc || !m->logs ? rc : each(&q->logs, a, use_log, m, e);
}

int policy_material_open(const struct policy_requirement *q, char *const *environment,
			 struct lc_arena *a, struct policy_material *ret, struct lc_err *e)
{
	switch (q->kind) {
	case POLICY_SIGNED_BY:
		return open_ring(q, environment, a, ret, e);
	case POLICY_SIGSTORE_SIGNED:
		return open_sigstore(q, a, ret, e);
	default:
		return 0;
	}
}

void policy_material_done(struct policy_material *m)
{
	openpgp_ring_close(m->ring);
	for (size_t i = 0; i < m->keys_n; i++)
		crypt_public_unref(m->keys[i]);
	certificates_done(&m->roots);
	certificates_done(&m->intermediates);
	trusted_root_free(m->logs);
	*m = (struct policy_material){ 0 };
}
