/*
 * lacre trusted-root create: say in one file whom to judge signatures by.
 */
#include "base/shim.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/demand.h"
#include "cli/result.h"
#include "cli/talk.h"
#include "io/file.h"
#include "trust/trusted_root_write.h"

enum { PARTIES_MAX = 64, FILE_BYTES_MAX = 1 << 20, ROOT_BYTES_MAX = 16 << 20 };

static const enum cli_opt options[] = {
	CLI_OPT_ROOT_FULCIO,
	CLI_OPT_ROOT_REKOR,
	CLI_OPT_ROOT_CTFE,
	CLI_OPT_ROOT_TSA,
	CLI_OPT_WITH_DEFAULT_SERVICES,
	CLI_OPT_NO_DEFAULT_FULCIO,
	CLI_OPT_NO_DEFAULT_REKOR,
	CLI_OPT_NO_DEFAULT_CTFE,
	CLI_OPT_NO_DEFAULT_TSA,
	CLI_OPT_TRUSTED_ROOT,
	CLI_OPT_OUT,
	CLI_OPT_OUTPUT,
	CLI_OPT_QUIET,
	CLI_OPT_DEBUG,
	CLI_OPT_HELP,
	CLI_OPT_N,
};

static const struct {
	enum cli_opt option;  /* that describes parties */
	enum cli_opt without; /* that leaves out those of the kept root */
	enum root_party_kind kind;
	const char *file; /* key of the file with their certificates, or key */
	bool start_needed;
} kinds[] = {
	{ CLI_OPT_ROOT_FULCIO, CLI_OPT_NO_DEFAULT_FULCIO, ROOT_CA, "certificate-chain", false },
	{ CLI_OPT_ROOT_REKOR, CLI_OPT_NO_DEFAULT_REKOR, ROOT_TLOG, "public-key", true },
	{ CLI_OPT_ROOT_CTFE, CLI_OPT_NO_DEFAULT_CTFE, ROOT_CTLOG, "public-key", true },
	{ CLI_OPT_ROOT_TSA, CLI_OPT_NO_DEFAULT_TSA, ROOT_TSA, "certificate-chain", false },
};

struct work {
	struct cli_io *io;
	const struct cli_values *v;
	struct lc_arena a;
	struct root_party parties[PARTIES_MAX];
	size_t n;
	struct lc_err e;
};

static int read_text(struct work *w, struct lc_slice path, size_t max, struct lc_slice *ret)
{
	int rc = io_read_text(path, max, &w->a, ret, &w->e);
	return rc == LC_ENOTFOUND
		       ? lc_fail(&w->e, LC_EUSAGE, _("%s: no such file"), lc_quote(path).s)
		       : rc;
}

/* ---- "url=…,certificate-chain=…,start-time=…" ---- */

static int take_time(struct work *w, struct lc_slice name, struct lc_slice text, bool *ret_has,
		     int64_t *ret)
{
	uint32_t ns;
	*ret_has = lc_time_parse(text, ret, &ns);
	return *ret_has ? 0
			: lc_fail(&w->e, LC_EUSAGE,
				  _("%s: a time is written as 2026-01-31T12:00:00Z"),
				  lc_quote(name).s);
}

static int take_pair(struct work *w, size_t kind, struct lc_slice pair, struct root_party *p)
{
	struct lc_slice name;
	struct lc_slice value;
	if (!lc_cut(pair, '=', &name, &value) || !value.n)
		return lc_fail(&w->e, LC_EUSAGE, _("%s is no KEY=VALUE"), lc_quote(pair).s);
	name = lc_trim(name);
	value = lc_trim(value);
	if (lc_eq(name, LC_S("url"))) {
		p->url = value;
		return 0;
	}
	if (lc_eq(name, lc_str(kinds[kind].file)))
		return read_text(w, value, FILE_BYTES_MAX, &p->pem);
	if (lc_eq(name, LC_S("start-time")))
		return take_time(w, name, value, &p->valid.has_start, &p->valid.start);
	if (lc_eq(name, LC_S("end-time")))
		return take_time(w, name, value, &p->valid.has_end, &p->valid.end);
	if (lc_eq(name, LC_S("origin")) && kinds[kind].start_needed) {
		p->origin = value;
		return 0;
	}
	return lc_fail(&w->e, LC_EUSAGE, _("%s is not known here: url, %s, start-time, end-time%s"),
		       lc_quote(name).s, kinds[kind].file,
		       kinds[kind].start_needed ? ", origin" : "");
}

