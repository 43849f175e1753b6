#include "io/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/shim.h"
#include "io/file_impl.h"

enum { STEP_MS = 100, CHUNK_BYTES = 16 * 1024 };

struct running {
	const struct io_process *p;
	pid_t pid;
	int out, err; /* ours; -1 none, or ended */
	int their_out, their_err;
	int pidfd; /* -1: the kernel has none */
	bool ended;
	int status;
	int64_t until_ns;  /* 0 none */
	int64_t silent_ns; /* since when its output is over; 0 it is not */
};

static void close_one(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* nothing was written to a file */
	*fd = -1;
}

static int make_pair(int *ours, int *theirs, struct lc_err *e)
{
	int v[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, v))
		return lc_fail_sys(e, errno, "a pipe to a program");
	*ours = io_above_std(v[0]);
	*theirs = io_above_std(v[1]);
	return *ours >= 0 && *theirs >= 0 ? 0 : lc_fail(e, LC_EIO, "a pipe to a program");
}

/* ---- starting ---- */

static int set_files(posix_spawn_file_actions_t *files, const struct running *r)
{
	int err = posix_spawn_file_actions_adddup2(files, r->their_out, STDIN_FILENO);
	if (!err)
		err = posix_spawn_file_actions_adddup2(files, r->their_out, STDOUT_FILENO);
	if (!err && r->their_err >= 0)
		return posix_spawn_file_actions_adddup2(files, r->their_err, STDERR_FILENO);
	return err ? err
		   : posix_spawn_file_actions_addopen(files, STDERR_FILENO, "/dev/null", O_WRONLY,
						      0);
}

static int set_attr(posix_spawnattr_t *attr, bool group)
{
	sigset_t reset;
	sigset_t mask;
	short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
	(void)sigemptyset(&mask);  /* fails for NULL alone */
	(void)sigemptyset(&reset); /* as above */
	(void)sigaddset(&reset, SIGPIPE);
	(void)sigaddset(&reset, SIGXFSZ);
	int err = posix_spawnattr_setsigdefault(attr, &reset);
	if (!err)
		err = posix_spawnattr_setsigmask(attr, &mask); /* workers block all signals */
	if (!err && group)
		err = posix_spawnattr_setpgroup(attr, 0);
	if (group)
		flags = (short)(flags | POSIX_SPAWN_SETPGROUP);
	return err ? err : posix_spawnattr_setflags(attr, flags);
}

