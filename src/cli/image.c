/*
 * lacre image: scan an image from a registry, an engine, a file or a directory.
 */
#include "cli/commands.h"

#include <stdio.h>

#include "base/log.h"
#include "base/shim.h"
#include "cli/database.h"
#include "cli/interrupt.h"
#include "cli/remote.h"
#include "cli/result.h"
#include "cli/talk.h"
#include "io/file.h"
#include "scan/scan.h"

static const enum cli_opt options[] = {
#include "cli/image_options.inc"
	CLI_OPT_N,
};

/* Everything a scan needs, filled from the command line. */
struct job {
	struct cli_io *io;
	const struct cli_values *v;
	struct lc_arena *a;
	struct lc_limits limits;
	struct scan_request q;
	struct match_options match;
	struct judge_options judge;
	struct ignore_rules rules;
	struct oci_remote remote;
};

static void set_groups(struct job *j)
{
	const struct lc_slices *types = &j->v->v[CLI_OPT_PKG_TYPES].list;
	unsigned groups = 0;
	if (cli_list_has(types, "os"))
		groups |= INV_GROUP_OS;
	if (cli_list_has(types, "library"))
		groups |= INV_GROUP_LIBRARY;
	j->q.inventory.groups = groups;
	j->match.groups = groups;
}

static void set_scanners(struct job *j)
{
	const struct cli_value *v = &j->v->v[CLI_OPT_SCANNERS];
	char absent[64] = "";
	size_t n = 0;
	for (size_t i = 0; i < v->list.n && n < sizeof(absent); i++) {
		if (lc_eq(v->list.v[i], LC_S("vuln")))
			continue;
		int put = snprintf(absent + n, sizeof(absent) - n, "%s%.*s", n ? "," : "",
				   LC_FMT(v->list.v[i]));
		n += put > 0 ? (size_t)put : 0;
	}
	if (n)
		cli_note(j->io, j->v,
			 _("not looked for yet: %s; this release does --scanners vuln"), absent);
	j->q.no_match = !cli_list_has(&v->list, "vuln");
}

static void set_severities(struct job *j)
{
	const struct lc_slices *l = &j->v->v[CLI_OPT_SEVERITY].list;
	for (unsigned s = 0; s < SEVERITY_N; s++)
		j->judge.severity[s] = cli_list_has(l, severity_name((enum severity)s));
}

static void set_statuses(struct job *j)
{
	static const enum advisory_status unfixed[] = { ADVISORY_AFFECTED, ADVISORY_WILL_NOT_FIX,
							ADVISORY_FIX_DEFERRED,
							ADVISORY_END_OF_LIFE };
	const struct lc_slices *l = &j->v->v[CLI_OPT_IGNORE_STATUS].list;
	for (size_t i = 0; i < l->n; i++) {
		enum advisory_status s;
		if (advisory_status_parse(l->v[i], &s))
			j->judge.ignore_status[s] = true;
	}
	for (size_t i = 0;
	     j->v->v[CLI_OPT_IGNORE_UNFIXED].flag && i < sizeof(unfixed) / sizeof(unfixed[0]); i++)
		j->judge.ignore_status[unfixed[i]] = true;
}

static int read_rules(struct job *j, const char *path, bool wanted, struct lc_err *e)
{
	struct lc_buf text LC_CLEANUP(lc_buf_done);
	lc_buf_init(&text, 16u << 20);
	int rc = io_read_file(path, &text, e);
	if (rc == LC_ENOTFOUND && !wanted) {
		lc_err_clear(e);
		return 0;
	}
	lc_debug("ignore file %s: %zu bytes", path, text.n);
	struct lc_slice copy;
	if (!rc)
		rc = lc_arena_dup(j->a, lc_buf_get(&text), &copy);
	if (!rc)
		rc = ignore_parse(copy, lc_str(path), j->a, &j->rules, e);
	return rc;
}

