#include "trust/image_identity.h"

const char *identity_match_name(enum identity_match m)
{
	static const char *const names[IDENTITY_MATCH_N] = {
		[IDENTITY_REPO_DIGEST_OR_EXACT] = "matchRepoDigestOrExact",
		[IDENTITY_EXACT] = "matchExact",
		[IDENTITY_REPOSITORY] = "matchRepository",
		[IDENTITY_EXACT_REFERENCE] = "exactReference",
		[IDENTITY_EXACT_REPOSITORY] = "exactRepository",
		[IDENTITY_REMAP] = "remapIdentity",
	};
	return names[m];
}

/* ---- names ---- */

static bool same_repository(const struct oci_reference *a, const struct oci_reference *b)
{
	return lc_eq(a->registry, b->registry) && lc_eq(a->repository, b->repository);
}

static bool same_name(const struct oci_reference *a, const struct oci_reference *b)
{
	return same_repository(a, b) && lc_eq(a->tag, b->tag) && lc_eq(a->digest, b->digest);
}

/* No tag is made up: what was signed without one fits no tag. */
static bool is_bare(const struct oci_reference *r)
{
	return !r->tag.n && !r->digest.n;
}

/* By tag exactly; an image that was asked for by digest may have any tag. */
static bool fits_repo_digest_or_exact(const struct oci_reference *image,
				      const struct oci_reference *got)
{
	if (is_bare(got))
		return false;
	return image->tag.n ? same_name(image, got)
			    : image->digest.n && same_repository(image, got);
}

/* ---- remapIdentity ---- */

/* A host with a port is more than the host: only "/" or the end may follow. */
static bool is_below(struct lc_slice name, struct lc_slice prefix)
{
	return lc_starts(name, prefix) && (name.n == prefix.n || name.p[prefix.n] == '/');
}

bool image_identity_prefix_ok(struct lc_slice s, struct lc_arena *a)
{
	struct oci_reference r;
	struct lc_slice host = s;
	struct lc_slice rest;
	bool has_path = lc_cut(s, '/', &host, &rest);
	/* As the host of some name: the grammar is that of names. */
	struct lc_slice name = has_path ? s : lc_arena_fmt(a, "%.*s/x", LC_FMT(s));
	if (!s.n || !name.p || oci_reference_parse(name, a, &r, NULL) || !is_bare(&r))
		return false;
	return !has_path || host.n;
}

/* The image's own name with one prefix in place of the other; *ret_bad: that is no name. */
static int remap(const struct image_identity *i, const struct oci_reference *image,
		 struct lc_arena *a, struct oci_reference *ret, bool *ret_bad)
{
	struct lc_slice name = oci_reference_name(image, a);
	*ret = *image;
	*ret_bad = false;
	if (!name.p)
		return lc_arena_err(a);
	if (!is_below(name, i->prefix))
		return 0;
	struct lc_slice rest = lc_skip(name, i->prefix.n);
	name = lc_arena_fmt(a, "%.*s%.*s", LC_FMT(i->signed_prefix), LC_FMT(rest));
	int rc = name.p ? oci_reference_parse(name, a, ret, NULL) : lc_arena_err(a);
	/* "signedPrefix" must lead to a full name: none is made up of a short one. */
	*ret_bad = rc == LC_EBAD || rc == LC_EUNSUP ||
		   (!rc && !lc_eq(oci_reference_name(ret, a), name));
	ret->tag = image->tag;
	ret->digest = image->digest;
	return *ret_bad ? 0 : rc;
}

/* ---- all ---- */

static int fits(const struct image_identity *i, const struct oci_reference *image,
		const struct oci_reference *got, struct lc_arena *a, bool *ret)
{
	struct oci_reference other;
	bool bad = false;
	int rc = 0;
	switch (i->match) {
	case IDENTITY_EXACT:
		*ret = !is_bare(image) && same_name(image, got);
		break;
	case IDENTITY_REPOSITORY:
		*ret = same_repository(image, got);
		break;
	case IDENTITY_EXACT_REFERENCE:
		*ret = !is_bare(&i->reference) && same_name(&i->reference, got);
		break;
	case IDENTITY_EXACT_REPOSITORY:
		*ret = same_repository(&i->reference, got);
		break;
	case IDENTITY_REMAP:
		rc = remap(i, image, a, &other, &bad);
		*ret = !rc && !bad && fits_repo_digest_or_exact(&other, got);
		break;
	default:
		*ret = fits_repo_digest_or_exact(image, got);
	}
	return rc;
}

int image_identity_check(const struct image_identity *i, const struct image_scope *image,
			 struct lc_slice signed_name, struct lc_arena *a, struct trust_why *w)
{
	struct oci_reference got;
	bool ok = false;
	bool by_image =
		i->match != IDENTITY_EXACT_REFERENCE && i->match != IDENTITY_EXACT_REPOSITORY;
	if (by_image && !image->has_reference)
		return trust_fail(
			w, "P5", LC_EBAD,
			"%s compares with the image's name, and images of %.*s: have none: "
			"the policy must say exactReference or exactRepository",
			identity_match_name(i->match), LC_FMT(image->transport));
	int rc = oci_reference_parse(signed_name, a, &got, trust_err(w));
	if (rc == LC_ENOMEM || rc == LC_ELIMIT)
		return rc;
	if (rc)
		return trust_rule(w, "P5",
				  lc_wrap(trust_err(w), LC_EBAD, "the name that was signed"));
	rc = fits(i, &image->reference, &got, a, &ok);
	if (rc)
		return lc_fail(trust_err(w), rc, "no memory for names");
	if (ok)
		return 0;
	return trust_fail(w, "P5", LC_EBAD, "it was signed as '%s', which %s%s%s%s does not accept",
			  lc_quote(signed_name).s, identity_match_name(i->match),
			  i->name.n ? " '" : "", i->name.n ? lc_quote(i->name).s : "",
			  i->name.n ? "'" : "");
}
