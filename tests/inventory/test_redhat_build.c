/* What Red Hat's images say of their build, Ubuntu's of their support, Amazon's of extras. */
#include "inventory/os/analysers.h"

#include "inventory/matcher.h"

#include "inventory/facts_text.h"
#include "support/alloc_fail.h"
#include "support/slice_assert.h"
#include "support/tap.h"

static const struct row sets[] = {
	ROW("sets of a release and of a minor one",
	    "{\"metadata\":{\"icm_version\":1},\"content_sets\":[\"rhel-8-for-x86_64-baseos-rpms\","
	    "\"rhel-8-for-x86_64-appstream-rpms__8\","
	    "\"rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_2\"]}",
	    "b sets=rhel-8-for-x86_64-baseos-rpms,rhel-8-for-x86_64-appstream-rpms,"
	    "rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_2\n"),
	ROW("digits that are no release", "{\"content_sets\":[\"a_8\",\"b8\",\"8\",\"__8x\"]}",
	    "b sets=a_8,b8,8,__8x\n"),
	ROW("none", "{\"content_sets\":[]}", ""),
	ROW("no word on sets", "{\"image_contents\":[]}", ""),
	ROW("a set that is no text", "{\"content_sets\":[\"a\",1]}",
	    "! malformed: content sets that cannot be\n"),
	ROW("a set with a control byte", "{\"content_sets\":[\"a\\u0000b\"]}",
	    "! malformed: content sets that cannot be\n"),
	ROW("sets that are no list", "{\"content_sets\":\"a\"}",
	    "! malformed: content_sets is no list\n"),
	ROW("a list", "[]", "! malformed: not an object\n"),
};

static const struct row extras[] = {
	ROW("topics that are on",
	    "### managed ###\n[amzn2extra-docker]\nenabled = 1\nname = x\n\n[amzn2extra-nginx1]\n"
	    "enabled = 0\n[amzn2extra-php8.2]\nname=y\nenabled=1\nenabled=1\n",
	    "b sets=amzn2extra-docker,amzn2extra-php8.2\n"),
	ROW("other repositories, and names that are none",
	    "enabled=1\n[amzn2-core]\nenabled=1\n[amzn2extra-a b]\nenabled=1\n[amzn2extra-x\n"
	    "enabled=1\n[]\nenabled=1\n[amzn2extra-y]\n#enabled=1\nenabled=10\nenabled\n",
	    ""),
	ROW("an empty file", "", ""),
};

static void reads_topics_of_extras(void **state)
{
	(void)state;
	facts_check(&inv_amazon_extras, "etc/yum.repos.d/amzn2-extras.repo", extras, N(extras));
}

static void reads_content_sets(void **state)
{
	(void)state;
	facts_check(&inv_redhat_build, "root/buildinfo/content_manifests/ubi8.json", sets, N(sets));
	facts_check(&inv_redhat_build, "usr/share/buildinfo/content-sets.json", sets, 1);
}

static void says_that_a_manifest_is_cut(void **state)
{
	struct facts f;
	(void)state;
	facts_of(&f, &inv_redhat_build, "root/buildinfo/content_manifests/a.json",
		 LC_S("{\"content_sets\":[\"a\""));
	assert_int_equal(f.facts.diagnostics.n, 1);
	assert_int_equal(f.facts.diagnostics.v[0].trouble, INV_TRUNCATED);
	assert_null(f.facts.files.v[0].build);
	facts_done(&f);
}

static const struct row dockerfile[] = {
	ROW("labels over several lines",
	    "FROM sha256:aa\nLABEL \"com.redhat.component\"=\"ubi8-container\" \\\n"
	    "      \"summary\"=\"a b c\" \\\n      \"architecture\"=\"x86_64\"\n"
	    "CMD [\"/bin/bash\"]\n",
	    "b nvr=ubi8-container-8.3-227 arch=x86_64\n"),
	ROW("labels without quotes, a line each",
	    "label com.redhat.component=ubi8-container\nLABEL architecture='s390x' x=y\n",
	    "b nvr=ubi8-container-8.3-227 arch=s390x\n"),
	ROW("no component", "LABEL architecture=x86_64\n", ""),
	ROW("a variable", "LABEL com.redhat.component=\"$C\" architecture=x86_64\n", ""),
	ROW("labels of another instruction",
	    "ENV com.redhat.component=a architecture=b\nRUN x \\\n LABEL com.redhat.component=a\n",
	    ""),
	ROW("a quote that does not close", "LABEL com.redhat.component=\"a architecture=b\n", ""),
	ROW("an empty file", "", ""),
	ROW("zeros", "\0\0\0\n", ""),
};

