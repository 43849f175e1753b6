#include "scan/git.h"

#include <stdio.h>

#include "base/log.h"
#include "base/shim.h"
#include "io/process.h"

enum { ARGUMENTS_MAX = 24, WORDS_MAX = 16 * 1024, ENVIRONMENT_MAX = 4096 };

/* ---- environment ---- */

static const char *const settings[][2] = {
	{ "core.hooksPath", "/dev/null" },
	{ "core.fsmonitor", "false" },
	{ "core.untrackedCache", "false" },
	{ "core.attributesFile", "/dev/null" },
	{ "core.autocrlf", "false" },
	{ "core.pager", "cat" },
	{ "core.askPass", "" },
	{ "credential.helper", "" },
	{ "submodule.recurse", "false" },
	{ "fetch.recurseSubmodules", "false" },
	{ "fetch.unpackLimit", "1" }, /* packs alone: their size is watched */
	{ "gc.auto", "0" },
	{ "maintenance.auto", "false" },
	{ "http.followRedirects", "initial" },
	{ "http.lowSpeedLimit", "1" },
	{ "http.lowSpeedTime", "60" },
	{ "log.showSignature", "false" },
	{ "transfer.bundleURI", "false" },
};

static const char *const variables[] = {
	"GIT_CONFIG_NOSYSTEM=1",
	"GIT_CONFIG_SYSTEM=/dev/null",
	"GIT_CONFIG_GLOBAL=/dev/null",
	"GIT_ATTR_NOSYSTEM=1",
	"GIT_TERMINAL_PROMPT=0",
	"GIT_ASKPASS=",
	"GIT_LFS_SKIP_SMUDGE=1",
	"GIT_NO_LAZY_FETCH=1",
	"GIT_NO_REPLACE_OBJECTS=1",
	"GIT_OPTIONAL_LOCKS=0",
	"GIT_PAGER=cat",
	"LC_ALL=C",
};

/* Where to look for the repository, what to trace, whom to ask: none of it is for others to say. */
static bool is_kept(const char *variable)
{
	static const char *const kept[] = { "GIT_SSH_COMMAND=", "GIT_SSH=", "GIT_SSH_VARIANT=",
					    "GIT_SSL_CAINFO=", "GIT_SSL_CAPATH=" };
	struct lc_slice v = lc_str(variable);
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (lc_starts(v, lc_str(kept[i])))
			return true;
	return !lc_starts(v, LC_S("GIT_")) && !lc_starts(v, LC_S("SSH_ASKPASS")) &&
	       !lc_starts(v, LC_S("LC_ALL=")) && !lc_starts(v, LC_S("LANGUAGE="));
}

struct environment {
	struct lc_arena *a;
	char **v;
	size_t n;
};

static void put_variable(struct environment *env, char *variable)
{
	if (env->n < ENVIRONMENT_MAX)
		env->v[env->n++] = variable;
}

static void put_text(struct environment *env, const char *name, const char *value)
{
	struct lc_slice s = lc_arena_fmt(env->a, "%s=%s", name, value);
	if (s.p)
		put_variable(env, lc_arena_str(env->a, s));
}

static void put_setting(struct environment *env, size_t i, const char *key, const char *value)
{
	char name[40];
	(void)snprintf(name, sizeof(name), "GIT_CONFIG_KEY_%zu", i); /* fits */
	put_text(env, name, key);
	(void)snprintf(name, sizeof(name), "GIT_CONFIG_VALUE_%zu", i); /* fits */
	put_text(env, name, value);
}

static void put_settings(struct environment *env, const struct git *g)
{
	char count[24];
	size_t n = 0;
	for (; n < sizeof(settings) / sizeof(settings[0]); n++)
		put_setting(env, n, settings[n][0], settings[n][1]);
	for (size_t i = 0; i < g->settings_n; i++)
		put_setting(env, n++, g->settings[i].key, g->settings[i].value);
	(void)snprintf(count, sizeof(count), "%zu", n); /* fits */
	put_text(env, "GIT_CONFIG_COUNT", count);
}

