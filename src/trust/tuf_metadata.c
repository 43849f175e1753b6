#include "trust/tuf_metadata.h"

#include "base/shim.h"
#include "base/time.h"
#include "crypt/key.h"

#include <stdlib.h>

enum { KEYS_MAX = 64, SIGNATURE_MAX = 1024 };

static const struct json_limits limits = { .depth_max = 16, .nodes_max = 1 << 16 };

static const char *const names[TUF_ROLE_N] = { "root", "timestamp", "snapshot", "targets" };

const char *tuf_role_name(enum tuf_role r)
{
	return names[r];
}

/* ---- canonical form ---- */

struct member {
	struct lc_slice key;
	json_ref value;
};

static int by_key(const void *a, const void *b)
{
	return lc_cmp(((const struct member *)a)->key, ((const struct member *)b)->key);
}

static void put_string(struct lc_slice s, struct lc_buf *out)
{
	lc_buf_byte(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			lc_buf_byte(out, '\\');
		lc_buf_byte(out, s.p[i]);
	}
	lc_buf_byte(out, '"');
}

static int put_object(const struct json_doc *d, json_ref r, struct lc_arena *a, struct lc_buf *out,
		      struct lc_err *e)
{
	size_t n = json_count(d, r);
	size_t i = 0;
	struct member *m = lc_new_array(a, struct member, n + 1);
	if (!m)
		return lc_fail(e, lc_arena_err(a), "no memory for metadata");
	json_each(d, r, child)
		m[i++] = (struct member){ json_key(d, child), child };
	qsort(m, n, sizeof(*m), by_key);
	lc_buf_byte(out, '{');
	for (i = 0; i < n; i++) {
		if (i)
			lc_buf_byte(out, ',');
		put_string(m[i].key, out);
		lc_buf_byte(out, ':');
		int rc = tuf_canonical(d, m[i].value, a, out, e);
		if (rc)
			return rc;
	}
	lc_buf_byte(out, '}');
	return 0;
}

static int put_array(const struct json_doc *d, json_ref r, struct lc_arena *a, struct lc_buf *out,
		     struct lc_err *e)
{
	bool first = true;
	lc_buf_byte(out, '[');
	json_each(d, r, child) {
		if (!first)
			lc_buf_byte(out, ',');
		first = false;
		int rc = tuf_canonical(d, child, a, out, e);
		if (rc)
			return rc;
	}
	lc_buf_byte(out, ']');
	return 0;
}

/* As deep as the document, which its parser bounds. */
int tuf_canonical(const struct json_doc *d, json_ref r, struct lc_arena *a, struct lc_buf *out,
		  struct lc_err *e)
{
	int64_t number;
	switch (json_type_of(d, r)) {
	case JSON_OBJECT:
		return put_object(d, r, a, out, e);
	case JSON_ARRAY:
		return put_array(d, r, a, out, e);
	case JSON_STRING:
		put_string(json_str(d, r), out);
		break;
	case JSON_NUMBER:
		if (!json_i64(d, r, &number))
			return lc_fail(e, LC_EBAD, "a number that is no integer");
		lc_buf_fmt(out, "%lld", (long long)number);
		break;
	default:
		lc_buf_slice(out, json_raw(d, r)); /* true, false, null */
	}
	return lc_buf_err(out) ? lc_fail(e, lc_buf_err(out), "no room for metadata") : 0;
}

/* ---- form ---- */

int tuf_document_parse(enum tuf_role r, struct lc_slice text, struct lc_arena *a,
		       struct tuf_document *ret, struct lc_err *e)
{
	struct tuf_document doc = { 0 };
	uint32_t ns;
	int rc = json_parse(text, JSON_DUP_REFUSE, &limits, a, &doc.d, e);
	if (rc)
		return lc_wrap(e, rc, "%s", names[r]);
	doc.content = json_get(&doc.d, json_root(&doc.d), "signed");
	if (!lc_eq(json_get_str(&doc.d, doc.content, "_type"), lc_str(names[r])))
		return lc_fail(e, LC_EBAD, "%s: another type of document", names[r]);
	if (!lc_starts(json_get_str(&doc.d, doc.content, "spec_version"), LC_S("1.")))
		return lc_fail(e, LC_EUNSUP, "%s: not of version 1 of the specification", names[r]);
	if (!json_i64(&doc.d, json_get(&doc.d, doc.content, "version"), &doc.info.version) ||
	    doc.info.version < 1 || doc.info.version == INT64_MAX) /* the next one is looked for */
		return lc_fail(e, LC_EBAD, "%s: no version", names[r]);
	if (!lc_time_parse(json_get_str(&doc.d, doc.content, "expires"), &doc.info.expires, &ns))
		return lc_fail(e, LC_EBAD, "%s: no time of expiry", names[r]);
	*ret = doc;
	return 0;
}

/* ---- signatures ---- */

