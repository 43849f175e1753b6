/*
 * lacre initialize: fetch whom to trust from a mirror of TUF, and keep it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/shim.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/demand.h"
#include "cli/interrupt.h"
#include "cli/talk.h"
#include "io/file.h"
#include "io/http.h"
#include "trust/signing_config.h"
#include "trust/tuf.h"

enum { PATH_BYTES_MAX = 4096 };

static const enum cli_opt options[] = {
	CLI_OPT_MIRROR, CLI_OPT_ROOT,  CLI_OPT_ROOT_CHECKSUM, CLI_OPT_TIMEOUT,
	CLI_OPT_QUIET,  CLI_OPT_DEBUG, CLI_OPT_HELP,          CLI_OPT_N,
};

struct work {
	struct cli_io *io;
	const struct cli_values *v;
	struct lc_arena a;
	struct lc_limits limits;
	struct lc_slice mirror;
	struct http_client *client; /* of a mirror on the web */
	const char *dir;            /* where it is kept */
	struct tuf_state state;
	struct lc_buf target;
	struct lc_buf config; /* which services to sign with; empty: the mirror lists none */
	struct lc_err e;
};

/* ---- the mirror ---- */

static int fetch_url(struct work *w, const char *url, struct lc_buf *ret, struct lc_err *e)
{
	struct http_response *answer = NULL;
	const struct http_request q = { .url = url };
	int rc = http_send(w->client, &q, &answer, e);
	if (!rc && answer->status == 404)
		rc = lc_fail(e, LC_ENOTFOUND, "%s: not there", lc_quote(lc_str(url)).s);
	else if (!rc && answer->status != 200)
		rc = http_refusal(answer, e);
	rc = rc ? rc : http_read_all(answer, ret, e);
	http_close(answer);
	return rc;
}

static int fetch(void *ctx, const char *name, struct lc_buf *ret, struct lc_err *e)
{
	struct work *w = ctx;
	struct lc_slice base = w->mirror;
	(void)lc_chop_suffix(&base, LC_S("/")); /* there or not */
	struct lc_slice whole = { NULL, 0 };
	if (base.n < PATH_BYTES_MAX)
		whole = lc_arena_fmt(&w->a, "%.*s/%s", LC_FMT(base), name);
	if (!whole.p)
		return lc_fail(e, LC_ENOMEM, "%s", _("no memory for a name"));
	return w->client ? fetch_url(w, (const char *)whole.p, ret, e)
			 : io_read_file((const char *)whole.p, ret, e);
}

static int open_mirror(struct work *w)
{
	w->mirror = w->v->v[CLI_OPT_MIRROR].text;
	(void)lc_chop_prefix(&w->mirror, LC_S("file://")); /* a directory either way */
	if (!w->mirror.n)
		return lc_fail(&w->e, LC_EUSAGE, "%s", _("which mirror? give --mirror DIR or URL"));
	if (!lc_starts(w->mirror, LC_S("https://")) && !lc_starts(w->mirror, LC_S("http://")))
		return 0;
	const struct http_options o = { .environment = w->io->environment, .limits = &w->limits };
	return http_client_new(&o, &w->client, &w->e);
}

/* ---- what is kept ---- */

static const char *path_of(struct work *w, const char *name)
{
	return (const char *)lc_arena_fmt(&w->a, "%s/%s", w->dir, name).p;
}

static int read_kept(struct work *w)
{
	for (unsigned r = 0; r < TUF_ROLE_N; r++) {
		char name[32];
		bool is_dir;
		(void)snprintf(name, sizeof(name), "%s.json", tuf_role_name((enum tuf_role)r));
		const char *path = path_of(w, name);
		if (!path)
			return lc_fail(&w->e, LC_ENOMEM, "%s", _("no memory for a name"));
		int rc = io_exists(path, &is_dir) ? io_read_file(path, &w->state.v[r], &w->e) : 0;
		if (rc)
			return rc;
	}
	return 0;
}

