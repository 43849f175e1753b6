/* The program inside the test: what it writes where, and failing writes. */
#include "cli/commands.h"

#include <stdio.h>

#include "cli/talk.h"
#include "support/shim_fake.h"
#include "support/slice_assert.h"

enum { WORDS_MAX = 8, TEXT_MAX = 65536 };

struct ran {
	int status;
	char out[TEXT_MAX], err[TEXT_MAX];
};

static void take(FILE *f, char *ret)
{
	rewind(f);
	size_t n = fread(ret, 1, TEXT_MAX - 1, f);
	ret[n] = '\0';
	fclose(f);
}

static void run(struct ran *r, const char *const *words)
{
	char *argv[WORDS_MAX + 1] = { NULL };
	char store[WORDS_MAX][64];
	char *environment[] = { NULL };
	int argc = 0;
	FILE *out = tmpfile();
	FILE *err = tmpfile();
	assert_true(out && err);
	struct cli_io io = { .out = fileno(out), .err = fileno(err), .environment = environment };
	for (; words[argc]; argc++) {
		snprintf(store[argc], sizeof(store[argc]), "%s", words[argc]);
		argv[argc] = store[argc];
	}
	r->status = cli_run(argc, argv, &io);
	take(out, r->out);
	take(err, r->err);
}

#define WORDS(...) ((const char *const[]){ "lacre", __VA_ARGS__ __VA_OPT__(, ) NULL })

static struct ran ran; /* large */

static void results_go_to_standard_output_alone(void **state)
{
	(void)state;
	run(&ran, WORDS("--version"));
	assert_int_equal(ran.status, CLI_OK);
	assert_string_equal(ran.out, "Version: " LACRE_VERSION "\n");
	assert_string_equal(ran.err, "");
	run(&ran, WORDS("image", "--help"));
	assert_int_equal(ran.status, CLI_OK);
	assert_string_equal(ran.err, "");
	assert_non_null(strstr(ran.out, "--ignore-unfixed"));
}

static void errors_are_one_line_on_standard_error(void **state)
{
	(void)state;
	run(&ran, WORDS("imagine"));
	assert_int_equal(ran.status, CLI_USAGE);
	assert_string_equal(ran.out, "");
	assert_true(lc_starts(lc_str(ran.err), LC_S("lacre: error: ")));
	assert_ptr_equal(strchr(ran.err, '\n'), ran.err + strlen(ran.err) - 1);
}

static void no_arguments_at_all_is_fine(void **state)
{
	char *environment[] = { NULL };
	char *argv[] = { NULL, NULL };
	struct cli_io io = { .out = -1, .err = -1, .environment = environment };
	(void)state;
	/* Nobody listens: a status, and no crash. */
	assert_int_equal(cli_run(0, argv, &io), CLI_ERROR);
	run(&ran, WORDS());
	assert_int_equal(ran.status, CLI_OK);
	assert_non_null(strstr(ran.out, "db build"));
}

static void options_may_stand_before_the_command(void **state)
{
	(void)state;
	run(&ran, WORDS("--quiet", "--cache-dir", "/nowhere", "version", "--help"));
	assert_int_equal(ran.status, CLI_OK);
	assert_non_null(strstr(ran.out, "lacre version"));
	run(&ran, WORDS("--cache-dir"));
	assert_int_equal(ran.status, CLI_USAGE);
	run(&ran, WORDS("--exit-code", "1", "image"));
	assert_int_equal(ran.status, CLI_USAGE);
}

static void writes_that_come_up_short_go_on(void **state)
{
	struct shim_fake f = shim_fake_default();
	(void)state;
	run(&ran, WORDS("help"));
	size_t length = strlen(ran.out);
	f.write_max = 7;
	shim_fake_set(&f);
	run(&ran, WORDS("help"));
	shim_fake_reset();
	assert_int_equal(ran.status, CLI_OK);
	assert_int_equal(strlen(ran.out), length);
	assert_true(f.writes >= length / 7);
}

static void a_full_disk_is_an_error(void **state)
{
	struct shim_fake f = shim_fake_default();
	(void)state;
	f.disk_left = 100;
	shim_fake_set(&f);
	run(&ran, WORDS("help"));
	shim_fake_reset();
	assert_int_equal(ran.status, CLI_ERROR);
}

static void messages_longer_than_a_line_are_cut(void **state)
{
	static char text[TEXT_MAX];
	char *environment[] = { NULL };
	FILE *err = tmpfile();
	assert_non_null(err);
	struct cli_io io = { .out = -1, .err = fileno(err), .environment = environment };
	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	assert_int_equal(cli_error(&io, CLI_ERROR, "%s", text), CLI_ERROR);
	take(err, ran.err);
	assert_true(strlen(ran.err) <= 4096);
	assert_int_equal(ran.err[strlen(ran.err) - 1], '\n');
}

static void quiet_silences_notes_but_not_errors(void **state)
{
	static struct cli_values v;
	char *environment[] = { NULL };
	FILE *err = tmpfile();
	assert_non_null(err);
	struct cli_io io = { .out = -1, .err = fileno(err), .environment = environment };
	(void)state;
	v.v[CLI_OPT_QUIET].flag = true;
	cli_note(&io, &v, "a note");
	cli_warn(&io, &v, "a warning");
	(void)cli_error(&io, CLI_ERROR, "an error");
	v.v[CLI_OPT_QUIET].flag = false;
	cli_note(&io, &v, "another note");
	take(err, ran.err);
	assert_string_equal(ran.err, "lacre: error: an error\nlacre: note: another note\n");
}

static void errors_become_statuses(void **state)
{
	static const struct {
		int code, status;
	} cases[] = {
		{ LC_EUSAGE, CLI_USAGE }, { LC_ENOTFOUND, CLI_ERROR }, { LC_EBAD, CLI_ERROR },
		{ LC_ENOMEM, CLI_ERROR }, { LC_ECANCEL, CLI_ERROR },
	};
	char *environment[] = { NULL };
	FILE *err = tmpfile();
	assert_non_null(err);
	struct cli_io io = { .out = -1, .err = fileno(err), .environment = environment };
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lc_err e = { .code = cases[i].code };
		assert_int_equal(cli_fail(&io, &e), cases[i].status);
	}
	fclose(err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results_go_to_standard_output_alone),
		cmocka_unit_test(errors_are_one_line_on_standard_error),
		cmocka_unit_test(no_arguments_at_all_is_fine),
		cmocka_unit_test(options_may_stand_before_the_command),
		cmocka_unit_test(writes_that_come_up_short_go_on),
		cmocka_unit_test(a_full_disk_is_an_error),
		cmocka_unit_test(messages_longer_than_a_line_are_cut),
		cmocka_unit_test(quiet_silences_notes_but_not_errors),
		cmocka_unit_test(errors_become_statuses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
