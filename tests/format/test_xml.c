/* XML handed over subtree by subtree, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "format/xml.h"
#include "support/alloc_fail.h"

static const char *const names[] = { "item", NULL };

/* "name[attr=value]{children}'text'" of each subtree. */
static int put(void *ctx, const struct xml_node *n, struct lc_err *e)
{
	struct lc_buf *out = ctx;
	(void)e;
	lc_buf_slice(out, n->name);
	for (size_t i = 0; i < n->attrs_n; i++)
		lc_buf_fmt(out, "[%.*s=%.*s]", LC_FMT(n->attrs[i].name), LC_FMT(n->attrs[i].value));
	lc_buf_byte(out, '{');
	for (const struct xml_node *k = n->child; k; k = k->next) {
		assert_ptr_equal(k->parent, n);
		assert_int_equal(put(ctx, k, e), 0);
	}
	lc_buf_fmt(out, "}'%.*s'", LC_FMT(n->text));
	return 0;
}

static int read_text(struct lc_slice text, const struct xml_limits *l, struct lc_buf *out,
		     struct lc_err *e)
{
	lc_buf_init(out, 1 << 20);
	return xml_read(text, names, l, put, out, e);
}

static void subtrees_come_one_by_one(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "<r/>", "" },
		{ "<item/>", "item{}''" },
		{ "<r><item a='1' p:b='2'>x</item><other/><item>y</item></r>",
		  "item[a=1][b=2]{}'x'item{}'y'" },
		{ "<r><p:item xmlns:p='u'>a<b>c</b>d</p:item></r>", "item[p=u]{b{}'c'}'ad'" },
		{ "<item><item/><item><x/></item></item>", "item{item{}''item{x{}''}''}''" },
		{ "<item>&lt;&amp;&#65;<![CDATA[<raw>]]></item>", "item{}'<&A<raw>'" },
		{ "<?xml version='1.0' encoding='ISO-8859-1'?><item>\xe9</item>",
		  "item{}'\xc3\xa9'" },
		{ "<!-- c --><item><!-- d -->x<?pi y?></item>", "item{}'x'" },
		{ "<!DOCTYPE r SYSTEM 'file:///etc/passwd'><item/>", "item{}''" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_buf out;
		struct lc_err e = { 0 };
		if (read_text(lc_str(rows[i].text), NULL, &out, &e))
			fail_msg("%s: %s", rows[i].text, e.msg);
		if (!lc_eq(lc_buf_get(&out), lc_str(rows[i].want)))
			fail_msg("%s: %.*s", rows[i].text, LC_FMT(lc_buf_get(&out)));
		lc_buf_done(&out);
	}
}

static int check_lines(void *ctx, const struct xml_node *n, struct lc_err *e)
{
	(void)ctx, (void)e;
	assert_int_equal(n->line, 2);
	assert_int_equal(n->end_line, 5);
	assert_int_equal(n->child->line, 3);
	assert_int_equal(n->child->end_line, 3);
	assert_int_equal(n->child->next->line, 4);
	assert_int_equal(n->child->next->end_line, 5);
	return 0;
}

static void elements_know_their_lines(void **state)
{
	(void)state;
	assert_int_equal(xml_read(LC_S("<r>\n<item>a\n<b/>\n<c>\r\n</c></item></r>"), names, NULL,
				  check_lines, NULL, NULL),
			 0);
}

static void what_is_no_document_is_refused(void **state)
{
	static const struct {
		const char *text;
		int rc;
	} rows[] = {
		{ "", LC_ETRUNC },
		{ "   ", LC_ETRUNC },
		{ "<item>", LC_ETRUNC },
		{ "<item", LC_ETRUNC },
		{ "<item><![CDATA[x", LC_ETRUNC },
		{ "<a></b>", LC_EBAD },
		{ "{}", LC_EBAD },
		{ "<a/><b/>", LC_EBAD },
		{ "<a x='1' x='2'/>", LC_EBAD },
		{ "<item>&nosuch;</item>", LC_EBAD },
		{ "<item>\x01</item>", LC_EBAD },
		{ "<item>\xff</item>", LC_EBAD },
		{ "<!DOCTYPE a [<!ENTITY b 'c'>]><item>&b;</item>", LC_EUNSUP },
		{ "<!DOCTYPE a [<!ENTITY % b 'c'>]><item/>", LC_EUNSUP },
		{ "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><item>&b;</item>",
		  LC_EUNSUP },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_buf out;
		struct lc_err e = { 0 };
		int rc = read_text(lc_str(rows[i].text), NULL, &out, &e);
		if (rc != rows[i].rc)
			fail_msg("%s: %d: %s", rows[i].text, rc, e.msg);
		assert_true(e.len > 0);
		lc_buf_done(&out);
	}
}

