/*
 * p11-kit, the modules that it opens, and the tokens in their slots.
 */
#include <pthread.h>
#include <stdlib.h>

#include "base/dl.h"
#include "base/shim.h"
#include "crypt/token_impl.h"
#include "io/environment.h"

LC_DL_NOTE("libp11-kit.so.0", "keys on tokens", "signing with PKCS#11 tokens");

static const struct lc_dl_library library = {
	.soname = "libp11-kit.so.0",
	.package = "libp11-kit0",
	.purpose = "a key on a token",
};

static struct {
	CK_FUNCTION_LIST *(*load)(const char *path, int flags);
	CK_RV (*initialize)(CK_FUNCTION_LIST *module);
	CK_RV (*finalize)(CK_FUNCTION_LIST *module);
	void (*release)(CK_FUNCTION_LIST *module);
	CK_FUNCTION_LIST **(*load_all)(int flags);
	void (*release_all)(CK_FUNCTION_LIST **modules);
	char *(*name)(CK_FUNCTION_LIST *module);
	char *(*filename)(CK_FUNCTION_LIST *module);
	const char *(*text)(CK_RV rv);
	const char *(*message)(void);
	void (*be_quiet)(void);
} kit;

static const struct lc_dl_symbol symbols[] = {
	{ "p11_kit_module_load", &kit.load },
	{ "p11_kit_module_initialize", &kit.initialize },
	{ "p11_kit_module_finalize", &kit.finalize },
	{ "p11_kit_module_release", &kit.release },
	{ "p11_kit_modules_load_and_initialize", &kit.load_all },
	{ "p11_kit_modules_finalize_and_release", &kit.release_all },
	{ "p11_kit_module_get_name", &kit.name },
	{ "p11_kit_module_get_filename", &kit.filename },
	{ "p11_kit_strerror", &kit.text },
	{ "p11_kit_message", &kit.message },
	{ "p11_kit_be_quiet", &kit.be_quiet },
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards ready and the table */
static bool ready;

static int open_library(struct lc_err *e)
{
	(void)pthread_mutex_lock(&lock); /* of a default mutex: cannot fail */
	int rc = ready ? 0 : lc_dl_open(&library, symbols, sizeof(symbols) / sizeof(symbols[0]), e);
	if (!rc && !ready)
		kit.be_quiet(); /* its complaints come in our messages */
	ready = ready || rc == 0;
	(void)pthread_mutex_unlock(&lock);
	return rc;
}

int token_fail(struct lc_err *e, int code, CK_RV rv, const char *what)
{
	const char *text = kit.text(rv);
	return lc_fail(e, code, "%s: %s (0x%lx)", what, text ? text : "unknown", rv);
}

struct lc_slice token_text(const CK_UTF8CHAR *p, size_t n)
{
	while (n && (p[n - 1] == ' ' || p[n - 1] == '\0'))
		n--;
	return lc_slice_of(p, n);
}

/* ---- modules ---- */

static const char *path_given(const struct token_source *s, const struct token_uri *u,
			      struct lc_arena *a)
{
	const char *path = io_env(s->environment, "LACRE_PKCS11_MODULE_PATH");
	if (u->has[TOKEN_MODULE_PATH])
		return lc_arena_str(a, u->v[TOKEN_MODULE_PATH]);
	if (u->has[TOKEN_MODULE_NAME])
		return NULL;
	return path ? path : io_env(s->environment, "COSIGN_PKCS11_MODULE_PATH");
}

static int open_one(const char *path, struct token_modules *ret, struct lc_err *e)
{
	if (path[0] != '/')
		return lc_fail(e, LC_EUSAGE, "module %s: an absolute path is expected",
			       lc_quote(lc_str(path)).s);
	CK_FUNCTION_LIST *f = kit.load(path, 0);
	if (!f) {
		const char *why = kit.message();
		return lc_fail(e, LC_EUNSUP, "module %s cannot be opened%s%s",
			       lc_quote(lc_str(path)).s, why ? ": " : "",
			       why ? lc_quote(lc_str(why)).s : "");
	}
	CK_RV rv = kit.initialize(f);
	if (rv != CKR_OK) {
		kit.release(f);
		(void)token_fail(e, LC_EUNSUP, rv, "it does not start");
		return lc_wrap(e, LC_EUNSUP, "module %s", lc_quote(lc_str(path)).s);
	}
	ret->one = f;
	return 0;
}

int token_modules_open(const struct token_source *s, const struct token_uri *u,
		       struct token_modules *ret, struct lc_err *e)
{
	struct lc_arena a = { 0 };
	int rc = open_library(e);
	const char *path = rc ? NULL : path_given(s, u, &a);
	if (!rc && a.err)
		rc = lc_fail(e, a.err, "no memory for a path");
	else if (!rc && path)
		rc = open_one(path, ret, e);
	else if (!rc && !(ret->all = kit.load_all(0)))
		rc = lc_fail(e, LC_EUNSUP, "p11-kit cannot open the modules that are set up");
	if (!rc && !path && !ret->all[0])
		rc = lc_fail(e, LC_EUNSUP,
			     "no PKCS#11 module is set up: give module-path, or "
			     "LACRE_PKCS11_MODULE_PATH");
	lc_arena_done(&a);
	if (rc)
		token_modules_close(ret);
	return rc;
}

void token_modules_close(struct token_modules *m)
{
	if (m->all)
		kit.release_all(m->all);
	if (m->one) {
		(void)kit.finalize(m->one); /* nothing to do about a failure */
		kit.release(m->one);
	}
	*m = (struct token_modules){ 0 };
}

struct lc_slice token_module_path(CK_FUNCTION_LIST *f, struct lc_arena *a)
{
	struct lc_slice ret = { NULL, 0 };
	char *text = kit.filename(f);
	text = text ? text : kit.name(f);
	if (text && lc_arena_dup(a, lc_str(text), &ret))
		ret = (struct lc_slice){ NULL, 0 };
	free(text); /* p11-kit's own, from malloc() */
	return ret;
}

/* ---- which fit ---- */

static bool fits(const struct token_uri *u, enum token_attribute at, struct lc_slice text)
{
	return !u->has[at] || lc_eq(u->v[at], text);
}

static bool module_fits(CK_FUNCTION_LIST *f, const struct token_uri *u)
{
	CK_INFO info = { 0 };
	char version[16];
	bool named = true;
	if (u->has[TOKEN_MODULE_NAME]) {
		char *name = kit.name(f);
		named = name && lc_eq(lc_str(name), u->v[TOKEN_MODULE_NAME]);
		free(name); /* p11-kit's own, from malloc() */
	}
	if (!named || f->C_GetInfo(&info) != CKR_OK)
		return false;
	(void)snprintf(version, sizeof(version), "%d.%d", info.libraryVersion.major,
		       info.libraryVersion.minor); /* bytes: they fit */
	return fits(u, TOKEN_LIBRARY_DESCRIPTION, TOKEN_TEXT(info.libraryDescription)) &&
	       fits(u, TOKEN_LIBRARY_MANUFACTURER, TOKEN_TEXT(info.manufacturerID)) &&
	       fits(u, TOKEN_LIBRARY_VERSION, lc_str(version));
}

static bool slot_fits(CK_FUNCTION_LIST *f, CK_SLOT_ID slot, const struct token_uri *u)
{
	CK_SLOT_INFO info = { 0 };
	if (u->has[TOKEN_SLOT_ID] && u->slot_id != slot)
		return false;
	return f->C_GetSlotInfo(slot, &info) == CKR_OK &&
	       fits(u, TOKEN_SLOT_DESCRIPTION, TOKEN_TEXT(info.slotDescription)) &&
	       fits(u, TOKEN_SLOT_MANUFACTURER, TOKEN_TEXT(info.manufacturerID));
}

static bool token_fits(const CK_TOKEN_INFO *t, const struct token_uri *u)
{
	return (t->flags & CKF_TOKEN_INITIALIZED) && fits(u, TOKEN_LABEL, TOKEN_TEXT(t->label)) &&
	       fits(u, TOKEN_MANUFACTURER, TOKEN_TEXT(t->manufacturerID)) &&
	       fits(u, TOKEN_MODEL, TOKEN_TEXT(t->model)) &&
	       fits(u, TOKEN_SERIAL, TOKEN_TEXT(t->serialNumber));
}

static int each_slot(CK_FUNCTION_LIST *f, const struct token_uri *u, token_slot_fn *fn, void *ctx,
		     struct lc_err *e)
{
	CK_ULONG n = TOKEN_SLOTS_MAX;
	LC_AUTOFREE CK_SLOT_ID *slots = lc_alloc0(n, sizeof(*slots));
	if (!slots)
		return lc_fail(e, LC_ENOMEM, "no memory for slots");
	CK_RV rv = f->C_GetSlotList(CK_TRUE, slots, &n);
	if (rv != CKR_OK)
		return token_fail(e, rv == CKR_BUFFER_TOO_SMALL ? LC_ELIMIT : LC_EIO, rv,
				  "the slots of a module cannot be listed");
	for (CK_ULONG i = 0; i < n && i < TOKEN_SLOTS_MAX; i++) {
		CK_TOKEN_INFO info = { 0 };
		if (!slot_fits(f, slots[i], u) || f->C_GetTokenInfo(slots[i], &info) != CKR_OK ||
		    !token_fits(&info, u))
			continue;
		int rc = fn(ctx, f, slots[i], &info, e);
		if (rc)
			return rc;
	}
	return 0;
}

int token_each(const struct token_modules *m, const struct token_uri *u, token_slot_fn *fn,
	       void *ctx, struct lc_err *e)
{
	if (m->one)
		return module_fits(m->one, u) ? each_slot(m->one, u, fn, ctx, e) : 0;
	for (size_t i = 0; m->all[i]; i++) {
		if (!module_fits(m->all[i], u))
			continue;
		int rc = each_slot(m->all[i], u, fn, ctx, e);
		if (rc)
			return rc;
	}
	return 0;
}
