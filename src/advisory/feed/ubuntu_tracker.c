/*
 * The text files of Ubuntu's CVE tracker, one a CVE. Source: ubuntu-cve-tracker's README.
 *
 *   Candidate: CVE-2020-1
 *   Priority: medium
 *   CVSS:
 *    nvd: CVSS:3.1/…
 *   Description:
 *    …
 *   focal_openssl: released (1.1.1f-1ubuntu2.1)
 *   trusty/esm_openssl: needed
 *
 * Fields that go on are indented. States: needed, needs-triage, pending, deferred, released,
 * ignored, not-affected, DNE. A fix that is pending cannot be installed yet.
 */
#include "advisory/ecosystem.h"
#include "advisory/feed/native.h"
#include "advisory/feed/ubuntu.h"

enum { TRACKER_LINES_MAX = 1 << 18 };

struct tracker {
	struct native n;
	struct lc_slice id, date, vector;
	struct lc_slice field; /* whose indented lines come */
	enum severity severity;
	const uint8_t *text; /* of the description: from, to */
	size_t text_n;
};

static const struct {
	struct lc_slice codename, number;
} releases[] = {
	{ LC_S_INIT("precise"), LC_S_INIT("12.04") },
	{ LC_S_INIT("trusty"), LC_S_INIT("14.04") },
	{ LC_S_INIT("xenial"), LC_S_INIT("16.04") },
	{ LC_S_INIT("yakkety"), LC_S_INIT("16.10") },
	{ LC_S_INIT("zesty"), LC_S_INIT("17.04") },
	{ LC_S_INIT("artful"), LC_S_INIT("17.10") },
	{ LC_S_INIT("bionic"), LC_S_INIT("18.04") },
	{ LC_S_INIT("cosmic"), LC_S_INIT("18.10") },
	{ LC_S_INIT("disco"), LC_S_INIT("19.04") },
	{ LC_S_INIT("eoan"), LC_S_INIT("19.10") },
	{ LC_S_INIT("focal"), LC_S_INIT("20.04") },
	{ LC_S_INIT("groovy"), LC_S_INIT("20.10") },
	{ LC_S_INIT("hirsute"), LC_S_INIT("21.04") },
	{ LC_S_INIT("impish"), LC_S_INIT("21.10") },
	{ LC_S_INIT("jammy"), LC_S_INIT("22.04") },
	{ LC_S_INIT("kinetic"), LC_S_INIT("22.10") },
	{ LC_S_INIT("lunar"), LC_S_INIT("23.04") },
	{ LC_S_INIT("mantic"), LC_S_INIT("23.10") },
	{ LC_S_INIT("noble"), LC_S_INIT("24.04") },
	{ LC_S_INIT("oracular"), LC_S_INIT("24.10") },
	{ LC_S_INIT("plucky"), LC_S_INIT("25.04") },
	{ LC_S_INIT("questing"), LC_S_INIT("25.10") },
	{ LC_S_INIT("resolute"), LC_S_INIT("26.04") },
};

struct lc_slice ubuntu_ecosystem(struct lc_slice release, struct lc_arena *a)
{
	struct lc_slice pocket = { NULL, 0 };
	struct lc_slice head;
	struct lc_slice tail;
	if (lc_cut(release, '/', &head, &tail)) {
		bool behind = lc_eq(tail, LC_S("esm"));
		pocket = behind ? tail : head;
		release = behind ? head : tail;
	}
	for (size_t i = 0; i < sizeof(releases) / sizeof(releases[0]); i++) {
		if (!lc_eq(releases[i].codename, release))
			continue;
		bool lts = adv_ubuntu_is_lts(releases[i].number);
		return lc_arena_fmt(a, "Ubuntu:%s%.*s%s", pocket.n ? "Pro:" : "",
				    LC_FMT(releases[i].number), lts ? ":LTS" : "");
	}
	return (struct lc_slice){ NULL, 0 };
}

