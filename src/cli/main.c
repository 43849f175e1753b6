/*
 * lacre: the program.
 */
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/shim.h"
#include "cli/commands.h"
#include "cli/interrupt.h"

#ifdef M_ARENA_MAX
enum { HEAP_AHEAD = 32 << 20, HEAP_LARGE = 64 << 20 };

/*
 * glibc's heap for a program that allocates a lot and soon ends: freed memory once per thread, as
 * layers allocate seldom enough to share; all but the largest blocks out of one range, which is
 * asked for ahead, so that the kernel hands it out in large pages where it has some, and which is
 * kept when it is free. A page that nobody touches costs nothing.
 */
static void set_heap_up(void)
{
	(void)mallopt(M_ARENA_MAX, 2);
	if (!mallopt(M_MMAP_THRESHOLD, HEAP_LARGE)) /* some take less: as it was is better */
		return;
	(void)mallopt(M_TRIM_THRESHOLD, HEAP_LARGE);
	void *ahead = lc_alloc(HEAP_AHEAD);
	if (!ahead)
		return;
	uintptr_t page = 4096;
	uintptr_t from = ((uintptr_t)ahead + page - 1) & ~(page - 1);
	(void)madvise((void *)from, HEAP_AHEAD - page, MADV_HUGEPAGE); /* a wish */
	lc_free(ahead);
}
#else
static void set_heap_up(void)
{
}
#endif

int main(int argc, char **argv)
{
	struct cli_io io = {
		.out = STDOUT_FILENO,
		.err = STDERR_FILENO,
		.out_tty = isatty(STDOUT_FILENO),
		.err_tty = isatty(STDERR_FILENO),
		.environment = environ,
	};
	set_heap_up();
	cli_interrupt_start();
	return cli_run(argc, argv, &io);
}
