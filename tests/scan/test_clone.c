#include "scan/clone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/sandbox_impl.h"
#include "oci/make_image.h"
#include "support/slice_assert.h"
#include "support/tap.h"

#define COMMIT "0123456789abcdef0123456789abcdef01234567"

/* A git that is content with everything. */
static void put_git_in_path(void)
{
	char text[600];
	(void)snprintf(text, sizeof(text), "%s/git", make_temp_dir());
	FILE *f = fopen(text, "w");
	assert_non_null(f);
	fputs("#!/bin/sh\ncase \"$*\" in *rev-parse*) echo " COMMIT ";; esac\n", f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(text, 0755), 0);
	(void)snprintf(text, sizeof(text), "%s:%s", make_temp_dir(), getenv("PATH"));
	assert_int_equal(setenv("PATH", text, 1), 0);
}

/* In what the allocator gave out since the test began, and took back. */
static bool in_heap(const char *first, const char *text)
{
	const char *end = sbrk(0);
	return memmem(first, (size_t)(end - first), text, strlen(text)) != NULL;
}

/* Processes that read the files are forked with all of our memory. */
static void nothing_is_left_of_a_token(void **state)
{
	static char variable[] = "GITHUB_TOKEN=s3kr3tword";
	char *first = calloc(1, 16);
	char path[640];
	struct lc_err e = { 0 };
	struct scan_clone c;
	(void)state;
	if (SANDBOX_SANITIZED || first + 16 > (char *)sbrk(0) ||
	    first < (char *)sbrk(0) - (64 << 20))
		tap_skip("another allocator");
	(void)snprintf(path, sizeof(path), "TMPDIR=%s", make_temp_dir());
	char *environment[] = { variable, path, NULL };
	const struct scan_clone_options o = {
		.url = LC_S("https://github.com/a/b"),
		.commit = LC_S(COMMIT),
		.environment = environment,
		.limits = &lc_limits_default,
	};
	put_git_in_path();
	if (scan_clone_open(&o, &c, &e))
		fail_msg("%s", e.msg);
	assert_slice(c.name, LC_S("https://github.com/a/b"));
	assert_slice(c.about.commit, LC_S(COMMIT));
	assert_true(in_heap(first, COMMIT)); /* it is where we look */
	assert_false(in_heap(first, "s3kr3tword"));
	assert_false(in_heap(first, "czNrcjN0d29yZ")); /* in base64 */
	scan_clone_close(&c);
	free(first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_left_of_a_token),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
