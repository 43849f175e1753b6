/*
 * lacre generate-key-pair, import-key-pair, public-key: keys to sign with, in cosign's files.
 */
#include "base/shim.h"
#include "cli/commands.h"
#include "cli/password.h"
#include "cli/result.h"
#include "cli/talk.h"
#include "crypt/key_file.h"
#include "crypt/key_source.h"
#include "io/file.h"

enum { KEY_FILE_MAX = 1 << 18 };

static const enum cli_opt generate_options[] = {
	CLI_OPT_OUTPUT_KEY_PREFIX,
	CLI_OPT_KMS,
	CLI_OPT_KEY_TYPE,
	CLI_OPT_QUIET,
	CLI_OPT_DEBUG,
	CLI_OPT_HELP,
	CLI_OPT_N,
};
static const enum cli_opt import_options[] = {
	CLI_OPT_KEY, CLI_OPT_OUTPUT_KEY_PREFIX, CLI_OPT_QUIET, CLI_OPT_DEBUG, CLI_OPT_HELP,
	CLI_OPT_N,
};
static const enum cli_opt public_options[] = {
	CLI_OPT_KEY, CLI_OPT_OUTFILE, CLI_OPT_QUIET, CLI_OPT_DEBUG, CLI_OPT_HELP, CLI_OPT_N,
};

/* ---- a pair of files ---- */

static int path_with(const struct cli_values *v, const char *prefix, const char *suffix,
		     struct lc_arena *a, const char **ret, struct lc_err *e)
{
	struct lc_slice given = v->v[CLI_OPT_OUTPUT_KEY_PREFIX].text;
	struct lc_slice s =
		lc_arena_fmt(a, "%.*s%s", LC_FMT(given.n ? given : lc_str(prefix)), suffix);
	*ret = (const char *)s.p;
	return s.p ? 0 : lc_fail(e, lc_arena_err(a), "no memory for a path");
}

static int refuse_existing(const char *path, struct lc_err *e)
{
	bool is_dir;
	if (!io_exists(path, &is_dir))
		return 0;
	return lc_fail(e, LC_EUSAGE,
		       _("%s is there already, and keys are never replaced: move it away, or give "
			 "--output-key-prefix"),
		       lc_quote(lc_str(path)).s);
}

/* The private half first: a public one whose private one is missing is of no use. */
static int write_pair(struct cli_io *io, const struct crypt_signer *s, const char *key,
		      const char *pub, struct lc_err *e)
{
	struct secret password LC_CLEANUP(secret_done) = { 0 };
	struct lc_buf private LC_CLEANUP(lc_buf_done) = { 0 };
	struct lc_buf public LC_CLEANUP(lc_buf_done) = { 0 };
	lc_buf_init(&private, KEY_FILE_MAX);
	lc_buf_init(&public, KEY_FILE_MAX);
	int rc = refuse_existing(key, e);
	rc = rc ? rc : refuse_existing(pub, e);
	rc = rc ? rc : cli_password(io, true, &password, e);
	rc = rc ? rc : key_file_write(s, secret_get(&password), &private, e);
	rc = rc ? rc : crypt_public_write(s->key, &public, e);
	rc = rc ? rc : io_write_new(key, 0600, lc_buf_get(&private), e);
	return rc ? rc : io_write_new(pub, 0644, lc_buf_get(&public), e);
}

static int finish(struct cli_io *io, const struct cli_values *v, const struct crypt_signer *s,
		  const char *prefix, struct lc_arena *a, struct lc_err *e)
{
	const char *key = NULL;
	const char *pub = NULL;
	int rc = path_with(v, prefix, ".key", a, &key, e);
	rc = rc ? rc : path_with(v, prefix, ".pub", a, &pub, e);
	rc = rc ? rc : write_pair(io, s, key, pub, e);
	if (!rc)
		cli_note(io, v, _("%s key: private in %s, public in %s"),
			 crypt_key_type_name(crypt_public_type(s->key)), lc_quote(lc_str(key)).s,
			 lc_quote(lc_str(pub)).s);
	return rc;
}

