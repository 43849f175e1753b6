/* Maven's project files: what is inherited, filled in and managed, within the tree. */
#include "inventory/language/analysers.h"

#include "inventory/facts_text.h"
#include "inventory/walk_content.h"
#include "support/slice_assert.h"
#include "support/tap.h"

#define DEP(g, a, more) \
	"<dependency><groupId>" g "</groupId><artifactId>" a "</artifactId>" more "</dependency>\n"
#define DEPS_OPEN    "<dependencies>\n"
#define DEPS_SHUT    "</dependencies>"
#define MANAGED_OPEN "<dependencyManagement><dependencies>"
#define MANAGED_SHUT "</dependencies></dependencyManagement>\n"
#define END          "</project>"
#define VERSION(v)   "<version>" v "</version>"
#define SELF         "<project><groupId>g</groupId><artifactId>p</artifactId><version>1</version>\n"
#define CHILD                                                             \
	"<project><parent><groupId>g</groupId><artifactId>p</artifactId>" \
	"<version>1</version></parent>\n<artifactId>c</artifactId>\n"

static const struct row alone[] = {
	ROW("scopes, ranges, lines, licences",
	    SELF
	    "<licenses><license><name>MIT</name></license><license/></licenses>\n" DEPS_OPEN DEP(
		    "x", "a", VERSION("[1.0]"))
		    DEP("x", "b", "\n" VERSION("2") "<scope>test</scope>\n")
			    DEP("x", "c", VERSION("3") "<scope>runtime</scope>")
				    DEP("x", "d", VERSION("4") "<scope>provided</scope>")
					    DEP("x", "a", VERSION("9")) DEPS_SHUT END,
	    "p pom g:p 1 lic=MIT dep=x:a:1.0,x:b:2,x:c:3,x:d:4 root lines=0-0\n"
	    "p pom x:a 1.0 direct lines=4-4\n"
	    "p pom x:b 2 flags=1 direct lines=5-7\n"
	    "p pom x:c 3 direct lines=8-8\n"
	    "p pom x:d 4 flags=1 direct lines=9-9\n"),
	ROW("properties, of properties, of the project, of profiles",
	    SELF "<properties><v>1.${w}</v><w>2</w><x>9</x></properties>\n"
		 "<profiles><profile><activation><activeByDefault>true</activeByDefault>"
		 "</activation><properties><x>3</x></properties></profile>\n"
		 "<profile><properties><y>1</y></properties>" DEPS_OPEN DEP("z", "z", VERSION("1"))
			 DEPS_SHUT
	    "</profile></profiles>\n" DEPS_OPEN DEP("${project.groupId}", "a", VERSION("${v}"))
		    DEP("x", "b", VERSION("${pom.version}-${x}")) DEPS_SHUT END,
	    "p pom g:p 1 dep=g:a:1.2,x:b:1-3 root lines=0-0\n"
	    "p pom g:a 1.2 direct lines=8-8\np pom x:b 1-3 direct lines=9-9\n"),
	ROW("what is not known",
	    SELF "<properties><a>${b}</a><b>${a}</b></properties>" DEPS_OPEN DEP("x", "a",
										 VERSION("${a}"))
		    DEP("x", "b", "") DEP("x", "c", VERSION("[1,2)")) DEPS_SHUT END,
	    "p pom g:p 1 root lines=0-0\n"
	    "! unsupported: 3 dependencies whose versions are set outside of this tree: x:a and "
	    "others\n"),
	ROW("managed versions and scopes",
	    SELF MANAGED_OPEN DEP("x", "a", VERSION("1") "<scope>test</scope>")
		    DEP("x", "b", VERSION("2")) MANAGED_SHUT DEPS_OPEN DEP("x", "a", "")
			    DEP("x", "b", VERSION("3") "<optional>true</optional>")
				    DEP("x", "a", "<type>jar</type>") DEPS_SHUT END,
	    "p pom g:p 1 dep=x:a:1,x:b:3 root lines=0-0\n"
	    "p pom x:a 1 flags=1 direct lines=6-6\np pom x:b 3 direct lines=7-7\n"),
	ROW("nothing of a project", "<a/>", ""),
	ROW("nothing", "", "! truncated: line 1, column 1: no element found\n"),
	ROW("cut short", SELF "<dependencies><dependency>",
	    "! truncated: line 2, column 27: no element found\n"),
	ROW("not UTF-8", "<project><artifactId>\xff</artifactId></project>",
	    "! malformed: line 1, column 22: not well-formed (invalid token)\n"),
	ROW("entities", "<!DOCTYPE a [<!ENTITY b \"c\">]><project>&b;</project>",
	    "! unsupported: the document declares entities of its own\n"),
};

