#include "cli/demand.h"

#include "base/shim.h"
#include "base/time.h"
#include "cli/deny.h"
#include "cli/parse.h"
#include "cli/password.h"
#include "cli/talk.h"
#include "crypt/pem.h"
#include "io/file.h"
#include "trust/tuf.h"

static const size_t root_bytes_max = (size_t)16 << 20;

/* ---- whom to judge by ---- */

static int read_text(struct lc_slice path, struct lc_arena *a, struct lc_slice *ret,
		     struct lc_err *e)
{
	return io_read_text(path, root_bytes_max, a, ret, e);
}

/* An option's file, else that of a variable; "" neither. */
static struct lc_slice file_of(struct cli_io *io, struct lc_slice given, const char *variable)
{
	const char *value = given.n ? NULL : cli_env_get(io->environment, variable);
	return value ? lc_str(value) : given;
}

typedef int add_fn(struct trusted_root *, struct lc_slice, const struct trust_window *,
		   struct lc_err *);

static int add_file(struct cli_demand *d, struct lc_slice path, struct lc_arena *a, add_fn *add,
		    struct lc_err *e)
{
	const struct trust_window always = { 0 };
	struct lc_slice pem;
	if (!path.n)
		return 0;
	int rc = d->root ? 0 : trusted_root_new(&d->root, e);
	rc = rc ? rc : read_text(path, a, &pem, e);
	rc = rc ? rc : add(d->root, pem, &always, e);
	return rc ? lc_wrap(e, rc, "%s", lc_quote(path).s) : 0;
}

static int add_log(struct trusted_root *r, struct lc_slice pem, const struct trust_window *valid,
		   struct lc_err *e)
{
	return trusted_root_add_tlog(r, pem, LC_S(""), valid, e);
}

/* Each root by itself, with all intermediates below it. */
static int add_roots(struct cli_demand *d, struct lc_slice roots, struct lc_slice below,
		     struct lc_arena *a, struct lc_err *e)
{
	const struct trust_window always = { 0 };
	struct lc_slice rest = { NULL, 0 };
	struct lc_slice between = { NULL, 0 };
	struct pem_block block;
	int rc = d->root ? 0 : trusted_root_new(&d->root, e);
	rc = rc ? rc : read_text(roots, a, &rest, e);
	rc = rc || !below.n ? rc : read_text(below, a, &between, e);
	while (!rc && (rc = pem_next(&rest, a, &block, e)) == 0) {
		struct lc_buf chain LC_CLEANUP(lc_buf_done) = { 0 };
		lc_buf_init(&chain, root_bytes_max);
		(void)lc_buf_slice(&chain, between); /* it keeps its failure */
		(void)lc_buf_byte(&chain, '\n');
		rc = pem_write(&chain, "CERTIFICATE", block.der);
		rc = rc ? rc : trusted_root_add_ca(d->root, lc_buf_get(&chain), &always, e);
	}
	return rc == LC_ENOTFOUND ? 0 : lc_wrap(e, rc, "%s", lc_quote(roots).s);
}

/* Put together from keys and certificates. */
static int collect_root(struct cli_io *io, const struct cli_values *v, struct lc_arena *a,
			struct cli_demand *d, struct lc_err *e)
{
	struct lc_slice roots = v->v[CLI_OPT_CA_ROOTS].text;
	struct lc_slice below = v->v[CLI_OPT_CA_INTERMEDIATES].text;
	if (below.n && !roots.n)
		return lc_fail(e, LC_EUSAGE, "%s",
			       _("--ca-intermediates needs --ca-roots, below which they stand"));
	int rc = roots.n ? add_roots(d, roots, below, a, e) : 0;
	if (!rc)
		rc = add_file(
			d, file_of(io, v->v[CLI_OPT_CERTIFICATE_CHAIN].text, "SIGSTORE_ROOT_FILE"),
			a, trusted_root_add_ca, e);
	if (!rc)
		rc = add_file(d,
			      file_of(io, v->v[CLI_OPT_TIMESTAMP_CERTIFICATE_CHAIN].text,
				      "SIGSTORE_TSA_CERTIFICATE_FILE"),
			      a, trusted_root_add_tsa, e);
	if (!rc)
		rc = add_file(d, file_of(io, LC_S(""), "SIGSTORE_REKOR_PUBLIC_KEY"), a, add_log, e);
	if (!rc)
		rc = add_file(d, file_of(io, LC_S(""), "SIGSTORE_CT_LOG_PUBLIC_KEY_FILE"), a,
			      trusted_root_add_ctlog, e);
	return rc;
}

