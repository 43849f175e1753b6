#include "crypt/openpgp.h"

#include <errno.h>
#include <fcntl.h>
#include <gpgme.h>
#include <locale.h>
#include <pthread.h>
#include <stdio.h>

#include "base/dl.h"
#include "base/log.h"
#include "base/shim.h"
#include "io/file.h"
#include "io/remove.h"

LC_DL_NOTE("libgpgme.so.11", "OpenPGP signatures", "images that were signed by gpg");

static const struct lc_dl_library library = {
	.soname = "libgpgme.so.11",
	.package = "libgpgme11",
	.purpose = "checking an OpenPGP signature",
};

#define MEMBER(name) __typeof__(gpgme_##name) *name

static struct {
	MEMBER(check_version_internal);
	MEMBER(engine_check_version);
	MEMBER(new);
	MEMBER(release);
	MEMBER(ctx_set_engine_info);
	MEMBER(set_protocol);
	MEMBER(data_new_from_mem);
	MEMBER(data_new_from_cbs);
	MEMBER(data_release);
	MEMBER(op_import);
	MEMBER(op_import_result);
	MEMBER(op_verify);
	MEMBER(op_verify_result);
	MEMBER(get_key);
	MEMBER(key_unref);
	MEMBER(strerror_r);
} gpg;

#define SYMBOL(name)                      \
	{                                 \
		"gpgme_" #name, &gpg.name \
	}

static const struct lc_dl_symbol symbols[] = {
	SYMBOL(check_version_internal),
	SYMBOL(engine_check_version),
	SYMBOL(new),
	SYMBOL(release),
	SYMBOL(ctx_set_engine_info),
	SYMBOL(set_protocol),
	SYMBOL(data_new_from_mem),
	SYMBOL(data_new_from_cbs),
	SYMBOL(data_release),
	SYMBOL(op_import),
	SYMBOL(op_import_result),
	SYMBOL(op_verify),
	SYMBOL(op_verify_result),
	SYMBOL(get_key),
	SYMBOL(key_unref),
	SYMBOL(strerror_r),
};

struct openpgp_ring {
	gpgme_ctx_t ctx;
	struct lc_arena arena; /* of its path */
	const char *home;      /* NULL: none was made */
	char keys[OPENPGP_KEYS_MAX][OPENPGP_FINGERPRINT_MAX];
	size_t keys_n;
};

static int start(struct lc_err *e)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static bool ready;               /* guarded by lock */
	(void)pthread_mutex_lock(&lock); /* of an initialised default mutex: cannot fail */
	int rc = ready ? 0 : lc_dl_open(&library, symbols, sizeof(symbols) / sizeof(symbols[0]), e);
	/* The call that makes gpgme ready; the version of the header's structures is asked for. */
	if (!rc && !ready &&
	    !gpg.check_version_internal("1.16.0", offsetof(struct _gpgme_signature, validity)))
		rc = lc_fail(e, LC_EUNSUP, "libgpgme is too old: update %s", library.package);
	if (!rc && !ready && gpg.engine_check_version(GPGME_PROTOCOL_OpenPGP))
		rc = lc_fail(e, LC_EUNSUP,
			     "checking an OpenPGP signature needs gpg, which is not installed: "
			     "install gpg");
	ready = ready || rc == 0;
	(void)pthread_mutex_unlock(&lock);
	return rc;
}

static int refused(gpgme_error_t why, int code, const char *what, struct lc_err *e)
{
	char text[128];
	if (gpgme_err_code(why) == GPG_ERR_ENOMEM)
		code = LC_ENOMEM;
	if (gpg.strerror_r(why, text, sizeof(text)))
		(void)snprintf(text, sizeof(text), "error %u", (unsigned)gpgme_err_code(why));
	return lc_fail(e, code, "%s: %s", what, lc_quote(lc_str(text)).s);
}

/* ---- the ring ---- */

/* Nothing is fetched, started or taken into the ring on a signature's word. */
static const char settings[] = "batch\n"
			       "no-autostart\n"
			       "no-auto-key-retrieve\n"
			       "no-auto-key-locate\n"
			       "disable-dirmngr\n"
			       "trust-model always\n";

static int make_home(struct openpgp_ring *r, char *const *environment, struct lc_err *e)
{
	int rc = io_make_temp_dir("lacre-gpg-", environment, &r->arena, &r->home, e);
	if (rc)
		return lc_wrap(e, rc, "gpg");
	const char *path = (const char *)lc_arena_fmt(&r->arena, "%s/gpg.conf", r->home).p;
	return path ? io_write_file(path, 0600, lc_str(settings), e)
		    : lc_fail(e, lc_arena_err(&r->arena), "no memory for a path");
}

