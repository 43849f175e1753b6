#include "io/worker_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/shim.h"

/* A process whose messages ended is gone by then, on any machine. */
enum { GONE_TRIES = 50, GONE_MS = 100 };

struct io_nursery {
	pid_t pid;
	int control;
};

int io_nursery_open(const struct io_nursery_options *o, struct io_nursery **ret, struct lc_err *e)
{
	int pair[2];
	struct io_nursery *n = lc_alloc0(1, sizeof(*n));
	if (!n)
		return lc_fail(e, LC_ENOMEM, "no memory for worker processes");
	int rc = io_message_pair(pair, e);
	if (rc) {
		lc_free(n);
		return rc;
	}
	pid_t parent = getpid();
	n->control = pair[0];
	n->pid = fork();
	if (n->pid == 0)
		nursery_live(o, pair[1], parent);
	int sys = errno;
	io_message_close(&pair[1]);
	if (n->pid < 0) {
		io_message_close(&n->control);
		lc_free(n);
		return lc_fail_sys(e, sys, "making a worker process");
	}
	*ret = n;
	return 0;
}

void io_nursery_hang_up(struct io_nursery *n)
{
	io_message_close(&n->control);
}

void io_nursery_close(struct io_nursery *n)
{
	int status;
	if (!n)
		return;
	io_message_close(&n->control); /* it ends of this */
	while (waitpid(n->pid, &status, 0) < 0 && errno == EINTR)
		;
	lc_free(n);
}

int io_nursery_level(struct io_nursery *n, struct io_sandbox_level *ret, struct lc_err *e)
{
	struct io_message m;
	struct nursery_level l;
	int rc = io_message_receive(n->control, false, &m, e);
	if (rc)
		return rc;
	if (m.n != sizeof(l))
		return lc_fail(e, LC_EIO, "the worker processes were stopped from outside");
	memcpy(&l, m.bytes, sizeof(l));
	if (l.failed)
		return lc_fail_sys(e, l.failed, "confining worker processes");
	*ret = l.level;
	return 0;
}

/* ---- workers ---- */

int io_worker_spawn(struct io_nursery *n, unsigned number, struct io_worker *ret, struct lc_err *e)
{
	int talk[2];
	int ward[2];
	const struct nursery_order order = { number };
	int rc = io_message_pair(talk, e);
	if (rc)
		return rc;
	rc = io_message_pair(ward, e);
	if (rc) {
		io_message_close(&talk[0]);
		io_message_close(&talk[1]);
		return rc;
	}
	rc = io_message_send(n->control, lc_slice_of(&order, sizeof(order)), LC_S(""),
			     (const int[]){ talk[1], ward[1] }, 2, e);
	io_message_close(&talk[1]);
	io_message_close(&ward[1]);
	(void)fcntl(talk[0], F_SETFL, O_NONBLOCK); /* of a socket of ours: cannot fail */
	*ret = (struct io_worker){ talk[0], ward[0] };
	if (rc == 0)
		return 0;
	io_worker_done(ret);
	return rc == LC_ETRUNC
		       ? lc_fail(e, LC_EIO, "the worker processes were stopped from outside")
		       : rc;
}

void io_worker_end(struct io_worker *w)
{
	io_message_close(&w->fd);
	(void)io_message_send(w->ward, LC_S("kill"), LC_S(""), NULL, 0, NULL); /* or it is gone */
}

bool io_worker_is_gone(struct io_worker *w, bool wait)
{
	return io_message_wait(w->ward, wait ? -1 : 0);
}

void io_worker_done(struct io_worker *w)
{
	io_message_close(&w->fd);
	io_message_close(&w->ward);
}

static const char *signal_text(int number, char ret[IO_DEATH_TEXT_MAX])
{
	const char *name = sigabbrev_np(number);
	switch (number) {
	case SIGSYS:
		return "was stopped at a system call that parsing does not need";
	case SIGXCPU:
		return "used up its processor time";
	case SIGKILL:
		return "was killed by SIGKILL, as the kernel does when memory runs out";
	default:
		break;
	}
	if (name)
		(void)snprintf(ret, IO_DEATH_TEXT_MAX, "was killed by SIG%s", name);
	else
		(void)snprintf(ret, IO_DEATH_TEXT_MAX, "was killed by signal %d", number);
	return ret;
}

/* Unless it is alive: then it closed its end itself. */
static bool wait_for_death(const struct io_worker *w)
{
	for (int i = 0; i < GONE_TRIES; i++)
		if (io_message_wait(w->ward, GONE_MS))
			return true;
	return false;
}

const char *io_worker_death(struct io_worker *w, char ret[IO_DEATH_TEXT_MAX])
{
	struct io_message m;
	struct nursery_death d;
	if (!wait_for_death(w)) {
		io_worker_end(w);
		return "hung up, went on and was killed";
	}
	if (io_message_receive(w->ward, false, &m, NULL) || m.n != sizeof(d))
		return "is gone with all worker processes";
	memcpy(&d, m.bytes, sizeof(d));
	if (d.not_made) {
		(void)snprintf(ret, IO_DEATH_TEXT_MAX, "could not be made: %s",
			       strerrordesc_np(d.not_made) ? strerrordesc_np(d.not_made) : "?");
		return ret;
	}
	if (WIFSIGNALED(d.status))
		return signal_text(WTERMSIG(d.status), ret);
	if (WEXITSTATUS(d.status) == WORKER_NOT_CONFINED)
		return "could not be confined";
	(void)snprintf(ret, IO_DEATH_TEXT_MAX, "stopped with status %d", WEXITSTATUS(d.status));
	return ret;
}
