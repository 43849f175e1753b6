/*
 * The release files that distributions had before os-release, and still have. One row a path: how
 * it is read, and which system it speaks of.
 *
 *	etc/debian_version    12.5                or  trixie/sid
 *	etc/alpine-release    3.18.9
 *	etc/lsb-release       DISTRIB_ID=Ubuntu and DISTRIB_RELEASE=22.04, one a line
 *	etc/redhat-release    AlmaLinux release 9.4 (Seafoam Ocelot)
 *	etc/system-release    Amazon Linux release 2 (Karoo)
 */
#include <assert.h>

#include "inventory/os/analysers.h"
#include "inventory/os/os_weight.h"

enum { LINE_BYTES_MAX = 256 };

struct row {
	const char *path;
	struct lc_slice family; /* p NULL: as the text says */
	uint8_t weight;
	bool (*read)(struct lc_slice text, struct inv_os *os);
};

static struct lc_slice first_line(struct lc_slice text)
{
	struct lc_slice line;
	if (!lc_line(&text, &line))
		return LC_S("");
	line = lc_trim(line);
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] < ' ')
			return LC_S("");
	}
	return line.n > LINE_BYTES_MAX ? LC_S("") : line;
}

static bool read_version(struct lc_slice text, struct inv_os *os)
{
	os->version = first_line(text);
	return os->version.n > 0;
}

static bool read_debian(struct lc_slice text, struct inv_os *os)
{
	os->version = first_line(text);
	if (!lc_cut(os->version, '/', &os->codename, &(struct lc_slice){ 0 }))
		os->codename = LC_S("");
	return os->version.n > 0 && lc_find(os->version, ' ') == SIZE_MAX;
}

/* KEY=value, possibly in double quotes. */
static struct lc_slice assigned(struct lc_slice text, struct lc_slice key)
{
	struct lc_slice line;
	while (lc_line(&text, &line)) {
		if (!lc_chop_prefix(&line, key))
			continue;
		line = first_line(line);
		(void)lc_chop_prefix(&line, LC_S("\""));
		(void)lc_chop_suffix(&line, LC_S("\""));
		return line;
	}
	return LC_S("");
}

static bool read_lsb(struct lc_slice text, struct inv_os *os)
{
	os->version = assigned(text, LC_S("DISTRIB_RELEASE="));
	os->codename = assigned(text, LC_S("DISTRIB_CODENAME="));
	os->pretty = assigned(text, LC_S("DISTRIB_DESCRIPTION="));
	return lc_eq(assigned(text, LC_S("DISTRIB_ID=")), LC_S("Ubuntu")) && os->version.n > 0;
}

/* "NAME release 7.9.2009 (Core)": name and number. */
static bool cut_release(struct lc_slice text, struct lc_slice *ret_name, struct lc_slice *ret)
{
	static const struct lc_slice word = LC_S_INIT(" release ");
	struct lc_slice line = first_line(text);
	size_t at = lc_find_slice(line, word);
	size_t n = 0;
	if (at == SIZE_MAX)
		return false;
	*ret_name = lc_sub(line, 0, at);
	*ret = lc_skip(line, at + word.n);
	while (n < ret->n && (lc_is_digit(ret->p[n]) || ret->p[n] == '.'))
		n++;
	*ret = lc_sub(*ret, 0, n);
	return n > 0 && lc_is_digit(ret->p[0]);
}

static const struct {
	struct lc_slice name; /* how the line starts, ASCII case ignored */
	struct lc_slice family;
} redhat_likes[] = {
	{ LC_S_INIT("centos stream"), LC_S_INIT("centos-stream") },
	{ LC_S_INIT("centos"), LC_S_INIT("centos") },
	{ LC_S_INIT("rocky"), LC_S_INIT("rocky") },
	{ LC_S_INIT("alma"), LC_S_INIT("alma") },
	{ LC_S_INIT("oracle"), LC_S_INIT("oracle") },
	{ LC_S_INIT("fedora"), LC_S_INIT("fedora") },
};

