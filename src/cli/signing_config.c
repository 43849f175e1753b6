/*
 * lacre signing-config create: say in one file which services to sign with.
 */
#include "base/shim.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/demand.h"
#include "cli/result.h"
#include "cli/talk.h"
#include "io/file.h"
#include "trust/signing_config.h"

enum { CONFIG_BYTES_MAX = 1 << 20 };

static const enum cli_opt options[] = {
	CLI_OPT_SERVICE_FULCIO,
	CLI_OPT_SERVICE_OIDC,
	CLI_OPT_SERVICE_REKOR,
	CLI_OPT_REKOR_CONFIG,
	CLI_OPT_SERVICE_TSA,
	CLI_OPT_TSA_CONFIG,
	CLI_OPT_BASE_CONFIG,
	CLI_OPT_WITH_DEFAULT_SERVICES,
	CLI_OPT_NO_DEFAULT_FULCIO,
	CLI_OPT_NO_DEFAULT_OIDC,
	CLI_OPT_NO_DEFAULT_REKOR,
	CLI_OPT_NO_DEFAULT_TSA,
	CLI_OPT_OUT,
	CLI_OPT_OUTPUT,
	CLI_OPT_QUIET,
	CLI_OPT_DEBUG,
	CLI_OPT_HELP,
	CLI_OPT_N,
};

static const struct {
	enum cli_opt option;  /* that describes services */
	enum cli_opt without; /* that leaves out those of the base */
	enum cli_opt config;  /* how many to choose; CLI_OPT_N always one */
} kinds[SIGNING_KIND_N] = {
	[SIGNING_CA] = { CLI_OPT_SERVICE_FULCIO, CLI_OPT_NO_DEFAULT_FULCIO, CLI_OPT_N },
	[SIGNING_OIDC] = { CLI_OPT_SERVICE_OIDC, CLI_OPT_NO_DEFAULT_OIDC, CLI_OPT_N },
	[SIGNING_LOG] = { CLI_OPT_SERVICE_REKOR, CLI_OPT_NO_DEFAULT_REKOR, CLI_OPT_REKOR_CONFIG },
	[SIGNING_TSA] = { CLI_OPT_SERVICE_TSA, CLI_OPT_NO_DEFAULT_TSA, CLI_OPT_TSA_CONFIG },
};

struct work {
	struct cli_io *io;
	const struct cli_values *v;
	struct lc_arena a;
	struct signing_config c;
	struct lc_err e;
};

/* ---- "url=…,api-version=…,start-time=…,operator=…" ---- */

static bool take_pair(struct lc_slice name, struct lc_slice value, struct signing_service *s)
{
	uint32_t ns;
	uint64_t version;
	if (lc_eq(name, LC_S("url"))) {
		s->url = value;
		return true;
	}
	if (lc_eq(name, LC_S("operator"))) {
		s->operator= value;
		return true;
	}
	if (lc_eq(name, LC_S("api-version")) && lc_u64(value, 10, INT32_MAX, &version)) {
		s->version = (uint32_t)version;
		return true;
	}
	if (lc_eq(name, LC_S("start-time")))
		return s->valid.has_start = lc_time_parse(value, &s->valid.start, &ns);
	if (lc_eq(name, LC_S("end-time")))
		return s->valid.has_end = lc_time_parse(value, &s->valid.end, &ns);
	return false;
}

static int take_service(struct work *w, struct lc_slice text, struct signing_services *to)
{
	struct lc_slice rest = text;
	struct lc_slice pair;
	struct lc_slice name;
	struct lc_slice value;
	struct signing_service *s = lc_vec_push(&w->a, to);
	if (!s)
		return lc_fail(&w->e, LC_ENOMEM, "%s", _("no memory for options"));
	while (rest.p && lc_split(&rest, ',', &pair))
		if (!lc_cut(pair, '=', &name, &value) ||
		    !take_pair(lc_trim(name), lc_trim(value), s))
			return lc_fail(&w->e, LC_EUSAGE,
				       _("%s is none of url=URL, api-version=N, operator=NAME, "
					 "start-time=TIME and end-time=TIME, with times as "
					 "2026-01-31T12:00:00Z"),
				       lc_quote(pair).s);
	if (!s->url.n || !s->version || !s->operator.n || !s->valid.has_start)
		return lc_fail(&w->e, LC_EUSAGE, "%s",
			       _("url, api-version, operator and start-time are needed"));
	return 0;
}

/* ANY, ALL, EXACT:N */
static int take_selector(struct work *w, enum signing_kind k)
{
	struct lc_slice text = w->v->v[kinds[k].config].text;
	struct lc_slice word = text;
	struct lc_slice number = LC_S("");
	uint64_t n = 0;
	bool counted = lc_cut(text, ':', &word, &number);
	bool fine = signing_selector_parse(word, &w->c.selector[k]) &&
		    counted == (w->c.selector[k] == SIGNING_EXACT) &&
		    (!counted || (lc_u64(number, 10, SIGNING_SERVICES_MAX, &n) && n > 0));
	w->c.count[k] = (uint32_t)n;
	return fine ? 0
		    : lc_fail(&w->e, LC_EUSAGE, _("--%s: ANY, ALL or EXACT:N"),
			      cli_options[kinds[k].config].name);
}

