#include "cli/interrupt.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

/* Written by the handler; each is one lock-free word. */
static volatile sig_atomic_t came;
static struct lc_limits *stoppable;

/* Read by the handler: what the terminal was before, while there is one. */
static volatile sig_atomic_t terminal = -1;
static struct termios terminal_before;

static const int stopping[] = { SIGINT, SIGTERM };
enum { STOPPING_N = sizeof(stopping) / sizeof(stopping[0]) };

static void handle(int number)
{
	if (came && terminal >= 0)
		(void)tcsetattr(terminal, TCSANOW, &terminal_before); /* nothing more to be done */
	if (came)
		_exit(128 + number); /* asked twice: at once */
	came = number;
	struct lc_limits *l = __atomic_load_n(&stoppable, __ATOMIC_ACQUIRE);
	if (l)
		__atomic_store_n(&l->deadline_ns, 1, __ATOMIC_RELAXED);
}

void cli_interrupt_start(void)
{
	/* No SA_RESTART: a read that waits must give up. */
	struct sigaction stop = { .sa_handler = handle };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction old;
	/* In the background, setting the terminal back would stop the program instead. */
	(void)sigaddset(&stop.sa_mask, SIGTTOU); /* fails for bad numbers only */
	for (size_t i = 0; i < STOPPING_N; i++)
		if (sigaction(stopping[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			(void)sigaction(stopping[i], &stop, NULL); /* fails for bad numbers only */
	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)sigaction(SIGXFSZ, &ignore, NULL);
}

void cli_interrupt_limits(struct lc_limits *l)
{
	__atomic_store_n(&stoppable, l, __ATOMIC_RELEASE);
	if (l && came)
		__atomic_store_n(&l->deadline_ns, 1, __ATOMIC_RELAXED);
}

int cli_interrupted(void)
{
	return came;
}

int cli_interrupt_wait(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	sigset_t held;
	sigset_t usual;
	int n = 0;
	(void)sigemptyset(&held);
	for (size_t i = 0; i < STOPPING_N; i++)
		(void)sigaddset(&held, stopping[i]); /* fails for bad numbers only */
	(void)sigprocmask(SIG_BLOCK, &held, &usual);
	/* Let in while it waits alone: one that came just before would not end the wait. */
	while (!came && (n = ppoll(&p, 1, NULL, &usual)) < 0 && errno == EINTR)
		;
	(void)sigprocmask(SIG_SETMASK, &usual, NULL);
	return came ? -EINTR : 0; /* what cannot be waited for, its reader tells */
}

void cli_interrupt_terminal(int fd, const struct termios *before)
{
	terminal = -1;
	if (before)
		terminal_before = *before;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	terminal = fd;
}