static enum crypt_key_type type_named(struct lc_slice name)
{
	static const struct {
		const char *name;
		enum crypt_key_type type;
	} rows[] = {
		{ "ecdsa-p384", CRYPT_P384 },
		{ "ecdsa-p521", CRYPT_P521 },
		{ "ed25519", CRYPT_ED25519 },
		{ "rsa", CRYPT_RSA },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (lc_eq(name, lc_str(rows[i].name)))
			return rows[i].type;
	return CRYPT_P256;
}

/* A key that stays where it is made leaves its public half alone behind. */
static int generate_there(struct cli_io *io, const struct cli_values *v, struct lc_arena *a,
			  struct lc_err *e)
{
	struct crypt_signer *s LC_CLEANUP(crypt_signer_freep) = NULL;
	struct lc_buf name LC_CLEANUP(lc_buf_done) = { 0 };
	struct lc_buf public LC_CLEANUP(lc_buf_done) = { 0 };
	const struct key_source source = cli_key_source(io);
	const char *pub = NULL;
	lc_buf_init(&name, KEY_FILE_MAX);
	lc_buf_init(&public, KEY_FILE_MAX);
	int rc = path_with(v, "lacre", ".pub", a, &pub, e);
	rc = rc ? rc : refuse_existing(pub, e);
	rc = rc ? rc
		: key_source_generate(&source, v->v[CLI_OPT_KMS].text,
				      type_named(v->v[CLI_OPT_KEY_TYPE].text), &s, &name, e);
	rc = rc ? rc : crypt_public_write(s->key, &public, e);
	rc = rc ? rc : io_write_new(pub, 0644, lc_buf_get(&public), e);
	if (!rc)
		cli_note(io, v, _("%s key: private stays at %s, public in %s"),
			 crypt_key_type_name(crypt_public_type(s->key)),
			 lc_quote(lc_buf_get(&name)).s, lc_quote(lc_str(pub)).s);
	return rc;
}

static int run_generate(const struct cli_command *cmd, const struct cli_values *v,
			struct cli_io *io)
{
	struct crypt_signer *s LC_CLEANUP(crypt_signer_freep) = NULL;
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	(void)cmd;
	int rc;
	if (v->v[CLI_OPT_KMS].text.n) {
		rc = generate_there(io, v, &a, &e);
	} else {
		rc = crypt_signer_generate(type_named(v->v[CLI_OPT_KEY_TYPE].text), &s, &e);
		rc = rc ? rc : finish(io, v, s, "lacre", &a, &e);
	}
	lc_arena_done(&a);
	return rc ? cli_fail(io, &e) : CLI_OK;
}

/* ---- import ---- */

static int need_key(const struct cli_values *v, struct lc_err *e)
{
	return v->v[CLI_OPT_KEY].list.n == 1
		       ? 0
		       : lc_fail(e, LC_EUSAGE, "%s", _("which key? give --key once"));
}

static int run_import(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	struct crypt_signer *s LC_CLEANUP(crypt_signer_freep) = NULL;
	const struct key_source source = { .environment = io->environment };
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	(void)cmd;
	int rc = need_key(v, &e);
	rc = rc ? rc : key_source_signer(&source, v->v[CLI_OPT_KEY].list.v[0], &s, &e);
	rc = rc ? rc : finish(io, v, s, "import-lacre", &a, &e);
	lc_arena_done(&a);
	return rc ? cli_fail(io, &e) : CLI_OK;
}

/* ---- public half ---- */

static int write_public(struct cli_io *io, const struct cli_values *v, const struct crypt_public *k,
			struct lc_err *e, int *ret_status)
{
	struct lc_buf text LC_CLEANUP(lc_buf_done) = { 0 };
	struct lc_arena a = { 0 };
	struct lc_slice to = v->v[CLI_OPT_OUTFILE].text;
	lc_buf_init(&text, KEY_FILE_MAX);
	int rc = crypt_public_write(k, &text, e);
	if (!rc && to.n) {
		const char *path = lc_arena_str(&a, to);
		rc = path ? io_write_file(path, 0644, lc_buf_get(&text), e)
			  : lc_fail(e, lc_arena_err(&a), "no memory for a path");
	} else if (!rc) {
		*ret_status = cli_put(io, &text);
	}
	lc_arena_done(&a);
	return rc;
}

/* A token shows its public halves without being opened; a file has to be. */
static int open_public(struct cli_io *io, struct lc_slice name, struct crypt_public **ret,
		       struct lc_err *e)
{
	struct crypt_signer *s LC_CLEANUP(crypt_signer_freep) = NULL;
	const struct key_source source = cli_key_source(io);
	if (token_uri_is(name))
		return key_source_public(&source, name, ret, e);
	int rc = key_source_signer(&source, name, &s, e);
	if (!rc)
		*ret = crypt_public_ref(s->key);
	return rc;
}

static int run_public(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	struct crypt_public *k LC_CLEANUP(crypt_public_unrefp) = NULL;
	struct lc_err e = { 0 };
	int status = CLI_OK;
	(void)cmd;
	int rc = need_key(v, &e);
	rc = rc ? rc : open_public(io, v->v[CLI_OPT_KEY].list.v[0], &k, &e);
	rc = rc ? rc : write_public(io, v, k, &e, &status);
	return rc ? cli_fail(io, &e) : status;
}

const struct cli_command cli_command_generate_key_pair = {
	.name = "generate-key-pair",
	.synopsis = N_("[flags]"),
	.summary = N_("make a pair of keys to sign with"),
	.description =
		N_("Writes the private key, protected by a password, to PREFIX.key and the public "
		   "one to PREFIX.pub. The files are those of cosign: either program reads the "
		   "other's. The password comes from LACRE_PASSWORD or COSIGN_PASSWORD, from "
		   "standard input, or is asked for. Files that are there are never replaced. With "
		   "--kms the private key is made on a PKCS#11 token and never leaves it."),
	.examples = N_("lacre.key and lacre.pub\n"
		       "  lacre generate-key-pair\n"
		       "on a token, and lacre.pub\n"
		       "  lacre generate-key-pair --kms 'pkcs11:token=Build;object=release'\n"),
	.options = generate_options,
	.origin = CLI_COSIGN,
	.run = run_generate,
};

const struct cli_command cli_command_import_key_pair = {
	.name = "import-key-pair",
	.synopsis = N_("--key FILE [flags]"),
	.summary = N_("protect a private key that is there already"),
	.description = N_("Reads a private key in PEM (PKCS#8, SEC1 or PKCS#1: ECDSA, RSA or "
			  "Ed25519) and writes it as generate-key-pair does."),
	.examples = N_("import-lacre.key and import-lacre.pub\n"
		       "  lacre import-key-pair --key openssl.pem\n"),
	.options = import_options,
	.origin = CLI_COSIGN,
	.run = run_import,
};

const struct cli_command cli_command_public_key = {
	.name = "public-key",
	.synopsis = N_("--key FILE [flags]"),
	.summary = N_("show the public half of a private key"),
	.description = N_("Opens the private key, a file or one on a token, and prints its "
			  "public half in PEM."),
	.examples = N_("for those who verify\n"
		       "  lacre public-key --key lacre.key --outfile lacre.pub\n"),
	.options = public_options,
	.origin = CLI_COSIGN,
	.run = run_public,
};
