#include "scan/git_about.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/shim.h"
#include "io/file.h"
#include "scan/clone.h"
#include "scan/skip_paths.h"

enum { COMMIT_BYTES_MAX = 4 << 20, MESSAGE_BYTES_MAX = 64 * 1024, TAGS_MAX = 1000 };

/* "name <address> seconds zone" */
static struct lc_slice person_of(struct lc_slice line)
{
	size_t close = lc_rfind(line, '>');
	return close == SIZE_MAX ? line : lc_sub(line, 0, close + 1);
}

static int keep(const struct git *g, struct lc_slice s, struct lc_slice *ret)
{
	return lc_arena_dup(g->arena, s, ret);
}

/* Headers, an empty line, the message. Source: gitformat-commit, "git cat-file commit". */
static int read_commit(const struct git *g, struct lc_slice text, struct report_repository *ret)
{
	struct lc_slice line;
	int rc = 0;
	while (rc == 0 && lc_line(&text, &line) && line.n) {
		if (lc_chop_prefix(&line, LC_S("author ")))
			rc = keep(g, person_of(line), &ret->author);
		else if (lc_chop_prefix(&line, LC_S("committer ")))
			rc = keep(g, person_of(line), &ret->committer);
	}
	text = lc_trim(text);
	if (text.n > MESSAGE_BYTES_MAX)
		text.n = MESSAGE_BYTES_MAX;
	return rc ? rc : keep(g, text, &ret->message);
}

static int read_tags(const struct git *g, struct lc_slice text, struct report_repository *ret)
{
	struct lc_slice line;
	while (lc_line(&text, &line) && ret->tags.n < TAGS_MAX) {
		struct lc_slice *place = line.n ? lc_vec_push(g->arena, &ret->tags) : NULL;
		int rc = line.n && !place ? lc_arena_err(g->arena) : 0;
		if (!rc && place)
			rc = keep(g, line, place);
		if (rc)
			return rc;
	}
	return 0;
}

int git_about(const struct git *g, const char *commit, struct report_repository *ret,
	      struct lc_err *e)
{
	const char *const show[] = { "cat-file", "commit", commit, NULL };
	char at[80];
	const char *const tags[] = { "for-each-ref", at, "--format=%(refname:lstrip=2)",
				     "refs/tags", NULL };
	struct lc_buf text LC_CLEANUP(lc_buf_done) = { 0 };
	lc_buf_init(&text, COMMIT_BYTES_MAX);
	(void)snprintf(at, sizeof(at), "--points-at=%s", commit); /* fits */
	int rc = git_ask(g, show, &text, e);
	if (rc)
		return rc;
	rc = read_commit(g, lc_buf_get(&text), ret);
	lc_buf_clear(&text);
	if (rc == 0) {
		rc = git_ask(g, tags, &text, e);
		if (rc)
			return rc;
		rc = read_tags(g, lc_buf_get(&text), ret);
	}
	rc = rc ? rc : keep(g, lc_str(commit), &ret->commit);
	return rc ? lc_fail(e, rc, "no memory for a repository") : 0;
}

/* ---- of a repository that lies here ---- */

static int first_line(const struct git *g, const char *const *arguments, struct lc_slice *ret)
{
	struct lc_buf out LC_CLEANUP(lc_buf_done) = { 0 };
	struct lc_err why = { 0 };
	lc_buf_init(&out, 1 << 16);
	int rc = git_ask(g, arguments, &out, &why);
	struct lc_slice rest = lc_buf_get(&out);
	struct lc_slice line = LC_S("");
	if (rc == LC_EREMOTE || rc == LC_EUNSUP) {
		lc_debug("%s", why.msg);
		return 0;
	}
	(void)lc_line(&rest, &line); /* none is an empty one */
	return rc ? rc : keep(g, line, ret);
}

static int ask_here(const struct git *g, struct report_repository *ret, struct lc_err *e)
{
	static const char *const head[] = { "rev-parse", "--verify", "--quiet", "HEAD^{commit}",
					    NULL };
	static const char *const branch[] = { "symbolic-ref", "--quiet", "--short", "HEAD", NULL };
	static const char *const remote[] = { "config", "--get", "remote.origin.url", NULL };
	struct lc_slice commit = LC_S("");
	struct lc_slice url = LC_S("");
	int rc = first_line(g, head, &commit);
	if (rc || commit.n < 40 || !git_commit_valid(commit))
		return rc;
	rc = first_line(g, branch, &ret->branch);
	rc = rc ? rc : first_line(g, remote, &url);
	if (rc)
		return rc;
	ret->url = git_url_shown(url, g->arena);
	rc = git_about(g, lc_arena_str(g->arena, commit), ret, e);
	return rc == LC_EREMOTE ? 0 : rc;
}

