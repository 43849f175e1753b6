/*
 * lacre image: scan an image from a registry, an engine, a file or a directory.
 */
#include "cli/commands.h"

#include <stdio.h>

#include "base/log.h"
#include "base/shim.h"
#include "cli/job.h"
#include "cli/result.h"
#include "cli/talk.h"

static const enum cli_opt options[] = {
#include "cli/image_options.inc"
	CLI_OPT_N,
};

static void set_scanners(struct cli_job *j)
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

static int run_job(struct cli_job *j)
{
	struct lc_err e = { 0 };
	struct report *r LC_CLEANUP(report_freep) = NULL;
	const struct lc_slices *args = &j->v->arguments;
	if (cli_job_prepare(j, args->n ? &args->v[0] : NULL, &e))
		return cli_fail(j->io, &e);
	set_scanners(j);
	int status = cli_job_scan(j, &r);
	if (status)
		return status;
	tell_report(r);
	status = cli_result_write(j->io, j->v, r);
	return status ? status : status_of(r, j->v);
}

static int run(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	(void)cmd;
	struct lc_arena a;
	lc_arena_init(&a, 64u << 20);
	struct cli_job j = { .io = io, .v = v, .a = &a };
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
