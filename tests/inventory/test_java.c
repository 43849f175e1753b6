/* Java archives: whom they hold, and archives in archives. */
#include "inventory/language/analysers.h"
#include "inventory/language/java.h"

#include <stdio.h>

#include "format/zip_make.h"
#include "inventory/facts_text.h"
#include "support/alloc_fail.h"
#include "support/slice_assert.h"
#include "support/tap.h"

enum { CAP = 64 << 20 };

struct member {
	const char *name;
	struct lc_slice bytes;
};

static void make(const struct member *members, size_t n, struct lc_buf *out)
{
	struct zip_made m = zip_make_begin();
	lc_buf_init(out, CAP);
	for (size_t i = 0; i < n; i++)
		zip_make_add(&m, members[i].name, members[i].bytes, true);
	zip_make_end(&m, out);
}

/* What is read from an archive at the path, without digests. */
static void check_bytes(const char *path, struct lc_slice bytes, const char *want)
{
	struct facts f;
	facts_of(&f, &inv_java_archive, path, bytes);
	for (size_t i = 0; i < f.facts.files.n; i++) {
		for (size_t k = 0; k < f.facts.files.v[i].packages.n; k++) {
			struct inv_package *p = &f.facts.files.v[i].packages.v[k];
			if (lc_starts(p->digest, LC_S("sha1:")) && p->digest.n == 45)
				p->digest = LC_S("sha1");
		}
	}
	const char *got = facts_text(&f);
	if (strcmp(got, want) != 0)
		fail_msg("%s:\n%s\nwanted:\n%s", path, got, want);
	facts_done(&f);
}

static void check(const char *path, const struct member *members, size_t n, const char *want)
{
	struct lc_buf b;
	make(members, n, &b);
	check_bytes(path, lc_buf_get(&b), want);
	lc_buf_done(&b);
}

#define PROPERTIES(g, a, v)                                                                   \
	{                                                                                     \
		"META-INF/maven/" g "/" a "/pom.properties",                                  \
			LC_S_INIT("#Generated\nversion=" v "\ngroupId=" g "\nartifactId = " a \
				  "\n")                                                       \
	}
#define MANIFEST(text)                                                              \
	{                                                                           \
		"META-INF/MANIFEST.MF", LC_S_INIT("Manifest-Version: 1.0\r\n" text) \
	}

/* ---- names ---- */

static void splits_names_of_files(void **state)
{
	static const struct {
		const char *stem, *artifact, *version;
	} names[] = {
		{ "guava-31.1-jre", "guava", "31.1-jre" },
		{ "log4j-1.2-api-2.17.1", "log4j-1.2-api", "2.17.1" },
		{ "a-1.0-beta-2", "a", "1.0-beta-2" },
		{ "a-b-1.0-20230101.120000-3", "a-b", "1.0-20230101.120000-3" },
		{ "jetty-server-9.4.48.v20220622", "jetty-server", "9.4.48.v20220622" },
		{ "netty-epoll-4.1.77.Final-linux-x86_64", "netty-epoll",
		  "4.1.77.Final-linux-x86_64" },
		{ "commons-io", "commons-io", "" },
		{ "log4j-1.2-q-2.17", "log4j-1.2-q", "2.17" },
		{ "a-1-b2-c-3", "a-1-b2-c", "3" },
		{ "a-", "a-", "" },
		{ "-1.0", "-1.0", "" },
		{ "", "", "" },
	};
	(void)state;
	for (size_t i = 0; i < N(names); i++) {
		struct java_coordinates c;
		bool named = java_by_file(lc_str(names[i].stem), &c);
		assert_slice(c.artifact, lc_str(names[i].artifact));
		assert_slice(c.version, lc_str(names[i].version));
		assert_int_equal(named, c.version.n > 0);
	}
}

/* ---- one archive ---- */

