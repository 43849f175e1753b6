#include "cli/interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

/* Written by the handler; each is one lock-free word. */
static volatile sig_atomic_t came;
static struct lc_limits *stoppable;

static void handle(int number)
{
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
	static const int stopping[] = { SIGINT, SIGTERM };
	for (size_t i = 0; i < sizeof(stopping) / sizeof(stopping[0]); i++)
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
