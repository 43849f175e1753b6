#include "io/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/shim.h"
#include "support/slice_assert.h"

/* ---- a worker that does what its first message says ---- */

struct shared {
	unsigned number;
	int secret;
};

static struct shared *shared;
static int secret = 42;
static int parents_file = -1;

static void say(int fd, const char *text)
{
	if (io_message_send(fd, lc_str(text), LC_S(""), NULL, 0, NULL))
		fprintf(stderr, "nobody listens\n");
}

static void say_number(int fd, int n)
{
	char text[32];
	snprintf(text, sizeof(text), "%d", n);
	say(fd, text);
}

static int descriptors(void)
{
	int n = 0;
	for (int fd = 0; fd < 64; fd++)
		n += lseek(fd, 0, SEEK_CUR) >= 0 || errno != EBADF;
	return n;
}

static void obey(int fd, struct lc_slice order, struct io_message *m)
{
	if (lc_eq(order, LC_S("crash")))
		raise(SIGSEGV);
	if (lc_eq(order, LC_S("abort")))
		abort();
	if (lc_eq(order, LC_S("stop")))
		_exit(3);
	for (volatile unsigned i = 0; lc_eq(order, LC_S("hang")); i++)
		;
	while (lc_eq(order, LC_S("deaf")))
		lc_wait_ns(1000000000);
	if (lc_eq(order, LC_S("connect")))
		kill(getppid(), SIGKILL);
	if (lc_eq(order, LC_S("secret")))
		say_number(fd, secret);
	if (lc_eq(order, LC_S("descriptors")))
		say_number(fd, descriptors());
	if (lc_eq(order, LC_S("inherited")))
		say_number(fd, lseek(parents_file, 0, SEEK_CUR) < 0 && errno == EBADF);
	if (lc_eq(order, LC_S("read"))) {
		uint8_t bytes[5];
		ssize_t n = lc_sys_pread(m->fds[0], bytes, sizeof(bytes), 2);
		if (n > 0)
			io_message_send(fd, lc_slice_of(bytes, (size_t)n), LC_S(""), NULL, 0, NULL);
	}
}

static void work(void *ctx, int fd, unsigned number)
{
	static struct io_message m;
	(void)ctx;
	shared->number = number;
	while (io_message_receive(fd, true, &m, NULL) == 0 && m.n)
		obey(fd, lc_slice_of(m.bytes, m.n), &m);
}

static void forget(void *ctx)
{
	(void)ctx;
	secret = 0;
}

static const struct io_nursery_options options = {
	.work = work,
	.forget = forget,
	.bounds = { .file_bytes = 1 << 20, .cpu_seconds = 2, .files = 64 },
};

/* ---- the parent's side ---- */

static struct io_nursery *opened(void)
{
	struct io_nursery *n = NULL;
	struct lc_err e = { 0 };
	if (io_nursery_open(&options, &n, &e))
		fail_msg("%s", e.msg);
	return n;
}

static struct io_worker spawned(struct io_nursery *n, unsigned number)
{
	struct io_worker w;
	struct lc_err e = { 0 };
	if (io_worker_spawn(n, number, &w, &e))
		fail_msg("%s", e.msg);
	return w;
}

static void order(const struct io_worker *w, const char *text)
{
	struct lc_err e = { 0 };
	if (io_message_send(w->fd, lc_str(text), LC_S(""), NULL, 0, &e))
		fail_msg("%s", e.msg);
}

static struct lc_slice answer(const struct io_worker *w)
{
	static struct io_message m;
	struct lc_err e = { 0 };
	(void)io_message_wait(w->fd, 60000); /* receiving tells */
	if (io_message_receive(w->fd, false, &m, &e))
		fail_msg("%s", e.msg);
	return lc_slice_of(m.bytes, m.n);
}

static void assert_dies(const char *how, const char *want)
{
	char text[IO_DEATH_TEXT_MAX];
	struct io_nursery *n = opened();
	struct io_worker w = spawned(n, 0);
	struct io_worker other = spawned(n, 1);
	order(&w, how);
	assert_int_equal(answer(&w).n, 0);
	assert_string_equal(io_worker_death(&w, text), want);
	io_worker_done(&w);
	/* Its neighbour goes on. */
	order(&other, "secret");
	assert_text(answer(&other), "0");
	io_worker_done(&other);
	io_nursery_close(n);
}

