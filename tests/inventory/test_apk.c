#include "inventory/os/analysers.h"

#include "inventory/facts_text.h"
#include "inventory/os/apk_checksum.h"
#include "support/slice_assert.h"
#include "support/tap.h"

#define SHA1       "Q1qKcZ+j23xssAXmgQhkOO8dHnbWw="
#define SHA1_HEX   "sha1:a8a719fa3db7c6cb005e681086438ef1d1e76d6c"
#define SHA256     "Q247DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
#define SHA256_HEX "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const struct row good[] = {
	ROW("a package with files",
	    "C:" SHA1 "\nP:musl\nV:1.2.4-r2\nA:x86_64\nS:1\nI:2\nT:the C library\nU:u\nL:MIT\n"
	    "o:musl\nm:T <t@example.org>\nt:1\nc:0123abcd\nF:lib\nR:ld.so\na:0:0:755\nZ:" SHA1
	    "\nR:libc.so\nF:usr/lib\nM:0:0:755\nR:x\nZ:" SHA256 "\n\n",
	    "p apk musl 1.2.4-r2 arch=x86_64 src=musl/1.2.4-r2 lic=MIT by=T <t@example.org> "
	    "sum=" SHA1_HEX " own=lib/ld.so:" SHA1_HEX ",lib/libc.so,usr/lib/x:" SHA256_HEX
	    " commit=0123abcd lines=1-22\n"),
	ROW("origin is the source, the name where there is none",
	    "P:libssl3\nV:3.1-r0\no:openssl\n\nP:zlib\nV:1.2-r1\n",
	    "p apk libssl3 3.1-r0 src=openssl/3.1-r0 lines=1-3\n"
	    "p apk zlib 1.2-r1 src=zlib/1.2-r1 lines=5-6\n"),
	ROW("dependencies by what packages provide",
	    "P:a\nV:1\nD:so:libc.so=1 b>=2 cmd:sh !c nobody a\n\nP:b\nV:2\n\n"
	    "P:musl\nV:1\np:so:libc.so=1.2 other\n\nP:busybox\nV:1\np:cmd:sh=1\n",
	    "p apk a 1 src=a/1 dep=musl,b,busybox lines=1-3\np apk b 2 src=b/2 lines=5-6\n"
	    "p apk musl 1 src=musl/1 lines=8-10\np apk busybox 1 src=busybox/1 lines=12-14\n"),
	ROW("what a package provides is no package", "P:a\nV:1\np:b=1 c=2\n",
	    "p apk a 1 src=a/1 lines=1-3\n"),
	ROW("virtual packages are marked", "P:.build-deps\nV:20240101.000000\n",
	    "p apk .build-deps 20240101.000000 src=.build-deps/20240101.000000 flags=8 "
	    "lines=1-2\n"),
	ROW("words of a licence all apply, an expression is one",
	    "P:a\nV:1\nL:MIT BSD  GPL2+\n\nP:b\nV:1\nL:MIT AND (BSD-2-Clause OR ISC)\n\n"
	    "P:c\nV:1\nL:\n",
	    "p apk a 1 src=a/1 lic=MIT|BSD|GPL2+ lines=1-3\n"
	    "p apk b 1 src=b/1 lic=MIT AND (BSD-2-Clause OR ISC) lines=5-7\n"
	    "p apk c 1 src=c/1 lines=9-11\n"),
	ROW("files in the root", "P:a\nV:1\nF:\nR:init\n",
	    "p apk a 1 src=a/1 own=init lines=1-4\n"),
	ROW("CRLF, no last newline, blank lines", "\r\nP:a\r\nV:1\r\n\r\n\r\nP:b\r\nV:2",
	    "p apk a 1 src=a/1 lines=2-3\np apk b 2 src=b/2 lines=6-7\n"),
	ROW("origin before the version", "o:s\nA:noarch\nV:1\nP:a\n",
	    "p apk a 1 arch=noarch src=s/1 lines=1-4\n"),
	ROW("unknown letters", "P:a\nV:1\nX:new\nq:\n", "p apk a 1 src=a/1 lines=1-4\n"),
	ROW("an empty database", "", ""),
};

