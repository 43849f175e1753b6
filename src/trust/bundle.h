/*
 * Sigstore bundles: one signature with all that is needed to verify it offline. Form only is
 * checked here (rules F1 to F10); whether it is to be trusted: verify.h.
 *
 * Source: sigstore/protobuf-specs sigstore_bundle.proto, versions 0.1 to 0.3.
 */
#pragma once

#include "base/vec.h"
#include "trust/dsse.h"
#include "trust/why.h"

enum { BUNDLE_ENTRIES_MAX = 32, BUNDLE_TIMESTAMPS_MAX = 32, BUNDLE_HASHES_MAX = 64 };
enum { BUNDLE_CERTIFICATES_MAX = 16 };

enum bundle_version { BUNDLE_V01, BUNDLE_V02, BUNDLE_V03 };

/** An entry of a transparency log, with what proves that it is one. */
struct log_entry {
	int64_t index;          /* over all shards of the log; not negative */
	struct lc_slice log_id; /* of the log's key */
	struct lc_slice kind, version;
	int64_t integrated_time; /* seconds since 1970; 0 none */
	struct lc_slice set;     /* signed entry timestamp: the log's promise; "" none */
	bool has_proof;
	int64_t proof_index, tree_size; /* inside the shard */
	struct lc_slice root_hash;
	struct lc_slices hashes;
	struct lc_slice checkpoint; /* a signed note */
	struct lc_slice body;       /* canonical JSON */
};

enum bundle_material { BUNDLE_KEY, BUNDLE_CERTIFICATE, BUNDLE_CHAIN };

struct bundle {
	enum bundle_version version;
	enum bundle_material material;
	struct lc_slice key_hint;      /* BUNDLE_KEY */
	struct lc_slices certificates; /* DER, leaf first; one for BUNDLE_CERTIFICATE */
	struct log_entry *entries;
	size_t entries_n;
	struct lc_slices timestamps; /* TimeStampResp in DER */
	bool has_envelope;
	struct dsse_envelope envelope; /* has_envelope: with exactly one signature */
	struct lc_slice signature;     /* else: over the artefact */
	struct digest message_digest;  /* has_digest: what it claims to sign */
	bool has_digest;
	/* Of attestations before bundles, whose timestamps and first log entries are over the
	   envelope as it is stored; "" in bundles. */
	struct lc_slice envelope_text;
};

/** Slices of text or arena. With LC_EBAD or LC_ELIMIT w names the rule. */
int bundle_parse(struct lc_slice text, struct lc_arena *a, struct bundle *ret,
		 struct trust_why *w) LC_MUST_CHECK;
/** One log entry by itself (TransparencyLogEntry), with its inclusion proof. As above. */
int bundle_entry_parse(struct lc_slice text, struct lc_arena *a, struct log_entry *ret,
		       struct trust_why *w) LC_MUST_CHECK;
/** Append as v0.3, compact, in the order of the .proto file. */
int bundle_write(const struct bundle *b, struct lc_buf *out) LC_MUST_CHECK;

extern const struct lc_slice bundle_media_type; /* of v0.3, as written */
