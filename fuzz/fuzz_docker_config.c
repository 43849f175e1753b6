#include "io/credentials_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* config.json; helpers are not run. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_arena a = { 0 };
	struct credential_entry entry;
	struct io_credential c = { 0 };
	const struct io_credential_query q = { NULL, LC_S("r.example:5000"), LC_S("team/app") };
	if (credential_in_file(lc_slice_of(data, size), &q, &a, &entry, NULL) == 0 &&
	    !entry.helper.n)
		(void)!credential_resolve(&entry, &q, &c, NULL);
	io_credential_done(&c);
	lc_arena_done(&a);
	return 0;
}
