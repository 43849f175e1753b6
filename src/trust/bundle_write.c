#include "trust/bundle.h"

#include <stdio.h>

/* 64-bit numbers are text in this form of JSON. */
static void member_i64(struct json_writer *w, const char *key, int64_t v)
{
	char text[24];
	(void)snprintf(text, sizeof(text), "%lld", (long long)v); /* 20 characters at most */
	json_member_cstr(w, key, text);
}

static void write_proof(struct json_writer *w, const struct log_entry *e)
{
	json_write_key(w, "inclusionProof");
	json_begin_object(w);
	member_i64(w, "logIndex", e->proof_index);
	json_member_base64(w, "rootHash", e->root_hash);
	member_i64(w, "treeSize", e->tree_size);
	json_write_key(w, "hashes");
	json_begin_array(w);
	for (size_t i = 0; i < e->hashes.n; i++)
		json_write_base64(w, e->hashes.v[i]);
	json_end_array(w);
	json_write_key(w, "checkpoint");
	json_begin_object(w);
	json_member_str(w, "envelope", e->checkpoint);
	json_end_object(w);
	json_end_object(w);
}

static void write_entry(struct json_writer *w, const struct log_entry *e)
{
	json_begin_object(w);
	member_i64(w, "logIndex", e->index);
	json_write_key(w, "logId");
	json_begin_object(w);
	json_member_base64(w, "keyId", e->log_id);
	json_end_object(w);
	json_write_key(w, "kindVersion");
	json_begin_object(w);
	json_member_str(w, "kind", e->kind);
	json_member_str(w, "version", e->version);
	json_end_object(w);
	if (e->integrated_time)
		member_i64(w, "integratedTime", e->integrated_time);
	if (e->set.n) {
		json_write_key(w, "inclusionPromise");
		json_begin_object(w);
		json_member_base64(w, "signedEntryTimestamp", e->set);
		json_end_object(w);
	}
	if (e->has_proof)
		write_proof(w, e);
	json_member_base64(w, "canonicalizedBody", e->body);
	json_end_object(w);
}

static void write_material(struct json_writer *w, const struct bundle *b)
{
	json_begin_object(w);
	if (b->material == BUNDLE_KEY) {
		json_write_key(w, "publicKey");
		json_begin_object(w);
		json_member_str(w, "hint", b->key_hint);
		json_end_object(w);
	} else {
		json_write_key(w, "certificate");
		json_begin_object(w);
		json_member_base64(w, "rawBytes", b->certificates.v[0]);
		json_end_object(w);
	}
	if (b->entries_n) {
		json_write_key(w, "tlogEntries");
		json_begin_array(w);
		for (size_t i = 0; i < b->entries_n; i++)
			write_entry(w, &b->entries[i]);
		json_end_array(w);
	}
	if (b->timestamps.n) {
		json_write_key(w, "timestampVerificationData");
		json_begin_object(w);
		json_write_key(w, "rfc3161Timestamps");
		json_begin_array(w);
		for (size_t i = 0; i < b->timestamps.n; i++) {
			json_begin_object(w);
			json_member_base64(w, "signedTimestamp", b->timestamps.v[i]);
			json_end_object(w);
		}
		json_end_array(w);
		json_end_object(w);
	}
	json_end_object(w);
}

static const char *algorithm_name(enum digest_algorithm a)
{
	switch (a) {
	case DIGEST_SHA384:
		return "SHA2_384";
	case DIGEST_SHA512:
		return "SHA2_512";
	default:
		return "SHA2_256";
	}
}

static void write_content(struct json_writer *w, const struct bundle *b)
{
	if (b->has_envelope) {
		json_write_key(w, "dsseEnvelope");
		if (dsse_write(&b->envelope, w) && !w->err)
			w->err = LC_ENOMEM;
		return;
	}
	json_write_key(w, "messageSignature");
	json_begin_object(w);
	json_write_key(w, "messageDigest");
	json_begin_object(w);
	if (b->has_digest) {
		json_member_cstr(w, "algorithm", algorithm_name(b->message_digest.algorithm));
		json_member_base64(w, "digest",
				   lc_slice_of(b->message_digest.bytes,
					       digest_size(b->message_digest.algorithm)));
	}
	json_end_object(w);
	json_member_base64(w, "signature", b->signature);
	json_end_object(w);
}

int bundle_write(const struct bundle *b, struct lc_buf *out)
{
	struct json_writer w;
	json_writer_init(&w, out, 0);
	json_begin_object(&w);
	json_member_str(&w, "mediaType", bundle_media_type);
	json_write_key(&w, "verificationMaterial");
	write_material(&w, b);
	write_content(&w, b);
	json_end_object(&w);
	return json_writer_err(&w);
}