static const struct row broken[] = {
	ROW("no name", "V:1\n\nP:b\nV:2\n",
	    "p apk b 2 src=b/2 lines=3-4\n"
	    "! malformed: line 1: package without a usable name (P)\n"),
	ROW("no version", "P:a\n\nP:b\nV:2\n",
	    "p apk b 2 src=b/2 lines=3-4\n"
	    "! malformed: line 1: package without a usable version (V)\n"),
	ROW("empty name", "P:\nV:1\n", "! malformed: line 1: package without a usable name (P)\n"),
	ROW("name with a space", "P:a b\nV:1\n",
	    "! malformed: line 1: package without a usable name (P)\n"),
	ROW("name with a NUL", "P:a\0b\nV:1\n",
	    "! malformed: line 1: package without a usable name (P)\n"),
	ROW("version with an escape", "P:a\nV:\x1b[1m\n",
	    "! malformed: line 1: package without a usable version (V)\n"),
	ROW("no letter and colon", "P:a\nnonsense\nV:1\n:\n",
	    "p apk a 1 src=a/1 lines=1-4\n! malformed: line 2: not a letter and a colon\n"
	    "! malformed: line 4: not a letter and a colon\n"),
	ROW("an architecture with a space", "P:a\nV:1\nA:x y\n",
	    "p apk a 1 src=a/1 lines=1-3\n! malformed: line 1: architecture (A) not usable\n"),
	ROW("checksum of no file", "P:a\nV:1\nZ:" SHA1 "\n",
	    "p apk a 1 src=a/1 lines=1-3\n! malformed: line 3: checksum of no file\n"),
	ROW("checksum of another kind", "P:a\nV:1\nC:Q3abcd\nR:f\nZ:x\n",
	    "p apk a 1 src=a/1 own=f lines=1-5\n! malformed: line 3: checksum not understood\n"
	    "! malformed: line 5: checksum not understood\n"),
	ROW("a version that is none stays, said so", "P:a\nV:one\n",
	    "p apk a one src=a/one lines=1-2\n"
	    "! malformed: line 1: a has no version of apk's: one\n"),
	ROW("zeros", "\0\0\0",
	    "! malformed: line 1: not a letter and a colon\n"
	    "! malformed: line 1: package without a usable name (P)\n"),
	ROW("cut in the middle", "P:a\nV:1\nF:usr\n\nP:b",
	    "p apk a 1 src=a/1 lines=1-3\n"
	    "! malformed: line 5: package without a usable version (V)\n"),
};

static void reads_packages(void **state)
{
	(void)state;
	facts_check(&inv_apk_installed, "lib/apk/db/installed", good, N(good));
}

static void keeps_the_good_packages_around_broken_ones(void **state)
{
	(void)state;
	facts_check(&inv_apk_installed, "usr/lib/apk/db/installed", broken, N(broken));
}

static void refuses_checksums_of_other_shapes(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"Q1",
		"Q2",
		"Q1qKcZ+j23xssAXmgQhkOO8dHnbWw",
		"Q1qKcZ+j23xssAXmgQhkOO8dHnbWw==",
		"Q1qKcZ+j23xssAXmgQhkOO8dHnbW*=",
		"Q1qKcZ+j23xssAXmgQhkOO8dHnbWx=",
		"Q1AAAA",
		"Q2qKcZ+j23xssAXmgQhkOO8dHnbWw=",
		"q1qKcZ+j23xssAXmgQhkOO8dHnbWw=",
		"Q1=KcZ+j23xssAXmgQhkOO8dHnbWw=",
		"a8a719fa3db7c6cb005e681086438ef1d1e76d6c",
	};
	struct lc_arena a = { 0 };
	struct lc_slice s = LC_S("untouched");
	for (size_t i = 0; i < N(bad); i++)
		assert_int_equal(apk_checksum(lc_str(bad[i]), &a, &s), LC_EBAD);
	assert_text(s, "untouched");
	assert_int_equal(apk_checksum(LC_S(SHA1), &a, &s), 0);
	assert_text(s, SHA1_HEX);
	lc_arena_done(&a);
}

static void takes_the_highest_untagged_repository(void **state)
{
	(void)state;
	static const struct row rows[] = {
		ROW("one release",
		    "https://dl-cdn.alpinelinux.org/alpine/v3.18/main\n"
		    "https://dl-cdn.alpinelinux.org/alpine/v3.18/community\n",
		    "r alpine 3.18\n"),
		ROW("the highest by number",
		    "http://h/alpine/v3.9/main\nhttp://h/alpine/v3.10/main\n", "r alpine 3.10\n"),
		ROW("edge is above all",
		    "http://h/alpine/v3.9/main\nhttp://h/alpine/edge/main\n"
		    "http://h/alpine/v3.99/main\n",
		    "r alpine edge\n"),
		ROW("comments and tagged ones do not count",
		    "#http://h/alpine/edge/main\n@edge http://h/alpine/edge/main\n"
		    "  http://h/alpine/v3.17/main \r\n",
		    "r alpine 3.17\n"),
		ROW("a deeper mirror", "ftp://mirror/pub/linux/alpine/v3.5/main/\n",
		    "r alpine 3.5\n"),
		ROW("local folders", "/media/cdrom/apks\n", ""),
		ROW("no release", "http://h/alpine/latest-stable/main\n", ""),
		ROW("no repository behind the release", "http://h/alpine/v3.5\n", ""),
		ROW("no family", "http://h/v3.5/main\n", ""),
		ROW("junk", "://\nhttp://\nhttp:///\n\0\n", ""),
	};
	facts_check(&inv_apk_repositories, "etc/apk/repositories", rows, N(rows));
}

static void survives_any_failing_allocation(void **state)
{
	(void)state;
	static const struct facts_try tries[] = {
		{ &inv_apk_installed, "lib/apk/db/installed",
		  LC_S_INIT("C:" SHA1 "\nP:a\nV:1\nL:MIT BSD\nD:b so:c\nc:1\nF:usr\nR:f\nZ:" SHA1
			    "\n\nP:b\nV:x\np:so:c\n") },
		{ &inv_apk_repositories, "etc/apk/repositories",
		  LC_S_INIT("http://h/alpine/v3.5/main\n") },
	};
	facts_alloc(tries, N(tries));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_packages),
		cmocka_unit_test(keeps_the_good_packages_around_broken_ones),
		cmocka_unit_test(refuses_checksums_of_other_shapes),
		cmocka_unit_test(takes_the_highest_untagged_repository),
		cmocka_unit_test(survives_any_failing_allocation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
