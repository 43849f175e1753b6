/*
 * lacre image: scan an image from a registry, an engine, a file or a directory.
 */
#include "cli/commands.h"

#include "cli/job.h"
#include "cli/scan_trust.h"
#include "cli/talk.h"

static const enum cli_opt options[] = {
#include "cli/image_options.inc"
	CLI_OPT_N,
};

static int run_job(struct cli_job *j)
{
	struct lc_err e = { 0 };
	struct cli_scan_trust trust = { 0 };
	const struct lc_slices *args = &j->v->arguments;
	const struct lc_slice *target = args->n ? &args->v[0] : NULL;
	if (cli_job_prepare(j, target, &e))
		return cli_fail(j->io, &e);
	int status = cli_scan_trust(j, &trust);
	if (status)
		return status;
	j->trust = &trust;
	return cli_job_report(j);
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
