/*
 * Vendors' own formats: what the public samples say, read by eye and written down here; and small
 * documents of our own with every quirk, good and broken (fuzz/corpus/).
 */
#include "told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "advisory/feed_table.h"
#include "io/bzip2.h"
#include "io/inflate.h"
#include "support/alloc_fail.h"
#include "support/fixture.h"

/* ---- public samples ---- */

struct sample {
	const char *archive;
	const char *member; /* its path ends so */
	feed_native_fn read;
	int rc;             /* what reading gives */
	const char *has[4]; /* lines told begin so */
	const char * not ;  /* nowhere in what is told; NULL none */
};

#define NATIVE(name) "advisories/native-samples/" name ".tar.zst"

static const struct sample samples[] = {
	{ NATIVE("debian-tracker"),
	  "vunnel/test-fixtures/input/debian.json",
	  feed_debian,
	  0,
	  { "package Debian:10 chromium {\"id\":\"CVE-2022-0456\",\"ranges\":[[\">=0\"]],"
	    "\"status\":\"end_of_life\",\"source\":\"debian\"}",
	    "package Debian:11 chromium {\"id\":\"CVE-2022-0456\",\"ranges\":[[\">=0\","
	    "\"<98.0.4758.80-1~deb11u1\"]],\"source\":\"debian\"}",
	    "package Debian:9 prototypejs {\"id\":\"CVE-2008-7220\",\"ranges\":[[\">=0\","
	    "\"<1.6.0.2-1\"]],\"severity\":\"HIGH\",\"source\":\"debian\"}" },
	  "CVE-2007-2383" },
	{ NATIVE("redhat"),
	  "vex/testdata/cve-2022-38752.json",
	  feed_csaf,
	  0,
	  { "package Red Hat:7 source:snakeyaml {\"id\":\"CVE-2022-38752\",\"ranges\":[[\">=0\"]],"
	    "\"status\":\"end_of_life\",\"severity\":\"MEDIUM\",\"source\":\"redhat\"}",
	    "package Red Hat:satellite:6.13::el8 candlepin {\"id\":\"RHSA-2023:2097\",\"about\":["
	    "\"CVE-2022-38752\"],\"ranges\":[[\">=0\",\"<4.2.13-1.el8sat\"]]",
	    "package Red Hat:rhel_software_collections:3 source:rh-maven36-byte-buddy {\"id\":"
	    "\"CVE-2022-38752\",\"ranges\":[[\">=0\"]],\"status\":\"will_not_fix\"" },
	  "sha256" },
	{ NATIVE("redhat"),
	  "cve-2024-24786-bad-rpmmod.json",
	  feed_csaf,
	  0,
	  { "package Red Hat:10 cri-tools {\"id\":\"RHSA-2024:0000\",\"about\":[\"CVE-2024-24786"
	    "\"],"
	    "\"ranges\":[[\">=0\",\"<1.29.0-3.1.el9\"]],\"severity\":\"MEDIUM\",\"source\":"
	    "\"redhat\",\"arches\":[\"aarch64\"]}",
	    "package Red Hat:10 good-pkg {\"id\":\"CVE-2024-24786\",\"ranges\":[[\">=0\"]],"
	    "\"status\":\"affected\"" },
	  "flatpak" },
	{ NATIVE("redhat"),
	  "cve-2024-24786-illegal-module.json",
	  feed_csaf,
	  0,
	  { "package Red Hat:8 source:go-toolset {\"id\":\"CVE-2024-24786\",\"ranges\":[[\">=0\"]],"
	    "\"status\":\"affected\",\"severity\":\"MEDIUM\",\"source\":\"redhat\",\"module\":"
	    "\"go-toolset:rhel8\"}" },
	  NULL },
	{ NATIVE("redhat"),
	  "csaf/advisories/rhsa-2023_7025.json",
	  feed_csaf,
	  0,
	  { "package Red Hat:8 ruby {\"id\":\"RHSA-2023:7025\",\"about\":[\"CVE-2021-33621\"],"
	    "\"ranges\":[[\">=0\",\"<2.5.9-111.module+el8.9.0+19193+435404ae\"]],\"severity\":"
	    "\"MEDIUM\",\"source\":\"redhat\",\"module\":\"ruby:2.5\"" },
	  NULL },
	{ NATIVE("redhat"),
	  "testdata/delete_CVE-2023-0030.json",
	  feed_csaf,
	  0,
	  { NULL },
	  "package" },
	{ NATIVE("redhat"),
	  "happy/RHEL8/ansible-2-including-unpatched.oval.xml.bz2",
	  feed_oval_redhat,
	  0,
	  { "package Red Hat:8 ansible {\"id\":\"CVE-2020-10744\",\"ranges\":[[\">=0\"]],"
	    "\"status\":\"affected\",\"severity\":\"MEDIUM\",\"source\":\"redhat-oval\"}",
	    "package Red Hat:8 ansible-test {\"id\":\"RHSA-2019:3927\",\"about\":[\"CVE-2019-1486"
	    "4\"],"
	    "\"ranges\":[[\">=0\",\"<2.9.1-1.el8\"]]",
	    "vulnerability CVE-2019-14864 redhat-oval {\"vendor_severity\":{\"redhat-oval\":"
	    "\"MEDIUM\"},\"cvss\":{\"redhat-oval\":{\"v3\":\"CVSS:3.0/AV:N/AC:L/PR:L/UI:R/S:U/C:H/"
	    "I:N/A:N\",\"v3_score\":5.7}}" },
	  NULL },
	{ NATIVE("oracle"),
	  "vunnel/test-fixtures/mock_data",
	  feed_oval_oracle,
	  0,
	  { "package Oracle Linux:5 bind-devel {\"id\":\"ELSA-2007-0057\",\"about\":["
	    "\"CVE-2007-0493\",\"CVE-2007-0494\"],\"ranges\":[[\">=0\",\"<30:9.3.3-8.el5\"]],"
	    "\"severity\":\"MEDIUM\",\"source\":\"oracle-oval\"}",
	    "vulnerability CVE-2007-0493 oracle-oval" },
	  "signed" },
	{ NATIVE("oracle"),
	  "vunnel/test-fixtures/mock_ksplice_data",
	  feed_oval_oracle,
	  0,
	  { "package Oracle Linux:8 openssl {\"id\":\"ELSA-2021-9151\",\"about\":["
	    "\"CVE-2021-3449\",\"CVE-2021-3450\"],\"ranges\":[[\">=0\","
	    "\"<2:1.1.1g-15.ksplice1.el8_3\"]],\"severity\":\"HIGH\",\"source\":\"oracle-oval\","
	    "\"arches\":[\"aarch64\"]}" },
	  NULL },
	{ NATIVE("oracle"),
	  "testdata/broken-oval-data.xml.bz2",
	  feed_oval_oracle,
	  LC_EBAD,
	  { NULL },
	  NULL },
	{ NATIVE("azurelinux"),
	  "happy/azurelinux-3.0-oval.xml",
	  feed_oval_azure,
	  0,
	  { "package Azure Linux:3 rubygem-rexml {\"id\":\"CVE-2024-35176\",\"ranges\":[[\">=0\","
	    "\"<3.2.8-1.azl3\"]],\"severity\":\"MEDIUM\",\"source\":\"azure\"}" },
	  NULL },
	{ NATIVE("azurelinux"),
	  "sad/cbl-mariner-1.0-oval.xml",
	  feed_oval_azure,
	  LC_ETRUNC,
	  { NULL },
	  "package" },
	{ NATIVE("suse"),
	  "suse_truncated.xml",
	  feed_oval_suse,
	  0,
	  { "package SUSE:Linux Enterprise 15:LTSS kernel-default {\"id\":"
	    "\"CVE-2021-29154\",\"ranges\":"
	    "[[\">=0\",\"<4.12.14-150.72.1\"]],\"severity\":\"HIGH\",\"source\":\"suse-cvrf\","
	    "\"arches\":[\"aarch64\",\"ppc64le\",\"s390x\",\"x86_64\"]}",
	    "package SUSE:Linux Enterprise 15.1 kernel-default {\"id\":\"CVE-2021-29154\"" },
	  "CVE-1999-0524" },
	{ NATIVE("suse"),
	  "testdata/cvrf/cvrf-suse-su-2018-1784-1.xml",
	  feed_cvrf,
	  0,
	  { "package SUSE:Linux Enterprise 11.4 ofed-kmp-pae {\"id\":\"SUSE-SU-2018:1784-1\","
	    "\"about\":[\"CVE-2017-5715\"],\"ranges\":[[\">=0\",\"<1.5.4.1_3.0.101_108.52-"
	    "22.3.1\"]],\"source\":\"suse-cvrf\"}" },
	  NULL },
	{ NATIVE("openeuler"),
	  "cvrf-openEuler-SA-2021-1033.xml",
	  feed_cvrf,
	  0,
	  { "package openEuler:20.03-LTS-SP1 sane-backends-libs {\"id\":\"openEuler-SA-2021-1033\","
	    "\"about\":[\"CVE-2020-12867\"],\"ranges\":[[\">=0\",\"<1.0.28-9.oe1\"]],\"source\":"
	    "\"openeuler\",\"arches\":[\"aarch64\"]}" },
	  NULL },
	{ NATIVE("openeuler"), "broken-cvrf.xml", feed_cvrf, LC_ETRUNC, { NULL }, "package" },
	{ NATIVE("amazon"),
	  "updateinfo_2_items.xml.gz",
	  feed_updateinfo,
	  0,
	  { "package Amazon Linux:2 qemu-kvm {\"id\":\"ALAS2-2018-942\",\"about\":["
	    "\"CVE-2017-5715\"],\"ranges\":[[\">=0\",\"<10:1.5.3-141.amzn2.5.3\"]],\"severity\":"
	    "\"HIGH\",\"source\":\"amazon\",\"arches\":[\"x86_64\"]}" },
	  NULL },
	{ NATIVE("rocky"),
	  "happy/updateinfo.xml",
	  feed_updateinfo,
	  0,
	  { "package Rocky Linux:8 lz4 {\"id\":\"RLSA-2021:2575\",\"about\":[\"CVE-2021-3520\"],"
	    "\"ranges\":[[\">=0\",\"<1.8.3-3.el8_4\"]],\"severity\":\"MEDIUM\",\"source\":"
	    "\"rocky\",\"arches\":[\"x86_64\"]}" },
	  "RLBA" },
	{ NATIVE("bottlerocket"),
	  "testdata/updateinfo.xml.gz",
	  feed_updateinfo,
	  0,
	  { "package Bottlerocket kernel-6.1 {\"id\":\"BRSA-1bwujdrkn6nc\",\"about\":["
	    "\"CVE-2024-43840\"],\"ranges\":[[\">=0\",\"<6.1.140-1.1749663821.e27d1b03.br1\"]]",
	    "package Bottlerocket glibc {\"id\":\"BRSA-kdg8bd1th2gb\",\"about\":[\"CVE-2025-15281"
	    "\"],"
	    "\"ranges\":[[\">=0\",\"<1:2.43-1.1773716061.e2e9d7a9.br1\"]]" },
	  NULL },
	{ NATIVE("fedora"),
	  "input/FEDORA-2025-aaa1111111.json",
	  feed_bodhi,
	  0,
	  { "package Fedora:40 source:python3-docs {\"id\":\"FEDORA-2025-aaa1111111\",\"about\":["
	    "\"CVE-2025-1234\"],\"ranges\":[[\">=0\",\"<3.12.9-1.fc40\"]],\"severity\":\"MEDIUM"
	    "\"" },
	  NULL },
	{ NATIVE("photon"),
	  "input/cve_data_photon4.0.json",
	  feed_photon,
	  0,
	  { "package Photon OS:4.0 curl {\"id\":\"CVE-2023-38545\",\"ranges\":[[\">=0\","
	    "\"<7.88.1-4.ph4\"]],\"source\":\"photon\"}",
	    "vulnerability CVE-2023-38545 photon {\"vendor_severity\":{\"photon\":\"CRITICAL\"},"
	    "\"cvss\":{\"photon\":{\"v3_score\":9.8}}}" },
	  NULL },
	{ NATIVE("photon"),
	  "cve_data_photon3.0_invalid_cveid.json",
	  feed_photon,
	  0,
	  { NULL },
	  "package" },
	{ NATIVE("photon"),
	  "cve_data_photon_invalid_format.json",
	  feed_photon,
	  LC_EBAD,
	  { NULL },
	  "package" },
	{ NATIVE("arch"),
	  "arch-advisories/all.json",
	  feed_arch,
	  0,
	  { "package Arch Linux pam {\"id\":\"AVG-9999\",\"about\":[\"CVE-2025-6020\"],\"ranges\":"
	    "[[\">=0\"]],\"status\":\"affected\",\"severity\":\"MEDIUM\",\"source\":"
	    "\"arch-linux\"}",
	    "package Arch Linux lib32-glibc {\"id\":\"AVG-1324\",\"about\":[\"CVE-2023-4911\"],"
	    "\"aliases\":[\"ASA-202310-01\"],\"ranges\":[[\">=0\",\"<2.38-2\"]]",
	    "package Arch Linux test-pkg {\"id\":\"AVG-2222\",\"ranges\":[[\">=0\",\"<1.0.0-1\"]"
	    "]" },
	  NULL },
	{ NATIVE("arch"), "testdata/invalid.json", feed_arch, LC_EBAD, { NULL }, "package" },
	{ NATIVE("nvd"),
	  "single-entry.json",
	  feed_nvd,
	  0,
	  { "vulnerability CVE-2022-1576 nvd {\"description\":\"The WP Maintenance Mode" },
	  "package" },
	{ NATIVE("nvd"), "emptyResp.json", feed_nvd, 0, { NULL }, "vulnerability" },
	{ NATIVE("ubuntu"),
	  "vex/cve/2023/CVE-2023-38545.json",
	  feed_ubuntu_vex,
	  0,
	  { "package Ubuntu:16.04:LTS curl {\"id\":\"CVE-2023-38545\",\"ranges\":[[\">=0\"]],"
	    "\"status\":\"end_of_life\",\"source\":\"ubuntu\"}" },
	  "Ubuntu:22.04" },
	{ NATIVE("ubuntu"),
	  "vex/cve/2016/CVE-2016-20013.json",
	  feed_ubuntu_vex,
	  0,
	  { "package Ubuntu:14.04:LTS dietlibc {\"id\":\"CVE-2016-20013\",\"ranges\":[[\">=0\"]],"
	    "\"status\":\"will_not_fix\",\"source\":\"ubuntu\"}" },
	  "Ubuntu:24.04:LTS zabbix" },
	{ NATIVE("ubuntu"),
	  "testdata/more_than_one_package_patches",
	  feed_ubuntu_tracker,
	  0,
	  { "package Ubuntu:18.04:LTS libonig {\"id\":\"CVE-2017-9228\",\"ranges\":[[\">=0\","
	    "\"<6.3.0-1\"]],\"severity\":\"MEDIUM\",\"source\":\"ubuntu\"}",
	    "package Ubuntu:17.10 libonig {\"id\":\"CVE-2017-9228\",\"ranges\":[[\">=0\"]],"
	    "\"status\":\"end_of_life\"",
	    "package Ubuntu:Pro:12.04:LTS php5 {\"id\":\"CVE-2017-9228\",\"ranges\":[[\">=0\","
	    "\"<5.3.10-1ubuntu3.28\"]]" },
	  "php7.0 {\"id\":\"CVE-2017-9228\",\"ranges\":[[\">=0\"]]" },
	{ NATIVE("ubuntu"),
	  "testdata/no_space_before_status",
	  feed_ubuntu_tracker,
	  0,
	  { "package Ubuntu:Pro:14.04:LTS vnc4 {\"id\":\"CVE-2019-15903\",\"ranges\":[[\">=0\"]],"
	    "\"status\":\"affected\"" },
	  "20.04" },
};

