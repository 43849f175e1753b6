#include "oci/descriptor.h"

static const struct {
	struct lc_slice media_type;
	enum media_kind kind;
} known[] = {
	{ LC_S_INIT("application/vnd.oci.image.index.v1+json"), MEDIA_INDEX },
	{ LC_S_INIT("application/vnd.docker.distribution.manifest.list.v2+json"), MEDIA_INDEX },
	{ LC_S_INIT("application/vnd.oci.image.manifest.v1+json"), MEDIA_MANIFEST },
	{ LC_S_INIT("application/vnd.docker.distribution.manifest.v2+json"), MEDIA_MANIFEST },
	{ LC_S_INIT("application/vnd.docker.distribution.manifest.v1+json"), MEDIA_SCHEMA1 },
	{ LC_S_INIT("application/vnd.docker.distribution.manifest.v1+prettyjws"), MEDIA_SCHEMA1 },
	{ LC_S_INIT("application/vnd.oci.image.config.v1+json"), MEDIA_CONFIG },
	{ LC_S_INIT("application/vnd.docker.container.image.v1+json"), MEDIA_CONFIG },
	{ LC_S_INIT("application/octet-stream"), MEDIA_CONFIG }, /* docker 1.10 to 1.11 pushed so */
};

static const struct lc_slice foreign_parts[] = { LC_S_INIT("image.layer.nondistributable."),
						 LC_S_INIT("image.rootfs.foreign.") };
static const struct lc_slice layer_parts[] = { LC_S_INIT("image.layer."),
					       LC_S_INIT("image.rootfs.diff.") };

static bool has_any(struct lc_slice s, const struct lc_slice *parts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (lc_find_slice(s, parts[i]) != SIZE_MAX)
			return true;
	}
	return false;
}

enum media_kind media_kind_of(struct lc_slice m)
{
	if (m.n == 0)
		return MEDIA_UNKNOWN;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (lc_eq(known[i].media_type, m))
			return known[i].kind;
	}
	if (lc_ends(m, LC_S("+encrypted")))
		return MEDIA_ENCRYPTED;
	if (has_any(m, foreign_parts, 2))
		return MEDIA_FOREIGN;
	return has_any(m, layer_parts, 2) ? MEDIA_LAYER : MEDIA_OTHER;
}

struct oci_platform descriptor_platform(const struct json_doc *d, json_ref r)
{
	return (struct oci_platform){
		.os = json_get_str(d, r, "os"),
		.architecture = json_get_str(d, r, "architecture"),
		.variant = json_get_str(d, r, "variant"),
	};
}

/* The next letter as encoding/json folds it: ASCII case, and two that fold to ASCII from outside.
 */
static uint8_t folded(struct lc_slice *s)
{
	if (lc_chop_prefix(s, LC_S("\xc5\xbf"))) /* U+017F, long s */
		return 's';
	if (lc_chop_prefix(s, LC_S("\xe2\x84\xaa"))) /* U+212A, Kelvin sign */
		return 'k';
	uint8_t c = lc_lower(s->p[0]);
	*s = lc_skip(*s, 1);
	return c;
}

static bool reads_as(struct lc_slice key, struct lc_slice name)
{
	while (key.n && name.n) {
		if (folded(&key) != folded(&name))
			return false;
	}
	return key.n == 0 && name.n == 0;
}

int descriptor_exact_names(const struct json_doc *d, json_ref o, const char *const *names,
			   struct lc_err *e)
{
	if (json_type_of(d, o) != JSON_OBJECT)
		return 0;
	json_each(d, o, member) {
		struct lc_slice key = json_key(d, member);
		for (size_t i = 0; names[i]; i++) {
			if (!reads_as(key, lc_str(names[i])) || lc_eq(key, lc_str(names[i])))
				continue;
			return lc_fail(e, LC_EBAD, "%s where %s is meant: readers would disagree",
				       lc_quote(key).s, names[i]);
		}
	}
	return 0;
}

static int exact_descriptor(const struct json_doc *d, json_ref r, struct lc_err *e)
{
	static const char *const names[] = {
		"mediaType", "digest", "size", "platform", "urls", NULL
	};
	static const char *const platform[] = { "os", "architecture", "variant", NULL };
	int rc = descriptor_exact_names(d, r, names, e);
	return rc ? rc : descriptor_exact_names(d, json_get(d, r, "platform"), platform, e);
}

int descriptor_parse(const struct json_doc *d, json_ref r, const char *what,
		     struct oci_descriptor *ret, struct lc_err *e)
{
	struct oci_descriptor o = { .has_digest = true, .has_size = true };
	if (r == JSON_NONE || json_type_of(d, r) != JSON_OBJECT)
		return lc_fail(e, LC_EBAD, "%s: descriptor missing or not an object", what);
	if (!json_is_str(d, json_get(d, r, "digest")))
		return lc_fail(e, LC_EBAD, "%s: descriptor without a digest", what);
	int rc = exact_descriptor(d, r, e);
	if (rc == 0)
		rc = digest_parse(json_get_str(d, r, "digest"), &o.digest, e);
	if (rc)
		return lc_wrap(e, rc, "%s", what);
	if (!json_u64(d, json_get(d, r, "size"), &o.size) || o.size > INT64_MAX)
		return lc_fail(e, LC_EBAD, "%s: descriptor without a size in bytes", what);
	o.media_type = json_get_str(d, r, "mediaType");
	o.platform = descriptor_platform(d, json_get(d, r, "platform"));
	o.annotations = json_get(d, r, "annotations");
	*ret = o;
	return 0;
}
