#include "trust/tuf.h"

#include <stdio.h>

#include "base/shim.h"
#include "crypt/digest.h"
#include "trust/tuf_metadata.h"

enum { NAME_MAX_BYTES = 512 };

struct update {
	const struct tuf_mirror *m;
	int64_t now;
	struct lc_arena a;
	struct tuf_state next;               /* what was fetched */
	struct tuf_document doc[TUF_ROLE_N]; /* of next */
	struct tuf_document old[TUF_ROLE_N]; /* of what was trusted before */
	bool has_old[TUF_ROLE_N];
	struct lc_err *e;
};

void tuf_state_init(struct tuf_state *s)
{
	for (unsigned i = 0; i < TUF_ROLE_N; i++)
		lc_buf_init(&s->v[i], TUF_METADATA_MAX);
}

void tuf_state_done(struct tuf_state *s)
{
	for (unsigned i = 0; i < TUF_ROLE_N; i++)
		lc_buf_done(&s->v[i]);
}

int tuf_info(enum tuf_role r, struct lc_slice text, struct tuf_info *ret, struct lc_err *e)
{
	struct lc_arena a = { 0 };
	struct tuf_document doc;
	int rc = tuf_document_parse(r, text, &a, &doc, e);
	if (!rc)
		*ret = doc.info;
	lc_arena_done(&a);
	return rc;
}

static int check_fresh(struct update *u, enum tuf_role r)
{
	return u->doc[r].info.expires > u->now
		       ? 0
		       : lc_fail(u->e, LC_EBAD,
				 "%s: it has expired: the mirror is out of date, or somebody "
				 "holds back news",
				 tuf_role_name(r));
}

/* ---- root ---- */

static int keep(struct update *u, enum tuf_role r, const struct lc_buf *text)
{
	lc_buf_clear(&u->next.v[r]);
	int rc = lc_buf_slice(&u->next.v[r], lc_buf_get(text));
	return rc ? lc_fail(u->e, rc, "no memory for metadata")
		  : tuf_document_parse(r, lc_buf_get(&u->next.v[r]), &u->a, &u->doc[r], u->e);
}

/* One step: signed by the keys of the root before it, and by its own. LC_ENOTFOUND: no newer one.
 */
static int next_root(struct update *u)
{
	struct lc_buf text LC_CLEANUP(lc_buf_done) = { 0 };
	struct tuf_document doc;
	char name[64];
	struct tuf_document *old = &u->doc[TUF_ROOT];
	int64_t version = old->info.version + 1;
	lc_buf_init(&text, TUF_METADATA_MAX);
	(void)snprintf(name, sizeof(name), "%lld.root.json", (long long)version); /* it fits */
	int rc = u->m->fetch(u->m->ctx, name, &text, u->e);
	rc = rc ? rc : tuf_document_parse(TUF_ROOT, lc_buf_get(&text), &u->a, &doc, u->e);
	rc = rc ? rc : tuf_document_check(&doc, TUF_ROOT, old, &u->a, u->e);
	rc = rc ? rc : tuf_document_check(&doc, TUF_ROOT, &doc, &u->a, u->e);
	if (!rc && doc.info.version != version)
		rc = lc_fail(u->e, LC_EBAD, "root: %s says version %lld", name,
			     (long long)doc.info.version);
	return rc ? rc : keep(u, TUF_ROOT, &text);
}

static int update_root(struct update *u, const struct tuf_state *s)
{
	int rc = keep(u, TUF_ROOT, &s->v[TUF_ROOT]);
	rc = rc ? rc
		: tuf_document_check(&u->doc[TUF_ROOT], TUF_ROOT, &u->doc[TUF_ROOT], &u->a, u->e);
	for (unsigned i = 0; !rc && i < TUF_ROOTS_MAX; i++)
		rc = next_root(u);
	if (rc == LC_ENOTFOUND)
		return check_fresh(u, TUF_ROOT);
	return rc ? rc : lc_fail(u->e, LC_ELIMIT, "root: more than %d versions", TUF_ROOTS_MAX);
}

/* What was trusted before counts against going back only while the root's keys still sign it. */
static void read_old(struct update *u, const struct tuf_state *s)
{
	for (unsigned r = TUF_TIMESTAMP; r < TUF_ROLE_N; r++)
		u->has_old[r] = s->v[r].n &&
				tuf_document_parse((enum tuf_role)r, lc_buf_get(&s->v[r]), &u->a,
						   &u->old[r], NULL) == 0 &&
				tuf_document_check(&u->old[r], (enum tuf_role)r, &u->doc[TUF_ROOT],
						   &u->a, NULL) == 0;
}