static int read_root(struct work *w)
{
	struct lc_slice given = w->v->v[CLI_OPT_ROOT].text;
	struct lc_slice checksum = w->v->v[CLI_OPT_ROOT_CHECKSUM].text;
	struct digest have;
	char hex[DIGEST_TEXT_MAX];
	if (!given.n && !w->state.v[TUF_ROOT].n)
		return lc_fail(&w->e, LC_EUSAGE, "%s",
			       _("whom to trust at first? give --root FILE, from a place that you "
				 "trust"));
	if (given.n) {
		const char *path = lc_arena_str(&w->a, given);
		lc_buf_clear(&w->state.v[TUF_ROOT]);
		int rc = path ? io_read_file(path, &w->state.v[TUF_ROOT], &w->e) : LC_ENOMEM;
		if (rc)
			return lc_wrap(&w->e, rc, "--root");
	}
	if (!checksum.n)
		return 0;
	(void)lc_chop_prefix(&checksum, LC_S("sha256:")); /* there or not */
	int rc = digest_of(DIGEST_SHA256, lc_buf_get(&w->state.v[TUF_ROOT]), &have, &w->e);
	if (!rc && !lc_eq_nocase(checksum, lc_str(digest_hex(&have, hex))))
		rc = lc_fail(&w->e, LC_EBAD,
			     _("--root: its SHA-256 is %s, not what "
			       "--root-checksum says"),
			     hex);
	return rc;
}

/* A mirror that lists no services any more takes back those of before. */
static int write_config(struct work *w)
{
	const char *path = path_of(w, CLI_SIGNING_CONFIG_FILE);
	if (!path)
		return LC_ENOMEM;
	if (w->config.n)
		return io_write_file(path, 0644, lc_buf_get(&w->config), &w->e);
	int rc = lc_sys_unlink(AT_FDCWD, path);
	return rc == 0 || rc == -ENOENT ? 0 : lc_fail_sys(&w->e, -rc, "%s", path);
}

/* The newest last: what is half written is the older one still. */
static int write_kept(struct work *w)
{
	int rc = io_make_dirs(w->dir, &w->e);
	for (unsigned r = 0; !rc && r < TUF_ROLE_N; r++) {
		char name[32];
		(void)snprintf(name, sizeof(name), "%s.json", tuf_role_name((enum tuf_role)r));
		const char *path = path_of(w, name);
		rc = path ? io_write_file(path, 0644, lc_buf_get(&w->state.v[r]), &w->e)
			  : LC_ENOMEM;
	}
	rc = rc ? rc : write_config(w);
	const char *path = path_of(w, CLI_TRUSTED_ROOT_FILE);
	rc = rc || path ? rc : LC_ENOMEM;
	return rc ? rc : io_write_file(path, 0644, lc_buf_get(&w->target), &w->e);
}

static void tell(struct work *w)
{
	struct tuf_info root;
	struct tuf_info news;
	char expires[LC_TIME_MAX];
	if (tuf_info(TUF_ROOT, lc_buf_get(&w->state.v[TUF_ROOT]), &root, NULL) ||
	    tuf_info(TUF_TIMESTAMP, lc_buf_get(&w->state.v[TUF_TIMESTAMP]), &news, NULL))
		return;
	lc_time_format(news.expires, 0, expires);
	cli_note(w->io, w->v, _("trusted root in %s: root version %lld, fresh until %s"),
		 lc_quote(lc_str(w->dir)).s, (long long)root.version, expires);
}

/* Services to sign with, where there are any; nobody who verifies needs them. */
static int fetch_config(struct work *w, const struct tuf_mirror *mirror)
{
	struct signing_config parsed;
	int rc = tuf_update(mirror, lc_now_ns() / 1000000000, LC_S(CLI_SIGNING_CONFIG_FILE),
			    &w->state, &w->config, &w->e);
	if (rc == LC_ENOTFOUND) {
		lc_err_clear(&w->e);
		return 0;
	}
	if (rc || signing_config_parse(lc_buf_get(&w->config), &w->a, &parsed, &w->e) == 0)
		return rc;
	cli_warn(w->io, w->v, _("the mirror's services to sign with are not kept: %s"), w->e.msg);
	lc_err_clear(&w->e);
	lc_buf_clear(&w->config);
	return 0;
}

