/*
 * Java archives: jar, war, ear and their kin, and those inside them. Sources: JAR File
 * Specification; Maven Archiver; Spring Boot, "The Executable Jar Format".
 *
 *	META-INF/maven/GROUP/ARTIFACT/pom.properties
 *	META-INF/maven/GROUP/ARTIFACT/pom.xml
 *	    of what was built from Maven's projects: one, or several put into one archive
 *	META-INF/MANIFEST.MF
 *	WEB-INF/lib/NAME.jar, BOOT-INF/lib/NAME.jar, lib/NAME.jar, …
 *
 * An archive of which no pom.properties speaks goes by its file's name and manifest. Members are
 * never written anywhere; the depth of nesting, the number of members, and the bytes that members
 * unfold to, whether they turn out to be whole or not, are bounded for the outermost archive.
 */
#include "crypt/digest.h"
#include "format/zip.h"
#include "inventory/language/analysers.h"
#include "inventory/language/java.h"
#include "inventory/language/packages.h"

enum {
	NESTING_MAX = 8,
	MEMORY_MAX = 1 << 20, /* of a nested archive; larger ones go to a memory file */
	TEXT_MAX = 1 << 20,   /* a manifest, a pom.properties */
};

/* The outermost archive while it is read. */
struct reading {
	const struct inv_file *file;
	struct inv_sink *out;
	uint64_t members_left, bytes_left;
	bool over; /* one of these was passed: nothing more is read */
};

struct archive {
	struct reading *reading;
	struct lc_slice path; /* "a.war/WEB-INF/lib/b.jar" */
	struct lc_slice stem; /* "b" */
	unsigned depth;
	const struct lc_content *content;
	struct zip_reader *zip;
	struct packages packages;
	struct lc_arena texts; /* of the manifest: let go of with the archive, there may be many */
	struct java_manifest manifest;
	struct java_coordinates project; /* of META-INF/maven/GROUP/ARTIFACT/pom.xml, no version */
	struct inv_package *own;         /* the one that the file is named after */
};

static int trouble(struct archive *j, enum inv_trouble kind, struct lc_slice member,
		   const char *text)
{
	struct lc_slice inner = lc_skip(j->path, j->reading->file->path.n);
	(void)lc_chop_prefix(&inner, LC_S("/"));
	if (inner.n == 0 && member.n == 0)
		return inv_sink_trouble(j->reading->out, kind, "%s", text);
	return inv_sink_trouble(j->reading->out, kind, "%s%s%s: %s",
				inner.n ? lc_quote(inner).s : "", inner.n && member.n ? "/" : "",
				member.n ? lc_quote(member).s : "", text);
}

/* What a reader gave for a member or an archive: the scan goes on with the others. */
static int judge(struct archive *j, struct lc_slice member, int r, const struct lc_err *e)
{
	if (r == 0 || r == LC_ENOMEM || r == LC_ECANCEL)
		return r;
	return trouble(j, inv_trouble_of(r), member, e->msg[0] ? e->msg : lc_code_name(r));
}

/* What members gave since then, which counts also where it was no use. */
static int charge(struct archive *j, uint64_t before)
{
	struct reading *q = j->reading;
	uint64_t n = zip_inflated(j->zip) - before;
	q->bytes_left -= lc_min64(n, q->bytes_left);
	if (q->bytes_left || q->over)
		return 0;
	q->over = true;
	return trouble(j, INV_TOO_LARGE, LC_S(""), "too many bytes in all members");
}

/* ---- names ---- */

/* The name without its extension; false for a file that is no Java archive. */
static bool stem_of(struct lc_slice path, struct lc_slice *ret)
{
	static const char *const extensions[] = { ".jar", ".war", ".ear", ".par", ".hpi", ".jpi",
						  ".nar", ".kar", ".sar", ".rar", ".lpkg" };
	struct lc_slice name = lc_path_name(path);
	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++) {
		struct lc_slice extension = lc_str(extensions[i]);
		if (name.n > extension.n &&
		    lc_eq_nocase(lc_skip(name, name.n - extension.n), extension)) {
			*ret = lc_sub(name, 0, name.n - extension.n);
			return true;
		}
	}
	return false;
}

/* Archives of texts about the code, with no code to run. */
static bool is_about(struct lc_slice stem)
{
	return lc_ends(stem, LC_S("-sources")) || lc_ends(stem, LC_S("-javadoc"));
}

static bool climbs(struct lc_slice name)
{
	struct lc_slice part;
	if (lc_starts(name, LC_S("/")) || lc_find(name, '\\') != SIZE_MAX)
		return true;
	while (lc_split(&name, '/', &part)) {
		if (lc_eq(part, LC_S("..")))
			return true;
		if (!name.p)
			break;
	}
	return false;
}

/* ---- what Maven left ---- */

static int add(struct archive *j, const struct java_coordinates *c, struct inv_package **ret)
{
	struct lc_arena *a = j->reading->file->scratch;
	struct inv_package p = {
		.type = LC_S("jar"),
		.name = java_name(c, a),
		.version = c->version,
	};
	if (!p.name.p || lc_arena_dup(a, p.name, &p.name) || lc_arena_dup(a, p.version, &p.version))
		return lc_arena_err(a);
	return packages_add(&j->packages, &p, ret);
}

