#include "cli/job.h"

#include "base/log.h"
#include "base/shim.h"
#include "cli/cache.h"
#include "cli/database.h"
#include "cli/interrupt.h"
#include "cli/remote.h"
#include "cli/result.h"
#include "cli/talk.h"
#include "io/file.h"

static void set_groups(struct cli_job *j)
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

static void set_severities(struct cli_job *j)
{
	const struct lc_slices *l = &j->v->v[CLI_OPT_SEVERITY].list;
	for (unsigned s = 0; s < SEVERITY_N; s++)
		j->judge.severity[s] = cli_list_has(l, severity_name((enum severity)s));
}

static void set_statuses(struct cli_job *j)
{
	static const enum advisory_status unfixed[] = { ADVISORY_AFFECTED, ADVISORY_WILL_NOT_FIX,
							ADVISORY_UNDER_INVESTIGATION,
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

static int read_rules(struct cli_job *j, const char *path, bool wanted, struct lc_err *e)
{
	struct lc_slice text = { NULL, 0 };
	int rc = io_read_text(lc_str(path), 16u << 20, j->a, &text, e);
	if (rc == LC_ENOTFOUND && !wanted) {
		lc_err_clear(e);
		return 0;
	}
	lc_debug("ignore file %s: %zu bytes", path, text.n);
	if (!rc)
		rc = ignore_parse(text, lc_str(path), j->a, &j->rules, e);
	return rc;
}

static int set_rules(struct cli_job *j, struct lc_err *e)
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

static int set_target(struct cli_job *j, const struct lc_slice *target, struct lc_err *e)
{
	struct oci_open_options *o = &j->q.open;
	const struct lc_slice input = j->v->v[CLI_OPT_INPUT].text;
	if (input.n && target)
		return lc_fail(e, LC_EUSAGE, "%s", _("give --input or an argument, not both"));
	if (!input.n && !target)
		return lc_fail(e, LC_EUSAGE, "%s",
			       _("which image? give its name, or --input FILE"));
	int rc = input.n ? 0 : cli_remote(j->io, j->v, j->a, &j->remote, e);
	if (!rc && !input.n)
		rc = cli_target(*target, j->a, &j->remote, o, e);
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

static void set_limits(struct cli_job *j)
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

/* All of them named is as none: also what no file says anything of. */
static void set_squash(struct cli_job *j)
{
	const struct lc_slices *wanted = &j->v->v[CLI_OPT_PKG_RELATIONSHIPS].list;
	const struct lc_slice how = j->v->v[CLI_OPT_DETECTION_PRIORITY].text;
	j->q.squash.comprehensive = lc_eq(how, LC_S("comprehensive"));
	j->q.inventory.comprehensive = j->q.squash.comprehensive;
	for (unsigned i = 0; wanted->n && i < INV_REL_N; i++) {
		if (cli_list_has(wanted, inv_relationship_name((enum inv_relationship)i)))
			j->q.squash.relationships |= 1u << i;
	}
}

static void set_common(struct cli_job *j)
{
	const struct cli_values *v = j->v;
	set_limits(j);
	set_groups(j);
	set_severities(j);
	set_statuses(j);
	j->q.inventory.include_dev = v->v[CLI_OPT_INCLUDE_DEV_DEPS].flag;
	j->q.inventory.skip_files = v->v[CLI_OPT_SKIP_FILES].list;
	j->q.inventory.skip_dirs = v->v[CLI_OPT_SKIP_DIRS].list;
	j->q.inventory.file_patterns = v->v[CLI_OPT_FILE_PATTERNS].list;
	set_squash(j);
	j->q.threads = (unsigned)v->v[CLI_OPT_PARALLEL].number;
	j->q.sandbox = !v->v[CLI_OPT_NO_SANDBOX].flag;
	j->q.reproducible = v->v[CLI_OPT_REPRODUCIBLE].flag;
	j->q.version = LACRE_VERSION;
	j->q.match = &j->match;
	j->q.judge = &j->judge;
	const struct lc_slices *sources = &v->v[CLI_OPT_VULN_SEVERITY_SOURCE].list;
	if (!(sources->n == 1 && lc_eq(sources->v[0], LC_S("auto"))))
		j->match.severity_sources = *sources;
}

/* The files that a scan looks things up in. */
static int set_lookups(struct cli_job *j, struct lc_err *e)
{
	int rc = cli_java_index(j->io, j->v, j->a, &j->q.java_index_path, e);
	return rc ? rc : cli_database(j->io, j->v, j->a, &j->q.db_path, e);
}

int cli_job_prepare(struct cli_job *j, const struct lc_slice *target, struct lc_err *e)
{
	set_common(j);
	j->q.inventory.targets = INV_TARGET_IMAGE;
	int rc = set_target(j, target, e);
	if (!rc)
		rc = set_rules(j, e);
	if (!rc)
		rc = set_lookups(j, e);
	if (!rc)
		rc = cli_cache_check(j->v, e);
	return rc;
}

int cli_job_prepare_tree(struct cli_job *j, const char *path, enum inv_target target,
			 struct lc_err *e)
{
	set_common(j);
	j->q.inventory.targets = target;
	j->tree.path = path;
	int rc = set_rules(j, e);
	if (!rc && target != INV_TARGET_ROOTFS)
		rc = cli_maven_repository(j->io, j->v, j->a, &j->q.store_path, e);
	return rc ? rc : set_lookups(j, e);
}

/* What users of trivy keep beside their pipeline must not be passed over in silence. */
static void tell_unread(struct cli_job *j)
{
	bool is_dir;
	if (io_exists("trivy.yaml", &is_dir) && !is_dir)
		cli_note(j->io, j->v, "%s",
			 _("trivy.yaml is not read yet: give its options on the command line or as "
			   "environment variables"));
}

int cli_job_scan(struct cli_job *j, struct report **ret)
{
	struct lc_err e = { 0 };
	struct cli_progress progress;
	tell_unread(j);
	j->q.verify_content = j->v->v[CLI_OPT_VERIFY_CONTENT].flag;
	if (!j->tree.path)
		j->q.cache = cli_cache(j->io, j->v, j->a);
	cli_progress_start(&progress, j->io, j->v);
	j->q.progress = j->tree.path ? NULL : cli_progress_layers;
	j->q.ctx = &progress;
	lc_debug("scan input=%s database=%s threads=%u",
		 j->tree.path ? lc_quote(lc_str(j->tree.path)).s : lc_quote(j->q.open.input).s,
		 j->q.db_path ? lc_quote(lc_str(j->q.db_path)).s : "starter", j->q.threads);
	cli_interrupt_limits(&j->limits);
	int rc = j->tree.path ? scan_directory(&j->q, &j->tree, ret, &e)
			      : scan_image(&j->q, ret, &e);
	cli_interrupt_limits(NULL);
	scan_cache_close(j->q.cache);
	j->q.cache = NULL;
	cli_progress_end(&progress);
	return rc ? cli_fail_in_time(j->io, j->v, &j->limits, &e) : CLI_OK;
}
