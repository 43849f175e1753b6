#include "inventory/package_type.h"

const struct package_type package_types[] = {
	{
		.name = "apk",
		.purl_type = "apk",
		.scheme = VERSION_APK,
		.os = true,
	},
	{
		.name = "dpkg",
		.purl_type = "deb",
		.scheme = VERSION_DEB,
		.os = true,
	},
	{
		.name = "opkg",
		.purl_type = "opkg",
		.scheme = VERSION_DEB, /* opkg has dpkg's comparison */
		.os = true,
	},
	{
		.name = "pacman",
		.purl_type = "alpm",
		.scheme = VERSION_ALPM,
		.os = true,
	},
	{
		.name = "rpm",
		.purl_type = "rpm",
		.scheme = VERSION_RPM,
		.os = true,
	},
};
const size_t package_types_n = sizeof(package_types) / sizeof(package_types[0]);

const struct package_type *package_type_of(struct lc_slice name)
{
	for (size_t i = 0; i < package_types_n; i++) {
		if (lc_eq(name, lc_str(package_types[i].name)))
			return &package_types[i];
	}
	return NULL;
}

void package_version_split(const struct package_type *t, struct lc_slice version,
			   uint64_t *ret_epoch, struct lc_slice *ret_version,
			   struct lc_slice *ret_release)
{
	struct lc_slice epoch = LC_S("");
	*ret_epoch = 0;
	*ret_version = version;
	*ret_release = LC_S("");
	if (t->scheme == VERSION_DEB)
		version_split_deb(version, &epoch, ret_version, ret_release);
	else if (t->scheme == VERSION_RPM || t->scheme == VERSION_ALPM)
		version_split_rpm(version, &epoch, ret_version, ret_release);
	if (epoch.n && !lc_u64(epoch, 10, INT32_MAX, ret_epoch)) {
		/* No epoch at all, then: the text is the version. */
		*ret_version = version;
		*ret_release = LC_S("");
	}
}

struct lc_slice package_attribute(const struct inv_package *p, struct lc_slice key)
{
	for (size_t i = 0; i < p->attributes.n; i++) {
		if (lc_eq(p->attributes.v[i].key, key))
			return p->attributes.v[i].value;
	}
	return LC_S("");
}

struct lc_slice package_version_plain(struct lc_slice version)
{
	size_t i = 0;
	while (i < version.n && lc_is_digit(version.p[i]))
		i++;
	return i < version.n && version.p[i] == ':' ? lc_skip(version, i + 1) : version;
}

/* rpm: several architectures live side by side, and the epoch is left out. */
static void put_id(struct lc_buf *b, const struct inv_package *p)
{
	const struct package_type *t = package_type_of(p->type);
	bool rpm = t && t->scheme == VERSION_RPM;
	struct lc_slice text = rpm ? package_version_plain(p->version) : p->version;
	(void)lc_buf_slice(b, p->name); /* sticky: the caller looks */
	if (text.n)
		(void)lc_buf_byte(b, '@');
	(void)lc_buf_slice(b, text); /* sticky, as above */
	if (rpm && p->arch.n) {
		(void)lc_buf_byte(b, '.');
		(void)lc_buf_slice(b, p->arch); /* sticky, as above */
	}
}

struct lc_slice package_id(const struct inv_package *p, struct lc_arena *a)
{
	struct lc_slice id;
	struct lc_buf b;
	lc_buf_init(&b, p->name.n + p->version.n + p->arch.n + 2);
	put_id(&b, p);
	int r = lc_buf_err(&b);
	if (r && !a->err)
		a->err = r;
	if (r || lc_arena_dup(a, lc_buf_get(&b), &id))
		id = lc_slice_of(NULL, 0);
	lc_buf_done(&b);
	return id;
}
