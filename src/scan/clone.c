#include "scan/clone.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/shim.h"
#include "crypt/secret.h"
#include "format/base64.h"
#include "io/environment.h"
#include "io/file.h"
#include "io/remove.h"
#include "io/tree.h"
#include "scan/git.h"
#include "scan/git_about.h"

enum { ANSWER_MAX = 1 << 20 };

/* On disk, and of files written out: far above any project's, far below a disk's. */
static const uint64_t pack_bytes_max = (uint64_t)4 << 30;
static const uint64_t tree_bytes_max = (uint64_t)8 << 30;

struct copying {
	const struct scan_clone_options *o;
	struct scan_clone *c;
	/* Address and token, and what git is told of them: gone before a stranger's files are read.
	 */
	struct lc_arena secret;
	struct git_url url;
	struct git git;
	char refspec[600];
	char ref[300];        /* what the commit is called after fetching */
	struct lc_slice head; /* the remote's own branch, "" unknown or not asked for */
	char commit[65];
};

/* ---- where it goes ---- */

bool scan_clone_is_address(const char *text)
{
	struct stat st;
	return lstat(text, &st) != 0 && *text != '/' && *text != '.';
}

static int make_place(struct copying *w, struct lc_err *e)
{
	struct scan_clone *c = w->c;
	int rc = io_make_temp_dir("lacre-repo-", w->o->environment, &c->arena, &c->dir, e);
	rc = rc ? rc : io_guard_start(c->dir, &c->guard, e);
	if (rc)
		return rc;
	struct lc_slice text = lc_arena_fmt(&c->arena, "%s/files", c->dir);
	c->path = text.p ? lc_arena_str(&c->arena, text) : NULL;
	if (!c->path)
		return lc_fail(e, LC_ENOMEM, "no memory for a repository");
	return mkdir(c->path, 0700) ? lc_fail_sys(e, errno, "%s", c->path) : 0;
}

/* ---- what git is told ---- */

static int check(const struct scan_clone_options *o, struct lc_err *e)
{
	int asked = (o->branch.n > 0) + (o->tag.n > 0) + (o->commit.n > 0);
	if (asked > 1)
		return lc_fail(e, LC_EUSAGE, "give one of --branch, --tag and --commit");
	if (o->branch.n && !git_ref_valid(o->branch))
		return lc_fail(e, LC_EUSAGE, "--branch: \"%s\" is no name of a branch",
			       lc_quote(o->branch).s);
	if (o->tag.n && !git_ref_valid(o->tag))
		return lc_fail(e, LC_EUSAGE, "--tag: \"%s\" is no name of a tag",
			       lc_quote(o->tag).s);
	if (o->commit.n && !git_commit_valid(o->commit))
		return lc_fail(e, LC_EUSAGE, "--commit: \"%s\" is no commit: 4 to 64 hex digits",
			       lc_quote(o->commit).s);
	return 0;
}

static void set(struct git *g, const char *key, const char *value)
{
	if (g->settings_n == GIT_SETTINGS_MAX)
		return;
	g->settings[g->settings_n].key = key;
	g->settings[g->settings_n++].value = value;
}

/* A service's token goes to that service alone: not to whoever answers in its place. */
static const char *token_for(const struct git_url *u, bool insecure, char *const *environment)
{
	static const struct {
		const char *variable, *host;
	} rows[] = { { "GITHUB_TOKEN", "github.com" },
		     { "GITLAB_TOKEN", "gitlab.com" },
		     { "BITBUCKET_TOKEN", "bitbucket.org" } };
	if (!lc_eq(u->protocol, LC_S("https")) || u->secrets.n || insecure)
		return NULL;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (lc_eq_nocase(u->host, lc_str(rows[i].host)))
			return io_env(environment, rows[i].variable);
	return NULL;
}

/* "lacre:TOKEN", formatted nowhere else on the way. */
static struct lc_slice pair_of(struct lc_arena *a, const char *token)
{
	const struct lc_slice user = LC_S("lacre:");
	struct lc_slice secret = lc_str(token);
	uint8_t *p = lc_arena_alloc(a, user.n + secret.n);
	if (!p)
		return (struct lc_slice){ NULL, 0 };
	memcpy(p, user.p, user.n);
	memcpy(p + user.n, secret.p, secret.n);
	return lc_slice_of(p, user.n + secret.n);
}

