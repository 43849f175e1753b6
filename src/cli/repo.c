/*
 * lacre repo: scan a repository, here or by its address.
 */
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/job.h"
#include "cli/talk.h"
#include "base/shim.h"
#include "scan/clone.h"

static const enum cli_opt options[] = {
	CLI_OPT_BRANCH,           CLI_OPT_TAG,       CLI_OPT_COMMIT, CLI_OPT_INCLUDE_DEV_DEPS,
	CLI_OPT_MAVEN_REPOSITORY,
#include "cli/tree_options.inc"
	CLI_OPT_TF_VARS,          CLI_OPT_CF_PARAMS, CLI_OPT_N,
};

static int scan_here(struct cli_job *j, const char *path)
{
	struct lc_err e = { 0 };
	struct report_repository about = { 0 };
	static const enum cli_opt remote[] = { CLI_OPT_BRANCH, CLI_OPT_TAG, CLI_OPT_COMMIT };
	for (size_t i = 0; i < sizeof(remote) / sizeof(remote[0]); i++)
		if (j->v->v[remote[i]].text.n)
			return cli_error(
				j->io, CLI_USAGE,
				_("--%s: the files in a directory are scanned as they are; "
				  "for others of its commits give file://PATH"),
				cli_options[remote[i]].name);
	int rc = cli_job_prepare_tree(j, path, INV_TARGET_REPO, &e);
	if (!rc)
		rc = scan_repository_about(path, j->io->environment, &j->limits, j->a, &about, &e);
	if (rc)
		return cli_fail(j->io, &e);
	j->tree.repository = &about;
	return cli_job_report(j);
}

static int copy(struct cli_job *j, struct scan_clone *ret, struct lc_err *e)
{
	const struct cli_values *v = j->v;
	const struct scan_clone_options o = {
		.url = v->arguments.v[0],
		.branch = v->v[CLI_OPT_BRANCH].text,
		.tag = v->v[CLI_OPT_TAG].text,
		.commit = v->v[CLI_OPT_COMMIT].text,
		.insecure = v->v[CLI_OPT_INSECURE].flag,
		.cacert = v->v[CLI_OPT_CACERT].text,
		.environment = j->io->environment,
		.limits = &j->limits,
	};
	cli_interrupt_limits(&j->limits);
	int rc = scan_clone_open(&o, ret, e);
	cli_interrupt_limits(NULL);
	return rc;
}

static int scan_copy(struct cli_job *j)
{
	struct lc_err e = { 0 };
	struct scan_clone clone;
	if (cli_job_prepare_tree(j, "", INV_TARGET_REPO, &e))
		return cli_fail(j->io, &e);
	if (copy(j, &clone, &e))
		return cli_fail_in_time(j->io, j->v, &j->limits, &e);
	j->tree.path = clone.path;
	j->tree.name = clone.name;
	j->tree.repository = &clone.about;
	int status = cli_job_report(j);
	scan_clone_close(&clone);
	return status;
}

static int run(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	struct lc_arena a;
	(void)cmd;
	lc_arena_init(&a, 64u << 20);
	struct cli_job j = { .io = io, .v = v, .a = &a };
	const char *target = lc_arena_str(&a, v->arguments.v[0]);
	int status;
	if (!target)
		status = cli_error(io, CLI_ERROR, "%s", _("no memory for options"));
	else if (scan_clone_is_address(target))
		status = scan_copy(&j);
	else
		status = scan_here(&j, target);
	lc_arena_done(&a);
	return status;
}

const struct cli_command cli_command_repo = {
	.name = "repo",
	.aliases = "repository",
	.synopsis = N_("[flags] PATH|ADDRESS"),
	.summary = N_("scan a repository: a directory, or what git gets from an address"),
	.description = N_(
		"Reads lock files as lacre fs does, and no operating system's packages. A path "
		"that is there is scanned as it is. From an address (https, ssh, "
		"user@host:path, file://PATH; https:// may be left out) git copies one commit "
		"into a private directory, which is removed afterwards whatever happens. git "
		"reads no configuration of the system, the user or the repository that could run "
		"a program: no hooks, submodules, filters, credential helpers or prompts. "
		"GITHUB_TOKEN, GITLAB_TOKEN and BITBUCKET_TOKEN are sent to github.com, "
		"gitlab.com and bitbucket.org alone, and with --insecure to nobody. Credentials in "
		"an address are shown nowhere."),
	.examples = N_("a repository on a server\n"
		       "  lacre repo https://github.com/example/app\n"
		       "one branch of it, by ssh\n"
		       "  lacre repo --branch release-2 git@git.example.com:team/app.git\n"
		       "the files that lie here\n"
		       "  lacre repo .\n"),
	.options = options,
	.arguments_min = 1,
	.arguments_max = 1,
	.origin = CLI_TRIVY,
	.run = run,
};
