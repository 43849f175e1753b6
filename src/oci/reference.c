#include "oci/reference.h"

#include "crypt/digest.h"

/*
 * reference  = name [ ":" tag ] [ "@" digest ]
 * name       = [ domain "/" ] component *( "/" component )
 * domain     = host [ ":" port ], told from a component by a ".", a ":", an upper-case letter or
 * "localhost" component  = alnum *( separator alnum ), separator = "." / "_" / "__" / 1*"-" tag = (
 * alnum / "_" ) *127( alnum / "_" / "." / "-" )
 */

enum { NAME_MAX_BYTES = 255, TAG_MAX_BYTES = 128, HEX_ID_BYTES = 64, IPV6_MAX = 45 };

static const struct lc_slice hub = LC_S_INIT("docker.io");
static const struct lc_slice library = LC_S_INIT("library/");

static bool is_lower_alnum(uint8_t c)
{
	return lc_is_digit(c) || (c >= 'a' && c <= 'z');
}

static bool is_alnum(uint8_t c)
{
	return lc_is_digit(c) || lc_is_alpha(c);
}

/* Length of the separator at the start of s, 0 when it is none. */
static size_t separator(struct lc_slice s)
{
	if (s.n == 0)
		return 0;
	if (s.p[0] == '.')
		return 1;
	if (s.p[0] == '_')
		return s.n > 1 && s.p[1] == '_' ? 2 : 1;
	size_t n = 0;
	while (n < s.n && s.p[n] == '-')
		n++;
	return n;
}

static bool component_ok(struct lc_slice s)
{
	while (s.n > 0) {
		size_t n = 0;
		while (n < s.n && is_lower_alnum(s.p[n]))
			n++;
		if (n == 0)
			return false;
		s = lc_skip(s, n);
		if (s.n == 0)
			return true;
		size_t sep = separator(s);
		if (sep == 0)
			return false;
		s = lc_skip(s, sep);
	}
	return false;
}

static bool path_ok(struct lc_slice path)
{
	struct lc_slice part;
	struct lc_slice rest = path;
	if (path.n == 0)
		return false;
	while (lc_split(&rest, '/', &part)) {
		if (!component_ok(part))
			return false;
	}
	return true;
}

static bool tag_ok(struct lc_slice s)
{
	if (s.n == 0 || s.n > TAG_MAX_BYTES || s.p[0] == '.' || s.p[0] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		if (!is_alnum(c) && c != '_' && c != '.' && c != '-')
			return false;
	}
	return true;
}

static bool host_label_ok(struct lc_slice s)
{
	if (s.n == 0 || s.p[0] == '-' || s.p[s.n - 1] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!is_alnum(s.p[i]) && s.p[i] != '-')
			return false;
	}
	return true;
}

static bool ipv6_ok(struct lc_slice s)
{
	if (s.n < 2 || s.n > IPV6_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = lc_lower(s.p[i]);
		if (!lc_is_digit(c) && !(c >= 'a' && c <= 'f') && c != ':')
			return false;
	}
	return true;
}

static bool port_ok(struct lc_slice s)
{
	uint64_t port;
	return lc_u64(s, 10, 65535, &port);
}

static bool bracketed_ok(struct lc_slice s)
{
	size_t close = lc_find(s, ']');
	if (close == SIZE_MAX || !ipv6_ok(lc_sub(s, 1, close - 1)))
		return false;
	struct lc_slice rest = lc_skip(s, close + 1);
	return rest.n == 0 || (lc_chop_prefix(&rest, LC_S(":")) && port_ok(rest));
}

static bool domain_ok(struct lc_slice s)
{
	struct lc_slice host = s;
	struct lc_slice port;
	struct lc_slice label;
	if (lc_starts(s, LC_S("[")))
		return bracketed_ok(s);
	if (lc_cut(s, ':', &host, &port) && !port_ok(port))
		return false;
	if (host.n == 0)
		return false;
	while (lc_split(&host, '.', &label)) {
		if (!host_label_ok(label))
			return false;
	}
	return true;
}

/* Is the part before the first "/" a registry's host? */
static bool looks_like_domain(struct lc_slice s)
{
	if (lc_find(s, '.') != SIZE_MAX || lc_find(s, ':') != SIZE_MAX ||
	    lc_eq(s, LC_S("localhost")))
		return true;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] >= 'A' && s.p[i] <= 'Z')
			return true;
	}
	return false;
}

static bool is_hex_id(struct lc_slice s)
{
	if (s.n != HEX_ID_BYTES)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!lc_is_digit(s.p[i]) && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
			return false;
	}
	return true;
}

struct parts {
	struct lc_slice domain, path, tag, digest;
	bool has_tag, has_digest;
};

