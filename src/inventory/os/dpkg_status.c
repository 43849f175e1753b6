/*
 * dpkg's status file, and status.d of images without dpkg (one paragraph or more a file, no
 * Status). Source: Debian Policy 5.3, 5.6; dpkg(1) "Package states"; deb822(5).
 *
 *	Package: libssl3            Status: install ok installed
 *	Architecture: amd64         Source: openssl (3.0.15-1~deb12u1)
 *	Version: 3.0.15-1~deb12u1   Conffiles:
 *	                             /etc/ssl/openssl.cnf 7c01…
 */
#include <inttypes.h>

#include "inventory/os/analysers.h"
#include "inventory/os/dpkg_paragraph.h"
#include "inventory/os/dpkg_read.h"
#include "inventory/os/third_party.h"
#include "version/version.h"

enum { NAME_BYTES_MAX = 512, MAINTAINER_BYTES_MAX = 1024 };

enum field {
	F_PACKAGE,
	F_STATUS,
	F_VERSION,
	F_ARCHITECTURE,
	F_SOURCE,
	F_MAINTAINER,
	F_DEPENDS,
	F_PRE_DEPENDS,
	F_CONFFILES,
	F_LICENSE, /* opkg's */
	F_N
};

static const struct lc_slice field_names[F_N] = {
	[F_PACKAGE] = LC_S_INIT("Package"),     [F_STATUS] = LC_S_INIT("Status"),
	[F_VERSION] = LC_S_INIT("Version"),     [F_ARCHITECTURE] = LC_S_INIT("Architecture"),
	[F_SOURCE] = LC_S_INIT("Source"),       [F_MAINTAINER] = LC_S_INIT("Maintainer"),
	[F_DEPENDS] = LC_S_INIT("Depends"),     [F_PRE_DEPENDS] = LC_S_INIT("Pre-Depends"),
	[F_CONFFILES] = LC_S_INIT("Conffiles"), [F_LICENSE] = LC_S_INIT("License"),
};

struct paragraph {
	struct lc_slice field[F_N]; /* p NULL: absent */
	uint32_t line_start, line_end;
	size_t lines;
	struct inv_owned_list owned;
	struct lc_slices depends_on;
};

struct parser {
	const struct inv_file *file;
	struct inv_sink *out;
	struct lc_slice type; /* of package_type.h */
	struct dpkg_reader in;
	struct paragraph now;
	enum field current; /* whose continuation lines come; F_N one we do not keep */
};

static bool is_opkg(const struct parser *p)
{
	return lc_eq(p->type, LC_S("opkg"));
}

static int bad(struct parser *p, uint32_t line, const char *what)
{
	return inv_sink_trouble(p->out, INV_MALFORMED, "line %" PRIu32 ": %s", line, what);
}

/* ---- state ---- */

enum installed { INSTALLED, ABSENT, PARTLY, UNCLEAR };

static const struct {
	struct lc_slice word;
	enum installed means;
} states[] = {
	{ LC_S_INIT("installed"), INSTALLED },        { LC_S_INIT("half-configured"), INSTALLED },
	{ LC_S_INIT("triggers-awaited"), INSTALLED }, { LC_S_INIT("triggers-pending"), INSTALLED },
	{ LC_S_INIT("unpacked"), INSTALLED },         { LC_S_INIT("half-installed"), PARTLY },
	{ LC_S_INIT("config-files"), ABSENT },        { LC_S_INIT("not-installed"), ABSENT },
};

/* The third word of "want flag state". No Status at all: status.d, where all is installed. */
static enum installed state_of(struct lc_slice status)
{
	if (!status.p)
		return INSTALLED;
	size_t space = lc_rfind(status, ' ');
	struct lc_slice word = space == SIZE_MAX ? status : lc_skip(status, space + 1);
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (lc_eq(word, states[i].word))
			return states[i].means;
	}
	return UNCLEAR;
}

/* ---- parts ---- */

/* Printable ASCII without spaces: what may stand in names and versions at all. */
static bool is_token(struct lc_slice s)
{
	if (s.n == 0 || s.n > NAME_BYTES_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	}
	return true;
}

/* "name" or "name (version)"; what is not said is the binary's own. opkg's may be a path. */
static bool read_source(struct lc_slice source, struct inv_package *pkg)
{
	struct lc_slice version;
	pkg->source_name = pkg->name;
	pkg->source_version = pkg->version;
	if (source.n == 0)
		return true;
	if (!lc_cut(source, '(', &source, &version)) {
		pkg->source_name = lc_path_name(source);
		return is_token(pkg->source_name);
	}
	source = lc_trim(source);
	version = lc_trim(version);
	if (!lc_chop_suffix(&version, LC_S(")")) || !is_token(source) ||
	    !is_token(lc_trim(version)))
		return false;
	pkg->source_name = source;
	pkg->source_version = lc_trim(version);
	return true;
}

