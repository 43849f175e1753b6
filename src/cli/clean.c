/*
 * lacre clean: remove what is kept in the cache directory, or what is attached to an image.
 */
#include "cli/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/shim.h"
#include "cli/clean_image.h"
#include "cli/database.h"
#include "cli/place.h"
#include "cli/talk.h"
#include "io/remove.h"
#include "scan/cache.h"

static const enum cli_opt options[] = {
	CLI_OPT_ALL,
	CLI_OPT_SCAN_CACHE,
	CLI_OPT_VULN_DB,
	CLI_OPT_JAVA_DB,
	CLI_OPT_CHECKS_BUNDLE,
	CLI_OPT_VEX_REPO,
	CLI_OPT_CACHE_DIR,
	CLI_OPT_PREDICATE_TYPE,
	CLI_OPT_YES,
	CLI_OPT_ATTACHMENT_TAG_PREFIX,
	CLI_PLACE_OPTIONS,
	CLI_OPT_VERSION,
	CLI_OPT_N,
};

static bool has(const struct cli_values *v, enum cli_opt what)
{
	return v->v[CLI_OPT_ALL].flag || v->v[what].flag;
}

static int clean_facts(struct cli_io *io, const struct cli_values *v, const char *dir,
		       struct lc_err *e)
{
	struct io_removed count = { 0 };
	int rc = scan_cache_clean(dir, &count, e);
	if (rc == LC_ENOTFOUND) {
		lc_err_clear(e);
		rc = 0;
	}
	if (!rc)
		cli_note(io, v, _("cached facts of layers removed: %llu (%llu kB)"),
			 (unsigned long long)count.files, (unsigned long long)(count.bytes / 1000));
	return rc;
}

/* -errno too; a link in place of the directory is not followed. */
static int open_database_dir(const char *dir)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int home = lc_sys_open(AT_FDCWD, dir, flags, 0);
	if (home < 0)
		return home;
	int fd = lc_sys_open(home, "db", flags, 0);
	close(home);
	return fd;
}

/* What db build and db update make, and nothing else: the directory may be one of the user's. */
static int remove_database(int fd, struct io_removed *count, struct lc_err *e)
{
	static const char *const names[] = { "lacre.db", "feeds" };
	int rc = 0;
	for (size_t i = 0; !rc && i < sizeof(names) / sizeof(names[0]); i++)
		rc = io_remove_at(fd, names[i], count, e);
	return rc;
}

static int clean_database(struct cli_io *io, const struct cli_values *v, const char *dir,
			  struct lc_err *e)
{
	struct io_removed count = { 0 };
	int fd = open_database_dir(dir);
	int rc = 0;
	if (fd == -ELOOP || fd == -ENOTDIR)
		rc = lc_fail(e, LC_EDENIED, "%s/db: is a link, or no directory",
			     lc_quote(lc_str(dir)).s);
	else if (fd < 0 && fd != -ENOENT)
		rc = lc_fail_sys(e, -fd, "%s", lc_quote(lc_str(dir)).s);
	if (fd >= 0) {
		rc = remove_database(fd, &count, e);
		close(fd);
	}
	if (!rc)
		cli_note(io, v, _("files of the advisory database removed: %llu (%llu kB)"),
			 (unsigned long long)count.files, (unsigned long long)(count.bytes / 1000));
	return rc;
}

static int clean(struct cli_io *io, const struct cli_values *v, struct lc_arena *a,
		 struct lc_err *e)
{
	static const enum cli_opt any[] = { CLI_OPT_SCAN_CACHE, CLI_OPT_VULN_DB, CLI_OPT_JAVA_DB,
					    CLI_OPT_CHECKS_BUNDLE, CLI_OPT_VEX_REPO };
	bool asked = false;
	for (size_t i = 0; i < sizeof(any) / sizeof(any[0]); i++)
		asked |= has(v, any[i]);
	if (!asked)
		return lc_fail(e, LC_EUSAGE, "%s",
			       _("clean what? give --scan-cache, --vuln-db or --all"));
	struct lc_slice dir = cli_cache_dir(io, v, a);
	if (dir.p && !dir.n)
		return lc_fail(e, LC_EUSAGE, "%s",
			       _("no cache directory: set HOME, or give --cache-dir DIR"));
	const char *path = dir.p ? lc_arena_str(a, dir) : NULL;
	if (!path)
		return lc_fail(e, LC_ENOMEM, "%s", _("no memory for options"));
	int rc = has(v, CLI_OPT_SCAN_CACHE) ? clean_facts(io, v, path, e) : 0;
	if (!rc && has(v, CLI_OPT_VULN_DB))
		rc = clean_database(io, v, path, e);
	return rc;
}

static int run(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	struct lc_err e = { 0 };
	struct lc_arena a = { 0 };
	(void)cmd;
	if (v->arguments.n)
		return cli_clean_image(v, io);
	int status = clean(io, v, &a, &e) ? cli_fail(io, &e) : CLI_OK;
	lc_arena_done(&a);
	return status;
}

const struct cli_command cli_command_clean = {
	.name = "clean",
	.synopsis = N_("[flags] [IMAGE]"),
	.summary = N_("remove what is kept in the cache directory, or attached to an image"),
	.description = N_(
		"Removes what scans keep of layers, or the advisory database, or both. Only files "
		"that lacre made go, whatever else is in the directory; links are not followed. "
		"Scans that run meanwhile are not disturbed: they read the layers again. With "
		"IMAGE, in a registry, a layout or an archive of one, what is attached to that "
		"image goes instead: signatures, attestations and SBOMs, or those of --type."),
	.examples = N_("what is kept of layers\n"
		       "  lacre clean --scan-cache\n"
		       "everything\n"
		       "  lacre clean --all\n"
		       "the signatures of an image\n"
		       "  lacre clean --type signature registry.example/app:1\n"),
	.options = options,
	.arguments_max = 1,
	.origin = CLI_TRIVY,
	.run = run,
};
