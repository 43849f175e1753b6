/* rpm's databases and lists as facts. How the databases are read is tests/format's subject. */
#include "inventory/os/analysers.h"

#include "format/rpmdb_make.h"
#include "inventory/facts_text.h"
#include "inventory/os/rpm_package.h"
#include "inventory/os/rpm_vendor.h"
#include "support/slice_assert.h"

enum { CAP = 64 << 20 };

static const char db_path[] = "var/lib/rpm/Packages.db";

struct fields {
	const char *name, *version, *release, *arch, *source, *vendor;
	int64_t epoch; /* -1 none */
};

static void put_text(struct make_header *m, uint32_t tag, const char *text)
{
	if (text)
		make_tag(m, tag, text);
}

static void add(struct make_headers *h, const struct fields *f)
{
	struct make_header m;
	make_header_init(&m);
	put_text(&m, 1000, f->name);
	put_text(&m, 1001, f->version);
	put_text(&m, 1002, f->release);
	if (f->epoch >= 0)
		make_int32(&m, 1003, (uint32_t)f->epoch);
	put_text(&m, 1022, f->arch);
	put_text(&m, 1044, f->source);
	put_text(&m, 1011, f->vendor);
	lc_buf_init(&h->v[h->n], CAP);
	make_header_end(&m, &h->v[h->n]);
	make_header_done(&m);
	h->n++;
}

/* The facts of a database of these packages. */
static void check(const struct make_headers *h, const char *want)
{
	struct lc_buf db;
	struct facts f;
	lc_buf_init(&db, CAP);
	make_ndb(&db, h);
	facts_of(&f, &inv_rpm, db_path, lc_buf_get(&db));
	assert_string_equal(facts_text(&f), want);
	facts_done(&f);
	lc_buf_done(&db);
}

static void check_fields(const struct fields *rows, size_t n, const char *want)
{
	static struct make_headers h;
	for (size_t i = 0; i < n; i++)
		add(&h, &rows[i]);
	check(&h, want);
	make_headers_done(&h);
}

static void a_package_has_all_that_its_header_says(void **state)
{
	static struct make_headers h;
	(void)state;
	lc_buf_init(&h.v[0], CAP);
	make_package(&h.v[0], "tool", "1.4~rc1", "3.el9");
	h.n = 1;
	check(&h, "p rpm tool 1.4~rc1-3.el9 arch=x86_64 src=tool-src/1.4~rc1-3.el9 lic=MIT "
		  "by=Example Project sum=md5:30313233343536373839616263646566 "
		  "own=usr/bin/tool:sha256:00ff,usr/share/tool/README:sha256:abcd "
		  "modularitylabel=mod:1:2:3 vendor=Example Project installed=1700000000 flags=4 "
		  "lines=0-0\n");
	make_headers_done(&h);
}

static void epochs_are_kept_as_written(void **state)
{
	static const struct fields rows[] = {
		{ "a", "1", "1", "noarch", "s-1-1.src.rpm", "Red Hat, Inc.", -1 },
		{ "b", "1", "1", "noarch", "s-1-1.src.rpm", "Red Hat, Inc.", 0 },
		{ "c", "1", "1", "noarch", "s-1-1.src.rpm", "Red Hat, Inc.", 32 },
	};
	(void)state;
	check_fields(rows, N(rows),
		     "p rpm a 1-1 arch=noarch src=s/1-1 by=Red Hat, Inc. vendor=Red Hat, Inc. "
		     "lines=0-0\n"
		     "p rpm b 0:1-1 arch=noarch src=s/0:1-1 by=Red Hat, Inc. vendor=Red Hat, Inc. "
		     "lines=0-0\n"
		     "p rpm c 32:1-1 arch=noarch src=s/32:1-1 by=Red Hat, Inc. "
		     "vendor=Red Hat, Inc. lines=0-0\n");
}

static void several_versions_stand_side_by_side(void **state)
{
	static const struct fields rows[] = {
		{ "kernel-core", "5.14", "1", "x86_64", NULL, "AlmaLinux", -1 },
		{ "kernel-core", "5.14", "2", "x86_64", NULL, "AlmaLinux", -1 },
	};
	(void)state;
	check_fields(rows, N(rows),
		     "p rpm kernel-core 5.14-1 arch=x86_64 by=AlmaLinux vendor=AlmaLinux "
		     "lines=0-0\n"
		     "p rpm kernel-core 5.14-2 arch=x86_64 by=AlmaLinux vendor=AlmaLinux "
		     "lines=0-0\n");
}

static void imported_keys_are_no_packages(void **state)
{
	static const struct fields rows[] = {
		{ "gpg-pubkey", "55bb499d", "6b023a53", NULL, NULL, NULL, -1 },
	};
	(void)state;
	check_fields(rows, N(rows), "");
}