static void reads_a_project(void **state)
{
	(void)state;
	facts_check(&inv_pom, "pom.xml", alone, N(alone));
}

static void parents_in_the_tree_are_asked(void **state)
{
	static const struct facts_file above[] = {
		{ "m/c/pom.xml",
		  LC_S_INIT(CHILD "<properties><v>2</v></properties>" DEPS_OPEN DEP("x", "a", "")
				    DEP("x", "b", VERSION("${u}")) DEPS_SHUT END) },
		{ "m/pom.xml",
		  LC_S_INIT(SELF "<properties><v>1</v><u>7</u></properties>" MANAGED_OPEN DEP(
			  "x", "a", VERSION("${v}")) MANAGED_SHUT DEPS_OPEN
				    DEP("x", "c", VERSION("${project.version}"))
					    DEP("x", "b", VERSION("5")) DEPS_SHUT END) },
	};
	static const struct facts_file beside[] = {
		{ "pom.xml",
		  LC_S_INIT("<project><parent><groupId>g</groupId><artifactId>p</artifactId>"
			    "<version>1</version><relativePath>./up</relativePath></parent>"
			    "<artifactId>c</artifactId><version>3</version>" DEPS_OPEN DEP(
				    "x", "a", VERSION("${v}")) DEPS_SHUT END) },
		{ "up/pom.xml", LC_S_INIT(SELF "<properties><v>1</v></properties></project>") },
	};
	static const struct facts_file other[] = {
		{ "c/pom.xml",
		  LC_S_INIT(CHILD DEPS_OPEN DEP("x", "a", VERSION("${v}")) DEPS_SHUT END) },
		{ "pom.xml", LC_S_INIT("<project><groupId>g</groupId><artifactId>q</artifactId>"
				       "<properties><v>1</v></properties></project>") },
	};
	static const struct facts_file circle[] = {
		{ "a/pom.xml",
		  LC_S_INIT("<project><parent><groupId>g</groupId><artifactId>a</artifactId>"
			    "<relativePath>../a/pom.xml</relativePath></parent><groupId>g</groupId>"
			    "<artifactId>a</artifactId><version>1</version></project>") },
		{ "b/pom.xml", LC_S_INIT("") },
	};
	(void)state;
	facts_check_together(&inv_pom, "above", above, 2,
			     "p pom g:c 1 dep=x:a:2,x:b:7,x:c:1 root lines=0-0\n"
			     "p pom x:a 2 direct lines=4-4\np pom x:b 7 direct lines=5-5\n"
			     "p pom x:c 1 direct lines=0-0\n");
	facts_check_together(
		&inv_pom, "beside", beside, 2,
		"p pom g:c 3 dep=x:a:1 root lines=0-0\np pom x:a 1 direct lines=2-2\n");
	facts_check_together(&inv_pom, "another project", other, 2,
			     "p pom g:c 1 root lines=0-0\n! unsupported: 1 dependencies whose "
			     "versions are set outside of this tree: x:a\n");
	facts_check_together(&inv_pom, "circle", circle, 2, "p pom g:a 1 root lines=0-0\n");
}

#define IMPORT(g, a)  DEP(g, a, VERSION("1") "<type>pom</type><scope>import</scope>")
#define MANAGED(what) MANAGED_OPEN what MANAGED_SHUT

static void bills_of_materials_in_the_tree_are_asked(void **state)
{
	static const struct facts_file files[] = {
		{ "app/pom.xml",
		  LC_S_INIT(SELF MANAGED(IMPORT("g", "bom") IMPORT("g", "elsewhere")
						 DEP("x", "b", VERSION("5")))
				    DEPS_OPEN DEP("x", "a", "") DEP("x", "b", "") DEPS_SHUT END) },
		{ "bom/pom.xml",
		  LC_S_INIT("<project><groupId>g</groupId><artifactId>bom</artifactId>"
			    "<version>1</version><properties><v>4</v></properties>" MANAGED(
				    IMPORT("g", "bom") DEP("x", "a", VERSION("${v}"))
					    DEP("x", "b", VERSION("6"))) "</project>") },
		{ "broken/pom.xml", LC_S_INIT("<artifactId>bom</artifactId>") },
	};
	(void)state;
	facts_check_together(&inv_pom, "import", files, 3,
			     "p pom g:p 1 dep=x:a:4,x:b:5 root lines=0-0\n"
			     "p pom x:a 4 direct lines=7-7\np pom x:b 5 direct lines=8-8\n");
}

