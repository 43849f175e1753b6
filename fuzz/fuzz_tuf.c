/*
 * Documents of The Update Framework, and cosign's older file: whatever parses has a canonical form
 * that is its own canonical form. The signatures of a root are counted by its own keys.
 */
#include "trust/file_signature.h"
#include "trust/tuf_metadata.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Strings with control characters are written as they are, which is no JSON any more. */
static void again(const struct tuf_document *doc, struct lc_arena *a)
{
	struct json_doc d;
	struct lc_buf one;
	struct lc_buf two;
	lc_buf_init(&one, 1 << 20);
	lc_buf_init(&two, 1 << 20);
	if (tuf_canonical(&doc->d, doc->content, a, &one, NULL) == 0 &&
	    json_parse(lc_buf_get(&one), 0, NULL, a, &d, NULL) == 0 &&
	    (tuf_canonical(&d, json_root(&d), a, &two, NULL) ||
	     !lc_eq(lc_buf_get(&one), lc_buf_get(&two))))
		__builtin_trap();
	lc_buf_done(&one);
	lc_buf_done(&two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct lc_slice text = lc_slice_of(data, n);
	struct lc_arena a;
	struct bundle b;
	if (n > 65536)
		return 0;
	lc_arena_init(&a, 16 << 20);
	for (unsigned r = 0; r < TUF_ROLE_N; r++) {
		struct tuf_document doc;
		if (tuf_document_parse((enum tuf_role)r, text, &a, &doc, NULL))
			continue;
		if (tuf_document_check(&doc, (enum tuf_role)r, &doc, &a, NULL) > 0)
			__builtin_trap();
		again(&doc, &a);
	}
	if (file_signature_is_old(text, &a) && file_signature_read_old(text, &a, &b, NULL) == 0 &&
	    b.signature.n == 0)
		__builtin_trap();
	lc_arena_done(&a);
	return 0;
}