const char *cli_trust_dir(struct cli_io *io, struct lc_arena *a)
{
	const char *given = cli_env_get(io->environment, "TUF_ROOT");
	const char *data = cli_env_get(io->environment, "XDG_DATA_HOME");
	const char *home = cli_env_get(io->environment, "HOME");
	if (given && *given)
		return lc_arena_str(a, lc_str(given));
	if (data && *data)
		return (const char *)lc_arena_fmt(a, "%s/lacre/trust", data).p;
	if (home && *home)
		return (const char *)lc_arena_fmt(a, "%s/.local/share/lacre/trust", home).p;
	return NULL;
}

/* The news of a mirror that was asked last so long ago that keys may have been taken back since. */
static void warn_when_old(struct cli_io *io, const struct cli_values *v, const char *dir,
			  struct lc_arena *a)
{
	struct lc_buf text LC_CLEANUP(lc_buf_done) = { 0 };
	struct tuf_info info;
	const char *path = (const char *)lc_arena_fmt(a, "%s/timestamp.json", dir).p;
	lc_buf_init(&text, TUF_METADATA_MAX);
	if (!path || io_read_file(path, &text, NULL) ||
	    tuf_info(TUF_TIMESTAMP, lc_buf_get(&text), &info, NULL))
		return;
	int64_t late = lc_now_ns() / 1000000000 - info.expires;
	if (late > 0)
		cli_warn(io, v,
			 _("the trusted root in %s is out of date by %lld days: run lacre "
			   "initialize again"),
			 lc_quote(lc_str(dir)).s, (long long)(late / 86400));
}

/* What `initialize` keeps, when nothing else says whom to trust. */
static int open_kept(struct cli_io *io, const struct cli_values *v, struct lc_arena *a,
		     struct trusted_root **ret, struct lc_err *e)
{
	struct lc_slice text;
	bool is_dir;
	const char *dir = cli_trust_dir(io, a);
	const char *path =
		dir ? (const char *)lc_arena_fmt(a, "%s/" CLI_TRUSTED_ROOT_FILE, dir).p : NULL;
	if (!path || !io_exists(path, &is_dir) || is_dir)
		return 0;
	int rc = read_text(lc_str(path), a, &text, e);
	rc = rc ? rc : trusted_root_parse(text, ret, e);
	if (!rc)
		warn_when_old(io, v, dir, a);
	return rc ? lc_wrap(e, rc, "%s", lc_quote(lc_str(path)).s) : 0;
}

int cli_trusted_root(struct cli_io *io, const struct cli_values *v, struct lc_arena *a,
		     struct trusted_root **ret, struct lc_err *e)
{
	struct lc_slice path = v->v[CLI_OPT_TRUSTED_ROOT].text;
	struct lc_slice text;
	if (!path.n)
		return open_kept(io, v, a, ret, e);
	int rc = read_text(path, a, &text, e);
	rc = rc ? rc : trusted_root_parse(text, ret, e);
	return rc ? lc_wrap(e, rc, "--trusted-root %s", lc_quote(path).s) : 0;
}

