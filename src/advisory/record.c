#include "advisory/record.h"

#include "advisory/record_affected.h"

static const struct lc_slice signs[] = {
	[VERSION_INTRODUCED] = LC_S_INIT(">="),
	[VERSION_FIXED] = LC_S_INIT("<"),
	[VERSION_LAST_AFFECTED] = LC_S_INIT("<="),
	[VERSION_LIMIT] = LC_S_INIT("|"),
};

struct lc_slice event_sign(enum version_event_kind kind)
{
	return signs[kind];
}

bool event_parse(struct lc_slice text, struct version_event *ret)
{
	/* "<=" before "<": the longer sign first. A version never begins with "=". */
	static const enum version_event_kind order[] = { VERSION_INTRODUCED, VERSION_LAST_AFFECTED,
							 VERSION_FIXED, VERSION_LIMIT };
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if (!lc_chop_prefix(&text, signs[order[i]]))
			continue;
		if (!text.n || text.n > VERSION_BYTES_MAX)
			return false;
		*ret = (struct version_event){ order[i], text };
		return true;
	}
	return false;
}

/* ---- writing ---- */

static void write_event(struct json_writer *w, const struct version_event *ev)
{
	uint8_t text[2 + VERSION_BYTES_MAX];
	struct lc_slice sign = event_sign(ev->kind);
	size_t n = lc_min(ev->version.n, VERSION_BYTES_MAX);
	memcpy(text, sign.p, sign.n);
	if (n)
		memcpy(text + sign.n, ev->version.p, n);
	json_write_str(w, lc_slice_of(text, sign.n + n));
}

void advisory_write_affected(struct json_writer *w, const struct version_affected *v)
{
	if (v->ranges_n) {
		json_write_key(w, "ranges");
		json_begin_array(w);
		for (size_t i = 0; i < v->ranges_n; i++) {
			json_begin_array(w);
			for (size_t k = 0; k < v->ranges[i].n; k++)
				write_event(w, &v->ranges[i].events[k]);
			json_end_array(w);
		}
		json_end_array(w);
	}
	json_member_strs_opt(w, "versions", v->versions, v->versions_n);
}

static bool is_about_itself(const struct advisory *adv)
{
	return adv->vulnerabilities.n == 1 && lc_eq(adv->vulnerabilities.v[0], adv->id);
}

void advisory_write(struct json_writer *w, const struct advisory *adv)
{
	json_begin_object(w);
	json_member_str_opt(w, "id", adv->id);
	if (!is_about_itself(adv))
		json_member_strs_opt(w, "about", adv->vulnerabilities.v, adv->vulnerabilities.n);
	json_member_strs_opt(w, "aliases", adv->aliases.v, adv->aliases.n);
	advisory_write_affected(w, &adv->affected);
	if (adv->status != ADVISORY_UNKNOWN)
		json_member_cstr(w, "status", advisory_status_name(adv->status));
	if (adv->has_severity)
		json_member_cstr(w, "severity", severity_name(adv->severity));
	json_member_str_opt(w, "source", adv->source);
	json_member_str_opt(w, "module", adv->module);
	json_member_strs_opt(w, "arches", adv->arches.v, adv->arches.n);
	json_member_strs_opt(w, "symbols", adv->symbols.v, adv->symbols.n);
	json_end_object(w);
}

/* ---- reading ---- */

struct reader {
	const struct json_doc *d;
	struct lc_arena *a;
	struct lc_err *e;
};

static int bad(const struct reader *r, const char *what)
{
	return lc_fail(r->e, LC_EBAD, "database record: %s", what);
}

static int read_strings(const struct reader *r, json_ref list, const struct lc_slice **ret,
			size_t *ret_n)
{
	uint32_t n = json_count(r->d, list);
	if (json_type_of(r->d, list) != JSON_ARRAY)
		return bad(r, "a list is no array");
	if (n > ADV_LIST_MAX)
		return lc_fail(r->e, LC_ELIMIT, "database record: a list of %u", n);
	struct lc_slice *v = lc_new_array(r->a, struct lc_slice, n);
	if (!v)
		return lc_arena_err(r->a);
	size_t i = 0;
	json_each(r->d, list, item) {
		if (!json_is_str(r->d, item))
			return bad(r, "a list holds no strings");
		v[i++] = json_str(r->d, item);
	}
	*ret = v;
	*ret_n = n;
	return 0;
}

static int read_list(const struct reader *r, json_ref list, struct lc_slices *ret)
{
	const struct lc_slice *v = NULL;
	int rc = read_strings(r, list, &v, &ret->n);
	ret->v = (struct lc_slice *)(uintptr_t)v; /* ours, made by read_strings() just now */
	ret->room = ret->n;
	return rc;
}

