#include "inventory/os/analysers.h"

#include "inventory/facts_text.h"
#include "support/slice_assert.h"
#include "support/tap.h"

#define OK "Status: install ok installed\n"

static const struct row good[] = {
	ROW("one package",
	    "Package: bash\n" OK "Architecture: amd64\nVersion: 5.2.15-2+b13\n"
	    "Source: bash (5.2.15-2)\nMaintainer: M <m@debian.org>\n",
	    "p dpkg bash 5.2.15-2+b13 arch=amd64 src=bash/5.2.15-2 by=M <m@debian.org> "
	    "lines=1-6\n"),
	ROW("source without version has the binary's",
	    "Package: libssl3\n" OK "Source: openssl\nVersion: 1:3.0-1\n",
	    "p dpkg libssl3 1:3.0-1 src=openssl/1:3.0-1 lines=1-4\n"),
	ROW("no source is the binary itself", "Package: a\n" OK "Version: 1\n",
	    "p dpkg a 1 src=a/1 lines=1-3\n"),
	ROW("field names of any case, lines that end in CRLF",
	    "PACKAGE: a\r\nstatus: install ok installed\r\nvErSiOn: 1-1\r\n\r\nPackage: b\r\n"
	    "Status: hold ok unpacked\r\nVersion: 2\r\n",
	    "p dpkg a 1-1 src=a/1-1 lines=1-3\np dpkg b 2 src=b/2 lines=5-7\n"),
	ROW("one name for two architectures",
	    "Package: z\n" OK "Architecture: amd64\nMulti-Arch: same\nVersion: 1\n\n"
	    "Package: z\n" OK "Architecture: i386\nMulti-Arch: same\nVersion: 1\n",
	    "p dpkg z 1 arch=amd64 src=z/1 lines=1-5\np dpkg z 1 arch=i386 src=z/1 lines=7-11\n"),
	ROW("states that are installed",
	    "Package: a\nStatus: install ok half-configured\nVersion: 1\n\n"
	    "Package: b\nStatus: install ok triggers-awaited\nVersion: 1\n\n"
	    "Package: c\nStatus: install reinstreq triggers-pending\nVersion: 1\n\n"
	    "Package: d\nStatus: deinstall ok installed\nVersion: 1\n",
	    "p dpkg a 1 src=a/1 lines=1-3\np dpkg b 1 src=b/1 lines=5-7\n"
	    "p dpkg c 1 src=c/1 lines=9-11\np dpkg d 1 src=d/1 lines=13-15\n"),
	ROW("states that are not",
	    "Package: a\nStatus: deinstall ok config-files\nVersion: 1\n\n"
	    "Package: b\nStatus: purge ok not-installed\n\n"
	    "Package: c\n" OK "Version: 1\n",
	    "p dpkg c 1 src=c/1 lines=8-10\n"),
	ROW("configuration files, obsolete and unwritten ones too",
	    "Package: a\n" OK "Version: 1\nConffiles:\n"
	    " /etc/a 0123456789abcdef0123456789abcdef\n"
	    " /etc/b c 0123456789abcdef0123456789abcdee obsolete\n"
	    " /etc/n newconffile\nDescription: x\n /not/a/file\n",
	    "p dpkg a 1 src=a/1 own=etc/a:md5:0123456789abcdef0123456789abcdef,"
	    "etc/b c:md5:0123456789abcdef0123456789abcdee,etc/n lines=1-9\n"),
	ROW("dependencies by name, alternatives and continuation lines",
	    "Package: a\n" OK "Version: 1\nDepends: b (>= 1), c:any | d [amd64],\n e <!x>\n"
	    "Pre-Depends: f\n",
	    "p dpkg a 1 src=a/1 dep=e,f,b,c,d lines=1-6\n"),
	ROW("maintainers of other people's repositories",
	    "Package: docker-ce\n" OK "Version: 1\nMaintainer: Docker <support@docker.com>\n\n"
	    "Package: nginx\n" OK "Version: 1\nMaintainer: NGINX Packaging <n@f5.com>\n\n"
	    "Package: sed\n" OK "Version: 1\nMaintainer: Clint Adams <clint@debian.org>\n",
	    "p dpkg docker-ce 1 src=docker-ce/1 by=Docker <support@docker.com> flags=4 lines=1-4\n"
	    "p dpkg nginx 1 src=nginx/1 by=NGINX Packaging <n@f5.com> flags=4 lines=6-9\n"
	    "p dpkg sed 1 src=sed/1 by=Clint Adams <clint@debian.org> lines=11-14\n"),
	ROW("no last newline, blank lines around",
	    "\n\n \nPackage: a\n" OK "Version: 1\n\n\n\nPackage: b\n" OK "Version: 2",
	    "p dpkg a 1 src=a/1 lines=4-6\np dpkg b 2 src=b/2 lines=10-12\n"),
	ROW("an empty file", "", ""),
};

