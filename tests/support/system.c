#include "support/system.h"

#include <errno.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

bool system_has_openat2(void)
{
	/* Without arguments the call fails in any case: it is asked how. */
	return syscall(SYS_openat2, -1, NULL, NULL, 0) >= 0 || (errno != ENOSYS && errno != EPERM);
}

bool system_tells_failed_spawns(void)
{
	char name[] = "/nonexistent/program";
	char *const arguments[] = { name, NULL };
	pid_t pid;
	if (posix_spawn(&pid, name, NULL, NULL, arguments, arguments + 1) != 0)
		return true;
	(void)waitpid(pid, NULL, 0); /* it ended, whatever way */
	return false;
}
