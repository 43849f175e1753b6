/* RFC 3161 responses: none is by an authority that we know. */
#include "trust/timestamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct trusted_root *root = NULL;
	const struct trust_authority *tsa;
	int64_t t;
	if (trusted_root_new(&root, NULL))
		return 0;
	if (timestamp_verify(lc_slice_of(data, n), LC_S("signature"), root, &t, &tsa, NULL) == 0)
		__builtin_trap();
	trusted_root_free(root);
	return 0;
}
