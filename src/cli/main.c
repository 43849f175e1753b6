/*
 * lacre: the program.
 */
#include <malloc.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/interrupt.h"

int main(int argc, char **argv)
{
	struct cli_io io = {
		.out = STDOUT_FILENO,
		.err = STDERR_FILENO,
		.out_tty = isatty(STDOUT_FILENO),
		.err_tty = isatty(STDERR_FILENO),
		.environment = environ,
	};
#ifdef M_ARENA_MAX
	/* glibc keeps freed memory once per thread; layers allocate seldom enough to share. */
	(void)mallopt(M_ARENA_MAX, 2);
#endif
	cli_interrupt_start();
	return cli_run(argc, argv, &io);
}
