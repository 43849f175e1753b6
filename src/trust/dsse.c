#include "trust/dsse.h"

#include "trust/proto_json.h"

const struct lc_slice dsse_in_toto = LC_S_INIT("application/vnd.in-toto+json");

enum { PAYLOAD, PAYLOAD_TYPE, SIGNATURES, FIELDS_N };
static const char *const fields[FIELDS_N + 1] = { "payload", "payloadType", "signatures", NULL };

enum { SIG, KEYID, SIGNATURE_FIELDS_N };
static const char *const signature_fields[SIGNATURE_FIELDS_N + 1] = { "sig", "keyid", NULL };

static int read_signature(const struct json_doc *d, json_ref r, struct lc_arena *a,
			  struct dsse_signature *ret, struct lc_err *e)
{
	json_ref f[PROTO_FIELDS_MAX];
	int rc = proto_fields(d, r, signature_fields, f, e);
	rc = rc ? rc : proto_bytes(d, f[SIG], "sig", a, &ret->sig, e);
	rc = rc ? rc : proto_str(d, f[KEYID], "keyid", &ret->keyid, e);
	return rc;
}

int dsse_read(const struct json_doc *d, json_ref r, struct lc_arena *a, struct dsse_envelope *ret,
	      struct lc_err *e)
{
	json_ref f[PROTO_FIELDS_MAX];
	struct dsse_envelope v = { 0 };
	uint32_t n = 0;
	int rc = proto_fields(d, r, fields, f, e);
	rc = rc ? rc : proto_bytes(d, f[PAYLOAD], "payload", a, &v.payload, e);
	rc = rc ? rc : proto_str(d, f[PAYLOAD_TYPE], "payloadType", &v.payload_type, e);
	rc = rc ? rc : proto_count(d, f[SIGNATURES], "signatures", DSSE_SIGNATURES_MAX, &n, e);
	if (rc)
		return lc_wrap(e, rc, "envelope");
	v.signatures = lc_new_array(a, struct dsse_signature, n ? n : 1);
	if (!v.signatures)
		return lc_fail(e, lc_arena_err(a), "no memory for an envelope");
	json_each(d, f[SIGNATURES], child) {
		rc = read_signature(d, child, a, &v.signatures[v.signatures_n++], e);
		if (rc)
			return lc_wrap(e, rc, "envelope: signature %zu", v.signatures_n);
	}
	*ret = v;
	return 0;
}

int dsse_parse(struct lc_slice text, struct lc_arena *a, struct dsse_envelope *ret,
	       struct lc_err *e)
{
	static const struct json_limits limits = { .depth_max = 8, .nodes_max = 1024 };
	struct json_doc d;
	int rc = json_parse(text, JSON_DUP_REFUSE, &limits, a, &d, e);
	return rc ? lc_wrap(e, rc, "envelope") : dsse_read(&d, json_root(&d), a, ret, e);
}

int dsse_write(const struct dsse_envelope *v, struct json_writer *w)
{
	json_begin_object(w);
	json_member_base64(w, "payload", v->payload);
	json_member_str(w, "payloadType", v->payload_type);
	json_write_key(w, "signatures");
	json_begin_array(w);
	for (size_t i = 0; i < v->signatures_n; i++) {
		json_begin_object(w);
		json_member_base64(w, "sig", v->signatures[i].sig);
		json_member_str_opt(w, "keyid", v->signatures[i].keyid);
		json_end_object(w);
	}
	json_end_array(w);
	json_end_object(w);
	return json_writer_err(w);
}

int dsse_pae(struct lc_slice payload_type, struct lc_slice payload, struct lc_buf *out)
{
	(void)lc_buf_fmt(out, "DSSEv1 %zu ", payload_type.n);
	(void)lc_buf_slice(out, payload_type);
	(void)lc_buf_fmt(out, " %zu ", payload.n);
	return lc_buf_slice(out, payload);
}