static bool says_end(struct lc_slice note)
{
	static const char *const words[] = { "end-of-life", "end of life",
					     "end of standard support", "out of standard support" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (lc_find_slice(note, lc_str(words[i])) != SIZE_MAX)
			return true;
	return false;
}

/* False for what says that there is no flaw here. */
static bool read_state(struct lc_slice word, struct lc_slice note, struct native_state *s)
{
	if (lc_eq(word, LC_S("released")) && note.n)
		s->fixed = note;
	else if (lc_eq(word, LC_S("needed")) || lc_eq(word, LC_S("pending")))
		s->status = ADVISORY_AFFECTED;
	else if (lc_eq(word, LC_S("needs-triage")))
		s->status = ADVISORY_UNDER_INVESTIGATION;
	else if (lc_eq(word, LC_S("deferred")))
		s->status = ADVISORY_FIX_DEFERRED;
	else if (lc_eq(word, LC_S("ignored")))
		s->status = says_end(note) ? ADVISORY_END_OF_LIFE : ADVISORY_WILL_NOT_FIX;
	else
		return false;
	return true;
}

/* "focal_openssl" and "released (1.1.1f-1ubuntu2.1)" */
static int read_package(struct tracker *t, struct lc_slice key, struct lc_slice value)
{
	struct lc_slice release;
	struct lc_slice word = value;
	struct lc_slice note = { NULL, 0 };
	struct lc_slices about = { &t->id, 1, 1 };
	struct native_state s = {
		.record = t->id, .about = &about, .severity = t->severity, .date = t->date
	};
	if (!lc_cut(key, '_', &release, &s.package))
		return 0;
	if (lc_cut(value, '(', &word, &note))
		(void)lc_chop_suffix(&note, LC_S(")")); /* some forget it */
	s.ecosystem = ubuntu_ecosystem(release, t->n.a);
	if (t->n.a->err)
		return lc_fail(t->n.e, t->n.a->err, "no memory for states");
	if (!s.ecosystem.n || !read_state(lc_trim(word), lc_trim(note), &s))
		return 0;
	return native_say(&t->n, &s);
}

static void read_indented(struct tracker *t, struct lc_slice line)
{
	struct lc_slice head;
	struct lc_slice tail;
	if (lc_eq(t->field, LC_S("Description"))) {
		if (!t->text)
			t->text = line.p;
		t->text_n = (size_t)(line.p + line.n - t->text);
	} else if (lc_eq(t->field, LC_S("CVSS")) && !t->vector.n &&
		   lc_cut(line, ':', &head, &tail)) {
		t->vector = lc_trim(tail);
		(void)lc_cut(t->vector, ' ', &t->vector, &tail); /* a score may follow */
	}
}

static int read_line(struct tracker *t, struct lc_slice line)
{
	struct lc_slice key;
	struct lc_slice value;
	if (!line.n || line.p[0] == '#')
		return 0;
	if (line.p[0] == ' ' || line.p[0] == '\t') {
		read_indented(t, line);
		return 0;
	}
	if (!lc_cut(line, ':', &key, &value))
		return 0;
	t->field = key;
	value = lc_trim(value);
	if (lc_eq(key, LC_S("Candidate")))
		t->id = value;
	else if (lc_eq(key, LC_S("Priority")))
		(void)severity_parse(value, &t->severity); /* "untriaged": unknown */
	else if (lc_eq(key, LC_S("PublicDate")))
		t->date = native_date(lc_sub(value, 0, 10), t->n.a);
	else if (id_is_cve(t->id) && !lc_starts(key, LC_S("Patches_")) &&
		 !lc_starts(key, LC_S("Tags")))
		return read_package(t, key, value);
	return 0;
}

int feed_ubuntu_tracker(struct lc_slice text, struct lc_slice path, const struct feed_collector *c,
			struct lc_arena *a, uint64_t *ret_records, struct lc_err *e)
{
	struct tracker t = { .n = { c, a, e, LC_S("ubuntu"), 0 } };
	struct lc_slice line;
	unsigned lines = 0;
	(void)path; /* its name is the candidate */
	while (lc_line(&text, &line)) {
		if (++lines > TRACKER_LINES_MAX)
			return lc_fail(e, LC_ELIMIT, "more than %d lines", TRACKER_LINES_MAX);
		int rc = read_line(&t, line);
		if (rc)
			return lc_wrap(e, rc, "line %u", lines);
	}
	if (!id_is_cve(t.id))
		return lc_fail(e, LC_EBAD, "no candidate that is a CVE");
	struct native_facts f = { .id = t.id,
				  .severity = t.severity,
				  .vector = t.vector,
				  .description = lc_slice_of(t.text, t.text_n) };
	int rc = t.n.records ? native_tell(&t.n, &f) : 0;
	if (!rc)
		*ret_records = t.n.records;
	return rc;
}
