#include "trust/checkpoint.h"

#include "format/base64.h"

enum { KEY_ID_BYTES = 4, NOTE_BYTES_MAX = 1 << 16 };

static const struct lc_slice dash = LC_S_INIT("\xe2\x80\x94 "); /* em dash, space */

static int bad(struct trust_why *w, const char *what)
{
	return trust_fail(w, "L6", LC_EBAD, "the log's checkpoint is malformed: %s", what);
}

/* Decode text that must give n bytes. */
static bool decode(struct lc_slice text, uint8_t *to, size_t n)
{
	struct lc_buf b;
	lc_buf_init(&b, NOTE_BYTES_MAX);
	bool fine = base64_decode(text, &b) == 0 && b.n == n;
	if (fine)
		memcpy(to, b.p, n);
	lc_buf_done(&b);
	return fine;
}

/* Up to the next LF, which must be there. */
static bool text_line(struct lc_slice *rest, struct lc_slice *ret)
{
	size_t at = lc_find(*rest, '\n');
	if (at == SIZE_MAX)
		return false;
	*ret = lc_sub(*rest, 0, at);
	*rest = lc_skip(*rest, at + 1);
	return true;
}

static bool is_size(struct lc_slice s, uint64_t *ret)
{
	return lc_u64(s, 10, INT64_MAX, ret) && (s.n == 1 || s.p[0] != '0');
}

static int read_text(struct checkpoint *c, struct trust_why *w)
{
	struct lc_slice rest = c->text;
	struct lc_slice line;
	if (!text_line(&rest, &c->origin) || c->origin.n == 0)
		return bad(w, "no origin");
	if (!text_line(&rest, &line) || !is_size(line, &c->size))
		return bad(w, "no tree size");
	if (!text_line(&rest, &line) || !decode(line, c->root, sizeof(c->root)))
		return bad(w, "no root hash");
	while (rest.n)
		if (!text_line(&rest, &line) || line.n == 0)
			return bad(w, "an empty line in its text");
	return 0;
}

/* The last empty line parts text from signatures. */
static bool part(struct lc_slice note, struct checkpoint *ret)
{
	size_t from = SIZE_MAX;
	for (size_t at = 0; at + 1 < note.n; at++)
		if (note.p[at] == '\n' && note.p[at + 1] == '\n')
			from = at;
	if (from == SIZE_MAX)
		return false;
	ret->text = lc_sub(note, 0, from + 1);
	ret->signatures = lc_skip(note, from + 2);
	return true;
}

int checkpoint_parse(struct lc_slice note, struct checkpoint *ret, struct trust_why *w)
{
	struct checkpoint c = { 0 };
	if (note.n > NOTE_BYTES_MAX)
		return bad(w, "too long");
	if (note.n == 0 || note.p[note.n - 1] != '\n' || !part(note, &c))
		return bad(w, "no signatures");
	int rc = read_text(&c, w);
	if (!rc)
		*ret = c;
	return rc;
}

/* ---- signatures ---- */

int checkpoint_key_id(const struct crypt_public *key, struct lc_slice name, struct digest *ret,
		      struct lc_err *e)
{
	struct lc_slice spki = crypt_public_spki(key);
	struct lc_buf b;
	lc_buf_init(&b, NOTE_BYTES_MAX);
	switch (crypt_public_type(key)) {
	case CRYPT_ED25519:
		(void)lc_buf_slice(&b, name);
		(void)lc_buf_add(&b, "\n\x01", 2);
		(void)lc_buf_slice(&b, lc_skip(spki, spki.n - 32)); /* the key ends its DER */
		break;
	case CRYPT_RSA:
		(void)lc_buf_slice(&b, name);
		(void)lc_buf_add(&b, "\n\xff", 2);
		(void)lc_buf_str(&b, "PKIX-RSA-PKCS#1v1.5");
		(void)lc_buf_slice(&b, spki);
		break;
	default:
		(void)lc_buf_slice(&b, spki);
		break;
	}
	int rc = b.err ? b.err : digest_of(DIGEST_SHA256, lc_buf_get(&b), ret, e);
	lc_buf_done(&b);
	return rc;
}

