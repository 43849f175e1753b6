#include "cli/signing.h"

#include "base/shim.h"
#include "cli/demand.h"
#include "cli/interrupt.h"
#include "cli/password.h"
#include "cli/talk.h"
#include "crypt/key_source.h"
#include "io/file.h"
#include "trust/signing_config.h"

enum { CONFIG_BYTES_MAX = 1 << 20, CACERT_BYTES_MAX = 4 << 20 };

struct opening {
	struct cli_io *io;
	const struct cli_values *v;
	struct lc_arena *a;
	struct cli_signing *s;
	struct lc_err *e;
};

static struct lc_slice given(const struct opening *o, enum cli_opt option)
{
	return o->v->v[option].text;
}

/* ---- who ---- */

static int open_key(struct opening *o)
{
	const struct lc_slices *keys = &o->v->v[CLI_OPT_KEY].list;
	const struct key_source source = cli_key_source(o->io);
	if (keys->n != 1)
		return lc_fail(o->e, LC_EUSAGE, "%s", _("one key signs: give --key once"));
	int rc = key_source_signer(&source, keys->v[0], &o->s->signer, o->e);
	return rc ? lc_wrap(o->e, rc, "--key") : 0;
}

static int open_token(struct opening *o)
{
	const struct identity_source source = {
		.environment = o->io->environment,
		.http = o->s->witness.http,
		.given = given(o, CLI_OPT_IDENTITY_TOKEN),
		.audience = given(o, CLI_OPT_OIDC_CLIENT_ID),
		.given_alone = o->v->v[CLI_OPT_OIDC_DISABLE_AMBIENT_PROVIDERS].flag,
	};
	int rc = identity_token_find(&source, &o->s->token, o->e);
	if (rc == LC_ENOTFOUND && !o->e->len)
		return lc_fail(o->e, LC_EUSAGE, "%s",
			       _("who signs? give --key KEY, or --identity-token TOKEN|FILE (or "
				 "SIGSTORE_ID_TOKEN; a GitHub workflow needs the permission "
				 "id-token: write). No browser is opened"));
	rc = rc ? rc
		: identity_token_read(secret_get(&o->s->token), source.audience,
				      lc_now_ns() / 1000000000, o->a, &o->s->claims, o->e);
	return rc ? rc : crypt_signer_generate(CRYPT_P256, &o->s->signer, o->e);
}

/* ---- which services ---- */

static bool has_urls(const struct opening *o)
{
	return given(o, CLI_OPT_FULCIO_URL).n || given(o, CLI_OPT_SIGN_REKOR_URL).n ||
	       given(o, CLI_OPT_TIMESTAMP_SERVER_URL).n;
}

static bool log_refused(const struct opening *o)
{
	const struct cli_value *upload = &o->v->v[CLI_OPT_TLOG_UPLOAD];
	return upload->set_by != CLI_BY_DEFAULT && !upload->flag;
}

static int of_urls(struct opening *o)
{
	struct witness *w = &o->s->witness;
	struct lc_slice log = given(o, CLI_OPT_SIGN_REKOR_URL);
	struct lc_slice tsa = given(o, CLI_OPT_TIMESTAMP_SERVER_URL);
	o->s->ca = given(o, CLI_OPT_FULCIO_URL);
	if (log.n && !log_refused(o))
		w->logs[w->logs_n++] =
			(struct rekor_log){ log, (uint32_t)o->v->v[CLI_OPT_REKOR_VERSION].number };
	if (!log.n && o->v->v[CLI_OPT_TLOG_UPLOAD].flag)
		return lc_fail(o->e, LC_EUSAGE, "%s",
			       _("--tlog-upload: to which log? give "
				 "--rekor-url URL"));
	if (tsa.n)
		w->tsas[w->tsas_n++] = tsa;
	return 0;
}