static int set_token(struct copying *w, const char *token, struct lc_err *e)
{
	struct lc_arena *a = &w->secret;
	struct lc_buf text LC_CLEANUP(secret_buf_done) = { 0 };
	lc_buf_init(&text, 8192);
	(void)lc_buf_reserve(&text, 8192); /* growing would leave a copy that nobody wipes */
	(void)lc_buf_str(&text, "Authorization: Basic "); /* sticky: asked below */
	struct lc_slice pair = pair_of(a, token);
	int rc = pair.p ? base64_encode(pair, &text) : lc_arena_err(a);
	const char *value = rc ? NULL : lc_arena_str(a, lc_buf_get(&text));
	struct lc_slice key = lc_arena_fmt(a, "http.%.*s.extraHeader", LC_FMT(w->url.origin));
	struct lc_slice *secret = lc_vec_push(a, &w->git.secrets);
	if (!value || !key.p || !secret)
		return lc_fail(e, LC_ENOMEM, "no memory for a token");
	*secret = lc_str(token);
	set(&w->git, lc_arena_str(a, key), value);
	return 0;
}

/* How large the packs are that were fetched so far. */
static int watch_packs(void *ctx, struct lc_err *e)
{
	const struct copying *w = ctx;
	struct io_tree tree;
	struct lc_slice packs = lc_arena_fmt(&w->c->arena, "%s/.git/objects/pack", w->c->path);
	LC_CLEANUP(io_tree_endp) struct io_tree_dir *d = NULL;
	struct io_tree_entry entry;
	uint64_t sum = 0;
	if (!packs.p || io_tree_open((const char *)packs.p, &tree, NULL))
		return 0;
	int rc = io_tree_list(&tree, "", &d, NULL);
	while (rc == 0 && io_tree_next(d, &entry, NULL) == 0) {
		struct lc_content c = { .fd = -1 };
		uint32_t mode;
		if (io_tree_file(&tree, entry.name, &c, &mode, NULL) == 0)
			sum += c.size;
		lc_content_done(&c);
	}
	io_tree_close(&tree);
	return sum > pack_bytes_max
		       ? lc_fail(e, LC_ELIMIT, "the repository needs over %" PRIu64 " MiB",
				 pack_bytes_max >> 20)
		       : 0;
}

static int prepare(struct copying *w, struct lc_err *e)
{
	const struct scan_clone_options *o = w->o;
	struct lc_arena *a = &w->secret;
	const char *token = token_for(&w->url, o->insecure, o->environment);
	w->git = (struct git){
		.arena = a,
		.limits = o->limits,
		.dir = w->c->path,
		.protocols = o->insecure ? "https:ssh:file:http:git" : "https:ssh:file",
		.secrets = w->url.secrets,
		.from = o->environment,
		.watch = watch_packs,
		.watch_ctx = w,
	};
	set(&w->git, "remote.origin.url", w->url.url);
	if (o->insecure)
		set(&w->git, "http.sslVerify", "false");
	if (o->cacert.n)
		set(&w->git, "http.sslCAInfo", lc_arena_str(a, o->cacert));
	int rc = token ? set_token(w, token, e) : 0;
	return rc ? rc : git_start(&w->git, e);
}

/* ---- fetching ---- */

static int ask(struct copying *w, const char *const *arguments, struct lc_buf *out,
	       struct lc_err *e)
{
	lc_buf_init(out, ANSWER_MAX);
	return git_ask(&w->git, arguments, out, e);
}

static int run(struct copying *w, const char *const *arguments, struct lc_err *e)
{
	struct lc_buf out LC_CLEANUP(lc_buf_done) = { 0 };
	return ask(w, arguments, &out, e);
}

/* "ref: refs/heads/NAME\tHEAD" stands before the hash where the remote tells. */
static int find_head(struct copying *w, struct lc_err *e)
{
	static const char *const arguments[] = { "ls-remote", "--symref", "origin", "HEAD", NULL };
	struct lc_buf out LC_CLEANUP(lc_buf_done) = { 0 };
	struct lc_slice line;
	int rc = ask(w, arguments, &out, e);
	if (rc)
		return rc;
	struct lc_slice rest = lc_buf_get(&out);
	if (rest.n == 0)
		return lc_fail(e, LC_EREMOTE, "the repository holds no commit");
	while (lc_line(&rest, &line)) {
		if (!lc_chop_prefix(&line, LC_S("ref: refs/heads/")) ||
		    !lc_chop_suffix(&line, LC_S("\tHEAD")) || !git_ref_valid(line))
			continue;
		return lc_arena_dup(&w->c->arena, line, &w->head)
			       ? lc_fail(e, LC_ENOMEM, "no memory for a repository")
			       : 0;
	}
	return 0;
}

