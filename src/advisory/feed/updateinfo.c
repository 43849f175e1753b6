/*
 * updateinfo.xml of rpm repositories. Source: the files of Amazon Linux, Rocky Linux, Bottlerocket
 * and Fedora; createrepo_c's updateinfo.
 *
 *   updates > update (type) > id, title, severity, issued, updated, release, references > reference
 *   (id, type), pkglist > collection (short) > name, module (name, stream), package (name, epoch,
 *   version, release, arch)
 *
 * Amazon's extras are updates of their own topic (ALASDOCKER-…): a package of a topic must not be
 * judged by another's fix, so each topic is an ecosystem of its own.
 */
#include "advisory/feed/native.h"
#include "base/shim.h"
#include "format/xml.h"

struct updates {
	struct native n; /* n.a is the current update's */
	struct lc_arena *whole;
};

static bool is_upper(uint8_t c)
{
	return c >= 'A' && c <= 'Z';
}

/* "ALASDOCKER-2021-003" and "ALAS2KERNEL-5.10-2022-001": the letters after ALAS and a release. */
static struct lc_slice amazon_topic(struct lc_slice id)
{
	(void)lc_chop_prefix(&id, LC_S("ALAS"));
	while (id.n && lc_is_digit(id.p[0]))
		id = lc_skip(id, 1);
	size_t n = id.n;
	unsigned dashes = 0;
	while (n && dashes < 2) /* the year and the number are last */
		dashes += id.p[--n] == '-';
	struct lc_slice topic = lc_sub(id, 0, n);
	return topic.n && is_upper(topic.p[0]) ? topic : (struct lc_slice){ NULL, 0 };
}

static struct lc_slice amazon(struct lc_slice release, struct lc_slice id, struct lc_arena *a)
{
	struct lc_slice topic = amazon_topic(id);
	if (lc_eq(release, LC_S("AMI")) || !release.n)
		release = LC_S("1");
	if (!topic.n)
		return lc_arena_fmt(a, "Amazon Linux:%.*s", LC_FMT(release));
	return lc_arena_fmt(a, "Amazon Linux:%.*s:%.*s", LC_FMT(release), LC_FMT(topic));
}

/* "Rocky Linux 8 - BaseOS" to "8" */
static struct lc_slice leading_word(struct lc_slice s)
{
	struct lc_slice head;
	struct lc_slice tail;
	s = lc_trim(s);
	return lc_cut(s, ' ', &head, &tail) ? head : s;
}

static struct lc_slice ecosystem_of(struct lc_slice collection, struct lc_slice id,
				    struct lc_arena *a)
{
	if (lc_chop_prefix(&collection, LC_S("Amazon Linux")))
		return amazon(leading_word(collection), id, a);
	if (lc_chop_prefix(&collection, LC_S("Rocky Linux ")))
		return lc_arena_fmt(a, "Rocky Linux:%.*s", LC_FMT(leading_word(collection)));
	if (lc_chop_prefix(&collection, LC_S("Fedora ")))
		return lc_arena_fmt(a, "Fedora:%.*s", LC_FMT(leading_word(collection)));
	if (lc_starts(collection, LC_S("Bottlerocket")))
		return LC_S("Bottlerocket");
	return (struct lc_slice){ NULL, 0 };
}