/* Each is looked for among all files of the tree, so that also those in vain are counted. */
static void only_so_many_bills_are_looked_for(void **state)
{
	struct lc_buf b;
	struct facts_file files[] = {
		{ "app/pom.xml", LC_S_INIT("") },
		{ "bom/pom.xml",
		  LC_S_INIT("<project><groupId>g</groupId><artifactId>bom</artifactId>"
			    "<version>1</version>" MANAGED(
				    DEP("x", "a", VERSION("4"))) "</project>") },
	};
	(void)state;
	for (int absent = 63; absent <= 64; absent++) {
		lc_buf_init(&b, 1 << 16);
		lc_buf_str(&b, "<project><groupId>g</groupId><artifactId>p</artifactId>" VERSION(
				       "1") MANAGED_OPEN);
		for (int i = 0; i < absent; i++)
			lc_buf_str(&b, IMPORT("g", "elsewhere"));
		lc_buf_str(&b, IMPORT("g", "bom") MANAGED_SHUT "<dependencies>" DEP("x", "a", "")
				       DEPS_SHUT END);
		files[0].bytes = lc_buf_get(&b);
		facts_check_together(&inv_pom, "imports", files, 2,
				     absent < 64 ? "p pom g:p 1 dep=x:a:4 root lines=0-0\n"
						   "p pom x:a 4 direct lines=66-66\n"
						 : "p pom g:p 1 root lines=0-0\n! unsupported: 1 "
						   "dependencies whose versions are set outside of "
						   "this tree: x:a\n");
		lc_buf_done(&b);
	}
}

#define OPEN(g, a, v) "<project><groupId>" g "</groupId><artifactId>" a "</artifactId>" VERSION(v)
#define EXCLUSION(g, a)                                                 \
	"<exclusions><exclusion><groupId>" g "</groupId><artifactId>" a \
	"</artifactId></exclusion></exclusions>"
#define DEPS(what) "<dependencies>" what "</dependencies>"

#define LEFT_OUT                                                \
	DEP("x", "t", VERSION("1") "<scope>test</scope>")       \
	DEP("x", "p", VERSION("1") "<scope>provided</scope>")   \
	DEP("x", "o", VERSION("1") "<optional>true</optional>") \
	DEP("x", "ex", VERSION("1"))                            \
	DEP("x", "range", VERSION("[1,2)")) DEP("x", "q", VERSION("${q}"))
#define BROUGHT                                                 \
	DEP("x", "r", VERSION("${v}") "<scope>runtime</scope>") \
	DEP("x", "own", "") DEP("x", "m", VERSION("1"))

