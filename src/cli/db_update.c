/*
 * lacre db update: bring the public feeds, or a mirror's, and build the database from them.
 */
#include "advisory/update_http.h"
#include "base/shim.h"
#include "cli/commands.h"
#include "cli/database.h"
#include "cli/interrupt.h"
#include "cli/remote.h"
#include "cli/result.h"
#include "cli/talk.h"
#include "io/file.h"

enum { SUMMARY_BYTES_MAX = 1 << 20 };

static const enum cli_opt options[] = {
	CLI_OPT_FROM,      CLI_OPT_ONLY,        CLI_OPT_FEED,  CLI_OPT_KEEP_GOING, CLI_OPT_INSECURE,
	CLI_OPT_CACERT,    CLI_OPT_NO_PROGRESS, CLI_OPT_QUIET, CLI_OPT_DEBUG,      CLI_OPT_DB,
	CLI_OPT_CACHE_DIR, CLI_OPT_TIMEOUT,     CLI_OPT_HELP,  CLI_OPT_VERSION,    CLI_OPT_N,
};

struct updating {
	struct cli_io *io;
	const struct cli_values *v;
	struct lc_arena *a;
	struct lc_limits limits;
	struct oci_remote remote;
	struct adv_http http;
	struct adv_update_options o;
};

static int set_places(struct updating *u, struct lc_err *e)
{
	const char *dir;
	const char *file;
	int rc = cli_database_home(u->io, u->v, u->a, &dir, &file, e);
	if (!rc)
		rc = io_make_dirs(dir, e);
	if (rc)
		return rc;
	struct lc_slice given = u->v->v[CLI_OPT_DB].text;
	u->o.database = given.n ? given : lc_str(file);
	u->o.cache = lc_arena_fmt(u->a, "%s/feeds", dir);
	return u->o.cache.p ? 0 : lc_fail(e, LC_ENOMEM, "%s", _("no memory for options"));
}

static int set_client(struct updating *u, struct lc_err *e)
{
	int rc = cli_remote(u->io, u->v, u->a, &u->remote, e);
	if (rc)
		return rc;
	struct http_options h = { .environment = u->io->environment, .limits = &u->limits };
	h.tls.ca_pem = u->remote.ca_pem;
	h.tls.insecure = u->remote.insecure;
	u->o.fetch = adv_fetch_http;
	u->http.plain_http = u->remote.insecure;
	u->o.fetch_ctx = &u->http;
	return http_client_new(&h, &u->http.client, e);
}

static int prepare(struct updating *u, struct lc_err *e)
{
	const struct cli_value *timeout = &u->v->v[CLI_OPT_TIMEOUT];
	u->limits = lc_limits_default;
	/* Its default is for scans: feeds take as long as the line does, and stalls end by
	 * themselves. */
	if (timeout->set_by != CLI_BY_DEFAULT && timeout->number)
		u->limits.deadline_ns = lc_ticks_ns() + timeout->number;
	u->o.limits = &u->limits;
	u->o.from = u->v->v[CLI_OPT_FROM].text;
	u->o.only = u->v->v[CLI_OPT_ONLY].list;
	u->o.feeds = u->v->v[CLI_OPT_FEED].list;
	u->o.keep_going = u->v->v[CLI_OPT_KEEP_GOING].flag;
	u->o.progress = cli_progress_feed;
	int rc = set_places(u, e);
	return rc ? rc : set_client(u, e);
}

static void tell_files(struct updating *u, const struct adv_update_result *r)
{
	for (size_t i = 0; i < r->files.n; i++) {
		const struct adv_update_file *f = &r->files.v[i];
		if (f->state == ADV_FILE_FAILED)
			cli_warn(u->io, u->v, _("feed %s: %s: %s"), lc_quote(f->feed).s,
				 lc_quote(f->path).s, lc_quote(f->why).s);
	}
	for (size_t i = 0; i < r->build.feeds.n; i++) {
		const struct adv_build_feed *f = &r->build.feeds.v[i];
		if (f->broken)
			cli_warn(u->io, u->v,
				 _("%s: %llu records could not be read, the first: %s"),
				 lc_quote(f->name).s, (unsigned long long)f->broken,
				 lc_quote(f->first_broken).s);
	}
}

