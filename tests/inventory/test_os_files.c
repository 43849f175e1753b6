#include "inventory/os/analysers.h"

#include "inventory/facts_text.h"
#include "support/slice_assert.h"
#include "support/tap.h"

static const struct row os_release[] = {
	ROW("Debian",
	    "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\n"
	    "VERSION_ID=\"12\"\nVERSION=\"12 (bookworm)\"\nVERSION_CODENAME=bookworm\nID=debian\n",
	    "os debian 12 bookworm Debian GNU/Linux 12 (bookworm) 30\n"),
	ROW("Debian without a number",
	    "PRETTY_NAME=\"Debian GNU/Linux trixie/sid\"\nVERSION_CODENAME=trixie\nID=debian\n",
	    "os debian trixie/sid trixie Debian GNU/Linux trixie/sid 30\n"),
	ROW("Debian sid", "ID=debian\nVERSION_CODENAME=sid\n", "os debian sid sid 30\n"),
	ROW("Debian with no word on its release", "ID=debian\n", "os debian 30\n"),
	ROW("Ubuntu", "ID=ubuntu\nID_LIKE=debian\nVERSION_ID='22.04'\nVERSION_CODENAME=jammy\n",
	    "os ubuntu 22.04 jammy 80\n"),
	ROW("names that reports spell otherwise", "ID=\"ol\"\nVERSION_ID=\"8.10\"\n",
	    "os oracle 8.10 80\n"),
	ROW("Red Hat weighs less than those built from it", "ID=\"rhel\"\nVERSION_ID=\"9.4\"\n",
	    "os redhat 9.4 30\n"),
	ROW("CentOS Stream", "NAME=\"CentOS Stream\"\nID=\"centos\"\nVERSION_ID=\"9\"\n",
	    "os centos-stream 9 86\n"),
	ROW("SUSE's small one", "ID=\"sl-micro\"\nVERSION_ID=\"6.0\"\n", "os slem 6.0 80\n"),
	ROW("a system that we have no row for", "ID=nix\nPRETTY_NAME=\"Nix\"\n", "os nix Nix 5\n"),
	ROW("escapes inside double quotes",
	    "ID=x\nPRETTY_NAME=\"a \\\"b\\\" \\$c \\\\ \\`d\\` \\n\"\n",
	    "os x a \"b\" $c \\ `d` \\n 5\n"),
	ROW("nothing is escaped in single quotes", "ID=x\nPRETTY_NAME='a \\$ \"b\"'\n",
	    "os x a \\$ \"b\" 5\n"),
	ROW("unquoted values end at a space", "ID=x y\nPRETTY_NAME=a\\ b\n", "os x a b 5\n"),
	ROW("comments, blank lines, CRLF, a later value wins",
	    "# ID=no\r\n\r\nID=x\r\nVERSION_ID=1\r\nVERSION_ID=2\r\n", "os x 2 5\n"),
	ROW("joined quotes", "ID=x\nVERSION_ID=\"1\"'.'2\n", "os x 1.2 5\n"),
	ROW("no ID", "NAME=x\nVERSION_ID=1\n", ""),
	ROW("an empty file", "", ""),
	ROW("a quote that does not close", "ID=x\nVERSION_ID=\"1\nPRETTY_NAME=y\n",
	    "os x y 5\n! malformed: line 2: value not understood\n"),
	ROW("no assignment", "nonsense\nID=x\n", "os x 5\n! malformed: line 1: no assignment\n"),
	ROW("a NUL", "ID=x\nVERSION_ID=1\0002\n",
	    "os x 5\n! malformed: line 2: value not understood\n"),
	ROW("a line of zeros", "\0\0\0\0\nID=x\n", "os x 5\n! malformed: line 1: no assignment\n"),
};

