/*
 * Keys on PKCS#11 tokens: smart cards, hardware modules, SoftHSM. They sign there and never leave.
 *
 * Modules are those that p11-kit is set up with, or the one that a name's module-path or the
 * variables LACRE_PKCS11_MODULE_PATH and COSIGN_PKCS11_MODULE_PATH say; p11-kit itself is opened on
 * first use. A PIN is tried once a run and never again: tokens lock themselves. Public keys are
 * read without a PIN where the token shows them. A signer belongs to one thread.
 *
 * Sources: PKCS#11 2.40 and 3.0 (OASIS); RFC 7512; sigstore/cosign pkg/cosign/pkcs11key.
 */
#pragma once

#include "base/vec.h"
#include "crypt/key.h"
#include "crypt/token_uri.h"

/** Whose PIN is asked for. */
struct token_asked {
	struct lc_slice label;
	bool last_try; /* the token locks itself if this one is wrong */
};

struct token_source {
	char **environment;
	/* Asked when the name itself has no PIN; NULL: nobody. LC_EAUTH there is none. */
	int (*pin)(void *ctx, const struct token_asked *who, struct secret *ret, struct lc_err *e);
	void *ctx;
};

/**
 * A key's public half, as its public object, its certificate or it itself tells.
 * @return 0; LC_ENOTFOUND no such token or key, with a message; LC_EUSAGE the name is malformed or
 *         several fit; LC_EAUTH no PIN, or not the right one; LC_EUNSUP no module, another kind of
 *         key; LC_EIO the token failed
 */
int token_public(const struct token_source *s, struct lc_slice uri, struct crypt_public **ret,
		 struct lc_err *e) LC_MUST_CHECK;
/** A key to sign with. As above. What it signs is verified before it is handed out. */
int token_signer(const struct token_source *s, struct lc_slice uri, struct crypt_signer **ret,
		 struct lc_err *e) LC_MUST_CHECK;
/**
 * Make a key on a token, where it stays: sensitive, not extractable. The name says which token and
 * "object", "id" or both; what is missing is chosen. One that is there is not replaced: LC_EUSAGE.
 * @param name  its full name is appended, without a PIN
 */
int token_generate(const struct token_source *s, struct lc_slice uri, enum crypt_key_type t,
		   struct crypt_signer **ret, struct lc_buf *name, struct lc_err *e) LC_MUST_CHECK;

/** A token that is there, and where. */
struct token_row {
	uint64_t slot_id;
	struct lc_slice module; /* path */
	struct lc_slice label, manufacturer, model, serial;
};
struct token_rows {
	struct token_row *v;
	size_t n, room;
};
/** All tokens that fit, of all modules that are set up when u does not say which. */
int token_list(const struct token_source *s, const struct token_uri *u, struct lc_arena *a,
	       struct token_rows *ret, struct lc_err *e) LC_MUST_CHECK;

/** A private key on a token. */
struct token_key_row {
	struct lc_slice label, id, uri;
};
struct token_key_rows {
	struct token_key_row *v;
	size_t n, room;
};
/** The private keys of one token (the only one, when u does not say which); as token_signer(). */
int token_list_keys(const struct token_source *s, const struct token_uri *u, struct lc_arena *a,
		    struct token_key_rows *ret, struct lc_err *e) LC_MUST_CHECK;