struct look {
	const struct sample *s;
	unsigned seen;
};

/* What is compressed inside of an archive is unpacked by whoever walks the feeds. */
static void unpacked(struct lc_slice bytes, struct lc_buf *ret)
{
	struct lc_slice_stream from;
	struct lc_stream *s = NULL;
	struct lc_err e = { 0 };
	enum io_compression kind = io_sniff(lc_sub(bytes, 0, 10));
	size_t n = 1;
	lc_buf_init(ret, 64 << 20);
	lc_slice_stream_init(&from, bytes);
	int rc = kind == IO_BZIP2 ? io_bzip2_open(&from.base, &lc_limits_default, &s, &e)
				  : io_inflate_open(&from.base, &lc_limits_default, &s, &kind, &e);
	while (!rc && n) {
		uint8_t piece[4096];
		rc = lc_stream_read(s, piece, sizeof(piece), &n, &e);
		if (!rc)
			lc_buf_add(ret, piece, n);
	}
	lc_stream_close(s);
	if (rc)
		fail_msg("%s", e.msg);
}

static void check_text(const struct sample *s, const char *text)
{
	for (size_t i = 0; i < sizeof(s->has) / sizeof(s->has[0]) && s->has[i]; i++)
		if (!strstr(text, s->has[i]))
			fail_msg("%s: not told: %s\nbut: %.6000s", s->member, s->has[i], text);
	if (s->not &&strstr(text, s->not ))
		fail_msg("%s: told of %s", s->member, s->not );
}