/* Modules of the tree stand for what a repository has: they are found by the same names. */
static void what_dependencies_bring_is_listed(void **state)
{
	static const struct facts_file nearest[] = {
		{ "app/pom.xml", LC_S_INIT(SELF DEPS_OPEN DEP("m", "b", VERSION("1"))
						   DEP("m", "c", VERSION("1")) DEPS_SHUT END) },
		{ "b/pom.xml",
		  LC_S_INIT(OPEN("m", "b", "1") DEPS(DEP("m", "d", VERSION("1"))) END) },
		{ "c/pom.xml", LC_S_INIT(OPEN("m", "c", "1") DEPS(DEP("x", "z", VERSION("2")) DEP(
				       "m", "b", VERSION("9"))) END) },
		{ "d/pom.xml", LC_S_INIT(OPEN("m", "d", "1") DEPS(DEP("x", "z", VERSION("1")) DEP(
				       "x", "y", VERSION("3")) DEP("m", "d", VERSION("1"))) END) },
	};
	static const struct facts_file scopes[] = {
		{ "app/pom.xml", LC_S_INIT(SELF MANAGED(DEP("x", "m", VERSION("7"))) DEPS_OPEN DEP(
					 "m", "b", VERSION("1") EXCLUSION("x", "ex"))
						   DEP("m", "t", VERSION("1") "<scope>test</scope>")
							   DEPS_SHUT END) },
		{ "b/pom.xml",
		  LC_S_INIT(OPEN("m", "b", "1") "<properties><v>4</v></properties>" MANAGED(
			  DEP("x", "own", VERSION("5")) DEP("x", "m", VERSION("6")))
				    DEPS(LEFT_OUT BROUGHT) END) },
		{ "t/pom.xml",
		  LC_S_INIT(OPEN("m", "t", "1") DEPS(DEP("x", "only", VERSION("1"))
							     DEP("x", "own", VERSION("8"))) END) },
	};
	static const struct facts_file others[] = {
		{ "app/pom.xml",
		  LC_S_INIT(SELF DEPS_OPEN DEP("m", "b", VERSION("2") EXCLUSION("*", "*"))
				    DEP("m", "c", VERSION("1")) DEPS_SHUT END) },
		{ "b/pom.xml",
		  LC_S_INIT(OPEN("m", "b", "1") DEPS(DEP("x", "wrong", VERSION("1"))) END) },
		{ "c/pom.xml", LC_S_INIT("<project><dependency>") },
	};
	(void)state;
	facts_check_together(&inv_pom, "the nearest version", nearest, 4,
			     "p pom g:p 1 dep=m:b:1,m:c:1 root lines=0-0\n"
			     "p pom m:b 1 dep=m:d:1 direct lines=3-3\n"
			     "p pom m:c 1 dep=m:b:1,x:z:2 direct lines=4-4\n"
			     "p pom m:d 1 dep=x:y:3,x:z:2 indirect lines=0-0\n"
			     "p pom x:z 2 indirect lines=0-0\np pom x:y 3 indirect lines=0-0\n");
	facts_check_together(
		&inv_pom, "scopes and managed versions", scopes, 3,
		"p pom g:p 1 dep=m:b:1,m:t:1 root lines=0-0\n"
		"p pom m:b 1 dep=x:m:7,x:own:5,x:r:4 direct lines=5-5\n"
		"p pom m:t 1 dep=x:only:1,x:own:5 flags=1 direct lines=6-6\n"
		"p pom x:r 4 indirect lines=0-0\np pom x:own 5 indirect lines=0-0\n"
		"p pom x:m 7 indirect lines=0-0\np pom x:only 1 flags=1 indirect lines=0-0\n");
	facts_check_together(&inv_pom, "another version, and a broken file", others, 3,
			     "p pom g:p 1 dep=m:b:2,m:c:1 root lines=0-0\n"
			     "p pom m:b 2 direct lines=3-3\np pom m:c 1 direct lines=4-4\n");
}

/* Two that lead to each other's many dependencies. */
static void what_is_brought_has_bounds(void **state)
{
	struct lc_buf b;
	struct facts f;
	struct facts_file files[] = {
		{ "app/pom.xml",
		  LC_S_INIT(SELF DEPS_OPEN DEP("m", "b", VERSION("1")) DEPS_SHUT END) },
		{ "b/pom.xml", LC_S_INIT("") },
	};
	size_t brought = 0;
	(void)state;
	lc_buf_init(&b, 8 << 20);
	assert_int_equal(lc_buf_str(&b, OPEN("m", "b", "1") "<dependencies>"), 0);
	for (int i = 0; i < 12000; i++)
		assert_int_equal(
			lc_buf_fmt(&b,
				   "<dependency><groupId>x</groupId><artifactId>d%d</artifactId>"
				   "<version>1</version></dependency>",
				   i),
			0);
	assert_int_equal(lc_buf_str(&b, DEPS_SHUT END), 0);
	files[1].bytes = lc_buf_get(&b);
	assert_int_equal(facts_attempt_together(&f, &inv_pom, files, 2), 0);
	for (size_t i = 0; i < f.facts.files.n; i++)
		brought += f.facts.files.v[i].packages.n;
	assert_true(brought > 9000 && brought <= 10001);
	assert_int_equal(f.facts.diagnostics.n, 1);
	assert_string_equal(inv_trouble_name(f.facts.diagnostics.v[0].trouble), "too-large");
	facts_done(&f);
	lc_buf_done(&b);
}

