/*
 * Making keys on a token, where they stay; and listing what is there.
 */
#include <stdio.h>

#include "base/shim.h"
#include "crypt/token_impl.h"

enum { RSA_BITS = 3072, ID_BYTES = 16 };

static const CK_BBOOL yes = CK_TRUE;
static const CK_BBOOL no = CK_FALSE;
static const CK_ULONG rsa_bits = RSA_BITS;
static const CK_BYTE rsa_exponent[] = { 1, 0, 1 };

/* Templates are read alone, though their type does not say so. */
#define FLAG(type, value)                                            \
	(CK_ATTRIBUTE)                                               \
	{                                                            \
		(type), (void *)(uintptr_t) & (value), sizeof(value) \
	}
#define BYTES(type, slice)                                      \
	(CK_ATTRIBUTE)                                          \
	{                                                       \
		(type), (void *)(uintptr_t)(slice).p, (slice).n \
	}

/* ---- making ---- */

static CK_MECHANISM_TYPE mechanism_of(enum crypt_key_type t)
{
	switch (t) {
	case CRYPT_RSA:
		return CKM_RSA_PKCS_KEY_PAIR_GEN;
	case CRYPT_ED25519:
		return CKM_EC_EDWARDS_KEY_PAIR_GEN;
	default:
		return CKM_EC_KEY_PAIR_GEN;
	}
}

static int make_pair(struct token *t, const struct token_uri *u, enum crypt_key_type type,
		     CK_OBJECT_HANDLE *ret_public, CK_OBJECT_HANDLE *ret_private, struct lc_err *e)
{
	struct lc_slice curve = token_curve(type);
	CK_MECHANISM m = { mechanism_of(type), NULL, 0 };
	CK_ATTRIBUTE public[] = {
		FLAG(CKA_TOKEN, yes),
		FLAG(CKA_PRIVATE, no),
		FLAG(CKA_VERIFY, yes),
		BYTES(CKA_LABEL, u->v[TOKEN_OBJECT]),
		BYTES(CKA_ID, u->v[TOKEN_ID]),
		curve.n ? BYTES(CKA_EC_PARAMS, curve) : FLAG(CKA_MODULUS_BITS, rsa_bits),
		FLAG(CKA_PUBLIC_EXPONENT, rsa_exponent), /* of RSA alone */
	};
	CK_ATTRIBUTE private[] = {
		FLAG(CKA_TOKEN, yes),          FLAG(CKA_PRIVATE, yes),
		FLAG(CKA_SENSITIVE, yes),      FLAG(CKA_EXTRACTABLE, no),
		FLAG(CKA_SIGN, yes),           BYTES(CKA_LABEL, u->v[TOKEN_OBJECT]),
		BYTES(CKA_ID, u->v[TOKEN_ID]),
	};
	CK_ULONG public_n = sizeof(public) / sizeof(public[0]) - (curve.n ? 1 : 0);
	CK_RV rv = t->f->C_GenerateKeyPair(t->session, &m, public, public_n, private,
					   sizeof(private) / sizeof(private[0]), ret_public,
					   ret_private);
	if (rv == CKR_MECHANISM_INVALID || rv == CKR_ATTRIBUTE_VALUE_INVALID ||
	    rv == CKR_CURVE_NOT_SUPPORTED)
		return token_fail(e, LC_EUNSUP, rv, "the token makes no keys of this kind");
	return rv == CKR_OK ? 0 : token_fail(e, LC_EIO, rv, "the token made no key");
}

/* A token that keeps no promise about a key is not to have one. */
static int check_kept(struct token *t, CK_OBJECT_HANDLE public, CK_OBJECT_HANDLE private,
		      struct lc_err *e)
{
	if (token_flag(t, private, CKA_SENSITIVE) && !token_flag(t, private, CKA_EXTRACTABLE))
		return 0;
	(void)t->f->C_DestroyObject(t->session, private); /* said below */
	(void)t->f->C_DestroyObject(t->session, public);
	return lc_fail(e, LC_EUNSUP,
		       "the token made a key that can be taken out of it, which was removed again");
}

/* Neither label nor id may be taken: a name means one key. */
static int refuse_existing(struct token *t, const struct token_uri *u, struct lc_err *e)
{
	static const enum token_attribute both[] = { TOKEN_OBJECT, TOKEN_ID };
	CK_OBJECT_HANDLE all[TOKEN_FOUND_MAX];
	size_t n = 0;
	for (size_t i = 0; i < 2; i++) {
		struct token_uri by = { 0 };
		by.has[both[i]] = u->has[both[i]];
		by.v[both[i]] = u->v[both[i]];
		int rc = u->has[both[i]] ? token_find(t, CKO_PRIVATE_KEY, &by, all, &n, e) : 0;
		if (rc)
			return rc;
		if (n)
			return lc_fail(e, LC_EUSAGE,
				       "the token has such a key already, and keys are never "
				       "replaced: choose another object= and id=");
	}
	return 0;
}

/* What the name leaves out. */
static int complete(struct token_uri *u, struct lc_arena *a, struct lc_err *e)
{
	if (!u->has[TOKEN_OBJECT]) {
		u->v[TOKEN_OBJECT] = LC_S("lacre");
		u->has[TOKEN_OBJECT] = true;
	}
	if (!u->has[TOKEN_ID]) {
		uint8_t *id = lc_arena_alloc(a, ID_BYTES);
		int rc = id ? lc_random(id, ID_BYTES) : lc_arena_err(a);
		if (rc)
			return lc_fail(e, id ? LC_EIO : rc, "no random bytes for an id");
		u->v[TOKEN_ID] = lc_slice_of(id, ID_BYTES);
		u->has[TOKEN_ID] = true;
	}
	return 0;
}

