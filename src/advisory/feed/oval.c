/*
 * OVAL definitions: the core that the vendors' rows share. Source: OVAL 5.11, "definitions",
 * "rpminfo_test", "rpminfo_object", "rpminfo_state".
 *
 *   definition > metadata, criteria > criteria | criterion (comment, test_ref)
 *   test > object (object_ref), state (state_ref); object > name; state > evr, arch
 *
 * Tests come after the definitions that use them, so the document is read twice. What a criterion
 * means is taken from its test; its comment ("X is earlier than V", "Oracle Linux 8 is installed",
 * "Module a:b is enabled") is read where the test is missing or says no version.
 */
#include "advisory/feed/oval.h"

#include "base/shim.h"

enum {
	OVAL_DEPTH_MAX = 16,
	OVAL_PLATFORMS_MAX = 64,
	OVAL_ARCHES_MAX = 16,
};

struct oval_state {
	struct lc_slice evr, operation, arch;
};

struct oval_test {
	struct lc_slice object, state; /* ids */
};

struct oval {
	struct native n;
	const struct oval_vendor *vendor;
	struct lc_slice path;
	struct lc_map tests, objects, states;
};

/* What holds for a branch of the criteria. */
struct scope {
	struct lc_slices platforms;
	struct lc_slices arches;
	struct lc_slice module;
	struct lc_slice introduced;
};

/* A definition's own words. */
struct definition {
	struct lc_slice id, date, title;
	struct lc_slices about;
	enum severity severity;
	const struct xml_node *advisory; /* NULL none */
	const struct xml_node *metadata;
	bool patch;
};

/* ---- tests, objects, states ---- */

static int keep(struct oval *o, struct lc_map *map, struct lc_slice id, void *value)
{
	struct lc_slice key;
	if (!value || lc_arena_dup(o->n.a, id, &key))
		return lc_fail(o->n.e, lc_arena_err(o->n.a), "no memory for tests");
	int rc = lc_map_put(map, key, value);
	return rc ? lc_fail(o->n.e, rc, "no memory for tests") : 0;
}

static int dup(struct oval *o, struct lc_slice s, struct lc_slice *ret)
{
	return lc_arena_dup(o->n.a, s, ret);
}

static int on_part(void *ctx, const struct xml_node *n, struct lc_err *e)
{
	struct oval *o = ctx;
	struct lc_slice id = xml_attr(n, "id");
	(void)e; /* the same as o->n.e */
	if (xml_is(n, "rpminfo_test")) {
		struct oval_test *t = lc_new(o->n.a, struct oval_test);
		if (t && (dup(o, xml_attr(xml_child(n, "object"), "object_ref"), &t->object) ||
			  dup(o, xml_attr(xml_child(n, "state"), "state_ref"), &t->state)))
			t = NULL;
		return keep(o, &o->tests, id, t);
	}
	if (xml_is(n, "rpminfo_object")) {
		struct lc_slice *name = lc_new(o->n.a, struct lc_slice);
		if (name && dup(o, xml_child_text(n, "name"), name))
			name = NULL;
		return keep(o, &o->objects, id, name);
	}
	struct oval_state *s = lc_new(o->n.a, struct oval_state);
	const struct xml_node *evr = xml_child(n, "evr");
	if (s && (dup(o, xml_text(evr), &s->evr) || dup(o, xml_child_text(n, "arch"), &s->arch) ||
		  dup(o, xml_attr(evr, "operation"), &s->operation)))
		s = NULL;
	return keep(o, &o->states, id, s);
}

/* ---- criteria ---- */

enum meaning {
	MEANS_NOTHING,
	MEANS_PLATFORM,
	MEANS_ARCH,
	MEANS_MODULE,
	MEANS_BEFORE,   /* package older than version */
	MEANS_UP_TO,    /* package not newer than version */
	MEANS_AFTER,    /* package newer than version: the other bound */
	MEANS_AFFECTED, /* package in any version */
};

struct criterion {
	enum meaning means;
	struct lc_slice package, value, arch;
};