static void read_sample(void *ctx, struct lc_slice name, struct lc_slice bytes)
{
	struct look *l = ctx;
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct lc_buf plain;
	struct told t;
	uint64_t records = 0;
	if (!lc_ends(name, lc_str(l->s->member)))
		return;
	l->seen++;
	unpacked(bytes, &plain);
	told_init(&t);
	int rc = l->s->read(lc_buf_get(&plain), name, &t.face, &a, &records, &e);
	if (rc != l->s->rc)
		fail_msg("%s: %d: %s", l->s->member, rc, e.msg);
	assert_true(!rc || e.len);
	check_text(l->s, told_text(&t));
	told_done(&t);
	lc_buf_done(&plain);
	lc_arena_done(&a);
}

static void samples_say_what_vendors_say(void **state)
{
	(void)state;
	data_need();
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct look l = { &samples[i], 0 };
		data_foreach(samples[i].archive, read_sample, &l);
		if (l.seen != 1)
			fail_msg("%s: %u of them", samples[i].member, l.seen);
	}
}

static void find_status(void *ctx, struct lc_slice name, struct lc_slice bytes)
{
	struct lc_buf *all = ctx;
	const struct adv_feed_format *f = adv_feed_format_of(name, bytes);
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct told t;
	uint64_t records = 0;
	told_init(&t);
	if (f && f->read && !f->read(bytes, name, &t.face, &a, &records, &e))
		lc_buf_str(all, told_text(&t));
	told_done(&t);
	lc_arena_done(&a);
}

