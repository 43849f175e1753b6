#include "advisory/feed/native.h"

#include "base/time.h"

enum { NAME_BYTES_MAX = 512 };

static bool usable(struct lc_slice s, size_t max)
{
	return s.n && s.n <= max;
}

int native_say(struct native *n, const struct native_state *s)
{
	bool from_start = !s->introduced.n;
	bool ends = s->fixed.n != 0;
	if (!usable(s->ecosystem, NAME_BYTES_MAX) || !usable(s->package, NAME_BYTES_MAX) ||
	    !s->about->n || s->fixed.n > VERSION_BYTES_MAX || s->introduced.n > VERSION_BYTES_MAX)
		return 0;
	struct version_event events[] = {
		{ VERSION_INTRODUCED, from_start ? LC_S("0") : s->introduced },
		{ s->last_affected ? VERSION_LAST_AFFECTED : VERSION_FIXED, s->fixed },
	};
	struct version_range range = { events, ends ? 2 : 1 };
	struct advisory adv = {
		.id = s->record,
		.vulnerabilities = *s->about,
		.affected = { &range, 1, NULL, 0 },
		.status = ends && !s->last_affected ? ADVISORY_UNKNOWN : s->status,
		.severity = s->severity,
		.has_severity = s->severity != SEVERITY_UNKNOWN,
		.source = n->source,
		.module = s->module,
		.arches = s->arches,
	};
	if (s->aliases)
		adv.aliases = *s->aliases;
	if (n->a->err) /* a date or a name was lost */
		return lc_fail(n->e, n->a->err, "no memory for statements");
	/* Few bytes must not become many: a notice's ids stand once, and count for each package. */
	n->names += adv.vulnerabilities.n + adv.aliases.n + adv.arches.n;
	if (n->names > NATIVE_NAMES_MAX)
		return lc_fail(n->e, LC_ELIMIT, "more than %d ids in all its statements",
			       NATIVE_NAMES_MAX);
	int rc = n->c->record(n->c->ctx, n->source, s->ecosystem, s->date, n->e);
	if (!rc)
		rc = n->c->package(n->c->ctx, s->ecosystem, s->package, &adv, n->e);
	n->records += !rc;
	return rc;
}

struct lc_slice native_cut(struct lc_slice s, size_t max)
{
	s = lc_trim(s);
	if (s.n <= max)
		return s;
	size_t n = max;
	while (n > 0 && (s.p[n] & 0xC0) == 0x80)
		n--;
	return lc_sub(s, 0, n);
}