static bool read_redhat(struct lc_slice text, struct inv_os *os)
{
	struct lc_slice name;
	if (!cut_release(text, &name, &os->version))
		return false;
	if (os->family.n)
		return true;
	os->family = LC_S("redhat");
	os->weight = OS_WEIGHT_GENERIC;
	for (size_t i = 0; i < sizeof(redhat_likes) / sizeof(redhat_likes[0]); i++) {
		struct lc_slice start = redhat_likes[i].name;
		if (lc_eq_nocase(lc_sub(name, 0, start.n), start)) {
			os->family = redhat_likes[i].family;
			os->weight = OS_WEIGHT_OWN_FILE;
			break;
		}
	}
	return true;
}

/* Old ones say "Amazon Linux AMI release 2018.03", the first of 2022 "Amazon Linux 2022 (…)". */
static bool read_amazon(struct lc_slice text, struct inv_os *os)
{
	struct lc_slice line = first_line(text);
	if (!lc_chop_prefix(&line, LC_S("Amazon Linux")))
		return false;
	line = lc_trim(line);
	if (lc_chop_prefix(&line, LC_S("AMI")))
		line = lc_trim(line);
	(void)lc_chop_prefix(&line, LC_S("release "));
	os->version = lc_trim(line);
	return os->version.n > 0;
}

static const struct row rows[] = {
	{ "etc/alpine-release", LC_S_INIT("alpine"), OS_WEIGHT_COARSE - 1, read_version },
	{ "etc/debian_version", LC_S_INIT("debian"), OS_WEIGHT_GENERIC, read_debian },
	{ "etc/lsb-release", LC_S_INIT("ubuntu"), OS_WEIGHT_OWN_FILE, read_lsb },
	{ "etc/system-release", LC_S_INIT("amazon"), OS_WEIGHT_OWN_FILE, read_amazon },
	{ "usr/lib/system-release", LC_S_INIT("amazon"), OS_WEIGHT_OWN_FILE, read_amazon },
	{ "etc/redhat-release", { NULL, 0 }, OS_WEIGHT_GENERIC, read_redhat },
	{ "etc/oracle-release", LC_S_INIT("oracle"), OS_WEIGHT_OWN_FILE, read_redhat },
	{ "etc/centos-release", { NULL, 0 }, OS_WEIGHT_OWN_FILE, read_redhat },
	{ "etc/rocky-release", LC_S_INIT("rocky"), OS_WEIGHT_OWN_FILE, read_redhat },
	{ "etc/almalinux-release", LC_S_INIT("alma"), OS_WEIGHT_OWN_FILE, read_redhat },
	{ "etc/fedora-release", LC_S_INIT("fedora"), OS_WEIGHT_OWN_FILE, read_redhat },
	{ "usr/lib/fedora-release", LC_S_INIT("fedora"), OS_WEIGHT_OWN_FILE, read_redhat },
};

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	const struct row *row = NULL;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (lc_eq(f->path, lc_str(rows[i].path)))
			row = &rows[i];
	}
	if (!row)
		return 0;
	struct inv_os os = { .family = row->family, .weight = row->weight };
	/* A text that does not match speaks of another system, which has files of its own. */
	int r = row->read(f->bytes, &os) ? inv_sink_os(out, &os) : 0;
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want wants[] = {
	{ INV_WANT_PATH, "etc/alpine-release", NULL, 0 },
	{ INV_WANT_PATH, "etc/debian_version", NULL, 0 },
	{ INV_WANT_PATH, "etc/lsb-release", NULL, 0 },
	{ INV_WANT_PATH, "etc/system-release", NULL, 0 },
	{ INV_WANT_PATH, "usr/lib/system-release", NULL, 0 },
	{ INV_WANT_PATH, "etc/redhat-release", NULL, 0 },
	{ INV_WANT_PATH, "etc/oracle-release", NULL, 0 },
	{ INV_WANT_PATH, "etc/centos-release", NULL, 0 },
	{ INV_WANT_PATH, "etc/rocky-release", NULL, 0 },
	{ INV_WANT_PATH, "etc/almalinux-release", NULL, 0 },
	{ INV_WANT_PATH, "etc/fedora-release", NULL, 0 },
	{ INV_WANT_PATH, "usr/lib/fedora-release", NULL, 0 },
};
static_assert(sizeof(wants) / sizeof(wants[0]) == sizeof(rows) / sizeof(rows[0]), "a row a want");

const struct inv_analyser inv_release_files = {
	.name = "release-files",
	.version = 1,
	.group = INV_GROUP_OS,
	.targets = OS_TARGETS,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.size_max = (uint64_t)1 << 20,
	.parse = parse,
};