static void reads_labels_of_a_dockerfile(void **state)
{
	static const struct row nameless[] = {
		ROW("a file name without a version",
		    "LABEL com.redhat.component=a architecture=b\n", ""),
	};
	(void)state;
	facts_check(&inv_redhat_build, "root/buildinfo/Dockerfile-ubi8-8.3-227", dockerfile,
		    N(dockerfile));
	facts_check(&inv_redhat_build, "root/buildinfo/Dockerfile-x", nameless, 1);
	facts_check(&inv_redhat_build, "root/buildinfo/other", dockerfile + 2, 1);
}

static const struct row labels[] = {
	ROW("all there are",
	    "{\"architecture\":\"x86_64\",\"com.redhat.component\":\"ubi9-container\","
	    "\"version\":\"9.5\",\"release\":\"1736404036\"}",
	    "b nvr=ubi9-container-9.5-1736404036 arch=x86_64\n"),
	ROW("one missing", "{\"architecture\":\"x86_64\",\"version\":\"1\"}", ""),
	ROW("a number", "{\"architecture\":1}", ""),
	ROW("no object", "1", "! malformed: not an object\n"),
};

static void reads_labels(void **state)
{
	(void)state;
	facts_check(&inv_redhat_build, "root/buildinfo/labels.json", labels, N(labels));
	facts_check(&inv_redhat_build, "usr/share/buildinfo/labels.json", labels, N(labels));
}

static const struct row pro[] = {
	ROW("extended support is on",
	    "{\"attached\":true,\"services\":[{\"name\":\"esm-apps\",\"status\":\"enabled\"},"
	    "{\"name\":\"esm-infra\",\"status\":\"enabled\"}]}",
	    "os ubuntu 1 extended\n"),
	ROW("that of the community's packages alone",
	    "{\"services\":[{\"name\":\"esm-apps\",\"status\":\"enabled\"},"
	    "{\"name\":\"esm-infra\",\"status\":\"disabled\"}]}",
	    ""),
	ROW("not attached", "{\"services\":[{\"name\":\"esm-infra\",\"status\":\"n/a\"}]}", ""),
	ROW("no services", "{}", ""),
	ROW("services that are none", "{\"services\":[1,null,{\"name\":2},\"esm-infra\"]}", ""),
	ROW("no object", "[\"services\"]", "! malformed: not the status of Ubuntu Pro\n"),
};

static void reads_ubuntu_pro(void **state)
{
	struct facts f;
	(void)state;
	facts_check(&inv_ubuntu_pro, "var/lib/ubuntu-advantage/status.json", pro, N(pro));
	facts_of(&f, &inv_ubuntu_pro, "var/lib/ubuntu-advantage/status.json",
		 LC_S("{\"services\":"));
	assert_int_equal(f.facts.diagnostics.n, 1);
	assert_int_equal(f.facts.diagnostics.v[0].trouble, INV_TRUNCATED);
	facts_done(&f);
}

static void survives_any_failing_allocation(void **state)
{
	static const struct facts_try tries[] = {
		{ &inv_redhat_build, "root/buildinfo/content_manifests/a.json",
		  LC_S_INIT("{\"content_sets\":[\"a\",\"b__8\"]}") },
		{ &inv_redhat_build, "root/buildinfo/Dockerfile-a-1-2",
		  LC_S_INIT("LABEL com.redhat.component=a architecture=b\n") },
		{ &inv_ubuntu_pro, "var/lib/ubuntu-advantage/status.json",
		  LC_S_INIT("{\"services\":[{\"name\":\"esm-infra\",\"status\":\"enabled\"}]}") },
	};
	(void)state;
	facts_alloc(tries, N(tries));
}

/* ---- over layers ---- */

enum { LAYERS_MAX = 4 };