/* ---- a ".git" that is a file: "gitdir: PATH", of work trees and submodules ---- */

/* Is what lies at text, seen from base, the file or directory want? */
static bool leads_to(const char *base, struct lc_slice text, const char *want)
{
	char path[PATH_MAX];
	char real[PATH_MAX];
	bool absolute = lc_starts(text, LC_S("/"));
	int n = snprintf(path, sizeof(path), "%s%s%.*s", absolute ? "" : base, absolute ? "" : "/",
			 LC_FMT(text));
	return want && text.n && n > 0 && (size_t)n < sizeof(path) && realpath(path, real) &&
	       strcmp(real, want) == 0;
}

/* Of a regular file; what does not fit is no path. */
static bool first_line_of(const char *path, char text[PATH_MAX], struct lc_slice *ret)
{
	struct lc_content c LC_CLEANUP(lc_content_done) = { .fd = -1 };
	size_t n = 0;
	if (io_open_content(path, &c, NULL) || lc_content_some(&c, 0, text, PATH_MAX, &n, NULL))
		return false;
	struct lc_slice rest = lc_slice_of(text, n);
	return lc_line(&rest, ret);
}

/*
 * The repository that it names must name this place as well: a work tree's in its file "gitdir", a
 * submodule's in core.worktree. Anything else may be the user's own, of another project, whose
 * commit is none of this one's.
 */
static int is_its_own(const struct git *g, const char *real, const char *file, bool *ret)
{
	static const char *const worktree[] = { "config", "--get", "core.worktree", NULL };
	char text[PATH_MAX];
	char back[PATH_MAX];
	char dir[PATH_MAX];
	char own[PATH_MAX];
	struct lc_slice line;
	struct lc_slice named = LC_S("");
	*ret = false;
	if (!first_line_of(file, text, &line) || !lc_chop_prefix(&line, LC_S("gitdir:")))
		return 0;
	line = lc_trim(line);
	bool absolute = lc_starts(line, LC_S("/"));
	int n = snprintf(dir, sizeof(dir), "%s%s%.*s", absolute ? "" : real, absolute ? "" : "/",
			 LC_FMT(line));
	if (n < 0 || (size_t)n >= sizeof(dir) || !realpath(file, own))
		return 0; /* the file is there, and of this place */
	struct lc_slice pointer = lc_arena_fmt(g->arena, "%s/gitdir", dir);
	if (!pointer.p)
		return lc_arena_err(g->arena);
	*ret = first_line_of((const char *)pointer.p, back, &named) &&
	       leads_to(dir, lc_trim(named), own);
	int rc = *ret ? 0 : first_line(g, worktree, &named);
	*ret = *ret || (rc == 0 && leads_to(dir, named, real));
	return rc;
}

int scan_repository_about(const char *path, char *const *environment,
			  const struct lc_limits *limits, struct lc_arena *a,
			  struct report_repository *ret, struct lc_err *e)
{
	char real[PATH_MAX];
	struct lc_slice git_dir = lc_arena_fmt(a, "%s/.git", path);
	struct git g = {
		.arena = a,
		.limits = limits,
		.dir = path,
		.protocols = "none",
		.from = environment,
	};
	struct report_repository about = { 0 };
	bool is_dir = false;
	bool own = true;
	if (!git_dir.p)
		return lc_fail(e, lc_arena_err(a), "no memory for a repository");
	if (!io_exists((const char *)git_dir.p, &is_dir) || !realpath(path, real) ||
	    !leads_to(real, LC_S(".git"), (const char *)lc_arena_fmt(a, "%s/.git", real).p))
		return 0; /* none, or a link to another place's */
	/* One above is another's. */
	g.ceiling = lc_arena_str(a, lc_path_dir(lc_str(real)));
	int rc = git_start(&g, e);
	if (!rc && !is_dir && is_its_own(&g, real, (const char *)git_dir.p, &own))
		rc = lc_fail(e, lc_arena_err(a), "no memory for a repository");
	rc = rc || !own ? rc : ask_here(&g, &about, e);
	if (rc == 0)
		*ret = about;
	return rc;
}