/* ---- files that others list ---- */

/* Where listed: length and hashes. */
static int check_listed(const struct json_doc *d, json_ref entry, struct lc_slice content,
			const char *name, struct lc_err *e)
{
	int64_t length;
	json_ref r = json_get(d, entry, "length");
	if (r != JSON_NONE && (!json_i64(d, r, &length) || length != (int64_t)content.n))
		return lc_fail(e, LC_EBAD, "%s: its length is not the one that is listed", name);
	json_each(d, json_get(d, entry, "hashes"), child) {
		struct digest have;
		char hex[DIGEST_TEXT_MAX];
		bool sha512 = lc_eq(json_key(d, child), LC_S("sha512"));
		if (!sha512 && !lc_eq(json_key(d, child), LC_S("sha256")))
			continue;
		int rc = digest_of(sha512 ? DIGEST_SHA512 : DIGEST_SHA256, content, &have, e);
		if (rc)
			return rc;
		if (!lc_eq(json_str(d, child), lc_str(digest_hex(&have, hex))))
			return lc_fail(e, LC_EBAD, "%s: its hash is not the one that is listed",
				       name);
	}
	return 0;
}

static bool version_of(const struct tuf_document *doc, const char *file, json_ref *ret_entry,
		       int64_t *ret)
{
	*ret_entry = json_get(&doc->d, json_get(&doc->d, doc->content, "meta"), file);
	return json_i64(&doc->d, json_get(&doc->d, *ret_entry, "version"), ret) && *ret > 0;
}

/* Fetch a document under its listed version and check it against its list. */
static int fetch_listed(struct update *u, enum tuf_role r, const struct tuf_document *list)
{
	struct lc_buf text LC_CLEANUP(lc_buf_done) = { 0 };
	char file[32];
	char name[64];
	json_ref entry;
	int64_t version = 0;
	bool consistent = json_bool(
		&u->doc[TUF_ROOT].d,
		json_get(&u->doc[TUF_ROOT].d, u->doc[TUF_ROOT].content, "consistent_snapshot"),
		false);
	(void)snprintf(file, sizeof(file), "%s.json", tuf_role_name(r)); /* it fits */
	if (!version_of(list, file, &entry, &version))
		return lc_fail(u->e, LC_EBAD, "%s is not listed", file);
	(void)snprintf(name, sizeof(name), "%lld.%s", (long long)version, file); /* it fits */
	lc_buf_init(&text, TUF_METADATA_MAX);
	int rc = u->m->fetch(u->m->ctx, consistent ? name : file, &text, u->e);
	if (rc == LC_ENOTFOUND)
		return lc_fail(u->e, LC_EBAD, "%s: the mirror does not have it", name);
	rc = rc ? rc : check_listed(&list->d, entry, lc_buf_get(&text), file, u->e);
	rc = rc ? rc : keep(u, r, &text);
	rc = rc ? rc : tuf_document_check(&u->doc[r], r, &u->doc[TUF_ROOT], &u->a, u->e);
	if (!rc && u->doc[r].info.version != version)
		rc = lc_fail(u->e, LC_EBAD, "%s: version %lld, listed is %lld", file,
			     (long long)u->doc[r].info.version, (long long)version);
	return rc ? rc : check_fresh(u, r);
}

static int goes_back(struct update *u, const char *what)
{
	return lc_fail(u->e, LC_EBAD, "%s: older than what was trusted before", what);
}

static int update_timestamp(struct update *u)
{
	struct lc_buf text LC_CLEANUP(lc_buf_done) = { 0 };
	const struct tuf_document *doc = &u->doc[TUF_TIMESTAMP];
	const struct tuf_document *old = &u->old[TUF_TIMESTAMP];
	json_ref entry;
	int64_t now_listed;
	int64_t was_listed;
	lc_buf_init(&text, TUF_METADATA_MAX);
	int rc = u->m->fetch(u->m->ctx, "timestamp.json", &text, u->e);
	if (rc == LC_ENOTFOUND)
		return lc_fail(u->e, LC_EBAD, "timestamp.json: the mirror does not have it");
	rc = rc ? rc : keep(u, TUF_TIMESTAMP, &text);
	rc = rc ? rc : tuf_document_check(doc, TUF_TIMESTAMP, &u->doc[TUF_ROOT], &u->a, u->e);
	if (rc)
		return rc;
	if (u->has_old[TUF_TIMESTAMP] &&
	    (doc->info.version < old->info.version ||
	     (version_of(old, "snapshot.json", &entry, &was_listed) &&
	      version_of(doc, "snapshot.json", &entry, &now_listed) && now_listed < was_listed)))
		return goes_back(u, "timestamp");
	return check_fresh(u, TUF_TIMESTAMP);
}