/* A deferred fix stands in no public sample: our own seeds have it. */
static void samples_bring_the_statuses(void **state)
{
	static const char *const archives[] = { NATIVE("debian-tracker"), NATIVE("redhat"),
						NATIVE("ubuntu") };
	static const char *const statuses[] = { "affected", "will_not_fix", "end_of_life",
						"under_investigation" };
	struct lc_buf all;
	(void)state;
	data_need();
	lc_buf_init(&all, 256 << 20);
	for (size_t i = 0; i < sizeof(archives) / sizeof(archives[0]); i++)
		data_foreach(archives[i], find_status, &all);
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		char want[64];
		(void)snprintf(want, sizeof(want), "\"status\":\"%s\"", statuses[i]);
		if (lc_find_slice(lc_buf_get(&all), lc_str(want)) == SIZE_MAX)
			fail_msg("no sample says %s", statuses[i]);
	}
	lc_buf_done(&all);
}

/* ---- our own ---- */

struct own {
	const char *file; /* below fuzz/corpus */
	feed_native_fn read;
	const char *path;
	const char *has[8];
	const char * not ;
};

static const struct own owns[] = {
	{ "debian/states.json",
	  feed_debian,
	  "tracker.json",
	  { "package Debian:12 pkg {\"id\":\"CVE-2020-0001\",\"ranges\":[[\">=0\",\"<1.2-3\"]],"
	    "\"severity\":\"LOW\",\"source\":\"debian\"}",
	    "package Debian:11 pkg {\"id\":\"CVE-2020-0001\",\"ranges\":[[\">=0\"]],\"status\":"
	    "\"will_not_fix\",\"severity\":\"LOW\",\"source\":\"debian\"}",
	    "package Debian:10 pkg {\"id\":\"CVE-2020-0001\",\"ranges\":[[\">=0\"]],\"status\":"
	    "\"fix_deferred\"",
	    "package Debian:9 pkg {\"id\":\"CVE-2020-0001\",\"ranges\":[[\">=0\"]],\"status\":"
	    "\"end_of_life\"",
	    "package Debian:13 pkg {\"id\":\"CVE-2020-0001\",\"ranges\":[[\">=0\"]],\"status\":"
	    "\"under_investigation\"",
	    "package Debian:12 late {\"id\":\"CVE-2020-0002\",\"ranges\":[[\">=0\"]],\"status\":"
	    "\"affected\"" },
	  "CVE-2020-0003" },
	{ "csaf/states.json",
	  feed_csaf,
	  "cve.json",
	  { "package Red Hat:9 curl {\"id\":\"RHSA-2024:1\",\"about\":[\"CVE-2024-0001\"],"
	    "\"ranges\":[[\">=0\",\"<1:7.1-2.el9\"]],\"severity\":\"HIGH\",\"source\":\"redhat\","
	    "\"arches\":[\"x86_64\",\"aarch64\"]}",
	    "package Red Hat:8 source:curl {\"id\":\"CVE-2024-0001\",\"ranges\":[[\">=0\"]],"
	    "\"status\":\"fix_deferred\"",
	    "package Red Hat:7 source:curl {\"id\":\"CVE-2024-0001\",\"ranges\":[[\">=0\"]],"
	    "\"status\":\"end_of_life\"",
	    "package Red Hat:6 source:curl {\"id\":\"CVE-2024-0001\",\"ranges\":[[\">=0\"]],"
	    "\"status\":\"will_not_fix\"",
	    "package Red Hat:10 source:curl {\"id\":\"CVE-2024-0001\",\"ranges\":[[\">=0\"]],"
	    "\"status\":\"under_investigation\"",
	    "package Red Hat:rhel_eus:9.2 curl {\"id\":\"RHSA-2024:2\"" },
	  "known_not" },
	{ "oval/oracle.xml",
	  feed_oval_oracle,
	  "elsa.xml",
	  { "package Oracle Linux:8 nodejs {\"id\":\"ELSA-2024-1\",\"about\":[\"CVE-2024-0001\"],"
	    "\"ranges\":[[\">=0\",\"<1:12.1-1.module+el8\"]],\"severity\":\"HIGH\",\"source\":"
	    "\"oracle-oval\",\"module\":\"nodejs:12\",\"arches\":[\"x86_64\"]}" },
	  "nodejs-signed" },
	{ "oval/azure.xml",
	  feed_oval_azure,
	  "cbl-mariner-2.0-oval.xml",
	  { "package CBL-Mariner:2.0 golang {\"id\":\"CVE-2024-0002\",\"ranges\":[[\">=1.20\","
	    "\"<1.21.6-1.cm2\"]],\"severity\":\"MEDIUM\",\"source\":\"azure\"}",
	    "package CBL-Mariner:2.0 bare {\"id\":\"CVE-2024-0003\",\"ranges\":[[\">=0\",\"<2-1"
	    "\"]]" },
	  NULL },
	{ "oval/redhat.xml",
	  feed_oval_redhat,
	  "rhel-8.xml",
	  { "package Red Hat:8 curl {\"id\":\"CVE-2024-0004\",\"ranges\":[[\">=0\"]],\"status\":"
	    "\"fix_deferred\"",
	    "package Red Hat:8 vim {\"id\":\"CVE-2024-0004\",\"ranges\":[[\">=0\"]],\"status\":"
	    "\"will_not_fix\"" },
	  "nano" },
	{ "oval/suse.xml",
	  feed_oval_suse,
	  "leap.xml",
	  { "package openSUSE:Leap 15.5 curl {\"id\":\"CVE-2024-0005\",\"ranges\":[[\">=0\","
	    "\"<8.0-1.1\"]]",
	    "package SUSE:Linux Enterprise 15.5:LTSS curl",
	    "package SUSE:Linux Enterprise Micro 5.4 curl", "package openSUSE:Tumbleweed curl" },
	  NULL },
	{ "updateinfo/extras.xml",
	  feed_updateinfo,
	  "updateinfo.xml",
	  { "package Amazon Linux:2:DOCKER docker {\"id\":\"ALAS2DOCKER-2024-001\"",
	    "package Amazon Linux:1 openssl {\"id\":\"ALAS-2020-1\",\"about\":[\"CVE-2020-0001\"]",
	    "package Fedora:40 vim",
	    "package Rocky Linux:9 ruby {\"id\":\"RLSA-2024:1\",\"about\":"
	    "[\"CVE-2024-0007\"],\"ranges\":[[\">=0\",\"<3.1-1\"]],\"severity\":\"MEDIUM\",\"sour"
	    "ce\":"
	    "\"rocky\",\"module\":\"ruby:3.1\"}" },
	  "bugfix-only" },
	{ "photon/rows.json",
	  feed_photon,
	  "native/photon/cve_data_photon5.0.json",
	  { "package Photon OS:5.0 linux {\"id\":\"CVE-2024-0001\",\"ranges\":[[\">=0\"]],"
	    "\"status\":\"affected\"",
	    "package Photon OS:5.0 curl {\"id\":\"CVE-2024-0002\",\"ranges\":[[\">=0\",\"<8.1-1.p"
	    "h5\"]]" },
	  "never" },
	{ "arch/groups.json",
	  feed_arch,
	  "all.json",
	  { "package Arch Linux testing {\"id\":\"AVG-2\",\"about\":[\"CVE-2024-0002\"],"
	    "\"ranges\":[[\">=0\"]],\"status\":\"affected\"",
	    "package Arch Linux unknown {\"id\":\"AVG-3\",\"about\":[\"CVE-2024-0003\"],"
	    "\"ranges\":[[\">=0\"]],\"status\":\"under_investigation\"" },
	  "AVG-4" },
	{ "nvd/page.json",
	  feed_nvd,
	  "nvd.json",
	  { "\"v3\":\"CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:C/C:N/I:H/A:N\",\"v2_score\":2.1,"
	    "\"v3_score\":6.5}",
	    "vulnerability CVE-2024-0002 nvd {\"description\":\"Rejected reason: mistake\","
	    "\"rejected\":true}" },
	  "package" },
	{ "ubuntu_tracker/states",
	  feed_ubuntu_tracker,
	  "CVE-2024-0001",
	  { "package Ubuntu:22.04:LTS openssl {\"id\":\"CVE-2024-0001\",\"ranges\":[[\">=0\","
	    "\"<3.0.2-0ubuntu1.1\"]],\"severity\":\"MEDIUM\"",
	    "package Ubuntu:20.04:LTS openssl {\"id\":\"CVE-2024-0001\",\"ranges\":[[\">=0\"]],"
	    "\"status\":\"fix_deferred\"",
	    "package Ubuntu:24.04:LTS openssl {\"id\":\"CVE-2024-0001\",\"ranges\":[[\">=0\"]],"
	    "\"status\":\"under_investigation\"",
	    "package Ubuntu:Pro:18.04:LTS openssl {\"id\":\"CVE-2024-0001\",\"ranges\":[[\">=0\","
	    "\"<1.1.1-1ubuntu2.1+esm1\"]]",
	    "package Ubuntu:25.04 openssl {\"id\":\"CVE-2024-0001\",\"ranges\":[[\">=0\"]],"
	    "\"status\":\"will_not_fix\"",
	    "\"cvss\":{\"ubuntu\":{\"v3\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H\"" },
	  "16.04" },
	{ "ubuntu_vex/states.json",
	  feed_ubuntu_vex,
	  "CVE-2024-0001.json",
	  { "package Ubuntu:Pro:20.04:LTS curl {\"id\":\"CVE-2024-0001\",\"ranges\":[[\">=0\"]],"
	    "\"status\":\"fix_deferred\"",
	    "package Ubuntu:22.04:LTS curl {\"id\":\"CVE-2024-0001\",\"ranges\":[[\">=0\"]],"
	    "\"status\":\"under_investigation\"" },
	  "libcurl4" },
	{ "cvrf/suse.xml",
	  feed_cvrf,
	  "suse.xml",
	  { "package SUSE:Linux Enterprise 15.5 curl {\"id\":\"SUSE-SU-2024:1-1\",\"about\":["
	    "\"CVE-2024-0001\",\"CVE-2024-0002\"]",
	    "vulnerability CVE-2024-0002 suse-cvrf {\"vendor_severity\":{\"suse-cvrf\":\"HIGH\"}" },
	  NULL },
	{ "bodhi/update.json",
	  feed_bodhi,
	  "update.json",
	  { "package Fedora:40 source:vim {\"id\":\"FEDORA-2024-1\",\"about\":[\"CVE-2024-0001\","
	    "\"CVE-2024-0002\"],\"ranges\":[[\">=0\",\"<2:9.1-1.fc40\"]]" },
	  NULL },
};

