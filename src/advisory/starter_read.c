/* Reading the starter's text; starter_text.h has the grammar. */
#include "advisory/starter_text.h"

#include "advisory/feed/id.h"
#include "advisory/record_affected.h"
#include "base/time.h"

enum section { SECTION_NONE, SECTION_PACKAGES, SECTION_SEVERITY, SECTION_EOL };

struct reader {
	const struct feed_collector *c;
	struct lc_arena *a;
	struct lc_arena line; /* gone with each line */
	struct lc_err *e;
	enum section section;
	struct lc_slice source, ecosystem, package, product;
	enum severity severity;
	uint64_t number;
};

struct events {
	struct version_event *v;
	size_t n, room;
};

struct affected {
	struct {
		struct version_range *v;
		size_t n, room;
	} ranges;
	struct lc_slices versions;
};

static int bad(const struct reader *r, const char *what)
{
	return lc_fail(r->e, LC_EBAD, "line %llu: %s", (unsigned long long)r->number, what);
}

static int no_memory(struct reader *r, const struct lc_arena *a)
{
	return lc_fail(r->e, lc_arena_err(a), "line %llu", (unsigned long long)r->number);
}

/* ---- packages ---- */

static int push_event(struct reader *r, struct events *list, struct version_event ev)
{
	struct version_event *item = lc_vec_push(&r->line, list);
	if (!item)
		return no_memory(r, &r->line);
	*item = ev;
	return 0;
}

static int push_version(struct reader *r, struct affected *ret, struct lc_slice version)
{
	struct lc_slice *item = version.n ? lc_vec_push(&r->line, &ret->versions) : NULL;
	if (!version.n)
		return bad(r, "an empty version");
	if (!item)
		return no_memory(r, &r->line);
	*item = version;
	return 0;
}

static int read_range(struct reader *r, struct lc_slice text, struct affected *ret)
{
	static const struct version_event from_start = { VERSION_INTRODUCED, LC_S_INIT("0") };
	struct events list = { 0 };
	struct lc_slice field;
	int rc = lc_starts(text, LC_S(">=")) ? 0 : push_event(r, &list, from_start);
	bool all = lc_eq(text, LC_S("*"));
	while (!rc && !all && lc_split(&text, ',', &field)) {
		struct version_event ev;
		if (!event_parse(field, &ev))
			return bad(r, "an event without a sign");
		rc = push_event(r, &list, ev);
	}
	if (rc)
		return rc;
	struct version_range *range = lc_vec_push(&r->line, &ret->ranges);
	if (!range)
		return no_memory(r, &r->line);
	*range = (struct version_range){ list.v, list.n };
	return 0;
}

static int read_affected(struct reader *r, struct lc_slice text, struct affected *ret)
{
	struct lc_slice part;
	struct lc_slice field;
	int rc = 0;
	while (!rc && lc_split(&text, ';', &part)) {
		if (!lc_starts(part, LC_S("="))) {
			rc = read_range(r, part, ret);
			continue;
		}
		while (!rc && lc_split(&part, ',', &field))
			rc = lc_chop_prefix(&field, LC_S("="))
				     ? push_version(r, ret, field)
				     : bad(r, "versions and events mixed");
	}
	return rc;
}

/* "2023-1234" to "CVE-2023-1234". */
static int whole_id(struct reader *r, struct lc_slice text, struct lc_slice *ret)
{
	*ret = text;
	if (text.n && lc_is_digit(text.p[0])) {
		*ret = lc_arena_fmt(&r->line, "CVE-%.*s", LC_FMT(text));
		if (!ret->p)
			return no_memory(r, &r->line);
		if (!id_is_cve(*ret))
			return bad(r, "no CVE number");
	}
	return id_is_sane(*ret) ? 0 : bad(r, "an id that is none");
}

static int read_statement(struct reader *r, struct lc_slice line)
{
	struct affected what = { 0 };
	struct lc_slice field;
	if (!r->package.n)
		return bad(r, "a statement without a package");
	if (!lc_split(&line, ' ', &field) || !line.p)
		return bad(r, "a statement without ids");
	int rc = read_affected(r, field, &what);
	struct advisory adv = { .source = r->source };
	while (!rc && lc_split(&line, ' ', &field)) {
		struct lc_slice *id = lc_vec_push(&r->line, &adv.vulnerabilities);
		if (!id)
			return no_memory(r, &r->line);
		rc = whole_id(r, field, id);
		if (!rc)
			rc = r->c->record(r->c->ctx, r->source, r->ecosystem, LC_S(""), r->e);
	}
	if (rc)
		return rc;
	if (adv.vulnerabilities.n == 1)
		adv.id = adv.vulnerabilities.v[0];
	adv.affected = (struct version_affected){ what.ranges.v, what.ranges.n, what.versions.v,
						  what.versions.n };
	return r->c->package(r->c->ctx, r->ecosystem, r->package, &adv, r->e);
}

