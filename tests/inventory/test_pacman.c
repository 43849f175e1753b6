/* pacman's local database and opkg's. */
#include "inventory/os/analysers.h"

#include "inventory/facts_text.h"
#include "support/slice_assert.h"
#include "support/tap.h"

static const struct row desc[] = {
	ROW("a package",
	    "%NAME%\nbash\n\n%VERSION%\n5.2.037-1\n\n%BASE%\nbash\n\n%DESC%\nA shell\n\n"
	    "%ARCH%\nx86_64\n\n%PACKAGER%\nA B <ab@archlinux.org>\n\n"
	    "%LICENSE%\nGPL-3.0-or-later\nMIT\n\n%DEPENDS%\nreadline\nlibreadline.so=8-64\n"
	    "glibc>=2.38\n\n",
	    "p pacman bash 5.2.037-1 arch=x86_64 src=bash/5.2.037-1 lic=GPL-3.0-or-later|MIT"
	    " by=A B <ab@archlinux.org> dep=readline,libreadline.so,glibc lines=0-0\n"),
	ROW("one of several from a source, with an epoch",
	    "%NAME%\ngcc-libs\n\n%VERSION%\n1:14.2-2\n\n%BASE%\ngcc\n",
	    "p pacman gcc-libs 1:14.2-2 src=gcc/1:14.2-2 lines=0-0\n"),
	ROW("no source named", "%NAME%\na\n\n%VERSION%\n1-1\n",
	    "p pacman a 1-1 src=a/1-1 lines=0-0\n"),
	ROW("built at home", "%NAME%\na\n\n%VERSION%\n1-1\n\n%PACKAGER%\nUnknown Packager\n",
	    "p pacman a 1-1 src=a/1-1 by=Unknown Packager flags=4 lines=0-0\n"),
	ROW("keys that we do not keep",
	    "%SIZE%\n12\n\n%NAME%\na\n\n%XDATA%\npkgtype=pkg\n\n%VERSION%\n1-1",
	    "p pacman a 1-1 src=a/1-1 lines=0-0\n"),
	ROW("CRLF", "%NAME%\r\na\r\n\r\n%VERSION%\r\n1-1\r\n",
	    "p pacman a 1-1 src=a/1-1 lines=0-0\n"),
	ROW("no name", "%VERSION%\n1-1\n", "! malformed: package without a usable name\n"),
	ROW("no version", "%NAME%\na\n", "! malformed: a without a usable version\n"),
	ROW("an empty file", "", "! malformed: package without a usable name\n"),
	ROW("a name with a space", "%NAME%\na b\n\n%VERSION%\n1\n",
	    "! malformed: package without a usable name\n"),
	ROW("a name with a control byte", "%NAME%\na\x1b[1m\n\n%VERSION%\n1\n",
	    "! malformed: package without a usable name\n"),
	ROW("no version of pacman's", "%NAME%\na\n\n%VERSION%\n1-2-3\n",
	    "p pacman a 1-2-3 src=a/1-2-3 lines=0-0\n"
	    "! malformed: a has no version of pacman's: 1-2-3\n"),
	ROW("a value without a key", "a\n\n%NAME%\na\n\n%VERSION%\n1\n",
	    "p pacman a 1 src=a/1 lines=0-0\n! malformed: line 1: value without a key\n"),
	ROW("a key that is a value's place", "%NAME%\n%VERSION%\n\n%VERSION%\n1\n",
	    "p pacman %VERSION% 1 src=%VERSION%/1 lines=0-0\n"),
	ROW("a dependency that is none", "%NAME%\na\n\n%VERSION%\n1\n\n%DEPENDS%\n>=1\nb\n",
	    "p pacman a 1 src=a/1 dep=b lines=0-0\n! malformed: line 8: no dependency\n"),
	ROW("zeros", "\0\0\0",
	    "! malformed: line 1: value without a key\n"
	    "! malformed: package without a usable name\n"),
};

static void reads_desc(void **state)
{
	(void)state;
	facts_check(&inv_pacman, "var/lib/pacman/local/bash-5.2.037-1/desc", desc, N(desc));
}

static const struct row files[] = {
	ROW("files, without directories",
	    "%FILES%\netc/\netc/bash.bashrc\nusr/\nusr/bin/\nusr/bin/bash\n\n"
	    "%BACKUP%\netc/bash.bashrc\t0123456789abcdef0123456789abcdef\n\n",
	    "o pacman gcc-libs own=etc/bash.bashrc,usr/bin/bash,etc/bash.bashrc:"
	    "md5:0123456789abcdef0123456789abcdef\n"),
	ROW("directories alone", "%FILES%\nusr/\n", ""),
	ROW("an empty file", "", ""),
	ROW("a backup without its checksum", "%BACKUP%\netc/a\n",
	    "! malformed: line 2: not a path and a checksum\n"),
	ROW("a backup never written", "%BACKUP%\netc/a\t(null)\n", "o pacman gcc-libs own=etc/a\n"),
	ROW("absolute paths", "%FILES%\n//etc/a\n/\n", "o pacman gcc-libs own=etc/a\n"),
};

