/*
 * lacre explain: why an id is in the report of an image, or why it is not.
 */
#include "view/explain.h"

#include "base/shim.h"
#include "cli/commands.h"
#include "cli/job.h"
#include "cli/place.h"
#include "cli/result.h"
#include "cli/talk.h"
#include "cli/terminal.h"
#include "io/file.h"

enum { EXPLANATION_BYTES_MAX = 256 << 20 };

static const enum cli_opt options[] = {
	CLI_OPT_INPUT,
	CLI_OPT_AS,
	CLI_OPT_PLATFORM,
	CLI_OPT_IMAGE_SRC,
	CLI_OPT_DOCKER_HOST,
	CLI_OPT_PODMAN_HOST,
	CLI_OPT_USERNAME,
	CLI_OPT_PASSWORD,
	CLI_OPT_PASSWORD_STDIN,
	CLI_OPT_REGISTRY_TOKEN,
	CLI_OPT_MAX_IMAGE_SIZE,
	CLI_OPT_NO_CACHE,
	CLI_OPT_VERIFY_CONTENT,
	CLI_OPT_CACHE_SIZE,
	CLI_OPT_CACHE_BACKEND,
	CLI_OPT_PKG_TYPES,
	CLI_OPT_PKG_RELATIONSHIPS,
	CLI_OPT_DETECTION_PRIORITY,
	CLI_OPT_INCLUDE_DEV_DEPS,
	CLI_OPT_MAVEN_REPOSITORY,
	CLI_OPT_FILE_PATTERNS,
	CLI_OPT_JAVA_INDEX,
	CLI_OPT_SKIP_FILES,
	CLI_OPT_SKIP_DIRS,
	CLI_OPT_PARALLEL,
	CLI_OPT_REPRODUCIBLE,
	CLI_OPT_NO_SANDBOX,
	CLI_OPT_SEVERITY,
	CLI_OPT_IGNORE_UNFIXED,
	CLI_OPT_IGNORE_STATUS,
	CLI_OPT_IGNOREFILE,
	CLI_OPT_VULN_SEVERITY_SOURCE,
	CLI_OPT_FORMAT,
	CLI_OPT_OUTPUT,
	CLI_OPT_NO_PROGRESS,
	CLI_OPT_DB,
	CLI_OPT_QUIET,
	CLI_OPT_DEBUG,
	CLI_OPT_CACHE_DIR,
	CLI_OPT_TIMEOUT,
	CLI_OPT_INSECURE,
	CLI_OPT_CACERT,
	CLI_OPT_HELP,
	CLI_OPT_VERSION,
	CLI_OPT_N,
};

static int write_it(struct cli_job *j, const struct view_explanation *x)
{
	struct lc_err e = { 0 };
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	const struct report_write_options o = { .translate = cli_translate };
	lc_buf_init(&b, EXPLANATION_BYTES_MAX);
	int rc = lc_eq(j->v->v[CLI_OPT_FORMAT].text, LC_S("json"))
			 ? view_explain_json(x, &b, &e)
			 : view_explain_text(x, &o, &b, &e);
	return rc ? cli_fail(j->io, &e) : cli_output(j->io, j->v, &b);
}

static int explain(struct cli_job *j, struct lc_slice id)
{
	struct lc_err e = { 0 };
	struct report *r LC_CLEANUP(report_freep) = NULL;
	struct adv_db *db LC_CLEANUP(adv_db_closep) = NULL;
	struct view_explanation x;
	/* Kinds that --pkg-types leaves out are read all the same, to say that it does. */
	j->q.inventory.groups = INV_GROUP_OS | INV_GROUP_LIBRARY;
	int status = cli_job_scan(j, &r);
	if (status)
		return status;
	int rc = adv_db_open(j->q.db_path, &db, &e);
	if (!rc)
		rc = view_explain(r, db, &j->match, id, j->a, &x, &e);
	return rc ? cli_fail(j->io, &e) : write_it(j, &x);
}