static const struct row broken[] = {
	ROW("the rest goes on after a paragraph without a name",
	    "Version: 1\n" OK "\nPackage: b\n" OK "Version: 2\n",
	    "p dpkg b 2 src=b/2 lines=4-6\n"
	    "! malformed: line 1: paragraph without a usable Package field\n"),
	ROW("without a version", "Package: a\n" OK "\nPackage: b\n" OK "Version: 2\n",
	    "p dpkg b 2 src=b/2 lines=4-6\n"
	    "! malformed: line 1: paragraph without a usable Version field\n"),
	ROW("empty name", "Package:\n" OK "Version: 1\n",
	    "! malformed: line 1: paragraph without a usable Package field\n"),
	ROW("name with a space", "Package: a b\n" OK "Version: 1\n",
	    "! malformed: line 1: paragraph without a usable Package field\n"),
	ROW("name with a NUL", "Package: a\0b\n" OK "Version: 1\n",
	    "! malformed: line 1: paragraph without a usable Package field\n"),
	ROW("version with a control byte", "Package: a\n" OK "Version: 1\x1b[2J\n",
	    "! malformed: line 1: paragraph without a usable Version field\n"),
	ROW("no field at all", "Package: a\nnonsense\n" OK "Version: 1\n",
	    "p dpkg a 1 src=a/1 lines=1-4\n"
	    "! malformed: line 2: neither a field nor the continuation of one\n"),
	ROW("only a continuation", " x\n",
	    "! malformed: line 1: paragraph without a usable Package field\n"),
	ROW("bytes of zero", "\0\0\0\0\n",
	    "! malformed: line 1: neither a field nor the continuation "
	    "of one\n! malformed: line 1: paragraph without a usable "
	    "Package field\n"),
	ROW("a field twice keeps the first", "Package: a\n" OK "Version: 1\nVersion: 2\n",
	    "p dpkg a 1 src=a/1 lines=1-4\n"
	    "! malformed: line 4: field stands twice in its paragraph\n"),
	ROW("a version that is none stays, said so", "Package: a\n" OK "Version: x_1\n",
	    "p dpkg a x_1 src=a/x_1 lines=1-3\n"
	    "! malformed: line 1: a has no Debian version: x_1\n"),
	ROW("unknown status counts", "Package: a\nStatus: install ok sideways\nVersion: 1\n",
	    "p dpkg a 1 src=a/1 lines=1-3\n"
	    "! malformed: line 1: a counts as installed, its status is "
	    "install ok sideways\n"),
	ROW("empty status counts", "Package: a\nStatus:\nVersion: 1\n",
	    "p dpkg a 1 src=a/1 lines=1-3\n"
	    "! malformed: line 1: a counts as installed, its status is \n"),
	ROW("half installed is said", "Package: a\nStatus: install ok half-installed\nVersion: 1\n",
	    "! malformed: line 1: package half installed, not counted\n"),
	ROW("an architecture with a space", "Package: a\n" OK "Version: 1\nArchitecture: x y\n",
	    "p dpkg a 1 src=a/1 lines=1-4\n! malformed: line 1: architecture of a: x y\n"),
	ROW("source that does not close", "Package: a\n" OK "Version: 1\nSource: b (2\n",
	    "p dpkg a 1 src=a/1 lines=1-4\n! malformed: line 1: source of a: b (2\n"),
	ROW("source without a version in its brackets",
	    "Package: a\n" OK "Version: 1\nSource: b ()\n",
	    "p dpkg a 1 src=a/1 lines=1-4\n! malformed: line 1: source of a: b ()\n"),
};

static void reads_paragraphs(void **state)
{
	(void)state;
	facts_check(&inv_dpkg_status, "var/lib/dpkg/status", good, N(good));
}

static void keeps_the_good_paragraphs_around_broken_ones(void **state)
{
	(void)state;
	facts_check(&inv_dpkg_status, "var/lib/dpkg/status", broken, N(broken));
}

static void takes_a_paragraph_without_status_as_installed(void **state)
{
	(void)state;
	static const struct row rows[] = {
		ROW("distroless",
		    "Package: base-files\nVersion: 12.4+deb12u5\nArchitecture: amd64\n",
		    "p dpkg base-files 12.4+deb12u5 arch=amd64 src=base-files/12.4+deb12u5 "
		    "lines=1-3\n"),
	};
	facts_check(&inv_dpkg_status, "var/lib/dpkg/status.d/base", rows, N(rows));
}