static int read_own(const struct own *o, struct told *t, struct lc_slice bytes, struct lc_err *e)
{
	struct lc_arena a = { 0 };
	uint64_t records = 0;
	int rc = o->read(bytes, lc_str(o->path), &t->face, &a, &records, e);
	lc_arena_done(&a);
	return rc;
}

static void load(const struct own *o, struct lc_buf *ret)
{
	char path[256];
	(void)snprintf(path, sizeof(path), "fuzz/corpus/%s", o->file);
	lc_buf_init(ret, 1 << 20);
	source_read(path, ret);
}

static void quirks_are_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(owns) / sizeof(owns[0]); i++) {
		struct lc_err e = { 0 };
		struct lc_buf bytes;
		struct told t;
		struct sample s = { .member = owns[i].file, .not = owns[i].not };
		load(&owns[i], &bytes);
		told_init(&t);
		if (read_own(&owns[i], &t, lc_buf_get(&bytes), &e))
			fail_msg("%s: %s", owns[i].file, e.msg);
		const char *text = told_text(&t);
		for (size_t k = 0; k < 8 && owns[i].has[k]; k++)
			if (!strstr(text, owns[i].has[k]))
				fail_msg("%s: not told: %s\nbut: %.6000s", owns[i].file,
					 owns[i].has[k], text);
		check_text(&s, text);
		told_done(&t);
		lc_buf_done(&bytes);
	}
}