static struct lc_slice source_of(struct lc_slice ecosystem)
{
	static const struct {
		struct lc_slice begins, source;
	} rows[] = {
		{ LC_S_INIT("Amazon"), LC_S_INIT("amazon") },
		{ LC_S_INIT("Rocky"), LC_S_INIT("rocky") },
		{ LC_S_INIT("Fedora"), LC_S_INIT("fedora") },
		{ LC_S_INIT("Bottlerocket"), LC_S_INIT("bottlerocket") },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (lc_starts(ecosystem, rows[i].begins))
			return rows[i].source;
	return (struct lc_slice){ NULL, 0 };
}

static int say_package(struct updates *u, struct native_state *s, const struct xml_node *p)
{
	struct lc_slice epoch = xml_attr(p, "epoch");
	struct lc_slice version = xml_attr(p, "version");
	struct lc_slice release = xml_attr(p, "release");
	struct lc_slice arch = xml_attr(p, "arch");
	if (!version.n || !release.n || lc_eq(arch, LC_S("src")))
		return 0;
	bool plain = !epoch.n || lc_eq(epoch, LC_S("0"));
	s->package = xml_attr(p, "name");
	s->fixed = lc_arena_fmt(u->n.a, "%.*s%s%.*s-%.*s", LC_FMT(plain ? LC_S("") : epoch),
				plain ? "" : ":", LC_FMT(version), LC_FMT(release));
	if (!s->fixed.p)
		return lc_fail(u->n.e, lc_arena_err(u->n.a), "no memory for updates");
	bool any = !arch.n || lc_eq(arch, LC_S("noarch"));
	s->arches = (struct lc_slices){ &arch, any ? 0 : 1, any ? 0 : 1 };
	return native_say(&u->n, s);
}

static int say_collection(struct updates *u, struct native_state *s, const struct xml_node *c)
{
	const struct xml_node *m = xml_child(c, "module");
	struct lc_slice name = xml_child_text(c, "name");
	int rc = 0;
	s->ecosystem = ecosystem_of(name, s->record, u->n.a);
	u->n.source = source_of(s->ecosystem);
	s->module = (struct lc_slice){ NULL, 0 };
	if (m && xml_attr(m, "name").n)
		s->module = lc_arena_fmt(u->n.a, "%.*s:%.*s", LC_FMT(xml_attr(m, "name")),
					 LC_FMT(xml_attr(m, "stream")));
	if (u->n.a->err)
		return lc_fail(u->n.e, u->n.a->err, "no memory for updates");
	for (const struct xml_node *p = xml_child(c, "package"); !rc && p; p = xml_again(p))
		rc = say_package(u, s, p);
	return rc;
}

/* CVEs among the references; an update that names none in them may do so in its title. */
static int find_about(struct updates *u, const struct xml_node *n, struct lc_slices *ret)
{
	const struct xml_node *r = xml_at(n, "references", "reference", NULL);
	int rc = 0;
	for (; !rc && r; r = xml_again(r))
		rc = native_cves(&u->n, xml_attr(r, "id"), ret);
	if (!rc && !ret->n)
		rc = native_cves(&u->n, xml_child_text(n, "title"), ret);
	id_sort(ret);
	return rc;
}

static int tell(struct updates *u, const struct native_state *s)
{
	int rc = 0;
	for (size_t i = 0; !rc && i < s->about->n; i++) {
		struct native_facts f = { .id = s->about->v[i], .severity = s->severity };
		rc = native_tell(&u->n, &f);
	}
	return rc;
}

static int read_update(struct updates *u, const struct xml_node *n)
{
	struct lc_slices about = { 0 };
	struct native_state s = { .record = xml_child_text(n, "id"), .about = &about };
	uint64_t before = u->n.records;
	if (!id_is_sane(s.record) || !lc_eq_nocase(xml_attr(n, "type"), LC_S("security")))
		return 0; /* bug fixes and new features */
	int rc = find_about(u, n, &about);
	if (!rc && !about.n)
		rc = native_add_id(&u->n, &about, s.record);
	(void)severity_parse(xml_child_text(n, "severity"), &s.severity); /* "None": unknown */
	struct lc_slice date = xml_attr(xml_child(n, "updated"), "date");
	s.date = native_date(date.n ? date : xml_attr(xml_child(n, "issued"), "date"), u->n.a);
	const struct xml_node *c = xml_at(n, "pkglist", "collection", NULL);
	for (; !rc && c; c = xml_again(c))
		rc = say_collection(u, &s, c);
	return !rc && u->n.records > before ? tell(u, &s) : rc;
}

static int on_update(void *ctx, const struct xml_node *n, struct lc_err *e)
{
	struct updates *u = ctx;
	struct lc_arena scratch LC_CLEANUP(lc_arena_done) = { 0 };
	(void)e; /* the same as u->n.e */
	u->n.a = &scratch;
	int rc = read_update(u, n);
	u->n.a = u->whole;
	return rc;
}

int feed_updateinfo(struct lc_slice xml, struct lc_slice path, const struct feed_collector *c,
		    struct lc_arena *a, uint64_t *ret_records, struct lc_err *e)
{
	static const char *const names[] = { "update", NULL };
	struct updates u = { .n = { c, a, e, { NULL, 0 }, 0 }, .whole = a };
	(void)path; /* collections have names */
	int rc = xml_read(xml, names, NULL, on_update, &u, e);
	*ret_records = u.n.records;
	return rc;
}