static void leaves_checksums_in_status_d_to_their_reader(void **state)
{
	(void)state;
	static const struct row status[] = {
		ROW("not packages", "0123456789abcdef0123456789abcdef  etc/a\n", ""),
	};
	static const struct row info[] = {
		ROW("owned paths", "0123456789abcdef0123456789abcdef  etc/a\n",
		    "o dpkg base own=etc/a:md5:0123456789abcdef0123456789abcdef\n"),
	};
	facts_check(&inv_dpkg_status, "var/lib/dpkg/status.d/base.md5sums", status, N(status));
	facts_check(&inv_dpkg_info, "var/lib/dpkg/status.d/base.md5sums", info, N(info));
}

static void reads_lines_of_a_megabyte(void **state)
{
	(void)state;
	struct facts f;
	struct lc_buf in;
	lc_buf_init(&in, 4u << 20);
	lc_buf_str(&in, "Package: a\n" OK "Description: ");
	uint8_t *text = lc_buf_grow(&in, 2u << 20);
	assert_non_null(text);
	memset(text, 'x', 2u << 20);
	lc_buf_str(&in, "\nVersion: 1\n\nPackage: b\n" OK "Version: 2\n");
	facts_of(&f, &inv_dpkg_status, "var/lib/dpkg/status", lc_buf_get(&in));
	assert_string_equal(facts_text(&f), "p dpkg a 1 src=a/1 lines=1-4\n"
					    "p dpkg b 2 src=b/2 lines=6-8\n");
	facts_done(&f);
	lc_buf_done(&in);
}

static void says_a_bounded_number_of_troubles(void **state)
{
	(void)state;
	struct facts f;
	struct lc_buf in;
	lc_buf_init(&in, 1u << 20);
	for (int i = 0; i < 5000; i++)
		lc_buf_str(&in, "nonsense\n\n");
	lc_buf_str(&in, "Package: a\n" OK "Version: 1\n");
	facts_of(&f, &inv_dpkg_status, "var/lib/dpkg/status", lc_buf_get(&in));
	assert_int_equal(f.facts.diagnostics.n, INV_TROUBLES_MAX + 1);
	assert_text(f.facts.diagnostics.v[INV_TROUBLES_MAX].message, "more of the kind");
	assert_int_equal(f.facts.files.v[0].packages.n, 1);
	facts_done(&f);
	lc_buf_done(&in);
}

static void reads_lists_of_files(void **state)
{
	(void)state;
	static const struct row rows[] = {
		ROW("directories are left out",
		    "/.\n/usr\n/usr/bin\n/usr/bin/a\n/usr/bin/a b\n/usr/share\n/usr/share/x\n",
		    "o dpkg libc6 arch=amd64 own=usr/bin/a,usr/bin/a b,usr/share/x\n"),
		ROW("no last newline, CRLF", "/.\r\n/a\r\n/b", "o dpkg libc6 arch=amd64 own=a,b\n"),
		ROW("nothing", "", ""),
		ROW("the root alone", "/.\n", ""),
		ROW("a relative path is trouble, the rest counts", "/a\nb\n/c\n",
		    "o dpkg libc6 arch=amd64 own=a,c\n! malformed: line 2: not an absolute path\n"),
	};
	facts_check(&inv_dpkg_info, "var/lib/dpkg/info/libc6:amd64.list", rows, N(rows));
}

static void reads_checksums(void **state)
{
	(void)state;
	static const struct row rows[] = {
		ROW("two spaces, star",
		    "0123456789abcdef0123456789abcdef  usr/a b\n"
		    "0123456789abcdef0123456789abcdee *usr/c\n",
		    "o dpkg a own=usr/a b:md5:0123456789abcdef0123456789abcdef,"
		    "usr/c:md5:0123456789abcdef0123456789abcdee\n"),
		ROW("too short", "0123456789abcdef0123456789abcde  usr/a\n",
		    "! malformed: line 1: not a checksum and a path\n"),
		ROW("not hex", "0123456789abcdef0123456789abcdeg  usr/a\n",
		    "! malformed: line 1: not a checksum and a path\n"),
		ROW("no path",
		    "0123456789abcdef0123456789abcdef\n"
		    "0123456789abcdef0123456789abcdef  \n"
		    "0123456789abcdef0123456789abcdef  x\n",
		    "o dpkg a own=x:md5:0123456789abcdef0123456789abcdef\n"
		    "! malformed: line 1: not a checksum and a path\n"
		    "! malformed: line 2: not a checksum and a path\n"),
		ROW("not a list at all",
		    "\x7f"
		    "ELF\0\0\0",
		    "! malformed: line 1: not a checksum and a path\n"),
	};
	facts_check(&inv_dpkg_info, "var/lib/dpkg/info/a.md5sums", rows, N(rows));
}