/* Cut anywhere: an error or fewer statements, never a crash, and never silence about an error. */
static void cut_documents_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(owns) / sizeof(owns[0]); i++) {
		struct lc_buf bytes;
		load(&owns[i], &bytes);
		struct lc_slice whole = lc_trim(lc_buf_get(&bytes));
		bool text = owns[i].read == feed_ubuntu_tracker;
		for (size_t n = 0; n < whole.n; n += 1 + n / 50) {
			struct lc_err e = { 0 };
			struct told t;
			told_init(&t);
			int rc = read_own(&owns[i], &t, lc_sub(whole, 0, n), &e);
			if (!rc && !text)
				fail_msg("%s: %zu of %zu bytes are enough", owns[i].file, n,
					 whole.n);
			assert_true(!rc || e.len);
			told_done(&t);
		}
		lc_buf_done(&bytes);
	}
}

struct attempt {
	const struct own *o;
	struct lc_slice bytes;
};

static int quiet_record(void *ctx, struct lc_slice a, struct lc_slice b, struct lc_slice c,
			struct lc_err *e)
{
	(void)ctx, (void)a, (void)b, (void)c, (void)e;
	return 0;
}

static int quiet_package(void *ctx, struct lc_slice a, struct lc_slice b,
			 const struct advisory *adv, struct lc_err *e)
{
	(void)ctx, (void)a, (void)b, (void)adv, (void)e;
	return 0;
}

