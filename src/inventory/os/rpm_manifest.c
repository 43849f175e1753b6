/*
 * var/lib/rpmmanifest/container-manifest-2: what Azure Linux and CBL-Mariner leave in images
 * without rpm, a package a line, fields with tabs between, as rpm's query format gives them:
 *
 *	NAME VERSION-RELEASE INSTALLTIME BUILDTIME VENDOR EPOCH SIZE ARCH EPOCHNUM SOURCERPM
 *
 * "(none)" stands for what a package has not.
 */
#include <inttypes.h>

#include "inventory/os/analysers.h"
#include "inventory/os/rpm_package.h"
#include "inventory/os/rpm_vendor.h"

enum field {
	NAME,
	VERSION,
	INSTALLTIME,
	BUILDTIME,
	VENDOR,
	EPOCH,
	SIZE,
	ARCH,
	EPOCHNUM,
	SOURCERPM
};

enum { FIELDS = SOURCERPM + 1 };

struct parser {
	const struct inv_file *file;
	struct inv_sink *out;
	uint32_t line;
};

static bool split(struct lc_slice line, struct lc_slice v[FIELDS])
{
	for (size_t i = 0; i < FIELDS; i++) {
		if (!line.p || !lc_split(&line, '\t', &v[i]))
			return false;
		if (lc_eq(v[i], LC_S("(none)")))
			v[i] = LC_S("");
	}
	return true;
}

static int bad(struct parser *p, const char *what)
{
	return inv_sink_trouble(p->out, INV_MALFORMED, "line %" PRIu32 ": %s", p->line, what);
}

static int put_package(struct parser *p, const struct lc_slice v[FIELDS])
{
	struct lc_arena *a = p->file->scratch;
	struct lc_slice version;
	struct lc_slice release = { NULL, 0 };
	struct inv_attribute vendor = { LC_S("vendor"), v[VENDOR] };
	uint64_t epoch = 0;
	size_t dash = lc_rfind(v[VERSION], '-');
	if (dash != SIZE_MAX)
		release = lc_skip(v[VERSION], dash + 1);
	version = lc_sub(v[VERSION], 0, dash == SIZE_MAX ? 0 : dash);
	if (!rpm_is_token(v[NAME]) || !rpm_is_token(version) || !rpm_is_token(release))
		return bad(p, "package without a usable name, version or release");
	if (v[ARCH].n && !rpm_is_token(v[ARCH]))
		return bad(p, "architecture");
	if (v[EPOCH].n && !lc_u64(v[EPOCH], 10, UINT32_MAX, &epoch))
		return bad(p, "epoch");
	struct inv_package pkg = {
		.type = LC_S("rpm"),
		.name = v[NAME],
		.arch = v[ARCH],
		.maintainer = v[VENDOR],
		.line_start = p->line,
		.line_end = p->line,
		.flags = rpm_third_party(v[VENDOR], release) ? INV_THIRD_PARTY : 0,
	};
	if (v[VENDOR].n)
		pkg.attributes = (struct inv_attribute_list){ &vendor, 1, 1 };
	pkg.version = rpm_version_text(v[EPOCH].n, (uint32_t)epoch, version, release, a);
	struct lc_slice source = { NULL, 0 };
	if (rpm_split_source(v[SOURCERPM], &pkg.source_name, &source))
		pkg.source_version =
			v[EPOCH].n ? lc_arena_fmt(a, "%u:%.*s", (uint32_t)epoch, LC_FMT(source))
				   : source;
	if (!pkg.version.p || (source.n && !pkg.source_version.p))
		return lc_arena_err(a);
	return inv_sink_package(p->out, &pkg);
}

static int on_line(struct parser *p, struct lc_slice line)
{
	struct lc_slice v[FIELDS];
	if (lc_trim(line).n == 0)
		return 0;
	if (!split(line, v))
		return bad(p, "fewer fields than a package has");
	return lc_eq(v[NAME], LC_S("gpg-pubkey")) ? 0 : put_package(p, v);
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct parser p = { .file = f, .out = out };
	struct lc_slice rest = f->bytes;
	struct lc_slice line;
	int r = 0;
	while (r == 0 && lc_line(&rest, &line)) {
		p.line++;
		r = on_line(&p, line);
	}
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want wants[] = {
	{ INV_WANT_PATH, "var/lib/rpmmanifest/container-manifest-2", NULL, 0 },
};

const struct inv_analyser inv_rpm_manifest = {
	.name = "rpm-manifest",
	.version = 1,
	.group = INV_GROUP_OS,
	.targets = OS_TARGETS,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = 1,
	.parse = parse,
};
