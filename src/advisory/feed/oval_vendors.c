/* The vendors' rows of the OVAL reader: how each names its releases. */
#include "advisory/ecosystem.h"
#include "advisory/feed/oval.h"

static struct lc_slice none(void)
{
	return (struct lc_slice){ NULL, 0 };
}

/* "Oracle Linux 8" */
static struct lc_slice oracle(struct lc_slice platform, struct lc_slice evr, struct lc_slice path,
			      struct lc_arena *a)
{
	(void)evr, (void)path;
	if (!lc_chop_prefix(&platform, LC_S("Oracle Linux ")))
		return none();
	return adv_ecosystem_of_release("Oracle Linux:", adv_leading_number(platform), a);
}

/* "Red Hat Enterprise Linux 8": the major version, whatever the minor one. */
static struct lc_slice redhat(struct lc_slice platform, struct lc_slice evr, struct lc_slice path,
			      struct lc_arena *a)
{
	struct lc_slice head;
	struct lc_slice tail;
	(void)evr, (void)path;
	if (!lc_chop_prefix(&platform, LC_S("Red Hat Enterprise Linux ")))
		return none();
	struct lc_slice release = adv_leading_number(platform);
	return adv_ecosystem_of_release(
		"Red Hat:", lc_cut(release, '.', &head, &tail) ? head : release, a);
}

/* "Photon OS 3" and "Photon OS 3.0" are one. */
static struct lc_slice photon(struct lc_slice platform, struct lc_slice evr, struct lc_slice path,
			      struct lc_arena *a)
{
	(void)evr, (void)path;
	if (!lc_chop_prefix(&platform, LC_S("Photon OS ")))
		return none();
	struct lc_slice release = adv_leading_number(platform);
	if (release.n && lc_find(release, '.') == SIZE_MAX)
		return lc_arena_fmt(a, "Photon OS:%.*s.0", LC_FMT(release));
	return adv_ecosystem_of_release("Photon OS:", release, a);
}

/* The documents do not say their release: the versions do (".azl3", ".cm2"), else the file's name
 * ("azurelinux-3.0-oval.xml", "cbl-mariner-2.0-oval.xml"). */
static struct lc_slice azure(struct lc_slice platform, struct lc_slice evr, struct lc_slice path,
			     struct lc_arena *a)
{
	size_t dot = lc_rfind(evr, '.');
	struct lc_slice dist = dot == SIZE_MAX ? none() : lc_skip(evr, dot + 1);
	struct lc_slice name = lc_path_name(path);
	(void)platform;
	if (lc_chop_prefix(&dist, LC_S("azl")))
		return adv_ecosystem_of_release("Azure Linux:", adv_leading_number(dist), a);
	if (lc_chop_prefix(&dist, LC_S("cm")) && adv_leading_number(dist).n)
		return lc_arena_fmt(a, "CBL-Mariner:%.*s.0", LC_FMT(adv_leading_number(dist)));
	for (size_t i = 0; i < name.n; i++) {
		struct lc_slice release = adv_leading_number(lc_skip(name, i));
		struct lc_slice head;
		struct lc_slice tail;
		if (!release.n || !lc_cut(release, '.', &head, &tail))
			continue;
		return lc_starts(name, LC_S("azure"))
			       ? adv_ecosystem_of_release("Azure Linux:", head, a)
			       : adv_ecosystem_of_release("CBL-Mariner:", release, a);
	}
	return none();
}

static struct lc_slice suse(struct lc_slice platform, struct lc_slice evr, struct lc_slice path,
			    struct lc_arena *a)
{
	(void)evr, (void)path;
	return adv_suse_ecosystem(platform, a);
}

#define VENDOR(name, id, prefix, own_cves)                                                         \
	static const struct oval_vendor vendor_##name = { LC_S_INIT(id), name, prefix, own_cves }; \
	int feed_oval_##name(struct lc_slice xml, struct lc_slice path,                            \
			     const struct feed_collector *c, struct lc_arena *a,                   \
			     uint64_t *ret_records, struct lc_err *e)                              \
	{                                                                                          \
		return oval_read(xml, path, &vendor_##name, c, a, ret_records, e);                 \
	}

VENDOR(oracle, "oracle-oval", "ELSA-", false)
VENDOR(redhat, "redhat-oval", "RHSA-", true)
VENDOR(photon, "photon", "PHSA-", false)
VENDOR(azure, "azure", NULL, true)
VENDOR(suse, "suse-cvrf", NULL, true)
