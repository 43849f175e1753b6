#include "cli/database.h"

#include "cli/parse.h"
#include "cli/talk.h"
#include "io/file.h"

/* Where the database is kept, "" when nothing says. */
static struct lc_slice cache_dir(struct cli_io *io, const struct cli_values *v, struct lc_arena *a)
{
	struct lc_slice given = v->v[CLI_OPT_CACHE_DIR].text;
	const char *cache = cli_env_get(io->environment, "XDG_CACHE_HOME");
	const char *home = cli_env_get(io->environment, "HOME");
	if (given.n)
		return given;
	if (cache && *cache)
		return lc_arena_fmt(a, "%s/lacre", cache);
	if (home && *home)
		return lc_arena_fmt(a, "%s/.cache/lacre", home);
	return LC_S("");
}

int cli_database_home(struct cli_io *io, const struct cli_values *v, struct lc_arena *a,
		      const char **ret_dir, const char **ret_file, struct lc_err *e)
{
	struct lc_slice dir = cache_dir(io, v, a);
	if (dir.p && !dir.n)
		return lc_fail(e, LC_EUSAGE, "%s",
			       _("no cache directory: set HOME, or give --cache-dir DIR"));
	/* Not lc_arena_fmt("%.*s"): paths may be long. */
	const char *text = dir.p ? lc_arena_str(a, dir) : NULL;
	struct lc_slice below =
		text ? lc_arena_fmt(a, "%s/db", text) : (struct lc_slice){ NULL, 0 };
	struct lc_slice file = text ? lc_arena_fmt(a, "%s/db/lacre.db", text) : below;
	if (!below.p || !file.p)
		return lc_fail(e, LC_ENOMEM, "%s", _("no memory for options"));
	*ret_dir = (const char *)below.p;
	*ret_file = (const char *)file.p;
	return 0;
}

int cli_database(struct cli_io *io, const struct cli_values *v, struct lc_arena *a,
		 const char **ret, struct lc_err *e)
{
	struct lc_slice given = v->v[CLI_OPT_DB].text;
	const char *dir;
	const char *file = NULL;
	bool is_dir;
	if (given.n) {
		file = lc_arena_str(a, given);
		if (!file)
			return lc_fail(e, LC_ENOMEM, "%s", _("no memory for options"));
		*ret = file;
		return 0;
	}
	if (cli_database_home(io, v, a, &dir, &file, NULL) || !io_exists(file, &is_dir) || is_dir)
		file = NULL;
	*ret = file;
	return 0;
}

static bool exists(struct lc_arena *a, struct lc_slice path)
{
	bool is_dir;
	const char *text = path.n ? lc_arena_str(a, path) : NULL;
	return text && io_exists(text, &is_dir);
}

/* "PATH[:REFERENCE]": the shortest PATH that is there. */
static bool split_path(struct lc_slice s, struct lc_arena *a, struct oci_open_options *ret)
{
	if (exists(a, s)) {
		ret->input = s;
		return true;
	}
	for (size_t i = 0; i < s.n; i++) {
		if ((s.p[i] != ':' && s.p[i] != '@') || !exists(a, lc_sub(s, 0, i)))
			continue;
		ret->input = lc_sub(s, 0, i);
		ret->reference = lc_skip(s, i + (s.p[i] == ':'));
		return true;
	}
	return false;
}

void cli_input(struct lc_slice given, struct lc_arena *a, struct oci_open_options *ret)
{
	if (!split_path(given, a, ret))
		ret->input = given; /* whoever opens it says what is wrong */
}

static bool looks_like_a_path(struct lc_slice s)
{
	static const char *const ends[] = { ".tar", ".tgz", ".gz", ".zst", "/" };
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (lc_ends(s, lc_str(ends[i])))
			return true;
	return lc_starts(s, LC_S("/")) || lc_starts(s, LC_S("./")) || lc_starts(s, LC_S("../"));
}

static const struct {
	const char *prefix;
	enum oci_from from;
} named_transports[] = {
	{ "docker://", OCI_FROM_REGISTRY },
	{ "docker-daemon:", OCI_FROM_DOCKER },
};

static int name_target(struct lc_slice argument, struct lc_arena *a, struct oci_remote *remote,
		       struct oci_open_options *ret, struct lc_err *e)
{
	struct oci_reference ref;
	ret->remote = remote;
	for (size_t i = 0; i < sizeof(named_transports) / sizeof(named_transports[0]); i++) {
		if (!lc_chop_prefix(&argument, lc_str(named_transports[i].prefix)))
			continue;
		remote->order[0] = named_transports[i].from;
		remote->order_n = 1;
	}
	ret->input = argument;
	int rc = oci_reference_parse(argument, a, &ref, e);
	return rc == LC_EBAD ? lc_wrap(e, LC_EUSAGE, "%s", _("neither a file nor an image")) : rc;
}

int cli_target(struct lc_slice argument, struct lc_arena *a, struct oci_remote *remote,
	       struct oci_open_options *ret, struct lc_err *e)
{
	static const char *const transports[] = { "docker-archive:", "oci-archive:", "oci:",
						  "dir:" };
	struct lc_slice path = argument;
	if (split_path(argument, a, ret))
		return 0;
	for (size_t i = 0; i < sizeof(transports) / sizeof(transports[0]); i++) {
		path = argument;
		if (!lc_chop_prefix(&path, lc_str(transports[i])))
			continue;
		if (split_path(path, a, ret))
			return 0;
		return lc_fail(e, LC_ENOTFOUND, _("%s: no such file or directory"),
			       lc_quote(path).s);
	}
	if (looks_like_a_path(argument))
		return lc_fail(e, LC_ENOTFOUND, _("%s: no such file or directory"),
			       lc_quote(argument).s);
	return name_target(argument, a, remote, ret, e);
}
