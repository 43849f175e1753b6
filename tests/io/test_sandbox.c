#include "io/sandbox_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/content.h"
#include "support/slice_assert.h"
#include "support/tap.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* ---- kernels of every age ---- */

static struct {
	int abi;
	bool refuses;
	struct sandbox_ruleset got;
	unsigned made, entered;
	uint64_t rights; /* below a directory */
} fake;

static int fake_create(const struct sandbox_ruleset *attr, size_t size, unsigned flags)
{
	if (fake.abi < 1) {
		errno = ENOSYS;
		return -1;
	}
	if (flags) {
		assert_null(attr);
		assert_int_equal(size, 0);
		return fake.abi;
	}
	assert_int_equal(size, sizeof(fake.got));
	fake.got = *attr;
	fake.made++;
	return dup(STDIN_FILENO);
}

static int fake_restrict(int ruleset, unsigned flags)
{
	assert_true(ruleset >= 0);
	assert_int_equal(flags, 0);
	errno = EPERM;
	fake.entered += !fake.refuses;
	return fake.refuses ? -1 : 0;
}

static int fake_add(int ruleset, int dir, uint64_t rights)
{
	assert_true(ruleset >= 0 && dir >= 0);
	assert_int_equal(fake.entered, 0);
	fake.rights = rights;
	errno = EPERM;
	return fake.refuses ? -1 : 0;
}

static const struct sandbox_kernel fake_kernel = { fake_create, fake_restrict, fake_add };
static const int no_trees[2] = { -1, -1 };
static const int one_tree[2] = { STDIN_FILENO, -1 };
static const int only_store[2] = { -1, STDIN_FILENO };

static void each_landlock_handles_what_it_knows(void **state)
{
	static const struct {
		int abi;
		uint64_t fs, net, scoped;
	} cases[] = {
		{ 1, 0x1fff, 0, 0 }, { 2, 0x3fff, 0, 0 }, { 3, 0x7fff, 0, 0 }, { 4, 0x7fff, 3, 0 },
		{ 5, 0xffff, 3, 0 }, { 6, 0xffff, 3, 3 }, { 7, 0xffff, 3, 3 }, { 99, 0xffff, 3, 3 },
	};
	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		fake = (typeof(fake)){ .abi = cases[i].abi };
		assert_int_equal(sandbox_landlock(&fake_kernel, no_trees), cases[i].abi);
		assert_int_equal(fake.entered, 1);
		assert_int_equal(fake.got.access_fs, cases[i].fs);
		assert_int_equal(fake.got.access_net, cases[i].net);
		assert_int_equal(fake.got.scoped, cases[i].scoped);
		assert_int_equal(fake.rights, 0);
	}
}

static void a_kernel_without_landlock_is_no_failure(void **state)
{
	(void)state;
	fake = (typeof(fake)){ .abi = 0 };
	assert_int_equal(sandbox_landlock(&fake_kernel, no_trees), 0);
	assert_int_equal(fake.made, 0);
	fake = (typeof(fake)){ .abi = 7, .refuses = true };
	assert_int_equal(sandbox_landlock(&fake_kernel, no_trees), 0);
	assert_int_equal(fake.made, 1);
}

static void a_tree_is_read_and_nothing_else(void **state)
{
	(void)state;
	fake = (typeof(fake)){ .abi = 3 };
	assert_int_equal(sandbox_landlock(&fake_kernel, one_tree), 3);
	assert_int_equal(fake.got.access_fs, 0x7fff);   /* all is handled ... */
	assert_int_equal(fake.rights, 1 << 2 | 1 << 3); /* ... and these are given */
	fake = (typeof(fake)){ .abi = 3, .refuses = true };
	assert_int_equal(sandbox_landlock(&fake_kernel, one_tree), 0);
	assert_int_equal(fake.entered, 0);
	fake = (typeof(fake)){ .abi = 3 };
	assert_int_equal(sandbox_landlock(&fake_kernel, only_store), 3);
	assert_int_equal(fake.rights, 1 << 2); /* files, no listing */
	fake = (typeof(fake)){ .abi = 3, .refuses = true };
	assert_int_equal(sandbox_landlock(&fake_kernel, only_store), 0);
	assert_int_equal(fake.entered, 0);
}

/* ---- in a process that is confined ---- */

static const struct io_sandbox_bounds bounds = {
	.memory_bytes = (uint64_t)64 << 20,
	.file_bytes = 1 << 20,
	.cpu_seconds = 1,
	.files = 64,
};

enum { FINE = 0, FAILED = 1, NO_SANDBOX = 77 };

