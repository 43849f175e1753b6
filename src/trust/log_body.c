#include "trust/log_body.h"

#include "crypt/pem.h"
#include "format/base64.h"

static const struct json_limits limits = { .depth_max = 16, .nodes_max = 4096 };

struct body {
	const struct log_entry *entry;
	const struct log_subject *subject;
	struct lc_arena arena;
	struct json_doc d;
	json_ref spec;
	struct trust_why *w;
};

static int other(struct body *b, const char *what)
{
	return trust_fail(b->w, "L8", LC_EBAD, "the log entry is about another %s", what);
}

/* ---- comparing decoded bytes ---- */

static bool decode(struct body *b, struct lc_slice text, struct lc_slice *ret)
{
	struct lc_buf out;
	lc_buf_init(&out, text.n + 4);
	bool fine = text.n && base64_decode_any(text, &out) == 0 &&
		    lc_arena_dup(&b->arena, lc_buf_get(&out), ret) == 0;
	lc_buf_done(&out);
	return fine;
}

static int same_signature(struct body *b, struct lc_slice text, bool twice)
{
	struct lc_slice got;
	bool fine = decode(b, text, &got) && (!twice || decode(b, got, &got));
	return fine && lc_eq(got, b->subject->signature) ? 0 : other(b, "signature");
}

static bool is_signer(const struct body *b, struct lc_slice der)
{
	const struct log_subject *s = b->subject;
	return lc_eq(der, s->certificate.n ? s->certificate : crypt_public_spki(s->key));
}

/* base64 of PEM */
static int same_signer(struct body *b, struct lc_slice text)
{
	struct lc_slice pem;
	struct pem_block block;
	if (!decode(b, text, &pem) || pem_next(&pem, &b->arena, &block, NULL))
		return other(b, "key");
	return is_signer(b, block.der) ? 0 : other(b, "key");
}