#define TEST_PARENT(up)                                                    \
	"<project><parent><groupId>g</groupId><artifactId>p</artifactId>"  \
	"<version>1</version><relativePath>" up "</relativePath></parent>" \
	"<groupId>g</groupId><artifactId>p</artifactId><version>1</version>"

/* What many parents say is work of the file that asks, too; its own is read all the same. */
static void what_is_inherited_has_bounds(void **state)
{
	static const char *const paths[] = { "a/pom.xml", "b/pom.xml", "c/pom.xml", "d/pom.xml",
					     "e/pom.xml" };
	struct lc_buf b[5];
	struct facts f;
	struct facts_file files[5];
	(void)state;
	for (size_t i = 0; i < 5; i++) {
		lc_buf_init(&b[i], 8 << 20);
		assert_int_equal(lc_buf_fmt(&b[i], TEST_PARENT("../%s"), paths[(i + 1) % 5]), 0);
		assert_int_equal(lc_buf_str(&b[i], "<properties>"), 0);
		for (int k = 0; k < 260000 && i; k++)
			assert_int_equal(lc_buf_str(&b[i], "<a>1</a>"), 0);
		assert_int_equal(lc_buf_str(&b[i], "<b>2</b></properties>" DEPS_OPEN), 0);
		assert_int_equal(lc_buf_fmt(&b[i], DEP("x", "%s", VERSION("${b}")) DEPS_SHUT END,
					    i ? "above" : "own"),
				 0);
		files[i] = (struct facts_file){ paths[i], lc_buf_get(&b[i]) };
	}
	assert_int_equal(facts_attempt_together(&f, &inv_pom, files, 5), 0);
	assert_string_equal(
		facts_text(&f),
		"p pom g:p 1 dep=x:own:2 root lines=0-0\np pom x:own 2 direct lines=2-2\n"
		"! too-large: brings more than can be looked at: not all of it is "
		"listed\n");
	facts_done(&f);
	for (size_t i = 0; i < 5; i++)
		lc_buf_done(&b[i]);
}

static void what_was_found_is_remembered(void **state)
{
	struct walk_memo memo = { .map = { 0 } };
	const struct inv_kept_files kept = { NULL, 0, &memo };
	const struct inv_kept_files forgets = { NULL, 0, NULL };
	const struct inv_kept bom = { .path = LC_S("bom/pom.xml") };
	const struct inv_kept *got = &bom;
	char text[] = "g:bom";
	(void)state;
	lc_arena_init(&memo.texts, 1 << 10);
	assert_false(inv_kept_recall(&kept, LC_S("g:bom"), &got));
	assert_null(got);
	assert_int_equal(inv_kept_remember(&kept, lc_str(text), &bom), 0);
	assert_int_equal(inv_kept_remember(&kept, LC_S("g:none"), NULL), 0);
	text[0] = 'x';
	assert_true(inv_kept_recall(&kept, LC_S("g:bom"), &got));
	assert_ptr_equal(got, &bom);
	assert_true(inv_kept_recall(&kept, LC_S("g:none"), &got));
	assert_null(got);
	assert_int_equal(inv_kept_remember(&forgets, LC_S("g:bom"), &bom), 0);
	assert_false(inv_kept_recall(&forgets, LC_S("g:bom"), &got));
	assert_false(inv_kept_recall(NULL, LC_S("g:bom"), &got));
	lc_map_done(&memo.map);
	lc_arena_done(&memo.texts);
}

static void memory_may_run_out(void **state)
{
	static const struct facts_try tries[] = { { &inv_pom, "pom.xml", { NULL, 0 } } };
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct facts_try t = tries[0];
		t.in = alone[i].in;
		facts_alloc(&t, 1);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_project),
		cmocka_unit_test(parents_in_the_tree_are_asked),
		cmocka_unit_test(bills_of_materials_in_the_tree_are_asked),
		cmocka_unit_test(only_so_many_bills_are_looked_for),
		cmocka_unit_test(what_dependencies_bring_is_listed),
		cmocka_unit_test(what_is_brought_has_bounds),
		cmocka_unit_test(what_is_inherited_has_bounds),
		cmocka_unit_test(what_was_found_is_remembered),
		cmocka_unit_test(memory_may_run_out),
	};
	return cmocka_run_group_tests_name("pom", tests, NULL, NULL);
}
