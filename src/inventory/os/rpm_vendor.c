#include "inventory/os/rpm_vendor.h"

/*
 * How Vendor fields of distributions begin. Some vendors build for other people's systems as well:
 * there the release's mark of the distribution decides, a part of it that is this text and a
 * number. Fedora's is EPEL when it is el9, and need not have any; Microsoft (.NET, SQL Server) and
 * VMware (tools) mark what belongs to their distributions.
 */
enum rule { ANY, NEEDS, UNLESS };

static const struct {
	struct lc_slice vendor;
	enum rule rule;
	struct lc_slice mark[2];
} rows[] = {
	{ LC_S_INIT("AlmaLinux"), ANY },
	{ LC_S_INIT("Amazon Linux"), ANY },
	{ LC_S_INIT("Amazon.com"), ANY },
	{ LC_S_INIT("CentOS"), ANY },
	{ LC_S_INIT("CloudLinux"), ANY },
	{ LC_S_INIT("Fedora Project"), UNLESS, { LC_S_INIT("el"), LC_S_INIT("el") } },
	{ LC_S_INIT("Mageia.Org"), ANY },
	{ LC_S_INIT("Microsoft Corporation"), NEEDS, { LC_S_INIT("cm"), LC_S_INIT("azl") } },
	{ LC_S_INIT("Oracle America"), ANY },
	{ LC_S_INIT("Red Hat"), ANY },
	{ LC_S_INIT("Rocky"), ANY },
	{ LC_S_INIT("SUSE"), ANY },
	{ LC_S_INIT("VMware"), NEEDS, { LC_S_INIT("ph"), LC_S_INIT("ph") } },
	{ LC_S_INIT("http://openeuler.org"), ANY },
	{ LC_S_INIT("openEuler"), ANY },
	{ LC_S_INIT("openSUSE"), ANY },
};

/* ".fc42": a part of the release that is the mark and a number. */
static bool has_mark(struct lc_slice release, struct lc_slice mark)
{
	struct lc_slice part;
	while (release.p && lc_split(&release, '.', &part)) {
		if (lc_chop_prefix(&part, mark) && part.n && lc_is_digit(part.p[0]))
			return true;
	}
	return false;
}

static bool fits(size_t row, struct lc_slice release)
{
	bool marked = has_mark(release, rows[row].mark[0]) || has_mark(release, rows[row].mark[1]);
	return rows[row].rule == ANY || marked == (rows[row].rule == NEEDS);
}

bool rpm_third_party(struct lc_slice vendor, struct lc_slice release)
{
	if (vendor.n == 0) /* Amazon's first packages have none */
		return lc_find_slice(release, LC_S("amzn")) == SIZE_MAX;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (lc_starts(vendor, rows[i].vendor) && fits(i, release))
			return false;
	}
	return true;
}
