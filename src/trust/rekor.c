#include "trust/rekor.h"

#include <stdio.h>

#include "base/shim.h"
#include "crypt/pem.h"
#include "format/base64.h"
#include "trust/proto_json.h"
#include "trust/service.h"

static const struct json_limits limits = { .depth_max = 16, .nodes_max = 1 << 14 };
static const char *const what = "transparency log";

enum { REQUEST_BYTES_MAX = 192 << 20, UUID_MIN = 64, UUID_MAX = 80 };

/* ---- version 1: what is sent ---- */

static int put_pem(const struct log_subject *s, struct lc_buf *out, struct lc_err *e)
{
	if (!s->certificate.n)
		return crypt_public_write(s->key, out, e);
	int rc = pem_write(out, "CERTIFICATE", s->certificate);
	return rc ? lc_fail(e, rc, "no memory for a certificate") : 0;
}

static const char *hash_name(enum digest_algorithm a)
{
	return a == DIGEST_SHA384 ? "sha384" : a == DIGEST_SHA512 ? "sha512" : "sha256";
}

static int put_hashedrekord(const struct log_subject *s, enum digest_algorithm hash,
			    struct lc_slice pem, struct json_writer *w, struct lc_err *e)
{
	struct digest d;
	char hex[DIGEST_TEXT_MAX];
	int rc = crypt_message_digest(s->content, hash, &d, e);
	if (rc)
		return rc == LC_ENOTFOUND ? lc_fail(e, LC_EUSAGE, "no %s of what is published",
						    digest_name(hash))
					  : rc;
	json_write_key(w, "signature");
	json_begin_object(w);
	json_member_base64(w, "content", s->signature);
	json_write_key(w, "publicKey");
	json_begin_object(w);
	json_member_base64(w, "content", pem);
	json_end_object(w);
	json_end_object(w);
	json_write_key(w, "data");
	json_begin_object(w);
	json_write_key(w, "hash");
	json_begin_object(w);
	json_member_cstr(w, "algorithm", hash_name(hash));
	json_member_cstr(w, "value", digest_hex(&d, hex));
	json_end_object(w);
	json_end_object(w);
	return 0;
}

/* The envelope is a string in it: the log keeps hashes alone, and checks the signature. */
static int put_dsse(const struct log_subject *s, struct lc_slice pem, struct json_writer *w,
		    struct lc_err *e)
{
	struct lc_buf text LC_CLEANUP(lc_buf_done) = { 0 };
	struct json_writer inner;
	lc_buf_init(&text, REQUEST_BYTES_MAX);
	json_writer_init(&inner, &text, 0);
	if (dsse_write(s->envelope, &inner))
		return lc_fail(e, LC_ENOMEM, "no memory for an envelope");
	json_write_key(w, "proposedContent");
	json_begin_object(w);
	json_member_str(w, "envelope", lc_buf_get(&text));
	json_write_key(w, "verifiers");
	json_begin_array(w);
	json_write_base64(w, pem);
	json_end_array(w);
	json_end_object(w);
	return 0;
}

static int write_1(const struct log_subject *s, enum digest_algorithm hash, struct json_writer *w,
		   struct lc_err *e)
{
	struct lc_buf pem LC_CLEANUP(lc_buf_done) = { 0 };
	lc_buf_init(&pem, 1 << 18);
	int rc = put_pem(s, &pem, e);
	json_begin_object(w);
	json_member_cstr(w, "apiVersion", "0.0.1");
	json_member_cstr(w, "kind", s->envelope ? "dsse" : "hashedrekord");
	json_write_key(w, "spec");
	json_begin_object(w);
	if (!rc)
		rc = s->envelope ? put_dsse(s, lc_buf_get(&pem), w, e)
				 : put_hashedrekord(s, hash, lc_buf_get(&pem), w, e);
	json_end_object(w);
	json_end_object(w);
	return rc;
}

/* ---- version 2: what is sent ---- */

