/*
 * What OpenSSL 3.0 lacks and libsodium has: secretbox and Ed25519ph. Opened on first use.
 */
#include <pthread.h>

#include "base/dl.h"
#include "crypt/key_impl.h"

LC_DL_NOTE("libsodium.so.23", "signing keys", "password-protected key files, Ed25519ph");

static const struct lc_dl_library library = {
	.soname = "libsodium.so.23",
	.package = "libsodium23",
	.purpose = "key files and Ed25519ph",
};

enum { SECRET_KEY_BYTES = 64, STATE_BYTES_MAX = 512 };

static struct {
	int (*init)(void);
	int (*box_open)(unsigned char *m, const unsigned char *c, unsigned long long n,
			const unsigned char *nonce, const unsigned char *key);
	int (*box)(unsigned char *c, const unsigned char *m, unsigned long long n,
		   const unsigned char *nonce, const unsigned char *key);
	int (*seed_keypair)(unsigned char *pk, unsigned char *sk, const unsigned char *seed);
	size_t (*state_bytes)(void);
	int (*ph_init)(void *state);
	int (*ph_update)(void *state, const unsigned char *m, unsigned long long n);
	int (*ph_sign)(void *state, unsigned char *sig, unsigned long long *n,
		       const unsigned char *sk);
	int (*ph_verify)(void *state, const unsigned char *sig, const unsigned char *pk);
} sodium;

static const struct lc_dl_symbol symbols[] = {
	{ "sodium_init", &sodium.init },
	{ "crypto_secretbox_open_easy", &sodium.box_open },
	{ "crypto_secretbox_easy", &sodium.box },
	{ "crypto_sign_seed_keypair", &sodium.seed_keypair },
	{ "crypto_sign_statebytes", &sodium.state_bytes },
	{ "crypto_sign_init", &sodium.ph_init },
	{ "crypto_sign_update", &sodium.ph_update },
	{ "crypto_sign_final_create", &sodium.ph_sign },
	{ "crypto_sign_final_verify", &sodium.ph_verify },
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards ready and the table */
static bool ready;

static int open_library(struct lc_err *e)
{
	pthread_mutex_lock(&lock);
	int rc = 0;
	if (!ready)
		rc = lc_dl_open(&library, symbols, sizeof(symbols) / sizeof(symbols[0]), e);
	if (!rc && !ready && (sodium.init() < 0 || sodium.state_bytes() > STATE_BYTES_MAX))
		rc = lc_fail(e, LC_EUNSUP, "libsodium cannot be used");
	ready = ready || rc == 0;
	pthread_mutex_unlock(&lock);
	return rc;
}

/* crypto_sign_state is plain data (a SHA-512 state), aligned as 64-bit words. */
struct state {
	_Alignas(16) unsigned char bytes[STATE_BYTES_MAX];
};

static int begin(struct state *st, struct lc_slice message, struct lc_err *e)
{
	static const unsigned char none[1];
	int rc = open_library(e);
	if (rc)
		return rc;
	if (sodium.ph_init(st) != 0 ||
	    sodium.ph_update(st, message.n ? message.p : none, message.n))
		return lc_fail(e, LC_EUNSUP, "libsodium refused an Ed25519ph message");
	return 0;
}

int key_sodium_ph_verify(struct lc_slice message, struct lc_slice sig,
			 const uint8_t key[KEY_ED25519_BYTES], struct lc_err *e)
{
	struct state st;
	if (sig.n != KEY_ED25519_SIG_BYTES)
		return lc_fail(e, LC_EBAD, "an Ed25519 signature of %zu bytes", sig.n);
	int rc = begin(&st, message, e);
	if (rc)
		return rc;
	if (sodium.ph_verify(&st, sig.p, key) != 0)
		return lc_fail(e, LC_EBAD, "the signature does not match (Ed25519ph)");
	return 0;
}

int key_sodium_ph_sign(struct lc_slice message, const uint8_t seed[KEY_ED25519_BYTES],
		       struct lc_buf *sig, struct lc_err *e)
{
	struct state st;
	unsigned char pk[KEY_ED25519_BYTES];
	unsigned char sk[SECRET_KEY_BYTES];
	int rc = begin(&st, message, e);
	if (rc)
		return rc;
	uint8_t *to = lc_buf_grow(sig, KEY_ED25519_SIG_BYTES);
	bool fine = to && sodium.seed_keypair(pk, sk, seed) == 0 &&
		    sodium.ph_sign(&st, to, NULL, sk) == 0;
	secret_wipe(sk, sizeof(sk));
	secret_wipe(&st, sizeof(st));
	return fine ? 0 : lc_fail(e, LC_ENOMEM, "an Ed25519ph signature could not be made");
}

int key_sodium_open(struct lc_slice from, const uint8_t nonce[KEY_BOX_NONCE],
		    const uint8_t key[KEY_BOX_KEY], uint8_t *to, struct lc_err *e)
{
	if (from.n < KEY_BOX_TAG)
		return lc_fail(e, LC_EBAD, "sealed content is shorter than its tag");
	int rc = open_library(e);
	if (rc)
		return rc;
	if (sodium.box_open(to, from.p, from.n, nonce, key) != 0)
		return lc_fail(e, LC_EAUTH, "wrong password, or the file is damaged");
	return 0;
}

int key_sodium_seal(struct lc_slice from, const uint8_t nonce[KEY_BOX_NONCE],
		    const uint8_t key[KEY_BOX_KEY], uint8_t *to, struct lc_err *e)
{
	int rc = open_library(e);
	if (rc)
		return rc;
	return sodium.box(to, from.p, from.n, nonce, key) == 0
		       ? 0
		       : lc_fail(e, LC_EUNSUP, "libsodium could not seal a key");
}
