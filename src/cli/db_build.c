/*
 * lacre db build: the advisory database from a folder of public feeds.
 */
#include "advisory/build.h"
#include "base/shim.h"
#include "cli/commands.h"
#include "cli/database.h"
#include "cli/interrupt.h"
#include "cli/result.h"
#include "cli/talk.h"
#include "io/file.h"

enum { SUMMARY_BYTES_MAX = 1 << 20 };

static const enum cli_opt options[] = {
	CLI_OPT_FROM,    CLI_OPT_OUTPUT,       CLI_OPT_ONLY,
	CLI_OPT_STARTER, CLI_OPT_REPRODUCIBLE, CLI_OPT_NO_PROGRESS,
	CLI_OPT_QUIET,   CLI_OPT_DEBUG,        CLI_OPT_CACHE_DIR,
	CLI_OPT_TIMEOUT, CLI_OPT_HELP,         CLI_OPT_VERSION,
	CLI_OPT_N,
};

struct build {
	struct cli_io *io;
	const struct cli_values *v;
	struct lc_arena *a;
	struct lc_limits limits;
	struct adv_build_options o;
};

static int set_output(struct build *b, struct lc_err *e)
{
	const char *dir;
	const char *file;
	b->o.output = b->v->v[CLI_OPT_OUTPUT].text;
	if (b->o.output.n)
		return 0;
	if (b->o.starter_text)
		return lc_fail(e, LC_EUSAGE, "%s", _("where to? --starter needs --output DIR"));
	int rc = cli_database_home(b->io, b->v, b->a, &dir, &file, e);
	if (!rc)
		rc = io_make_dirs(dir, e);
	b->o.output = rc ? b->o.output : lc_str(file);
	return rc;
}

static int prepare(struct build *b, struct lc_err *e)
{
	const struct cli_values *v = b->v;
	b->limits = lc_limits_default;
	int64_t timeout = v->v[CLI_OPT_TIMEOUT].number;
	if (timeout)
		b->limits.deadline_ns = lc_ticks_ns() + timeout;
	b->o.limits = &b->limits;
	b->o.from = v->v[CLI_OPT_FROM].text;
	b->o.starter_text = v->v[CLI_OPT_STARTER].flag;
	b->o.only = v->v[CLI_OPT_ONLY].list;
	b->o.reproducible = v->v[CLI_OPT_REPRODUCIBLE].flag;
	b->o.progress = cli_progress_feed;
	if (!b->o.from.n)
		return lc_fail(e, LC_EUSAGE, "%s",
			       _("from which folder? give --from DIR with the advisory feeds"));
	return set_output(b, e);
}

/* Broken files are told one a feed: the first of them stands for the rest. */
static void tell_broken(struct build *b, const struct adv_build_result *r)
{
	for (size_t i = 0; i < r->feeds.n; i++) {
		const struct adv_build_feed *f = &r->feeds.v[i];
		if (!f->broken)
			continue;
		cli_warn(b->io, b->v, _("%s: %llu records could not be read, the first: %s"),
			 lc_quote(f->name).s, (unsigned long long)f->broken,
			 lc_quote(f->first_broken).s);
	}
}

static int tell_result(struct build *b, const struct adv_build_result *r)
{
	struct lc_buf out;
	lc_buf_init(&out, SUMMARY_BYTES_MAX);
	for (size_t i = 0; i < r->feeds.n; i++) {
		const struct adv_build_feed *f = &r->feeds.v[i];
		lc_buf_fmt(&out,
			   _("%s: %llu records taken, %llu withdrawn, %llu of no use here, "
			     "%llu broken"),
			   lc_quote(f->name).s, (unsigned long long)f->records,
			   (unsigned long long)f->withdrawn, (unsigned long long)f->skipped,
			   (unsigned long long)f->broken);
		lc_buf_byte(&out, '\n');
	}
	if (!b->o.starter_text) {
		lc_buf_fmt(&out, _("%s: %llu advisories of %llu packages, data of %s, %llu bytes"),
			   lc_quote(b->o.output).s, (unsigned long long)r->info.advisories,
			   (unsigned long long)r->info.packages, lc_quote(r->info.data_date).s,
			   (unsigned long long)r->info.size_bytes);
		lc_buf_byte(&out, '\n');
	}
	int status = b->v->v[CLI_OPT_QUIET].flag ? CLI_OK : cli_put(b->io, &out);
	lc_buf_done(&out);
	return status;
}

static int run_build(struct build *b)
{
	struct lc_err e = { 0 };
	struct adv_build_result r = { 0 };
	struct cli_progress progress;
	int rc = prepare(b, &e);
	if (rc)
		return cli_fail(b->io, &e);
	cli_progress_start(&progress, b->io, b->v);
	b->o.progress_ctx = &progress;
	cli_interrupt_limits(&b->limits);
	rc = adv_build(&b->o, b->a, &r, &e);
	cli_interrupt_limits(NULL);
	cli_progress_end(&progress);
	if (!cli_interrupted())
		tell_broken(b, &r);
	return rc ? cli_fail_in_time(b->io, b->v, &b->limits, &e) : tell_result(b, &r);
}

static int run(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	struct lc_arena a = { 0 };
	struct build b = { .io = io, .v = v, .a = &a };
	(void)cmd;
	int status = run_build(&b);
	lc_arena_done(&a);
	return status;
}

const struct cli_command cli_command_db_build = {
	.name = "db build",
	.synopsis = N_("--from DIR [-o FILE]"),
	.summary = N_("build the advisory database from a folder of public feeds"),
	.description =
		N_("DIR holds a folder for each ecosystem of OSV with its all.zip, and what else "
		   "is there of alpine-secdb, wolfi-secdb, kev, epss, eol and native (vendors' own "
		   "formats, a folder each). Without -o the database goes where scans look for it. "
		   "The old one stays in use until the new one is whole."),
	.examples = N_("build it for the scans of this user\n"
		       "  lacre db build --from advisories/\n"
		       "a file to carry elsewhere\n"
		       "  lacre db build --from advisories/ -o lacre.db\n"
		       "  lacre image --db lacre.db --input image.tar\n"),
	.options = options,
	.origin = CLI_OURS,
	.run = run,
};
