/* Certificates: names, extensions and promises of logs, in DER. */
#include "trust/certificate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct certificate_issued issued = { .ca = NULL };
	struct trusted_root *root = NULL;
	struct certificate c;
	struct lc_arena a;
	lc_arena_init(&a, 1 << 24);
	if (trusted_root_new(&root, NULL) == 0 &&
	    certificate_read(lc_slice_of(data, n), &a, &c, NULL) == 0) {
		issued.path = (struct x509_path){ { c.x, c.x }, 2 };
		if (certificate_logged(&c, &issued, root, NULL) == 0)
			__builtin_trap(); /* no log is known */
		certificate_done(&c);
	}
	trusted_root_free(root);
	lc_arena_done(&a);
	return 0;
}