static void name_refs(struct copying *w)
{
	const struct scan_clone_options *o = w->o;
	struct lc_slice branch = o->branch.n ? o->branch : w->head;
	if (o->commit.n) {
		(void)snprintf(w->refspec, sizeof(w->refspec), "%.*s", LC_FMT(o->commit));
		(void)snprintf(w->ref, sizeof(w->ref), "%.*s", LC_FMT(o->commit));
	} else if (o->tag.n) {
		(void)snprintf(w->refspec, sizeof(w->refspec), "+refs/tags/%.*s:refs/tags/%.*s",
			       LC_FMT(o->tag), LC_FMT(o->tag));
		(void)snprintf(w->ref, sizeof(w->ref), "refs/tags/%.*s", LC_FMT(o->tag));
	} else if (branch.n) {
		(void)snprintf(w->refspec, sizeof(w->refspec),
			       "+refs/heads/%.*s:refs/remotes/origin/%.*s", LC_FMT(branch),
			       LC_FMT(branch));
		(void)snprintf(w->ref, sizeof(w->ref), "refs/remotes/origin/%.*s", LC_FMT(branch));
	} else {
		(void)snprintf(w->refspec, sizeof(w->refspec), "+HEAD:refs/remotes/origin/HEAD");
		(void)snprintf(w->ref, sizeof(w->ref), "refs/remotes/origin/HEAD");
	}
}

static int fetch(struct copying *w, struct lc_err *e)
{
	const char *const one[] = { "fetch",  "--quiet",  "--depth=1", "--no-recurse-submodules",
				    "origin", w->refspec, NULL };
	static const char *const all[] = {
		"fetch",  "--quiet", "--no-recurse-submodules",
		"--tags", "origin",  "+refs/heads/*:refs/remotes/origin/*",
		NULL
	};
	struct lc_err first = { 0 };
	int rc = run(w, one, &first);
	/* A commit is not given by its name everywhere, and a short name never is. */
	if (rc == LC_EREMOTE && w->o->commit.n)
		return run(w, all, e);
	if (rc && e)
		*e = first;
	return rc;
}

static int find_commit(struct copying *w, struct lc_err *e)
{
	char name[320];
	struct lc_buf out LC_CLEANUP(lc_buf_done) = { 0 };
	const char *const arguments[] = { "rev-parse",        "--verify", "--quiet",
					  "--end-of-options", name,       NULL };
	(void)snprintf(name, sizeof(name), "%s^{commit}", w->ref);
	int rc = ask(w, arguments, &out, e);
	if (rc == LC_EREMOTE)
		return lc_fail(e, rc, "%s is no commit of the repository",
			       lc_quote(lc_str(w->ref)).s);
	struct lc_slice commit = lc_trim(lc_buf_get(&out));
	if (rc == 0 && (!git_commit_valid(commit) || commit.n < 40))
		rc = lc_fail(e, LC_EREMOTE, "git gives no commit");
	/* A name of the remote's may look like a short commit. */
	if (rc == 0 && w->o->commit.n &&
	    !lc_eq_nocase(lc_sub(commit, 0, w->o->commit.n), w->o->commit))
		rc = lc_fail(e, LC_EREMOTE, "%s is the name of another commit",
			     lc_quote(w->o->commit).s);
	if (rc == 0)
		(void)snprintf(w->commit, sizeof(w->commit), "%.*s", LC_FMT(commit)); /* fits */
	return rc;
}

/* ---- writing out ---- */

/* Records of ls-tree -r -l -z: "MODE TYPE HASH    SIZE\tPATH" NUL. */
struct measure {
	uint64_t files, bytes, files_max;
	char head[128]; /* of the record at hand */
	size_t n;
	bool in_path;
};