/* As the images have it: ids and numbers of releases, in the quotes of each. */
static const struct row families[] = {
	ROW("AlmaLinux", "ID=\"almalinux\"\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=\"9.5\"\n",
	    "os alma 9.5 80\n"),
	ROW("Alpine", "ID=alpine\nVERSION_ID=3.20.3\n", "os alpine 3.20.3 60\n"),
	ROW("Alpine edge", "ID=alpine\nVERSION_ID=3.22_alpha20250108\n",
	    "os alpine 3.22_alpha20250108 60\n"),
	ROW("Amazon 1", "ID=\"amzn\"\nVERSION_ID=\"2018.03\"\n", "os amazon 2018.03 60\n"),
	ROW("Amazon 2", "ID=\"amzn\"\nVERSION=\"2\"\nVERSION_ID=\"2\"\n", "os amazon 2 60\n"),
	ROW("Amazon 2023", "ID=\"amzn\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"2023\"\n",
	    "os amazon 2023 60\n"),
	ROW("Arch", "ID=arch\nBUILD_ID=rolling\nVERSION_ID=20250101.0.123\n",
	    "os arch 20250101.0.123 80\n"),
	ROW("Arch on Arm", "ID=archarm\nID_LIKE=arch\nBUILD_ID=rolling\n", "os arch 80\n"),
	ROW("Azure Linux", "ID=azurelinux\nVERSION_ID=\"3.0\"\n", "os azurelinux 3.0 80\n"),
	ROW("Bottlerocket", "ID=bottlerocket\nVERSION_ID=1.30.0\nVARIANT_ID=aws-k8s-1.31\n",
	    "os bottlerocket 1.30.0 80\n"),
	ROW("CBL-Mariner", "ID=mariner\nVERSION_ID=\"2.0\"\n", "os cbl-mariner 2.0 80\n"),
	ROW("CentOS", "NAME=\"CentOS Linux\"\nID=\"centos\"\nVERSION_ID=\"7\"\n",
	    "os centos 7 60\n"),
	ROW("CentOS Stream 10", "NAME=\"CentOS Stream\"\nID=\"centos\"\nVERSION_ID=\"10\"\n",
	    "os centos-stream 10 86\n"),
	ROW("Chainguard", "ID=chainguard\nVERSION_ID=\"20230214\"\n",
	    "os chainguard 20230214 80\n"),
	ROW("Debian 13", "ID=debian\nVERSION_ID=\"13\"\nVERSION_CODENAME=trixie\n",
	    "os debian 13 trixie 30\n"),
	ROW("distroless", "NAME=\"Debian GNU/Linux\"\nID=\"debian\"\nVERSION_ID=\"12\"\n",
	    "os debian 12 30\n"),
	ROW("Debian testing", "ID=debian\nVERSION_CODENAME=forky\n",
	    "os debian forky/sid forky 30\n"),
	ROW("Echo", "ID=echo\nVERSION_ID=\"13\"\n", "os echo 13 80\n"),
	ROW("Fedora", "ID=fedora\nVERSION_ID=42\nVERSION_CODENAME=\"\"\n", "os fedora 42 80\n"),
	ROW("Fedora Rawhide", "ID=fedora\nVERSION_ID=44\nREDHAT_BUGZILLA_PRODUCT_VERSION=rawhide\n",
	    "os fedora 44 80\n"),
	ROW("Kali", "ID=kali\nVERSION_ID=\"2024.4\"\nVERSION_CODENAME=kali-rolling\n",
	    "os kali 2024.4 kali-rolling 80\n"),
	ROW("Mageia", "ID=mageia\nVERSION_ID=9\n", "os mageia 9 80\n"),
	ROW("Manjaro", "ID=manjaro\nID_LIKE=arch\nBUILD_ID=rolling\n", "os manjaro 80\n"),
	ROW("MinimOS", "ID=minimos\nVERSION_ID=\"20241031\"\n", "os minimos 20241031 80\n"),
	ROW("openEuler", "ID=\"openEuler\"\nVERSION_ID=\"24.03\"\n", "os openeuler 24.03 80\n"),
	ROW("openSUSE Leap",
	    "ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\nVERSION_ID=\"15.6\"\n",
	    "os opensuse-leap 15.6 80\n"),
	ROW("openSUSE before Leap's id", "ID=opensuse\nVERSION_ID=\"42.3\"\n",
	    "os opensuse-leap 42.3 80\n"),
	ROW("openSUSE Tumbleweed", "ID=\"opensuse-tumbleweed\"\nVERSION_ID=\"20250110\"\n",
	    "os opensuse-tumbleweed 20250110 80\n"),
	ROW("OpenWrt", "ID=\"openwrt\"\nID_LIKE=\"lede openwrt\"\nVERSION_ID=\"23.05.5\"\n",
	    "os openwrt 23.05.5 80\n"),
	ROW("Oracle", "ID=\"ol\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"9.5\"\n", "os oracle 9.5 80\n"),
	ROW("Photon", "ID=photon\nVERSION_ID=5.0\n", "os photon 5.0 80\n"),
	ROW("Raspbian",
	    "ID=raspbian\nID_LIKE=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n",
	    "os raspbian 12 bookworm 80\n"),
	ROW("Red Hat", "ID=\"rhel\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"8.10\"\n",
	    "os redhat 8.10 30\n"),
	ROW("Rocky", "ID=\"rocky\"\nVERSION_ID=\"9.5\"\n", "os rocky 9.5 80\n"),
	ROW("SUSE's server and its base image", "ID=\"sles\"\nVERSION_ID=\"15.6\"\n",
	    "os sles 15.6 80\n"),
	ROW("SUSE's server, first of 12", "ID=\"sles\"\nVERSION_ID=\"12\"\n", "os sles 12 80\n"),
	ROW("SLE Micro", "ID=\"sle-micro\"\nVERSION_ID=\"5.5\"\n", "os slem 5.5 80\n"),
	ROW("SLE Micro for Rancher", "ID=\"sle-micro-rancher\"\nVERSION_ID=\"5.4\"\n",
	    "os slem 5.4 80\n"),
	ROW("SL Micro", "ID=\"sl-micro\"\nVERSION_ID=\"6.1\"\n", "os slem 6.1 80\n"),
	ROW("Ubuntu between", "ID=ubuntu\nVERSION_ID=\"24.10\"\nVERSION_CODENAME=oracular\n",
	    "os ubuntu 24.10 oracular 80\n"),
	ROW("Wolfi", "ID=wolfi\nVERSION_ID=\"20230201\"\n", "os wolfi 20230201 80\n"),
};

