#include "trust/file_signature.h"

#include "base/shim.h"
#include "crypt/pem.h"
#include "format/base64.h"

static const struct json_limits limits = { .depth_max = 8, .nodes_max = 4096 };

static int no_memory(struct trust_why *w, const struct lc_arena *a)
{
	return lc_fail(trust_err(w), lc_arena_err(a), "no memory for a signature");
}

int signature_base64(struct lc_slice text, const char *what, struct lc_arena *a,
		     struct lc_slice *ret, struct trust_why *w)
{
	struct lc_buf b;
	lc_buf_init(&b, text.n + 4);
	int rc = base64_decode(text, &b);
	if (rc == LC_EBAD)
		rc = trust_fail(w, "F2", LC_EBAD, "%s is no base64", what);
	else if (rc || lc_arena_dup(a, lc_buf_get(&b), ret))
		rc = no_memory(w, a);
	lc_buf_done(&b);
	if (!rc && !ret->n)
		rc = trust_fail(w, "F1", LC_EBAD, "%s is empty", what);
	return rc;
}

int signature_json(struct lc_slice text, const char *what, struct lc_arena *a, struct json_doc *d,
		   struct trust_why *w)
{
	int rc = json_parse(text, JSON_DUP_REFUSE, &limits, a, d, trust_err(w));
	if (!rc && json_type_of(d, json_root(d)) != JSON_OBJECT)
		rc = lc_fail(trust_err(w), LC_EBAD, "not an object");
	return rc && rc != LC_ENOMEM ? trust_rule(w, "F1", lc_wrap(trust_err(w), rc, "%s", what))
				     : rc;
}

/* ---- log entry ---- */

/* Which kind of entry it is stands in its body alone. */
static int read_kind(struct log_entry *e, struct lc_arena *a, struct trust_why *w)
{
	struct json_doc d;
	int rc = signature_json(e->body, "log entry", a, &d, w);
	if (rc)
		return rc;
	e->kind = json_get_str(&d, json_root(&d), "kind");
	e->version = json_get_str(&d, json_root(&d), "apiVersion");
	return 0;
}

static int read_log_id(struct lc_slice hex, struct lc_arena *a, struct log_entry *e,
		       struct trust_why *w)
{
	struct digest d;
	struct lc_slice text = lc_arena_fmt(a, "sha256:%.*s", LC_FMT(hex));
	if (!text.p)
		return no_memory(w, a);
	if (digest_parse(text, &d, NULL))
		return trust_fail(w, "F6", LC_EBAD, "the log entry's logID is no SHA-256");
	return lc_arena_dup(a, lc_slice_of(d.bytes, digest_size(d.algorithm)), &e->log_id);
}

static int read_payload(const struct json_doc *d, struct lc_arena *a, struct log_entry *e,
			struct trust_why *w)
{
	json_ref payload = json_get(d, json_root(d), "Payload");
	if (!json_i64(d, json_get(d, payload, "logIndex"), &e->index) || e->index < 0 ||
	    !json_i64(d, json_get(d, payload, "integratedTime"), &e->integrated_time) ||
	    e->integrated_time < 0)
		return trust_fail(w, "F6", LC_EBAD,
				  "the log entry has no logIndex or no integratedTime");
	int rc = signature_base64(json_get_str(d, json_root(d), "SignedEntryTimestamp"),
				  "the signed entry timestamp", a, &e->set, w);
	rc = rc ? rc
		: signature_base64(json_get_str(d, payload, "body"), "the log entry", a, &e->body,
				   w);
	rc = rc ? rc : read_log_id(json_get_str(d, payload, "logID"), a, e, w);
	return rc ? rc : read_kind(e, a, w);
}

int log_bundle_read(struct lc_slice text, struct lc_arena *a, struct bundle *b, struct trust_why *w)
{
	struct json_doc d;
	struct log_entry *e = lc_new(a, struct log_entry);
	int rc = e ? signature_json(text, "log entry", a, &d, w) : no_memory(w, a);
	rc = rc ? rc : read_payload(&d, a, e, w);
	if (rc)
		return rc;
	b->entries = e;
	b->entries_n = 1;
	return 0;
}

int timestamp_read(struct lc_slice text, struct lc_arena *a, struct bundle *b, struct trust_why *w)
{
	struct json_doc d;
	if (b->timestamps.n >= BUNDLE_TIMESTAMPS_MAX)
		return trust_fail(w, "F1", LC_ELIMIT, "over %d timestamps", BUNDLE_TIMESTAMPS_MAX);
	struct lc_slice *item = lc_vec_push(a, &b->timestamps);
	if (!item)
		return no_memory(w, a);
	*item = text;
	if (!lc_starts(lc_trim(text), LC_S("{")))
		return 0;
	int rc = signature_json(text, "timestamp", a, &d, w);
	return rc ? rc
		  : signature_base64(json_get_str(&d, json_root(&d), "SignedRFC3161Timestamp"),
				     "the timestamp", a, item, w);
}

/* ---- signer ---- */