static void limits_hold(void **state)
{
	static const struct xml_limits small = { 4, 2, 5, 64 };
	static const struct {
		const char *text;
		int rc;
	} rows[] = {
		{ "<a><b><c><item/></c></b></a>", 0 },
		{ "<a><b><c><d><item/></d></c></b></a>", LC_ELIMIT },
		{ "<item a='1' b='2'/>", 0 },
		{ "<item a='1' b='2' c='3'/>", LC_ELIMIT },
		{ "<item><a/><b/><c/><d/></item>", 0 },
		{ "<item><a/><b/><c/><d/><e/></item>", LC_ELIMIT },
		{ "<r><item><a/><b/><c/></item><item><a/><b/><c/></item></r>", 0 },
		{ "<item>01234567890123456789012345678901234567890123456789"
		  "01234567890123456789</item>",
		  LC_ELIMIT },
		{ "<r>0123456789012345678901234567890123456789012345678901234567890123456789</r>",
		  0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_buf out;
		struct lc_err e = { 0 };
		struct xml_limits l = small;
		l.bytes_max = i >= 7 ? 64 : 1 << 20;
		int rc = read_text(lc_str(rows[i].text), &l, &out, &e);
		if (rc != rows[i].rc)
			fail_msg("%s: %d: %s", rows[i].text, rc, e.msg);
		lc_buf_done(&out);
	}
}

static int stop(void *ctx, const struct xml_node *n, struct lc_err *e)
{
	unsigned *seen = ctx;
	(void)n;
	return ++*seen == 2 ? lc_fail(e, LC_EIO, "enough") : 0;
}

static void whoever_takes_subtrees_may_stop(void **state)
{
	struct lc_err e = { 0 };
	unsigned seen = 0;
	(void)state;
	assert_int_equal(
		xml_read(LC_S("<r><item/><item/><item/></r>"), names, NULL, stop, &seen, &e),
		LC_EIO);
	assert_int_equal(seen, 2);
	assert_string_equal(e.msg, "enough");
}

static int look(void *ctx, const struct xml_node *n, struct lc_err *e)
{
	(void)ctx, (void)e;
	assert_true(xml_is(n, "item") && !xml_is(n, "it") && !xml_is(NULL, "item"));
	assert_true(lc_eq(xml_child_text(n, "a"), LC_S("one")));
	assert_true(lc_eq(xml_text(xml_again(xml_child(n, "a"))), LC_S("two")));
	assert_null(xml_again(xml_again(xml_child(n, "a"))));
	assert_true(lc_eq(xml_text(xml_at(n, "b", "c", NULL)), LC_S("deep")));
	assert_null(xml_at(n, "b", "x", "c", NULL));
	assert_true(lc_eq(xml_attr(xml_child(n, "b"), "k"), LC_S("v")));
	assert_int_equal(xml_attr(n, "k").n, 0);
	assert_int_equal(xml_text(NULL).n + xml_attr(NULL, "k").n, 0);
	assert_null(xml_child(NULL, "a"));
	return 0;
}

static void trees_are_asked_by_name(void **state)
{
	struct lc_err e = { 0 };
	(void)state;
	assert_int_equal(
		xml_read(LC_S("<item><a> one </a><b k='v'><c>deep</c></b><a>two</a></item>"), names,
			 NULL, look, NULL, &e),
		0);
}

static int read_without_memory(void *ctx)
{
	struct lc_err e = { 0 };
	unsigned seen = 5;
	(void)ctx;
	return xml_read(LC_S("<r><item a='1'><b>text</b></item><item/></r>"), names, NULL, stop,
			&seen, &e);
}

static void failing_memory_is_told(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(read_without_memory, NULL) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(subtrees_come_one_by_one),
		cmocka_unit_test(elements_know_their_lines),
		cmocka_unit_test(what_is_no_document_is_refused),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(whoever_takes_subtrees_may_stop),
		cmocka_unit_test(trees_are_asked_by_name),
		cmocka_unit_test(failing_memory_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