static void goes_by_what_maven_left(void **state)
{
	static const struct member one[] = { PROPERTIES("org.x", "tool", "1.2"),
					     MANIFEST("Implementation-Version: 9\r\n") };
	static const struct member shaded[] = { PROPERTIES("org.x", "tool", "1.2"),
						PROPERTIES("com.y", "lib", "2.0"),
						PROPERTIES("com.y", "own", "2.0 ${x}"),
						{ "a/b/pom.properties",
						  LC_S_INIT("version=1\n") } };
	(void)state;
	check("usr/tool-1.2.jar", one, 2, "p jar org.x:tool 1.2 sum=sha1 lines=0-0\n");
	check("usr/renamed.jar", one, 2, "p jar org.x:tool 1.2 sum=sha1 lines=0-0\n");
	check("usr/tool-1.2-sources.jar", one, 2, "");
	check("usr/tool.jar", shaded, 2,
	      "p jar org.x:tool 1.2 sum=sha1 lines=0-0\np jar com.y:lib 2.0 lines=0-0\n");
	check("agent-7.jar", shaded, 4,
	      "p jar org.x:tool 1.2 lines=0-0\np jar com.y:lib 2.0 lines=0-0\n"
	      "p jar agent 7 sum=sha1 lines=0-0\n");
}

static void goes_by_name_and_manifest_else(void **state)
{
	static const struct member bundle[] = { MANIFEST(
		"Bundle-SymbolicName: org.x.to\r\n ol;singleton:=true\r\n"
		"Implementation-Version: 1.5 (r34)\r\n\r\nName: a\r\nBundle-Version: 4\r\n") };
	static const struct member vendor[] = { MANIFEST(
		"Implementation-Vendor-Id: com.y\r\nBundle-Version: 3.0\r\n") };
	static const struct member project[] = { { "META-INF/maven/org.z/tool/pom.xml",
						   LC_S_INIT("<project/>") } };
	static const struct member template[] = { MANIFEST(
		"Implementation-Version: ${v}\r\nImplementation-Vendor-Id: The Makers Ltd.\r\n") };
	static const struct member plugin[] = { MANIFEST(
		"Group-Id: org.jenkins-ci.plugins\r\nShort-Name: git\r\nPlugin-Version: 5.2\r\n") };
	(void)state;
	check("tool.jar", bundle, 1, "p jar org.x:tool 1.5 sum=sha1 lines=0-0\n");
	check("tool-2.0.jar", vendor, 1, "p jar com.y:tool 2.0 sum=sha1 lines=0-0\n");
	check("tool-2.0.jar", project, 1, "p jar org.z:tool 2.0 sum=sha1 lines=0-0\n");
	check("tool-2.0.JAR", template, 1, "p jar tool 2.0 sum=sha1 lines=0-0\n");
	check("app.jar", template, 1, "p jar app sum=sha1 lines=0-0\n");
	check("app-1.0.war", template, 1, "");
	check("x.hpi", plugin, 1, "p jar org.jenkins-ci.plugins:git 5.2 sum=sha1 lines=0-0\n");
}

/* ---- archives in archives ---- */

static void reads_archives_inside(void **state)
{
	static const struct member lib[] = { PROPERTIES("org.x", "tool", "1.2") };
	struct lc_buf inner;
	struct lc_buf war;
	(void)state;
	make(lib, 1, &inner);
	const struct member members[] = {
		{ "WEB-INF/lib/tool-1.2.jar", lc_buf_get(&inner) },
		{ "WEB-INF/lib/broken.jar", LC_S_INIT("PK\3\4") },
		{ "../lib/tool-1.2.jar", lc_buf_get(&inner) },
		{ "WEB-INF/lib/other-3.jar", lc_buf_get(&inner) },
	};
	make(members, N(members), &war);
	const struct member ear[] = { { "app.war", lc_buf_get(&war) },
				      { "lib/tool-1.2.jar", lc_buf_get(&inner) } };
	check("a/app.ear", ear, 2,
	      "p jar org.x:tool 1.2 sum=sha1 path=a/app.ear/app.war/WEB-INF/lib/tool-1.2.jar"
	      " lines=0-0\n"
	      "p jar org.x:tool 1.2 path=a/app.ear/app.war/WEB-INF/lib/other-3.jar lines=0-0\n"
	      "p jar other 3 sum=sha1 path=a/app.ear/app.war/WEB-INF/lib/other-3.jar lines=0-0\n"
	      "p jar org.x:tool 1.2 sum=sha1 path=a/app.ear/lib/tool-1.2.jar lines=0-0\n"
	      "! malformed: app.war/WEB-INF/lib/broken.jar: zip: too short for an archive\n"
	      "! malformed: app.war/../lib/tool-1.2.jar: name that leads out of the archive\n");
	lc_buf_done(&inner);
	lc_buf_done(&war);
}