static int open_root(struct cli_io *io, const struct cli_values *v, struct lc_arena *a,
		     struct cli_demand *d, struct lc_err *e)
{
	if (!v->v[CLI_OPT_TRUSTED_ROOT].text.n) {
		bool needed = d->demand.identities_n || !d->demand.ignore_tlog ||
			      d->demand.need_timestamp;
		int rc = collect_root(io, v, a, d, e);
		return rc || d->root || !needed ? rc : cli_trusted_root(io, v, a, &d->root, e);
	}
	if (v->v[CLI_OPT_CA_ROOTS].text.n || v->v[CLI_OPT_CERTIFICATE_CHAIN].text.n ||
	    v->v[CLI_OPT_TIMESTAMP_CERTIFICATE_CHAIN].text.n)
		return lc_fail(e, LC_EUSAGE, "%s",
			       _("--trusted-root says whom to trust: no other certificates "
				 "beside it"));
	return cli_trusted_root(io, v, a, &d->root, e);
}

/* ---- who ---- */

static int open_keys(struct cli_io *io, const struct cli_values *v, struct cli_demand *d,
		     struct lc_err *e)
{
	const struct lc_slices *given = &v->v[CLI_OPT_KEY].list;
	const struct key_source source = cli_key_source(io);
	if (given->n > CLI_KEYS_MAX)
		return lc_fail(e, LC_EUSAGE, _("at most %d keys"), CLI_KEYS_MAX);
	for (size_t i = 0; i < given->n; i++) {
		int rc = key_source_public(&source, given->v[i], &d->keys[i], e);
		if (rc)
			return rc;
		d->demand.keys_n++;
	}
	return 0;
}

static void warn_when_loose(struct cli_io *io, const struct cli_values *v, const char *option,
			    struct lc_slice s)
{
	if (!lc_starts(s, LC_S("^")) || !lc_ends(s, LC_S("$")))
		cli_warn(io, v,
			 _("--%s %s is found anywhere in a name: write ^ in front and $ at the end "
			   "to mean all of it"),
			 option, lc_quote(s).s);
}

/* Expressions may stand in place of exact names, not beside them: which one would count? */
static int read_patterns(struct cli_io *io, const struct cli_values *v, enum cli_opt exact,
			 enum cli_opt regexp, struct cli_patterns *ret, struct lc_err *e)
{
	const struct lc_slices *given = &v->v[exact].list;
	bool expressions = v->v[regexp].list.n != 0;
	if (expressions && given->n)
		return lc_fail(e, LC_EUSAGE, _("--%s and --%s: not both"), cli_options[exact].name,
			       cli_options[regexp].name);
	if (expressions)
		given = &v->v[regexp].list;
	if (given->n > CLI_IDENTITIES_MAX)
		return lc_fail(e, LC_EUSAGE, _("--%s: at most %d"), cli_options[exact].name,
			       CLI_IDENTITIES_MAX);
	for (size_t i = 0; i < given->n; i++) {
		ret->v[ret->n].text = given->v[i];
		if (!given->v[i].n) /* would fit everybody, or nobody */
			return lc_fail(e, LC_EUSAGE, _("--%s: it is empty"),
				       cli_options[expressions ? regexp : exact].name);
		int rc = expressions ? lc_pattern_new(given->v[i], &ret->owned[ret->n], e) : 0;
		if (rc) /* what is no expression is the user's mistake */
			return lc_wrap(e, rc == LC_EBAD ? LC_EUSAGE : rc, "--%s",
				       cli_options[regexp].name);
		if (expressions)
			warn_when_loose(io, v, cli_options[regexp].name, given->v[i]);
		ret->v[ret->n].regexp = ret->owned[ret->n];
		ret->n++;
	}
	return 0;
}