static int add_properties(struct archive *j, struct lc_slice text)
{
	struct java_coordinates c;
	struct inv_package *p;
	if (!java_by_properties(text, &c))
		return 0; /* a template of a tool's own, or a project that left it empty */
	int r = add(j, &c, &p);
	if (r == 0 && p && !j->own && java_is_file_of(j->stem, c.artifact))
		j->own = p;
	return r;
}

/* META-INF/maven/GROUP/ARTIFACT/pom.xml */
static int note_project(struct archive *j, struct lc_slice name)
{
	struct lc_arena *a = j->reading->file->scratch;
	struct lc_slice group;
	struct lc_slice artifact;
	struct lc_slice rest;
	(void)lc_chop_prefix(&name, LC_S("META-INF/maven/"));
	if (!lc_cut(name, '/', &group, &rest) || !lc_cut(rest, '/', &artifact, &rest) ||
	    !lc_eq(rest, LC_S("pom.xml")) || !java_is_file_of(j->stem, artifact))
		return 0;
	if (lc_arena_dup(a, group, &j->project.group) ||
	    lc_arena_dup(a, artifact, &j->project.artifact))
		return lc_arena_err(a);
	return 0;
}

static int read_text(struct archive *j, const struct zip_member *m)
{
	struct lc_err e = { 0 };
	struct lc_buf text;
	uint64_t before = zip_inflated(j->zip);
	lc_buf_init(&text, TEXT_MAX);
	int r = zip_member_read(j->zip, m->index, &text, &e);
	struct lc_slice bytes = lc_buf_get(&text);
	if (r) {
		r = judge(j, m->name, r, &e);
	} else if (lc_ends(m->name, LC_S("pom.properties"))) {
		r = add_properties(j, bytes);
	} else if (j->manifest.map.n == 0) {
		r = lc_arena_dup(&j->texts, java_manifest_main(bytes), &bytes);
		r = r ? r : java_manifest_read(bytes, &j->texts, &j->manifest);
	}
	lc_buf_done(&text);
	return r ? r : charge(j, before);
}

/* ---- who it is itself ---- */

static int digest_own(struct archive *j)
{
	struct lc_arena *a = j->reading->file->scratch;
	struct lc_content_stream from;
	struct digest_stream s;
	struct digest d;
	struct lc_err e = { 0 };
	char text[DIGEST_TEXT_MAX];
	uint64_t n;
	lc_content_stream_init(&from, j->content, 0, j->content->size);
	int r = digest_stream_init(&s, &from.base, DIGEST_SHA1, &e);
	if (r)
		return r;
	r = lc_stream_drain(&s.base, &n, &e);
	r = r ? r : digester_get(s.digester, &d, &e);
	digest_stream_done(&s);
	if (r)
		return judge(j, LC_S(""), r, &e);
	j->own->digest = lc_arena_fmt(a, "%s", digest_text(&d, text));
	return j->own->digest.p ? 0 : lc_arena_err(a);
}

static int identify(struct archive *j)
{
	struct java_coordinates c;
	bool named = java_by_file(j->stem, &c);
	bool jar = lc_ends(j->path, LC_S(".jar")) || lc_ends(j->path, LC_S(".JAR"));
	if (!j->own && packages_count(&j->packages) == 1 && !named)
		j->own = packages_at(&j->packages, 0);
	if (!j->own) {
		if (java_is_file_of(j->stem, j->project.artifact) && j->project.artifact.n) {
			c.group = j->project.group;
			c.artifact = j->project.artifact;
		}
		java_by_manifest(&j->manifest, &c);
		/*
		 * What names neither group nor version may still be known by its bytes; without a
		 * group an application is nobody's but its own.
		 */
		if (jar ? named || c.group.n || c.version.n == 0 : c.version.n && c.group.n) {
			int r = add(j, &c, &j->own);
			if (r)
				return r;
		}
	}
	return j->own ? digest_own(j) : 0;
}

static int put(struct archive *j)
{
	struct inv_attribute path = { LC_S("path"), j->path };
	for (size_t i = 0; i < packages_count(&j->packages) && j->depth; i++) {
		packages_at(&j->packages, i)->attributes =
			(struct inv_attribute_list){ &path, 1, 1 };
	}
	return packages_put(&j->packages);
}

/* ---- members ---- */

static int read_archive(struct archive *j);