static void a_broken_package_leaves_the_others(void **state)
{
	static const struct fields rows[] = {
		{ "a", "1", NULL, NULL, NULL, NULL, -1 },
		{ "b\x1b[2J", "1", "1", NULL, NULL, NULL, -1 },
		{ "c", "1 2", "1", NULL, NULL, NULL, -1 },
		{ "d", "1", "\xc3\xa9", NULL, NULL, NULL, -1 },
		{ "e", "1", "1", "x y", NULL, NULL, -1 },
		{ "f", "1", "1", "noarch", "f.src.rpm", "SUSE LLC", -1 },
		{ "g", "1", "1", "noarch", NULL, "SUSE LLC", -1 },
	};
	(void)state;
	check_fields(rows, N(rows),
		     "p rpm f 1-1 arch=noarch by=SUSE LLC vendor=SUSE LLC lines=0-0\n"
		     "p rpm g 1-1 arch=noarch by=SUSE LLC vendor=SUSE LLC lines=0-0\n"
		     "! malformed: header without name, version or release\n"
		     "! malformed: package whose name or version is none: b\\x1b[2J\n"
		     "! malformed: package whose name or version is none: c\n"
		     "! malformed: package whose name or version is none: d\n"
		     "! malformed: package whose name or version is none: e\n"
		     "! malformed: f: source package f.src.rpm\n");
}

static void a_package_is_kept_without_its_broken_list_of_files(void **state)
{
	static struct make_headers h;
	struct make_header m;
	(void)state;
	make_header_init(&m);
	make_tag(&m, 1000, "a");
	make_tag(&m, 1001, "1");
	make_tag(&m, 1002, "1");
	make_entry(&m, 1117, RPM_TEXTS, 2, LC_S("x\0y\0"));
	lc_buf_init(&h.v[0], CAP);
	make_header_end(&m, &h.v[0]);
	make_header_done(&m);
	h.n = 1;
	check(&h, "p rpm a 1-1 flags=4 lines=0-0\n"
		  "! malformed: a: header: the lists of files do not fit each other\n");
	make_headers_done(&h);
}

/* Small headers whose one directory makes long paths would cost much for little. */
static void a_list_of_files_out_of_all_proportion_is_left_out(void **state)
{
	enum { FILES = 2000, DIR_BYTES = 8000 };
	static struct make_headers h;
	static uint8_t names[FILES * 2];
	static uint8_t indexes[FILES * 4];
	static char dir[DIR_BYTES + 1];
	struct make_header m;
	(void)state;
	for (size_t i = 0; i < sizeof(names); i += 2)
		names[i] = 'x';
	memset(dir, 'd', DIR_BYTES);
	make_header_init(&m);
	make_tag(&m, 1000, "a");
	make_tag(&m, 1001, "1");
	make_tag(&m, 1002, "1");
	make_entry(&m, 1116, RPM_INT32, FILES, lc_slice_of(indexes, sizeof(indexes)));
	make_entry(&m, 1117, RPM_TEXTS, FILES, lc_slice_of(names, sizeof(names)));
	make_entry(&m, 1118, RPM_TEXTS, 1, lc_slice_of(dir, sizeof(dir)));
	lc_buf_init(&h.v[0], CAP);
	make_header_end(&m, &h.v[0]);
	make_header_done(&m);
	h.n = 1;
	check(&h, "p rpm a 1-1 flags=4 lines=0-0\n! too-large: a: list of files\n");
	make_headers_done(&h);
}

static void a_database_that_cannot_be_read_is_told(void **state)
{
	static const struct row rows[] = {
		ROW("empty", "", "! truncated: rpm database of 0 bytes\n"),
		ROW("something else", "#!/bin/sh\nexit 0\n",
		    "! malformed: not a database of rpm's\n"),
		ROW("of another version",
		    "RpmP\1\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
		    "! unsupported: ndb database of version 1\n"),
		ROW("without slots", "RpmP\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
		    "! malformed: ndb database without slots\n"),
	};
	(void)state;
	facts_check(&inv_rpm, db_path, rows, N(rows));
}

