/* Ends of life of operating systems. Source of the data: endoflife.date. */
#include "advisory/ecosystem.h"
#include "base/time.h"

/* Which date ends an OS for its users. */
enum last_day { DAY_EOL, DAY_EXTENDED, DAY_EXTENDED_IF_ON };

struct product {
	struct lc_slice family;
	struct lc_slice product;
	unsigned parts; /* of the version that name the cycle; 0: all */
	enum last_day day;
};

static const struct product products[] = {
	{ LC_S_INIT("alma"), LC_S_INIT("almalinux"), 1, DAY_EOL },
	{ LC_S_INIT("alpine"), LC_S_INIT("alpine-linux"), 2, DAY_EOL },
	{ LC_S_INIT("amazon"), LC_S_INIT("amazon-linux"), 1, DAY_EOL },
	{ LC_S_INIT("centos"), LC_S_INIT("centos"), 1, DAY_EOL },
	{ LC_S_INIT("centos-stream"), LC_S_INIT("centos-stream"), 1, DAY_EOL },
	{ LC_S_INIT("debian"), LC_S_INIT("debian"), 1, DAY_EXTENDED }, /* its LTS team's support */
	{ LC_S_INIT("fedora"), LC_S_INIT("fedora"), 1, DAY_EOL },
	{ LC_S_INIT("mageia"), LC_S_INIT("mageia"), 1, DAY_EOL },
	{ LC_S_INIT("opensuse-leap"), LC_S_INIT("opensuse"), 2, DAY_EOL },
	{ LC_S_INIT("openwrt"), LC_S_INIT("openwrt"), 2, DAY_EOL },
	{ LC_S_INIT("oracle"), LC_S_INIT("oracle-linux"), 1, DAY_EOL },
	{ LC_S_INIT("photon"), LC_S_INIT("photon"), 2, DAY_EOL },
	{ LC_S_INIT("redhat"), LC_S_INIT("rhel"), 1, DAY_EOL },
	{ LC_S_INIT("rocky"), LC_S_INIT("rocky-linux"), 1, DAY_EOL },
	{ LC_S_INIT("slem"), LC_S_INIT("suse-linux-micro"), 2, DAY_EOL },
	{ LC_S_INIT("sles"), LC_S_INIT("sles"), 2, DAY_EXTENDED_IF_ON },
	{ LC_S_INIT("ubuntu"), LC_S_INIT("ubuntu"), 2, DAY_EXTENDED_IF_ON },
};

static const struct product *product_of(const struct inv_os *os)
{
	for (size_t i = 0; i < sizeof(products) / sizeof(products[0]); i++)
		if (lc_eq(products[i].family, os->family))
			return &products[i];
	return NULL;
}

bool adv_eol_is_os(struct lc_slice product)
{
	for (size_t i = 0; i < sizeof(products) / sizeof(products[0]); i++)
		if (lc_eq(products[i].product, product))
			return true;
	return false;
}

/* The first parts of a dotted version: digits and dots alone. */
static struct lc_slice cycle_of(struct lc_slice version, unsigned parts)
{
	size_t n = 0;
	unsigned dots = 0;
	while (n < version.n && (lc_is_digit(version.p[n]) || version.p[n] == '.')) {
		if (version.p[n] == '.' && ++dots == parts)
			break;
		n++;
	}
	return lc_sub(version, 0, n);
}

/* Amazon's versions were dates before they were numbers: 2018.03, 2, 2023. */
static unsigned parts_of(const struct product *p, const struct inv_os *os)
{
	if (lc_eq(p->family, LC_S("amazon")) && lc_starts(os->version, LC_S("201")))
		return 2;
	return p->parts;
}

bool adv_eol_product(const struct inv_os *os, struct lc_arena *a, struct lc_slice *ret_product,
		     struct lc_slice *ret_cycle)
{
	const struct product *p = product_of(os);
	struct lc_slice cycle = p ? cycle_of(os->version, parts_of(p, os)) : os->version;
	/* A first release has no service pack, and says no zero. */
	if (p && cycle.n && lc_eq(p->family, LC_S("sles")) && lc_find(cycle, '.') == SIZE_MAX)
		cycle = lc_arena_fmt(a, "%.*s.0", LC_FMT(cycle));
	if (!p || !cycle.n)
		return false;
	*ret_product = p->product;
	*ret_cycle = cycle;
	return true;
}

static struct lc_slice last_day(const struct product *p, const struct inv_os *os,
				const struct eol_cycle *c)
{
	bool extended = p->day == DAY_EXTENDED || (p->day == DAY_EXTENDED_IF_ON && os->extended);
	return extended && c->extended.n ? c->extended : c->eol;
}

void adv_os_eol(const struct inv_os *os, const struct eol_cycle *c, int64_t now, bool *ret_known,
		bool *ret_eol)
{
	enum { DAY_SECONDS = 86400 };
	const struct product *p = product_of(os);
	struct lc_slice day = p ? last_day(p, os, c) : LC_S("");
	int64_t seconds;
	uint32_t ns;
	bool date = lc_time_parse(day, &seconds, &ns);
	*ret_known = date || lc_eq(day, LC_S("-")) || lc_eq(day, LC_S("+"));
	/* The last day itself still counts. */
	*ret_eol = date ? now >= seconds + DAY_SECONDS : lc_eq(day, LC_S("+"));
}
