#include "oci/choose.h"

#include "oci/descriptor.h"

enum { LIST_MAX = 8, LIST_BYTES_MAX = 320 };

struct candidate *candidate_add(struct candidates *all, struct lc_slice identity,
				struct lc_arena *a)
{
	for (size_t i = 0; i < all->n; i++) {
		if (lc_eq(all->v[i].identity, identity))
			return &all->v[i];
	}
	struct candidate *c = lc_vec_push(a, all);
	if (!c)
		return NULL;
	c->entry = JSON_NONE;
	return lc_arena_dup(a, identity, &c->identity) ? NULL : c;
}

/* ---- by name ---- */

static struct lc_slice tag_or_latest(const struct oci_reference *r)
{
	return r->tag.n ? r->tag : LC_S("latest");
}

bool candidate_name_matches(struct lc_slice name, struct lc_slice wanted, struct lc_arena *a)
{
	struct oci_reference n;
	struct oci_reference w;
	if (lc_eq(name, wanted))
		return true;
	if (oci_reference_parse(name, a, &n, NULL) || oci_reference_parse(wanted, a, &w, NULL))
		return false;
	return w.digest.n == 0 && lc_eq(n.registry, w.registry) &&
	       lc_eq(n.repository, w.repository) && lc_eq(tag_or_latest(&n), tag_or_latest(&w));
}

/* The digest that a wanted "sha256:…" or "name@sha256:…" ends with. */
static struct lc_slice wanted_digest(struct lc_slice wanted)
{
	struct digest d;
	size_t at = lc_rfind(wanted, '@');
	struct lc_slice text = at == SIZE_MAX ? wanted : lc_skip(wanted, at + 1);
	return digest_parse(text, &d, NULL) ? (struct lc_slice){ NULL, 0 } : text;
}

static bool named(const struct candidate *c, struct lc_slice wanted, struct lc_arena *a)
{
	struct lc_slice digest = wanted_digest(wanted);
	for (size_t i = 0; digest.n && i < c->digests.n; i++) {
		if (lc_eq(c->digests.v[i], digest))
			return true;
	}
	for (size_t i = 0; i < c->names.n; i++) {
		if (candidate_name_matches(c->names.v[i], wanted, a))
			return true;
	}
	return false;
}

/* ---- lists for messages ---- */

struct list {
	char text[LIST_BYTES_MAX + 1];
	size_t n, items, more;
};

static bool listed(const struct list *l, struct lc_slice item)
{
	struct lc_slice rest = lc_slice_of(l->text, l->n);
	struct lc_slice one;
	while (rest.p && lc_split(&rest, ',', &one)) {
		if (lc_eq(lc_trim(one), item))
			return true;
	}
	return false;
}

static void list_add(struct list *l, const char *item)
{
	size_t len = strlen(item);
	size_t sep = l->items ? 2 : 0;
	if (listed(l, lc_slice_of(item, len)))
		return;
	if (l->items == LIST_MAX || len + sep > LIST_BYTES_MAX - l->n) {
		l->more++;
		return;
	}
	if (sep)
		memcpy(l->text + l->n, ", ", sep);
	memcpy(l->text + l->n + sep, item, len);
	l->n += sep + len;
	l->text[l->n] = '\0';
	l->items++;
}

static const char *list_text(struct list *l)
{
	if (l->items == 0)
		return "none";
	if (l->more && l->n + 5 <= LIST_BYTES_MAX) {
		memcpy(l->text + l->n, ", ...", 6);
		l->n += 5;
	}
	return l->text;
}

static void list_names(struct list *l, const struct candidate *c)
{
	for (size_t i = 0; i < c->names.n; i++)
		list_add(l, lc_quote(c->names.v[i]).s);
	if (c->names.n == 0)
		list_add(l, lc_quote(c->identity).s);
}

static int no_such_name(const struct choice *ch, struct lc_err *e)
{
	struct list l = { 0 };
	for (size_t i = 0; i < ch->all->n; i++)
		list_names(&l, &ch->all->v[i]);
	return lc_fail(e, LC_ENOTFOUND, "no image %s in it; there are: %s",
		       lc_quote(ch->options->reference).s, list_text(&l));
}

static int no_such_platform(const struct choice *ch, struct candidate **v, size_t n,
			    struct lc_err *e)
{
	struct list l = { 0 };
	struct oci_platform host = oci_platform_host();
	const struct oci_open_options *o = ch->options;
	for (size_t i = 0; i < n; i++) {
		if (v[i]->present)
			list_add(&l, oci_platform_text(&v[i]->platform).s);
	}
	return lc_fail(e, LC_ENOTFOUND, "no image for platform %s%s; there are: %s",
		       oci_platform_text(o->has_platform ? &o->platform : &host).s,
		       o->has_platform ? "" : " (this machine)", list_text(&l));
}