static void a_log_of_another_layers_database_is_told(void **state)
{
	static const char path[] = "var/lib/rpm/rpmdb.sqlite-wal";
	static const struct row rows[] = {
		ROW("empty, as rpm leaves it", "", ""),
		ROW("cut", "\x37\x7f\6\x82",
		    "! truncated: write-ahead log: 32 bytes at 0 pass the end at 4\n"),
	};
	static struct make_headers h;
	struct lc_buf db;
	struct lc_buf wal;
	struct facts f;
	(void)state;
	facts_check(&inv_rpm, path, rows, N(rows));
	make_headers(&h, 1);
	lc_buf_init(&db, CAP);
	lc_buf_init(&wal, CAP);
	make_sqlite(&db, &h, NULL);
	make_wal(&wal, lc_buf_get(&db), 4096, false);
	facts_of(&f, &inv_rpm, path, lc_buf_get(&wal));
	assert_string_equal(facts_text(&f), "! unsupported: 3 pages of a package database that "
					    "another layer holds\n");
	facts_done(&f);
	facts_of(&f, &inv_rpm, path, lc_sub(lc_buf_get(&wal), 0, 32)); /* nothing committed */
	assert_string_equal(facts_text(&f), "");
	facts_done(&f);
	make_headers_done(&h);
	lc_buf_done(&db);
	lc_buf_done(&wal);
}

/* ---- the list of images without rpm ---- */

#define REST "\t1643279456\t1643279450\tMicrosoft Corporation"

static void lists_give_a_package_a_line(void **state)
{
	static const struct row rows[] = {
		ROW("two packages",
		    "bash\t5.1.8-1.cm2" REST "\t(none)\t100\tx86_64\t0\tbash-5.1.8-1.cm2.src.rpm\n"
		    "ca-certificates\t2.0.0-1.cm2" REST
		    "\t1\t100\tnoarch\t1\tca-certs-2.0.0-1.cm2.src.rpm\n",
		    "p rpm bash 5.1.8-1.cm2 arch=x86_64 src=bash/5.1.8-1.cm2 "
		    "by=Microsoft Corporation vendor=Microsoft Corporation lines=1-1\n"
		    "p rpm ca-certificates 1:2.0.0-1.cm2 arch=noarch src=ca-certs/1:2.0.0-1.cm2 "
		    "by=Microsoft Corporation vendor=Microsoft Corporation lines=2-2\n"),
		ROW("keys, blank lines, no source, no last newline",
		    "gpg-pubkey\t1-1" REST "\t(none)\t0\t(none)\t0\t(none)\n\n"
		    "a\t1-1.cm2" REST "\t(none)\t0\t(none)\t0\t(none)",
		    "p rpm a 1-1.cm2 by=Microsoft Corporation vendor=Microsoft Corporation "
		    "lines=3-3\n"),
		ROW("nothing", "", ""),
		ROW("broken lines around a good one",
		    "a\n"
		    "a\t1" REST "\t(none)\t0\tx86_64\t0\t(none)\n"
		    "\t1-1" REST "\t(none)\t0\tx86_64\t0\t(none)\n"
		    "a\t1-" REST "\t(none)\t0\tx86_64\t0\t(none)\n"
		    "a b\t1-1" REST "\t(none)\t0\tx86_64\t0\t(none)\n"
		    "a\t1-1" REST "\tx\t0\tx86_64\t0\t(none)\n"
		    "a\t1-1" REST "\t4294967296\t0\tx86_64\t0\t(none)\n"
		    "a\t1-1" REST "\t(none)\t0\tx y\t0\t(none)\n"
		    "good\t1-1.azl3" REST "\t(none)\t0\tx86_64\t0\t(none)\n",
		    "p rpm good 1-1.azl3 arch=x86_64 by=Microsoft Corporation "
		    "vendor=Microsoft Corporation lines=9-9\n"
		    "! malformed: line 1: fewer fields than a package has\n"
		    "! malformed: line 2: package without a usable name, version or release\n"
		    "! malformed: line 3: package without a usable name, version or release\n"
		    "! malformed: line 4: package without a usable name, version or release\n"
		    "! malformed: line 5: package without a usable name, version or release\n"
		    "! malformed: line 6: epoch\n"
		    "! malformed: line 7: epoch\n"
		    "! malformed: line 8: architecture\n"),
	};
	(void)state;
	facts_check(&inv_rpm_manifest, "var/lib/rpmmanifest/container-manifest-2", rows, N(rows));
}

/* ---- parts ---- */

static void source_packages_are_split_from_the_right(void **state)
{
	static const struct {
		const char *file, *name, *version;
	} rows[] = {
		{ "bash-5.1-2.el9.src.rpm", "bash", "5.1-2.el9" },
		{ "gtk-doc-stub-1.0-2.nosrc.rpm", "gtk-doc-stub", "1.0-2" },
		{ "a-1-1.x.src.rpm", "a", "1-1.x" },
		{ "a-1-1.src", NULL, NULL },
		{ "a-1.src.rpm", NULL, NULL },
		{ "-1-1.src.rpm", NULL, NULL },
		{ "a--1.src.rpm", NULL, NULL },
		{ "a-1-.src.rpm", NULL, NULL },
		{ "a-1-1rpm", NULL, NULL },
		{ "rpm", NULL, NULL },
		{ ".rpm", NULL, NULL },
		{ "a b-1-1.src.rpm", NULL, NULL },
		{ "", NULL, NULL },
	};
	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct lc_slice name = LC_S("");
		struct lc_slice version = LC_S("");
		bool is = rpm_split_source(lc_str(rows[i].file), &name, &version);
		assert_int_equal(is, rows[i].name != NULL);
		assert_slice(name, lc_str(rows[i].name));
		assert_slice(version, lc_str(rows[i].version));
	}
}