/* "X is earlier than V" and its like: what stands before and behind. */
static bool around(struct lc_slice s, const char *words, struct lc_slice *before,
		   struct lc_slice *after)
{
	size_t at = lc_find_slice(s, lc_str(words));
	if (at == SIZE_MAX)
		return false;
	*before = lc_trim(lc_sub(s, 0, at));
	*after = lc_trim(lc_skip(s, at + strlen(words)));
	return true;
}

static bool names_platform(struct lc_slice s)
{
	static const char *const begins[] = { "Oracle Linux ",   "Red Hat Enterprise Linux",
					      "Red Hat CoreOS",  "SUSE ",
					      "openSUSE ",       "Photon OS ",
					      "Red Hat Virtual", "AlmaLinux " };
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (lc_starts(s, lc_str(begins[i])))
			return true;
	return false;
}

static struct criterion read_comment(struct lc_slice s)
{
	struct criterion c = { MEANS_NOTHING, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
	struct lc_slice rest;
	if (around(s, " arch is ", &rest, &c.value)) {
		c.means = MEANS_ARCH;
	} else if (around(s, " is earlier than ", &c.package, &c.value)) {
		struct lc_slice tail;
		(void)lc_chop_prefix(&c.package, LC_S("Package ")); /* Azure's wording */
		(void)lc_cut(c.value, ',', &c.value, &tail);        /* ", affected by CVE-…" */
		c.means = MEANS_BEFORE;
	} else if (lc_ends(s, LC_S(" is enabled")) && lc_chop_prefix(&s, LC_S("Module "))) {
		c.means = around(s, " is enabled", &c.value, &rest) ? MEANS_MODULE : MEANS_NOTHING;
	} else if (lc_chop_suffix(&s, LC_S(" is installed"))) {
		bool platform = names_platform(s);
		c.means = platform ? MEANS_PLATFORM : MEANS_AFFECTED;
		*(platform ? &c.value : &c.package) = s;
	} else if (lc_chop_suffix(&s, LC_S(" is affected"))) {
		c.means = MEANS_AFFECTED;
		c.package = s;
	}
	return c;
}

static enum meaning of_operation(struct lc_slice operation)
{
	static const struct {
		struct lc_slice word;
		enum meaning means;
	} words[] = {
		{ LC_S_INIT("less than"), MEANS_BEFORE },
		{ LC_S_INIT("less than or equal"), MEANS_UP_TO },
		{ LC_S_INIT("greater than"), MEANS_AFTER },
		{ LC_S_INIT("greater than or equal"), MEANS_AFTER },
	};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (lc_eq(words[i].word, operation))
			return words[i].means;
	return MEANS_NOTHING;
}

static struct criterion read_criterion(const struct oval *o, const struct xml_node *n)
{
	struct criterion c = read_comment(lc_trim(xml_attr(n, "comment")));
	const struct oval_test *t = lc_map_get(&o->tests, xml_attr(n, "test_ref"));
	const struct lc_slice *name = t ? lc_map_get(&o->objects, t->object) : NULL;
	const struct oval_state *s = t ? lc_map_get(&o->states, t->state) : NULL;
	if (c.means == MEANS_PLATFORM || c.means == MEANS_ARCH || c.means == MEANS_MODULE || !name)
		return c;
	if (s && s->evr.n) {
		c.means = of_operation(s->operation);
		c.package = *name;
		c.value = s->evr;
		c.arch = s->arch;
	} else if (c.means == MEANS_AFFECTED) {
		c.package = *name; /* SUSE's comment has the version in it, its test not */
	}
	return c;
}

/* "0:1.2-3" is "1.2-3"; "" stays. */
static struct lc_slice plain_evr(struct lc_slice evr)
{
	(void)lc_chop_prefix(&evr, LC_S("0:")); /* no epoch and 0 are the same */
	return evr;
}

/* Azure lists the fixes of all branches ("1.17.13-2,1.18.8-2,1.21.6-1"): the last is the release's.
 */
static struct lc_slice last_fix(struct lc_slice evr)
{
	size_t comma = lc_rfind(evr, ',');
	return plain_evr(comma == SIZE_MAX ? evr : lc_trim(lc_skip(evr, comma + 1)));
}

/* "aarch64|x86_64", in parentheses or not; other patterns say nothing. */
static int split_arches(struct oval *o, struct lc_slice s, struct lc_slices *ret)
{
	struct lc_slice word;
	(void)lc_chop_prefix(&s, LC_S("(")); /* either form */
	(void)lc_chop_suffix(&s, LC_S(")"));
	if (!s.n)
		return 0;
	while (lc_split(&s, '|', &word)) {
		for (size_t i = 0; i < word.n; i++)
			if (!lc_is_alpha(word.p[i]) && !lc_is_digit(word.p[i]) && word.p[i] != '_')
				return 0;
		int rc = ret->n < OVAL_ARCHES_MAX ? id_add(o->n.a, ret, word) : 0;
		if (rc)
			return rc;
	}
	return 0;
}

/* "curl", or "nodejs:12/nodejs" of a module. */
static bool names_component(struct lc_slice component, struct lc_slice package)
{
	return lc_eq(lc_path_name(component), package);
}

/* Red Hat's word for a flaw without fix, for the package where it is said of packages. */
static enum advisory_status word_of(const struct definition *d, struct lc_slice package)
{
	static const struct {
		struct lc_slice word;
		enum advisory_status status;
	} words[] = {
		{ LC_S_INIT("Will not fix"), ADVISORY_WILL_NOT_FIX },
		{ LC_S_INIT("Fix deferred"), ADVISORY_FIX_DEFERRED },
		{ LC_S_INIT("Out of support scope"), ADVISORY_END_OF_LIFE },
		{ LC_S_INIT("Under investigation"), ADVISORY_UNDER_INVESTIGATION },
		{ LC_S_INIT("Not affected"), ADVISORY_NOT_AFFECTED },
	};
	const struct xml_node *r = xml_child(xml_child(d->advisory, "affected"), "resolution");
	for (; r; r = xml_again(r)) {
		const struct xml_node *c = xml_child(r, "component");
		bool said = !c;
		for (; c && !said; c = xml_again(c))
			said = names_component(xml_text(c), package);
		for (size_t i = 0; said && i < sizeof(words) / sizeof(words[0]); i++)
			if (lc_eq_nocase(words[i].word, xml_attr(r, "state")))
				return words[i].status;
	}
	return ADVISORY_AFFECTED;
}

static int say_on(struct oval *o, const struct definition *d, const struct scope *scope,
		  const struct criterion *c, struct lc_slice platform)
{
	struct lc_arena *a = o->n.a;
	struct native_state s = {
		.package = c->package,
		.record = d->id,
		.about = &d->about,
		.introduced = scope->introduced,
		.severity = d->severity,
		.module = scope->module,
		.arches = scope->arches,
		.date = d->date,
		.last_affected = c->means == MEANS_UP_TO,
	};
	if (c->means != MEANS_AFFECTED)
		s.fixed = last_fix(c->value);
	else
		s.status = word_of(d, c->package);
	if (c->means == MEANS_UP_TO)
		s.status = ADVISORY_AFFECTED;
	s.ecosystem = o->vendor->ecosystem(platform, c->value, o->path, a);
	if (a->err)
		return lc_fail(o->n.e, a->err, "no memory for statements");
	if (s.status == ADVISORY_NOT_AFFECTED)
		return 0;
	int rc = s.arches.n ? 0 : split_arches(o, c->arch, &s.arches);
	return rc ? rc : native_say(&o->n, &s);
}

static int say(struct oval *o, const struct definition *d, const struct scope *scope,
	       const struct criterion *c)
{
	int rc = 0;
	if (!c->package.n)
		return 0;
	for (size_t i = 0; !rc && i < scope->platforms.n; i++)
		rc = say_on(o, d, scope, c, scope->platforms.v[i]);
	return rc || scope->platforms.n ? rc : say_on(o, d, scope, c, LC_S(""));
}

/* One thing that holds for all of an AND. */
static int add_to_scope(struct oval *o, struct scope *s, const struct criterion *c)
{
	switch (c->means) {
	case MEANS_PLATFORM:
		return s->platforms.n < OVAL_PLATFORMS_MAX ? id_add(o->n.a, &s->platforms, c->value)
							   : 0;
	case MEANS_ARCH:
		return s->arches.n < OVAL_ARCHES_MAX ? id_add(o->n.a, &s->arches, c->value) : 0;
	case MEANS_MODULE:
		s->module = c->value;
		return 0;
	case MEANS_AFTER:
		if (!lc_eq(plain_evr(c->value), LC_S("0.0.0")))
			s->introduced = plain_evr(c->value);
		return 0;
	default:
		return 0;
	}
}

/* "installed on one of these": an OR of nothing but platforms stands for the AND around it. */
static bool is_choice(const struct oval *o, const struct xml_node *n, enum meaning means)
{
	if (!n->child)
		return false;
	for (const struct xml_node *k = n->child; k; k = k->next)
		if (!xml_is(k, "criterion") || read_criterion(o, k).means != means)
			return false;
	return true;
}

static int widen(struct oval *o, const struct xml_node *n, struct scope *scope)
{
	bool fresh = true;
	for (const struct xml_node *k = n->child; k; k = k->next) {
		bool choice = xml_is(k, "criteria") && is_choice(o, k, MEANS_PLATFORM);
		const struct xml_node *item = choice ? k->child : k;
		for (; item; item = choice ? item->next : NULL) {
			struct criterion c = {
				MEANS_NOTHING, { NULL, 0 }, { NULL, 0 }, { NULL, 0 }
			};
			if (xml_is(item, "criterion"))
				c = read_criterion(o, item);
			/* What is said further in is said more closely. */
			if (c.means == MEANS_PLATFORM && fresh) {
				scope->platforms = (struct lc_slices){ 0 };
				fresh = false;
			}
			int rc = add_to_scope(o, scope, &c);
			if (rc)
				return rc;
		}
	}
	return 0;
}

static bool says_a_package(const struct criterion *c)
{
	return c->means == MEANS_BEFORE || c->means == MEANS_UP_TO || c->means == MEANS_AFFECTED;
}

static int read_criteria(struct oval *o, const struct definition *d, const struct xml_node *n,
			 struct scope scope, unsigned depth)
{
	bool all = !lc_eq_nocase(xml_attr(n, "operator"), LC_S("OR"));
	int rc = all ? widen(o, n, &scope) : 0;
	if (depth > OVAL_DEPTH_MAX)
		return lc_fail(o->n.e, LC_ELIMIT, "criteria deeper than %d", OVAL_DEPTH_MAX);
	for (const struct xml_node *k = n->child; !rc && k; k = k->next) {
		if (xml_is(k, "criteria")) {
			rc = read_criteria(o, d, k, scope, depth + 1);
		} else if (xml_is(k, "criterion")) {
			struct criterion c = read_criterion(o, k);
			rc = says_a_package(&c) ? say(o, d, &scope, &c) : 0;
		}
	}
	return rc;
}

/* ---- definitions ---- */

/* References name the notice and its CVEs; the advisory lists CVEs once more. */
static int find_ids(struct oval *o, struct definition *d)
{
	struct lc_slice title = xml_child_text(d->metadata, "title");
	const struct xml_node *r = xml_child(d->metadata, "reference");
	int rc = 0;
	for (; !rc && r; r = xml_again(r)) {
		struct lc_slice id = lc_trim(xml_attr(r, "ref_id"));
		rc = native_cves(&o->n, id, &d->about);
		if (o->vendor->notice && lc_starts(id, lc_str(o->vendor->notice)))
			d->id = id;
	}
	r = xml_child(d->advisory, "cve");
	for (; !rc && r; r = xml_again(r))
		rc = native_cves(&o->n, xml_text(r), &d->about);
	if (!rc && !d->about.n)
		rc = native_cves(&o->n, title, &d->about);
	/* A notice without a CVE is about itself; without its name it says nothing. */
	if (!rc && !d->about.n && d->patch && d->id.n)
		rc = native_add_id(&o->n, &d->about, d->id);
	id_sort(&d->about);
	if (!d->id.n && d->about.n)
		d->id = d->about.v[0];
	return rc;
}

/* "5.7/CVSS:3.0/AV:N/…" */
static struct lc_slice vector_of(const struct xml_node *cve)
{
	struct lc_slice text = xml_attr(cve, "cvss3");
	struct lc_slice head;
	struct lc_slice tail;
	if (!text.n)
		text = xml_attr(cve, "cvss2");
	return lc_cut(text, '/', &head, &tail) && lc_find(head, ':') == SIZE_MAX ? tail : text;
}

static enum severity impact_of(const struct xml_node *cve, enum severity otherwise)
{
	(void)severity_parse(xml_attr(cve, "impact"), &otherwise); /* absent: the notice's */
	return otherwise;
}

static int tell(struct oval *o, const struct definition *d)
{
	int rc = 0;
	for (size_t i = 0; !rc && i < d->about.n; i++) {
		const struct xml_node *cve = xml_child(d->advisory, "cve");
		while (cve && !lc_eq(xml_text(cve), d->about.v[i]))
			cve = xml_again(cve);
		struct native_facts f = {
			.id = d->about.v[i],
			.severity = impact_of(cve, d->severity),
			.vector = vector_of(cve),
			.reference = xml_attr(xml_child(d->metadata, "reference"), "ref_url"),
		};
		/* A notice's text is about all that it fixes. */
		if (!d->patch && o->vendor->title_is_cve)
			f.description = xml_child_text(d->metadata, "description");
		rc = native_tell(&o->n, &f);
	}
	return rc;
}

static struct lc_slice date_of(const struct definition *d, struct lc_arena *a)
{
	struct lc_slice date = xml_attr(xml_child(d->advisory, "updated"), "date");
	if (!date.n)
		date = xml_attr(xml_child(d->advisory, "issued"), "date");
	if (!date.n)
		date = xml_child_text(d->metadata, "advisory_date");
	return native_date(date, a);
}

static int on_definition(void *ctx, const struct xml_node *n, struct lc_err *e)
{
	struct oval *o = ctx;
	struct definition d = { .metadata = xml_child(n, "metadata") };
	struct lc_arena *whole = o->n.a;
	struct lc_arena scratch LC_CLEANUP(lc_arena_done) = { 0 };
	uint64_t before = o->n.records;
	(void)e; /* the same as o->n.e */
	o->n.a = &scratch;
	d.advisory = xml_child(d.metadata, "advisory");
	d.patch = lc_eq(xml_attr(n, "class"), LC_S("patch"));
	struct lc_slice word = xml_child_text(d.advisory, "severity");
	if (!word.n)
		word = xml_child_text(d.metadata, "severity");
	(void)severity_parse(word, &d.severity); /* "N/A" and its like: unknown */
	d.date = date_of(&d, &scratch);
	int rc = find_ids(o, &d);
	struct scope scope = { 0 };
	const struct xml_node *criteria = xml_child(n, "criteria");
	if (!rc && d.about.n && criteria)
		rc = read_criteria(o, &d, criteria, scope, 0);
	if (!rc && o->n.records > before)
		rc = tell(o, &d);
	o->n.a = whole;
	return rc ? lc_wrap(o->n.e, rc, "%s", lc_quote(xml_attr(n, "id")).s) : 0;
}

int oval_read(struct lc_slice xml, struct lc_slice path, const struct oval_vendor *vendor,
	      const struct feed_collector *c, struct lc_arena *a, uint64_t *ret_records,
	      struct lc_err *e)
{
	static const char *const parts[] = { "rpminfo_test", "rpminfo_object", "rpminfo_state",
					     NULL };
	static const char *const definitions[] = { "definition", NULL };
	struct lc_err own = { 0 };
	struct oval o = {
		.n = { c, a, e ? e : &own, vendor->source, 0 },
		.vendor = vendor,
		.path = path,
	};
	int rc = xml_read(xml, parts, NULL, on_part, &o, o.n.e);
	if (!rc)
		rc = xml_read(xml, definitions, NULL, on_definition, &o, o.n.e);
	lc_map_done(&o.tests);
	lc_map_done(&o.objects);
	lc_map_done(&o.states);
	*ret_records = o.n.records;
	return rc;
}