/* Projects have an index.json or a manifest.json of their own: an image's are not alone. */
static bool is_plain_directory(const char *path, struct lc_arena *a)
{
	bool is_dir = false;
	if (!io_exists(path, &is_dir) || !is_dir || cli_dir_has(path, "oci-layout", false, a))
		return false;
	if (cli_dir_has(path, "index.json", false, a) && cli_dir_has(path, "blobs", true, a))
		return false;
	return !cli_dir_has(path, "manifest.json", false, a) ||
	       (!cli_dir_has(path, "version", false, a) &&
		!cli_dir_has(path, "repositories", false, a));
}

/* What a target is scanned as: the command's word for it, or what it looks like. */
static int prepare(struct cli_job *j, const struct lc_slice *target, struct lc_err *e)
{
	static const struct {
		const char *name;
		enum inv_target kind;
	} trees[] = {
		{ "fs", INV_TARGET_FS },
		{ "rootfs", INV_TARGET_ROOTFS },
		{ "repo", INV_TARGET_REPO },
	};
	struct lc_slice as = j->v->v[CLI_OPT_AS].text;
	bool alone = target && !j->v->v[CLI_OPT_INPUT].text.n;
	const char *path = alone ? lc_arena_str(j->a, *target) : NULL;
	if (alone && !path)
		return lc_fail(e, LC_ENOMEM, "%s", _("no memory for options"));
	if (path && !as.n && is_plain_directory(path, j->a))
		as = LC_S("fs");
	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		if (!lc_eq(as, lc_str(trees[i].name)))
			continue;
		if (!path)
			return lc_fail(e, LC_EUSAGE, _("--as %s: which directory?"), trees[i].name);
		return cli_job_prepare_tree(j, path, trees[i].kind, e);
	}
	return cli_job_prepare(j, target, e);
}

static int run_job(struct cli_job *j)
{
	struct lc_err e = { 0 };
	const struct lc_slices *args = &j->v->arguments;
	int rc = view_explain_check(args->v[0], &e);
	if (!rc)
		rc = prepare(j, args->n > 1 ? &args->v[1] : NULL, &e);
	return rc ? cli_fail(j->io, &e) : explain(j, args->v[0]);
}

static int run(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	(void)cmd;
	struct lc_arena a;
	lc_arena_init(&a, 512u << 20);
	struct cli_job j = { .io = io, .v = v, .a = &a };
	int status = run_job(&j);
	lc_arena_done(&a);
	return status;
}

const struct cli_command cli_command_explain = {
	.name = "explain",
	.synopsis = N_("[flags] ID IMAGE|PATH"),
	.summary = N_("say why a vulnerability is in the report of an image or directory, or why "
		      "it is not"),
	.description = N_(
		"Scans IMAGE as lacre image does, or the directory PATH as lacre fs (or what --as "
		"says), and tells of ID alone, step by step: the file "
		"that lists the package and the layer that brought it, the name and version it is "
		"looked up by, each advisory with each comparison of versions, where the severity "
		"comes from, and the filters and rules that were applied. Of an id that is not "
		"reported it says why: not installed, fixed, named for other ecosystems, left out, "
		"not in the database. ID is any name of it: CVE, GHSA, DSA, ALPINE-CVE and the "
		"like. The exit status is 0 whatever the answer is."),
	.examples = N_("why is it reported?\n"
		       "  lacre explain CVE-2023-5363 postgres:16\n"
		       "why does a notice say nothing of a file's image?\n"
		       "  lacre explain DSA-5532-1 --input image.tar\n"
		       "why is it found in a project, and in the system of this machine?\n"
		       "  lacre explain CVE-2021-44228 .\n"
		       "  lacre explain --as rootfs CVE-2023-5363 /\n"
		       "the same for other programs\n"
		       "  lacre explain --format json GHSA-xw78-pcr6-wrg8 --input image.tar\n"),
	.options = options,
	.arguments_min = 1,
	.arguments_max = 2,
	.origin = CLI_OURS,
	.run = run,
};