/* "— name base64": the bytes appended to sig, key id first. */
static bool split_line(struct lc_slice line, struct lc_slice *ret_name, struct lc_buf *sig)
{
	struct lc_slice text;
	return lc_chop_prefix(&line, dash) && lc_cut(line, ' ', ret_name, &text) && ret_name->n &&
	       base64_decode(text, sig) == 0 && sig->n > KEY_ID_BYTES;
}

/* 0 this line is the log's and holds; LC_ENOTFOUND it is another's; LC_EBAD malformed or wrong. */
static int check_line(const struct checkpoint *c, const struct trust_log *log, bool named,
		      struct lc_slice line, struct lc_err *e)
{
	struct crypt_message m = crypt_message_of(c->text);
	struct lc_slice name;
	struct digest id;
	struct lc_buf sig;
	lc_buf_init(&sig, NOTE_BYTES_MAX);
	int rc = LC_ENOTFOUND;
	if (!split_line(line, &name, &sig))
		rc = lc_fail(e, LC_EBAD, "a signature line that is none");
	else if (!named || (lc_eq(name, c->origin) && lc_eq(name, log->host)))
		rc = checkpoint_key_id(log->key, name, &id, e);
	if (!rc && memcmp(sig.p, id.bytes, KEY_ID_BYTES) != 0)
		rc = LC_ENOTFOUND;
	rc = rc ? rc
		: crypt_verify_any(log->key, false, &m, lc_skip(lc_buf_get(&sig), KEY_ID_BYTES),
				   NULL, e);
	lc_buf_done(&sig);
	return rc;
}

int checkpoint_verify(const struct checkpoint *c, const struct trust_log *log, bool named,
		      struct trust_why *w)
{
	struct lc_slice rest = c->signatures;
	struct lc_slice line;
	struct lc_err e = { 0 };
	for (unsigned i = 0; i < CHECKPOINT_LINES_MAX && lc_line(&rest, &line); i++) {
		int rc = check_line(c, log, named, line, &e);
		if (rc == 0 || rc == LC_ENOMEM)
			return rc;
	}
	if (e.len)
		return trust_fail(w, "L7", LC_EBAD, "the log did not sign its checkpoint: %s",
				  e.msg);
	return trust_fail(w, "L7", LC_EBAD, "the checkpoint has no signature of the log%s",
			  named ? " under the log's own name" : "");
}

/* ---- the tree ---- */

static int hash_node(const uint8_t *left, const uint8_t *right, uint8_t *ret)
{
	uint8_t both[1 + 2 * CHECKPOINT_HASH_BYTES] = { 1 };
	struct digest d;
	memcpy(both + 1, left, CHECKPOINT_HASH_BYTES);
	memcpy(both + 1 + CHECKPOINT_HASH_BYTES, right, CHECKPOINT_HASH_BYTES);
	int rc = digest_of(DIGEST_SHA256, lc_slice_of(both, sizeof(both)), &d, NULL);
	if (!rc)
		memcpy(ret, d.bytes, CHECKPOINT_HASH_BYTES);
	return rc;
}

static bool hash_leaf(struct lc_slice leaf, uint8_t *ret)
{
	struct digester *d = NULL;
	struct digest out;
	if (digester_new(DIGEST_SHA256, &d, NULL))
		return false;
	digester_add(d, "", 1); /* a NUL byte */
	digester_add(d, leaf.p, leaf.n);
	bool fine = digester_get(d, &out, NULL) == 0;
	digester_free(d);
	if (fine)
		memcpy(ret, out.bytes, CHECKPOINT_HASH_BYTES);
	return fine;
}

bool checkpoint_includes(const struct checkpoint *c, uint64_t index, struct lc_slice leaf,
			 const struct lc_slices *hashes)
{
	uint8_t r[CHECKPOINT_HASH_BYTES];
	if (index >= c->size || !hash_leaf(leaf, r))
		return false;
	uint64_t fn = index;
	uint64_t sn = c->size - 1;
	for (size_t i = 0; i < hashes->n; i++) {
		const uint8_t *p = hashes->v[i].p;
		if (sn == 0 || hashes->v[i].n != CHECKPOINT_HASH_BYTES)
			return false;
		bool left = fn & 1 || fn == sn;
		if (left ? hash_node(p, r, r) : hash_node(r, p, r))
			return false;
		while (left && !(fn & 1) && fn) {
			fn >>= 1;
			sn >>= 1;
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && memcmp(r, c->root, sizeof(r)) == 0;
}