static unsigned long long count(const struct adv_update_result *r, unsigned state)
{
	unsigned long long n = 0;
	for (size_t i = 0; i < r->files.n; i++)
		n += (unsigned)r->files.v[i].state == state;
	return n;
}

static int tell_result(struct updating *u, const struct adv_update_result *r)
{
	struct lc_buf out;
	lc_buf_init(&out, SUMMARY_BYTES_MAX);
	if (r->files.n) {
		lc_buf_fmt(&out, _("%llu files new, %llu unchanged, %llu failed"),
			   count(r, ADV_FILE_NEW), count(r, ADV_FILE_UNCHANGED),
			   count(r, ADV_FILE_FAILED));
		lc_buf_byte(&out, '\n');
	}
	if (r->current)
		lc_buf_fmt(&out, _("%s: up to date"), lc_quote(u->o.database).s);
	else
		lc_buf_fmt(&out, _("%s: %llu advisories of %llu packages, data of %s, %llu bytes"),
			   lc_quote(u->o.database).s, (unsigned long long)r->build.info.advisories,
			   (unsigned long long)r->build.info.packages,
			   lc_quote(r->build.info.data_date).s,
			   (unsigned long long)r->build.info.size_bytes);
	lc_buf_byte(&out, '\n');
	int status = u->v->v[CLI_OPT_QUIET].flag ? CLI_OK : cli_put(u->io, &out);
	lc_buf_done(&out);
	return status;
}

/* What scans go on with, after a failure: the worst would be not to know. */
static void tell_what_stays(struct updating *u)
{
	bool dir = false;
	char *path = u->o.database.n ? lc_arena_str(u->a, u->o.database) : NULL;
	if (!path)
		return;
	if (io_exists(path, &dir) && !dir)
		cli_warn(u->io, u->v, _("%s stays in use as it was"), lc_quote(lc_str(path)).s);
	else
		cli_warn(u->io, u->v, "%s",
			 _("there is no database yet: scans use the starter inside the program"));
}

static int run_update(struct updating *u)
{
	struct lc_err e = { 0 };
	struct adv_update_result r = { 0 };
	struct cli_progress progress;
	int rc = prepare(u, &e);
	if (rc)
		return cli_fail(u->io, &e);
	cli_progress_start(&progress, u->io, u->v);
	u->o.progress_ctx = &progress;
	cli_interrupt_limits(&u->limits);
	rc = adv_update(&u->o, u->a, &r, &e);
	cli_interrupt_limits(NULL);
	cli_progress_end(&progress);
	if (!cli_interrupted())
		tell_files(u, &r);
	if (!rc)
		return tell_result(u, &r);
	int status = cli_fail_in_time(u->io, u->v, &u->limits, &e);
	if (!cli_interrupted())
		tell_what_stays(u);
	return status;
}

static int run(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	struct lc_arena a = { 0 };
	struct updating u = { .io = io, .v = v, .a = &a };
	(void)cmd;
	int status = run_update(&u);
	http_client_free(u.http.client);
	lc_arena_done(&a);
	return status;
}

const struct cli_command cli_command_db_update = {
	.name = "db update",
	.synopsis = N_("[--from URL|DIR]"),
	.summary = N_("bring the advisory database up to date"),
	.description = N_(
		"Downloads what changed of the public feeds and builds the database from them. The "
		"database in use is replaced when the new one is whole and checked; when a feed "
		"fails, it stays as it is, unless --keep-going is given. --from names a mirror (a "
		"folder as db build reads it, or its address); --feed puts one feed at another "
		"address or switches it off. What was downloaded is kept in the cache directory, "
		"and asked for again only when it changed."),
	.examples = N_(
		"from the public feeds\n"
		"  lacre db update\n"
		"from a mirror inside\n"
		"  lacre db update --from https://mirror.example.org/advisories\n"
		"two feeds, one of them from a file\n"
		"  lacre db update --only osv,amazon --feed amazon=file:/srv/updateinfo.xml.gz\n"),
	.options = options,
	.origin = CLI_OURS,
	.run = run,
};
