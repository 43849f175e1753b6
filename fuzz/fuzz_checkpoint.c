/* Checkpoints: what parses has a text that ends with a line break and a plausible tree. */
#include "trust/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct trust_window always;
	static const char key[] = "-----BEGIN PUBLIC KEY-----\n"
				  "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
				  "-----END PUBLIC KEY-----\n";
	struct lc_slices none = { 0 };
	struct trusted_root *root = NULL;
	struct checkpoint c;
	if (checkpoint_parse(lc_slice_of(data, n), &c, NULL))
		return 0;
	if (c.text.n == 0 || c.text.p[c.text.n - 1] != '\n')
		__builtin_trap();
	(void)checkpoint_includes(&c, 0, c.text, &none);
	if (trusted_root_new(&root, NULL))
		return 0;
	if (trusted_root_add_tlog(root, lc_str(key), LC_S("https://log.example"), &always, NULL) ==
		    0 &&
	    checkpoint_verify(&c, &root->tlogs.v[0], n % 2 == 0, NULL) == 0)
		__builtin_trap(); /* nobody has that key */
	trusted_root_free(root);
	return 0;
}
