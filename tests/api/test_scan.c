#include <lacre/lacre.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "oci/make_image.h"
#include "support/slice_assert.h"

static char path[] = "/tmp/lacre-test-XXXXXX";

static const struct make_file files[] = {
	{ .name = "etc/debian_version", .content = "12.0\n" },
	{ .name = "var/lib/dpkg/status",
	  .content = "Package: openssl\nStatus: install ok installed\nArchitecture: amd64\n"
		     "Version: 3.0.9-1\n\n" },
};

static int make_file(void **state)
{
	static const struct make_layer layer = { .files = files, .files_n = 2 };
	static const struct make_image image = { .layers = &layer, .layers_n = 1 };
	struct make m = { 0 };
	int fd = mkstemp(path);
	(void)state;
	if (fd < 0)
		return -1;
	close(fd);
	make_layout(&m, &image, 1);
	make_write_tar(&m, path, IO_PLAIN);
	make_done(&m);
	return 0;
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static struct lacre_scan_options options_for(const char *input)
{
	struct lacre_scan_options o = LACRE_SCAN_OPTIONS_INIT;
	o.input = input;
	o.threads = 1;
	return o;
}

static void names_its_version(void **state)
{
	(void)state;
	assert_string_equal(lacre_version(), LACRE_VERSION);
}

static void counts_findings_and_writes_json(void **state)
{
	struct lacre_scan_options o = options_for(path);
	struct lacre_report *r = NULL;
	char message[LACRE_MESSAGE_MAX] = "";
	const char *json;
	const char *again;
	size_t size;
	uint64_t sum = 0;
	(void)state;
	assert_int_equal(lacre_scan_image(&o, &r, message, sizeof(message)), LACRE_OK);
	for (int s = 0; s < LACRE_SEVERITIES; s++)
		sum += lacre_report_findings(r, (enum lacre_severity)s);
	assert_true(sum > 0);
	assert_int_equal(lacre_report_findings(r, LACRE_SEVERITIES), 0);
	assert_int_equal(lacre_report_is_partial(r), 0);
	assert_int_equal(lacre_report_is_end_of_life(r), 0);
	assert_int_equal(lacre_report_json(r, &json, &size), LACRE_OK);
	assert_true(lc_find_slice(lc_slice_of(json, size), LC_S("\"openssl\"")) != SIZE_MAX);
	assert_int_equal(lacre_report_json(r, &again, &size), LACRE_OK);
	assert_ptr_equal(json, again);
	lacre_report_free(r);
}

static void the_same_scan_gives_the_same_bytes(void **state)
{
	struct lacre_scan_options o = options_for(path);
	struct lacre_report *r[2] = { NULL, NULL };
	const char *json[2];
	size_t size[2];
	(void)state;
	o.reproducible = 1;
	for (int i = 0; i < 2; i++) {
		o.threads = i ? 8 : 1;
		assert_int_equal(lacre_scan_image(&o, &r[i], NULL, 0), LACRE_OK);
		assert_int_equal(lacre_report_json(r[i], &json[i], &size[i]), LACRE_OK);
	}
	assert_slice(lc_slice_of(json[0], size[0]), lc_slice_of(json[1], size[1]));
	lacre_report_free(r[0]);
	lacre_report_free(r[1]);
}

static void options_of_an_older_header_are_taken(void **state)
{
	struct lacre_scan_options o = options_for(path);
	struct lacre_report *r = NULL;
	(void)state;
	o.platform = "nonsense/of/too/many"; /* past what the size says: never looked at */
	o.size = offsetof(struct lacre_scan_options, platform);
	assert_int_equal(lacre_scan_image(&o, &r, NULL, 0), LACRE_OK);
	lacre_report_free(r);
}

static void options_of_a_newer_header_are_taken(void **state)
{
	struct {
		struct lacre_scan_options o;
		char more[64];
	} newer = { .o = options_for(path) };
	struct lacre_report *r = NULL;
	(void)state;
	newer.o.size = sizeof(newer);
	assert_int_equal(lacre_scan_image(&newer.o, &r, NULL, 0), LACRE_OK);
	lacre_report_free(r);
}

static void says_what_is_wrong(void **state)
{
	struct lacre_scan_options rows[] = {
		options_for("/nowhere/absent.tar"),
		options_for(path),
		options_for(path),
		options_for(path),
		options_for(path),
		options_for(NULL),
		options_for(""),
		options_for(path),
	};
	static const int codes[] = {
		LACRE_NOT_FOUND, LACRE_NOT_FOUND, LACRE_USAGE, LACRE_NOT_FOUND,
		LACRE_TIMEOUT,   LACRE_USAGE,     LACRE_USAGE, LACRE_USAGE,
	};
	(void)state;
	rows[1].platform = "linux/s390x";
	rows[2].platform = "a/b/c/d";
	rows[3].database = "/nowhere/absent.db";
	rows[4].timeout_ms = 1;
	rows[7].size = 0;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lacre_report *r = NULL;
		char message[LACRE_MESSAGE_MAX] = "";
		int rc = lacre_scan_image(&rows[i], &r, message, sizeof(message));
		if (rows[i].timeout_ms && rc == LACRE_OK) { /* a fast machine */
			lacre_report_free(r);
			continue;
		}
		assert_int_equal(rc, codes[i]);
		assert_null(r);
		assert_true(message[0] != '\0');
	}
	assert_int_equal(lacre_scan_image(NULL, NULL, NULL, 0), LACRE_USAGE);
}

static void messages_are_cut_to_their_room(void **state)
{
	struct lacre_scan_options o = options_for("/nowhere/absent.tar");
	struct lacre_report *r = NULL;
	char message[8] = { 1, 1, 1, 1, 1, 1, 1, 1 };
	(void)state;
	assert_int_equal(lacre_scan_image(&o, &r, message, 4), LACRE_NOT_FOUND);
	assert_int_equal(strlen(message), 3);
	assert_int_equal(message[4], 1);
	assert_int_equal(lacre_scan_image(&o, &r, message, 0), LACRE_NOT_FOUND);
}

static void freeing_nothing_is_fine(void **state)
{
	(void)state;
	lacre_report_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_its_version),
		cmocka_unit_test(counts_findings_and_writes_json),
		cmocka_unit_test(the_same_scan_gives_the_same_bytes),
		cmocka_unit_test(options_of_an_older_header_are_taken),
		cmocka_unit_test(options_of_a_newer_header_are_taken),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(messages_are_cut_to_their_room),
		cmocka_unit_test(freeing_nothing_is_fine),
	};
	return cmocka_run_group_tests(tests, make_file, remove_file);
}