static int choose(struct opening *o, const struct signing_config *c, enum signing_kind k,
		  struct signing_services *ret)
{
	int rc = signing_config_choose(c, k, lc_now_ns() / 1000000000, o->a, ret, o->e);
	if (!rc && ret->n > WITNESS_SERVICES_MAX)
		rc = lc_fail(o->e, LC_ELIMIT, _("the signing configuration names %zu services"),
			     ret->n);
	return rc;
}

static int of_config(struct opening *o, const struct signing_config *c, bool keyless)
{
	struct witness *w = &o->s->witness;
	struct signing_services cas = { 0 };
	struct signing_services logs = { 0 };
	struct signing_services tsas = { 0 };
	int rc = keyless ? choose(o, c, SIGNING_CA, &cas) : 0;
	if (!rc && !log_refused(o))
		rc = choose(o, c, SIGNING_LOG, &logs);
	rc = rc ? rc : choose(o, c, SIGNING_TSA, &tsas);
	if (rc)
		return rc;
	o->s->ca = cas.n ? cas.v[0].url : LC_S("");
	for (size_t i = 0; i < logs.n; i++)
		w->logs[w->logs_n++] = (struct rekor_log){ logs.v[i].url, logs.v[i].version };
	for (size_t i = 0; i < tsas.n; i++)
		w->tsas[w->tsas_n++] = tsas.v[i].url;
	return 0;
}

/* The configuration that is named, else the one that `initialize` keeps; LC_ENOTFOUND neither. */
static int read_config(struct opening *o, struct signing_config *ret, struct lc_slice *ret_name)
{
	struct lc_slice text;
	struct lc_slice path = given(o, CLI_OPT_SIGNING_CONFIG);
	const char *dir = path.n ? NULL : cli_trust_dir(o->io, o->a);
	if (!path.n && dir)
		path = lc_arena_fmt(o->a, "%s/" CLI_SIGNING_CONFIG_FILE, dir);
	*ret_name = path;
	if (!path.n)
		return LC_ENOTFOUND;
	int rc = io_read_text(path, CONFIG_BYTES_MAX, o->a, &text, o->e);
	if (rc == LC_ENOTFOUND && given(o, CLI_OPT_SIGNING_CONFIG).n)
		return lc_fail(o->e, LC_EUSAGE, _("--signing-config: %s: no such file"),
			       lc_quote(path).s);
	if (rc == LC_ENOTFOUND)
		lc_err_clear(o->e);
	return rc ? rc : signing_config_parse(text, o->a, ret, o->e);
}

static int choose_services(struct opening *o, bool keyless)
{
	struct signing_config config;
	struct lc_slice name;
	bool config_asked =
		given(o, CLI_OPT_SIGNING_CONFIG).n || o->v->v[CLI_OPT_USE_SIGNING_CONFIG].flag;
	if (has_urls(o) && config_asked)
		return lc_fail(o->e, LC_EUSAGE, "%s",
			       _("a signing configuration says which services: no --fulcio-url, "
				 "--rekor-url or --timestamp-server-url beside it"));
	if (has_urls(o))
		return of_urls(o);
	int rc = read_config(o, &config, &name);
	if (rc == LC_ENOTFOUND)
		return lc_fail(o->e, LC_EUSAGE, "%s",
			       keyless ? _("which services? give --signing-config FILE (lacre "
					   "initialize keeps one), or --fulcio-url with "
					   "--rekor-url or --timestamp-server-url")
				       : _("which log? give --rekor-url URL or --signing-config "
					   "FILE (lacre initialize keeps one)"));
	rc = rc ? rc : of_config(o, &config, keyless);
	return rc ? lc_wrap(o->e, rc, "%s", lc_quote(name).s) : 0;
}