/* "a (>= 1), b:any | c": every name, alternatives too; squash keeps those that are there. */
static int read_depends(struct parser *p, struct lc_slice value)
{
	struct lc_slice one;
	while (lc_split(&value, ',', &one)) {
		struct lc_slice alternative;
		while (lc_split(&one, '|', &alternative)) {
			alternative = lc_trim(alternative);
			size_t end = 0;
			while (end < alternative.n &&
			       lc_find(LC_S(" (:[<\t"), alternative.p[end]) == SIZE_MAX)
				end++;
			if (!is_token(lc_sub(alternative, 0, end)))
				continue;
			struct lc_slice *name = lc_vec_push(p->file->scratch, &p->now.depends_on);
			if (!name)
				return lc_arena_err(p->file->scratch);
			*name = lc_sub(alternative, 0, end);
		}
	}
	return 0;
}

/* " /etc/file md5", possibly with " obsolete" or " remove-on-upgrade" behind. */
static int read_conffile(struct parser *p, struct lc_slice line)
{
	struct lc_slice path = lc_trim(line);
	struct lc_slice hash = LC_S("");
	if (path.n == 0)
		return 0;
	(void)lc_chop_suffix(&path, LC_S(" obsolete"));
	(void)lc_chop_suffix(&path, LC_S(" remove-on-upgrade"));
	size_t space = lc_rfind(path, ' ');
	if (space != SIZE_MAX) {
		hash = lc_skip(path, space + 1);
		path = lc_trim(lc_sub(path, 0, space));
	}
	while (lc_chop_prefix(&path, LC_S("/")))
		;
	struct inv_owned *owned = lc_vec_push(p->file->scratch, &p->now.owned);
	if (!owned)
		return lc_arena_err(p->file->scratch);
	owned->path = path;
	/* Else "newconffile": not written yet. opkg's are the longer ones. */
	if (hash.n == 32 || hash.n == 64) {
		const char *algo = hash.n == 32 ? "md5" : "sha256";
		owned->digest = lc_arena_fmt(p->file->scratch, "%s:%.*s", algo, LC_FMT(hash));
		return owned->digest.p ? 0 : lc_arena_err(p->file->scratch);
	}
	return 0;
}

/* ---- paragraphs ---- */

static int check(struct parser *p, const struct inv_package *pkg, bool source_good)
{
	const struct paragraph *q = &p->now;
	int r = 0;
	if (!source_good)
		r = inv_sink_trouble(p->out, INV_MALFORMED, "line %" PRIu32 ": source of %s: %s",
				     q->line_start, lc_quote(pkg->name).s,
				     lc_quote(q->field[F_SOURCE]).s);
	if (r == 0 && !is_opkg(p) && !version_valid(VERSION_DEB, pkg->version))
		r = inv_sink_trouble(
			p->out, INV_MALFORMED, "line %" PRIu32 ": %s has no Debian version: %s",
			q->line_start, lc_quote(pkg->name).s, lc_quote(pkg->version).s);
	if (r == 0 && q->field[F_ARCHITECTURE].n != pkg->arch.n)
		r = inv_sink_trouble(p->out, INV_MALFORMED,
				     "line %" PRIu32 ": architecture of %s: %s", q->line_start,
				     lc_quote(pkg->name).s, lc_quote(q->field[F_ARCHITECTURE]).s);
	if (r == 0 && state_of(q->field[F_STATUS]) == UNCLEAR)
		r = inv_sink_trouble(p->out, INV_MALFORMED,
				     "line %" PRIu32 ": %s counts as installed, its status is %s",
				     q->line_start, lc_quote(pkg->name).s,
				     lc_quote(q->field[F_STATUS]).s);
	return r;
}

/* What a control file tells of the package whose status says less. */
static int put_licence(struct parser *p, struct lc_slice package)
{
	struct lc_slice licence = p->now.field[F_LICENSE];
	struct inv_owned_by by = { .type = p->type, .package = package };
	by.licences = (struct lc_slices){ &licence, 1, 1 };
	if (!is_opkg(p) || !licence.n || !lc_ends(p->file->path, LC_S(".control")))
		return 0;
	return inv_sink_owned_by(p->out, &by);
}