/* How a process ends that enters the sandbox and then acts: the status of waitpid(2). */
static int confined(int (*act)(void), bool filtered)
{
	int status;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct io_sandbox_level level = { 0 };
		signal(SIGSEGV, SIG_DFL);
		signal(SIGXFSZ, SIG_IGN);
		if (io_sandbox_enter(&bounds, &level, NULL))
			_exit(NO_SANDBOX);
		if (filtered && (!level.seccomp || io_sandbox_filter(NULL, NULL)))
			_exit(NO_SANDBOX);
		_exit(act());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_SANDBOX)
		tap_skip("no filter of system calls here");
	return status;
}

/* 1 and above: a failure other than the one wanted. */
static int failed_with(int rc, int want)
{
	return rc == -1 && errno == want ? FINE : FAILED;
}

static int opens_shadow(void)
{
	return failed_with(open("/etc/shadow", O_RDONLY | O_CLOEXEC), EACCES);
}

static int makes_a_file(void)
{
	return failed_with(open("/tmp/lacre-sandbox-test", O_RDWR | O_CREAT | O_CLOEXEC, 0600),
			   EACCES);
}

static int looks_for_a_file(void)
{
	return failed_with(access("/etc/shadow", F_OK), EACCES);
}

static int connects(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(9) };
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return failed_with(connect(fd, (const struct sockaddr *)&at, sizeof(at)), EACCES);
}

static int runs_a_program(void)
{
	char name[] = "true";
	char *const argv[] = { name, NULL };
	execv("/bin/true", argv);
	return failed_with(-1, EACCES);
}

static int traces(void)
{
	return failed_with((int)ptrace(PTRACE_ATTACH, getppid(), NULL, NULL), EPERM);
}

static int forks(void)
{
	return fork() < 0 ? FINE : FAILED;
}

static int kills(void)
{
	return kill(getppid(), 0) ? FINE : FAILED;
}

static int makes_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);
	return p == MAP_FAILED && errno == EACCES ? FINE : FAILED;
}

static int asks_for_io_uring(void)
{
	return syscall(SYS_io_uring_setup, 1, NULL) < 0 ? FINE : FAILED;
}

static int sets_a_limit(void)
{
	const struct rlimit r = { 1, 1 };
	return failed_with(setrlimit(RLIMIT_NOFILE, &r), EPERM);
}

static int changes_its_name_only(void)
{
	return failed_with((int)syscall(SYS_prctl, 4 /* PR_SET_DUMPABLE */, 1, 0, 0, 0), EPERM);
}

static int makes_a_newer_call(void)
{
	return failed_with((int)syscall(448 /* process_mrelease */, -1, 0), EPERM);
}

static void *add_one(void *arg)
{
	*(int *)arg += 1;
	return NULL;
}

static int works(void)
{
	int n = 0;
	pthread_t thread;
	struct lc_slice_stream from;
	struct lc_content content;
	static uint8_t bytes[200000];
	if (pthread_create(&thread, NULL, add_one, &n) || pthread_join(thread, NULL) || n != 1)
		return FAILED;
	lc_slice_stream_init(&from, lc_slice_of(bytes, sizeof(bytes)));
	if (lc_content_spool(&from.base, 1000, sizeof(bytes), &content, NULL) ||
	    content.size != sizeof(bytes) || lc_content_read(&content, 100000, bytes, 1000, NULL))
		return FAILED;
	lc_content_done(&content);
	void *p = malloc(8 << 20);
	free(p);
	return p ? FINE : FAILED;
}

static int writes_much(void)
{
	static const uint8_t bytes[4096];
	int fd = memfd_create("much", MFD_CLOEXEC);
	for (unsigned i = 0; i < 257; i++)
		if (write(fd, bytes, sizeof(bytes)) != sizeof(bytes))
			return i == 256 && errno == EFBIG ? FINE : FAILED;
	return FAILED;
}

static int opens_many(void)
{
	for (unsigned i = 0; i < 100; i++)
		if (memfd_create("many", MFD_CLOEXEC) < 0)
			return errno == EMFILE ? FINE : FAILED;
	return FAILED;
}

static int eats_memory(void)
{
	for (unsigned i = 0; i < 100; i++) {
		volatile char *p = malloc(1 << 20);
		if (!p)
			return i > 10 ? FINE : FAILED;
		for (unsigned k = 0; k < 1 << 20; k += 4096)
			p[k] = 1;
	}
	return FAILED;
}

static int spins(void)
{
	for (volatile unsigned i = 0;;)
		i++;
	return FAILED;
}

static int crashes(void)
{
	raise(SIGSEGV);
	return FAILED;
}

