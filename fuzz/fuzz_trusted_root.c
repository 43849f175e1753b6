/* trusted_root.json: what parses has keys and anchors. */
#include "trust/trusted_root.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct trusted_root *root = NULL;
	if (n > 65536 || trusted_root_parse(lc_slice_of(data, n), &root, NULL))
		return 0;
	for (size_t i = 0; i < root->tlogs.n; i++)
		if (!root->tlogs.v[i].key || !root->tlogs.v[i].valid.has_start)
			__builtin_trap();
	for (size_t i = 0; i < root->cas.n; i++)
		if (!root->cas.v[i].anchor)
			__builtin_trap();
	trusted_root_free(root);
	return 0;
}