static void set_extensions(const struct cli_values *v, struct trust_identity *id)
{
	static const struct {
		enum cli_opt option;
		unsigned extension;
	} rows[] = {
		{ CLI_OPT_CERTIFICATE_GITHUB_WORKFLOW_TRIGGER, 2 },
		{ CLI_OPT_CERTIFICATE_GITHUB_WORKFLOW_SHA, 3 },
		{ CLI_OPT_CERTIFICATE_GITHUB_WORKFLOW_NAME, 4 },
		{ CLI_OPT_CERTIFICATE_GITHUB_WORKFLOW_REPOSITORY, 5 },
		{ CLI_OPT_CERTIFICATE_GITHUB_WORKFLOW_REF, 6 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		id->extensions[rows[i].extension] = v->v[rows[i].option].text;
}

/* One issuer vouches for all names; else each name has its own, in the order given. */
static int set_identities(struct cli_io *io, const struct cli_values *v, struct cli_demand *d,
			  struct lc_err *e)
{
	struct cli_patterns *names = &d->names;
	struct cli_patterns *issuers = &d->issuers;
	int rc = read_patterns(io, v, CLI_OPT_CERTIFICATE_IDENTITY,
			       CLI_OPT_CERTIFICATE_IDENTITY_REGEXP, names, e);
	rc = rc ? rc
		: read_patterns(io, v, CLI_OPT_CERTIFICATE_OIDC_ISSUER,
				CLI_OPT_CERTIFICATE_OIDC_ISSUER_REGEXP, issuers, e);
	if (rc)
		return rc;
	if ((names->n == 0) != (issuers->n == 0))
		return lc_fail(e, LC_EUSAGE, "%s",
			       _("a name counts by who vouched for it: give both "
				 "--certificate-identity and --certificate-oidc-issuer"));
	if (issuers->n > 1 && issuers->n != names->n)
		return lc_fail(e, LC_EUSAGE,
			       _("%zu names and %zu issuers: give one issuer for all names, or one "
				 "for each in the same order"),
			       names->n, issuers->n);
	for (size_t i = 0; i < names->n; i++) {
		struct trust_identity *id = &d->identities[i];
		id->name = names->v[i];
		id->issuer = issuers->v[issuers->n == 1 ? 0 : i];
		set_extensions(v, id);
	}
	d->demand.identities_n = names->n;
	return 0;
}

int cli_demand(struct cli_io *io, const struct cli_values *v, struct lc_arena *a,
	       struct cli_demand *ret, struct lc_err *e)
{
	struct trust_demand *d = &ret->demand;
	int rc = set_identities(io, v, ret, e);
	rc = rc ? rc : open_keys(io, v, ret, e);
	if (!rc && !d->keys_n && !d->identities_n)
		rc = lc_fail(e, LC_EUSAGE, "%s",
			     _("who is to have signed? give --key FILE, or "
			       "--certificate-identity NAME with --certificate-oidc-issuer URL"));
	d->ignore_tlog = v->v[CLI_OPT_INSECURE_IGNORE_TLOG].flag ||
			 v->v[CLI_OPT_PRIVATE_INFRASTRUCTURE].flag;
	/* A timestamp that is given is there to hold. */
	d->need_timestamp = v->v[CLI_OPT_USE_SIGNED_TIMESTAMPS].flag ||
			    v->v[CLI_OPT_RFC3161_TIMESTAMP].text.n != 0;
	rc = rc ? rc : open_root(io, v, a, ret, e);
	rc = rc ? rc : cli_denied(io, v, a, &ret->denied, e);
	d->denied = &ret->denied;
	if (v->v[CLI_OPT_MAX_AGE].number)
		d->oldest = lc_now_seconds(false) - v->v[CLI_OPT_MAX_AGE].number / 1000000000;
	d->keys = ret->keys;
	d->identities = ret->identities;
	d->root = ret->root;
	d->ignore_sct = v->v[CLI_OPT_INSECURE_IGNORE_SCT].flag;
	return rc;
}

void cli_demand_done(struct cli_demand *d)
{
	for (size_t i = 0; i < CLI_KEYS_MAX; i++)
		crypt_public_unref(d->keys[i]);
	for (size_t i = 0; i < CLI_IDENTITIES_MAX; i++) {
		lc_pattern_free(d->names.owned[i]);
		lc_pattern_free(d->issuers.owned[i]);
	}
	trusted_root_free(d->root);
	*d = (struct cli_demand){ 0 };
}