static int measure_record(struct measure *m, struct lc_err *e)
{
	struct lc_slice head = lc_slice_of(m->head, m->n);
	size_t at = lc_rfind(head, ' ');
	uint64_t size = 0;
	if (at != SIZE_MAX)
		(void)lc_u64(lc_skip(head, at + 1), 10, UINT64_MAX >> 1, &size); /* "-": none */
	m->n = 0;
	m->files++;
	m->bytes += size;
	if (m->files > m->files_max)
		return lc_fail(e, LC_ELIMIT, "more than %" PRIu64 " files", m->files_max);
	if (m->bytes > tree_bytes_max)
		return lc_fail(e, LC_ELIMIT, "its files are larger than %" PRIu64 " MiB",
			       tree_bytes_max >> 20);
	return 0;
}

static int measure_bytes(void *ctx, struct lc_slice bytes, struct lc_err *e)
{
	struct measure *m = ctx;
	int rc = 0;
	for (size_t i = 0; i < bytes.n && rc == 0; i++) {
		char c = (char)bytes.p[i];
		if (c == '\0') {
			m->in_path = false;
			rc = measure_record(m, e);
		} else if (c == '\t') {
			m->in_path = true;
		} else if (!m->in_path && m->n < sizeof(m->head)) {
			m->head[m->n++] = c;
		}
	}
	return rc;
}

static int write_out(struct copying *w, struct lc_err *e)
{
	struct measure m = { .files_max = w->o->limits->entries_max };
	const char *const list[] = { "ls-tree", "-r", "-l", "-z", "--full-tree", w->commit, NULL };
	const char *const checkout[] = {
		"checkout", "--quiet", "--force", "--detach", "--no-recurse-submodules",
		w->commit,  NULL
	};
	int rc = git_run(&w->git, list, measure_bytes, &m, e);
	if (rc)
		return rc;
	lc_debug("repository files=%" PRIu64 " bytes=%" PRIu64, m.files, m.bytes);
	return run(w, checkout, e);
}

/* ---- all ---- */

static int describe(struct copying *w, struct lc_err *e)
{
	struct report_repository *about = &w->c->about;
	w->git.arena = &w->c->arena; /* what it tells stays */
	int rc = git_about(&w->git, w->commit, about, e);
	about->url = w->c->name;
	if (!w->o->tag.n && !w->o->commit.n)
		about->branch = w->o->branch.n ? w->o->branch : w->head;
	return rc;
}

static int copy(struct copying *w, struct lc_err *e)
{
	static const char *const init[] = { "init", "--quiet", "--template=", NULL };
	bool named = w->o->branch.n || w->o->tag.n || w->o->commit.n;
	int rc = make_place(w, e);
	rc = rc ? rc : prepare(w, e);
	rc = rc ? rc : run(w, init, e);
	rc = rc || named ? rc : find_head(w, e);
	name_refs(w);
	rc = rc ? rc : fetch(w, e);
	rc = rc ? rc : find_commit(w, e);
	rc = rc ? rc : write_out(w, e);
	return rc ? rc : describe(w, e);
}

int scan_clone_open(const struct scan_clone_options *o, struct scan_clone *ret, struct lc_err *e)
{
	struct scan_clone c = { 0 };
	struct copying w = { .o = o, .c = &c };
	lc_arena_init(&c.arena, (size_t)64 << 20);
	lc_arena_init(&w.secret, (size_t)64 << 20);
	int rc = check(o, e);
	rc = rc ? rc : git_url_parse(o->url, o->insecure, &w.secret, &w.url, e);
	if (rc == 0 && lc_arena_dup(&c.arena, w.url.shown, &c.name))
		rc = lc_fail(e, lc_arena_err(&c.arena), "no memory for an address");
	if (rc == 0) {
		rc = copy(&w, e);
		if (rc)
			(void)lc_wrap(e, rc, "%s", lc_quote(c.name).s); /* rc is what counts */
	}
	lc_arena_wipe(&w.secret);
	if (rc) {
		scan_clone_close(&c);
		return rc;
	}
	*ret = c;
	return 0;
}

void scan_clone_close(struct scan_clone *c)
{
	struct lc_err e = { 0 };
	if (c->dir && io_remove_at(AT_FDCWD, c->dir, NULL, &e))
		lc_debug("%s: %s", c->dir, e.msg);
	io_guard_end(&c->guard);
	lc_arena_done(&c->arena);
	*c = (struct scan_clone){ 0 };
}
