#include "report/sample.h"
#include "report/grid.h"
#include "support/alloc_fail.h"
#include "support/slice_assert.h"

static struct lc_buf table_of(unsigned flags, const struct report_write_options *o)
{
	struct report *r = sample_report(flags, 0);
	struct lc_err e = { 0 };
	struct lc_buf out;
	lc_buf_init(&out, 16 << 20);
	int rc = report_write_table(r, o, &out, &e);
	if (rc)
		print_error("# %s\n", e.msg);
	assert_int_equal(rc, 0);
	report_free(r);
	return out;
}

static void golden(const char *name, unsigned flags, const struct report_write_options *o)
{
	struct lc_buf out = table_of(flags, o);
	assert_golden(name, lc_buf_get(&out));
	lc_buf_done(&out);
}

static void plain_table_is_as_wide_as_it_takes(void **state)
{
	const struct report_write_options o = sample_options();
	(void)state;
	golden("plain.txt", 0, &o);
}

static void a_terminal_gets_lines_and_colours(void **state)
{
	struct report_write_options o = sample_options();
	(void)state;
	o.box = true;
	o.colour = true;
	golden("colour.txt", 0, &o);
}

static void a_report_without_packages_says_so(void **state)
{
	struct report_write_options o = sample_options();
	(void)state;
	o.box = true;
	golden("empty.txt", SAMPLE_EMPTY, &o);
}

static void wide_characters_keep_their_columns(void **state)
{
	struct report_write_options o = sample_options();
	(void)state;
	o.box = true;
	golden("wide.txt", SAMPLE_WIDE, &o);
}

/* ---- what brought a package ---- */

enum { TREE_N = 9 };

/* name, relationship, what it depends on */
static const struct {
	const char *name;
	enum inv_relationship relationship;
	const char *needs[2];
	bool affected;
} tree_rows[TREE_N] = {
	{ "top", INV_REL_ROOT, { "a@1", "d@1" }, false },
	{ "a", INV_REL_DIRECT, { "b@1", NULL }, false },
	{ "b", INV_REL_INDIRECT, { "c@1", "e@1" }, true },
	{ "c", INV_REL_INDIRECT, { "b@1", "c@1" }, true }, /* in circles */
	{ "d", INV_REL_DIRECT, { "a@1", "e@1" }, true },
	{ "e", INV_REL_INDIRECT, { NULL, NULL }, true },
	{ "f", INV_REL_UNKNOWN, { "g@1", "none@1" }, false },
	{ "g", INV_REL_UNKNOWN, { NULL, NULL }, true },
	{ "h", INV_REL_INDIRECT, { "h@1", NULL }, true }, /* nobody knows why */
};

static void the_tree_leads_up_to_what_is_asked_for(void **state)
{
	static struct inv_found_package packages[TREE_N];
	static const struct inv_found_package *list[TREE_N];
	static struct lc_slice needs[TREE_N][2];
	static struct finding findings[TREE_N];
	static struct finding *shown[TREE_N];
	struct report_result res = { .target = LC_S("package-lock.json"),
				     .type = LC_S("npm"),
				     .kind = REPORT_LANG_PKGS,
				     .packages = list,
				     .findings = shown };
	struct report r = { .results = &res, .results_n = 1 };
	struct report_write_options o = sample_options();
	struct lc_buf out;
	(void)state;
	for (size_t i = 0; i < TREE_N; i++) {
		struct inv_package *p = &packages[i].package;
		size_t n = 0;
		for (; n < 2 && tree_rows[i].needs[n]; n++)
			needs[i][n] = lc_str(tree_rows[i].needs[n]);
		*p = (struct inv_package){ .type = LC_S("npm"),
					   .name = lc_str(tree_rows[i].name),
					   .version = LC_S("1"),
					   .depends_on = { needs[i], n, n },
					   .relationship = tree_rows[i].relationship };
		list[res.packages_n++] = &packages[i];
		if (!tree_rows[i].affected)
			continue;
		findings[i] = (struct finding){ .package = &packages[i],
						.id = LC_S("CVE-1"),
						.severity = SEVERITY_HIGH };
		shown[res.findings_n++] = &findings[i];
	}
	o.dependency_tree = true;
	for (int box = 0; box < 2; box++) {
		o.box = box;
		lc_buf_init(&out, 1 << 20);
		assert_int_equal(report_write_table(&r, &o, &out, NULL), 0);
		assert_golden(box ? "tree-box.txt" : "tree.txt", lc_buf_get(&out));
		lc_buf_done(&out);
	}
}

