#include "io/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/shim.h"
#include "io/file.h"
#include "io/remove.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

enum { LINE = 0, FIRST_FREE = 1, TRIES = 100, PAUSE_MS = 100, FILES_MAX = 4096 };

/* Whatever ends a terminal's programs is not for it; and whoever reads our output waits for us. */
static void let_go(int line)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP };
	(void)setsid(); /* fails for the leader of a group, which a child is not */
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		(void)sigaction(ignored[i], &ignore, NULL); /* fails for bad numbers only */
	(void)prctl(PR_SET_NAME, "lacre-guard", 0, 0, 0);   /* for people alone */
	if (dup2(line, LINE) < 0)
		_exit(1);
	if (syscall(SYS_close_range, FIRST_FREE, ~0u, 0) == 0)
		return;
	for (int fd = FIRST_FREE; fd < FILES_MAX; fd++) /* before Linux 5.9 */
		(void)close(fd);                        /* most are none */
}

/* Programs that we ran may still write there; they end when it is gone. */
static void remove_all(const char *path)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
	for (int i = 0; i < TRIES && io_exists(path, NULL); i++) {
		if (io_remove_at(AT_FDCWD, path, NULL, NULL))
			(void)nanosleep(&pause, NULL); /* how long does not matter */
	}
}

static void watch(const char *path, int line)
{
	char word;
	ssize_t n;
	let_go(line);
	do
		n = lc_sys_read(LINE, &word, 1);
	while (n == -EINTR);
	if (n == 0) /* nobody said that all is well, and nobody is there any more */
		remove_all(path);
	_exit(0);
}

int io_guard_start(const char *path, struct io_guard *ret, struct lc_err *e)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC))
		return lc_fail_sys(e, errno, "a pipe");
	pid_t pid = fork();
	int sys = errno;
	if (pid == 0) {
		(void)close(ends[1]); /* else it would wait for itself */
		watch(path, ends[0]);
	}
	(void)close(ends[0]); /* its */
	if (pid < 0) {
		(void)close(ends[1]); /* nothing was written */
		return lc_fail_sys(e, sys, "making a process");
	}
	*ret = (struct io_guard){ pid, ends[1] };
	return 0;
}

void io_guard_end(struct io_guard *g)
{
	int status;
	if (g->pid <= 0)
		return;
	(void)lc_sys_write(g->line, ".", 1); /* or it is gone */
	(void)close(g->line);                /* as above */
	while (waitpid(g->pid, &status, 0) < 0 && errno == EINTR)
		;
	*g = (struct io_guard){ 0 };
}
