#include "crypt/key_file.h"

#include <openssl/evp.h>

#include "base/shim.h"
#include "crypt/key_impl.h"
#include "crypt/pem.h"
#include "format/base64.h"
#include "format/json.h"

static const struct lc_slice label_now = LC_S_INIT("ENCRYPTED SIGSTORE PRIVATE KEY");
static const struct lc_slice label_old = LC_S_INIT("ENCRYPTED COSIGN PRIVATE KEY");

enum { COST_N = 65536, COST_R = 8, COST_P = 1, SALT_BYTES = 32, SALT_BYTES_MAX = 64 };

static const size_t file_bytes_max = (size_t)1 << 16;
/* scrypt takes 128 * N * r bytes; the largest cost taken needs 128 MiB and a little. */
static const uint64_t scrypt_bytes_max = (uint64_t)192 << 20;

/* What the JSON in a file holds; slices of the arena. */
struct sealed {
	uint64_t n; /* scrypt's cost */
	struct lc_slice salt, nonce, ciphertext;
};

bool key_file_is(struct lc_slice pem)
{
	return lc_find_slice(pem, LC_S("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----")) !=
		       SIZE_MAX ||
	       lc_find_slice(pem, LC_S("-----BEGIN ENCRYPTED COSIGN PRIVATE KEY-----")) != SIZE_MAX;
}

/* ---- reading ---- */

static int field(const struct json_doc *d, json_ref object, const char *name, struct lc_arena *a,
		 struct lc_slice *ret, struct lc_err *e)
{
	struct lc_buf b;
	lc_buf_init(&b, file_bytes_max);
	json_ref r = json_get(d, object, name);
	int rc = json_is_str(d, r) ? base64_decode(json_str(d, r), &b) : LC_EBAD;
	if (rc == LC_EBAD)
		(void)lc_fail(e, rc, "key file: %s is not base64", name);
	if (!rc)
		rc = lc_arena_dup(a, lc_buf_get(&b), ret);
	lc_buf_done(&b);
	return rc;
}

static bool is_number(const struct json_doc *d, json_ref object, const char *name, uint64_t want)
{
	uint64_t v;
	return json_u64(d, json_get(d, object, name), &v) && v == want;
}

/* Costs outside of what cosign ever wrote may be a trap: minutes, or gigabytes. */
static int read_costs(const struct json_doc *d, json_ref params, uint64_t *ret, struct lc_err *e)
{
	uint64_t n = 0;
	bool known = json_u64(d, json_get(d, params, "N"), &n) &&
		     (n == COST_N / 2 || n == COST_N || n == 2 * COST_N) &&
		     is_number(d, params, "r", COST_R) && is_number(d, params, "p", COST_P);
	if (!known)
		return lc_fail(e, LC_EUNSUP, "key file: unsupported scrypt parameters");
	*ret = n;
	return 0;
}

static int read_sealed(struct lc_slice text, struct lc_arena *a, struct sealed *ret,
		       struct lc_err *e)
{
	static const struct json_limits limits = { .depth_max = 8, .nodes_max = 64 };
	struct json_doc d;
	int rc = json_parse(text, JSON_DUP_REFUSE, &limits, a, &d, e);
	if (rc)
		return lc_wrap(e, rc, "key file");
	json_ref kdf = json_get(&d, json_root(&d), "kdf");
	json_ref cipher = json_get(&d, json_root(&d), "cipher");
	if (!lc_eq(json_get_str(&d, kdf, "name"), LC_S("scrypt")))
		return lc_fail(e, LC_EUNSUP, "key file: the password's key is not made by scrypt");
	if (!lc_eq(json_get_str(&d, cipher, "name"), LC_S("nacl/secretbox")))
		return lc_fail(e, LC_EUNSUP, "key file: the cipher is not nacl/secretbox");
	rc = read_costs(&d, json_get(&d, kdf, "params"), &ret->n, e);
	rc = rc ? rc : field(&d, kdf, "salt", a, &ret->salt, e);
	rc = rc ? rc : field(&d, cipher, "nonce", a, &ret->nonce, e);
	rc = rc ? rc : field(&d, json_root(&d), "ciphertext", a, &ret->ciphertext, e);
	if (rc)
		return rc;
	if (ret->nonce.n != KEY_BOX_NONCE || ret->salt.n < 8 || ret->salt.n > SALT_BYTES_MAX)
		return lc_fail(e, LC_EBAD, "key file: salt or nonce of the wrong length");
	return 0;
}

static int derive(struct lc_slice password, struct lc_slice salt, uint64_t n, struct secret *ret,
		  struct lc_err *e)
{
	int rc = secret_new(KEY_BOX_KEY, ret, e);
	if (rc)
		return rc;
	if (EVP_PBE_scrypt((const char *)password.p, password.n, salt.p, salt.n, n, COST_R, COST_P,
			   scrypt_bytes_max, ret->p, ret->n) == 1)
		return 0;
	return key_library_fail(e, LC_ENOMEM, "the password's key could not be derived");
}