static void only_severities_asked_for_are_counted(void **state)
{
	struct report_write_options o = sample_options();
	(void)state;
	memset(o.severity, 0, sizeof(o.severity));
	o.severity[SEVERITY_HIGH] = true;
	o.severity[SEVERITY_CRITICAL] = true;
	struct lc_buf out = table_of(0, &o);
	assert_true(lc_find_slice(lc_buf_get(&out), LC_S("Total: 5 (HIGH: 0, CRITICAL: 2)")) !=
		    SIZE_MAX);
	lc_buf_done(&out);
}

static void narrow_terminals_get_wrapped_cells(void **state)
{
	static const unsigned widths[] = { 60, 80, 100, 132 };
	struct report_write_options o = sample_options();
	(void)state;
	o.box = true;
	for (size_t i = 0; i < 4; i++) {
		o.width = widths[i];
		struct lc_buf out = table_of(SAMPLE_WIDE, &o);
		struct lc_slice rest = lc_buf_get(&out);
		struct lc_slice line;
		while (lc_line(&rest, &line)) {
			if (lc_starts(line, LC_S("│")) || lc_starts(line, LC_S("├")))
				assert_in_range(grid_width(line), 1, o.width);
		}
		lc_buf_done(&out);
	}
	o.width = 80;
	golden("narrow.txt", 0, &o);
}

static void every_line_of_a_table_is_equally_wide(void **state)
{
	struct report_write_options o = sample_options();
	(void)state;
	for (unsigned width = 0; width < 200; width += 20) {
		size_t first = 0;
		o.width = width;
		struct lc_buf out = table_of(SAMPLE_WIDE | SAMPLE_HOSTILE, &o);
		struct lc_slice rest = lc_buf_get(&out);
		struct lc_slice line;
		while (lc_line(&rest, &line)) {
			bool in_table = lc_starts(line, LC_S("+")) || lc_starts(line, LC_S("|"));
			if (in_table && first)
				assert_int_equal(grid_width(line), first);
			first = in_table ? grid_width(line) : 0;
		}
		lc_buf_done(&out);
	}
}

static void nothing_from_data_reaches_a_terminal_raw(void **state)
{
	const struct report_write_options o = sample_options();
	(void)state;
	struct lc_buf out = table_of(SAMPLE_HOSTILE, &o);
	struct lc_slice rest = lc_buf_get(&out);
	while (rest.n) {
		uint32_t cp;
		size_t n = lc_utf8(rest, &cp);
		assert_true(n > 0);
		assert_true(cp == '\n' || !lc_cp_unsafe(cp));
		rest = lc_skip(rest, n);
	}
	assert_true(lc_find_slice(lc_buf_get(&out), LC_S("\\x1b[31m\\u{202e}<b>&\\xff")) !=
		    SIZE_MAX);
	lc_buf_done(&out);
}

static const char *shout(const char *text)
{
	return text[0] == 'T' && text[1] == 'i' ? "T\xc3\xadtulo" : text;
}

static void texts_go_through_the_translation(void **state)
{
	struct report_write_options o = sample_options();
	(void)state;
	o.translate = shout;
	struct lc_buf out = table_of(0, &o);
	assert_true(lc_find_slice(lc_buf_get(&out), LC_S("T\xc3\xadtulo")) != SIZE_MAX);
	lc_buf_done(&out);
}

static bool has(const struct lc_buf *b, struct lc_slice text)
{
	return lc_find_slice(lc_buf_get(b), text) != SIZE_MAX;
}

