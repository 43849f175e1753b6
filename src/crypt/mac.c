#include "crypt/mac.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

static bool add_parts(EVP_MAC_CTX *ctx, struct lc_slice key, const struct lc_slice *parts, size_t n)
{
	char sha256[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha256, 0),
		OSSL_PARAM_construct_end(),
	};
	if (EVP_MAC_init(ctx, key.p, key.n, params) != 1)
		return false;
	for (size_t i = 0; i < n; i++)
		if (parts[i].n && EVP_MAC_update(ctx, parts[i].p, parts[i].n) != 1)
			return false;
	return true;
}

int mac_of(struct lc_slice key, const struct lc_slice *parts, size_t n, uint8_t ret[MAC_BYTES],
	   struct lc_err *e)
{
	uint8_t out[MAC_BYTES];
	size_t got = 0;
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	if (!mac)
		return lc_fail(e, LC_EIO, "no HMAC in this OpenSSL");
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
	EVP_MAC_free(mac);
	if (!ctx)
		return lc_fail(e, LC_ENOMEM, "no memory for a MAC");
	bool done = add_parts(ctx, key, parts, n) &&
		    EVP_MAC_final(ctx, out, &got, sizeof(out)) == 1 && got == sizeof(out);
	EVP_MAC_CTX_free(ctx);
	if (!done)
		return lc_fail(e, LC_EIO, "HMAC-SHA256 does not work in this OpenSSL");
	memcpy(ret, out, sizeof(out));
	return 0;
}

bool mac_eq(const uint8_t a[MAC_BYTES], const uint8_t b[MAC_BYTES])
{
	return CRYPTO_memcmp(a, b, MAC_BYTES) == 0;
}