struct stack {
	struct facts layer[LAYERS_MAX];
	const struct inv_layer_facts *facts[LAYERS_MAX];
	struct lc_arena arena;
	struct inventory inventory;
};

/* A layer: its packages database (all that is installed so far, NULL none) and its own nvr. */
struct layer {
	const char *packages; /* one letter a package */
	const char *nvr;
};

static int put_layer(struct inv_sink *s, const struct layer *l)
{
	struct inv_build build = { .nvr = lc_str(l->nvr), .arch = LC_S("x86_64") };
	int r = inv_sink_init(s, &lc_limits_default);
	if (l->packages)
		r = r ? r : inv_sink_file(s, LC_S("var/lib/rpm/Packages"), LC_S("rpm"));
	for (size_t i = 0; l->packages && l->packages[i] && r == 0; i++) {
		struct inv_package p = { .type = LC_S("rpm"), .version = LC_S("1-1") };
		p.name = lc_slice_of(l->packages + i, 1);
		r = inv_sink_package(s, &p);
	}
	if (l->nvr) {
		r = r ? r : inv_sink_file(s, LC_S("root/buildinfo/x"), LC_S("redhat-build"));
		r = r ? r : inv_sink_build(s, &build);
	}
	return r ? r : inv_sink_end(s);
}

static int squash(struct stack *st, const struct layer *layers, size_t n)
{
	int r = 0;
	*st = (struct stack){ 0 };
	for (size_t i = 0; i < n && r == 0; i++) {
		struct facts *f = &st->layer[i];
		r = put_layer(&f->sink, &layers[i]);
		r = r ? r : inv_facts_read(lc_buf_get(&f->sink.out), &f->arena, &f->facts, NULL);
		st->facts[i] = &f->facts;
	}
	return r ? r : inv_squash(st->facts, n, &st->arena, &st->inventory, NULL);
}

static void stack_done(struct stack *st)
{
	for (size_t i = 0; i < LAYERS_MAX; i++)
		facts_done(&st->layer[i]);
	lc_arena_done(&st->arena);
}

static void check_builds(const struct layer *layers, size_t n, const char *const *want)
{
	struct stack st;
	assert_int_equal(squash(&st, layers, n), 0);
	for (size_t i = 0; i < st.inventory.packages.n; i++) {
		const struct inv_build *b = st.inventory.packages.v[i].build;
		struct lc_slice nvr = b ? b->nvr : LC_S("-");
		assert_true(lc_eq(nvr, lc_str(want[i])));
	}
	stack_done(&st);
}

static void packages_have_the_build_of_their_layer(void **state)
{
	static const struct layer own[] = { { "a", "base" }, { "ab", "middle" }, { "abc", NULL } };
	static const struct layer base[] = { { "a", NULL }, { NULL, "base" }, { "ab", NULL } };
	static const struct layer none[] = { { "a", NULL }, { "ab", NULL }, { NULL, "late" } };
	static const char *const want_own[] = { "base", "middle", "middle" };
	static const char *const want_base[] = { "base", "base" };
	static const char *const want_none[] = { "-", "-" };
	(void)state;
	check_builds(own, N(own), want_own);
	check_builds(base, N(base), want_base);
	check_builds(none, N(none), want_none);
}

static int squash_again(void *ctx)
{
	static const struct layer layers[] = { { "a", "base" }, { "ab", NULL } };
	struct stack st;
	(void)ctx;
	int r = squash(&st, layers, N(layers));
	stack_done(&st);
	return r;
}

static void builds_survive_any_failing_allocation(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(squash_again, NULL) > 0);
}

/* ---- Ubuntu's support over layers ---- */

static int put_ubuntu(struct inv_sink *s, size_t layer, bool removed)
{
	struct inv_os os = { .family = LC_S("ubuntu"), .version = LC_S("18.04"), .weight = 80 };
	struct inv_os status = { .family = LC_S("ubuntu"), .weight = 1, .extended = true };
	int r = inv_sink_init(s, &lc_limits_default);
	if (layer == 0) {
		r = r ? r : inv_sink_file(s, LC_S("etc/os-release"), LC_S("os-release"));
		r = r ? r : inv_sink_os(s, &os);
	} else if (layer == 1) {
		r = r ? r : inv_sink_file(s, LC_S("a/status.json"), LC_S("ubuntu-pro"));
		r = r ? r : inv_sink_os(s, &status);
	} else if (removed) {
		r = r ? r : inv_sink_whiteout(s, LC_S("a/status.json"));
	}
	return r ? r : inv_sink_end(s);
}