/* A root from before, given again, must not lead back: what is kept has seen newer keys. */
static int check_order(struct work *w, int64_t kept)
{
	struct tuf_info now;
	int rc = tuf_info(TUF_ROOT, lc_buf_get(&w->state.v[TUF_ROOT]), &now, &w->e);
	if (rc || now.version >= kept)
		return rc;
	return lc_fail(&w->e, LC_EBAD,
		       _("--root leads to root version %lld, and %lld is kept in %s: remove that "
			 "to begin anew"),
		       (long long)now.version, (long long)kept, w->dir);
}

static int64_t kept_version(const struct work *w)
{
	struct tuf_info kept = { 0 };
	struct lc_slice root = lc_buf_get(&w->state.v[TUF_ROOT]);
	/* What is kept and cannot be read is begun anew by a root that is given. */
	return root.n && tuf_info(TUF_ROOT, root, &kept, NULL) == 0 ? kept.version : 0;
}

static int work(struct work *w)
{
	struct trusted_root *parsed = NULL;
	const struct tuf_mirror mirror = { fetch, w };
	w->dir = cli_trust_dir(w->io, &w->a);
	if (!w->dir)
		return lc_fail(&w->e, LC_EUSAGE, "%s",
			       _("no place to keep it: set HOME or TUF_ROOT"));
	int rc = open_mirror(w);
	rc = rc ? rc : read_kept(w);
	int64_t kept = rc ? 0 : kept_version(w);
	rc = rc ? rc : read_root(w);
	rc = rc ? rc
		: tuf_update(&mirror, lc_now_ns() / 1000000000, LC_S(CLI_TRUSTED_ROOT_FILE),
			     &w->state, &w->target, &w->e);
	rc = rc ? rc : check_order(w, kept);
	/* What cannot be used later does not replace what can. */
	rc = rc ? rc : trusted_root_parse(lc_buf_get(&w->target), &parsed, &w->e);
	trusted_root_free(parsed);
	rc = rc ? rc : fetch_config(w, &mirror);
	return rc ? rc : write_kept(w);
}

static int run(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	struct work w = { .io = io, .v = v, .limits = lc_limits_default };
	int64_t timeout = v->v[CLI_OPT_TIMEOUT].number;
	(void)cmd;
	if (timeout)
		w.limits.deadline_ns = lc_ticks_ns() + timeout;
	cli_interrupt_limits(&w.limits);
	tuf_state_init(&w.state);
	lc_buf_init(&w.target, TUF_TARGET_MAX);
	lc_buf_init(&w.config, TUF_TARGET_MAX);
	int rc = work(&w);
	if (rc && !w.e.len)
		(void)lc_fail(&w.e, rc, "%s", _("no memory for options"));
	if (!rc)
		tell(&w);
	cli_interrupt_limits(NULL);
	int status = rc ? cli_fail_in_time(io, v, &w.limits, &w.e) : CLI_OK;
	http_client_free(w.client);
	lc_buf_done(&w.target);
	lc_buf_done(&w.config);
	tuf_state_done(&w.state);
	lc_arena_done(&w.a);
	return status;
}

const struct cli_command cli_command_initialize = {
	.name = "initialize",
	.synopsis = N_("--mirror DIR|URL --root FILE [flags]"),
	.summary = N_("fetch and keep whom signatures are judged by"),
	.description = N_(
		"Fetches trusted_root.json from a mirror of The Update Framework, beginning at a "
		"root that you trust, and keeps it below TUF_ROOT (default: lacre/trust below "
		"the user's data directory), where commands that verify find it; with it the "
		"configuration of services to sign with, when the mirror lists one. A mirror that "
		"is changed, out of date or goes back is refused, and what was kept stays. A "
		"directory works as a mirror, too: copy one to where there is no network."),
	.examples = N_(
		"the public instance\n"
		"  lacre initialize --mirror https://tuf-repo-cdn.sigstore.dev --root root.json\n"
		"later, to refresh\n"
		"  lacre initialize --mirror https://tuf-repo-cdn.sigstore.dev\n"),
	.options = options,
	.origin = CLI_COSIGN,
	.run = run,
};