static int spawn(struct running *r)
{
	static char *none[] = { NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	char *const *environment = r->p->environment ? r->p->environment : none;
	if (posix_spawn_file_actions_init(&files))
		return ENOMEM;
	if (posix_spawnattr_init(&attr)) {
		(void)posix_spawn_file_actions_destroy(&files);
		return ENOMEM;
	}
	int err = set_files(&files, r);
	if (!err)
		err = set_attr(&attr, r->p->group);
	if (!err)
		err = posix_spawnp(&r->pid, r->p->program, &files, &attr, r->p->arguments,
				   environment);
	(void)posix_spawnattr_destroy(&attr);
	(void)posix_spawn_file_actions_destroy(&files);
	return err;
}

/* One that does not listen fails by its answer. */
static void put_input(int fd, struct lc_slice s)
{
	while (s.n) {
		ssize_t n = send(fd, s.p, s.n, MSG_NOSIGNAL);
		if (n < 0 && errno != EINTR)
			break;
		s = lc_skip(s, n > 0 ? (size_t)n : 0);
	}
	(void)shutdown(fd, SHUT_WR); /* as above */
}

/* ---- listening ---- */

static void keep_errors(struct lc_buf *to, struct lc_slice s)
{
	if (s.n > to->max - to->n)
		s.n = to->max - to->n;
	(void)lc_buf_slice(to, s); /* what does not fit is not needed */
}

/* What is there, without waiting. Ended is -1. */
static int hear(struct running *r, int *fd, bool output, struct lc_err *e)
{
	uint8_t chunk[CHUNK_BYTES];
	int rc = 0;
	ssize_t n = recv(*fd, chunk, sizeof(chunk), MSG_DONTWAIT);
	if (n > 0 && output)
		rc = r->p->put(r->p->ctx, lc_slice_of(chunk, (size_t)n), e);
	else if (n > 0)
		keep_errors(r->p->errors, lc_slice_of(chunk, (size_t)n));
	else if (n == 0 || (errno != EINTR && errno != EAGAIN))
		close_one(fd);
	explicit_bzero(chunk, n > 0 ? (size_t)n : 0);
	return rc;
}

/* Everything that it wrote before its end; those it left behind are not waited for. */
static int hear_rest(struct running *r, struct lc_err *e)
{
	int rc = 0;
	for (int *fd = &r->out; fd; fd = fd == &r->out ? &r->err : NULL) {
		struct pollfd p = { .fd = *fd, .events = POLLIN };
		while (rc == 0 && *fd >= 0 && poll(&p, 1, 0) > 0)
			rc = hear(r, fd, fd == &r->out, e);
	}
	return rc;
}

static void wait_for_it(struct running *r, int timeout_ms)
{
	struct pollfd p[3] = { { .fd = r->out, .events = POLLIN },
			       { .fd = r->err, .events = POLLIN },
			       { .fd = r->pidfd, .events = POLLIN } };
	if (r->pidfd < 0 && timeout_ms > 10)
		timeout_ms = 10;
	(void)poll(p, 3, timeout_ms); /* whatever woke us, everything is looked at */
}

static void look_whether_it_ended(struct running *r)
{
	int status = 0;
	siginfo_t info = { 0 };
	if (waitid(P_PID, (id_t)r->pid, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid == 0)
		return;
	/* What it left goes while the group's number is still its own; none is no failure. */
	if (r->p->group)
		(void)kill(-r->pid, SIGKILL);
	while (waitpid(r->pid, &status, 0) < 0 && errno == EINTR)
		;
	r->ended = true;
	r->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int time_is_up(const struct running *r, struct lc_err *e)
{
	int64_t now = lc_ticks_ns();
	if (r->p->limits && lc_limits_expired(r->p->limits))
		return lc_fail(e, LC_ECANCEL, "time is up");
	if (r->until_ns && now >= r->until_ns)
		return lc_fail(e, LC_ECANCEL, "no answer within %u s", r->p->timeout_ms / 1000);
	return 0;
}

/* It has said all, and does not end: the answer counts, its status cannot. */
static bool lingers(struct running *r)
{
	if (r->out >= 0 || !r->p->linger_ms)
		return false;
	int64_t now = lc_ticks_ns();
	if (r->silent_ns == 0)
		r->silent_ns = now;
	return now - r->silent_ns >= (int64_t)r->p->linger_ms * 1000000;
}

static void end_it(struct running *r)
{
	int status;
	if (r->p->group)
		(void)kill(-r->pid, SIGKILL); /* ours, and not waited for yet */
	(void)kill(r->pid, SIGKILL);          /* as above */
	while (waitpid(r->pid, &status, 0) < 0 && errno == EINTR)
		;
	r->ended = true;
	r->status = 128 + SIGKILL;
}

static int attend(struct running *r, struct lc_err *e)
{
	int rc = 0;
	while (rc == 0 && !r->ended) {
		wait_for_it(r, STEP_MS);
		rc = r->out >= 0 ? hear(r, &r->out, true, e) : 0;
		if (rc == 0 && r->err >= 0)
			rc = hear(r, &r->err, false, e);
		if (rc == 0)
			rc = time_is_up(r, e);
		if (rc == 0 && r->p->watch)
			rc = r->p->watch(r->p->watch_ctx, e);
		look_whether_it_ended(r);
		if (rc == 0 && !r->ended && lingers(r))
			end_it(r);
	}
	if (!r->ended)
		end_it(r);
	return rc ? rc : hear_rest(r, e);
}

int io_process_run(const struct io_process *p, int *ret_status, struct lc_err *e)
{
	struct running r = { .p = p, .out = -1, .err = -1, .their_out = -1, .their_err = -1 };
	int rc = make_pair(&r.out, &r.their_out, e);
	if (rc == 0 && p->errors)
		rc = make_pair(&r.err, &r.their_err, e);
	int err = rc ? 0 : spawn(&r);
	close_one(&r.their_out);
	close_one(&r.their_err);
	if (err)
		rc = lc_fail(e, LC_EUNSUP, "%s cannot be run: %s", p->program, strerror(err));
	if (rc == 0) {
		r.pidfd = (int)syscall(SYS_pidfd_open, r.pid, 0);
		if (p->timeout_ms)
			r.until_ns = lc_ticks_ns() + (int64_t)p->timeout_ms * 1000000;
		put_input(r.out, p->input);
		rc = attend(&r, e);
		close_one(&r.pidfd);
	}
	close_one(&r.out);
	close_one(&r.err);
	if (rc == 0)
		*ret_status = r.status;
	return rc;
}