static int unseal(const struct sealed *s, struct lc_slice password, struct secret *ret,
		  struct lc_err *e)
{
	struct secret key LC_CLEANUP(secret_done) = { 0 };
	if (s->ciphertext.n <= KEY_BOX_TAG)
		return lc_fail(e, LC_EBAD, "key file: too short");
	int rc = derive(password, s->salt, s->n, &key, e);
	rc = rc ? rc : secret_new(s->ciphertext.n - KEY_BOX_TAG, ret, e);
	return rc ? rc : key_sodium_open(s->ciphertext, s->nonce.p, key.p, ret->p, e);
}

static int open_block(struct lc_slice pem, struct lc_slice password, struct lc_arena *a,
		      struct crypt_signer **ret, struct lc_err *e)
{
	struct secret der LC_CLEANUP(secret_done) = { 0 };
	struct pem_block b;
	struct sealed s;
	int rc = pem_next(&pem, a, &b, e);
	if (rc == LC_ENOTFOUND || (!rc && !lc_eq(b.label, label_now) && !lc_eq(b.label, label_old)))
		return lc_fail(e, LC_EBAD, "not an encrypted private key");
	rc = rc ? rc : read_sealed(b.der, a, &s, e);
	rc = rc ? rc : unseal(&s, password, &der, e);
	return rc ? rc : crypt_signer_pkcs8(secret_get(&der), ret, e);
}

int key_file_open(struct lc_slice pem, struct lc_slice password, struct crypt_signer **ret,
		  struct lc_err *e)
{
	struct lc_arena a;
	if (pem.n > file_bytes_max)
		return lc_fail(e, LC_ELIMIT, "a key file of %zu bytes is too large", pem.n);
	lc_arena_init(&a, 4 * file_bytes_max);
	int rc = open_block(pem, password, &a, ret, e);
	lc_arena_done(&a);
	return rc;
}

/* ---- writing ---- */

static int write_json(const struct sealed *s, struct lc_buf *out)
{
	struct json_writer w;
	json_writer_init(&w, out, 0);
	json_begin_object(&w);
	json_write_key(&w, "kdf");
	json_begin_object(&w);
	json_member_cstr(&w, "name", "scrypt");
	json_write_key(&w, "params");
	json_begin_object(&w);
	json_member_u64(&w, "N", s->n);
	json_member_u64(&w, "r", COST_R);
	json_member_u64(&w, "p", COST_P);
	json_end_object(&w);
	json_member_base64(&w, "salt", s->salt);
	json_end_object(&w);
	json_write_key(&w, "cipher");
	json_begin_object(&w);
	json_member_cstr(&w, "name", "nacl/secretbox");
	json_member_base64(&w, "nonce", s->nonce);
	json_end_object(&w);
	json_member_base64(&w, "ciphertext", s->ciphertext);
	json_end_object(&w);
	return json_writer_err(&w);
}

static int seal(struct lc_slice der, struct lc_slice password, struct sealed *s, struct lc_buf *box,
		struct lc_err *e)
{
	struct secret key LC_CLEANUP(secret_done) = { 0 };
	int rc = derive(password, s->salt, s->n, &key, e);
	if (rc)
		return rc;
	uint8_t *to = lc_buf_grow(box, der.n + KEY_BOX_TAG);
	if (!to)
		return lc_fail(e, box->err, "no memory for a key");
	rc = key_sodium_seal(der, s->nonce.p, key.p, to, e);
	s->ciphertext = lc_buf_get(box);
	return rc;
}

int key_file_write(const struct crypt_signer *signer, struct lc_slice password, struct lc_buf *out,
		   struct lc_err *e)
{
	struct secret der LC_CLEANUP(secret_done) = { 0 };
	struct lc_buf box LC_CLEANUP(lc_buf_done) = { 0 };
	struct lc_buf json LC_CLEANUP(lc_buf_done) = { 0 };
	uint8_t random[SALT_BYTES + KEY_BOX_NONCE];
	struct sealed s = {
		.n = COST_N,
		.salt = { random, SALT_BYTES },
		.nonce = { random + SALT_BYTES, KEY_BOX_NONCE },
	};
	lc_buf_init(&box, file_bytes_max);
	lc_buf_init(&json, 2 * file_bytes_max);
	int rc = lc_random(random, sizeof(random));
	if (rc)
		return lc_fail_sys(e, -rc, "no random bytes");
	rc = crypt_signer_export(signer, &der, e);
	rc = rc ? rc : seal(secret_get(&der), password, &s, &box, e);
	if (rc)
		return rc;
	rc = write_json(&s, &json);
	rc = rc ? rc : pem_write(out, "ENCRYPTED SIGSTORE PRIVATE KEY", lc_buf_get(&json));
	return rc ? lc_fail(e, rc, "no memory for a key file") : 0;
}