static int set_rules(struct job *j, struct lc_err *e)
{
	const struct cli_value *v = &j->v->v[CLI_OPT_IGNOREFILE];
	bool wanted = v->set_by != CLI_BY_DEFAULT;
	const char *path = lc_arena_str(j->a, v->text);
	if (!path)
		return lc_fail(e, LC_ENOMEM, "%s", _("no memory for options"));
	int rc = read_rules(j, path, wanted, e);
	if (!rc && !wanted)
		rc = read_rules(j, ".lacreignore", false, e);
	j->judge.rules = &j->rules;
	return rc;
}

static int set_target(struct job *j, struct lc_err *e)
{
	struct oci_open_options *o = &j->q.open;
	const struct lc_slice input = j->v->v[CLI_OPT_INPUT].text;
	const struct lc_slices *args = &j->v->arguments;
	if (input.n && args->n)
		return lc_fail(e, LC_EUSAGE, "%s", _("give --input or an argument, not both"));
	if (!input.n && !args->n)
		return lc_fail(e, LC_EUSAGE, "%s",
			       _("which image? give its name, or --input FILE"));
	int rc = input.n ? 0 : cli_remote(j->io, j->v, j->a, &j->remote, e);
	if (!rc && !input.n)
		rc = cli_target(args->v[0], j->a, &j->remote, o, e);
	if (input.n)
		cli_input(input, j->a, o);
	const struct lc_slice platform = j->v->v[CLI_OPT_PLATFORM].text;
	if (!rc && platform.n) {
		rc = oci_platform_parse(platform, &o->platform, e);
		if (rc)
			return lc_wrap(e, LC_EUSAGE, "--platform");
		o->has_platform = true;
	}
	return rc;
}

static void set_limits(struct job *j)
{
	j->limits = lc_limits_default;
	int64_t timeout = j->v->v[CLI_OPT_TIMEOUT].number;
	if (timeout)
		j->limits.deadline_ns = lc_ticks_ns() + timeout;
	if (j->v->v[CLI_OPT_MAX_IMAGE_SIZE].number)
		j->limits.layer_bytes_max = (uint64_t)j->v->v[CLI_OPT_MAX_IMAGE_SIZE].number;
	j->q.limits = &j->limits;
	j->q.open.limits = &j->limits;
}

static int prepare(struct job *j, struct lc_err *e)
{
	const struct cli_values *v = j->v;
	set_limits(j);
	set_groups(j);
	set_severities(j);
	set_statuses(j);
	j->q.inventory.targets = INV_TARGET_IMAGE;
	j->q.inventory.skip_files = v->v[CLI_OPT_SKIP_FILES].list;
	j->q.inventory.skip_dirs = v->v[CLI_OPT_SKIP_DIRS].list;
	j->q.threads = (unsigned)v->v[CLI_OPT_PARALLEL].number;
	j->q.reproducible = v->v[CLI_OPT_REPRODUCIBLE].flag;
	j->q.version = LACRE_VERSION;
	j->q.match = &j->match;
	j->q.judge = &j->judge;
	const struct lc_slices *sources = &v->v[CLI_OPT_VULN_SEVERITY_SOURCE].list;
	if (!(sources->n == 1 && lc_eq(sources->v[0], LC_S("auto"))))
		j->match.severity_sources = *sources;
	int rc = set_target(j, e);
	if (!rc)
		rc = set_rules(j, e);
	if (!rc)
		rc = cli_database(j->io, v, j->a, &j->q.db_path, e);
	return rc;
}

/* End of life first, then what was found, then what was not understood: as users of trivy expect.
 */
static int status_of(const struct report *r, const struct cli_values *v)
{
	if (r->eol == REPORT_EOL_YES && v->v[CLI_OPT_EXIT_ON_EOL].number)
		return (int)v->v[CLI_OPT_EXIT_ON_EOL].number;
	if (r->judged.shown && v->v[CLI_OPT_EXIT_CODE].number)
		return (int)v->v[CLI_OPT_EXIT_CODE].number;
	if (r->coverage.partial && v->v[CLI_OPT_FAIL_ON_PARTIAL].number)
		return (int)v->v[CLI_OPT_FAIL_ON_PARTIAL].number;
	return CLI_OK;
}