/* A certificate makes it one of a certificate's; a public key is told by whoever verifies. */
static int read_signer(struct lc_slice pem, struct lc_arena *a, struct bundle *b,
		       struct trust_why *w)
{
	struct pem_block block;
	struct lc_slice rest = pem;
	if (!pem.n)
		return 0;
	int rc = pem_next(&rest, a, &block, trust_err(w));
	if (rc == LC_ENOMEM)
		return rc;
	if (rc)
		return trust_fail(w, "F4", LC_EBAD, "the certificate is not in PEM");
	if (lc_eq(block.label, LC_S("PUBLIC KEY")))
		return 0;
	if (!lc_eq(block.label, LC_S("CERTIFICATE")))
		return trust_fail(w, "F4", LC_EBAD, "a certificate is expected, not '%s'",
				  lc_quote(block.label).s);
	struct lc_slice *der = lc_vec_push(a, &b->certificates);
	if (!der)
		return no_memory(w, a);
	*der = block.der;
	b->material = BUNDLE_CERTIFICATE;
	return 0;
}

/* ---- the signature alone ---- */

static bool is_text(struct lc_slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	return s.n != 0;
}

int file_signature_read(struct lc_slice text, struct lc_slice certificate, struct lc_arena *a,
			struct bundle *ret, struct trust_why *w)
{
	struct bundle b = { .version = BUNDLE_V03, .material = BUNDLE_KEY };
	struct lc_slice trimmed = lc_trim(text);
	int rc = 0;
	if (!text.n)
		rc = trust_fail(w, "F1", LC_EBAD, "the signature is empty");
	else if (is_text(trimmed))
		rc = signature_base64(trimmed, "the signature", a, &b.signature, w);
	else
		b.signature = text;
	rc = rc ? rc : read_signer(certificate, a, &b, w);
	if (!rc)
		*ret = b;
	return rc;
}

/* ---- cosign's own file ---- */

bool file_signature_is_old(struct lc_slice text, struct lc_arena *a)
{
	struct json_doc d;
	return json_parse(text, 0, &limits, a, &d, NULL) == 0 &&
	       json_type_of(&d, json_root(&d)) == JSON_OBJECT &&
	       json_get(&d, json_root(&d), "base64Signature") != JSON_NONE;
}

int file_signature_read_old(struct lc_slice text, struct lc_arena *a, struct bundle *ret,
			    struct trust_why *w)
{
	struct json_doc d;
	struct bundle b = { .version = BUNDLE_V03, .material = BUNDLE_KEY };
	struct lc_slice pem = { NULL, 0 };
	int rc = signature_json(text, "bundle", a, &d, w);
	if (rc)
		return rc;
	json_ref root = json_root(&d);
	struct lc_slice cert = json_get_str(&d, root, "cert");
	json_ref log = json_get(&d, root, "rekorBundle");
	rc = signature_base64(json_get_str(&d, root, "base64Signature"), "the signature", a,
			      &b.signature, w);
	if (!rc && cert.n)
		rc = signature_base64(cert, "the certificate", a, &pem, w);
	rc = rc ? rc : read_signer(pem, a, &b, w);
	if (!rc && log != JSON_NONE && json_type_of(&d, log) != JSON_NULL)
		rc = log_bundle_read(json_raw(&d, log), a, &b, w);
	if (!rc)
		*ret = b;
	return rc;
}

int log_bundle_write(const struct log_entry *entry, struct lc_buf *out)
{
	struct digest id = { .algorithm = DIGEST_SHA256 };
	struct json_writer w;
	char hex[DIGEST_TEXT_MAX];
	if (entry->log_id.n != digest_size(id.algorithm))
		return LC_EBAD;
	memcpy(id.bytes, entry->log_id.p, entry->log_id.n);
	json_writer_init(&w, out, 0);
	json_begin_object(&w);
	json_member_base64(&w, "SignedEntryTimestamp", entry->set);
	json_write_key(&w, "Payload");
	json_begin_object(&w);
	json_member_base64(&w, "body", entry->body);
	json_member_i64(&w, "integratedTime", entry->integrated_time);
	json_member_i64(&w, "logIndex", entry->index);
	json_member_cstr(&w, "logID", digest_hex(&id, hex));
	json_end_object(&w);
	json_end_object(&w);
	return json_writer_err(&w);
}

int file_signature_write_old(struct lc_slice signature, struct lc_slice signer,
			     const struct log_entry *entry, struct lc_buf *out)
{
	struct lc_buf log LC_CLEANUP(lc_buf_done) = { 0 };
	struct json_writer w;
	lc_buf_init(&log, 1 << 20);
	int rc = entry ? log_bundle_write(entry, &log) : 0;
	json_writer_init(&w, out, 0);
	json_begin_object(&w);
	json_member_base64(&w, "base64Signature", signature);
	json_member_base64(&w, "cert", signer);
	if (entry) {
		json_write_key(&w, "rekorBundle");
		json_write_raw(&w, lc_buf_get(&log));
	}
	json_end_object(&w);
	return rc ? rc : json_writer_err(&w);
}
