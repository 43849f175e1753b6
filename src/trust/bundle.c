#include "trust/bundle.h"

#include "trust/proto_json.h"

const struct lc_slice bundle_media_type =
	LC_S_INIT("application/vnd.dev.sigstore.bundle.v0.3+json");

static const struct json_limits limits = { .depth_max = 16, .nodes_max = 1 << 16 };

/* What the readers of parts share. */
struct reader {
	const struct json_doc *d;
	struct lc_arena *a;
	struct trust_why *w;
};

/* A failure of form; what is no rule's business (memory) keeps its code alone. */
static int form(struct reader *r, const char *rule, const char *where, int rc)
{
	return rc ? trust_rule(r->w, rule, lc_wrap(trust_err(r->w), rc, "%s", where)) : 0;
}

/* F2 for text that is not base64, F1 for a field that is no text. */
static int bytes(struct reader *r, json_ref at, const char *name, struct lc_slice *ret)
{
	int rc = proto_bytes(r->d, at, name, r->a, ret, trust_err(r->w));
	return rc ? trust_rule(r->w, json_is_str(r->d, at) ? "F2" : "F1", rc) : 0;
}

/* ---- media type ---- */

/* "vX.Y" or "vX.Y.Z" */
static bool version_of(struct lc_slice s, enum bundle_version *ret)
{
	static const struct {
		const char *text;
		enum bundle_version version;
	} rows[] = { { "0.1", BUNDLE_V01 }, { "0.2", BUNDLE_V02 }, { "0.3", BUNDLE_V03 } };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (lc_eq(s, lc_str(rows[i].text))) {
			*ret = rows[i].version;
			return true;
		}
	uint64_t patch;
	*ret = BUNDLE_V03;
	return lc_chop_prefix(&s, LC_S("0.3.")) && lc_u64(s, 10, UINT32_MAX, &patch);
}

static int read_media_type(struct reader *r, json_ref at, struct bundle *b)
{
	struct lc_slice whole = json_str(r->d, at);
	struct lc_slice s = whole;
	if (lc_chop_prefix(&s, LC_S("application/vnd.dev.sigstore.bundle+json;version="))) {
		if (version_of(s, &b->version) && s.n == 3)
			return 0;
	} else if (lc_chop_prefix(&s, LC_S("application/vnd.dev.sigstore.bundle.v")) &&
		   lc_chop_suffix(&s, LC_S("+json"))) {
		if (version_of(s, &b->version) && b->version == BUNDLE_V03)
			return 0;
	}
	return trust_fail(r->w, "F1", LC_EBAD,
			  "'%s' is not the media type of a sigstore bundle "
			  "of versions 0.1 to 0.3",
			  lc_quote(whole).s);
}

/* ---- log entries ---- */

enum { E_INDEX, E_LOG, E_KIND, E_TIME, E_PROMISE, E_PROOF, E_BODY, E_N };
static const char *const entry_fields[E_N + 1] = {
	"logIndex",         "logId",          "kindVersion",       "integratedTime",
	"inclusionPromise", "inclusionProof", "canonicalizedBody", NULL,
};
enum { P_INDEX, P_ROOT, P_SIZE, P_HASHES, P_CHECKPOINT, P_N };
static const char *const proof_fields[P_N + 1] = {
	"logIndex", "rootHash", "treeSize", "hashes", "checkpoint", NULL,
};
static const char *const log_id_fields[] = { "keyId", NULL };
static const char *const kind_fields[] = { "kind", "version", NULL };
static const char *const promise_fields[] = { "signedEntryTimestamp", NULL };
static const char *const checkpoint_fields[] = { "envelope", NULL };

