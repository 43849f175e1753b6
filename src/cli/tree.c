/*
 * lacre fs, lacre rootfs: scan a directory, or one file, of this machine.
 */
#include "cli/commands.h"
#include "cli/job.h"
#include "cli/talk.h"

static const enum cli_opt fs_options[] = {
	CLI_OPT_INCLUDE_DEV_DEPS, CLI_OPT_MAVEN_REPOSITORY,
#include "cli/tree_options.inc"
	CLI_OPT_TF_VARS,          CLI_OPT_CF_PARAMS,        CLI_OPT_DISTRO,
	CLI_OPT_COMPLIANCE,       CLI_OPT_REPORT,           CLI_OPT_N,
};

static const enum cli_opt rootfs_options[] = {
#include "cli/tree_options.inc"
	CLI_OPT_EXIT_ON_EOL, CLI_OPT_TF_VARS, CLI_OPT_CF_PARAMS, CLI_OPT_DISTRO, CLI_OPT_N,
};

static int run_job(struct cli_job *j, enum inv_target target)
{
	struct lc_err e = { 0 };
	const char *path = lc_arena_str(j->a, j->v->arguments.v[0]);
	if (!path)
		return cli_error(j->io, CLI_ERROR, "%s", _("no memory for options"));
	if (cli_job_prepare_tree(j, path, target, &e))
		return cli_fail(j->io, &e);
	return cli_job_report(j);
}

static int run(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	struct lc_arena a;
	lc_arena_init(&a, 64u << 20);
	struct cli_job j = { .io = io, .v = v, .a = &a };
	int status = run_job(&j, cmd == &cli_command_rootfs ? INV_TARGET_ROOTFS : INV_TARGET_FS);
	lc_arena_done(&a);
	return status;
}

const struct cli_command cli_command_fs = {
	.name = "fs",
	.aliases = "filesystem",
	.synopsis = N_("[flags] PATH"),
	.summary = N_("scan a directory or file: the packages that a project locks"),
	.description =
		N_("Walks PATH and reads the lock files of projects in it, and an operating "
		   "system's packages where there are any. What is installed (node_modules, "
		   "site-packages, jars) is for lacre rootfs. No link is followed and nothing "
		   "but regular files is opened; .git directories and file systems of the "
		   "kernel's own are not entered. What cannot be read makes the report partial. "
		   "Paths of --skip-files and --skip-dirs are those below PATH, or as seen from "
		   "the working directory."),
	.examples = N_("a project\n"
		       "  lacre fs .\n"
		       "one lock file\n"
		       "  lacre fs app/package-lock.json\n"
		       "without test data; fail when anything is found\n"
		       "  lacre fs --skip-dirs '**/testdata' --exit-code 1 src/\n"),
	.options = fs_options,
	.arguments_min = 1,
	.arguments_max = 1,
	.origin = CLI_TRIVY,
	.run = run,
};

const struct cli_command cli_command_rootfs = {
	.name = "rootfs",
	.synopsis = N_("[flags] PATH"),
	.summary = N_("scan a root file system: an unpacked image, a mounted disk, this machine"),
	.description =
		N_("Walks PATH and reads what is installed below it: the operating system's "
		   "packages, and those of languages. Links are looked up inside PATH, as the "
		   "system in it would do. proc, sys and dev at the top are not entered, nor "
		   "file systems of the kernel's own elsewhere. What cannot be read makes the "
		   "report partial: for this machine run it as root."),
	.examples = N_("this machine\n"
		       "  lacre rootfs /\n"
		       "an unpacked image\n"
		       "  lacre rootfs --exit-on-eol 3 ./rootfs\n"),
	.options = rootfs_options,
	.arguments_min = 1,
	.arguments_max = 1,
	.origin = CLI_TRIVY,
	.run = run,
};
