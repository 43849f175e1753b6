#include "io/credentials_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/shim.h"
#include "io/file_impl.h"

enum { HELPER_NAME_MAX = 64, HELPER_SECONDS = 30 };

/* A name, never a path: whoever writes the file must not choose any program. */
static bool name_ok(struct lc_slice s)
{
	if (s.n == 0 || s.n > HELPER_NAME_MAX || s.p[0] == '.')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = lc_lower(s.p[i]);
		if (!lc_is_digit(c) && !lc_is_alpha(c) && c != '_' && c != '.' && c != '-')
			return false;
	}
	return true;
}

/* One socket pair is the helper's standard input and output. */
struct helper {
	pid_t pid;
	int ours, theirs;
};

static void helper_done(struct helper *h)
{
	if (h->ours >= 0)
		(void)close(h->ours); /* nothing was written to a file */
	if (h->theirs >= 0)
		(void)close(h->theirs);
}

static int helper_pair(struct helper *h, struct lc_err *e)
{
	int v[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, v))
		return lc_fail_sys(e, errno, "a pipe to the credential helper");
	h->ours = io_above_std(v[0]);
	h->theirs = io_above_std(v[1]);
	return h->ours >= 0 && h->theirs >= 0
		       ? 0
		       : lc_fail(e, LC_EIO, "a pipe to the credential helper");
}

static int spawn(struct helper *h, const char *program, const char *action, char **environment)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t reset;
	sigset_t mask;
	static char *none[] = { NULL };
	char name[HELPER_NAME_MAX + 32];
	char verb[16];
	char *argv[] = { name, verb, NULL };
	(void)snprintf(name, sizeof(name), "%s", program);
	(void)snprintf(verb, sizeof(verb), "%s", action);
	(void)sigemptyset(&mask);  /* fails for NULL alone */
	(void)sigemptyset(&reset); /* as above */
	(void)sigaddset(&reset, SIGPIPE);
	if (posix_spawn_file_actions_init(&files))
		return ENOMEM;
	if (posix_spawnattr_init(&attr)) {
		(void)posix_spawn_file_actions_destroy(&files);
		return ENOMEM;
	}
	int err = posix_spawn_file_actions_adddup2(&files, h->theirs, 0);
	if (!err)
		err = posix_spawn_file_actions_adddup2(&files, h->theirs, 1);
	if (!err)
		err = posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
	if (!err)
		err = posix_spawnattr_setsigdefault(&attr, &reset);
	if (!err)
		err = posix_spawnattr_setsigmask(&attr, &mask); /* workers block all signals */
	if (!err)
		err = posix_spawnattr_setflags(&attr,
					       POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	if (!err)
		err = posix_spawnp(&h->pid, program, &files, &attr, argv,
				   environment ? environment : none);
	(void)posix_spawnattr_destroy(&attr);
	(void)posix_spawn_file_actions_destroy(&files);
	return err;
}

static int put(int fd, struct lc_slice s)
{
	while (s.n) {
		ssize_t n = send(fd, s.p, s.n, MSG_NOSIGNAL);
		if (n < 0 && errno != EINTR)
			return -errno;
		s = lc_skip(s, n > 0 ? (size_t)n : 0);
	}
	return shutdown(fd, SHUT_WR) ? -errno : 0;
}

static int get(int fd, struct lc_buf *reply, struct lc_err *e)
{
	uint8_t chunk[4096];
	int64_t until = lc_ticks_ns() + (int64_t)HELPER_SECONDS * 1000000000;
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left_ms = (until - lc_ticks_ns()) / 1000000;
		if (left_ms <= 0)
			return lc_fail(e, LC_ECANCEL, "no answer within %d s", HELPER_SECONDS);
		int ready = poll(&p, 1, (int)left_ms);
		if (ready < 0 && errno != EINTR)
			return lc_fail_sys(e, errno, "waiting for it");
		if (ready <= 0)
			continue;
		ssize_t n = lc_sys_read(fd, chunk, sizeof(chunk));
		if (n == 0 || n == -ECONNRESET)
			return 0;
		if (n < 0 && n != -EINTR)
			return lc_fail_sys(e, (int)-n, "reading its answer");
		int rc = n > 0 ? lc_buf_add(reply, chunk, (size_t)n) : 0;
		explicit_bzero(chunk, sizeof(chunk));
		if (rc)
			return lc_fail(e, rc, "its answer is too long");
	}
}

/* Its status; one that has said all and does not end is ended. */
static bool ended_well(struct helper *h, bool hurry)
{
	int status = 0;
	for (unsigned i = 0; i < 100 && !hurry; i++) {
		pid_t done = waitpid(h->pid, &status, WNOHANG);
		if (done == h->pid)
			return WIFEXITED(status) && WEXITSTATUS(status) == 0;
		lc_wait_ns(10000000);
	}
	(void)kill(h->pid, SIGKILL); /* ours, and not waited for yet */
	while (waitpid(h->pid, &status, 0) < 0 && errno == EINTR)
		;
	return false;
}

static int talk(struct helper *h, struct lc_slice input, struct lc_buf *reply, struct lc_err *e)
{
	(void)close(h->theirs); /* the helper has its own */
	h->theirs = -1;
	(void)put(h->ours, input); /* one that does not listen fails by its answer */
	int rc = get(h->ours, reply, e);
	bool well = ended_well(h, rc != 0);
	if (rc)
		return rc;
	return well ? 0 : LC_ENOTFOUND;
}

int credential_helper_run(struct lc_slice name, const char *action, struct lc_slice input,
			  char **environment, struct lc_buf *reply, struct lc_err *e)
{
	char program[HELPER_NAME_MAX + 32];
	struct helper h = { .ours = -1, .theirs = -1 };
	if (!name_ok(name))
		return lc_fail(e, LC_EBAD, "%s: not the name of a credential helper",
			       lc_quote(name).s);
	(void)snprintf(program, sizeof(program), "docker-credential-%.*s", LC_FMT(name));
	int rc = helper_pair(&h, e);
	int err = rc ? 0 : spawn(&h, program, action, environment);
	if (err)
		rc = lc_fail(e, LC_EUNSUP,
			     "%s cannot be run: install it, or take it out of config.json",
			     program);
	if (rc == 0)
		rc = talk(&h, input, reply, e);
	helper_done(&h);
	return rc && rc != LC_ENOTFOUND && rc != LC_EUNSUP ? lc_wrap(e, rc, "%s", program) : rc;
}