void native_add_vector(struct advisory_cvss *c, struct lc_slice vector)
{
	struct cvss score;
	struct lc_err ignored; /* a vector that is none is left out, the record stays */
	if (!vector.n || cvss_score(vector, &score, &ignored))
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

static enum severity severity_of(const struct native_facts *f, const struct advisory_cvss *c)
{
	if (f->severity != SEVERITY_UNKNOWN)
		return f->severity;
	if (c->v4.n)
		return severity_of_score(c->v4_score, false);
	if (c->v3_score > 0)
		return severity_of_score(c->v3_score, false);
	return severity_of_score(c->v2_score, true);
}

int native_tell(struct native *n, const struct native_facts *f)
{
	struct advisory_cvss cvss = { .source = n->source };
	struct advisory_vendor vendor = { .source = n->source };
	struct vulnerability v = { .id = f->id, .cwes = f->cwes };
	struct lc_slice reference = f->reference;
	struct lc_slice rest = lc_trim(f->title);
	if (!id_is_sane(f->id))
		return 0;
	(void)lc_line(&rest, &v.title); /* an empty title stays empty */
	v.title = native_cut(v.title, NATIVE_TITLE_MAX);
	v.title_source = v.title.n ? n->source : v.title_source;
	v.description = native_cut(f->description, NATIVE_TEXT_MAX);
	v.published = native_date(f->published, n->a);
	v.modified = native_date(f->modified, n->a);
	native_add_vector(&cvss, f->vector);
	if (!f->vector.n && f->score > 0 && f->score <= 10)
		cvss.v3_score = f->score;
	if (cvss.v2.n || cvss.v3.n || cvss.v4.n || cvss.v3_score > 0) {
		v.cvss.v = &cvss;
		v.cvss.n = v.cvss.room = 1;
	}
	vendor.severity = severity_of(f, &cvss);
	if (vendor.severity != SEVERITY_UNKNOWN) {
		v.vendor_severity.v = &vendor;
		v.vendor_severity.n = v.vendor_severity.room = 1;
	}
	if (reference.n && reference.n <= 2048)
		v.references = (struct lc_slices){ &reference, 1, 1 };
	if (n->a->err)
		return lc_fail(n->e, n->a->err, "no memory for facts");
	return n->c->vulnerability(n->c->ctx, &v, n->source, n->e);
}

struct lc_slice native_date(struct lc_slice text, struct lc_arena *a)
{
	int64_t seconds;
	uint32_t ns;
	struct lc_slice s = lc_trim(text);
	if (s.n >= LC_TIME_MAX || s.n < 10)
		return (struct lc_slice){ NULL, 0 };
	if (s.n == 10)
		s = lc_arena_fmt(a, "%.*sT00:00:00Z", LC_FMT(s));
	else if (s.n == 16)
		s = lc_arena_fmt(a, "%.10sT%.5s:00Z", (const char *)s.p, (const char *)s.p + 11);
	else if (s.n >= 19 && (s.n == 19 || s.p[19] == '.'))
		s = lc_arena_fmt(a, "%.10sT%.8sZ", (const char *)s.p, (const char *)s.p + 11);
	bool good = s.p && lc_time_parse(s, &seconds, &ns) && seconds > 0;
	return good ? s : (struct lc_slice){ NULL, 0 };
}

int native_add_id(struct native *n, struct lc_slices *list, struct lc_slice id)
{
	if (list->n >= NATIVE_IDS_MAX)
		return lc_fail(n->e, LC_ELIMIT, "more than %d ids in a notice", NATIVE_IDS_MAX);
	int rc = id_add(n->a, list, id);
	return rc ? lc_fail(n->e, rc, "no memory for ids") : 0;
}

int native_cves(struct native *n, struct lc_slice text, struct lc_slices *ret)
{
	size_t at;
	while ((at = lc_find_slice(text, LC_S("CVE-"))) != SIZE_MAX) {
		size_t k = 4;
		text = lc_skip(text, at);
		while (k < text.n && (lc_is_digit(text.p[k]) || (text.p[k] == '-' && k == 8)))
			k++;
		struct lc_slice id = lc_sub(text, 0, k);
		int rc = id_is_cve(id) ? native_add_id(n, ret, id) : 0;
		if (rc)
			return rc;
		text = lc_skip(text, k);
	}
	return 0;
}

bool native_split_nvr(struct lc_slice nvr, struct lc_slice *ret_name, struct lc_slice *ret_vr)
{
	size_t release = lc_rfind(nvr, '-');
	size_t version = release == SIZE_MAX ? release : lc_rfind(lc_sub(nvr, 0, release), '-');
	if (version == SIZE_MAX || !version)
		return false;
	*ret_name = lc_sub(nvr, 0, version);
	*ret_vr = lc_skip(nvr, version + 1);
	return true;
}

static int hex(uint8_t c)
{
	if (lc_is_digit(c))
		return c - '0';
	c = lc_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static struct lc_slice decode(struct lc_slice s, struct lc_arena *a)
{
	size_t n = 0;
	if (lc_find(s, '%') == SIZE_MAX)
		return s;
	uint8_t *p = lc_arena_alloc(a, s.n);
	for (size_t i = 0; p && i < s.n; i++) {
		int high = s.p[i] == '%' && s.n - i > 2 ? hex(s.p[i + 1]) : -1;
		int low = high >= 0 ? hex(s.p[i + 2]) : -1;
		if (low >= 0) {
			p[n++] = (uint8_t)(high * 16 + low);
			i += 2;
		} else {
			p[n++] = s.p[i];
		}
	}
	return lc_slice_of(p, n);
}

bool native_purl_parse(struct lc_slice s, struct lc_arena *a, struct native_purl *ret)
{
	struct native_purl p = { 0 };
	struct lc_slice tail;
	if (!lc_chop_prefix(&s, LC_S("pkg:")))
		return false;
	(void)lc_cut(s, '#', &s, &tail);         /* a subpath says nothing of packages */
	(void)lc_cut(s, '?', &s, &p.qualifiers); /* often there are none */
	if (!lc_cut(s, '/', &p.type, &s))
		return false;
	size_t at = lc_rfind(s, '@');
	size_t slash = lc_rfind(s, '/');
	if (at != SIZE_MAX && (slash == SIZE_MAX || at > slash)) {
		p.version = decode(lc_skip(s, at + 1), a);
		s = lc_sub(s, 0, at);
	}
	p.namespace = decode(lc_path_dir(s), a);
	p.name = decode(lc_path_name(s), a);
	*ret = p;
	return p.name.n != 0;
}

struct lc_slice native_purl_get(const struct native_purl *p, struct lc_slice key,
				struct lc_arena *a)
{
	struct lc_slice rest = p->qualifiers;
	struct lc_slice field;
	struct lc_slice name;
	struct lc_slice value;
	while (lc_split(&rest, '&', &field))
		if (lc_cut(field, '=', &name, &value) && lc_eq(name, key))
			return decode(value, a);
	return (struct lc_slice){ NULL, 0 };
}

int native_json(struct lc_slice bytes, enum json_type type, struct lc_arena *a,
		struct json_doc *ret, struct lc_err *e)
{
	static const struct json_limits limits = { .depth_max = 48, .nodes_max = 48u << 20 };
	int rc = json_parse(bytes, 0, &limits, a, ret, e);
	if (rc)
		return rc;
	if (json_type_of(ret, json_root(ret)) != type)
		return lc_fail(e, LC_EBAD, "the document is no %s",
			       type == JSON_ARRAY ? "array" : "object");
	return 0;
}