static int write_2(const struct log_subject *s, enum digest_algorithm hash, struct json_writer *w,
		   struct lc_err *e)
{
	struct digest d;
	int rc = crypt_message_digest(s->content, hash, &d, e);
	if (rc)
		return rc == LC_ENOTFOUND ? lc_fail(e, LC_EUSAGE, "no %s of what is published",
						    digest_name(hash))
					  : rc;
	json_begin_object(w);
	json_write_key(w, "hashedRekordRequestV002");
	json_begin_object(w);
	json_member_base64(w, "digest", lc_slice_of(d.bytes, digest_size(hash)));
	json_write_key(w, "signature");
	json_begin_object(w);
	json_member_base64(w, "content", s->signature);
	json_write_key(w, "verifier");
	json_begin_object(w);
	json_write_key(w, s->certificate.n ? "x509Certificate" : "publicKey");
	json_begin_object(w);
	json_member_base64(w, "rawBytes",
			   s->certificate.n ? s->certificate : crypt_public_spki(s->key));
	json_end_object(w);
	json_member_cstr(w, "keyDetails", proto_key_details(s->key, true));
	for (unsigned depth = w->depth; depth; depth--)
		json_end_object(w);
	return 0;
}

int rekor_write(uint32_t version, const struct log_subject *s, enum digest_algorithm hash,
		struct lc_buf *out, struct lc_err *e)
{
	struct json_writer w;
	json_writer_init(&w, out, 0);
	int rc = version == 2 ? write_2(s, hash, &w, e) : write_1(s, hash, &w, e);
	if (!rc && json_writer_err(&w))
		rc = lc_fail(e, json_writer_err(&w), "no memory for a log entry");
	return rc;
}

/* ---- answers ---- */

struct reader {
	struct json_doc d;
	struct lc_arena *a;
	struct lc_err *e;
};

static int bad(struct reader *r, const char *name)
{
	return lc_fail(r->e, LC_EREMOTE, "its answer is malformed: %s", name);
}

static int take_bytes(struct reader *r, const struct lc_buf *b, int rc, const char *name,
		      struct lc_slice *ret)
{
	rc = rc ? rc : lc_arena_dup(r->a, lc_buf_get(b), ret);
	if (rc == LC_ENOMEM)
		return lc_fail(r->e, rc, "no memory for a log entry");
	return rc || !ret->n ? bad(r, name) : 0;
}

static int get_base64(struct reader *r, json_ref at, const char *name, struct lc_slice *ret)
{
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	struct lc_slice text = json_get_str(&r->d, at, name);
	lc_buf_init(&b, text.n + 4);
	return take_bytes(r, &b, base64_decode(text, &b), name, ret);
}

