#include "trust/log_entry.h"

#include "trust/checkpoint.h"
#include "trust/log_body.h"

/* ---- the log's promise ---- */

static int put_hex(struct lc_buf *b, struct lc_slice s)
{
	for (size_t i = 0; i < s.n; i++)
		(void)lc_buf_fmt(b, "%02x", s.p[i]);
	return lc_buf_err(b);
}

/* RFC 8785: the four members in order of their names. */
static int put_promised(const struct log_entry *e, struct lc_buf *out)
{
	struct json_writer w;
	struct lc_buf id;
	lc_buf_init(&id, 256);
	(void)put_hex(&id, e->log_id);
	json_writer_init(&w, out, 0);
	json_begin_object(&w);
	json_member_base64(&w, "body", e->body);
	json_member_i64(&w, "integratedTime", e->integrated_time);
	json_member_str(&w, "logID", lc_buf_get(&id));
	json_member_i64(&w, "logIndex", e->index);
	json_end_object(&w);
	int rc = id.err ? id.err : json_writer_err(&w);
	lc_buf_done(&id);
	return rc;
}

static int check_promise(const struct log_entry *e, const struct trust_log *log,
			 struct trust_why *w)
{
	struct lc_err why = { 0 };
	struct lc_buf b;
	lc_buf_init(&b, e->body.n * 2 + 1024);
	int rc = put_promised(e, &b);
	struct crypt_message m = crypt_message_of(lc_buf_get(&b));
	rc = rc ? rc : crypt_verify_any(log->key, false, &m, e->set, NULL, &why);
	lc_buf_done(&b);
	if (rc)
		return rc == LC_ENOMEM ? rc
				       : trust_fail(w, "L3", LC_EBAD,
						    "the log's promise (signed "
						    "entry timestamp) does not hold: %s",
						    why.msg);
	if (!trust_window_has(&log->valid, e->integrated_time))
		return trust_fail(w, "L4", LC_EBAD,
				  "the log's key was not in use when the entry "
				  "was taken in");
	return 0;
}

/* ---- inclusion ---- */

static int check_inclusion(const struct log_entry *e, const struct trust_log *log, bool v2,
			   struct trust_why *w)
{
	struct checkpoint c;
	int rc = checkpoint_parse(e->checkpoint, &c, w);
	rc = rc ? rc : checkpoint_verify(&c, log, v2, w);
	if (rc)
		return rc;
	/* Rekor v1 says size and root twice: both must be the signed ones. */
	if (!v2 && ((uint64_t)e->tree_size != c.size ||
		    !lc_eq(e->root_hash, lc_slice_of(c.root, sizeof(c.root)))))
		return trust_fail(w, "L5", LC_EBAD,
				  "the inclusion proof is not for the tree of its checkpoint");
	uint64_t index = (uint64_t)(v2 ? e->index : e->proof_index);
	if (!checkpoint_includes(&c, index, e->body, &e->hashes))
		return trust_fail(w, "L5", LC_EBAD, "the inclusion proof does not hold");
	return 0;
}

int log_entry_verify(const struct log_entry *entry, const struct trusted_root *root,
		     const struct log_subject *subject, struct log_proof *ret, struct trust_why *w)
{
	const struct trust_log *log = trust_log_find(&root->tlogs, entry->log_id);
	bool v2 = lc_eq(entry->version, LC_S("0.0.2")) && lc_eq(entry->kind, LC_S("hashedrekord"));
	if (!log)
		return trust_fail(w, "L1", LC_ENOTFOUND,
				  "the entry's log is not known to the trusted root");
	if (!entry->has_proof && entry->set.n == 0)
		return trust_fail(w, "L5", LC_EBAD, "nothing proves that the log has this entry");
	int rc = log_body_check(entry, subject, w);
	if (!rc && entry->set.n)
		rc = check_promise(entry, log, w);
	if (!rc && entry->has_proof)
		rc = check_inclusion(entry, log, v2, w);
	if (!rc)
		*ret = (struct log_proof){ log, entry->set.n ? entry->integrated_time : 0 };
	return rc;
}
