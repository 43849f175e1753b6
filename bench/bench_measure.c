/*
 * bench_measure [-o FILE] PROGRAM ARGUMENT...: runs it with its output thrown away (or kept in
 * FILE) and prints "wall_ms user_ms sys_ms peak_kb status". A program of its own, and a small one:
 * what the kernel tells as the child's peak memory starts with that of whoever forked it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail for this clock */
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double ms(struct timeval t)
{
	return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

int main(int argc, char **argv)
{
	const char *to = "/dev/null";
	int at = 1;
	if (argc > 3 && strcmp(argv[1], "-o") == 0) {
		to = argv[2];
		at = 3;
	}
	if (at >= argc)
		return 2;
	double start = now_ms();
	pid_t pid = fork();
	if (pid == 0) {
		int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0666);
		if (fd < 0 || dup2(fd, 1) < 0)
			_exit(126);
		(void)dup2(open("/dev/null", O_WRONLY), 2); /* else its errors are seen */
		execvp(argv[at], argv + at);
		_exit(127);
	}
	struct rusage u;
	int status = 0;
	if (pid < 0 || wait4(pid, &status, 0, &u) < 0)
		return 1;
	printf("%.3f %.3f %.3f %ld %d\n", now_ms() - start, ms(u.ru_utime), ms(u.ru_stime),
	       u.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return 0;
}