static int take_party(struct work *w, size_t kind, struct lc_slice text)
{
	struct lc_slice rest = text;
	struct lc_slice pair;
	if (w->n == PARTIES_MAX)
		return lc_fail(&w->e, LC_ELIMIT, _("at most %d services"), PARTIES_MAX);
	struct root_party *p = &w->parties[w->n++];
	p->kind = kinds[kind].kind;
	while (rest.p && lc_split(&rest, ',', &pair)) {
		int rc = take_pair(w, kind, pair, p);
		if (rc)
			return rc;
	}
	if (!p->url.n || !p->pem.n)
		return lc_fail(&w->e, LC_EUSAGE, _("url and %s are needed"), kinds[kind].file);
	/* A log's key that was good since ever would make old entries good by mistake. */
	if (kinds[kind].start_needed && !p->valid.has_start)
		return lc_fail(&w->e, LC_EUSAGE, "%s",
			       _("start-time is needed: since when is "
				 "this key in use?"));
	return 0;
}

static int read_parties(struct work *w)
{
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		const struct lc_slices *all = &w->v->v[kinds[k].option].list;
		for (size_t i = 0; i < all->n; i++) {
			int rc = take_party(w, k, all->v[i]);
			if (rc)
				return lc_wrap(&w->e, rc, "--%s",
					       cli_options[kinds[k].option].name);
		}
	}
	return 0;
}

/* ---- what is there already ---- */

/* --trusted-root, else what `initialize` keeps. */
static int read_base(struct work *w, struct lc_slice *ret, unsigned *ret_drop)
{
	struct lc_slice path = w->v->v[CLI_OPT_TRUSTED_ROOT].text;
	const char *dir = cli_trust_dir(w->io, &w->a);
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		*ret_drop |= w->v->v[kinds[k].without].flag ? 1u << kinds[k].kind : 0;
	if (!path.n && !w->v->v[CLI_OPT_WITH_DEFAULT_SERVICES].flag)
		return 0;
	if (!path.n && dir)
		path = lc_arena_fmt(&w->a, "%s/" CLI_TRUSTED_ROOT_FILE, dir);
	if (!path.n)
		return lc_fail(&w->e, LC_EUSAGE, "%s",
			       _("no place to look for a kept root: set HOME or TUF_ROOT"));
	return read_text(w, path, ROOT_BYTES_MAX, ret);
}

static int work(struct work *w, struct lc_buf *out)
{
	struct lc_slice base = LC_S("");
	unsigned drop = 0;
	int rc = read_parties(w);
	rc = rc ? rc : read_base(w, &base, &drop);
	if (!rc && !w->n && !base.n)
		rc = lc_fail(&w->e, LC_EUSAGE, "%s",
			     _("of whom? give --fulcio, --rekor, --ctfe or --tsa"));
	rc = rc ? rc : trusted_root_write(w->parties, w->n, base, drop, out, &w->e);
	return rc ? rc : lc_buf_byte(out, '\n');
}

static int run(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	struct lc_buf out LC_CLEANUP(lc_buf_done) = { 0 };
	struct work *w = lc_alloc0(1, sizeof(*w));
	(void)cmd;
	if (!w)
		return cli_error(io, CLI_ERROR, "%s", _("no memory for options"));
	w->io = io;
	w->v = v;
	lc_arena_init(&w->a, (size_t)64 << 20);
	lc_buf_init(&out, ROOT_BYTES_MAX);
	int rc = work(w, &out);
	int status = rc ? cli_fail(io, &w->e) : cli_output(io, v, &out);
	lc_arena_done(&w->a);
	lc_free(w);
	return status;
}

const struct cli_command cli_command_trusted_root_create = {
	.name = "trusted-root create",
	.synopsis = N_("--fulcio|--rekor|--ctfe|--tsa KEY=VALUE,... [flags]"),
	.summary = N_("say in one file whom to judge signatures by"),
	.description =
		N_("Makes a trusted_root.json of certificates and keys: authorities that issue "
		   "certificates (--fulcio) and timestamps (--tsa) with url, certificate-chain "
		   "(PEM, the root last) and times; logs (--rekor, --ctfe) with url, public-key, "
		   "start-time, and origin for those that are named by it. --with-default-services "
		   "takes what `initialize` keeps, or --trusted-root, as well."),
	.examples = N_("a private instance\n"
		       "  lacre trusted-root create --fulcio "
		       "url=https://ca.example,certificate-chain=ca.pem --rekor "
		       "url=https://log.example,public-key=log.pub,start-time=2026-01-01T00:00:00Z "
		       "--out trusted_root.json\n"),
	.options = options,
	.origin = CLI_COSIGN,
	.run = run,
};