static bool algorithm_of(struct lc_slice name, enum digest_algorithm *ret)
{
	static const struct {
		const char *one, *two; /* as Rekor v1 and v2 write it */
		enum digest_algorithm algorithm;
	} rows[] = {
		{ "sha256", "SHA2_256", DIGEST_SHA256 },
		{ "sha384", "SHA2_384", DIGEST_SHA384 },
		{ "sha512", "SHA2_512", DIGEST_SHA512 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (lc_eq(name, lc_str(rows[i].one)) || lc_eq(name, lc_str(rows[i].two))) {
			*ret = rows[i].algorithm;
			return true;
		}
	return false;
}

/* The digest, in hex or (bytes) raw, is that of m. */
static int same_digest(struct body *b, const struct crypt_message *m, struct lc_slice algorithm,
		       struct lc_slice value, bool raw)
{
	struct digest d;
	char hex[DIGEST_TEXT_MAX];
	enum digest_algorithm a;
	if (!algorithm_of(algorithm, &a))
		return trust_fail(b->w, "L8", LC_EUNSUP, "the log entry holds a digest by '%s'",
				  lc_quote(algorithm).s);
	int rc = crypt_message_digest(m, a, &d, trust_err(b->w));
	if (rc == LC_ENOTFOUND)
		return trust_fail(b->w, "L8", LC_EUNSUP,
				  "the log entry holds the %s of what was "
				  "signed: give the file itself",
				  digest_name(a));
	if (rc)
		return rc;
	bool same = raw ? lc_eq(value, lc_slice_of(d.bytes, digest_size(a)))
			: lc_eq(value, lc_str(digest_hex(&d, hex)));
	return same ? 0 : other(b, "artefact");
}

static int same_payload_hash(struct body *b, json_ref hash)
{
	struct crypt_message payload = crypt_message_of(b->subject->envelope->payload);
	return same_digest(b, &payload, json_get_str(&b->d, hash, "algorithm"),
			   json_get_str(&b->d, hash, "value"), false);
}

/* ---- kinds ---- */

static int hashedrekord_1(struct body *b)
{
	json_ref sig = json_get(&b->d, b->spec, "signature");
	json_ref hash = json_at(&b->d, b->spec, "data", "hash", NULL);
	if (b->subject->envelope)
		return trust_fail(b->w, "L8", LC_EBAD,
				  "a log entry for plain signatures beside an envelope");
	int rc = same_signature(b, json_get_str(&b->d, sig, "content"), false);
	rc = rc ? rc
		: same_signer(b, json_get_str(&b->d, json_get(&b->d, sig, "publicKey"), "content"));
	return rc ? rc
		  : same_digest(b, b->subject->content, json_get_str(&b->d, hash, "algorithm"),
				json_get_str(&b->d, hash, "value"), false);
}

static int dsse_1(struct body *b)
{
	json_ref all = json_get(&b->d, b->spec, "signatures");
	json_ref sig = json_first(&b->d, all);
	if (!b->subject->envelope)
		return other(b, "kind of signature");
	if (json_count(&b->d, all) != 1)
		return other(b, "number of signatures");
	int rc = same_signature(b, json_get_str(&b->d, sig, "signature"), false);
	rc = rc ? rc : same_signer(b, json_get_str(&b->d, sig, "verifier"));
	return rc ? rc : same_payload_hash(b, json_get(&b->d, b->spec, "payloadHash"));
}

static int intoto_2(struct body *b)
{
	json_ref content = json_get(&b->d, b->spec, "content");
	json_ref all = json_at(&b->d, content, "envelope", "signatures", NULL);
	json_ref sig = json_first(&b->d, all);
	if (!b->subject->envelope)
		return other(b, "kind of signature");
	if (json_count(&b->d, all) != 1)
		return other(b, "number of signatures");
	int rc = same_signature(b, json_get_str(&b->d, sig, "sig"), true);
	rc = rc ? rc : same_signer(b, json_get_str(&b->d, sig, "publicKey"));
	return rc ? rc : same_payload_hash(b, json_get(&b->d, content, "payloadHash"));
}

/* Before 0.0.2: the hash of the envelope as it was sent, and who signed it. */
static int intoto_1(struct body *b)
{
	json_ref hash = json_at(&b->d, b->spec, "content", "hash", NULL);
	struct crypt_message sent = crypt_message_of(b->subject->envelope_text);
	if (!b->subject->envelope || !b->subject->envelope_text.n)
		return other(b, "kind of signature");
	int rc = same_signer(b, json_get_str(&b->d, b->spec, "publicKey"));
	return rc ? rc
		  : same_digest(b, &sent, json_get_str(&b->d, hash, "algorithm"),
				json_get_str(&b->d, hash, "value"), false);
}

/* The one canonical form (RFC 8785) of such an entry. */
static int put_hashedrekord_2(const struct log_subject *s, struct lc_slice algorithm,
			      struct lc_slice digest, struct lc_slice key_details,
			      struct lc_buf *out)
{
	struct json_writer w;
	json_writer_init(&w, out, 0);
	json_begin_object(&w);
	json_member_cstr(&w, "apiVersion", "0.0.2");
	json_member_cstr(&w, "kind", "hashedrekord");
	json_write_key(&w, "spec");
	json_begin_object(&w);
	json_write_key(&w, "hashedRekordV002");
	json_begin_object(&w);
	json_write_key(&w, "data");
	json_begin_object(&w);
	json_member_str(&w, "algorithm", algorithm);
	json_member_base64(&w, "digest", digest);
	json_end_object(&w);
	json_write_key(&w, "signature");
	json_begin_object(&w);
	json_member_base64(&w, "content", s->signature);
	json_write_key(&w, "verifier");
	json_begin_object(&w);
	json_member_str(&w, "keyDetails", key_details);
	json_write_key(&w, s->certificate.n ? "x509Certificate" : "publicKey");
	json_begin_object(&w);
	json_member_base64(&w, "rawBytes",
			   s->certificate.n ? s->certificate : crypt_public_spki(s->key));
	for (unsigned depth = w.depth; depth; depth--)
		json_end_object(&w);
	return json_writer_err(&w);
}

static int hashedrekord_2(struct body *b)
{
	json_ref r = json_get(&b->d, b->spec, "hashedRekordV002");
	json_ref data = json_get(&b->d, r, "data");
	json_ref sig = json_get(&b->d, r, "signature");
	json_ref verifier = json_get(&b->d, sig, "verifier");
	struct lc_slice algorithm = json_get_str(&b->d, data, "algorithm");
	struct lc_slice digest;
	struct lc_buf canonical;
	if (!decode(b, json_get_str(&b->d, data, "digest"), &digest))
		return other(b, "artefact");
	int rc = same_signature(b, json_get_str(&b->d, sig, "content"), false);
	rc = rc ? rc : same_digest(b, b->subject->content, algorithm, digest, true);
	if (rc)
		return rc;
	/* What was compared is all there is: the body is exactly what it would be. */
	lc_buf_init(&canonical, (size_t)1 << 20);
	rc = put_hashedrekord_2(b->subject, algorithm, digest,
				json_get_str(&b->d, verifier, "keyDetails"), &canonical);
	if (!rc && !lc_eq(lc_buf_get(&canonical), b->entry->body))
		rc = other(b, "key");
	lc_buf_done(&canonical);
	return rc;
}

static const struct {
	const char *kind, *version;
	int (*check)(struct body *b);
} kinds[] = {
	{ "hashedrekord", "0.0.1", hashedrekord_1 },
	{ "hashedrekord", "0.0.2", hashedrekord_2 },
	{ "dsse", "0.0.1", dsse_1 },
	{ "intoto", "0.0.2", intoto_2 },
	{ "intoto", "0.0.1", intoto_1 }, /* beside attestations before bundles alone */
};

static int check(struct body *b)
{
	const struct log_entry *e = b->entry;
	int rc = json_parse(e->body, JSON_DUP_REFUSE, &limits, &b->arena, &b->d, trust_err(b->w));
	if (rc)
		return trust_rule(b->w, "L2", lc_wrap(trust_err(b->w), rc, "log entry"));
	json_ref root = json_root(&b->d);
	if (!lc_eq(json_get_str(&b->d, root, "kind"), e->kind) ||
	    !lc_eq(json_get_str(&b->d, root, "apiVersion"), e->version))
		return trust_fail(b->w, "L2", LC_EBAD,
				  "the log entry is of another kind than the bundle says");
	b->spec = json_get(&b->d, root, "spec");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (lc_eq(e->kind, lc_str(kinds[i].kind)) &&
		    lc_eq(e->version, lc_str(kinds[i].version)))
			return kinds[i].check(b);
	return trust_fail(b->w, "L2", LC_EUNSUP, "log entries of kind '%s' are not read",
			  lc_quote(e->kind).s);
}

int log_body_check(const struct log_entry *entry, const struct log_subject *subject,
		   struct trust_why *w)
{
	struct body b = { .entry = entry, .subject = subject, .w = w };
	lc_arena_init(&b.arena, (size_t)32 << 20);
	int rc = check(&b);
	lc_arena_done(&b.arena);
	return rc;
}