static void check_ubuntu(bool removed, bool extended)
{
	struct stack st = { 0 };
	for (size_t i = 0; i < 3; i++) {
		struct facts *f = &st.layer[i];
		assert_int_equal(put_ubuntu(&f->sink, i, removed), 0);
		assert_int_equal(
			inv_facts_read(lc_buf_get(&f->sink.out), &f->arena, &f->facts, NULL), 0);
		st.facts[i] = &f->facts;
	}
	assert_int_equal(inv_squash(st.facts, 3, &st.arena, &st.inventory, NULL), 0);
	assert_text(st.inventory.os.version, "18.04");
	assert_int_equal(st.inventory.os.extended, extended);
	stack_done(&st);
}

static void support_is_extended_while_its_status_is_there(void **state)
{
	(void)state;
	check_ubuntu(false, true);
	check_ubuntu(true, false);
}

/* ---- where they are ---- */

static void files_are_wanted_where_systems_have_them(void **state)
{
	static const struct {
		const char *path, *analyser; /* NULL nobody's */
	} rows[] = {
		{ "root/buildinfo/content_manifests/ubi8-container-8.3-227.json", "redhat-build" },
		{ "root/buildinfo/Dockerfile-ubi8-8.3-227", "redhat-build" },
		{ "root/buildinfo/labels.json", "redhat-build" },
		{ "usr/share/buildinfo/content-sets.json", "redhat-build" },
		{ "usr/share/buildinfo/labels.json", "redhat-build" },
		{ "usr/share/buildinfo/other", NULL },
		{ "var/lib/ubuntu-advantage/status.json", "ubuntu-pro" },
		{ "var/lib/pacman/local/bash-5.2-1/desc", "pacman" },
		{ "var/lib/pacman/local/bash-5.2-1/files", "pacman" },
		{ "var/lib/pacman/local/bash-5.2-1/mtree", NULL },
		{ "var/lib/pacman/local/ALPM_DB_VERSION", NULL },
		{ "usr/lib/opkg/status", "opkg" },
		{ "var/lib/opkg/status", "opkg" },
		{ "usr/lib/opkg/info/a.control", "opkg" },
		{ "usr/lib/opkg/info/a.list", "opkg-info" },
		{ "usr/lib/opkg/info/a.postinst", NULL },
	};
	static const struct inv_analyser *const table[] = {
		&inv_redhat_build, &inv_ubuntu_pro, &inv_pacman, &inv_opkg_status, &inv_opkg_info,
	};
	struct inv_options options = { .targets = INV_TARGET_IMAGE, .groups = INV_GROUP_OS };
	struct inv_matcher *m = NULL;
	(void)state;
	assert_int_equal(inv_matcher_new(table, N(table), &options, &m, NULL), 0);
	for (size_t i = 0; i < N(rows); i++) {
		struct inv_set set = { 0 };
		const char *got = NULL;
		bool head = false;
		(void)inv_match_path(m, lc_str(rows[i].path), 0644, &set, &head);
		for (size_t k = 0; k < N(table); k++)
			got = inv_set_has(&set, k) ? table[k]->name : got;
		if ((got && rows[i].analyser) ? strcmp(got, rows[i].analyser) != 0
					      : got != rows[i].analyser)
			fail_msg("%s: %s", rows[i].path, got ? got : "nobody");
	}
	inv_matcher_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_topics_of_extras),
		cmocka_unit_test(reads_content_sets),
		cmocka_unit_test(says_that_a_manifest_is_cut),
		cmocka_unit_test(reads_labels_of_a_dockerfile),
		cmocka_unit_test(reads_labels),
		cmocka_unit_test(reads_ubuntu_pro),
		cmocka_unit_test(survives_any_failing_allocation),
		cmocka_unit_test(packages_have_the_build_of_their_layer),
		cmocka_unit_test(builds_survive_any_failing_allocation),
		cmocka_unit_test(support_is_extended_while_its_status_is_there),
		cmocka_unit_test(files_are_wanted_where_systems_have_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