static int read_nested(struct archive *j, const struct zip_member *m, struct lc_slice stem)
{
	struct reading *q = j->reading;
	struct lc_content content = { .fd = -1 };
	struct lc_stream *s;
	struct lc_err e = { 0 };
	struct archive inner = { .reading = q, .depth = j->depth + 1, .content = &content };
	if (inner.depth > NESTING_MAX)
		return trouble(j, INV_TOO_LARGE, m->name, "archives nested deeper than 8");
	inner.path = lc_arena_fmt(q->file->scratch, "%.*s/%.*s", LC_FMT(j->path), LC_FMT(m->name));
	if (!inner.path.p || lc_arena_dup(q->file->scratch, stem, &inner.stem))
		return lc_arena_err(q->file->scratch);
	uint64_t before = zip_inflated(j->zip);
	uint64_t most = lc_min64(q->file->limits->spool_bytes_max, q->bytes_left);
	int r = zip_member_stream(j->zip, m->index, &s, &e);
	if (r)
		return judge(j, m->name, r, &e);
	int spooled = lc_content_spool(s, MEMORY_MAX, most, &content, &e);
	lc_stream_close(s);
	r = judge(j, m->name, spooled, &e);
	r = r ? r : charge(j, before);
	if (r == 0 && spooled == 0 && !q->over)
		r = read_archive(&inner);
	lc_content_done(&content);
	return r;
}

static int read_member(struct archive *j, uint64_t index)
{
	struct zip_member m;
	struct lc_slice stem;
	struct lc_err e = { 0 };
	int r = zip_member_at(j->zip, index, &m, &e);
	if (r)
		return judge(j, LC_S(""), r, &e);
	bool archive = stem_of(m.name, &stem);
	if (archive && climbs(m.name))
		return trouble(j, INV_MALFORMED, m.name, "name that leads out of the archive");
	if (archive)
		return is_about(stem) ? 0 : read_nested(j, &m, stem);
	if (lc_starts(m.name, LC_S("META-INF/maven/")) && lc_ends(m.name, LC_S("/pom.xml")))
		return note_project(j, m.name);
	if (lc_eq(lc_path_name(m.name), LC_S("pom.properties")) ||
	    lc_eq_nocase(m.name, LC_S("META-INF/MANIFEST.MF")))
		return read_text(j, &m);
	return 0;
}

static int read_members(struct archive *j)
{
	struct reading *q = j->reading;
	uint64_t n = zip_members(j->zip);
	int r = 0;
	q->members_left -= n;
	for (uint64_t i = 0; i < n && r == 0 && !q->over; i++)
		r = read_member(j, i);
	return r;
}

/* Recursion ends at NESTING_MAX. */
static int read_archive(struct archive *j)
{
	struct lc_err e = { 0 };
	struct lc_limits limits = lc_limits_copy(j->reading->file->limits);
	limits.entries_max = j->reading->members_left; /* before memory is taken for them */
	int r = zip_open_content(j->content, &limits, &j->zip, &e);
	j->reading->over |= r == LC_ELIMIT;
	if (r)
		return judge(j, LC_S(""), r, &e);
	packages_init(&j->packages, j->reading->file->scratch, j->reading->out);
	lc_arena_init(&j->texts, (size_t)4 * TEXT_MAX);
	r = read_members(j);
	r = r ? r : identify(j);
	r = r ? r : put(j);
	packages_done(&j->packages);
	java_manifest_done(&j->manifest);
	lc_arena_done(&j->texts);
	zip_reader_close(j->zip);
	return r;
}

/* ---- all ---- */

/* ".rar" is a resource adapter, or an archive of the packer with that name. */
static bool is_other(const struct inv_file *f)
{
	char magic[4] = { 0 };
	return lc_content_read(f->content, 0, magic, sizeof(magic), NULL) == 0 &&
	       memcmp(magic, "Rar!", sizeof(magic)) == 0;
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct reading q = {
		.file = f,
		.out = out,
		.members_left = f->limits->entries_max,
		.bytes_left = 2 * f->limits->spool_bytes_max,
	};
	struct archive j = { .reading = &q, .path = f->path, .content = f->content };
	if (!stem_of(f->path, &j.stem) || is_about(j.stem) || is_other(f))
		return 0;
	int r = read_archive(&j);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_SUFFIX, .text = ".jar" },  { .kind = INV_WANT_SUFFIX, .text = ".war" },
	{ .kind = INV_WANT_SUFFIX, .text = ".ear" },  { .kind = INV_WANT_SUFFIX, .text = ".par" },
	{ .kind = INV_WANT_SUFFIX, .text = ".hpi" },  { .kind = INV_WANT_SUFFIX, .text = ".jpi" },
	{ .kind = INV_WANT_SUFFIX, .text = ".nar" },  { .kind = INV_WANT_SUFFIX, .text = ".kar" },
	{ .kind = INV_WANT_SUFFIX, .text = ".sar" },  { .kind = INV_WANT_SUFFIX, .text = ".rar" },
	{ .kind = INV_WANT_SUFFIX, .text = ".lpkg" }, { .kind = INV_WANT_SUFFIX, .text = ".JAR" },
	{ .kind = INV_WANT_SUFFIX, .text = ".WAR" },  { .kind = INV_WANT_SUFFIX, .text = ".EAR" },
};

const struct inv_analyser inv_java_archive = {
	.name = "jar",
	.version = 2,
	.group = INV_GROUP_LIBRARY,
	.targets = INSTALLED,
	.access = INV_SEEKABLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