/* ---- severities ---- */

static int say_severity(struct reader *r, struct lc_slice id)
{
	struct vulnerability v = { .id = id };
	struct advisory_vendor *item = lc_vec_push(&r->line, &v.vendor_severity);
	if (!item)
		return no_memory(r, &r->line);
	item->source = r->source;
	item->severity = r->severity;
	return r->c->vulnerability(r->c->ctx, &v, r->source, r->e);
}

static int read_severities(struct reader *r, struct lc_slice line)
{
	struct lc_slice block;
	struct lc_slice year;
	struct lc_slice thousands;
	struct lc_slice rest;
	uint64_t high;
	uint64_t low;
	if (!lc_split(&line, ' ', &block))
		return bad(r, "an empty line of severities");
	if (!line.p) {
		struct lc_slice id;
		int rc = whole_id(r, block, &id);
		return rc ? rc : say_severity(r, id);
	}
	if (!lc_cut(block, '-', &year, &thousands) || year.n != 4 ||
	    !lc_u64(thousands, 10, 9999999, &high))
		return bad(r, "no year and thousands");
	int rc = 0;
	while (!rc && lc_split(&line, ' ', &rest)) {
		if (rest.n != 3 || !lc_u64(rest, 10, 999, &low))
			return bad(r, "no three digits of a CVE number");
		struct lc_slice id = lc_arena_fmt(&r->line, "CVE-%.*s-%04llu", LC_FMT(year),
						  (unsigned long long)(high * 1000 + low));
		if (!id.p)
			return no_memory(r, &r->line);
		rc = id_is_cve(id) ? say_severity(r, id) : bad(r, "no CVE number");
	}
	return rc;
}

/* ---- ends of life, known exploited ---- */

static struct lc_slice known(struct lc_slice s)
{
	return lc_eq(s, LC_S("?")) ? (struct lc_slice){ NULL, 0 } : s;
}

static int read_cycle(struct reader *r, struct lc_slice line)
{
	struct lc_slice v[5];
	size_t n = 0;
	while (n < 5 && lc_split(&line, ' ', &v[n]))
		n++;
	if (n != 5 || line.p || !v[0].n || v[0].n > 128)
		return bad(r, "no end of life");
	struct eol_cycle c = { .cycle = v[0], .release = known(v[1]), .eol = known(v[2]) };
	c.extended = known(v[3]);
	c.lts = lc_eq(v[4], LC_S("y"));
	int rc = r->c->record(r->c->ctx, LC_S("endoflife"), LC_S(""), LC_S(""), r->e);
	return rc ? rc : r->c->eol(r->c->ctx, r->product, &c, r->e);
}

static int read_exploited(struct reader *r, struct lc_slice line)
{
	struct lc_slice v[4];
	size_t n = 0;
	while (n < 4 && lc_split(&line, ' ', &v[n]))
		n++;
	if (n != 4 || line.p)
		return bad(r, "no known exploited vulnerability");
	struct vulnerability facts = { .kev_added = known(v[1]), .kev_due = known(v[2]) };
	facts.kev_ransomware = lc_eq(v[3], LC_S("y"));
	int rc = whole_id(r, v[0], &facts.id);
	if (!rc)
		rc = r->c->record(r->c->ctx, LC_S("kev"), LC_S(""), LC_S(""), r->e);
	return rc ? rc : r->c->vulnerability(r->c->ctx, &facts, LC_S("kev"), r->e);
}

static int read_published(struct reader *r, struct lc_slice line)
{
	struct lc_slice day;
	struct lc_slice field;
	int64_t seconds;
	uint32_t ns;
	if (!lc_split(&line, ' ', &day) || !lc_time_parse(day, &seconds, &ns))
		return bad(r, "no day of publication");
	int rc = 0;
	while (!rc && lc_split(&line, ' ', &field)) {
		struct vulnerability v = { 0 };
		v.published = lc_arena_fmt(&r->line, "%.*sT00:00:00Z", LC_FMT(lc_sub(day, 0, 10)));
		if (!v.published.p)
			return no_memory(r, &r->line);
		rc = whole_id(r, field, &v.id);
		if (!rc)
			rc = r->c->vulnerability(r->c->ctx, &v, LC_S("osv"), r->e);
	}
	return rc;
}

