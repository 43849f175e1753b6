#include "cli/database.h"

#include "cli/parse.h"
#include "cli/talk.h"
#include "io/file.h"
#include "io/tree.h"

struct lc_slice cli_cache_dir(struct cli_io *io, const struct cli_values *v, struct lc_arena *a)
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
	struct lc_slice dir = cli_cache_dir(io, v, a);
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

int cli_java_index(struct cli_io *io, const struct cli_values *v, struct lc_arena *a,
		   const char **ret, struct lc_err *e)
{
	struct lc_slice given = v->v[CLI_OPT_JAVA_INDEX].text;
	struct lc_slice dir = given.n ? given : cli_cache_dir(io, v, a);
	bool is_dir;
	const char *file = dir.p ? lc_arena_str(a, dir) : NULL;
	if (file && !given.n)
		file = (const char *)lc_arena_fmt(a, "%s/java-db/trivy-java.db", file).p;
	if (!file)
		return lc_fail(e, LC_ENOMEM, "%s", _("no memory for options"));
	*ret = given.n || (dir.n && io_exists(file, &is_dir) && !is_dir) ? file : NULL;
	return 0;
}

static bool can_be_read(const char *dir)
{
	struct io_tree tree;
	if (io_tree_open(dir, &tree, NULL))
		return false;
	bool is_dir = tree.fd >= 0;
	io_tree_close(&tree);
	return is_dir;
}

int cli_maven_repository(struct cli_io *io, const struct cli_values *v, struct lc_arena *a,
			 const char **ret, struct lc_err *e)
{
	struct lc_slice given = v->v[CLI_OPT_MAVEN_REPOSITORY].text;
	const char *home = cli_env_get(io->environment, "HOME");
	*ret = NULL;
	if (lc_eq(given, LC_S("none")) || (!given.n && (!home || !*home)))
		return 0;
	*ret = given.n ? lc_arena_str(a, given)
		       : (const char *)lc_arena_fmt(a, "%s/.m2/repository", home).p;
	if (!*ret)
		return lc_fail(e, LC_ENOMEM, "%s", _("no memory for options"));
	if (!given.n && !can_be_read(*ret))
		*ret = NULL;
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

static const char *const path_transports[] = { "docker-archive:", "oci-archive:", "oci:", "dir:" };

static int check_name(struct lc_slice name, struct lc_arena *a, struct lc_err *e)
{
	struct oci_reference ref;
	int rc = oci_reference_parse(name, a, &ref, e);
	return rc == LC_EBAD ? lc_wrap(e, LC_EUSAGE, "%s", _("neither a file nor an image")) : rc;
}

static int no_such_path(struct lc_slice path, struct lc_err *e)
{
	return lc_fail(e, LC_ENOTFOUND, _("%s: no such file or directory"), lc_quote(path).s);
}

/* With a transport in front: 1 when there was none. */
static int by_transport(struct lc_slice argument, struct lc_arena *a, struct oci_remote *remote,
			struct oci_open_options *ret, struct lc_err *e)
{
	struct lc_slice rest = argument;
	for (size_t i = 0; i < sizeof(named_transports) / sizeof(named_transports[0]); i++) {
		if (!lc_chop_prefix(&rest, lc_str(named_transports[i].prefix)))
			continue;
		remote->order[0] = named_transports[i].from;
		remote->order_n = 1;
		ret->remote = remote;
		ret->input = rest;
		return check_name(rest, a, e);
	}
	for (size_t i = 0; i < sizeof(path_transports) / sizeof(path_transports[0]); i++) {
		if (lc_chop_prefix(&rest, lc_str(path_transports[i])))
			return split_path(rest, a, ret) ? 0 : no_such_path(rest, e);
	}
	return 1;
}

int cli_target(struct lc_slice argument, struct lc_arena *a, struct oci_remote *remote,
	       struct oci_open_options *ret, struct lc_err *e)
{
	if (exists(a, argument)) {
		ret->input = argument;
		return 0;
	}
	/* Before PATH:REFERENCE: a folder may be called "oci". */
	int rc = by_transport(argument, a, remote, ret, e);
	if (rc != 1 || split_path(argument, a, ret))
		return rc == 1 ? 0 : rc;
	if (looks_like_a_path(argument))
		return no_such_path(argument, e);
	ret->remote = remote;
	ret->input = argument;
	return check_name(argument, a, e);
}
