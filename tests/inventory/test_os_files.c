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
	ROW("a system that we have no row for", "ID=arch\nPRETTY_NAME=\"Arch Linux\"\n",
	    "os arch Arch Linux 5\n"),
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
		cmocka_unit_test(refuses_values_that_are_too_long),
		cmocka_unit_test(reads_release_files),
		cmocka_unit_test(survives_any_failing_allocation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