static int hex_digit(uint8_t c)
{
	uint8_t low = lc_lower(c);
	if (lc_is_digit(c))
		return c - '0';
	return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

static int of_hex(struct reader *r, struct lc_slice text, const char *name, struct lc_slice *ret)
{
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	int rc = text.n % 2 ? LC_EBAD : 0;
	lc_buf_init(&b, text.n + 1);
	for (size_t i = 0; !rc && i < text.n; i += 2) {
		int high = hex_digit(text.p[i]);
		int low = hex_digit(text.p[i + 1]);
		rc = high < 0 || low < 0 ? LC_EBAD : lc_buf_byte(&b, (uint8_t)(high << 4 | low));
	}
	return take_bytes(r, &b, rc, name, ret);
}

static int get_number(struct reader *r, json_ref at, const char *name, int64_t *ret)
{
	return json_i64(&r->d, json_get(&r->d, at, name), ret) && *ret >= 0 ? 0 : bad(r, name);
}

static int read_proof(struct reader *r, json_ref at, struct log_entry *ret)
{
	json_ref hashes = json_get(&r->d, at, "hashes");
	int rc = get_number(r, at, "logIndex", &ret->proof_index);
	rc = rc ? rc : get_number(r, at, "treeSize", &ret->tree_size);
	rc = rc ? rc : of_hex(r, json_get_str(&r->d, at, "rootHash"), "rootHash", &ret->root_hash);
	ret->checkpoint = json_get_str(&r->d, at, "checkpoint");
	if (!rc && (!ret->checkpoint.n || json_count(&r->d, hashes) > BUNDLE_HASHES_MAX))
		rc = bad(r, "inclusionProof");
	json_each(&r->d, hashes, child) {
		struct lc_slice *hash = rc ? NULL : lc_vec_push(r->a, &ret->hashes);
		if (!rc && !hash)
			rc = lc_fail(r->e, lc_arena_err(r->a), "no memory for a proof");
		rc = rc ? rc : of_hex(r, json_str(&r->d, child), "hashes", hash);
	}
	ret->has_proof = true;
	return rc;
}

/* The body says what it is; whether rightly, log_body.h checks. */
static int read_kind(struct reader *r, struct log_entry *ret)
{
	struct json_doc d;
	int rc = json_parse(ret->body, JSON_DUP_REFUSE, &limits, r->a, &d, NULL);
	if (rc)
		return rc == LC_ENOMEM ? lc_fail(r->e, rc, "no memory for a log entry")
				       : bad(r, "body");
	ret->kind = json_get_str(&d, json_root(&d), "kind");
	ret->version = json_get_str(&d, json_root(&d), "apiVersion");
	return ret->kind.n && ret->version.n ? 0 : bad(r, "body");
}

/* {"<uuid>": entry} */
static int answer_1(struct reader *r, struct log_entry *ret)
{
	json_ref root = json_root(&r->d);
	json_ref at = json_first(&r->d, root);
	json_ref verification = json_get(&r->d, at, "verification");
	json_ref proof = json_get(&r->d, verification, "inclusionProof");
	if (json_type_of(&r->d, root) != JSON_OBJECT || json_count(&r->d, root) != 1)
		return bad(r, "not one entry");
	int rc = get_base64(r, at, "body", &ret->body);
	rc = rc ? rc : get_number(r, at, "logIndex", &ret->index);
	rc = rc ? rc : get_number(r, at, "integratedTime", &ret->integrated_time);
	rc = rc ? rc : of_hex(r, json_get_str(&r->d, at, "logID"), "logID", &ret->log_id);
	rc = rc ? rc : get_base64(r, verification, "signedEntryTimestamp", &ret->set);
	rc = rc ? rc : read_kind(r, ret);
	/* A bundle needs the proof; a log that gives none yet is of no use. */
	if (!rc && proof == JSON_NONE)
		rc = bad(r, "no inclusionProof");
	return rc ? rc : read_proof(r, proof, ret);
}

int rekor_answer(uint32_t version, struct lc_slice text, struct lc_arena *a, struct log_entry *ret,
		 struct lc_err *e)
{
	struct log_entry entry = { 0 };
	struct reader r = { .a = a, .e = e };
	struct trust_why why = { 0 };
	int rc;
	if (version == 2) {
		rc = bundle_entry_parse(text, a, &entry, &why);
		if (rc)
			rc = lc_fail(e, rc == LC_ENOMEM ? rc : LC_EREMOTE,
				     "its answer is malformed: %s", why.err.msg);
	} else {
		rc = json_parse(text, JSON_DUP_REFUSE, &limits, a, &r.d, NULL);
		if (rc)
			return rc == LC_ENOMEM ? lc_fail(e, rc, "no memory for a log entry")
					       : bad(&r, "no JSON");
		rc = answer_1(&r, &entry);
	}
	if (!rc)
		*ret = entry;
	return rc;
}

/* ---- asking ---- */

static int ask(struct service_request *q, uint32_t version, struct lc_arena *a,
	       struct service_answer *answer, struct log_entry *ret, struct lc_err *e)
{
	int rc = service_ask(q, a, answer, e);
	if (rc || answer->status == 409)
		return rc;
	rc = rekor_answer(version, answer->body, a, ret, e);
	return rc ? lc_wrap(e, rc, "%s %s", what, lc_quote(q->url).s) : 0;
}

/* The last part of where the entry is; the log's own address leads there, no other. */
static bool uuid_of(struct lc_slice location, struct lc_slice *ret)
{
	*ret = lc_path_name(location);
	for (size_t i = 0; i < ret->n; i++)
		if (hex_digit(ret->p[i]) < 0)
			return false;
	return ret->n >= UUID_MIN && ret->n <= UUID_MAX;
}

static int fetch_known(struct service_request *q, struct lc_slice location, struct lc_arena *a,
		       struct log_entry *ret, struct lc_err *e)
{
	struct service_answer answer;
	struct lc_slice uuid;
	if (!uuid_of(location, &uuid))
		return lc_fail(e, LC_EREMOTE,
			       "%s %s: it has this entry already, and does not say where", what,
			       lc_quote(q->url).s);
	struct lc_slice path = lc_arena_fmt(a, "/api/v1/log/entries/%.*s", LC_FMT(uuid));
	if (!path.p)
		return lc_fail(e, lc_arena_err(a), "no memory for a request");
	q->path = (const char *)path.p;
	q->type = NULL;
	q->body = (struct lc_slice){ NULL, 0 };
	q->conflict = false;
	return ask(q, 1, a, &answer, ret, e);
}

int rekor_publish(struct http_client *http, const struct rekor_log *log,
		  const struct log_subject *s, enum digest_algorithm hash, struct lc_arena *a,
		  struct log_entry *ret, struct lc_err *e)
{
	struct lc_buf body LC_CLEANUP(lc_buf_done) = { 0 };
	struct service_answer answer = { 0 };
	lc_buf_init(&body, REQUEST_BYTES_MAX);
	int rc = rekor_write(log->version, s, hash, &body, e);
	if (rc)
		return rc;
	struct service_request q = {
		.http = http,
		.what = what,
		.url = log->url,
		.path = log->version == 2 ? "/api/v2/log/entries" : "/api/v1/log/entries",
		.type = "application/json",
		.wants = "application/json",
		.body = lc_buf_get(&body),
		.conflict = log->version == 1,
	};
	rc = ask(&q, log->version, a, &answer, ret, e);
	if (!rc && answer.status == 409)
		rc = fetch_known(&q, answer.location, a, ret, e);
	return rc;
}

int rekor_fetch(struct http_client *http, struct lc_slice url, int64_t index, struct lc_arena *a,
		struct log_entry *ret, struct lc_err *e)
{
	struct service_answer answer = { 0 };
	char path[64];
	(void)snprintf(path, sizeof(path), "/api/v1/log/entries?logIndex=%lld", (long long)index);
	struct service_request q = {
		.http = http,
		.what = what,
		.url = url,
		.path = path,
		.wants = "application/json",
	};
	return ask(&q, 1, a, &answer, ret, e);
}

/* [{"<uuid>": entry}]; the first is as good as any other of the same signature. */
static int first_found(struct lc_slice text, struct lc_arena *a, struct log_entry *ret,
		       struct lc_err *e)
{
	struct json_doc d;
	struct reader r = { .a = a, .e = e };
	int rc = json_parse(text, JSON_DUP_REFUSE, &limits, a, &d, NULL);
	if (rc == LC_ENOMEM)
		return lc_fail(e, rc, "no memory for a log entry");
	if (rc || json_type_of(&d, json_root(&d)) != JSON_ARRAY)
		return bad(&r, "no list of entries");
	json_ref first = json_first(&d, json_root(&d));
	return first == JSON_NONE ? LC_ENOTFOUND : rekor_answer(1, json_raw(&d, first), a, ret, e);
}

int rekor_find(struct http_client *http, struct lc_slice url, const struct log_subject *s,
	       enum digest_algorithm hash, struct lc_arena *a, struct log_entry *ret,
	       struct lc_err *e)
{
	struct lc_buf body LC_CLEANUP(lc_buf_done) = { 0 };
	struct service_answer answer = { 0 };
	lc_buf_init(&body, REQUEST_BYTES_MAX);
	(void)lc_buf_str(&body, "{\"entries\":[");
	int rc = rekor_write(1, s, hash, &body, e);
	if (!rc && lc_buf_str(&body, "]}"))
		rc = lc_fail(e, LC_ENOMEM, "no memory for a log entry");
	const struct service_request q = {
		.http = http,
		.what = what,
		.url = url,
		.path = "/api/v1/log/entries/retrieve",
		.type = "application/json",
		.wants = "application/json",
		.body = lc_buf_get(&body),
	};
	rc = rc ? rc : service_ask(&q, a, &answer, e);
	if (rc)
		return rc;
	rc = first_found(answer.body, a, ret, e);
	return rc && rc != LC_ENOTFOUND ? lc_wrap(e, rc, "%s %s", what, lc_quote(url).s) : rc;
}