static void stops_at_depth(void **state)
{
	static const struct member lib[] = { PROPERTIES("org.x", "tool", "1.2") };
	struct lc_buf b;
	struct facts f;
	(void)state;
	make(lib, 1, &b);
	for (int i = 0; i < 100; i++) {
		struct lc_buf outer;
		const struct member members[] = { { "a.jar", lc_buf_get(&b) },
						  PROPERTIES("org.x", "tool", "1.2") };
		make(members, 2, &outer);
		lc_buf_done(&b);
		b = outer;
	}
	facts_of(&f, &inv_java_archive, "a.jar", lc_buf_get(&b));
	assert_int_equal(f.facts.files.v[0].packages.n, 9);
	assert_int_equal(f.facts.diagnostics.n, 1);
	assert_int_equal(f.facts.diagnostics.v[0].trouble, INV_TOO_LARGE);
	assert_text(f.facts.diagnostics.v[0].message,
		    "a.jar/a.jar/a.jar/a.jar/a.jar/a.jar/a.jar/a.jar/a.jar: archives nested deeper "
		    "than 8");
	facts_done(&f);
	lc_buf_done(&b);
}

static void tells_of_what_is_no_archive(void **state)
{
	struct lc_buf b;
	static const struct member members[] = { PROPERTIES("org.x", "tool", "1.2"),
						 MANIFEST("A: b\r\n c") };
	(void)state;
	check_bytes("a.jar", LC_S(""), "! malformed: zip: too short for an archive\n");
	check_bytes("a.rar", LC_S("Rar!\x1a\x07"), "");
	check_bytes("a.txt", LC_S(""), "");
	make(members, 2, &b);
	for (size_t n = 0; n < b.n; n += 3) {
		struct facts f;
		facts_of(&f, &inv_java_archive, "a.jar", lc_sub(lc_buf_get(&b), 0, n));
		assert_int_equal(f.facts.diagnostics.n, 1);
		facts_done(&f);
	}
	/* A script in front of it is how some are made to run. */
	struct lc_buf script;
	lc_buf_init(&script, CAP);
	lc_buf_str(&script, "#!/bin/sh\nexec java -jar $0\n");
	lc_buf_slice(&script, lc_buf_get(&b));
	check_bytes("tool.jar", lc_buf_get(&script), "p jar org.x:tool 1.2 sum=sha1 lines=0-0\n");
	lc_buf_done(&script);
	lc_buf_done(&b);
}

/*
 * A signed archive's manifest names each of its files. Of the hundreds that an application holds
 * only what they say of themselves is kept, and that no longer than they are read.
 */
static void manifests_of_signed_archives_are_not_kept(void **state)
{
	enum { ARCHIVES = 40, ENTRIES = 9000 };
	static char names[ARCHIVES][32];
	static struct member nested[ARCHIVES];
	struct lc_buf manifest;
	struct lc_buf inner;
	struct lc_buf outer;
	struct facts f;
	(void)state;
	lc_buf_init(&manifest, CAP);
	(void)lc_buf_str(&manifest, "Manifest-Version: 1.0\r\nImplementation-Version: 7\r\n"
				    "Implementation-Vendor-Id: com.y\r\n\r\n");
	for (unsigned i = 0; i < ENTRIES; i++)
		(void)lc_buf_fmt(&manifest,
				 "Name: org/x/C%u.class\r\nSHA-256-Digest: 47DEQpj8HBSa+/TImW+5JCeu"
				 "QeRkm5NMpJWZG3hSuFU=\r\n\r\n",
				 i);
	const struct member members[] = { { "META-INF/MANIFEST.MF", lc_buf_get(&manifest) } };
	make(members, 1, &inner);
	for (unsigned i = 0; i < ARCHIVES; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "lib/a%u.jar", i);
		nested[i] = (struct member){ names[i], lc_buf_get(&inner) };
	}
	make(nested, ARCHIVES, &outer);
	facts_of(&f, &inv_java_archive, "app.war", lc_buf_get(&outer));
	assert_int_equal(f.facts.diagnostics.n, 0);
	assert_int_equal(f.facts.files.v[0].packages.n, ARCHIVES);
	assert_in_range(f.scratch.used, 0, 1 << 20);
	for (size_t i = 0; i < ARCHIVES; i++)
		assert_text(f.facts.files.v[0].packages.v[i].version, "7");
	facts_done(&f);
	lc_buf_done(&outer);
	lc_buf_done(&inner);
	lc_buf_done(&manifest);
}

