/* The affected packages of an OSV record: ranges, versions, state. Source: OSV schema 1.7,
 * "affected". */
#include "advisory/feed/osv_impl.h"

#include "advisory/ecosystem.h"
#include "advisory/feed/id.h"
#include "base/buf.h"

static const struct {
	const char *key;
	enum version_event_kind kind;
} kinds[] = {
	{ "introduced", VERSION_INTRODUCED },
	{ "fixed", VERSION_FIXED },
	{ "last_affected", VERSION_LAST_AFFECTED },
	{ "limit", VERSION_LIMIT },
};

struct events {
	struct version_event *v;
	size_t n, room;
};

struct ranges {
	struct version_range *v;
	size_t n, room;
};

/* "=1.2" means 1.2: a sign before a version would be read as part of the event's own. */
static struct lc_slice bare(struct lc_slice version)
{
	version = lc_trim(version);
	while (lc_chop_prefix(&version, LC_S("=")))
		version = lc_trim(version);
	return version;
}

static int read_event(struct osv *o, json_ref event, struct events *list)
{
	size_t before = list->n;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct lc_slice version = bare(json_get_str(o->d, event, kinds[i].key));
		if (!version.n)
			continue;
		if (version.n > VERSION_BYTES_MAX)
			return lc_fail(o->e, LC_ELIMIT, "a version of %zu bytes", version.n);
		struct version_event *ev = lc_vec_push(o->a, list);
		if (!ev)
			return lc_arena_err(o->a);
		*ev = (struct version_event){ kinds[i].kind, version };
	}
	return list->n > before ? 0 : lc_fail(o->e, LC_EBAD, "an event of a range says nothing");
}

static int read_range(struct osv *o, json_ref range, struct ranges *ret)
{
	struct lc_slice type = json_get_str(o->d, range, "type");
	if (!lc_eq(type, LC_S("SEMVER")) && !lc_eq(type, LC_S("ECOSYSTEM")))
		return 0; /* GIT: commits say nothing of packages */
	json_ref events = json_get(o->d, range, "events");
	if (json_count(o->d, events) > OSV_EVENTS_MAX)
		return lc_fail(o->e, LC_ELIMIT, "more than %d events", OSV_EVENTS_MAX);
	struct events list = { 0 };
	json_each(o->d, events, event) {
		int rc = read_event(o, event, &list);
		if (rc)
			return rc;
	}
	if (!list.n)
		return lc_fail(o->e, LC_EBAD, "a range without events");
	struct version_range *r = lc_vec_push(o->a, ret);
	if (!r)
		return lc_arena_err(o->a);
	*r = (struct version_range){ list.v, list.n };
	return 0;
}

static int read_versions(struct osv *o, json_ref list, struct lc_slices *ret)
{
	if (json_count(o->d, list) > OSV_EVENTS_MAX)
		return lc_fail(o->e, LC_ELIMIT, "more than %d versions", OSV_EVENTS_MAX);
	json_each(o->d, list, item) {
		struct lc_slice version = json_str(o->d, item);
		if (!version.n || version.n > VERSION_BYTES_MAX)
			continue; /* one bad string spoils itself, not the record */
		struct lc_slice *s = lc_vec_push(o->a, ret);
		if (!s)
			return lc_arena_err(o->a);
		*s = version;
	}
	return 0;
}

/* Nothing says when an open range ends; "<= 1.2" or "< 1.2" there is as far as it is known. */
static int close_ranges(struct osv *o, json_ref item, const struct ranges *ranges)
{
	struct lc_slice known =
		lc_trim(json_get_str(o->d, json_get(o->d, item, "database_specific"),
				     "last_known_affected_version_range"));
	enum version_event_kind kind = VERSION_LIMIT;
	if (!lc_chop_prefix(&known, LC_S("<")))
		return 0;
	if (lc_chop_prefix(&known, LC_S("=")))
		kind = VERSION_LAST_AFFECTED;
	known = lc_trim(known);
	if (!known.n || known.n > VERSION_BYTES_MAX || ranges->n != 1 || ranges->v[0].n != 1)
		return 0;
	struct version_event *events = lc_new_array(o->a, struct version_event, 2);
	if (!events)
		return lc_arena_err(o->a);
	events[0] = ranges->v[0].events[0];
	events[1] = (struct version_event){ kind, known };
	ranges->v[0] = (struct version_range){ events, 2 };
	return 0;
}

static int read_affected(struct osv *o, json_ref item, struct version_affected *ret)
{
	struct ranges ranges = { 0 };
	struct lc_slices versions = { 0 };
	json_each(o->d, json_get(o->d, item, "ranges"), range) {
		int rc = read_range(o, range, &ranges);
		if (rc)
			return rc;
	}
	int rc = read_versions(o, json_get(o->d, item, "versions"), &versions);
	if (!rc)
		rc = close_ranges(o, item, &ranges);
	if (!rc)
		*ret = (struct version_affected){ ranges.v, ranges.n, versions.v, versions.n };
	return rc;
}