static int read_range(const struct reader *r, json_ref events, struct version_range *ret)
{
	uint32_t n = json_count(r->d, events);
	if (json_type_of(r->d, events) != JSON_ARRAY || n > ADV_LIST_MAX)
		return bad(r, "a range is no list of events");
	struct version_event *v = lc_new_array(r->a, struct version_event, n);
	if (!v)
		return lc_arena_err(r->a);
	size_t i = 0;
	json_each(r->d, events, event)
		if (!event_parse(json_str(r->d, event), &v[i++]))
			return bad(r, "an event without a sign");
	*ret = (struct version_range){ v, n };
	return 0;
}

static int read_ranges(const struct reader *r, json_ref list, struct version_affected *ret)
{
	uint32_t n = json_count(r->d, list);
	if (json_type_of(r->d, list) != JSON_ARRAY || n > ADV_LIST_MAX)
		return bad(r, "ranges are no list");
	struct version_range *v = lc_new_array(r->a, struct version_range, n);
	if (!v)
		return lc_arena_err(r->a);
	size_t i = 0;
	json_each(r->d, list, range) {
		int rc = read_range(r, range, &v[i++]);
		if (rc)
			return rc;
	}
	ret->ranges = v;
	ret->ranges_n = n;
	return 0;
}

static int read_severity(const struct reader *r, json_ref value, struct advisory *adv)
{
	if (!severity_parse(json_str(r->d, value), &adv->severity))
		return bad(r, "no such severity");
	adv->has_severity = true;
	return 0;
}

static int read_status(const struct reader *r, json_ref value, struct advisory *adv)
{
	return advisory_status_parse(json_str(r->d, value), &adv->status)
		       ? 0
		       : bad(r, "no such status");
}

/* One walk over the members: a look-up for each of them would walk ten times. Unknown members are
 * passed over. */
static int read_member(const struct reader *r, struct lc_slice key, json_ref value,
		       struct advisory *adv)
{
	if (lc_eq(key, LC_S("id")))
		adv->id = json_str(r->d, value);
	else if (lc_eq(key, LC_S("about")))
		return read_list(r, value, &adv->vulnerabilities);
	else if (lc_eq(key, LC_S("ranges")))
		return read_ranges(r, value, &adv->affected);
	else if (lc_eq(key, LC_S("source")))
		adv->source = json_str(r->d, value);
	else if (lc_eq(key, LC_S("aliases")))
		return read_list(r, value, &adv->aliases);
	else if (lc_eq(key, LC_S("versions")))
		return read_strings(r, value, &adv->affected.versions, &adv->affected.versions_n);
	else if (lc_eq(key, LC_S("severity")))
		return read_severity(r, value, adv);
	else if (lc_eq(key, LC_S("status")))
		return read_status(r, value, adv);
	else if (lc_eq(key, LC_S("module")))
		adv->module = json_str(r->d, value);
	else if (lc_eq(key, LC_S("arches")))
		return read_list(r, value, &adv->arches);
	else if (lc_eq(key, LC_S("symbols")))
		return read_list(r, value, &adv->symbols);
	return 0;
}

static int read_advisory(const struct reader *r, json_ref o, struct advisory *adv)
{
	if (json_type_of(r->d, o) != JSON_OBJECT)
		return bad(r, "an advisory is no object");
	json_each(r->d, o, member) {
		int rc = read_member(r, json_key(r->d, member), member, adv);
		if (rc)
			return rc;
	}
	for (size_t i = 0; i < adv->vulnerabilities.n; i++)
		if (!adv->vulnerabilities.v[i].n)
			return bad(r, "an id of no bytes");
	if (adv->vulnerabilities.n)
		return 0;
	if (!adv->id.n)
		return bad(r, "an advisory about nothing");
	struct lc_slice *self = lc_vec_push(r->a, &adv->vulnerabilities);
	if (!self)
		return lc_arena_err(r->a);
	*self = adv->id;
	return 0;
}

int advisories_read(struct lc_slice text, struct lc_arena *a, struct advisory_list *ret,
		    struct lc_err *e)
{
	struct json_doc d;
	int rc = json_parse(text, 0, NULL, a, &d, e);
	if (rc)
		return lc_wrap(e, rc, "database record");
	struct reader r = { &d, a, e };
	if (json_type_of(&d, json_root(&d)) != JSON_ARRAY)
		return bad(&r, "a package row is no array");
	uint32_t n = json_count(&d, json_root(&d));
	if (n > ADV_LIST_MAX)
		return lc_fail(e, LC_ELIMIT, "database record: %u advisories of one package", n);
	struct advisory *v = lc_arena_grow(a, ret->v, ret->n, ret->n + n, sizeof(*v));
	if (!v)
		return lc_arena_err(a);
	ret->v = v;
	ret->room = ret->n + n;
	json_each(&d, json_root(&d), item) {
		rc = read_advisory(&r, item, &ret->v[ret->n++]);
		if (rc)
			return rc;
	}
	return 0;
}