static void assert_fine(int status)
{
	if (!WIFEXITED(status) || WEXITSTATUS(status) != FINE)
		fail_msg("status %#x", (unsigned)status);
}

static void assert_killed(int status, int by)
{
	if (!WIFSIGNALED(status) || WTERMSIG(status) != by)
		fail_msg("status %#x", (unsigned)status);
}

static void parsing_goes_on(void **state)
{
	(void)state;
	assert_fine(confined(works, false));
	assert_fine(confined(works, true));
}

static void no_path_is_there(void **state)
{
	(void)state;
	if (sandbox_kernel_linux.create_ruleset(NULL, 0, 1) > 0) {
		assert_fine(confined(opens_shadow, false));
		assert_fine(confined(makes_a_file, false));
	}
	assert_fine(confined(opens_shadow, true));
	assert_fine(confined(makes_a_file, true));
	if (!SANDBOX_SANITIZED)
		assert_fine(confined(looks_for_a_file, true));
}

static void no_network_is_there(void **state)
{
	(void)state;
	if (sandbox_kernel_linux.create_ruleset(NULL, 0, 1) >= 4)
		assert_fine(confined(connects, false));
	assert_killed(confined(connects, true), SIGSYS);
}

static void no_program_runs(void **state)
{
	(void)state;
	if (sandbox_kernel_linux.create_ruleset(NULL, 0, 1) > 0)
		assert_fine(confined(runs_a_program, false));
	assert_killed(confined(runs_a_program, true), SIGSYS);
}

static void no_other_process_is_touched(void **state)
{
	(void)state;
	if (sandbox_kernel_linux.create_ruleset(NULL, 0, 1) > 0)
		assert_fine(confined(traces, false));
	assert_killed(confined(traces, true), SIGSYS);
	assert_killed(confined(forks, true), SIGSYS);
	assert_killed(confined(kills, true), SIGSYS);
}

static void no_code_is_made(void **state)
{
	(void)state;
	if (SANDBOX_SANITIZED)
		tap_skip("sanitizers map as they like");
	assert_fine(confined(makes_code, true));
}

static void what_only_intruders_call_kills(void **state)
{
	(void)state;
	assert_killed(confined(asks_for_io_uring, true), SIGSYS);
}

static void what_is_unknown_fails(void **state)
{
	(void)state;
	assert_fine(confined(makes_a_newer_call, true));
	assert_fine(confined(sets_a_limit, true));
	if (!SANDBOX_SANITIZED)
		assert_fine(confined(changes_its_name_only, true));
}

static void what_is_used_has_bounds(void **state)
{
	(void)state;
	assert_fine(confined(writes_much, true));
	assert_fine(confined(opens_many, true));
	assert_killed(confined(spins, true), SIGXCPU);
	if (!SANDBOX_SANITIZED)
		assert_fine(confined(eats_memory, true));
}

static void a_crash_leaves_no_core(void **state)
{
	(void)state;
	int status = confined(crashes, true);
	assert_killed(status, SIGSEGV);
	assert_false(WCOREDUMP(status));
}

static void the_filter_fits(void **state)
{
	(void)state;
	struct sock_filter v[SANDBOX_FILTER_MAX];
	const struct io_tree walked = { .walking = true };
	size_t without = sandbox_seccomp_program(v, 1, NULL);
	size_t n = sandbox_seccomp_program(v, 1, &walked);
	assert_true(n <= SANDBOX_FILTER_MAX && n >= without);
	/* Every jump stays inside, and the last instruction ends it. */
	for (size_t i = 0; i < n; i++)
		if (BPF_CLASS(v[i].code) == BPF_JMP)
			assert_true(i + 1 + v[i].jt < n && i + 1 + v[i].jf < n);
	assert_true(n == 0 || BPF_CLASS(v[n - 1].code) == BPF_RET);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_landlock_handles_what_it_knows),
		cmocka_unit_test(a_kernel_without_landlock_is_no_failure),
		cmocka_unit_test(a_tree_is_read_and_nothing_else),
		cmocka_unit_test(the_filter_fits),
		cmocka_unit_test(parsing_goes_on),
		cmocka_unit_test(no_path_is_there),
		cmocka_unit_test(no_network_is_there),
		cmocka_unit_test(no_program_runs),
		cmocka_unit_test(no_other_process_is_touched),
		cmocka_unit_test(no_code_is_made),
		cmocka_unit_test(what_only_intruders_call_kills),
		cmocka_unit_test(what_is_unknown_fails),
		cmocka_unit_test(what_is_used_has_bounds),
		cmocka_unit_test(a_crash_leaves_no_core),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