static void reads_files(void **state)
{
	static const struct row nameless[] = {
		ROW("no name in it", "%FILES%\na\n",
		    "! malformed: directory that names no package\n"),
	};
	(void)state;
	facts_check(&inv_pacman, "var/lib/pacman/local/gcc-libs-1:14.2-2/files", files, N(files));
	facts_check(&inv_pacman, "var/lib/pacman/local/a-1/files", nameless, N(nameless));
	facts_check(&inv_pacman, "var/lib/pacman/local/files", nameless, N(nameless));
}

static const struct row opkg[] = {
	ROW("OpenWrt",
	    "Package: dnsmasq\nVersion: 2.90-r3\nDepends: libc, libubus20231128 (>= 1)\n"
	    "Status: install user installed\nArchitecture: x86_64\n"
	    "Conffiles:\n /etc/config/dhcp "
	    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
	    "Installed-Time: 1700000000\n\nPackage: gone\nVersion: 1\n"
	    "Status: deinstall ok not-installed\n",
	    "p opkg dnsmasq 2.90-r3 arch=x86_64 src=dnsmasq/2.90-r3 dep=libc,libubus20231128"
	    " own=etc/config/dhcp:sha256:"
	    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff lines=1-8\n"),
	ROW("a version that begins with a letter",
	    "Package: a\nVersion: git-24.086.45142\nStatus: install ok installed\n",
	    "p opkg a git-24.086.45142 src=a/git-24.086.45142 lines=1-3\n"),
	ROW("no version", "Package: a\nStatus: install ok installed\n",
	    "! malformed: line 1: paragraph without a usable Version field\n"),
	ROW("nonsense", "what\n",
	    "! malformed: line 1: neither a field nor the continuation of one\n"
	    "! malformed: line 1: paragraph without a usable Package field\n"),
};

static const struct row control[] = {
	ROW("a package's own",
	    "Package: dnsmasq\nVersion: 2.90-r3\nSource: package/network/services/dnsmasq\n"
	    "SourceName: dnsmasq\nLicense: GPL-2.0\nMaintainer: A <a@example.org>\n",
	    "p opkg dnsmasq 2.90-r3 src=dnsmasq/2.90-r3 by=A <a@example.org> lines=1-6\n"
	    "o opkg dnsmasq lic=GPL-2.0\n"),
	ROW("no licence", "Package: a\nVersion: 1\n", "p opkg a 1 src=a/1 lines=1-2\n"),
	ROW("an empty file", "", ""),
};

static const struct row list[] = {
	ROW("paths", "/etc/config/dhcp\n/usr/sbin/dnsmasq\n",
	    "o opkg dnsmasq own=etc/config/dhcp,usr/sbin/dnsmasq\n"),
	ROW("modes and targets behind them",
	    "/usr/bin\t040755\n/usr/bin/a\t0100755\n/b\t0120777\ta\n",
	    "o opkg dnsmasq own=usr/bin/a,b\n"),
	ROW("no path", "usr\n", "! malformed: line 1: not an absolute path\n"),
};

static void reads_opkg(void **state)
{
	(void)state;
	facts_check(&inv_opkg_status, "usr/lib/opkg/status", opkg, N(opkg));
	facts_check(&inv_opkg_status, "usr/lib/opkg/info/dnsmasq.control", control, N(control));
	facts_check(&inv_opkg_info, "var/lib/opkg/info/dnsmasq.list", list, N(list));
}

static void survives_any_failing_allocation(void **state)
{
	static const struct facts_try tries[] = {
		{ &inv_pacman, "var/lib/pacman/local/a-1-1/desc",
		  LC_S_INIT("x\n\n%NAME%\na\n\n%VERSION%\n1-1\n\n%LICENSE%\nx\n\n%DEPENDS%\nb\n") },
		{ &inv_pacman, "var/lib/pacman/local/a-1-1/files",
		  LC_S_INIT("%FILES%\na\n\n%BACKUP%\nb\t0123456789abcdef0123456789abcdef\n") },
		{ &inv_opkg_status, "usr/lib/opkg/info/a.control",
		  LC_S_INIT("Package: a\nVersion: 1\nLicense: x\nDepends: b\n") },
		{ &inv_opkg_info, "usr/lib/opkg/info/a.list", LC_S_INIT("/a\n/b\n") },
	};
	(void)state;
	facts_alloc(tries, N(tries));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_desc),
		cmocka_unit_test(reads_files),
		cmocka_unit_test(reads_opkg),
		cmocka_unit_test(survives_any_failing_allocation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
