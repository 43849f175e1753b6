/*
 * Package URLs: pkg:type/namespace/name@version?qualifiers, each part percent-encoded, qualifiers
 * sorted by key and without empty ones. Source: package-url specification 1.0; for deb, apk
 * and alpm its type definitions.
 */
#include "inventory/package_type.h"

#include <inttypes.h>

#include "base/buf.h"

enum { PURL_BYTES_MAX = 8192 };

/* Unreserved bytes of RFC 3986, and the colon, which the specification leaves as it is. */
static bool is_plain(uint8_t c)
{
	return lc_is_alpha(c) || lc_is_digit(c) || lc_find(LC_S("-._~:"), c) != SIZE_MAX;
}

static void put(struct lc_buf *b, struct lc_slice s)
{
	for (size_t i = 0; i < s.n; i++) { /* failures are sticky: the end looks */
		if (is_plain(s.p[i]))
			(void)lc_buf_byte(b, s.p[i]);
		else
			(void)lc_buf_fmt(b, "%%%02X", s.p[i]);
	}
}

static void put_lower(struct lc_buf *b, struct lc_slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = lc_lower(s.p[i]);
		put(b, lc_slice_of(&c, 1));
	}
}

static void put_key(struct lc_buf *b, const char *key, bool *started)
{
	(void)lc_buf_byte(b, *started ? '&' : '?'); /* sticky, as above */
	(void)lc_buf_str(b, key);
	(void)lc_buf_byte(b, '=');
	*started = true;
}

static void put_pypi(struct lc_buf *b, struct lc_slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i] == '_' ? '-' : lc_lower(s.p[i]);
		put(b, lc_slice_of(&c, 1));
	}
}

/* Between slashes each part is encoded alone. */
static void put_path(struct lc_buf *b, struct lc_slice path, bool lower)
{
	struct lc_slice part;
	for (bool first = true; lc_split(&path, '/', &part); first = false) {
		if (!first)
			(void)lc_buf_byte(b, '/'); /* sticky, as above */
		if (lower)
			put_lower(b, part);
		else
			put(b, part);
	}
}

static void put_group(struct lc_buf *b, struct lc_slice name)
{
	struct lc_slice group;
	struct lc_slice artifact;
	if (lc_cut(name, ':', &group, &artifact)) {
		put(b, group);
		(void)lc_buf_byte(b, '/'); /* sticky, as above */
		name = artifact;
	}
	put(b, name);
}

static struct lc_slice subspec_of(const struct package_type *t, struct lc_slice name)
{
	struct lc_slice pod;
	struct lc_slice subspec = { NULL, 0 };
	if (t->naming == NAMED_SUBSPEC)
		(void)lc_cut(name, '/', &pod, &subspec); /* most have none */
	return subspec;
}

/* The name as its ecosystem's type definition wants it, namespace included. */
static void put_name(struct lc_buf *b, const struct package_type *t, struct lc_slice name)
{
	switch (t->naming) {
	case NAMED_WHOLE_LOWER:
		put_lower(b, name);
		break;
	case NAMED_PATH:
	case NAMED_PATH_LOWER:
		put_path(b, name, t->naming == NAMED_PATH_LOWER);
		break;
	case NAMED_GROUP:
		put_group(b, name);
		break;
	case NAMED_SUBSPEC:
		put(b, lc_sub(name, 0, lc_find(name, '/')));
		break;
	case NAMED_PYPI:
		put_pypi(b, name);
		break;
	default:
		put(b, name);
	}
}

/* Keys in their order: arch, distro, epoch, modularitylabel, uuid. apk's distro is the release
 * alone. */
static void put_qualifiers(struct lc_buf *b, const struct package_type *t,
			   const struct inv_package *p, const struct inv_os *os, uint64_t epoch)
{
	struct lc_slice module = package_attribute(p, LC_S("modularitylabel"));
	bool started = false;
	if (p->arch.n) {
		put_key(b, "arch", &started);
		put(b, p->arch);
	}
	if (t->os && os && os->family.n && os->version.n) {
		put_key(b, "distro", &started);
		if (t->scheme != VERSION_APK) {
			put(b, os->family);
			put(b, LC_S("-"));
		}
		put(b, os->version);
	}
	if (epoch && t->scheme != VERSION_ALPM) {
		put_key(b, "epoch", &started);
		(void)lc_buf_fmt(b, "%" PRIu64, epoch); /* sticky, as above */
	}
	if (t->scheme == VERSION_RPM && module.n) {
		put_key(b, "modularitylabel", &started);
		put(b, module);
	}
	if (t->scheme == VERSION_JULIA && package_attribute(p, LC_S("uuid")).n) {
		put_key(b, "uuid", &started);
		put(b, package_attribute(p, LC_S("uuid")));
	}
}

static void put_version(struct lc_buf *b, struct lc_slice version)
{
	if (version.n == 0)
		return;
	(void)lc_buf_byte(b, '@'); /* sticky, as above */
	put(b, version);
}

/* The vendor's name where several families are one vendor's. */
static void put_namespace(struct lc_buf *b, const struct package_type *t, struct lc_slice family)
{
	if (t->scheme == VERSION_RPM && lc_starts(family, LC_S("opensuse")))
		family = LC_S("opensuse");
	else if (t->scheme == VERSION_RPM && lc_starts(family, LC_S("sle")))
		family = LC_S("suse");
	put_lower(b, family);
	(void)lc_buf_byte(b, '/'); /* sticky, as above */
}

struct lc_slice package_purl(const struct inv_package *p, const struct inv_os *os,
			     struct lc_arena *a)
{
	const struct package_type *t = package_type_of(p->type);
	struct lc_slice ret = { NULL, 0 };
	struct lc_slice version;
	struct lc_slice release;
	uint64_t epoch;
	struct lc_buf b;
	if (!t || !t->purl_type || p->name.n == 0)
		return ret;
	package_version_split(t, p->version, &epoch, &version, &release);
	lc_buf_init(&b, PURL_BYTES_MAX);
	(void)lc_buf_str(&b, "pkg:"); /* sticky: looked at below */
	(void)lc_buf_str(&b, t->purl_type);
	(void)lc_buf_byte(&b, '/');
	if (t->os && os && os->family.n)
		put_namespace(&b, t, os->family);
	if (t->os && t->scheme != VERSION_RPM) /* rpm's names have case */
		put_lower(&b, p->name);
	else
		put_name(&b, t, p->name);
	/* The epoch is a qualifier of its own, save in alpm's; rpm's 0 is none. */
	if ((epoch && t->scheme != VERSION_ALPM) || t->scheme == VERSION_RPM)
		put_version(&b, package_version_plain(p->version));
	else
		put_version(&b, p->version);
	put_qualifiers(&b, t, p, os, epoch);
	if (subspec_of(t, p->name).n) {
		(void)lc_buf_byte(&b, '#');
		put_path(&b, subspec_of(t, p->name), false);
	}
	if (lc_buf_err(&b) == LC_ENOMEM && !a->err)
		a->err = LC_ENOMEM; /* tells it from "has none" */
	if (lc_buf_err(&b) || lc_arena_dup(a, lc_buf_get(&b), &ret))
		ret = lc_slice_of(NULL, 0);
	lc_buf_done(&b);
	return ret;
}