static void vendors_tell_whose_packages_they_are(void **state)
{
	static const struct {
		const char *vendor, *release;
		bool third_party;
	} rows[] = {
		{ "AlmaLinux", "1.el9", false },
		{ "Red Hat, Inc.", "1.el9", false },
		{ "Rocky Enterprise Software Foundation", "1.el9", false },
		{ "SUSE LLC <https://www.suse.com/>", "1.1", false },
		{ "openSUSE", "1.1", false },
		{ "Oracle America", "1.el9", false },
		{ "Oracle and/or its affiliates", "1.el9", true }, /* MySQL's own */
		{ "Fedora Project", "1.fc42", false },
		{ "Fedora Project", "20", false },   /* fedora-release */
		{ "Fedora Project", "1.el9", true }, /* EPEL */
		{ "Fedora Project", "1.el9_4.1", true },
		{ "Fedora Project", "1.elf", false },
		{ "Microsoft Corporation", "1.cm2", false },
		{ "Microsoft Corporation", "3.azl3", false },
		{ "Microsoft Corporation", "1", true }, /* .NET */
		{ "VMware, Inc.", "1.ph4", false },
		{ "VMware, Inc.", "1.el7", true },
		{ "Amazon Linux", "1.amzn2023", false },
		{ "", "1.amzn2", false },
		{ "", "1.el9", true },
		{ "Example Corp", "1.el9", true },
		{ "not Red Hat", "1.el9", true },
		{ "red hat", "1.el9", true },
	};
	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		if (rpm_third_party(lc_str(rows[i].vendor), lc_str(rows[i].release)) !=
		    rows[i].third_party)
			fail_msg("%s, %s", rows[i].vendor, rows[i].release);
	}
}

static void no_memory_is_an_error(void **state)
{
	static struct make_headers h;
	struct lc_buf db;
	struct lc_buf sqlite;
	struct lc_buf wal;
	(void)state;
	lc_buf_init(&h.v[0], CAP);
	make_package(&h.v[0], "tool", "1.4~rc1", "3.el9");
	h.n = 1;
	lc_buf_init(&db, CAP);
	lc_buf_init(&sqlite, CAP);
	lc_buf_init(&wal, CAP);
	make_ndb(&db, &h);
	make_sqlite(&sqlite, &h, NULL);
	make_wal(&wal, lc_buf_get(&sqlite), 4096, true);
	const struct facts_try tries[] = {
		{ &inv_rpm, db_path, lc_buf_get(&db) },
		{ &inv_rpm, "var/lib/rpm/rpmdb.sqlite", lc_buf_get(&sqlite) },
		{ &inv_rpm, "var/lib/rpm/rpmdb.sqlite-wal", lc_buf_get(&wal) },
		{ &inv_rpm_manifest, "var/lib/rpmmanifest/container-manifest-2",
		  LC_S("a\t1-1.cm2" REST "\t1\t0\tx86_64\t0\ta-1-1.cm2.src.rpm\n") },
	};
	facts_alloc(tries, N(tries));
	make_headers_done(&h);
	lc_buf_done(&db);
	lc_buf_done(&sqlite);
	lc_buf_done(&wal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_package_has_all_that_its_header_says),
		cmocka_unit_test(epochs_are_kept_as_written),
		cmocka_unit_test(several_versions_stand_side_by_side),
		cmocka_unit_test(imported_keys_are_no_packages),
		cmocka_unit_test(a_broken_package_leaves_the_others),
		cmocka_unit_test(a_package_is_kept_without_its_broken_list_of_files),
		cmocka_unit_test(a_list_of_files_out_of_all_proportion_is_left_out),
		cmocka_unit_test(a_database_that_cannot_be_read_is_told),
		cmocka_unit_test(a_log_of_another_layers_database_is_told),
		cmocka_unit_test(lists_give_a_package_a_line),
		cmocka_unit_test(source_packages_are_split_from_the_right),
		cmocka_unit_test(vendors_tell_whose_packages_they_are),
		cmocka_unit_test(no_memory_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