static int read_proof(struct reader *r, json_ref at, struct log_entry *ret)
{
	json_ref f[PROTO_FIELDS_MAX];
	json_ref c[PROTO_FIELDS_MAX];
	struct lc_err *e = trust_err(r->w);
	uint32_t n = 0;
	int rc = proto_fields(r->d, at, proof_fields, f, e);
	rc = rc ? rc : proto_i64(r->d, f[P_INDEX], "logIndex", &ret->proof_index, e);
	rc = rc ? rc : proto_i64(r->d, f[P_SIZE], "treeSize", &ret->tree_size, e);
	rc = rc ? rc : proto_count(r->d, f[P_HASHES], "hashes", BUNDLE_HASHES_MAX, &n, e);
	if (rc)
		return form(r, "F1", "inclusionProof", rc);
	if (f[P_CHECKPOINT] == JSON_NONE)
		return trust_fail(r->w, "F10", LC_EBAD, "inclusion proof without a checkpoint");
	rc = proto_fields(r->d, f[P_CHECKPOINT], checkpoint_fields, c, e);
	rc = rc ? rc : proto_str(r->d, c[0], "envelope", &ret->checkpoint, e);
	if (rc)
		return form(r, "F1", "checkpoint", rc);
	if (ret->checkpoint.n == 0)
		return trust_fail(r->w, "F10", LC_EBAD, "inclusion proof with an empty checkpoint");
	if (ret->proof_index < 0 || ret->tree_size < 0)
		return trust_fail(r->w, "F6", LC_EBAD, "inclusion proof with a number below zero");
	ret->has_proof = true;
	rc = bytes(r, f[P_ROOT], "rootHash", &ret->root_hash);
	json_each(r->d, f[P_HASHES], child) {
		struct lc_slice *hash = rc ? NULL : lc_vec_push(r->a, &ret->hashes);
		if (!rc && !hash)
			rc = lc_fail(e, lc_arena_err(r->a), "no memory for a proof");
		rc = rc ? rc : bytes(r, child, "hash", hash);
	}
	return rc;
}

static int read_entry_parts(struct reader *r, const json_ref *f, struct log_entry *ret)
{
	json_ref g[PROTO_FIELDS_MAX];
	struct lc_err *e = trust_err(r->w);
	int rc = proto_fields(r->d, f[E_LOG], log_id_fields, g, e);
	if (rc)
		return form(r, "F1", "logId", rc);
	rc = bytes(r, g[0], "keyId", &ret->log_id);
	if (rc)
		return rc;
	rc = proto_fields(r->d, f[E_KIND], kind_fields, g, e);
	rc = rc ? rc : proto_str(r->d, g[0], "kind", &ret->kind, e);
	rc = rc ? rc : proto_str(r->d, g[1], "version", &ret->version, e);
	if (rc)
		return form(r, "F1", "kindVersion", rc);
	if (f[E_PROMISE] == JSON_NONE)
		return 0;
	rc = proto_fields(r->d, f[E_PROMISE], promise_fields, g, e);
	if (rc)
		return form(r, "F1", "inclusionPromise", rc);
	return bytes(r, g[0], "signedEntryTimestamp", &ret->set);
}

static int read_entry(struct reader *r, json_ref at, struct log_entry *ret)
{
	json_ref f[PROTO_FIELDS_MAX];
	struct lc_err *e = trust_err(r->w);
	int rc = proto_fields(r->d, at, entry_fields, f, e);
	rc = rc ? rc : proto_i64(r->d, f[E_INDEX], "logIndex", &ret->index, e);
	rc = rc ? rc : proto_i64(r->d, f[E_TIME], "integratedTime", &ret->integrated_time, e);
	if (rc)
		return form(r, "F1", "log entry", rc);
	if (ret->index < 0 || ret->integrated_time < 0)
		return trust_fail(r->w, "F6", LC_EBAD, "log entry with a number below zero");
	if (f[E_LOG] == JSON_NONE || f[E_KIND] == JSON_NONE || f[E_BODY] == JSON_NONE)
		return trust_fail(r->w, "F6", LC_EBAD,
				  "log entry without logId, kindVersion or canonicalizedBody");
	rc = bytes(r, f[E_BODY], "canonicalizedBody", &ret->body);
	rc = rc ? rc : read_entry_parts(r, f, ret);
	if (!rc && f[E_PROOF] != JSON_NONE)
		rc = read_proof(r, f[E_PROOF], ret);
	if (!rc && (ret->log_id.n == 0 || ret->body.n == 0 || ret->kind.n == 0))
		rc = trust_fail(r->w, "F6", LC_EBAD, "log entry with an empty logId, kind or body");
	return rc;
}