static int hex_of(uint8_t c)
{
	if (lc_is_digit(c))
		return c - '0';
	c = lc_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool put_hex(struct lc_slice hex, struct lc_buf *out)
{
	if (hex.n % 2)
		return false;
	for (size_t i = 0; i < hex.n; i += 2) {
		int high = hex_of(hex.p[i]);
		int low = hex_of(hex.p[i + 1]);
		if (high < 0 || low < 0)
			return false;
		lc_buf_byte(out, (uint8_t)(high << 4 | low));
	}
	return lc_buf_err(out) == 0;
}

/* Keys of older roots are the bare point or number in hex, here put behind its algorithm. */
static int key_of_hex(struct lc_slice hex, bool ed25519, struct crypt_public **ret)
{
	static const uint8_t p256[] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
					0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
					0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00 };
	static const uint8_t ed[] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
				      0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 };
	struct lc_buf der LC_CLEANUP(lc_buf_done) = { 0 };
	lc_buf_init(&der, SIGNATURE_MAX);
	lc_buf_slice(&der, ed25519 ? lc_slice_of(ed, sizeof(ed)) : lc_slice_of(p256, sizeof(p256)));
	if (!put_hex(hex, &der))
		return LC_EBAD;
	return crypt_public_der(lc_buf_get(&der), ret, NULL);
}

static const struct {
	const char *name;
	enum crypt_scheme scheme;
} schemes[] = {
	{ "ecdsa-sha2-nistp256", CRYPT_ECDSA_SHA256 },
	{ "ecdsa-sha2-nistp384", CRYPT_ECDSA_SHA384 },
	{ "ed25519", CRYPT_ED25519_PURE },
	{ "rsassa-pss-sha256", CRYPT_RSA_PSS_SHA256 },
};

/* LC_EBAD for keys that are not read: they sign nothing here. */
static int read_key(const struct json_doc *d, json_ref key, struct crypt_public **ret,
		    enum crypt_scheme *ret_scheme)
{
	struct lc_slice scheme = json_get_str(d, key, "scheme");
	struct lc_slice public = json_get_str(d, json_get(d, key, "keyval"), "public");
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		if (!lc_eq(scheme, lc_str(schemes[i].name)))
			continue;
		*ret_scheme = schemes[i].scheme;
		return lc_starts(lc_trim(public), LC_S("-----BEGIN"))
			       ? crypt_public_pem(public, ret, NULL)
			       : key_of_hex(public, *ret_scheme == CRYPT_ED25519_PURE, ret);
	}
	return LC_EBAD;
}

static bool has_item(const struct json_doc *d, json_ref list, struct lc_slice s)
{
	json_each(d, list, child)
		if (lc_eq(json_str(d, child), s))
			return true;
	return false;
}

struct count {
	const struct tuf_document *doc, *root;
	json_ref keyids;
	struct crypt_message message;
	struct digest seen[KEYS_MAX]; /* keys, by their content: two names of one count once */
	size_t n;
};

static bool holds(struct count *c, struct lc_slice keyid, struct lc_slice hex)
{
	const struct json_doc *d = &c->root->d;
	struct lc_buf sig LC_CLEANUP(lc_buf_done) = { 0 };
	struct crypt_public *key LC_CLEANUP(crypt_public_unrefp) = NULL;
	enum crypt_scheme scheme;
	json_ref keys = json_get(d, c->root->content, "keys");
	lc_buf_init(&sig, SIGNATURE_MAX);
	if (!hex.n || !has_item(d, c->keyids, keyid) || !put_hex(hex, &sig) ||
	    read_key(d, json_get_slice(d, keys, keyid), &key, &scheme) ||
	    crypt_verify(key, scheme, &c->message, lc_buf_get(&sig), NULL))
		return false;
	for (size_t i = 0; i < c->n; i++)
		if (digest_eq(&c->seen[i], crypt_public_id(key)))
			return false;
	c->seen[c->n] = *crypt_public_id(key);
	return true;
}

int tuf_document_check(const struct tuf_document *doc, enum tuf_role r,
		       const struct tuf_document *root, struct lc_arena *a, struct lc_err *e)
{
	const struct json_doc *d = &root->d;
	struct lc_buf text LC_CLEANUP(lc_buf_done) = { 0 };
	json_ref role = json_get(d, json_get(d, root->content, "roles"), names[r]);
	struct count c = { .doc = doc, .root = root, .keyids = json_get(d, role, "keyids") };
	int64_t threshold;
	if (!json_i64(d, json_get(d, role, "threshold"), &threshold) || threshold < 1 ||
	    threshold > KEYS_MAX)
		return lc_fail(e, LC_EBAD, "root: no threshold for %s", names[r]);
	lc_buf_init(&text, (size_t)4 * TUF_METADATA_MAX);
	int rc = tuf_canonical(&doc->d, doc->content, a, &text, e);
	if (rc)
		return lc_wrap(e, rc, "%s", names[r]);
	c.message = crypt_message_of(lc_buf_get(&text));
	json_each(&doc->d, json_get(&doc->d, json_root(&doc->d), "signatures"), one) {
		if (c.n < KEYS_MAX && holds(&c, json_get_str(&doc->d, one, "keyid"),
					    json_get_str(&doc->d, one, "sig")))
			c.n++;
	}
	return (int64_t)c.n >= threshold
		       ? 0
		       : lc_fail(e, LC_EBAD, "%s: signed by %zu of its keys, %lld must have",
				 names[r], c.n, (long long)threshold);
}
