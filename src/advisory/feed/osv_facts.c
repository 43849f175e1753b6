/* What an OSV record tells of its vulnerabilities: text, severity, scores, links, dates. */
#include "advisory/feed/osv_impl.h"

#include "advisory/feed/id.h"
#include "base/time.h"

/* At most max bytes, cut between characters. */
static struct lc_slice cut(struct lc_slice s, size_t max)
{
	if (s.n <= max)
		return s;
	size_t n = max;
	while (n > 0 && (s.p[n] & 0xC0) == 0x80)
		n--;
	return lc_sub(s, 0, n);
}

/* The zero time of Go's data and other nonsense count as no date. */
static struct lc_slice date(const struct osv *o, const char *key)
{
	struct lc_slice s = json_get_str(o->d, o->root, key);
	int64_t seconds;
	uint32_t ns;
	bool good = s.n < LC_TIME_MAX && lc_time_parse(s, &seconds, &ns) && seconds > 0;
	return good ? s : (struct lc_slice){ NULL, 0 };
}

static bool says_rejected(struct lc_slice text)
{
	text = lc_trim(text);
	return lc_starts(text, LC_S("** REJECT")) || lc_starts(text, LC_S("Rejected reason:")) ||
	       lc_starts(text, LC_S("REJECTED"));
}

static void add_vector(struct advisory_cvss *c, struct lc_slice vector)
{
	struct cvss score;
	struct lc_err ignored; /* a vector that is none is left out, the record stays */
	if (cvss_score(vector, &score, &ignored))
		return;
	struct lc_slice *place = &c->v3;
	double *base = &c->v3_score;
	if (score.version == CVSS_2) {
		place = &c->v2;
		base = &c->v2_score;
	} else if (score.version == CVSS_40) {
		place = &c->v4;
		base = &c->v4_score;
	}
	if (place->n && *base >= score.base)
		return;
	*place = vector;
	*base = score.base;
}

/* severity[]: vectors under CVSS_V2, V3, V4; vendors' words under their own type. */
static void read_severities(const struct osv *o, json_ref list, struct advisory_cvss *c,
			    enum severity *word)
{
	json_each(o->d, list, item) {
		struct lc_slice value = json_get_str(o->d, item, "score");
		if (lc_starts(json_get_str(o->d, item, "type"), LC_S("CVSS")))
			add_vector(c, value);
		else
			(void)severity_parse(value, word); /* a word we don't know says nothing */
	}
}

/* The Ruby database has scores without vectors. */
static void read_plain_score(const struct osv *o, json_ref specific, const char *key, double *score)
{
	double v;
	if (json_double(o->d, json_get(o->d, specific, key), &v) && v >= 0 && v <= 10 && v > *score)
		*score = v;
}

static enum severity severity_of(const struct advisory_cvss *c)
{
	if (c->v4_score > 0)
		return severity_of_score(c->v4_score, false);
	if (c->v3_score > 0)
		return severity_of_score(c->v3_score, false);
	return severity_of_score(c->v2_score, true);
}

static int add_severity(struct osv *o, enum severity s, struct vulnerability *v)
{
	if (s == SEVERITY_UNKNOWN)
		return 0;
	struct advisory_vendor *item = lc_vec_push(o->a, &v->vendor_severity);
	if (!item)
		return lc_arena_err(o->a);
	item->source = o->source;
	item->severity = s;
	return 0;
}

static int read_scores(struct osv *o, struct vulnerability *v)
{
	struct advisory_cvss c = { .source = o->source };
	enum severity word = SEVERITY_UNKNOWN;
	json_ref specific = json_get(o->d, o->root, "database_specific");
	read_severities(o, json_get(o->d, o->root, "severity"), &c, &word);
	json_each(o->d, json_get(o->d, o->root, "affected"), item)
		read_severities(o, json_get(o->d, item, "severity"), &c, &word);
	read_plain_score(o, specific, "cvss_v2", &c.v2_score);
	read_plain_score(o, specific, "cvss_v3", &c.v3_score);
	read_plain_score(o, specific, "cvss_v4", &c.v4_score);
	(void)severity_parse(json_get_str(o->d, specific, "severity"), &word); /* absent in most */
	int rc = add_severity(o, word != SEVERITY_UNKNOWN ? word : severity_of(&c), v);
	if (rc ||
	    !(c.v2.n || c.v3.n || c.v4.n || c.v2_score > 0 || c.v3_score > 0 || c.v4_score > 0))
		return rc;
	struct advisory_cvss *place = lc_vec_push(o->a, &v->cvss);
	if (!place)
		return lc_arena_err(o->a);
	*place = c;
	return 0;
}

static int read_list(struct osv *o, json_ref list, const char *member, size_t max,
		     struct lc_slices *ret)
{
	json_each(o->d, list, item) {
		struct lc_slice s =
			member ? json_get_str(o->d, item, member) : json_str(o->d, item);
		if (!s.n || s.n > 2048 || ret->n == max)
			continue;
		int rc = id_add(o->a, ret, s);
		if (rc)
			return rc;
	}
	return 0;
}

static int read_names(struct osv *o, struct vulnerability *v)
{
	int rc = lc_eq(o->id, v->id) ? 0 : id_add(o->a, &v->aliases, o->id);
	for (size_t i = 0; !rc && i < o->aliases.n; i++)
		if (!lc_eq(o->aliases.v[i], v->id))
			rc = id_add(o->a, &v->aliases, o->aliases.v[i]);
	return rc;
}

static int describe(struct osv *o, struct vulnerability *v)
{
	const struct json_doc *d = o->d;
	struct lc_slice details = lc_trim(json_get_str(d, o->root, "details"));
	struct lc_slice title = lc_trim(json_get_str(d, o->root, "summary"));
	struct lc_slice rest = title;
	(void)lc_line(&rest, &title); /* an empty title stays empty */
	v->rejected = says_rejected(details) || says_rejected(title);
	v->title = cut(lc_trim(title), OSV_TITLE_MAX);
	v->description = cut(details, OSV_TEXT_MAX);
	/* A distribution's record made when its CVE was looked at: that day is not the CVE's. */
	v->published = date(o, "published");
	v->modified = date(o, "modified");
	if (o->upstream && lc_eq(v->published, v->modified))
		v->published = v->modified = (struct lc_slice){ NULL, 0 };
	if (v->title.n)
		v->title_source = o->source;
	int rc = read_scores(o, v);
	if (!rc)
		rc = read_list(o, json_at(d, o->root, "database_specific", "cwe_ids", NULL), NULL,
			       32, &v->cwes);
	return rc ? rc : read_names(o, v);
}

int osv_facts(struct osv *o)
{
	struct lc_slices references = { 0 };
	int rc = read_list(o, json_get(o->d, o->root, "references"), "url", OSV_REFERENCES_MAX,
			   &references);
	for (size_t i = 0; !rc && i < o->about.n; i++) {
		struct vulnerability v = { .id = o->about.v[i] };
		/* A notice's links go to all it fixes: only the first, its own page, is about each.
		 */
		v.references = references;
		if (o->notice)
			v.references.n = lc_min(references.n, 1);
		rc = o->notice ? add_severity(o, o->notice_severity, &v) : describe(o, &v);
		if (!rc)
			rc = o->c->vulnerability(o->c->ctx, &v, o->source, o->e);
	}
	return rc;
}