int git_start(struct git *g, struct lc_err *e)
{
	struct environment env = { .a = g->arena };
	bool ssh = false;
	env.v = lc_new_array(g->arena, char *, ENVIRONMENT_MAX + 1);
	if (!env.v)
		return lc_fail(e, lc_arena_err(g->arena), "no memory for git");
	for (char *const *at = g->from; at && *at; at++) {
		if (is_kept(*at))
			put_variable(&env, *at);
		ssh |= lc_starts(lc_str(*at), LC_S("GIT_SSH"));
	}
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		put_variable(&env, lc_arena_str(g->arena, lc_str(variables[i])));
	if (!ssh)
		put_text(&env, "GIT_SSH_COMMAND", "ssh -oBatchMode=yes");
	put_text(&env, "GIT_ALLOW_PROTOCOL", g->protocols);
	if (g->ceiling)
		put_text(&env, "GIT_CEILING_DIRECTORIES", g->ceiling);
	put_settings(&env, g);
	g->environment = env.v;
	if (env.n == ENVIRONMENT_MAX)
		return lc_fail(e, LC_ELIMIT, "more than %d variables in the environment",
			       ENVIRONMENT_MAX);
	return g->arena->err ? lc_fail(e, g->arena->err, "no memory for git") : 0;
}

/* ---- what it says ---- */

static void blot_out(uint8_t *text, size_t *n, struct lc_slice secret)
{
	for (size_t i = 0; secret.n && i + secret.n <= *n;) {
		if (memcmp(text + i, secret.p, secret.n) != 0) {
			i++;
			continue;
		}
		text[i] = '*';
		memmove(text + i + 1, text + i + secret.n, *n - i - secret.n);
		*n -= secret.n - 1;
		i++;
	}
}

/* The first line that is none of its hints: what follows tells what came of it. Without secrets. */
static struct lc_slice words_of(const struct git *g, const struct lc_buf *said)
{
	struct lc_slice rest = lc_buf_get(said);
	struct lc_slice line;
	struct lc_slice last = LC_S("it gives no reason");
	while (lc_line(&rest, &line)) {
		line = lc_trim(line);
		if (line.n == 0 || lc_starts(line, LC_S("hint:")) ||
		    lc_starts(line, LC_S("warning:")))
			continue;
		last = line;
		break;
	}
	(void)lc_chop_prefix(&last, LC_S("fatal: "));
	uint8_t *copy = lc_arena_alloc(g->arena, last.n + 1);
	if (!copy)
		return LC_S("no memory");
	memcpy(copy, last.p, last.n);
	size_t n = last.n;
	for (size_t i = 0; i < g->secrets.n; i++)
		blot_out(copy, &n, g->secrets.v[i]);
	return lc_slice_of(copy, n);
}

int git_run(const struct git *g, const char *const *arguments, git_put_fn *put, void *ctx,
	    struct lc_err *e)
{
	char *argv[ARGUMENTS_MAX + 4];
	size_t n = 0;
	int status = 0;
	struct lc_buf said LC_CLEANUP(lc_buf_done) = { 0 };
	lc_buf_init(&said, WORDS_MAX);
	argv[n++] = lc_arena_str(g->arena, LC_S("git"));
	argv[n++] = lc_arena_str(g->arena, LC_S("-C"));
	argv[n++] = lc_arena_str(g->arena, lc_str(g->dir));
	for (size_t i = 0; arguments[i] && i < ARGUMENTS_MAX; i++)
		argv[n++] = lc_arena_str(g->arena, lc_str(arguments[i]));
	argv[n] = NULL;
	if (g->arena->err)
		return lc_fail(e, g->arena->err, "no memory for git");
	const struct io_process p = {
		.program = "git",
		.arguments = argv,
		.environment = g->environment,
		.limits = g->limits,
		.group = true,
		.errors = &said,
		.put = put,
		.ctx = ctx,
		.watch = g->watch,
		.watch_ctx = g->watch_ctx,
	};
	lc_debug("git %s", arguments[0]);
	int rc = io_process_run(&p, &status, e);
	if (rc == LC_EUNSUP)
		return lc_fail(e, rc,
			       "git cannot be run: install it, or copy the repository and give its "
			       "directory");
	if (rc)
		return lc_wrap(e, rc, "git %s", arguments[0]);
	if (status)
		return lc_fail(e, LC_EREMOTE, "git %s: %s", arguments[0],
			       lc_quote(words_of(g, &said)).s);
	return 0;
}

static int put_bytes(void *ctx, struct lc_slice bytes, struct lc_err *e)
{
	int rc = lc_buf_slice(ctx, bytes);
	return rc ? lc_fail(e, rc, "it says too much") : 0;
}

int git_ask(const struct git *g, const char *const *arguments, struct lc_buf *out, struct lc_err *e)
{
	return git_run(g, arguments, put_bytes, out, e);
}