static int quiet_vulnerability(void *ctx, const struct vulnerability *v, struct lc_slice s,
			       struct lc_err *e)
{
	(void)ctx, (void)v, (void)s, (void)e;
	return 0;
}

static int read_without_memory(void *ctx)
{
	static const struct feed_collector quiet = { quiet_record, quiet_package,
						     quiet_vulnerability, NULL, NULL };
	const struct attempt *at = ctx;
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	uint64_t records = 0;
	int rc = at->o->read(at->bytes, lc_str(at->o->path), &quiet, &a, &records, &e);
	lc_arena_done(&a);
	return rc;
}

static void readers_fail_when_memory_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(owns) / sizeof(owns[0]); i++) {
		struct lc_buf bytes;
		load(&owns[i], &bytes);
		struct attempt at = { &owns[i], lc_buf_get(&bytes) };
		assert_true(alloc_fail_each(read_without_memory, &at) > 0);
		lc_buf_done(&bytes);
	}
}

static int take_record(void *ctx, struct lc_slice source, struct lc_slice ecosystem,
		       struct lc_slice date, struct lc_err *e)
{
	(void)ctx, (void)source, (void)ecosystem, (void)date, (void)e;
	return 0;
}

static int take_package(void *ctx, struct lc_slice ecosystem, struct lc_slice name,
			const struct advisory *adv, struct lc_err *e)
{
	(void)ctx, (void)ecosystem, (void)name, (void)adv, (void)e;
	return 0;
}

