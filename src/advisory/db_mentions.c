/* The database read backwards: from an id to the packages and vulnerabilities that carry it. */
#include "advisory/db_impl.h"

#include "advisory/record.h"
#include "base/shim.h"

static bool has(const struct lc_slices *l, struct lc_slice s)
{
	for (size_t i = 0; i < l->n; i++)
		if (lc_eq(l->v[i], s))
			return true;
	return false;
}

static int add_once(struct lc_arena *a, struct lc_slices *l, struct lc_slice s)
{
	if (has(l, s))
		return 0;
	struct lc_slice *at = lc_vec_push(a, l);
	return at ? lc_arena_dup(a, s, at) : lc_arena_err(a);
}

/* What an id stands for: itself when the advisory is about it, all of them when it is a name of the
 * advisory's. */
static int add_about(const struct advisory *adv, struct lc_slice id, struct lc_arena *a,
		     struct lc_slices *ret)
{
	if (!adv->vulnerabilities.n)
		return add_once(a, ret, adv->id);
	if (has(&adv->vulnerabilities, id))
		return add_once(a, ret, id);
	int rc = 0;
	for (size_t i = 0; !rc && i < adv->vulnerabilities.n; i++)
		rc = add_once(a, ret, adv->vulnerabilities.v[i]);
	return rc;
}

/* A row whose text holds the id: does one of its advisories go by it? */
static int look_at_row(sqlite3_stmt *s, struct lc_slice id, struct lc_arena *a,
		       struct adv_mentions *ret, struct lc_err *e)
{
	struct lc_arena scratch LC_CLEANUP(lc_arena_done) = { 0 };
	struct advisory_list list = { 0 };
	struct adv_mention m = { 0 };
	struct lc_slice text = sql_text(s, 2);
	int rc = text.n > ADV_RECORD_BYTES_MAX
			 ? lc_fail(e, LC_ELIMIT, "a database record of %zu bytes", text.n)
			 : advisories_read(text, &scratch, &list, e);
	for (size_t i = 0; !rc && i < list.n; i++)
		if (advisory_has_name(&list.v[i], id))
			rc = add_about(&list.v[i], id, a, &m.vulnerabilities);
	if (rc || !m.vulnerabilities.n)
		return rc;
	struct adv_mention *at = lc_vec_push(a, ret);
	if (!at || lc_arena_dup(a, sql_text(s, 0), &m.ecosystem) ||
	    lc_arena_dup(a, sql_text(s, 1), &m.name))
		return lc_arena_err(a);
	*at = m;
	return 0;
}

static int look_at_facts(sqlite3_stmt *s, struct lc_slice id, struct lc_arena *a,
			 struct lc_slices *ret, struct lc_err *e)
{
	struct lc_arena scratch LC_CLEANUP(lc_arena_done) = { 0 };
	struct vulnerability v = { 0 };
	struct lc_slice text = sql_text(s, 1);
	int rc = text.n > ADV_FACTS_BYTES_MAX
			 ? lc_fail(e, LC_ELIMIT, "a database record of %zu bytes", text.n)
			 : vulnerability_read(text, sql_text(s, 0), &scratch, &v, e);
	return !rc && has(&v.aliases, id) ? add_once(a, ret, sql_text(s, 0)) : rc;
}

/* A bound text of no bytes, or a whole page of them, would be found everywhere or nowhere. */
static int check_id(struct lc_slice id, struct lc_err *e)
{
	if (!id.n || id.n > ADV_ID_BYTES_MAX)
		return lc_fail(e, LC_ELIMIT, "an id has between 1 and %d bytes", ADV_ID_BYTES_MAX);
	return 0;
}

int adv_db_mentions(struct adv_db *db, struct lc_slice id, struct lc_arena *a,
		    struct adv_mentions *ret, struct lc_err *e)
{
	struct adv_mentions found = { 0 };
	int rc = check_id(id, e);
	sqlite3_stmt *s = rc ? NULL : db_query(db, DB_MENTIONS, id, LC_S(""), e);
	if (!s)
		return rc ? rc : LC_EBAD;
	while (!rc && (rc = db_row(db, s, e)) > 0)
		rc = look_at_row(s, id, a, &found, e);
	(void)sqlite3_reset(s); /* says again what the step said */
	if (rc)
		return lc_wrap(e, rc, "packages of %s", lc_quote(id).s);
	*ret = found;
	return 0;
}

int adv_db_aliases(struct adv_db *db, struct lc_slice id, struct lc_arena *a, struct lc_slices *ret,
		   struct lc_err *e)
{
	struct lc_slices found = { 0 };
	int rc = check_id(id, e);
	sqlite3_stmt *s = rc ? NULL : db_query(db, DB_ALIASES, id, LC_S(""), e);
	if (!s)
		return rc ? rc : LC_EBAD;
	while (!rc && (rc = db_row(db, s, e)) > 0)
		rc = look_at_facts(s, id, a, &found, e);
	(void)sqlite3_reset(s); /* says again what the step said */
	if (rc)
		return lc_wrap(e, rc, "other names of %s", lc_quote(id).s);
	*ret = found;
	return 0;
}