static struct lc_buf table_with(const struct match_stats *m, size_t findings)
{
	const struct report_write_options o = sample_options();
	struct report *r = sample_report(0, 0);
	struct lc_buf out;
	r->match = *m;
	for (size_t i = 0; i < r->results_n; i++)
		r->results[i].findings_n = lc_min(r->results[i].findings_n, findings);
	lc_buf_init(&out, 16 << 20);
	assert_int_equal(report_write_table(r, &o, &out, NULL), 0);
	report_free(r);
	return out;
}

static void what_was_not_matched_is_not_called_clean(void **state)
{
	const struct match_stats none = { .uncovered = 3, .third_party = 1 };
	const struct match_stats some = { .packages = 2, .undecided = 12, .third_party = 34 };
	(void)state;
	struct lc_buf out = table_with(&none, 0);
	assert_true(has(&out, LC_S("|        -        |")));
	assert_false(has(&out, LC_S("|        0        |")));
	lc_buf_done(&out);
	out = table_with(&some, 0);
	assert_true(has(&out, LC_S("|        0        |")));
	assert_true(has(&out, LC_S(", packages not comparable: 12, ")));
	assert_true(has(&out, LC_S(", packages of third parties, not matched: 34\n")));
	lc_buf_done(&out);
}

static void parts_can_be_left_out(void **state)
{
	struct report_write_options o = sample_options();
	(void)state;
	o.no_summary = true;
	struct lc_buf out = table_of(0, &o);
	assert_true(lc_find_slice(lc_buf_get(&out), LC_S("Report Summary")) == SIZE_MAX);
	assert_true(lc_find_slice(lc_buf_get(&out), LC_S("Total: ")) != SIZE_MAX);
	lc_buf_done(&out);
	o.no_summary = false;
	o.no_details = true;
	o.show_suppressed = false;
	out = table_of(0, &o);
	assert_true(lc_find_slice(lc_buf_get(&out), LC_S("Report Summary")) != SIZE_MAX);
	assert_true(lc_find_slice(lc_buf_get(&out), LC_S("Total: ")) == SIZE_MAX);
	assert_true(lc_find_slice(lc_buf_get(&out), LC_S("Not understood:")) != SIZE_MAX);
	lc_buf_done(&out);
}

static int write_again(void *ctx)
{
	const struct report_write_options o = { .width = 80,
						.severity = { true },
						.show_suppressed = true };
	struct lc_buf out;
	lc_buf_init(&out, 16 << 20);
	int rc = report_write_table(ctx, &o, &out, NULL);
	lc_buf_done(&out);
	return rc;
}

static void each_failing_allocation_is_reported(void **state)
{
	struct report *r = sample_report(SAMPLE_HOSTILE, 0);
	(void)state;
	assert_true(alloc_fail_each(write_again, r) > 10);
	report_free(r);
}

static void a_full_buffer_is_an_error(void **state)
{
	const struct report_write_options o = sample_options();
	struct report *r = sample_report(0, 0);
	struct lc_buf out;
	(void)state;
	lc_buf_init(&out, 1000);
	assert_int_equal(report_write_table(r, &o, &out, NULL), LC_ELIMIT);
	assert_int_equal(report_write_json(r, &o, &out, NULL), LC_ELIMIT);
	lc_buf_done(&out);
	report_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_table_is_as_wide_as_it_takes),
		cmocka_unit_test(a_terminal_gets_lines_and_colours),
		cmocka_unit_test(a_report_without_packages_says_so),
		cmocka_unit_test(wide_characters_keep_their_columns),
		cmocka_unit_test(the_tree_leads_up_to_what_is_asked_for),
		cmocka_unit_test(only_severities_asked_for_are_counted),
		cmocka_unit_test(narrow_terminals_get_wrapped_cells),
		cmocka_unit_test(every_line_of_a_table_is_equally_wide),
		cmocka_unit_test(nothing_from_data_reaches_a_terminal_raw),
		cmocka_unit_test(texts_go_through_the_translation),
		cmocka_unit_test(what_was_not_matched_is_not_called_clean),
		cmocka_unit_test(parts_can_be_left_out),
		cmocka_unit_test(each_failing_allocation_is_reported),
		cmocka_unit_test(a_full_buffer_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
