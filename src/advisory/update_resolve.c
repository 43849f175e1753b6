/*
 * Where the bytes of a feed's file are in the end, and the digest that their publisher gives.
 *
 *   archive_latest.txt     a text of one word, the name of the file beside it
 *   mirror.list            addresses of an rpm repository, one a line; the first is taken
 *   repodata/repomd.xml    repomd > data (type "updateinfo") > checksum (type), location (href)
 *   NAME.sha256            hexadecimal digits of NAME's digest, more may follow
 *
 * Source: Red Hat's page on its security data; createrepo_c's repomd.xml.
 */
#include "advisory/update_impl.h"
#include "base/buf.h"
#include "base/shim.h"
#include "crypt/digest.h"
#include "format/xml.h"

enum { TEXT_BYTES_MAX = 64 << 10, REPOMD_BYTES_MAX = 4 << 20, NAME_BYTES_MAX = 1024 };

struct resolving {
	const struct adv_update_options *o;
	struct lc_arena *a;
	struct lc_err *e;
	struct update_target *ret;
	const char *base; /* of a repository */
};

static int no_memory(const struct resolving *r)
{
	return lc_fail(r->e, lc_arena_err(r->a), "no memory for feeds");
}

int update_fetch(const struct adv_update_options *o, const struct adv_fetch *what,
		 struct lc_arena *a, struct adv_fetched *ret, struct lc_err *e)
{
	if (lc_starts(lc_str(what->url), LC_S("file:")))
		return update_fetch_file(what, a, ret, e);
	if (!o->fetch)
		return lc_fail(e, LC_EUNSUP, "%s: cannot be fetched here",
			       lc_quote(lc_str(what->url)).s);
	return o->fetch(o->fetch_ctx, what, a, ret, e);
}

/* A small file, whole. */
static int fetch_text(struct resolving *r, const char *url, size_t max, struct lc_slice *ret)
{
	struct adv_fetched f = { 0 };
	const struct adv_fetch what = { .url = url };
	struct lc_buf text LC_CLEANUP(lc_buf_done) = { 0 };
	size_t n = 1;
	lc_buf_init(&text, max);
	int rc = update_fetch(r->o, &what, r->a, &f, r->e);
	if (!rc && !f.body) /* nothing was said of a copy that could be unchanged */
		rc = lc_fail(r->e, LC_EREMOTE, "said to be unchanged, and never came");
	while (!rc && n) {
		uint8_t piece[4096];
		rc = lc_stream_read(f.body, piece, sizeof(piece), &n, r->e);
		if (!rc && n && lc_buf_add(&text, piece, n))
			rc = lc_fail(r->e, lc_buf_err(&text), "more than %zu bytes", max);
	}
	lc_stream_close(f.body);
	if (rc)
		return lc_wrap(r->e, rc, "%s", lc_quote(lc_str(url)).s);
	return lc_arena_dup(r->a, lc_buf_get(&text), ret) ? no_memory(r) : 0;
}

/* Nothing that could lead elsewhere: no scheme, no way up, no query. */
static bool is_plain_path(struct lc_slice s)
{
	if (!s.n || s.n > NAME_BYTES_MAX || s.p[0] == '/' ||
	    lc_find_slice(s, LC_S("..")) != SIZE_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!lc_is_alpha(s.p[i]) && !lc_is_digit(s.p[i]) &&
		    lc_find(LC_S("/._-+~"), s.p[i]) == SIZE_MAX)
			return false;
	return true;
}

static const char *join(struct resolving *r, struct lc_slice base, struct lc_slice path)
{
	(void)lc_chop_suffix(&base, LC_S("/")); /* one is added */
	return (const char *)lc_arena_fmt(r->a, "%.*s/%.*s", LC_FMT(base), LC_FMT(path)).p;
}

/* A text of one word that names the file beside it ("csaf_vex_2025-02-15.tar.zst"). */
static int resolve_latest(struct resolving *r, const char *url)
{
	struct lc_slice text;
	int rc = fetch_text(r, url, TEXT_BYTES_MAX, &text);
	if (rc)
		return rc;
	struct lc_slice name = lc_trim(text);
	if (!is_plain_path(name) || lc_find(name, '/') != SIZE_MAX)
		return lc_fail(r->e, LC_EBAD, "%s: it does not name one file",
			       lc_quote(lc_str(url)).s);
	r->ret->url = join(r, lc_path_dir(lc_str(url)), name);
	return r->ret->url ? 0 : no_memory(r);
}