static int make_context(struct openpgp_ring *r, struct lc_err *e)
{
	gpgme_error_t why = gpg.new(&r->ctx);
	if (!why)
		why = gpg.set_protocol(r->ctx, GPGME_PROTOCOL_OpenPGP);
	if (!why)
		why = gpg.ctx_set_engine_info(r->ctx, GPGME_PROTOCOL_OpenPGP, NULL, r->home);
	return why ? refused(why, LC_EUNSUP, "gpg", e) : 0;
}

static bool is_known(const struct openpgp_ring *r, const char *fingerprint)
{
	for (size_t i = 0; fingerprint && i < r->keys_n; i++)
		if (strcmp(r->keys[i], fingerprint) == 0)
			return true;
	return false;
}

static int take_key(struct openpgp_ring *r, const char *fingerprint, struct lc_err *e)
{
	size_t n = strlen(fingerprint);
	if (is_known(r, fingerprint) || n >= OPENPGP_FINGERPRINT_MAX)
		return 0;
	if (r->keys_n == OPENPGP_KEYS_MAX)
		return lc_fail(e, LC_ELIMIT, "over %d OpenPGP keys", OPENPGP_KEYS_MAX);
	memcpy(r->keys[r->keys_n++], fingerprint, n + 1);
	return 0;
}

/* What is no key is passed over: by none nothing is trusted. */
static int import(struct openpgp_ring *r, struct lc_slice blob, struct lc_err *e)
{
	gpgme_data_t data = NULL;
	int rc = 0;
	gpgme_error_t why = gpg.data_new_from_mem(&data, (const char *)blob.p, blob.n, 0);
	if (why)
		return refused(why, LC_ENOMEM, "OpenPGP keys", e);
	why = gpg.op_import(r->ctx, data);
	gpg.data_release(data);
	if (gpgme_err_code(why) == GPG_ERR_NO_DATA)
		return 0;
	if (why)
		return refused(why, LC_EIO, "gpg --import", e);
	gpgme_import_result_t got = gpg.op_import_result(r->ctx);
	for (gpgme_import_status_t i = got ? got->imports : NULL; i && !rc; i = i->next)
		if (!i->result && i->fpr)
			rc = take_key(r, i->fpr, e);
	return rc;
}

int openpgp_ring_open(char *const *environment, const struct lc_slice *blobs, size_t n,
		      struct openpgp_ring **ret, struct lc_err *e)
{
	int rc = start(e);
	struct openpgp_ring *r = rc ? NULL : lc_alloc0(1, sizeof(*r));
	if (!r)
		return rc ? rc : lc_fail(e, LC_ENOMEM, "no memory for OpenPGP keys");
	rc = make_home(r, environment, e);
	rc = rc ? rc : make_context(r, e);
	for (size_t i = 0; !rc && i < n; i++)
		rc = blobs[i].n ? import(r, blobs[i], e) : 0;
	if (rc) {
		openpgp_ring_close(r);
		return rc;
	}
	*ret = r;
	return 0;
}

/*
 * gpg may still take its locks away when gpgme has heard all that it wants: tried again for a
 * moment. They are public keys: what cannot be removed then may stay.
 */
static void remove_home(const char *home)
{
	enum { TRIES = 20, PAUSE_NS = 10 * 1000 * 1000 };
	struct lc_err e = { 0 };
	int rc = io_remove_at(AT_FDCWD, home, NULL, &e);
	for (int i = 0; rc && i < TRIES; i++) {
		lc_wait_ns(PAUSE_NS);
		rc = io_remove_at(AT_FDCWD, home, NULL, &e);
	}
	if (rc)
		lc_debug("%s: %s", home, e.msg);
}

void openpgp_ring_close(struct openpgp_ring *r)
{
	if (!r)
		return;
	if (r->ctx)
		gpg.release(r->ctx);
	if (r->home)
		remove_home(r->home);
	lc_arena_done(&r->arena);
	lc_free(r);
}

size_t openpgp_ring_keys(const struct openpgp_ring *r)
{
	return r->keys_n;
}

/* ---- a message ---- */

/* A little message may inflate to a lot: past the cap gpg is told to stop. */
static ssize_t write_content(void *handle, const void *bytes, size_t n)
{
	struct lc_buf *b = handle;
	if (!lc_buf_add(b, bytes, n))
		return (ssize_t)n;
	errno = EFBIG;
	return -1;
}

