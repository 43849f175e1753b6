/* Signatures from before bundles: annotations and content, one behind the other, NUL between. */
#include "trust/legacy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct lc_slice rest = lc_slice_of(data, n);
	struct attached what = { .kind = ATTACHED_SIGNATURE };
	struct lc_slice *const parts[] = { &what.signature, &what.certificate, &what.log_bundle,
					   &what.timestamp };
	struct lc_arena a;
	struct bundle b;
	if (n == 0 || n > 65536)
		return 0;
	if (data[0] & 1)
		what.kind = ATTACHED_ENVELOPE;
	rest = lc_skip(rest, 1);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!rest.p || !lc_split(&rest, 0, parts[i]))
			return 0;
	lc_arena_init(&a, 16 << 20);
	if (legacy_bundle(&what, rest, &a, &b, NULL) == 0) {
		if ((what.kind == ATTACHED_ENVELOPE) != b.has_envelope || b.entries_n > 1 ||
		    b.timestamps.n > 1 || b.certificates.n > 1)
			__builtin_trap();
	}
	lc_arena_done(&a);
	return 0;
}
