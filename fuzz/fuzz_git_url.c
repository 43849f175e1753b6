/* Addresses of repositories: what is taken starts with no dash, and shows no credentials. */
#include <stdlib.h>

#include "scan/git_url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_arena a = { 0 };
	struct lc_slice text = lc_slice_of(data, size);
	struct git_url u;
	(void)git_url_shown(text, &a);
	(void)git_ref_valid(text);
	(void)git_commit_valid(text);
	if (git_url_parse(text, size & 1, &a, &u, NULL) == 0) {
		struct lc_slice url = lc_str(u.url);
		if (!lc_ends(url, text) || lc_starts(url, LC_S("-")))
			abort();
		/* "user:password@" is gone; of ssh the user stays. */
		if (u.origin.n && lc_find(u.origin, '@') != SIZE_MAX)
			abort();
	}
	lc_arena_done(&a);
	return 0;
}