static void reads_licences(void **state)
{
	(void)state;
	static const struct row rows[] = {
		ROW("machine-readable",
		    "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n"
		    "Files: *\nLicense: GPL-2+ and/or MIT\n\nFiles: a\n"
		    "License: Expat, and BSD-3-clause\n"
		    " text\nLicense: MIT\n",
		    "o dpkg x lic=GPL-2+|MIT|Expat|BSD-3-clause\n"),
		ROW("prose that points at a text",
		    "On Debian systems, see /usr/share/common-licenses/GPL-2.\n"
		    "or `/usr/share/common-licenses/LGPL-2.1', /usr/share/common-licenses/GPL-2\n",
		    "o dpkg x lic=GPL-2|LGPL-2.1\n"),
		ROW("exceptions stay with their licence",
		    "License: GPL-2+ with OpenSSL exception\n",
		    "o dpkg x lic=GPL-2+ with OpenSSL exception\n"),
		ROW("a sentence is no licence",
		    "License: The main library is licensed under GNU Lesser\nLicense: MIT\n",
		    "o dpkg x lic=MIT\n"),
		ROW("nothing to be found", "Copyright 2001 by me\n", ""),
		ROW("an empty field", "License:\nLicense: ,\nLicense:  and \n", ""),
		ROW("control bytes",
		    "License: a\x01"
		    "b\nLicense: ok\n",
		    "o dpkg x lic=ok\n"),
		ROW("the directory alone", "/usr/share/common-licenses/\n", ""),
	};
	facts_check(&inv_dpkg_copyright, "usr/share/doc/x/copyright", rows, N(rows));
}

/* One pass over it: looking for the next joint from each name on would take half an hour. */
static void reads_a_licence_of_megabytes_in_one_pass(void **state)
{
	(void)state;
	struct lc_buf b;
	struct facts f;
	lc_buf_init(&b, SIZE_MAX);
	assert_int_equal(lc_buf_str(&b, "License: a"), 0);
	for (size_t i = 0; i < (size_t)2 << 20; i++)
		assert_int_equal(lc_buf_str(&b, ", a"), 0);
	facts_of(&f, &inv_dpkg_copyright, "usr/share/doc/x/copyright", lc_buf_get(&b));
	assert_string_equal(facts_text(&f), "o dpkg x lic=a\n");
	facts_done(&f);
	lc_buf_done(&b);
}

static void ignores_copyright_files_of_no_package(void **state)
{
	(void)state;
	static const struct row rows[] = { ROW("deeper", "License: MIT\n", "") };
	facts_check(&inv_dpkg_copyright, "usr/share/doc/x/y/copyright", rows, N(rows));
	facts_check(&inv_dpkg_copyright, "usr/share/doc/copyright", rows, N(rows));
}

/* ---- every allocation may fail ---- */

static void survives_any_failing_allocation(void **state)
{
	(void)state;
	static const struct facts_try tries[] = {
		{ &inv_dpkg_status, "var/lib/dpkg/status",
		  LC_S_INIT("Package: a\n" OK "Version: 1\nDepends: b, c\nConffiles:\n /etc/a "
			    "0123456789abcdef0123456789abcdef\n\nVersion: 2\n") },
		{ &inv_dpkg_info, "var/lib/dpkg/info/a.list", LC_S_INIT("/a\n/b\n/c\n") },
		{ &inv_dpkg_info, "var/lib/dpkg/info/a.md5sums",
		  LC_S_INIT("0123456789abcdef0123456789abcdef  a\n") },
		{ &inv_dpkg_copyright, "usr/share/doc/x/copyright",
		  LC_S_INIT("License: MIT and GPL\n /usr/share/common-licenses/GPL-3\n") },
	};
	facts_alloc(tries, N(tries));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_paragraphs),
		cmocka_unit_test(keeps_the_good_paragraphs_around_broken_ones),
		cmocka_unit_test(takes_a_paragraph_without_status_as_installed),
		cmocka_unit_test(leaves_checksums_in_status_d_to_their_reader),
		cmocka_unit_test(reads_lines_of_a_megabyte),
		cmocka_unit_test(says_a_bounded_number_of_troubles),
		cmocka_unit_test(reads_lists_of_files),
		cmocka_unit_test(reads_checksums),
		cmocka_unit_test(reads_licences),
		cmocka_unit_test(reads_a_licence_of_megabytes_in_one_pass),
		cmocka_unit_test(ignores_copyright_files_of_no_package),
		cmocka_unit_test(survives_any_failing_allocation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