static void tell_report(const struct report *r)
{
	const struct report_coverage *c = &r->coverage;
	for (size_t i = 0; i < r->layers_n; i++)
		lc_debug("layer n=%zu read=%d stored=%llu size=%llu diff_id=%s", i + 1,
			 r->layers[i].read, (unsigned long long)r->layers[i].stored,
			 (unsigned long long)r->layers[i].size, lc_quote(r->layers[i].diff_id).s);
	lc_debug("report packages=%llu files_read=%llu not_understood=%llu shown=%llu "
		 "filtered=%llu ignored=%llu",
		 (unsigned long long)c->packages, (unsigned long long)c->files_read,
		 (unsigned long long)c->not_understood, (unsigned long long)r->judged.shown,
		 (unsigned long long)r->judged.by_filter, (unsigned long long)r->judged.by_rule);
}

/* What users of trivy keep beside their pipeline must not be passed over in silence. */
static void tell_unread(struct job *j)
{
	bool is_dir;
	if (io_exists("trivy.yaml", &is_dir) && !is_dir)
		cli_note(j->io, j->v, "%s",
			 _("trivy.yaml is not read yet: give its options on the command line or as "
			   "environment variables"));
}

static int run_job(struct job *j)
{
	struct lc_err e = { 0 };
	struct report *r LC_CLEANUP(report_freep) = NULL;
	int rc = prepare(j, &e);
	if (rc)
		return cli_fail(j->io, &e);
	set_scanners(j);
	tell_unread(j);
	struct cli_progress progress;
	cli_progress_start(&progress, j->io, j->v);
	j->q.progress = cli_progress_layers;
	j->q.ctx = &progress;
	lc_debug("scan input=%s database=%s threads=%u", lc_quote(j->q.open.input).s,
		 j->q.db_path ? lc_quote(lc_str(j->q.db_path)).s : "starter", j->q.threads);
	cli_interrupt_limits(&j->limits);
	rc = scan_image(&j->q, &r, &e);
	cli_interrupt_limits(NULL);
	cli_progress_end(&progress);
	if (rc)
		return cli_fail_in_time(j->io, j->v, &j->limits, &e);
	tell_report(r);
	int status = cli_result_write(j->io, j->v, r);
	return status ? status : status_of(r, j->v);
}

static int run(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	(void)cmd;
	struct lc_arena a;
	lc_arena_init(&a, 64u << 20);
	struct job j = { .io = io, .v = v, .a = &a };
	int status = run_job(&j);
	lc_arena_done(&a);
	return status;
}

const struct cli_command cli_command_image = {
	.name = "image",
	.aliases = "i",
	.synopsis = N_("[flags] IMAGE"),
	.summary = N_("scan a container image for known vulnerabilities"),
	.description = N_(
		"Takes an image from a registry, from a docker or podman engine or containerd's "
		"store, or from a file: docker archive, OCI layout or a tar of one. Lists the "
		"packages that its layers hold and reports what is known to be wrong with them. "
		"Layers are streamed: nothing is stored or unpacked to disk. IMAGE may be written "
		"as skopeo does, too: docker://NAME, docker-daemon:NAME, docker-archive:PATH, "
		"oci:PATH:TAG, oci-archive:PATH:TAG. A path that is there goes before a name."),
	.examples = N_("an image in a registry\n"
		       "  lacre image postgres:16\n"
		       "scan what docker save wrote\n"
		       "  lacre image --input image.tar\n"
		       "only what can be fixed; fail when there is any\n"
		       "  lacre image --severity HIGH,CRITICAL --ignore-unfixed "
		       "--exit-code 1 registry.example.com/app:1.2\n"
		       "JSON for other programs\n"
		       "  lacre image --input oci-layout/ --format json --output report.json\n"),
	.options = options,
	.arguments_min = 0,
	.arguments_max = 1,
	.origin = CLI_TRIVY,
	.run = run,
};