static void bounds_what_unfolds(void **state)
{
	struct lc_buf bomb;
	struct lc_buf zeros;
	(void)state;
	lc_buf_init(&zeros, CAP);
	memset(lc_buf_grow(&zeros, 2 << 20), '\n', 2 << 20);
	const struct member members[] = { { "META-INF/MANIFEST.MF", lc_buf_get(&zeros) },
					  PROPERTIES("org.x", "tool", "1.2") };
	make(members, 2, &bomb);
	check_bytes("tool.jar", lc_buf_get(&bomb),
		    "p jar org.x:tool 1.2 sum=sha1 lines=0-0\n"
		    "! too-large: META-INF/MANIFEST.MF: zip: member of more than 1048576 bytes\n");
	lc_buf_done(&bomb);
	lc_buf_done(&zeros);
}

/* Members that are no use unfold all the same. */
static void counts_what_was_no_use(void **state)
{
	static const struct lc_slice shut = LC_S_INIT("PK\1\2");
	struct lc_limits limits = lc_limits_default;
	struct lc_buf zeros;
	struct lc_buf b;
	struct facts f;
	(void)state;
	limits.spool_bytes_max = 1 << 20;
	lc_buf_init(&zeros, CAP);
	memset(lc_buf_grow(&zeros, 1 << 20), '\n', 1 << 20);
	const struct member members[] = {
		{ "META-INF/maven/a/a/pom.properties", lc_buf_get(&zeros) },
		{ "lib/a.jar", lc_buf_get(&zeros) },
		PROPERTIES("org.x", "tool", "1.2"),
	};
	make(members, N(members), &b);
	/* The checksum of the first two in the directory: what they hold is known to be wrong late.
	 */
	size_t at = lc_find_slice(lc_buf_get(&b), shut);
	assert_true(at != SIZE_MAX);
	b.p[at + 16] ^= 1;
	at += 4 + lc_find_slice(lc_skip(lc_buf_get(&b), at + 4), shut);
	b.p[at + 16] ^= 1;
	assert_int_equal(
		facts_attempt_within(&f, &inv_java_archive, "tool.jar", lc_buf_get(&b), &limits),
		0);
	assert_text(f.facts.files.v[0].packages.v[0].name, "tool"); /* by the file alone */
	assert_int_equal(f.facts.diagnostics.n, 3);
	assert_text(f.facts.diagnostics.v[2].message, "too many bytes in all members");
	facts_done(&f);
	/* The last one is not reached, and one more than all of them is not opened. */
	limits.entries_max = N(members) - 1;
	assert_int_equal(
		facts_attempt_within(&f, &inv_java_archive, "tool.jar", lc_buf_get(&b), &limits),
		0);
	assert_text(f.facts.diagnostics.v[0].message, "zip: 3 members, at most 2 allowed");
	facts_done(&f);
	lc_buf_done(&b);
	lc_buf_done(&zeros);
}

static void memory_may_run_out(void **state)
{
	static const struct member lib[] = { PROPERTIES("org.x", "tool", "1.2"),
					     MANIFEST("A: b\r\n c\r\n") };
	struct lc_buf inner;
	struct lc_buf war;
	(void)state;
	make(lib, 2, &inner);
	const struct member members[] = { { "lib/tool-1.2.jar", lc_buf_get(&inner) } };
	make(members, 1, &war);
	const struct facts_try tries[] = { { &inv_java_archive, "a.war", lc_buf_get(&war) } };
	facts_alloc(tries, 1);
	lc_buf_done(&inner);
	lc_buf_done(&war);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits_names_of_files),
		cmocka_unit_test(goes_by_what_maven_left),
		cmocka_unit_test(goes_by_name_and_manifest_else),
		cmocka_unit_test(reads_archives_inside),
		cmocka_unit_test(stops_at_depth),
		cmocka_unit_test(tells_of_what_is_no_archive),
		cmocka_unit_test(manifests_of_signed_archives_are_not_kept),
		cmocka_unit_test(bounds_what_unfolds),
		cmocka_unit_test(counts_what_was_no_use),
		cmocka_unit_test(memory_may_run_out),
	};
	return cmocka_run_group_tests_name("java", tests, NULL, NULL);
}