/* No document that was listed may be gone or older. */
static int check_snapshot(struct update *u)
{
	const struct tuf_document *old = &u->old[TUF_SNAPSHOT];
	const struct tuf_document *doc = &u->doc[TUF_SNAPSHOT];
	if (!u->has_old[TUF_SNAPSHOT])
		return 0;
	json_ref meta = json_get(&doc->d, doc->content, "meta");
	json_each(&old->d, json_get(&old->d, old->content, "meta"), child) {
		int64_t was = 0;
		int64_t now = 0;
		json_ref entry = json_get_slice(&doc->d, meta, json_key(&old->d, child));
		(void)json_i64(&old->d, json_get(&old->d, child, "version"), &was); /* 0 unknown */
		if (!json_i64(&doc->d, json_get(&doc->d, entry, "version"), &now) || now < was)
			return goes_back(u, lc_quote(json_key(&old->d, child)).s);
	}
	return 0;
}

/* ---- the target ---- */

static int get_target(struct update *u, struct lc_slice target, struct lc_buf *ret)
{
	const struct tuf_document *doc = &u->doc[TUF_TARGETS];
	char name[NAME_MAX_BYTES];
	json_ref entry =
		json_get_slice(&doc->d, json_get(&doc->d, doc->content, "targets"), target);
	struct lc_slice hash = json_get_str(&doc->d, json_get(&doc->d, entry, "hashes"), "sha256");
	if (entry == JSON_NONE)
		return lc_fail(u->e, LC_ENOTFOUND, "%s: not among the targets", lc_quote(target).s);
	/* It is part of a path: a hash and nothing else. */
	for (size_t i = 0; i < hash.n; i++)
		if (!lc_is_digit(hash.p[i]) && !(hash.p[i] >= 'a' && hash.p[i] <= 'f'))
			hash.n = 0;
	if (hash.n != 64 || target.n > 200)
		return lc_fail(u->e, LC_EBAD, "%s: listed without a hash", lc_quote(target).s);
	(void)snprintf(name, sizeof(name), "targets/%.*s.%.*s", LC_FMT(hash),
		       LC_FMT(target)); /* it fits */
	lc_buf_clear(ret);
	int rc = u->m->fetch(u->m->ctx, name, ret, u->e);
	if (rc == LC_ENOTFOUND)
		return lc_fail(u->e, LC_EBAD, "%s: the mirror does not have it", name);
	return rc ? rc : check_listed(&doc->d, entry, lc_buf_get(ret), name, u->e);
}

static int run(struct update *u, const struct tuf_state *s, struct lc_slice target,
	       struct lc_buf *ret)
{
	int rc = update_root(u, s);
	if (rc)
		return rc;
	read_old(u, s);
	rc = update_timestamp(u);
	rc = rc ? rc : fetch_listed(u, TUF_SNAPSHOT, &u->doc[TUF_TIMESTAMP]);
	rc = rc ? rc : check_snapshot(u);
	rc = rc ? rc : fetch_listed(u, TUF_TARGETS, &u->doc[TUF_SNAPSHOT]);
	return rc ? rc : get_target(u, target, ret);
}

int tuf_update(const struct tuf_mirror *m, int64_t now, struct lc_slice target, struct tuf_state *s,
	       struct lc_buf *ret, struct lc_err *e)
{
	struct update u = { .m = m, .now = now, .e = e };
	tuf_state_init(&u.next);
	int rc = run(&u, s, target, ret);
	if (!rc) {
		struct tuf_state before = *s;
		*s = u.next;
		u.next = before;
	} else {
		lc_buf_clear(ret);
	}
	tuf_state_done(&u.next);
	lc_arena_done(&u.a);
	return rc;
}