static int read_entries(struct reader *r, json_ref at, struct bundle *b)
{
	uint32_t n = 0;
	int rc = proto_count(r->d, at, "tlogEntries", BUNDLE_ENTRIES_MAX, &n, trust_err(r->w));
	if (rc)
		return trust_rule(r->w, "F1", rc);
	b->entries = lc_new_array(r->a, struct log_entry, n ? n : 1);
	if (!b->entries)
		return lc_fail(trust_err(r->w), lc_arena_err(r->a), "no memory for log entries");
	json_each(r->d, at, child) {
		struct log_entry *entry = &b->entries[b->entries_n];
		rc = read_entry(r, child, entry);
		if (rc)
			return rc;
		for (size_t i = 0; i < b->entries_n; i++)
			if (b->entries[i].index == entry->index &&
			    lc_eq(b->entries[i].log_id, entry->log_id))
				return trust_fail(r->w, "F8", LC_EBAD,
						  "the same log entry stands twice");
		b->entries_n++;
	}
	return 0;
}

/* What a version asks of each entry. */
static int check_entries(struct reader *r, const struct bundle *b)
{
	for (size_t i = 0; i < b->entries_n; i++) {
		const struct log_entry *entry = &b->entries[i];
		if (b->version == BUNDLE_V01 && entry->set.n == 0)
			return trust_fail(
				r->w, "F7", LC_EBAD,
				"log entry without the promise that version 0.1 asks for");
		if (b->version != BUNDLE_V01 && !entry->has_proof)
			return trust_fail(r->w, "F7", LC_EBAD, "log entry without inclusion proof");
	}
	return 0;
}

/* ---- verification material ---- */

enum { M_KEY, M_CERTIFICATE, M_CHAIN, M_ENTRIES, M_TIMESTAMPS, M_N };
static const char *const material_fields[M_N + 1] = {
	"publicKey",
	"certificate",
	"x509CertificateChain",
	"tlogEntries",
	"timestampVerificationData",
	NULL,
};
static const char *const hint_fields[] = { "hint", NULL };
static const char *const raw_fields[] = { "rawBytes", NULL };
static const char *const chain_fields[] = { "certificates", NULL };
static const char *const timestamps_fields[] = { "rfc3161Timestamps", NULL };
static const char *const timestamp_fields[] = { "signedTimestamp", NULL };

/* One message with one field of bytes. */
static int read_one(struct reader *r, json_ref at, const char *const *names, struct lc_slices *to)
{
	json_ref f[PROTO_FIELDS_MAX];
	struct lc_slice *item = lc_vec_push(r->a, to);
	if (!item)
		return lc_fail(trust_err(r->w), lc_arena_err(r->a), "no memory for a bundle");
	int rc = proto_fields(r->d, at, names, f, trust_err(r->w));
	if (rc)
		return form(r, "F1", names[0], rc);
	rc = bytes(r, f[0], names[0], item);
	if (!rc && item->n == 0)
		rc = trust_fail(r->w, "F1", LC_EBAD, "%s is empty", names[0]);
	return rc;
}

/* A message with one list of such messages. */
static int read_list(struct reader *r, json_ref at, const char *const *outer,
		     const char *const *inner, uint32_t max, struct lc_slices *to)
{
	json_ref f[PROTO_FIELDS_MAX];
	uint32_t n = 0;
	int rc = proto_fields(r->d, at, outer, f, trust_err(r->w));
	rc = rc ? rc : proto_count(r->d, f[0], outer[0], max, &n, trust_err(r->w));
	if (rc)
		return form(r, "F1", outer[0], rc);
	json_each(r->d, f[0], child) {
		rc = read_one(r, child, inner, to);
		if (rc)
			return rc;
	}
	return 0;
}

