/* What the files about tokens share; private to crypt/. */
#pragma once

#include <p11-kit/p11-kit.h>

#include "crypt/key_impl.h"
#include "crypt/token.h"

enum { TOKEN_SLOTS_MAX = 4096, TOKEN_VALUE_MAX = 1 << 16, TOKEN_MODULES_MAX = 64 };

/* The modules that are open: one that was named, or all that are set up. */
struct token_modules {
	CK_FUNCTION_LIST *one; /* owned when all is NULL */
	CK_FUNCTION_LIST **all;
};

/* A token that a name means, with a session on it. A zeroed one is closed. */
struct token {
	struct token_modules modules;
	CK_FUNCTION_LIST *f; /* of the module that has it */
	CK_SLOT_ID slot;
	CK_TOKEN_INFO info;
	CK_SESSION_HANDLE session;
	bool in_session;
	struct secret pin; /* kept for keys that want it for each signature */
};

/** "what: the token's reason". Returns code. */
int token_fail(struct lc_err *e, int code, CK_RV rv, const char *what);
/** A padded field of PKCS#11. */
struct lc_slice token_text(const CK_UTF8CHAR *p, size_t n);
#define TOKEN_TEXT(field) token_text((field), sizeof(field))

int token_modules_open(const struct token_source *s, const struct token_uri *u,
		       struct token_modules *ret, struct lc_err *e) LC_MUST_CHECK;
void token_modules_close(struct token_modules *m);
typedef int token_slot_fn(void *ctx, CK_FUNCTION_LIST *f, CK_SLOT_ID slot,
			  const CK_TOKEN_INFO *info, struct lc_err *e);
/** Each token that fits the name's path. A token that goes away meanwhile is passed over. */
int token_each(const struct token_modules *m, const struct token_uri *u, token_slot_fn *fn,
	       void *ctx, struct lc_err *e) LC_MUST_CHECK;
/** Path of a module's file, else its name; into the arena. */
struct lc_slice token_module_path(CK_FUNCTION_LIST *f, struct lc_arena *a);

/** The one token that is meant, and a session on it. token_close() in any case. */
int token_open(const struct token_source *s, const struct token_uri *u, bool write,
	       struct token *ret, struct lc_err *e) LC_MUST_CHECK;
void token_close(struct token *t);
/** Log in where the token asks for it; once. */
int token_login(struct token *t, const struct token_source *s, const struct token_uri *u,
		struct lc_err *e) LC_MUST_CHECK;

/* ---- objects ---- */

enum { TOKEN_FOUND_MAX = 256 };
/** Objects of a class, by label and id where u has them (NULL: all). */
int token_find(struct token *t, CK_OBJECT_CLASS class, const struct token_uri *u,
	       CK_OBJECT_HANDLE ret[TOKEN_FOUND_MAX], size_t *ret_n,
	       struct lc_err *e) LC_MUST_CHECK;
/** An attribute's bytes in the arena; LC_ENOTFOUND without a message when there is none. */
int token_bytes(struct token *t, CK_OBJECT_HANDLE o, CK_ATTRIBUTE_TYPE type, struct lc_arena *a,
		struct lc_slice *ret, struct lc_err *e) LC_MUST_CHECK;
bool token_flag(struct token *t, CK_OBJECT_HANDLE o, CK_ATTRIBUTE_TYPE type);
/** The public half that an object holds: a public or private key, or a certificate. */
int token_public_of(struct token *t, CK_OBJECT_HANDLE o, struct crypt_public **ret,
		    struct lc_err *e) LC_MUST_CHECK;
/** The one private key that is meant. */
int token_private(struct token *t, const struct token_uri *u, CK_OBJECT_HANDLE *ret,
		  struct lc_err *e) LC_MUST_CHECK;
/** The public half of a private key, wherever it is. */
int token_half_of(struct token *t, CK_OBJECT_HANDLE private, struct crypt_public **ret,
		  struct lc_err *e) LC_MUST_CHECK;
/** A signer of a key; takes the token over on success. */
int token_signer_of(struct token *t, CK_OBJECT_HANDLE private, struct crypt_signer **ret,
		    struct lc_err *e) LC_MUST_CHECK;
/** EC_PARAMS of a kind of key; empty for RSA. */
struct lc_slice token_curve(enum crypt_key_type t);
