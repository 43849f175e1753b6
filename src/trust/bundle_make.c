#include "trust/bundle_make.h"

#include "base/shim.h"
#include "trust/log_body.h"
#include "trust/verify.h"

enum { PAE_BYTES_MAX = 256 << 20 };

/* As if a key had signed offline: the signature alone is judged. */
static int signature_holds(const struct bundle *b, struct crypt_public *key,
			   const struct crypt_message *artefact, struct lc_arena *a,
			   struct trust_why *w)
{
	struct bundle alone = *b;
	struct trust_signer signer;
	struct trust_content content;
	const struct trust_demand d = { .keys = &key, .keys_n = 1, .ignore_tlog = true };
	alone.material = BUNDLE_KEY;
	return trust_verify_bundle(&alone, &d, artefact, LC_S(""), a, &signer, &content, w);
}

int bundle_parts_fit(const struct bundle *b, struct crypt_public *key,
		     const struct crypt_message *artefact, struct lc_arena *a, struct trust_why *w)
{
	struct lc_buf pae LC_CLEANUP(lc_buf_done) = { 0 };
	struct crypt_message content = *artefact;
	int rc = signature_holds(b, key, artefact, a, w);
	lc_buf_init(&pae, PAE_BYTES_MAX);
	if (!rc && b->has_envelope) {
		if (dsse_pae(b->envelope.payload_type, b->envelope.payload, &pae))
			return lc_fail(trust_err(w), LC_ENOMEM, "no memory for an envelope");
		content = crypt_message_of(lc_buf_get(&pae));
	}
	const struct log_subject subject = {
		.signature = b->has_envelope ? b->envelope.signatures[0].sig : b->signature,
		.key = key,
		.certificate = b->material == BUNDLE_KEY ? LC_S("") : b->certificates.v[0],
		.content = &content,
		.envelope = b->has_envelope ? &b->envelope : NULL,
		.envelope_text = b->envelope_text,
	};
	for (size_t i = 0; !rc && i < b->entries_n; i++)
		rc = log_body_check(&b->entries[i], &subject, w);
	return rc;
}

int bundle_take_proof(struct log_entry *to, const struct log_entry *now, struct trust_why *w)
{
	if (!lc_eq(to->body, now->body) || !lc_eq(to->log_id, now->log_id) ||
	    to->index != now->index || to->integrated_time != now->integrated_time)
		return trust_fail(w, "L5", LC_EBAD,
				  "the log gives another entry at this index than the bundle has");
	to->has_proof = true;
	to->proof_index = now->proof_index;
	to->tree_size = now->tree_size;
	to->root_hash = now->root_hash;
	to->hashes = now->hashes;
	to->checkpoint = now->checkpoint;
	return 0;
}
