#include "io/worker_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/shim.h"
#include "io/sandbox_impl.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

enum { CONTROL = 3, CHILDREN = 4, TREE = 5, STORE = 6, FIRST_FREE = 7, WORKERS_MAX = 512 };

struct child {
	pid_t pid;
	int ward;
	bool unwanted; /* killed, and not reaped yet */
};

struct nursery {
	const struct io_nursery_options *options;
	struct io_sandbox_level level;
	pid_t pid;
	struct child children[WORKERS_MAX];
	struct pollfd polled[2 + WORKERS_MAX];
	size_t n;
};

/* ---- a process of our own ---- */

/* Die with who made us; it may be gone already. */
static bool follow(pid_t parent)
{
	return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && getppid() == parent;
}

static void close_from(unsigned first)
{
	if (syscall(SYS_close_range, first, ~0u, 0) == 0)
		return;
	for (unsigned fd = first; fd < 65536; fd++) /* before Linux 5.9 */
		(void)close((int)fd);               /* most are none */
}

/* Handlers are the parent's; whether to stop is its decision, and it kills. */
static void reset_signals(void)
{
	static const int ignored[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ };
	struct sigaction usual = { .sa_handler = SIG_DFL };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t none;
	for (int i = 1; i < NSIG; i++)
		(void)sigaction(i, &usual, NULL); /* fails for those that have no handler */
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		(void)sigaction(ignored[i], &ignore, NULL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL); /* fails for a wrong first argument only */
}

/* A sanitizer's report is worth reading; nothing else that a worker could write is. */
static void drop_streams(void)
{
	int null = lc_sys_open(AT_FDCWD, "/dev/null", O_RDWR, 0);
	for (int fd = 0; fd <= (SANDBOX_SANITIZED ? STDOUT_FILENO : STDERR_FILENO); fd++)
		if (null < 0 || dup2(null, fd) < 0)
			(void)close(fd);
	if (null > STDERR_FILENO)
		(void)close(null);
}

/* When memory runs out, it is not the parent that pays. */
static void offer_to_the_killer(void)
{
	int fd = lc_sys_open(AT_FDCWD, "/proc/self/oom_score_adj", O_WRONLY, 0);
	if (fd < 0)
		return; /* no procfs here: then chance decides */
	(void)lc_sys_write(fd, "1000", 4);
	(void)close(fd);
}

static int watch_children(void)
{
	sigset_t child;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	int fd = sigprocmask(SIG_BLOCK, &child, NULL) ? -1 : signalfd(-1, &child, SFD_CLOEXEC);
	return fd < 0 || dup2(fd, CHILDREN) < 0 ? -errno : 0;
}

/* Only to name it to the kernel: workers are sent a descriptor of their own. */
static int confine(struct nursery *n)
{
	struct lc_err e = { 0 };
	struct io_sandbox_bounds bounds = n->options->bounds;
	struct io_tree tree = { .fd = -1 };
	struct io_tree store = { .fd = STORE };
	if (bounds.tree) {
		tree.fd = bounds.tree->fd >= 0 ? TREE : -1;
		bounds.tree = &tree;
	}
	if (bounds.store)
		bounds.store = &store;
	int rc = io_sandbox_enter(&bounds, &n->level, &e);
	(void)close(TREE);  /* or there is none */
	(void)close(STORE); /* the same */
	return rc && !e.sys ? EPERM : e.sys;
}

/* Where no number of ours is in its way. */
static int keep_root(const struct io_tree *t, int *ret)
{
	if (!t || t->fd < 0)
		return 0;
	*ret = fcntl(t->fd, F_DUPFD_CLOEXEC, FIRST_FREE);
	return *ret < 0 ? errno : 0;
}

static int put_root(int fd, int number)
{
	if (fd >= 0)
		return dup2(fd, number) < 0 ? errno : 0;
	(void)close(number); /* most often there is none */
	return 0;
}

static int settle(struct nursery *n, int control)
{
	int tree = -1;
	int store = -1;
	int rc = keep_root(n->options->bounds.tree, &tree);
	rc = rc ? rc : keep_root(n->options->bounds.store, &store);
	if (rc)
		return rc;
	reset_signals();
	drop_streams();
	if (control != CONTROL && dup2(control, CONTROL) < 0)
		return errno;
	rc = watch_children();
	if (rc)
		return -rc;
	rc = put_root(tree, TREE);
	rc = rc ? rc : put_root(store, STORE);
	if (rc)
		return rc;
	close_from(FIRST_FREE);
	offer_to_the_killer();
	if (n->options->forget)
		n->options->forget(n->options->ctx);
	return confine(n);
}

