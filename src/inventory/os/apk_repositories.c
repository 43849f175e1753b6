/*
 * etc/apk/repositories: one repository a line, "#" comments, "@tag" in front for packages that ask
 * for the tag alone. The release of the untagged ones is the packages' release, which may be later
 * than the system's: the highest counts, and "edge" is higher than any. Source:
 * apk-repositories(5).
 *
 *	https://dl-cdn.alpinelinux.org/alpine/v3.18/main
 */
#include "inventory/os/analysers.h"
#include "version/version.h"

static const struct lc_slice edge = LC_S_INIT("edge");

static bool is_release(struct lc_slice s)
{
	if (s.n > 64)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!lc_is_digit(s.p[i]) && s.p[i] != '.')
			return false;
	}
	return s.n > 0 && lc_is_digit(s.p[0]);
}

/* ".../FAMILY/vRELEASE/REPOSITORY", behind the scheme and the host. */
static bool read_url(struct lc_slice url, struct inv_repository *ret)
{
	struct lc_slice part;
	struct lc_slice before = LC_S("");
	size_t host = lc_find_slice(url, LC_S("://"));
	url = host == SIZE_MAX ? LC_S("") : lc_skip(url, host + 3);
	if (!lc_split(&url, '/', &part)) /* the host */
		return false;
	while (url.p && lc_split(&url, '/', &part)) {
		struct lc_slice release = part;
		(void)lc_chop_prefix(&release, LC_S("v"));
		if (before.n && url.n && (lc_eq(part, edge) || is_release(release))) {
			*ret = (struct inv_repository){ before, release };
			return true;
		}
		before = part;
	}
	return false;
}

static bool is_higher(struct lc_slice a, struct lc_slice b)
{
	int order;
	if (lc_eq(a, edge) || lc_eq(b, edge))
		return lc_eq(a, edge) && !lc_eq(b, edge);
	return version_cmp(VERSION_APK, a, b, &order) == 0 && order > 0;
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct inv_repository highest = { 0 };
	struct lc_slice rest = f->bytes;
	struct lc_slice line;
	while (lc_line(&rest, &line)) {
		struct inv_repository one;
		line = lc_trim(line);
		if (line.n == 0 || line.p[0] == '#' || line.p[0] == '@' || !read_url(line, &one))
			continue;
		if (highest.release.n == 0 || is_higher(one.release, highest.release))
			highest = one;
	}
	int r = highest.release.n ? inv_sink_repository(out, &highest) : 0;
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want wants[] = {
	{ INV_WANT_PATH, "etc/apk/repositories", NULL, 0 },
};

const struct inv_analyser inv_apk_repositories = {
	.name = "apk-repositories",
	.version = 1,
	.group = INV_GROUP_OS,
	.targets = OS_TARGETS,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = 1,
	.size_max = (uint64_t)1 << 20,
	.parse = parse,
};
