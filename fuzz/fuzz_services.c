/* Answers of services of sigstore: certificates, log entries of both versions, timestamps. */
#include "trust/fulcio.h"
#include "trust/rekor.h"
#include "trust/timestamp.h"
#include "trust/tsa.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void read_entries(struct lc_slice text, struct lc_arena *a)
{
	for (uint32_t version = 1; version <= 2; version++) {
		struct log_entry e;
		if (rekor_answer(version, text, a, &e, NULL))
			continue;
		if (!e.body.n || !e.log_id.n || !e.has_proof || e.index < 0 || e.proof_index < 0 ||
		    e.hashes.n > BUNDLE_HASHES_MAX || (version == 1 && !e.set.n))
			__builtin_trap();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const uint8_t nonce[TSA_NONCE_BYTES] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct lc_slice text = lc_slice_of(data, n);
	struct lc_slices chain = { 0 };
	struct lc_arena a;
	int64_t t;
	if (n > 65536)
		return 0;
	lc_arena_init(&a, 16 << 20);
	if (fulcio_answer(text, &a, &chain, NULL) == 0 && (!chain.n || chain.n > FULCIO_CHAIN_MAX))
		__builtin_trap();
	read_entries(text, &a);
	/* An answer to this question has a token with a time, or says nothing that is believed. */
	if (tsa_answer(text, nonce, NULL) == 0 && timestamp_time(text, &t, NULL) == LC_ENOMEM)
		__builtin_trap();
	lc_arena_done(&a);
	return 0;
}