/* ---- workers ---- */

static void work(const struct nursery *n, int fd, unsigned number)
{
	sigset_t none;
	sigemptyset(&none);
	if (!follow(n->pid) || dup2(fd, CONTROL) < 0)
		_exit(WORKER_NOT_CONFINED);
	close_from(CONTROL + 1);
	(void)sigprocmask(SIG_SETMASK, &none, NULL); /* fails for a wrong first argument only */
	(void)prctl(PR_SET_NAME, "lacre-worker", 0, 0, 0); /* for people alone */
	if (n->level.seccomp && io_sandbox_filter(n->options->bounds.tree, NULL))
		_exit(WORKER_NOT_CONFINED);
	n->options->work(n->options->ctx, CONTROL, number);
	_exit(0);
}

static void tell_death(int ward, int status, int not_made)
{
	const struct nursery_death d = { status, not_made };
	/* Fails where the parent has lost interest. */
	(void)io_message_send(ward, lc_slice_of(&d, sizeof(d)), LC_S(""), NULL, 0, NULL);
	io_message_close(&ward);
}

static void spawn(struct nursery *n, const struct io_message *m)
{
	struct nursery_order order;
	int talk = m->fds[0];
	int ward = m->fds[1];
	pid_t pid = -1;
	int sys = EAGAIN;
	memcpy(&order, m->bytes, sizeof(order));
	if (n->n < WORKERS_MAX) {
		pid = fork();
		sys = errno;
	}
	if (pid == 0)
		work(n, talk, order.number);
	(void)close(talk);
	if (pid < 0)
		tell_death(ward, 0, sys);
	else
		n->children[n->n++] = (struct child){ pid, ward, false };
}

/* ---- the loop ---- */

static void reap(struct nursery *n)
{
	int status;
	pid_t pid;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		size_t i = 0;
		while (i < n->n && n->children[i].pid != pid)
			i++;
		if (i == n->n)
			continue; /* cannot be: all children are listed */
		tell_death(n->children[i].ward, status, 0);
		n->children[i] = n->children[--n->n];
	}
}

static void wait_for_news(struct nursery *n)
{
	n->polled[0] = (struct pollfd){ .fd = CONTROL, .events = POLLIN };
	n->polled[1] = (struct pollfd){ .fd = CHILDREN, .events = POLLIN };
	for (size_t i = 0; i < n->n; i++)
		n->polled[2 + i] = (struct pollfd){
			.fd = n->children[i].unwanted ? -1 : n->children[i].ward,
			.events = POLLIN,
		};
	while (poll(n->polled, 2 + n->n, -1) < 0 && errno == EINTR)
		;
}

/* The parent spoke up, or hung up: it wants this one no longer. */
static void kill_unwanted(struct nursery *n)
{
	for (size_t i = 0; i < n->n; i++) {
		if (!n->polled[2 + i].revents)
			continue;
		(void)kill(n->children[i].pid, SIGKILL); /* ours, and not reaped yet */
		n->children[i].unwanted = true;
	}
}

static bool take_order(struct nursery *n)
{
	struct io_message m;
	if (io_message_receive(CONTROL, true, &m, NULL) || m.n != sizeof(struct nursery_order) ||
	    m.fds[1] < 0)
		return false;
	spawn(n, &m);
	return true;
}

static void end_all(struct nursery *n)
{
	for (size_t i = 0; i < n->n; i++)
		(void)kill(n->children[i].pid, SIGKILL); /* ours, and not reaped yet */
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

static void live(struct nursery *n)
{
	struct signalfd_siginfo seen;
	for (;;) {
		wait_for_news(n);
		kill_unwanted(n);
		if (n->polled[1].revents && lc_sys_read(CHILDREN, &seen, sizeof(seen)) > 0)
			reap(n);
		if (n->polled[0].revents && !take_order(n))
			return;
	}
}

void nursery_live(const struct io_nursery_options *o, int control, int parent)
{
	struct nursery n = { .options = o, .pid = getpid() };
	if (!follow(parent))
		_exit(WORKER_NOT_CONFINED);
	(void)prctl(PR_SET_NAME, "lacre-nursery", 0, 0, 0); /* for people alone */
	int failed = settle(&n, control);
	const struct nursery_level told = { .failed = failed, .level = n.level };
	int rc =
		io_message_send(CONTROL, lc_slice_of(&told, sizeof(told)), LC_S(""), NULL, 0, NULL);
	if (rc == 0 && told.failed == 0)
		live(&n);
	end_all(&n);
	_exit(0);
}