static int read_signer(struct reader *r, const json_ref *f, struct bundle *b)
{
	json_ref g[PROTO_FIELDS_MAX];
	unsigned forms = 0;
	for (size_t i = M_KEY; i <= M_CHAIN; i++)
		forms += f[i] != JSON_NONE ? 1 : 0;
	if (forms != 1)
		return trust_fail(r->w, forms ? "F3" : "F1", LC_EBAD,
				  "a bundle has one of publicKey, certificate and "
				  "x509CertificateChain; here are %u",
				  forms);
	if (f[M_KEY] != JSON_NONE) {
		b->material = BUNDLE_KEY;
		int rc = proto_fields(r->d, f[M_KEY], hint_fields, g, trust_err(r->w));
		rc = rc ? rc : proto_str(r->d, g[0], "hint", &b->key_hint, trust_err(r->w));
		return form(r, "F1", "publicKey", rc);
	}
	if (f[M_CERTIFICATE] != JSON_NONE) {
		b->material = BUNDLE_CERTIFICATE;
		return read_one(r, f[M_CERTIFICATE], raw_fields, &b->certificates);
	}
	b->material = BUNDLE_CHAIN;
	if (b->version == BUNDLE_V03)
		return trust_fail(r->w, "F4", LC_EBAD,
				  "a certificate chain in a bundle of "
				  "version 0.3, which holds the leaf alone");
	int rc = read_list(r, f[M_CHAIN], chain_fields, raw_fields, BUNDLE_CERTIFICATES_MAX,
			   &b->certificates);
	if (!rc && b->certificates.n == 0)
		rc = trust_fail(r->w, "F4", LC_EBAD, "the certificate chain is empty");
	return rc;
}

static int read_material(struct reader *r, json_ref at, struct bundle *b)
{
	json_ref f[PROTO_FIELDS_MAX];
	if (at == JSON_NONE)
		return trust_fail(r->w, "F1", LC_EBAD, "no verificationMaterial");
	int rc = proto_fields(r->d, at, material_fields, f, trust_err(r->w));
	if (rc)
		return form(r, "F1", "verificationMaterial", rc);
	rc = read_signer(r, f, b);
	rc = rc ? rc : read_entries(r, f[M_ENTRIES], b);
	if (!rc && f[M_TIMESTAMPS] != JSON_NONE)
		rc = read_list(r, f[M_TIMESTAMPS], timestamps_fields, timestamp_fields,
			       BUNDLE_TIMESTAMPS_MAX, &b->timestamps);
	return rc ? rc : check_entries(r, b);
}

/* ---- content ---- */

enum { S_DIGEST, S_SIGNATURE };
static const char *const signature_fields[] = { "messageDigest", "signature", NULL };
static const char *const digest_fields[] = { "algorithm", "digest", NULL };