static int take_kind(struct work *w, enum signing_kind k)
{
	const struct lc_slices *given = &w->v->v[kinds[k].option].list;
	int rc = 0;
	if (given->n || w->v->v[kinds[k].without].flag)
		w->c.of[k] = (struct signing_services){ 0 };
	for (size_t i = 0; !rc && i < given->n; i++)
		rc = take_service(w, given->v[i], &w->c.of[k]);
	if (rc)
		return lc_wrap(&w->e, rc, "--%s", cli_options[kinds[k].option].name);
	if (kinds[k].config == CLI_OPT_N)
		return 0;
	if (w->v->v[kinds[k].config].text.n)
		return take_selector(w, k);
	if (given->n)
		return lc_fail(&w->e, LC_EUSAGE, _("--%s: how many of them? give --%s"),
			       cli_options[kinds[k].option].name,
			       cli_options[kinds[k].config].name);
	return 0;
}

/* ---- what is there already ---- */

static int read_base(struct work *w)
{
	struct lc_slice path = w->v->v[CLI_OPT_BASE_CONFIG].text;
	struct lc_slice text;
	const char *dir = cli_trust_dir(w->io, &w->a);
	for (unsigned k = 0; k < SIGNING_KIND_N; k++)
		w->c.selector[k] = SIGNING_ANY;
	if (!path.n && !w->v->v[CLI_OPT_WITH_DEFAULT_SERVICES].flag)
		return 0;
	if (!path.n && dir)
		path = lc_arena_fmt(&w->a, "%s/" CLI_SIGNING_CONFIG_FILE, dir);
	if (!path.n)
		return lc_fail(
			&w->e, LC_EUSAGE, "%s",
			_("no place to look for a kept configuration: set HOME or TUF_ROOT"));
	int rc = io_read_text(path, CONFIG_BYTES_MAX, &w->a, &text, &w->e);
	if (rc == LC_ENOTFOUND)
		return lc_fail(&w->e, LC_EUSAGE, _("%s: no such file"), lc_quote(path).s);
	return rc ? rc : signing_config_parse(text, &w->a, &w->c, &w->e);
}

/* Read again: what could not be used leaves no file. */
static int work(struct work *w, struct lc_buf *out)
{
	struct signing_config again;
	size_t services = 0;
	int rc = read_base(w);
	for (unsigned k = 0; !rc && k < SIGNING_KIND_N; k++) {
		rc = take_kind(w, (enum signing_kind)k);
		services += w->c.of[k].n;
	}
	if (!rc && !services)
		rc = lc_fail(&w->e, LC_EUSAGE, "%s",
			     _("which services? give --fulcio, --rekor, --tsa or --oidc-provider"));
	if (!rc && signing_config_write(&w->c, out))
		rc = lc_fail(&w->e, LC_ENOMEM, "%s", _("no memory for options"));
	rc = rc ? rc : signing_config_parse(lc_buf_get(out), &w->a, &again, &w->e);
	return rc ? rc : lc_buf_byte(out, '\n');
}

static int run(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	struct lc_buf out LC_CLEANUP(lc_buf_done) = { 0 };
	struct work w = { .io = io, .v = v };
	(void)cmd;
	lc_arena_init(&w.a, (size_t)64 << 20);
	lc_buf_init(&out, CONFIG_BYTES_MAX);
	int rc = work(&w, &out);
	int status = rc ? cli_fail(io, &w.e) : cli_output(io, v, &out);
	lc_arena_done(&w.a);
	return status;
}

const struct cli_command cli_command_signing_config_create = {
	.name = "signing-config create",
	.synopsis = N_("--fulcio|--rekor|--tsa|--oidc-provider KEY=VALUE,... [flags]"),
	.summary = N_("say in one file which services to sign with"),
	.description = N_(
		"Makes a signing configuration of version 0.2: each service with url, api-version, "
		"operator and start-time (end-time when it is known), and for logs and timestamp "
		"authorities how many are to be asked: ANY, ALL or EXACT:N. --base-config, or "
		"--with-default-services for what `initialize` keeps, gives those of the kinds "
		"that are not described."),
	.examples =
		N_("a private instance\n"
		   "  lacre signing-config create --fulcio url=https://ca.example,api-version=1,"
		   "operator=example,start-time=2026-01-01T00:00:00Z --rekor "
		   "url=https://log.example,api-version=1,operator=example,"
		   "start-time=2026-01-01T00:00:00Z --rekor-config ANY --out "
		   "signing_config.json\n"),
	.options = options,
	.origin = CLI_COSIGN,
	.run = run,
};
