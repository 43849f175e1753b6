#include "io/process.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/shim.h"
#include "io/remove.h"
#include "support/slice_assert.h"
#include "support/system.h"
#include "support/tap.h"

static int keep(void *ctx, struct lc_slice bytes, struct lc_err *e)
{
	int rc = lc_buf_slice(ctx, bytes);
	return rc ? lc_fail(e, rc, "too much") : 0;
}

/* What a shell's words come to. */
static int run(struct io_process *p, const char *words, const char *input, struct lc_buf *out,
	       int *ret_status, struct lc_err *e)
{
	static char shell[] = "sh";
	static char option[] = "-c";
	char text[256];
	(void)snprintf(text, sizeof(text), "%s", words);
	char *const arguments[] = { shell, option, text, NULL };
	p->program = "sh";
	p->arguments = arguments;
	p->input = lc_str(input);
	p->put = keep;
	p->ctx = out;
	lc_buf_init(out, 4096);
	return io_process_run(p, ret_status, e);
}

static void output_status_and_input_go_through(void **state)
{
	static char only[] = "ONLY=this";
	char *const environment[] = { only, NULL };
	struct io_process p = { .environment = environment, .timeout_ms = 20000 };
	struct lc_buf out;
	int status = -1;
	(void)state;
	assert_int_equal(
		run(&p, "read x; echo \"$x $ONLY $HOME\"; exit 7", "in\n", &out, &status, NULL), 0);
	assert_int_equal(status, 7);
	assert_text(lc_buf_get(&out), "in this \n");
	lc_buf_done(&out);
	assert_int_equal(run(&p, "kill -9 $$", "", &out, &status, NULL), 0);
	assert_int_equal(status, 128 + 9);
	lc_buf_done(&out);
}

static void time_ends_it(void **state)
{
	struct io_process p = { .timeout_ms = 300, .group = true };
	struct lc_buf out;
	int status;
	struct lc_err e = { 0 };
	int64_t before = lc_ticks_ns();
	(void)state;
	assert_int_equal(run(&p, "while :; do :; done", "", &out, &status, &e), LC_ECANCEL);
	assert_true(lc_ticks_ns() - before < 20000000000);
	lc_buf_done(&out);
}

static void what_hears_it_may_end_it(void **state)
{
	struct io_process p = { .timeout_ms = 20000, .group = true };
	struct lc_buf out;
	int status;
	struct lc_err e = { 0 };
	(void)state;
	assert_int_equal(run(&p, "while :; do echo more; done", "", &out, &status, &e), LC_ELIMIT);
	assert_string_equal(e.msg, "too much");
	lc_buf_done(&out);
}

static void a_program_that_is_not_there_is_told(void **state)
{
	static char name[] = "no-such-program-here";
	char *const arguments[] = { name, NULL };
	struct io_process p = { .program = name, .arguments = arguments, .put = keep };
	struct lc_err e = { 0 };
	int status;
	(void)state;
	if (!system_tells_failed_spawns())
		tap_skip("posix_spawn tells of no failure here");
	assert_int_equal(io_process_run(&p, &status, &e), LC_EUNSUP);
	assert_true(e.msg[0] != '\0');
}

/* ---- removing ---- */

static void a_deep_tree_goes_and_what_links_name_stays(void **state)
{
	char top[] = "/tmp/lacre-remove-XXXXXX";
	char kept[] = "/tmp/lacre-kept-XXXXXX";
	int fd = mkstemp(kept);
	(void)state;
	assert_true(fd >= 0 && mkdtemp(top) != NULL);
	(void)close(fd);
	int at = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; i < 3000; i++) {
		assert_int_equal(mkdirat(at, "d", 0700), 0);
		int next = openat(at, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (i == 7)
			assert_int_equal(symlinkat(kept, at, "link"), 0);
		(void)close(at);
		at = next;
	}
	(void)close(at);
	assert_int_equal(io_remove_at(AT_FDCWD, top, NULL, NULL), 0);
	assert_int_equal(access(top, F_OK), -1);
	assert_int_equal(access(kept, F_OK), 0);
	assert_int_equal(unlink(kept), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_status_and_input_go_through),
		cmocka_unit_test(time_ends_it),
		cmocka_unit_test(what_hears_it_may_end_it),
		cmocka_unit_test(a_program_that_is_not_there_is_told),
		cmocka_unit_test(a_deep_tree_goes_and_what_links_name_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
