/* Digests: what parses is written back as it was. */
#include "crypt/digest.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_slice s = lc_slice_of(data, size);
	char text[DIGEST_TEXT_MAX];
	struct digest d;

	if (digest_parse(s, &d, NULL) == 0 && !lc_eq(lc_str(digest_text(&d, text)), s))
		abort();
	return 0;
}
