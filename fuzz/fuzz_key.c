/* PEM, public keys and private key files; the file's password is empty. */
#include "crypt/key_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct lc_slice text = lc_slice_of(data, n);
	struct crypt_public *k = NULL;
	struct crypt_signer *s = NULL;
	if (n > 8192)
		return 0;
	if (crypt_public_pem(text, &k, NULL) == 0) {
		struct crypt_public *same = NULL;
		if (crypt_public_der(crypt_public_spki(k), &same, NULL) ||
		    !crypt_public_eq(k, same))
			__builtin_trap(); /* what is accepted has one form */
		crypt_public_unref(same);
		crypt_public_unref(k);
	}
	if (crypt_signer_pem(text, &s, NULL) == 0 || key_file_open(text, LC_S(""), &s, NULL) == 0)
		crypt_signer_free(s);
	return 0;
}