static int put_package(struct parser *p)
{
	struct paragraph *q = &p->now;
	struct inv_package pkg = {
		.type = p->type,
		.name = q->field[F_PACKAGE],
		.version = q->field[F_VERSION],
		.arch = q->field[F_ARCHITECTURE],
		.maintainer = q->field[F_MAINTAINER],
		.owned = q->owned,
		.line_start = q->line_start,
		.line_end = q->line_end,
	};
	if (pkg.maintainer.n > MAINTAINER_BYTES_MAX)
		pkg.maintainer.n = MAINTAINER_BYTES_MAX;
	if (pkg.arch.n && !is_token(pkg.arch))
		pkg.arch = LC_S("");
	bool source_good = read_source(q->field[F_SOURCE], &pkg);
	if (third_party_maintainer(pkg.maintainer))
		pkg.flags |= INV_THIRD_PARTY;
	int r = check(p, &pkg, source_good);
	r = r ? r : read_depends(p, q->field[F_PRE_DEPENDS]);
	r = r ? r : read_depends(p, q->field[F_DEPENDS]);
	pkg.depends_on = q->depends_on;
	r = r ? r : put_licence(p, pkg.name);
	return r ? r : inv_sink_package(p->out, &pkg);
}

static int end_paragraph(struct parser *p)
{
	struct paragraph *q = &p->now;
	enum installed state = state_of(q->field[F_STATUS]);
	int r = 0;
	if (q->lines == 0 || state == ABSENT)
		r = 0;
	else if (state == PARTLY)
		r = bad(p, q->line_start, "package half installed, not counted");
	else if (!is_token(q->field[F_PACKAGE]))
		r = bad(p, q->line_start, "paragraph without a usable Package field");
	else if (!is_token(q->field[F_VERSION]))
		r = bad(p, q->line_start, "paragraph without a usable Version field");
	else
		r = put_package(p);
	/* Lists keep their room: memory is that of the largest paragraph. */
	q->owned.n = 0;
	q->depends_on.n = 0;
	*q = (struct paragraph){ .owned = q->owned, .depends_on = q->depends_on };
	p->current = F_N;
	return r;
}

static int on_field(struct parser *p, const struct dpkg_field *f)
{
	size_t i = 0;
	while (i < F_N && !lc_eq_nocase(f->name, field_names[i]))
		i++;
	p->current = (enum field)i;
	if (i == F_N)
		return 0;
	if (p->now.field[i].p) {
		p->current = F_N;
		return bad(p, p->in.line, "field stands twice in its paragraph");
	}
	p->now.field[i] = f->value.p ? f->value : LC_S("");
	return 0;
}

static int on_line(struct parser *p, enum dpkg_line kind, const struct dpkg_field *f)
{
	struct paragraph *q = &p->now;
	q->line_end = p->in.line;
	if (q->lines++ == 0)
		q->line_start = p->in.line;
	switch (kind) {
	case DPKG_FIELD:
		return on_field(p, f);
	case DPKG_CONTINUED:
		if (p->current == F_DEPENDS || p->current == F_PRE_DEPENDS)
			return read_depends(p, f->value);
		return p->current == F_CONFFILES ? read_conffile(p, f->value) : 0;
	default:
		p->current = F_N;
		return bad(p, p->in.line, "neither a field nor the continuation of one");
	}
}

int dpkg_read_status(const struct inv_file *f, struct lc_slice type, struct inv_sink *out,
		     struct lc_err *e)
{
	struct parser p = {
		.file = f, .out = out, .type = type, .in.rest = f->bytes, .current = F_N
	};
	for (;;) {
		struct dpkg_field field = { 0 };
		enum dpkg_line kind = dpkg_next(&p.in, &field);
		bool ends = kind == DPKG_BLANK || kind == DPKG_END;
		int r = ends ? end_paragraph(&p) : on_line(&p, kind, &field);
		if (r)
			return lc_fail(e, r, "%s", lc_code_name(r));
		if (kind == DPKG_END)
			return 0;
	}
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	if (lc_ends(f->path, LC_S(".md5sums"))) /* status.d's checksums: dpkg_info.c reads them */
		return 0;
	return dpkg_read_status(f, LC_S("dpkg"), out, e);
}

static const struct inv_want wants[] = {
	{ INV_WANT_PATH, "var/lib/dpkg/status", NULL, 0 },
	{ INV_WANT_UNDER, "var/lib/dpkg/status.d", NULL, 0 },
};

const struct inv_analyser inv_dpkg_status = {
	.name = "dpkg",
	.version = 1,
	.group = INV_GROUP_OS,
	.targets = OS_TARGETS,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