static int not_stored(const struct candidate *c, struct lc_err *e)
{
	return lc_fail(e, LC_ENOTFOUND, "%s (%s) is named in the index but not stored here",
		       lc_quote(c->identity).s, oci_platform_text(&c->platform).s);
}

static int ambiguous(struct candidate **v, size_t n, struct lc_err *e)
{
	struct list l = { 0 };
	for (size_t i = 0; i < n; i++)
		list_names(&l, v[i]);
	if (l.items > 1)
		return lc_fail(e, LC_EUSAGE, "%zu images in it, choose one by name: %s", n,
			       list_text(&l));
	l = (struct list){ 0 };
	for (size_t i = 0; i < n; i++)
		list_add(&l, lc_quote(v[i]->identity).s);
	return lc_fail(e, LC_EUSAGE, "%zu images fit, choose one by digest: %s", n, list_text(&l));
}

/* ---- by platform ---- */

/* One that cannot be read stays unknown here; that is said aloud if it is the one that is chosen.
 */
static int learn_all(const struct choice *ch, struct candidate **v, size_t *n)
{
	size_t kept = 0;
	int rc = 0;
	for (size_t i = 0; i < *n; i++) {
		if (v[i]->present && !descriptor_has_platform(&v[i]->platform))
			rc = ch->learn(ch->ctx, v[i]);
		if (rc == LC_ENOMEM)
			return rc;
		if (!v[i]->drop)
			v[kept++] = v[i];
	}
	*n = kept;
	return 0;
}

/* Keep those that match, at the front of v; their count. */
static size_t matching(struct candidate **v, size_t n, const struct oci_platform *want,
		       bool present)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		if (v[i]->present != present || !oci_platform_match(want, &v[i]->platform))
			continue;
		struct candidate *c = v[i];
		v[i] = v[kept];
		v[kept++] = c;
	}
	return kept;
}

/* "linux/arm" fits v5, v6 and v7: the usual one is meant. A default variant equals the empty one.
 */
static size_t usual_variant(struct candidate **v, size_t n, const struct oci_platform *want)
{
	struct oci_platform usual = { want->os, want->architecture, LC_S("") };
	if (want->variant.n || n < 2)
		return n;
	if (lc_eq(want->architecture, LC_S("arm")))
		usual.variant = LC_S("v7");
	else if (lc_eq(want->architecture, LC_S("arm64")))
		usual.variant = LC_S("v8");
	else if (lc_eq(want->architecture, LC_S("amd64")))
		usual.variant = LC_S("v1");
	size_t kept = matching(v, n, &usual, true);
	return kept ? kept : n;
}

static size_t present_count(struct candidate **v, size_t n)
{
	size_t count = 0;
	for (size_t i = 0; i < n; i++)
		count += v[i]->present;
	return count;
}

static int by_platform(const struct choice *ch, struct candidate **v, size_t n,
		       struct candidate **ret, struct lc_err *e)
{
	const struct oci_open_options *o = ch->options;
	struct oci_platform want = o->has_platform ? o->platform : oci_platform_host();
	size_t all = n;
	n = matching(v, all, &want, true);
	if (n == 0 && !o->has_platform && present_count(v, all) == 1) {
		want = (struct oci_platform){ 0 };
		n = matching(v, all, &want, true);
	}
	if (n == 0 && (present_count(v, all) == 0 || matching(v, all, &want, false)))
		return not_stored(v[0], e);
	if (n == 0)
		return no_such_platform(ch, v, all, e);
	n = usual_variant(v, n, &want);
	if (n > 1)
		return ambiguous(v, n, e);
	*ret = v[0];
	return 0;
}

int candidate_choose(const struct choice *ch, struct candidate **ret, struct lc_err *e)
{
	size_t n = 0;
	struct candidate **v = lc_new_array(ch->arena, struct candidate *, ch->all->n + 1);
	if (!v)
		return lc_fail(e, lc_arena_err(ch->arena), "no memory for the images in it");
	for (size_t i = 0; i < ch->all->n; i++) {
		struct candidate *c = &ch->all->v[i];
		if (ch->options->reference.n == 0 || named(c, ch->options->reference, ch->arena))
			v[n++] = c;
	}
	if (n == 0 && ch->all->n)
		return no_such_name(ch, e);
	if (n > 1 && learn_all(ch, v, &n))
		return lc_fail(e, LC_ENOMEM, "no memory for the images in it");
	if (n == 0)
		return lc_fail(e, LC_EUNSUP,
			       "no image in it: only signatures, attestations "
			       "or other artifacts");
	if (n == 1 && v[0]->present && !descriptor_has_platform(&v[0]->platform)) {
		*ret = v[0]; /* its config will tell */
		return 0;
	}
	return by_platform(ch, v, n, ret, e);
}
