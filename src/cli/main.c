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
enum { HEAP_AHEAD = 32 << 20, HEAP_LARGE = 64 << 20, HEAP_STEP = 128 << 10 };

/* Let the heap grow by so much at once: the kernel is asked to hand it out in large pages. */
static void grow_heap(size_t ahead)
{
	const uintptr_t page = 4096;
	uintptr_t from = ((uintptr_t)sbrk(0) + page - 1) & ~(page - 1);
	(void)mallopt(M_TOP_PAD, (int)ahead);
	lc_free(lc_alloc((size_t)2 * HEAP_STEP)); /* more than is there yet */
	(void)mallopt(M_TOP_PAD, HEAP_STEP);
	uintptr_t to = (uintptr_t)sbrk(0);
	if (to > from)
		(void)madvise((void *)from, to - from, MADV_HUGEPAGE); /* a wish */
}

/*
 * glibc's heap for a program that allocates a lot and soon ends: freed memory once per thread, as
 * layers allocate seldom enough to share; all but the largest blocks out of one range, which is
 * kept when it is free. A page that nobody touches costs nothing.
 */
static void set_heap_up(void)
{
	(void)mallopt(M_ARENA_MAX, 2);
	if (!mallopt(M_MMAP_THRESHOLD, HEAP_LARGE)) /* some take less: as it was is better */
		return;
	(void)mallopt(M_TRIM_THRESHOLD, HEAP_LARGE);
	grow_heap(HEAP_AHEAD);
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