static int take_facts(void *ctx, const struct vulnerability *v, struct lc_slice source,
		      struct lc_err *e)
{
	(void)ctx, (void)v, (void)source, (void)e;
	return 0;
}

/* Each package repeats the ids of its notice, each id is looked for among those before it. */
static void what_says_too_much_is_refused(void **state)
{
	static const struct {
		unsigned ids, packages;
		int rc;
	} rows[] = { { 4000, 10, 0 }, { 5000, 1, LC_ELIMIT }, { 4000, 5000, LC_ELIMIT } };
	const struct feed_collector c = { .record = take_record,
					  .package = take_package,
					  .vulnerability = take_facts };
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_arena a = { 0 };
		struct lc_err e = { 0 };
		struct lc_buf b;
		uint64_t records = 0;
		lc_buf_init(&b, 4 << 20);
		lc_buf_str(&b, "<updates><update type=\"security\"><id>ALAS-1</id><references>");
		for (unsigned k = 0; k < rows[i].ids; k++)
			lc_buf_fmt(&b, "<reference id=\"CVE-2024-%05u\"/>", k);
		lc_buf_str(&b, "</references><pkglist><collection><name>Amazon Linux 2</name>");
		for (unsigned k = 0; k < rows[i].packages; k++)
			lc_buf_fmt(&b, "<package name=\"p%u\" version=\"1\" release=\"1\"/>", k);
		lc_buf_str(&b, "</collection></pkglist></update></updates>");
		assert_int_equal(lc_buf_err(&b), 0);
		assert_int_equal(
			feed_updateinfo(lc_buf_get(&b), LC_S("x.xml"), &c, &a, &records, &e),
			rows[i].rc);
		assert_true(!rows[i].rc || e.len);
		lc_buf_done(&b);
		lc_arena_done(&a);
	}
}

static void documents_of_another_kind_are_refused(void **state)
{
	static const struct {
		feed_native_fn read;
		const char *text;
		int rc;
	} rows[] = {
		{ feed_debian, "[]", LC_EBAD },
		{ feed_debian, "{\"pkg\": 1}", LC_EBAD },
		{ feed_debian, "{\"pkg\": {\"CVE-2020-0001\": {\"releases\": []}}}", 0 },
		{ feed_debian, "", LC_ETRUNC },
		{ feed_csaf, "{}", LC_EBAD },
		{ feed_csaf, "[]", LC_EBAD },
		{ feed_csaf, "{\"document\": {}}", 0 },
		{ feed_photon, "{}", LC_EBAD },
		{ feed_photon, "[]", LC_EBAD }, /* the name has no release */
		{ feed_arch, "{}", LC_EBAD },
		{ feed_nvd, "{}", LC_EBAD },
		{ feed_nvd, "{\"vulnerabilities\": [{\"cve\": {\"id\": \"x\"}}]}", LC_EBAD },
		{ feed_ubuntu_vex, "{}", LC_EBAD },
		{ feed_ubuntu_vex, "{\"statements\": [{}]}", LC_EBAD },
		{ feed_ubuntu_tracker, "", LC_EBAD },
		{ feed_ubuntu_tracker, "Candidate: nonsense\n", LC_EBAD },
		{ feed_bodhi, "{}", LC_EBAD },
		{ feed_updateinfo, "", LC_ETRUNC },
		{ feed_updateinfo, "<updates>", LC_ETRUNC },
		{ feed_updateinfo, "<updates/>", 0 },
		{ feed_updateinfo, "<updates><update></updates>", LC_EBAD },
		{ feed_oval_oracle, "{}", LC_EBAD },
		{ feed_oval_suse, "<oval_definitions><definitions><definition/></definitions>",
		  LC_ETRUNC },
		{ feed_cvrf, "<cvrfdoc/>", LC_EBAD },
		{ feed_cvrf, "<!DOCTYPE x [<!ENTITY a \"b\">]><cvrfdoc/>", LC_EUNSUP },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct own o = { .read = rows[i].read, .path = "x" };
		struct lc_err e = { 0 };
		struct told t;
		told_init(&t);
		int rc = read_own(&o, &t, lc_str(rows[i].text), &e);
		if (rc != rows[i].rc)
			fail_msg("%s: %d: %s", rows[i].text, rc, e.msg);
		told_done(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_say_what_vendors_say),
		cmocka_unit_test(samples_bring_the_statuses),
		cmocka_unit_test(quirks_are_understood),
		cmocka_unit_test(cut_documents_are_told),
		cmocka_unit_test(readers_fail_when_memory_does),
		cmocka_unit_test(what_says_too_much_is_refused),
		cmocka_unit_test(documents_of_another_kind_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