/* The vendors' words for a flaw without a fix: Wolfi's and Chainguard's events, Debian's and
 * Ubuntu's states. */
static enum advisory_status read_status(const struct osv *o, json_ref item)
{
	static const struct {
		struct lc_slice word;
		enum advisory_status status;
	} words[] = {
		{ LC_S_INIT("fix-not-planned"), ADVISORY_WILL_NOT_FIX },
		{ LC_S_INIT("analysis-not-planned"), ADVISORY_WILL_NOT_FIX },
		{ LC_S_INIT("pending-upstream-fix"), ADVISORY_AFFECTED },
		{ LC_S_INIT("true-positive-determination"), ADVISORY_AFFECTED },
		{ LC_S_INIT("detection"), ADVISORY_UNDER_INVESTIGATION },
		{ LC_S_INIT("needs-triage"), ADVISORY_UNDER_INVESTIGATION },
		{ LC_S_INIT("deferred"), ADVISORY_FIX_DEFERRED },
		{ LC_S_INIT("ignored"), ADVISORY_WILL_NOT_FIX },
		{ LC_S_INIT("end-of-life"), ADVISORY_END_OF_LIFE },
	};
	struct lc_slice word =
		json_get_str(o->d, json_get(o->d, item, "database_specific"), "status");
	for (size_t i = 0; word.n && i < sizeof(words) / sizeof(words[0]); i++)
		if (lc_eq(words[i].word, word))
			return words[i].status;
	return ADVISORY_UNKNOWN;
}

/* Debian's exports carry the urgency of the package, notices theirs. */
static void read_severity(const struct osv *o, json_ref item, struct advisory *adv)
{
	struct lc_slice urgency =
		json_get_str(o->d, json_get(o->d, item, "ecosystem_specific"), "urgency");
	if (urgency.n && severity_parse(urgency, &adv->severity))
		adv->has_severity = adv->severity != SEVERITY_UNKNOWN;
	if (adv->has_severity || o->notice_severity == SEVERITY_UNKNOWN)
		return;
	adv->severity = o->notice_severity;
	adv->has_severity = true;
}

static int add_functions(struct osv *o, json_ref list, struct lc_slices *ret)
{
	if (json_count(o->d, list) > OSV_SYMBOLS_MAX)
		return 0; /* of all that nobody lists any may be reached */
	json_each(o->d, list, item) {
		struct lc_slice s = json_str(o->d, item);
		int rc = s.n && s.n <= VERSION_BYTES_MAX ? id_add(o->a, ret, s) : 0;
		if (rc)
			return rc;
	}
	return 0;
}

/* "path symbol symbol …". Where one cannot be told, the path alone: any of it may be reached. */
static int add_import(struct osv *o, json_ref import, struct lc_slices *ret)
{
	struct lc_slice path = json_get_str(o->d, import, "path");
	json_ref list = json_get(o->d, import, "symbols");
	struct lc_buf text;
	if (!path.n || path.n > VERSION_BYTES_MAX || lc_find(path, ' ') != SIZE_MAX)
		return 0;
	lc_buf_init(&text, OSV_IMPORT_BYTES_MAX);
	(void)lc_buf_slice(&text, path); /* sticky: looked at below */
	json_each(o->d, list, item) {
		(void)lc_buf_byte(&text, ' ');
		(void)lc_buf_slice(&text, json_str(o->d, item));
	}
	int rc = lc_buf_err(&text);
	struct lc_slice whole = rc ? path : lc_buf_get(&text);
	struct lc_slice copy;
	rc = rc == LC_ENOMEM ? rc : lc_arena_dup(o->a, whole, &copy);
	rc = rc ? rc : id_add(o->a, ret, copy);
	lc_buf_done(&text);
	return rc;
}

/* Go: ecosystem_specific.imports[]{path,symbols[]}; RustSec: affects.functions. */
static int read_symbols(struct osv *o, json_ref item, struct lc_slices *ret)
{
	json_ref specific = json_get(o->d, item, "ecosystem_specific");
	json_ref imports = json_get(o->d, specific, "imports");
	int rc = add_functions(o, json_at(o->d, specific, "affects", "functions", NULL), ret);
	if (json_count(o->d, imports) > OSV_SYMBOLS_MAX)
		return rc;
	json_each(o->d, imports, import) {
		if (rc)
			break;
		rc = add_import(o, import, ret);
	}
	return rc;
}

/* Other names of the flaw: the record's aliases and its own id, less what it is filed under. */
static int other_names(struct osv *o, struct lc_slices *ret)
{
	for (size_t i = 0; i < o->aliases.n; i++) {
		int rc = id_in(&o->about, o->aliases.v[i]) ? 0 : id_add(o->a, ret, o->aliases.v[i]);
		if (rc)
			return rc;
	}
	return 0;
}

/* Module builds say so in their release ("…module_el8.6.0+…"). Some summaries write "kernel:4.18.0"
 * of what is no module: what is not built as one is not held to it. */