static void knows_the_families(void **state)
{
	(void)state;
	facts_check(&inv_os_release, "usr/lib/os-release", families, N(families));
}

static void reads_os_release(void **state)
{
	(void)state;
	facts_check(&inv_os_release, "etc/os-release", os_release, N(os_release));
}

static void refuses_values_that_are_too_long(void **state)
{
	(void)state;
	struct facts f;
	struct lc_buf in;
	lc_buf_init(&in, 1u << 20);
	lc_buf_str(&in, "VERSION_ID=1\nPRETTY_NAME=");
	for (int i = 0; i < 5000; i++)
		lc_buf_byte(&in, 'x');
	lc_buf_str(&in, "\nID=x\n");
	facts_of(&f, &inv_os_release, "etc/os-release", lc_buf_get(&in));
	assert_string_equal(facts_text(&f),
			    "os x 1 5\n! malformed: line 2: value not understood\n");
	facts_done(&f);
	lc_buf_done(&in);
}

static const struct {
	const char *path;
	struct row row;
} release_files[] = {
	{ "etc/debian_version", ROW("a point release", "12.5\n", "os debian 12.5 40\n") },
	{ "etc/debian_version",
	  ROW("testing", "trixie/sid\n", "os debian trixie/sid trixie 40\n") },
	{ "etc/debian_version", ROW("Kali's", "kali-rolling\n", "os debian kali-rolling 40\n") },
	{ "etc/debian_version", ROW("a sentence", "not a version\n", "") },
	{ "etc/debian_version", ROW("empty", "", "") },
	{ "etc/debian_version", ROW("a blank line", "\n12\n", "") },
	{ "etc/debian_version", ROW("control bytes", "12\0.5\n", "") },
	{ "etc/alpine-release", ROW("Alpine", "3.18.9\n", "os alpine 3.18.9 59\n") },
	{ "etc/alpine-release", ROW("CRLF", "3.18.9\r\n", "os alpine 3.18.9 59\n") },
	{ "etc/lsb-release",
	  ROW("Ubuntu",
	      "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=22.04\nDISTRIB_CODENAME=jammy\n"
	      "DISTRIB_DESCRIPTION=\"Ubuntu 22.04.4 LTS\"\n",
	      "os ubuntu 22.04 jammy Ubuntu 22.04.4 LTS 85\n") },
	{ "etc/lsb-release", ROW("another's", "DISTRIB_ID=Mint\nDISTRIB_RELEASE=21\n", "") },
	{ "etc/lsb-release", ROW("no release", "DISTRIB_ID=Ubuntu\n", "") },
	{ "etc/redhat-release",
	  ROW("CentOS", "CentOS Linux release 7.6.1810 (Core) \n", "os centos 7.6.1810 85\n") },
	{ "etc/redhat-release",
	  ROW("Red Hat", "Red Hat Enterprise Linux release 9.4 (Plow)\n", "os redhat 9.4 40\n") },
	{ "etc/redhat-release",
	  ROW("Stream", "CentOS Stream release 9\n", "os centos-stream 9 85\n") },
	{ "etc/redhat-release", ROW("Alma", "AlmaLinux release 8.5 (X)\n", "os alma 8.5 85\n") },
	{ "etc/redhat-release", ROW("no number", "Fedora release Rawhide\n", "") },
	{ "etc/redhat-release", ROW("no release", "nonsense\n", "") },
	{ "etc/centos-release",
	  ROW("CentOS", "CentOS release 6.9 (Final)\n", "os centos 6.9 85\n") },
	{ "etc/oracle-release",
	  ROW("Oracle", "Oracle Linux Server release 8.10\n", "os oracle 8.10 85\n") },
	{ "etc/rocky-release", ROW("Rocky", "Rocky Linux release 9.3 (B)\n", "os rocky 9.3 85\n") },
	{ "etc/almalinux-release", ROW("Alma", "AlmaLinux release 9.8 (M)\n", "os alma 9.8 85\n") },
	{ "etc/fedora-release", ROW("Fedora", "Fedora release 35 (X)\n", "os fedora 35 85\n") },
	{ "usr/lib/fedora-release", ROW("Fedora", "Fedora release 42 (Y)\n", "os fedora 42 85\n") },
	{ "etc/system-release",
	  ROW("Amazon 2", "Amazon Linux release 2 (Karoo)\n", "os amazon 2 (Karoo) 85\n") },
	{ "etc/system-release",
	  ROW("Amazon 1", "Amazon Linux AMI release 2018.03\n", "os amazon 2018.03 85\n") },
	{ "usr/lib/system-release", ROW("Amazon 2022", "Amazon Linux 2022 (Amazon Linux)\n",
					"os amazon 2022 (Amazon Linux) 85\n") },
	{ "etc/system-release", ROW("another's", "CentOS Linux release 7.9 (Core)\n", "") },
	{ "etc/system-release",
	  ROW("Amazon 2023", "Amazon Linux release 2023.6.20241212 (Amazon Linux)\n",
	      "os amazon 2023.6.20241212 (Amazon Linux) 85\n") },
	{ "etc/redhat-release",
	  ROW("Oracle has Red Hat's, too", "Red Hat Enterprise Linux release 9.5 (Plow)\n",
	      "os redhat 9.5 40\n") },
	{ "etc/redhat-release",
	  ROW("Rocky", "Rocky Linux release 9.5 (B)\n", "os rocky 9.5 85\n") },
	{ "etc/redhat-release", ROW("Fedora", "Fedora release 42 (A)\n", "os fedora 42 85\n") },
	{ "etc/other", ROW("no such row", "1\n", "") },
};

static void reads_release_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(release_files); i++)
		facts_check(&inv_release_files, release_files[i].path, &release_files[i].row, 1);
}

static void survives_any_failing_allocation(void **state)
{
	(void)state;
	static const struct facts_try tries[] = {
		{ &inv_os_release, "etc/os-release",
		  LC_S_INIT("ID=debian\nVERSION_CODENAME=trixie\nPRETTY_NAME=\"a b\"\nx\n") },
		{ &inv_release_files, "etc/debian_version", LC_S_INIT("12.5\n") },
	};
	facts_alloc(tries, N(tries));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_os_release),
		cmocka_unit_test(knows_the_families),
		cmocka_unit_test(refuses_values_that_are_too_long),
		cmocka_unit_test(reads_release_files),
		cmocka_unit_test(survives_any_failing_allocation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