static struct parts split(struct lc_slice s)
{
	struct parts p = { .path = s };
	struct lc_slice head;
	struct lc_slice tail;
	p.has_digest = lc_cut(s, '@', &p.path, &p.digest);
	size_t colon = lc_rfind(p.path, ':');
	size_t slash = lc_rfind(p.path, '/');
	p.has_tag = colon != SIZE_MAX && (slash == SIZE_MAX || colon > slash);
	if (p.has_tag) {
		p.tag = lc_skip(p.path, colon + 1);
		p.path = lc_sub(p.path, 0, colon);
	}
	if (lc_cut(p.path, '/', &head, &tail) && looks_like_domain(head)) {
		p.domain = head;
		p.path = tail;
	}
	return p;
}

static int check(struct lc_slice s, const struct parts *p, struct lc_err *e)
{
	struct digest d;
	if (p->path.n + p->domain.n > NAME_MAX_BYTES)
		return lc_fail(e, LC_EBAD, "image name is longer than %d bytes", NAME_MAX_BYTES);
	if (p->domain.n && !domain_ok(p->domain))
		return lc_fail(e, LC_EBAD, "%s: not a registry host: %s", lc_quote(s).s,
			       lc_quote(p->domain).s);
	if (!path_ok(p->path))
		return lc_fail(
			e, LC_EBAD,
			"%s: not an image name: lower-case letters, digits and single separators "
			"between slashes",
			lc_quote(s).s);
	if (p->domain.n == 0 && is_hex_id(p->path))
		return lc_fail(e, LC_EBAD, "%s: an image id is not a name; write sha256:ID",
			       lc_quote(s).s);
	if (p->has_tag && !tag_ok(p->tag))
		return lc_fail(e, LC_EBAD, "%s: not a tag: %s", lc_quote(s).s, lc_quote(p->tag).s);
	int rc = p->has_digest ? digest_parse(p->digest, &d, e) : 0;
	return rc ? lc_wrap(e, rc, "%s", lc_quote(s).s) : 0;
}

static int normal_name(struct parts *p, struct lc_arena *a, struct oci_reference *r)
{
	if (p->domain.n == 0 || lc_eq(p->domain, LC_S("index.docker.io")) ||
	    lc_eq(p->domain, LC_S("registry-1.docker.io")))
		p->domain = hub;
	int rc = lc_arena_dup(a, p->domain, &r->registry);
	if (rc)
		return rc;
	if (!lc_eq(p->domain, hub) || lc_find(p->path, '/') != SIZE_MAX)
		return lc_arena_dup(a, p->path, &r->repository);
	r->repository = lc_arena_fmt(a, "%.*s%.*s", LC_FMT(library), LC_FMT(p->path));
	return r->repository.p ? 0 : lc_arena_err(a);
}

int oci_reference_parse(struct lc_slice s, struct lc_arena *a, struct oci_reference *ret,
			struct lc_err *e)
{
	struct oci_reference r = { 0 };
	struct parts p = split(s);
	int rc = check(s, &p, e);
	if (rc)
		return rc;
	rc = normal_name(&p, a, &r);
	if (rc == 0 && p.has_tag)
		rc = lc_arena_dup(a, p.tag, &r.tag);
	if (rc == 0 && p.has_digest)
		rc = lc_arena_dup(a, p.digest, &r.digest);
	if (rc)
		return lc_fail(e, rc, "out of memory");
	*ret = r;
	return 0;
}

struct lc_slice oci_reference_name(const struct oci_reference *r, struct lc_arena *a)
{
	return lc_arena_fmt(a, "%.*s/%.*s", LC_FMT(r->registry), LC_FMT(r->repository));
}

/* What may be left out of a Docker Hub name: nothing that would make it read as another. */
static struct lc_slice short_path(struct lc_slice path)
{
	struct lc_slice rest = path;
	struct lc_slice head = path;
	struct lc_slice tail;
	if (lc_chop_prefix(&rest, library) && lc_find(rest, '/') == SIZE_MAX)
		return is_hex_id(rest) ? path : rest;
	if (lc_cut(path, '/', &head, &tail) && looks_like_domain(head))
		return (struct lc_slice){ NULL, 0 };
	return path;
}

struct lc_slice oci_reference_familiar(const struct oci_reference *r, struct lc_arena *a)
{
	struct lc_slice path = { NULL, 0 };
	if (lc_eq(r->registry, hub))
		path = short_path(r->repository);
	bool full = path.n == 0;
	if (full)
		path = r->repository;
	return lc_arena_fmt(a, "%.*s%s%.*s%s%.*s%s%.*s", full ? (int)r->registry.n : 0,
			    (const char *)r->registry.p, full ? "/" : "", LC_FMT(path),
			    r->tag.n ? ":" : "", LC_FMT(r->tag), r->digest.n ? "@" : "",
			    LC_FMT(r->digest));
}