static bool is_module_build(const struct version_affected *v)
{
	for (size_t i = 0; i < v->ranges_n; i++)
		for (size_t k = 0; k < v->ranges[i].n; k++)
			if (lc_find_slice(v->ranges[i].events[k].version, LC_S("module")) !=
			    SIZE_MAX)
				return true;
	return false;
}

static int hand_over(struct osv *o, struct lc_slice ecosystem, struct lc_slice name,
		     struct advisory *adv, size_t *taken)
{
	int rc = 0;
	if (!*taken) {
		struct lc_slice date = json_get_str(o->d, o->root, "modified");
		rc = o->c->record(o->c->ctx, o->source, ecosystem, date, o->e);
	}
	size_t i = 0;
	size_t modules = is_module_build(&adv->affected) ? o->modules.n : 0;
	do {
		if (i < modules)
			adv->module = o->modules.v[i];
		if (!rc)
			rc = o->c->package(o->c->ctx, ecosystem, name, adv, o->e);
	} while (!rc && ++i < modules);
	*taken += !rc;
	return rc;
}

/*
 * SUSE names a source package and, beside it, the binaries that its fix is in, each with its
 * version: "binaries": [ { "curl": "8.0.1-1.1", … }, … ]. Its systems are looked up by binaries.
 */
static int hand_over_binaries(struct osv *o, struct lc_slice ecosystem, json_ref list,
			      struct advisory *adv, size_t *taken)
{
	size_t left = OSV_NAMES_MAX / (adv->vulnerabilities.n + adv->aliases.n + 1);
	json_each(o->d, list, group) {
		json_each(o->d, group, item) {
			struct version_event events[] = { { VERSION_INTRODUCED, LC_S("0") },
							  { VERSION_FIXED, json_str(o->d, item) } };
			struct version_range range = { events, 2 };
			struct lc_slice name = json_key(o->d, item);
			if (!name.n || name.n > 4096 || !events[1].version.n ||
			    events[1].version.n > VERSION_BYTES_MAX)
				continue;
			if (!left--)
				return lc_fail(o->e, LC_ELIMIT,
					       "more than %d ids in all its binaries",
					       OSV_NAMES_MAX);
			adv->affected = (struct version_affected){ &range, 1, NULL, 0 };
			int rc = hand_over(o, ecosystem, name, adv, taken);
			if (rc)
				return rc;
		}
	}
	return 0;
}

static bool goes_by_binaries(struct lc_slice ecosystem)
{
	return lc_starts(ecosystem, LC_S("SUSE:")) || lc_starts(ecosystem, LC_S("openSUSE:"));
}

static int read_item(struct osv *o, json_ref item, const struct lc_slices *names, size_t *taken)
{
	json_ref package = json_get(o->d, item, "package");
	struct lc_slice ecosystem =
		adv_ecosystem_name(json_get_str(o->d, package, "ecosystem"), o->a);
	struct lc_slice name =
		adv_normal_name(ecosystem, json_get_str(o->d, package, "name"), o->a);
	if (!ecosystem.n || !name.n)
		return o->a->err ? lc_arena_err(o->a) : 0;
	if (ecosystem.n > VERSION_BYTES_MAX || name.n > 4096)
		return lc_fail(o->e, LC_ELIMIT, "a package name of %zu bytes", name.n);

	struct advisory adv = {
		.id = o->id, .vulnerabilities = o->about, .aliases = *names, .source = o->source
	};
	int rc = read_affected(o, item, &adv.affected);
	if (rc || (!adv.affected.ranges_n && !adv.affected.versions_n))
		return rc;
	adv.status = read_status(o, item);
	read_severity(o, item, &adv);
	rc = read_symbols(o, item, &adv.symbols);
	json_ref binaries = json_get(o->d, json_get(o->d, item, "ecosystem_specific"), "binaries");
	if (!rc && goes_by_binaries(ecosystem) && json_count(o->d, binaries))
		return hand_over_binaries(o, ecosystem, binaries, &adv, taken);
	return rc ? rc : hand_over(o, ecosystem, name, &adv, taken);
}

int osv_affected(struct osv *o, size_t *ret_taken)
{
	json_ref list = json_get(o->d, o->root, "affected");
	if (list != JSON_NONE && json_type_of(o->d, list) != JSON_ARRAY)
		return lc_fail(o->e, LC_EBAD, "affected is no array");
	if (json_count(o->d, list) > OSV_AFFECTED_MAX)
		return lc_fail(o->e, LC_ELIMIT, "more than %d packages", OSV_AFFECTED_MAX);
	struct lc_slices names = { 0 };
	int rc = other_names(o, &names);
	/* Few bytes must not become many. */
	uint64_t all = (uint64_t)(o->about.n + names.n) * (o->modules.n ? o->modules.n : 1);
	if (!rc && all * json_count(o->d, list) > OSV_NAMES_MAX)
		rc = lc_fail(o->e, LC_ELIMIT, "more than %d ids in all its statements",
			     OSV_NAMES_MAX);
	json_each(o->d, list, item) {
		if (rc)
			break;
		rc = read_item(o, item, &names, ret_taken);
	}
	return rc;
}