static int make(struct token *t, const struct token_source *s, struct token_uri *u,
		enum crypt_key_type type, struct crypt_signer **ret, struct lc_err *e)
{
	CK_OBJECT_HANDLE public;
	CK_OBJECT_HANDLE private;
	int rc = token_login(t, s, u, e);
	rc = rc ? rc : refuse_existing(t, u, e);
	rc = rc ? rc : make_pair(t, u, type, &public, &private, e);
	rc = rc ? rc : check_kept(t, public, private, e);
	return rc ? rc : token_signer_of(t, private, ret, e);
}

int token_generate(const struct token_source *s, struct lc_slice uri, enum crypt_key_type t,
		   struct crypt_signer **ret, struct lc_buf *name, struct lc_err *e)
{
	struct lc_arena a = { 0 };
	struct token_uri u = { 0 };
	struct token token = { 0 };
	struct crypt_signer *made LC_CLEANUP(crypt_signer_freep) = NULL;
	int rc = token_uri_parse(uri, &a, &u, e);
	rc = rc ? rc : token_open(s, &u, true, &token, e);
	rc = rc ? rc : complete(&u, &a, e);
	rc = rc ? rc : make(&token, s, &u, t, &made, e);
	if (!rc && token_uri_write(&u, name))
		rc = lc_fail(e, LC_ENOMEM, "no memory for a name");
	token_close(&token);
	token_uri_wipe(&u);
	lc_arena_done(&a);
	if (!rc)
		*ret = LC_STEAL(made);
	return rc;
}

/* ---- listing ---- */

struct listing {
	struct lc_arena *a;
	struct token_rows *rows;
};

static int list_slot(void *ctx, CK_FUNCTION_LIST *f, CK_SLOT_ID slot, const CK_TOKEN_INFO *info,
		     struct lc_err *e)
{
	struct listing *l = ctx;
	struct token_row *row = lc_vec_push(l->a, l->rows);
	if (!row)
		return lc_fail(e, lc_arena_err(l->a), "no memory for tokens");
	row->slot_id = slot;
	row->module = token_module_path(f, l->a);
	int rc = lc_arena_dup(l->a, TOKEN_TEXT(info->label), &row->label);
	rc = rc ? rc : lc_arena_dup(l->a, TOKEN_TEXT(info->manufacturerID), &row->manufacturer);
	rc = rc ? rc : lc_arena_dup(l->a, TOKEN_TEXT(info->model), &row->model);
	rc = rc ? rc : lc_arena_dup(l->a, TOKEN_TEXT(info->serialNumber), &row->serial);
	return rc ? lc_fail(e, rc, "no memory for tokens") : 0;
}

int token_list(const struct token_source *s, const struct token_uri *u, struct lc_arena *a,
	       struct token_rows *ret, struct lc_err *e)
{
	struct token_modules m = { 0 };
	struct listing l = { a, ret };
	int rc = token_modules_open(s, u, &m, e);
	rc = rc ? rc : token_each(&m, u, list_slot, &l, e);
	token_modules_close(&m);
	return rc;
}

/* By label and serial: slots get other numbers when a card is put in anew. */
static int name_key(struct token *t, const struct token_uri *u, struct token_key_row *row,
		    struct lc_arena *a, struct lc_err *e)
{
	struct token_uri full = { 0 };
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	const struct {
		enum token_attribute at;
		struct lc_slice v;
	} parts[] = {
		{ TOKEN_LABEL, TOKEN_TEXT(t->info.label) },
		{ TOKEN_SERIAL, TOKEN_TEXT(t->info.serialNumber) },
		{ TOKEN_OBJECT, row->label },
		{ TOKEN_ID, row->id },
		{ TOKEN_MODULE_NAME, u->v[TOKEN_MODULE_NAME] },
		{ TOKEN_MODULE_PATH, u->v[TOKEN_MODULE_PATH] },
	};
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		full.v[parts[i].at] = parts[i].v;
		full.has[parts[i].at] = parts[i].v.n != 0;
	}
	lc_buf_init(&b, (size_t)1 << 16);
	if (token_uri_write(&full, &b) || lc_arena_dup(a, lc_buf_get(&b), &row->uri))
		return lc_fail(e, LC_ENOMEM, "no memory for keys");
	return 0;
}

static int list_key(struct token *t, const struct token_uri *u, CK_OBJECT_HANDLE o,
		    struct lc_arena *a, struct token_key_rows *ret, struct lc_err *e)
{
	struct token_key_row *row = lc_vec_push(a, ret);
	if (!row)
		return lc_fail(e, lc_arena_err(a), "no memory for keys");
	int rc = token_bytes(t, o, CKA_LABEL, a, &row->label, e);
	rc = rc && rc != LC_ENOTFOUND ? rc : token_bytes(t, o, CKA_ID, a, &row->id, e);
	return rc && rc != LC_ENOTFOUND ? rc : name_key(t, u, row, a, e);
}

int token_list_keys(const struct token_source *s, const struct token_uri *u, struct lc_arena *a,
		    struct token_key_rows *ret, struct lc_err *e)
{
	struct token t = { 0 };
	CK_OBJECT_HANDLE all[TOKEN_FOUND_MAX];
	size_t n = 0;
	int rc = token_open(s, u, false, &t, e);
	rc = rc ? rc : token_login(&t, s, u, e);
	rc = rc ? rc : token_find(&t, CKO_PRIVATE_KEY, u, all, &n, e);
	for (size_t i = 0; !rc && i < n; i++)
		rc = list_key(&t, u, all[i], a, ret, e);
	token_close(&t);
	return rc;
}