/* ---- lines ---- */

static int keep(struct reader *r, struct lc_slice s, struct lc_slice *ret)
{
	return lc_arena_dup(r->a, s, ret) ? no_memory(r, r->a) : 0;
}

static int read_source(struct reader *r, struct lc_slice line)
{
	struct lc_slice v[3];
	size_t n = 0;
	while (n < 3 && lc_split(&line, ' ', &v[n]))
		n++;
	int64_t seconds;
	uint32_t ns;
	bool dated = n == 3 && lc_time_parse(v[2], &seconds, &ns);
	if (n != 3 || line.p || !id_is_sane(v[0]) || (!dated && !lc_eq(v[2], LC_S("-"))))
		return bad(r, "no source, family and date");
	struct lc_slice family = lc_eq(v[1], LC_S("-")) ? LC_S("") : v[1];
	return r->c->record(r->c->ctx, v[0], family, dated ? v[2] : LC_S(""), r->e);
}

static int begin_packages(struct reader *r, struct lc_slice line)
{
	struct lc_slice source;
	struct lc_slice ecosystem;
	if (!lc_cut(line, ' ', &source, &ecosystem) || !id_is_sane(source) || !ecosystem.n ||
	    ecosystem.n > 256)
		return bad(r, "no source and ecosystem");
	r->section = SECTION_PACKAGES;
	r->package = (struct lc_slice){ NULL, 0 };
	int rc = keep(r, source, &r->source);
	return rc ? rc : keep(r, ecosystem, &r->ecosystem);
}

static int begin_severities(struct reader *r, struct lc_slice line)
{
	struct lc_slice source;
	struct lc_slice word;
	if (!lc_cut(line, ' ', &source, &word) || !id_is_sane(source) ||
	    !severity_parse(word, &r->severity))
		return bad(r, "no source and severity");
	r->section = SECTION_SEVERITY;
	return keep(r, source, &r->source);
}

static int begin_product(struct reader *r, struct lc_slice line)
{
	if (!line.n || line.n > 128)
		return bad(r, "no product");
	r->section = SECTION_EOL;
	return keep(r, line, &r->product);
}

static int read_item(struct reader *r, struct lc_slice line)
{
	switch (r->section) {
	case SECTION_PACKAGES:
		return read_statement(r, line);
	case SECTION_SEVERITY:
		return read_severities(r, line);
	case SECTION_EOL:
		return read_cycle(r, line);
	default:
		return bad(r, "a line of no section");
	}
}

static int read_line(struct reader *r, struct lc_slice line)
{
	if (!line.n || lc_starts(line, LC_S("# ")) || lc_eq(line, LC_S("#")))
		return 0;
	if (lc_chop_prefix(&line, LC_S(" ")))
		return read_item(r, line);
	if (lc_chop_prefix(&line, LC_S("! ")))
		return read_source(r, line);
	if (lc_chop_prefix(&line, LC_S("@ ")))
		return begin_packages(r, line);
	if (lc_chop_prefix(&line, LC_S("% ")))
		return begin_severities(r, line);
	if (lc_chop_prefix(&line, LC_S("~ ")))
		return begin_product(r, line);
	if (lc_chop_prefix(&line, LC_S("^ ")))
		return read_exploited(r, line);
	if (lc_chop_prefix(&line, LC_S("> ")))
		return read_published(r, line);
	if (r->section != SECTION_PACKAGES)
		return bad(r, "a package outside an ecosystem");
	return keep(r, line, &r->package);
}

int starter_text_read(struct lc_slice text, const struct feed_collector *c, struct lc_arena *a,
		      struct lc_err *e)
{
	struct reader r = { .c = c, .a = a, .e = e };
	struct lc_slice line;
	int rc = 0;
	while (!rc && lc_line(&text, &line)) {
		r.number++;
		if (line.n > STARTER_LINE_MAX)
			return lc_fail(e, LC_ELIMIT, "line %llu: longer than %d bytes",
				       (unsigned long long)r.number, STARTER_LINE_MAX);
		lc_arena_init(&r.line, 0);
		rc = read_line(&r, line);
		lc_arena_done(&r.line);
	}
	return rc;
}
