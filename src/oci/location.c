#include "oci/source.h"

static bool component_ok(struct lc_slice part)
{
	return !lc_eq(part, LC_S("..")) && lc_find(part, 0) == SIZE_MAX;
}

int oci_location(struct lc_slice path, struct lc_arena *a, struct lc_slice *ret, struct lc_err *e)
{
	struct lc_slice rest = path;
	struct lc_slice part;
	uint8_t *out = lc_arena_alloc(a, path.n + 1);
	size_t n = 0;
	if (!out)
		return lc_fail(e, lc_arena_err(a), "no memory for a path");
	while (rest.p && lc_split(&rest, '/', &part)) {
		if (!component_ok(part))
			return lc_fail(e, LC_EBAD, "%s: a path that leaves the image",
				       lc_quote(path).s);
		if (part.n == 0 || lc_eq(part, LC_S(".")))
			continue;
		if (n)
			out[n++] = '/';
		memcpy(out + n, part.p, part.n);
		n += part.n;
	}
	if (n == 0)
		return lc_fail(e, LC_EBAD, "an empty path in the image's manifest");
	*ret = lc_slice_of(out, n);
	return 0;
}

struct lc_slice oci_blob_location(const struct digest *d, struct lc_arena *a)
{
	char hex[DIGEST_TEXT_MAX];
	return lc_arena_fmt(a, "blobs/%s/%s", digest_name(d->algorithm), digest_hex(d, hex));
}
