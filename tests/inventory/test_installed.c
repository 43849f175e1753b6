/* What vendors and applications say of themselves: Bitnami's components, WordPress. */
#include "inventory/language/analysers.h"

#include "inventory/facts_text.h"
#include "support/slice_assert.h"
#include "support/tap.h"

static const struct row bitnami[] = {
	ROW("its own component alone",
	    "{\"spdxVersion\":\"SPDX-2.3\",\"packages\":[{\"name\":\"postgresql\","
	    "\"versionInfo\":\"17.3.0-2\",\"licenseDeclared\":\"PostgreSQL\",\"externalRefs\":["
	    "{\"referenceType\":\"cpe23Type\",\"referenceLocator\":\"cpe:2.3:a:x\"},"
	    "{\"referenceType\":\"purl\",\"referenceLocator\":"
	    "\"pkg:bitnami/postgresql@17.3.0-2?arch=amd64&distro=debian-12\"}]},"
	    "{\"name\":\"geos\",\"versionInfo\":\"3\","
	    "\"licenseDeclared\":\"NONE\",\"externalRefs\":"
	    "["
	    "{\"referenceType\":\"purl\",\"referenceLocator\":\"pkg:bitnami/geos@3\"}]},"
	    "{\"name\":\"x\",\"versionInfo\":\"1\",\"externalRefs\":["
	    "{\"referenceType\":\"purl\",\"referenceLocator\":\"pkg:golang/x@1\"}]}]}",
	    "p bitnami postgresql 17.3.0-2 arch=amd64 lic=PostgreSQL lines=0-0\n"
	    "p bitnami geos 3 lines=0-0\n"),
	ROW("without a version",
	    "{\"packages\":[1,{\"name\":\"a\",\"externalRefs\":[{\"referenceType\":\"purl\","
	    "\"referenceLocator\":\"pkg:bitnami/a\"}]},{\"externalRefs\":7}]}",
	    "! malformed: line 1: package without a name and a version\n"),
	ROW("packages of another type", "{\"packages\":{}}",
	    "! malformed: packages are not a list\n"),
	ROW("no JSON", "SPDXVersion: SPDX-2.3\n",
	    "! malformed: line 1, column 1: expected a value, found \"S\"\n"),
	ROW("cut short", "{\"packages\":[",
	    "! truncated: line 1, column 14: the text ends too early\n"),
	ROW("not UTF-8", "{\"packages\":[{\"name\":\"\xff\"}]}",
	    "! malformed: line 1, column 23: invalid UTF-8\n"),
};

static void reads_what_bitnami_says(void **state)
{
	(void)state;
	facts_check(&inv_bitnami, "opt/bitnami/postgresql/.spdx-postgresql.spdx", bitnami,
		    N(bitnami));
}

static const struct row core[] = {
	ROW("its version", "<?php\n/**\n */\n$wp_version = '6.4.2';\n$wp_db_version = 1;\n",
	    "p wordpress wordpress 6.4.2 lines=4-4\n"),
	ROW("a version in testing", "$wp_version=\"6.5-beta1-57602\" ;",
	    "p wordpress wordpress 6.5-beta1-57602 lines=1-1\n"),
	ROW("no version", "<?php\n$wp_version = f();\n$wp_version '1';\n$wp_version = '1\n",
	    "! malformed: no version of WordPress\n"),
	ROW("not UTF-8", "$wp_version = '\xff';", "! malformed: no version of WordPress\n"),
	ROW("nothing", "", "! malformed: no version of WordPress\n"),
};

static const struct row plugin[] = {
	ROW("its stable tag", "=== Akismet ===\nTested up to: 6.4\nStable tag: 5.3\r\n",
	    "p wordpress plugin/akismet 5.3 lines=3-3\n"),
	ROW("as it is developed", "stable tag: trunk\nStable tag: 1\n", ""),
	ROW("nothing", "", ""),
};

static void reads_wordpress(void **state)
{
	struct facts f;
	(void)state;
	facts_check(&inv_wordpress, "var/www/html/wp-includes/version.php", core, N(core));
	facts_check(&inv_wordpress, "wp-content/plugins/akismet/readme.txt", plugin, N(plugin));
	facts_of(&f, &inv_wordpress, "usr/share/doc/readme.txt", plugin[0].in);
	assert_string_equal(facts_text(&f), "");
	facts_done(&f);
	facts_of(&f, &inv_wordpress, "wp-content/plugins/a/b/readme.txt", plugin[0].in);
	assert_string_equal(facts_text(&f), "");
	facts_done(&f);
}

static void memory_may_run_out(void **state)
{
	const struct facts_try tries[] = {
		{ &inv_bitnami, ".spdx-a.spdx", bitnami[0].in },
		{ &inv_wordpress, "wp-content/plugins/akismet/readme.txt", plugin[0].in },
	};
	(void)state;
	facts_alloc(tries, N(tries));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_bitnami_says),
		cmocka_unit_test(reads_wordpress),
		cmocka_unit_test(memory_may_run_out),
	};
	return cmocka_run_group_tests_name("installed", tests, NULL, NULL);
}