/* A certificate lives for minutes: something must say later that it was used in time. */
static int check_services(struct opening *o, bool keyless)
{
	const struct witness *w = &o->s->witness;
	bool time = w->tsas_n != 0;
	for (size_t i = 0; i < w->logs_n; i++)
		time = time || w->logs[i].version == 1;
	if (keyless && !o->s->ca.n)
		return lc_fail(o->e, LC_EUSAGE, "%s",
			       _("no certificate authority: give --fulcio-url, or a signing "
				 "configuration that lists one"));
	if (keyless && !time)
		return lc_fail(o->e, LC_EUSAGE, "%s",
			       _("a certificate lives for minutes, and nothing would say that it "
				 "was used in time: name a log of version 1 (--rekor-url) or a "
				 "timestamp authority (--timestamp-server-url)"));
	if (!keyless && !w->logs_n && !w->tsas_n)
		return lc_fail(o->e, LC_EUSAGE, "%s",
			       _("no service is left to ask: the configuration lists no log and "
				 "no timestamp authority"));
	return 0;
}

static int open_root(struct opening *o)
{
	int rc = cli_trusted_root(o->io, o->v, o->a, &o->s->root, o->e);
	if (!rc && !o->s->root)
		rc = lc_fail(o->e, LC_EUSAGE, "%s",
			     _("whom to judge the services' answers by? give --trusted-root FILE, "
			       "or run lacre initialize"));
	o->s->witness.root = o->s->root;
	o->s->witness.ignore_sct = o->v->v[CLI_OPT_INSECURE_SKIP_VERIFY].flag;
	return rc;
}

/* ---- asking ---- */

static void start_clock(struct cli_signing *s, const struct cli_values *v)
{
	int64_t timeout = v->v[CLI_OPT_TIMEOUT].number;
	if (!s->watching)
		return;
	if (timeout)
		s->limits.deadline_ns = lc_ticks_ns() + timeout;
	cli_interrupt_limits(&s->limits); /* a signal that came before stops it at once */
}

static int open_client(struct opening *o, const struct lc_limits *limits)
{
	struct http_options options = { .environment = o->io->environment };
	struct lc_slice cacert = given(o, CLI_OPT_CACERT);
	int rc = cacert.n ? io_read_text(cacert, CACERT_BYTES_MAX, o->a, &options.tls.ca_pem, o->e)
			  : 0;
	if (rc)
		return lc_wrap(o->e, rc, "--cacert");
	o->s->limits = lc_limits_default;
	o->s->watching = !limits;
	options.limits = limits ? limits : &o->s->limits;
	start_clock(o->s, o->v);
	return http_client_new(&options, &o->s->witness.http, o->e);
}

int cli_signing_open(struct cli_io *io, const struct cli_values *v, const struct lc_limits *limits,
		     struct lc_arena *a, struct cli_signing *ret, struct lc_err *e)
{
	struct opening o = { .io = io, .v = v, .a = a, .s = ret, .e = e };
	bool keyless = v->v[CLI_OPT_KEY].list.n == 0;
	ret->online = keyless || has_urls(&o) || given(&o, CLI_OPT_SIGNING_CONFIG).n ||
		      v->v[CLI_OPT_USE_SIGNING_CONFIG].flag || v->v[CLI_OPT_TLOG_UPLOAD].flag;
	int rc = keyless ? 0 : open_key(&o);
	if (rc || !ret->online)
		return rc;
	rc = open_client(&o, limits);
	if (!rc && keyless)
		rc = open_token(&o);
	rc = rc ? rc : choose_services(&o, keyless);
	rc = rc ? rc : check_services(&o, keyless);
	return rc ? rc : open_root(&o);
}

int cli_signing_certify(struct cli_signing *s, const struct cli_values *v, struct lc_arena *a,
			struct lc_err *e)
{
	if (!s->online)
		return 0;
	start_clock(s, v);
	if (!s->ca.n || !s->token.n)
		return 0;
	return witness_certificate(&s->witness, s->ca, s->signer, secret_get(&s->token), &s->claims,
				   a, e);
}

void cli_signing_done(struct cli_signing *s)
{
	if (s->watching)
		cli_interrupt_limits(NULL);
	http_client_free(s->witness.http);
	crypt_signer_free(s->signer);
	trusted_root_free(s->root);
	secret_done(&s->token);
	*s = (struct cli_signing){ 0 };
}