/* What a list of mirrors names first; over no weaker a channel than the list came by. */
static int resolve_mirror(struct resolving *r, const char *url)
{
	struct lc_slice text;
	struct lc_slice line;
	int rc = fetch_text(r, url, TEXT_BYTES_MAX, &text);
	bool secure = lc_starts(lc_str(url), LC_S("https:"));
	while (!rc && lc_line(&text, &line)) {
		line = lc_trim(line);
		bool plain = !secure && lc_starts(line, LC_S("http://"));
		if (line.n > NAME_BYTES_MAX || (!plain && !lc_starts(line, LC_S("https://"))))
			continue;
		r->base = lc_arena_str(r->a, line);
		return r->base ? 0 : no_memory(r);
	}
	return rc ? rc
		  : lc_fail(r->e, LC_EBAD, "%s: no mirror is named there", lc_quote(lc_str(url)).s);
}

static int keep_digest(struct resolving *r, struct lc_slice hex)
{
	struct digest d;
	struct lc_slice text = lc_arena_fmt(r->a, "sha256:%.*s", LC_FMT(lc_trim(hex)));
	if (!text.p)
		return no_memory(r);
	if (digest_parse(text, &d, r->e))
		return lc_fail(r->e, LC_EBAD, "a digest that is none");
	r->ret->digest = text;
	return 0;
}

/* Digests by other algorithms than we keep of copies are not looked at. */
static int on_data(void *ctx, const struct xml_node *n, struct lc_err *e)
{
	struct resolving *r = ctx;
	const struct xml_node *sum = xml_child(n, "checksum");
	struct lc_slice href = xml_attr(xml_child(n, "location"), "href");
	if (!lc_eq(xml_attr(n, "type"), LC_S("updateinfo")) || r->ret->url)
		return 0;
	if (!is_plain_path(href))
		return lc_fail(e, LC_EBAD, "no place of the updates");
	int rc = lc_eq(xml_attr(sum, "type"), LC_S("sha256")) ? keep_digest(r, xml_text(sum)) : 0;
	if (rc)
		return rc;
	r->ret->url = join(r, lc_str(r->base), href);
	return r->ret->url ? 0 : no_memory(r);
}

static int resolve_repository(struct resolving *r, const char *url)
{
	static const char *const names[] = { "data", NULL };
	struct lc_slice text;
	r->base = url;
	int rc = lc_ends(lc_str(url), LC_S("/")) ? 0 : resolve_mirror(r, url);
	const char *repomd = rc ? NULL : join(r, lc_str(r->base), LC_S("repodata/repomd.xml"));
	if (!rc && !repomd)
		rc = no_memory(r);
	if (!rc)
		rc = fetch_text(r, repomd, REPOMD_BYTES_MAX, &text);
	if (rc)
		return rc;
	rc = xml_read(text, names, NULL, on_data, r, r->e);
	if (!rc && !r->ret->url)
		rc = lc_fail(r->e, LC_EBAD, "it lists no updates");
	return rc ? lc_wrap(r->e, rc, "%s", lc_quote(lc_str(repomd)).s) : 0;
}

static int read_digest(struct resolving *r)
{
	struct lc_slice text;
	struct lc_slice tail;
	const char *url = (const char *)lc_arena_fmt(r->a, "%s.sha256", r->ret->url).p;
	int rc = url ? fetch_text(r, url, TEXT_BYTES_MAX, &text) : no_memory(r);
	if (rc)
		return rc;
	text = lc_trim(text);
	(void)lc_cut(text, ' ', &text, &tail); /* the name may follow */
	rc = keep_digest(r, text);
	return rc ? lc_wrap(r->e, rc, "%s", lc_quote(lc_str(url)).s) : 0;
}

int update_resolve(const struct adv_update_options *o, const struct update_source *s,
		   struct lc_arena *a, struct update_target *ret, struct lc_err *e)
{
	struct lc_err own = { 0 };
	struct update_target target = { 0 };
	struct resolving r = { .o = o, .a = a, .e = e ? e : &own, .ret = &target };
	int rc = 0;
	if (s->flags & ADV_FEED_LATEST)
		rc = resolve_latest(&r, s->url);
	else if (s->flags & ADV_FEED_REPOSITORY)
		rc = resolve_repository(&r, s->url);
	else
		target.url = s->url;
	if (!rc && (s->flags & ADV_FEED_SHA256))
		rc = read_digest(&r);
	if (!rc)
		*ret = target;
	return rc;
}