static bool algorithm_of(struct lc_slice s, enum digest_algorithm *ret)
{
	static const struct {
		const char *name;
		enum digest_algorithm algorithm;
	} rows[] = {
		{ "SHA2_256", DIGEST_SHA256 },
		{ "SHA2_384", DIGEST_SHA384 },
		{ "SHA2_512", DIGEST_SHA512 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (lc_eq(s, lc_str(rows[i].name))) {
			*ret = rows[i].algorithm;
			return true;
		}
	return false;
}

/* An empty object stands where a pure Ed25519 signature was made: nothing was hashed. */
static int read_digest(struct reader *r, json_ref at, struct bundle *b)
{
	json_ref f[PROTO_FIELDS_MAX];
	struct lc_slice algorithm;
	struct lc_slice value;
	if (at == JSON_NONE)
		return 0;
	int rc = proto_fields(r->d, at, digest_fields, f, trust_err(r->w));
	rc = rc ? rc : proto_str(r->d, f[0], "algorithm", &algorithm, trust_err(r->w));
	if (rc)
		return form(r, "F1", "messageDigest", rc);
	rc = bytes(r, f[1], "digest", &value);
	if (rc || (algorithm.n == 0 && value.n == 0))
		return rc;
	if (!algorithm_of(algorithm, &b->message_digest.algorithm))
		return trust_fail(r->w, "F1", LC_EUNSUP, "messageDigest by '%s', which is not read",
				  lc_quote(algorithm).s);
	if (value.n != digest_size(b->message_digest.algorithm))
		return trust_fail(r->w, "F1", LC_EBAD, "messageDigest of %zu bytes", value.n);
	memcpy(b->message_digest.bytes, value.p, value.n);
	b->has_digest = true;
	return 0;
}

static int read_signature(struct reader *r, json_ref at, struct bundle *b)
{
	json_ref f[PROTO_FIELDS_MAX];
	int rc = proto_fields(r->d, at, signature_fields, f, trust_err(r->w));
	if (rc)
		return form(r, "F1", "messageSignature", rc);
	rc = read_digest(r, f[S_DIGEST], b);
	rc = rc ? rc : bytes(r, f[S_SIGNATURE], "signature", &b->signature);
	if (!rc && b->signature.n == 0)
		rc = trust_fail(r->w, "F1", LC_EBAD, "the signature is empty");
	return rc;
}

static int read_envelope(struct reader *r, json_ref at, struct bundle *b)
{
	int rc = dsse_read(r->d, at, r->a, &b->envelope, trust_err(r->w));
	if (rc)
		return trust_rule(r->w, "F1", rc);
	if (b->envelope.signatures_n != 1)
		return trust_fail(r->w, "F5", LC_EBAD,
				  "an envelope in a bundle has one signature; "
				  "here are %zu",
				  b->envelope.signatures_n);
	if (b->envelope.signatures[0].sig.n == 0)
		return trust_fail(r->w, "F1", LC_EBAD, "the envelope's signature is empty");
	b->has_envelope = true;
	return 0;
}

enum { B_MEDIA_TYPE, B_MATERIAL, B_SIGNATURE, B_ENVELOPE, B_N };
static const char *const bundle_fields[B_N + 1] = {
	"mediaType", "verificationMaterial", "messageSignature", "dsseEnvelope", NULL,
};

static int read_bundle(struct reader *r, struct bundle *b)
{
	json_ref f[PROTO_FIELDS_MAX];
	int rc = proto_fields(r->d, json_root(r->d), bundle_fields, f, trust_err(r->w));
	if (rc)
		return form(r, "F1", "bundle", rc);
	rc = read_media_type(r, f[B_MEDIA_TYPE], b);
	rc = rc ? rc : read_material(r, f[B_MATERIAL], b);
	if (rc)
		return rc;
	if ((f[B_SIGNATURE] == JSON_NONE) == (f[B_ENVELOPE] == JSON_NONE))
		return trust_fail(r->w, "F3", LC_EBAD,
				  "a bundle has either messageSignature or dsseEnvelope");
	if (f[B_ENVELOPE] != JSON_NONE)
		return read_envelope(r, f[B_ENVELOPE], b);
	return read_signature(r, f[B_SIGNATURE], b);
}

int bundle_parse(struct lc_slice text, struct lc_arena *a, struct bundle *ret, struct trust_why *w)
{
	struct json_doc d;
	struct bundle b = { 0 };
	struct reader r = { .d = &d, .a = a, .w = w };
	int rc = json_parse(text, JSON_DUP_REFUSE, &limits, a, &d, trust_err(w));
	if (rc)
		return trust_rule(w, "F1", lc_wrap(trust_err(w), rc, "bundle"));
	rc = read_bundle(&r, &b);
	if (!rc)
		*ret = b;
	return rc;
}

int bundle_entry_parse(struct lc_slice text, struct lc_arena *a, struct log_entry *ret,
		       struct trust_why *w)
{
	struct json_doc d;
	struct log_entry entry = { 0 };
	struct reader r = { .d = &d, .a = a, .w = w };
	int rc = json_parse(text, JSON_DUP_REFUSE, &limits, a, &d, trust_err(w));
	if (rc)
		return trust_rule(w, "F1", lc_wrap(trust_err(w), rc, "log entry"));
	rc = read_entry(&r, json_root(&d), &entry);
	if (!rc && !entry.has_proof)
		rc = trust_fail(w, "F7", LC_EBAD, "log entry without inclusion proof");
	if (!rc)
		*ret = entry;
	return rc;
}
