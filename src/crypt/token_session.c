/*
 * The token that a name means: found, opened, logged in to. A PIN is tried once.
 */
#include "base/shim.h"
#include "crypt/token_impl.h"
#include "io/file.h"

/* ---- finding it ---- */

struct choice {
	struct token *t;
	unsigned found;
};

static int take_slot(void *ctx, CK_FUNCTION_LIST *f, CK_SLOT_ID slot, const CK_TOKEN_INFO *info,
		     struct lc_err *e)
{
	struct choice *c = ctx;
	(void)e;
	if (c->found++ == 0) {
		c->t->f = f;
		c->t->slot = slot;
		c->t->info = *info;
	}
	return 0;
}

static int find_token(struct token *t, const struct token_uri *u, struct lc_err *e)
{
	struct choice c = { .t = t };
	int rc = token_each(&t->modules, u, take_slot, &c, e);
	if (rc)
		return rc;
	if (!c.found)
		return lc_fail(e, LC_ENOTFOUND,
			       "there is no such token (lacre pkcs11-tool list-tokens shows those "
			       "that are there)");
	if (c.found > 1)
		return lc_fail(e, LC_EUSAGE,
			       "%u tokens fit: say which one by token= or serial=", c.found);
	return 0;
}

int token_open(const struct token_source *s, const struct token_uri *u, bool write,
	       struct token *ret, struct lc_err *e)
{
	CK_FLAGS flags = CKF_SERIAL_SESSION | (write ? CKF_RW_SESSION : 0);
	int rc = token_modules_open(s, u, &ret->modules, e);
	rc = rc ? rc : find_token(ret, u, e);
	if (rc)
		return rc;
	CK_RV rv = ret->f->C_OpenSession(ret->slot, flags, NULL, NULL, &ret->session);
	if (rv != CKR_OK)
		return token_fail(e, LC_EIO, rv, "the token cannot be used");
	ret->in_session = true;
	return 0;
}

void token_close(struct token *t)
{
	if (t->in_session)
		(void)t->f->C_CloseSession(t->session); /* nothing to do about a failure */
	token_modules_close(&t->modules);
	secret_done(&t->pin);
	*t = (struct token){ 0 };
}

/* ---- logging in ---- */

/* "file:/path", "file:///path" or a path, whose first line is the PIN; never a command to run. */
static int read_pin_file(struct lc_slice from, struct secret *ret, struct lc_err *e)
{
	struct lc_buf b LC_CLEANUP(secret_buf_done) = { 0 };
	struct lc_arena a = { 0 };
	struct lc_slice line = { NULL, 0 };
	lc_buf_init(&b, 4096);
	if (lc_chop_prefix(&from, LC_S("file:")))
		(void)lc_chop_prefix(&from, LC_S("//")); /* there or not */
	if (!lc_starts(from, LC_S("/")))
		return lc_fail(e, LC_EUSAGE, "pin-source: the absolute path of a file is expected");
	const char *path = lc_arena_str(&a, from);
	int rc = path ? io_read_file(path, &b, e) : lc_fail(e, LC_ENOMEM, "no memory for a path");
	lc_arena_done(&a);
	struct lc_slice rest = lc_buf_get(&b);
	if (!rc && (!lc_line(&rest, &line) || !line.n))
		rc = lc_fail(e, LC_EAUTH, "no PIN in it");
	rc = rc ? rc : secret_copy(line, ret, e);
	return rc ? lc_wrap(e, rc, "pin-source") : 0;
}

static int get_pin(struct token *t, const struct token_source *s, const struct token_uri *u,
		   struct lc_err *e)
{
	const struct token_asked who = {
		.label = TOKEN_TEXT(t->info.label),
		.last_try = t->info.flags & CKF_USER_PIN_FINAL_TRY,
	};
	int rc;
	if (u->has[TOKEN_PIN_VALUE])
		rc = secret_copy(u->v[TOKEN_PIN_VALUE], &t->pin, e);
	else if (u->has[TOKEN_PIN_SOURCE])
		rc = read_pin_file(u->v[TOKEN_PIN_SOURCE], &t->pin, e);
	else if (s->pin)
		rc = s->pin(s->ctx, &who, &t->pin, e);
	else
		rc = lc_fail(e, LC_EAUTH, "it wants a PIN, and there is nobody to ask for it");
	if (!rc && !t->pin.n)
		rc = lc_fail(e, LC_EAUTH, "the PIN is empty: it was not tried");
	return rc;
}

static int refused(struct token *t, CK_RV rv, struct lc_err *e)
{
	CK_TOKEN_INFO now = { 0 };
	const char *left = "";
	if (rv == CKR_PIN_LOCKED)
		return lc_fail(e, LC_EAUTH,
			       "its PIN is locked: unlock it with the token's own tool");
	if (rv != CKR_PIN_INCORRECT && rv != CKR_PIN_LEN_RANGE && rv != CKR_PIN_INVALID)
		return token_fail(e, LC_EAUTH, rv, "the token does not let us in");
	if (t->f->C_GetTokenInfo(t->slot, &now) == CKR_OK) {
		if (now.flags & CKF_USER_PIN_LOCKED)
			left = "; it is locked now";
		else if (now.flags & CKF_USER_PIN_FINAL_TRY)
			left = "; one try is left before it locks itself";
	}
	return lc_fail(e, LC_EAUTH, "wrong PIN, which is not tried again%s", left);
}

/* Where one more mistake locks the token, only a PIN that somebody gives knowingly is tried. */
static int may_try(const struct token *t, const struct token_uri *u, struct lc_err *e)
{
	if (t->info.flags & CKF_USER_PIN_LOCKED)
		return lc_fail(e, LC_EAUTH,
			       "its PIN is locked: unlock it with the token's own tool");
	if (!(t->info.flags & CKF_USER_PIN_INITIALIZED))
		return lc_fail(e, LC_EAUTH, "it has no PIN yet: set one with the token's own tool");
	if ((t->info.flags & CKF_USER_PIN_FINAL_TRY) &&
	    (u->has[TOKEN_PIN_VALUE] || u->has[TOKEN_PIN_SOURCE]))
		return lc_fail(e, LC_EAUTH,
			       "one try is left before it locks itself, which is not spent on a "
			       "stored PIN: log in with the token's own tool first");
	return 0;
}

int token_login(struct token *t, const struct token_source *s, const struct token_uri *u,
		struct lc_err *e)
{
	CK_RV rv;
	if (!(t->info.flags & CKF_LOGIN_REQUIRED))
		return 0;
	if (t->info.flags & CKF_PROTECTED_AUTHENTICATION_PATH) {
		rv = t->f->C_Login(t->session, CKU_USER, NULL, 0); /* it has a keypad of its own */
	} else {
		int rc = may_try(t, u, e);
		rc = rc ? rc : get_pin(t, s, u, e);
		if (rc)
			return rc;
		rv = t->f->C_Login(t->session, CKU_USER, t->pin.p, t->pin.n);
	}
	return rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN ? 0 : refused(t, rv, e);
}