/* A subkey's signature is its primary key's, which must be one that was given. */
static int find_primary(struct openpgp_ring *r, const char *fingerprint, struct openpgp_signer *s,
			struct lc_err *e)
{
	gpgme_key_t key = NULL;
	const char *primary = fingerprint;
	if (!is_known(r, fingerprint) && !gpg.get_key(r->ctx, fingerprint, &key, 0))
		primary = key->fpr;
	if (is_known(r, primary))
		(void)snprintf(s->fingerprint, sizeof(s->fingerprint), "%s", primary);
	else
		s->verdict = OPENPGP_UNKNOWN_KEY;
	if (key)
		gpg.key_unref(key);
	return s->verdict == OPENPGP_GOOD
		       ? 0
		       : lc_fail(e, LC_EBAD, "it is signed by the key %s, which was not given",
				 lc_quote(lc_str(fingerprint)).s);
}

/* Of the others two messages may be made that have one digest; an unknown one is none of these. */
static bool is_strong(gpgme_hash_algo_t hash)
{
	return hash == GPGME_MD_SHA224 || hash == GPGME_MD_SHA256 || hash == GPGME_MD_SHA384 ||
	       hash == GPGME_MD_SHA512;
}

static int judge_signature(struct openpgp_ring *r, gpgme_signature_t sig, struct openpgp_signer *s,
			   struct lc_err *e)
{
	const char *fingerprint = sig->fpr ? sig->fpr : "";
	gpgme_err_code_t why = gpgme_err_code(sig->status);
	s->verdict = OPENPGP_BAD;
	if (why == GPG_ERR_NO_PUBKEY) {
		s->verdict = OPENPGP_UNKNOWN_KEY;
		return lc_fail(e, LC_EBAD, "it is signed by the key %s, which was not given",
			       lc_quote(lc_str(fingerprint)).s);
	}
	if (why)
		return refused(sig->status, LC_EBAD, "the OpenPGP signature does not hold", e);
	if (sig->wrong_key_usage || sig->validity == GPGME_VALIDITY_NEVER || sig->validity_reason)
		return lc_fail(e, LC_EBAD, "its key %s is not to sign",
			       lc_quote(lc_str(fingerprint)).s);
	if (!is_strong(sig->hash_algo))
		return lc_fail(
			e, LC_EBAD,
			"its digest (algorithm %d) can be forged: sign with SHA-256 or longer",
			(int)sig->hash_algo);
	s->verdict = OPENPGP_GOOD;
	s->time = (int64_t)sig->timestamp;
	return find_primary(r, fingerprint, s, e);
}

static int judge(struct openpgp_ring *r, gpgme_error_t why, const struct lc_buf *content,
		 struct openpgp_signer *s, struct lc_err *e)
{
	unsigned n = 0;
	gpgme_verify_result_t got = gpg.op_verify_result(r->ctx);
	for (gpgme_signature_t i = got ? got->signatures : NULL; i; i = i->next)
		n++;
	s->verdict = OPENPGP_NO_MESSAGE;
	if (lc_buf_err(content) == LC_ELIMIT)
		return lc_fail(e, LC_EBAD, "an OpenPGP message of over %zu bytes", content->max);
	if (why && !(n == 1 && gpgme_err_code(got->signatures->status) != GPG_ERR_NO_ERROR))
		return refused(why, LC_EBAD, "not a signed OpenPGP message", e);
	if (n != 1)
		return lc_fail(e, LC_EBAD, "an OpenPGP message of %u signatures, not one", n);
	return judge_signature(r, got->signatures, s, e);
}

int openpgp_verify(struct openpgp_ring *r, struct lc_slice message, struct lc_buf *content,
		   struct openpgp_signer *ret, struct lc_err *e)
{
	static struct gpgme_data_cbs callbacks = { .write = write_content };
	struct openpgp_signer s = { .verdict = OPENPGP_NO_MESSAGE };
	struct lc_err why = { 0 };
	gpgme_data_t in = NULL;
	gpgme_data_t out = NULL;
	gpgme_error_t rc = gpg.data_new_from_mem(&in, (const char *)message.p, message.n, 0);
	if (!rc)
		rc = gpg.data_new_from_cbs(&out, &callbacks, content);
	if (rc) {
		gpg.data_release(in);
		return refused(rc, LC_ENOMEM, "OpenPGP message", e);
	}
	rc = gpg.op_verify(r->ctx, in, NULL, out);
	gpg.data_release(in);
	gpg.data_release(out);
	int code = lc_buf_err(content) == LC_ENOMEM || gpgme_err_code(rc) == GPG_ERR_ENOMEM
			   ? lc_fail(e, LC_ENOMEM, "no memory for an OpenPGP message")
			   : judge(r, rc, content, &s, &why);
	if (code)
		lc_buf_clear(content);
	if (code && code != LC_EBAD)
		return code == LC_ENOMEM ? code : lc_fail(e, code, "%s", why.msg);
	if (code && e)
		*e = why;
	*ret = s;
	return 0;
}