static void no_child_is_left(void)
{
	int status;
	assert_int_equal(waitpid(-1, &status, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void a_worker_answers_and_ends(void **state)
{
	(void)state;
	char text[IO_DEATH_TEXT_MAX];
	char path[] = "/tmp/lacre-worker-XXXXXX";
	struct io_nursery *n = opened();
	struct io_worker w = spawned(n, 7);
	struct lc_err e = { 0 };
	int file = mkstemp(path);
	unlink(path);
	assert_int_equal(write(file, "0123456789", 10), 10);
	assert_int_equal(io_message_send(w.fd, LC_S("re"), LC_S("ad"), &file, 1, &e), 0);
	close(file);
	assert_text(answer(&w), "23456");
	assert_int_equal(shared->number, 7);
	shutdown(w.fd, SHUT_WR);
	assert_int_equal(answer(&w).n, 0);
	assert_string_equal(io_worker_death(&w, text), "stopped with status 0");
	io_worker_done(&w);
	io_nursery_close(n);
	no_child_is_left();
}

static void a_death_is_told(void **state)
{
	(void)state;
	assert_dies("crash", "was killed by SIGSEGV");
	assert_dies("abort", "was killed by SIGABRT");
	assert_dies("stop", "stopped with status 3");
	assert_dies("connect", "was stopped at a system call that parsing does not need");
	no_child_is_left();
}

static void one_that_takes_no_messages_holds_nobody_up(void **state)
{
	(void)state;
	struct io_nursery *n = opened();
	struct io_worker w = spawned(n, 0);
	struct io_message *m = lc_alloc(sizeof(*m));
	int rc = 0;
	assert_non_null(m);
	assert_int_equal(io_message_receive(w.fd, false, m, NULL), LC_EIO); /* there is none */
	order(&w, "deaf");
	for (size_t i = 0; i < 100000 && rc == 0; i++)
		rc = io_message_send(w.fd, LC_S("x"), LC_S(""), NULL, 0, NULL);
	assert_int_equal(rc, LC_EIO);
	lc_free(m);
	io_worker_done(&w);
	io_nursery_close(n);
	no_child_is_left();
}

static void processor_time_has_an_end(void **state)
{
	(void)state;
	assert_dies("hang", "used up its processor time");
}

static void workers_see_nothing_of_ours(void **state)
{
	(void)state;
	int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
	parents_file = fcntl(file, F_DUPFD_CLOEXEC, 30); /* no number of the nursery's own */
	assert_true(parents_file >= 30);
	close(file);
	struct io_nursery *n = opened();
	struct io_worker w = spawned(n, 0);
	struct io_worker second = spawned(n, 1);
	order(&second, "secret");
	assert_text(answer(&second), "0");
	order(&second, "inherited");
	assert_text(answer(&second), "1");
	order(&second, "descriptors");
	assert_text(answer(&second), "4"); /* streams to nowhere, and its end */
	assert_int_equal(secret, 42);
	io_worker_done(&w);
	io_worker_done(&second);
	io_nursery_close(n);
	close(parents_file);
}

static void the_level_is_told(void **state)
{
	(void)state;
	struct io_sandbox_level level;
	struct lc_err e = { 0 };
	struct io_nursery *n = opened();
	assert_int_equal(io_nursery_level(n, &level, &e), 0);
	io_nursery_close(n);
}

/* ---- whatever happens to the parent ---- */

static bool is_there(pid_t pid)
{
	char path[64];
	char text[512] = "";
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	FILE *f = fopen(path, "r");
	if (!f)
		return false;
	size_t n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	/* A zombie is init's to reap, which in a container may take its time. */
	return !strstr(text, ") Z ");
}

static bool ends_soon(pid_t pid)
{
	for (unsigned i = 0; i < 1000 && is_there(pid); i++)
		usleep(10000);
	return !is_there(pid);
}

/* Processes that a child of ours made, by their parents in /proc. */
static size_t descendants(pid_t of, pid_t *ret, size_t max)
{
	size_t n = 0;
	char command[128];
	snprintf(command, sizeof(command), "cat /proc/%d/task/%d/children", of, of);
	FILE *f = popen(command, "r");
	int pid;
	while (f && n < max && fscanf(f, "%d", &pid) == 1)
		ret[n++] = pid;
	if (f)
		pclose(f);
	return n;
}

static void workers_die_with(int by)
{
	int ready[2];
	char c;
	assert_int_equal(pipe(ready), 0);
	pid_t parent = fork();
	assert_true(parent >= 0);
	if (parent == 0) {
		struct io_nursery *n = opened();
		struct io_worker busy = spawned(n, 0);
		struct io_worker idle = spawned(n, 1);
		order(&busy, "secret");
		order(&idle, "secret");
		answer(&busy);
		answer(&idle);
		order(&busy, "hang");
		if (write(ready[1], "x", 1) == 1)
			pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	close(ready[1]);
	pid_t nursery;
	pid_t workers[4];
	assert_int_equal(descendants(parent, &nursery, 1), 1);
	assert_int_equal(descendants(nursery, workers, 4), 2);
	assert_true(is_there(workers[0]) && is_there(workers[1]));
	kill(parent, by);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	assert_true(ends_soon(nursery));
	assert_true(ends_soon(workers[0]));
	assert_true(ends_soon(workers[1]));
}

static void workers_die_with_the_parent(void **state)
{
	(void)state;
	workers_die_with(SIGKILL);
	workers_die_with(SIGTERM);
}

static void what_is_left_is_killed_at_the_end(void **state)
{
	(void)state;
	pid_t nursery;
	pid_t workers[4];
	struct io_nursery *n = opened();
	struct io_worker w = spawned(n, 0);
	struct io_worker unwanted = spawned(n, 1);
	order(&w, "secret");
	answer(&w);
	order(&w, "hang");
	order(&unwanted, "secret");
	answer(&unwanted);
	order(&unwanted, "hang");
	assert_int_equal(descendants(getpid(), &nursery, 1), 1);
	assert_int_equal(descendants(nursery, workers, 4), 2);
	io_worker_done(&unwanted);
	assert_true(ends_soon(workers[1]));
	assert_true(is_there(workers[0]));
	io_nursery_close(n);
	assert_false(is_there(nursery));
	assert_false(is_there(workers[0]));
	io_worker_done(&w);
	no_child_is_left();
}

static void a_nursery_that_is_gone_is_an_error(void **state)
{
	(void)state;
	char text[IO_DEATH_TEXT_MAX];
	pid_t nursery;
	struct lc_err e = { 0 };
	struct io_nursery *n = opened();
	struct io_worker w = spawned(n, 0);
	struct io_worker late;
	order(&w, "secret");
	answer(&w);
	assert_int_equal(descendants(getpid(), &nursery, 1), 1);
	kill(nursery, SIGKILL);
	assert_int_equal(answer(&w).n, 0);
	assert_string_equal(io_worker_death(&w, text), "is gone with all worker processes");
	io_worker_done(&w);
	assert_int_equal(io_worker_spawn(n, 1, &late, &e), LC_EIO);
	assert_non_null(strstr(e.msg, "stopped from outside"));
	io_nursery_close(n);
	no_child_is_left();
}

static void many_come_and_go(void **state)
{
	(void)state;
	struct io_nursery *n = opened();
	for (unsigned i = 0; i < 40; i++) {
		struct io_worker w[4];
		for (unsigned k = 0; k < 4; k++)
			w[k] = spawned(n, k);
		for (unsigned k = 0; k < 4; k++)
			order(&w[k], "secret");
		for (unsigned k = 0; k < 4; k++) {
			assert_text(answer(&w[k]), "0");
			io_worker_done(&w[k]);
		}
	}
	io_nursery_close(n);
	no_child_is_left();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_worker_answers_and_ends),
		cmocka_unit_test(a_death_is_told),
		cmocka_unit_test(one_that_takes_no_messages_holds_nobody_up),
		cmocka_unit_test(processor_time_has_an_end),
		cmocka_unit_test(workers_see_nothing_of_ours),
		cmocka_unit_test(the_level_is_told),
		cmocka_unit_test(workers_die_with_the_parent),
		cmocka_unit_test(what_is_left_is_killed_at_the_end),
		cmocka_unit_test(a_nursery_that_is_gone_is_an_error),
		cmocka_unit_test(many_come_and_go),
	};
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
