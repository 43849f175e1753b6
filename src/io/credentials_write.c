#include "io/credentials_impl.h"

#include "base/shim.h"
#include "format/base64.h"
#include "io/environment.h"
#include "io/file.h"
#include "io/file_impl.h"

static const struct json_limits file_limits = { .depth_max = 16, .nodes_max = 1u << 18 };

/* One change of one file. */
struct change {
	const struct io_credential_query *q;
	const struct io_credential *add; /* NULL: take out */
	struct lc_arena *a;
	const char *path;
	struct lc_buf old; /* text; wiped */
	struct json_doc doc;
	bool found;
};

static int read_old(struct change *c, struct lc_err *e)
{
	const char *only = io_env(c->q->environment, "REGISTRY_AUTH_FILE");
	c->path = only ? only : credential_docker_file(c->q->environment, c->a);
	lc_buf_init(&c->old, CREDENTIAL_FILE_MAX);
	if (!c->path)
		return lc_fail(e, LC_EUSAGE, "no place for credentials: set HOME or DOCKER_CONFIG");
	int rc = io_read_file(c->path, &c->old, e);
	if (rc == LC_ENOTFOUND) {
		lc_err_clear(e);
		rc = lc_buf_str(&c->old, "{}");
	}
	if (rc == 0)
		rc = json_parse(lc_buf_get(&c->old), 0, &file_limits, c->a, &c->doc, e);
	if (rc == 0 && json_type_of(&c->doc, json_root(&c->doc)) != JSON_OBJECT)
		rc = lc_fail(e, LC_EBAD, "not a JSON object");
	return rc ? lc_wrap(e, rc, "%s", lc_quote(lc_str(c->path)).s) : 0;
}

static void write_one(const struct change *c, struct json_writer *w, struct lc_buf *auth)
{
	json_write_key_slice(w, credential_key(c->q->registry));
	json_begin_object(w);
	if (c->add->identity_token) {
		json_member_str(w, "identitytoken", lc_str(c->add->identity_token));
	} else {
		struct lc_buf pair LC_CLEANUP(credential_wipe) = { 0 };
		lc_buf_init(&pair, CREDENTIAL_REPLY_MAX);
		/* The buffers keep their first failure, and so does the writer. */
		(void)lc_buf_str(&pair, c->add->username ? c->add->username : "");
		(void)lc_buf_byte(&pair, ':');
		(void)lc_buf_str(&pair, c->add->password ? c->add->password : "");
		w->err = w->err ? w->err : lc_buf_err(&pair);
		(void)base64_encode(lc_buf_get(&pair), auth);
		json_member_str(w, "auth", lc_buf_get(auth));
	}
	json_end_object(w);
}

static void write_auths(struct change *c, struct json_writer *w)
{
	struct lc_buf auth LC_CLEANUP(credential_wipe) = { 0 };
	json_ref auths = json_get(&c->doc, json_root(&c->doc), "auths");
	struct lc_slice host = io_credential_host(c->q->registry, c->a);
	lc_buf_init(&auth, (size_t)CREDENTIAL_REPLY_MAX * 2);
	json_write_key(w, "auths");
	json_begin_object(w);
	json_each(&c->doc, auths, item) {
		struct lc_slice key = json_key(&c->doc, item);
		struct lc_slice head;
		struct lc_slice space = { NULL, 0 };
		bool whole = lc_find_slice(key, LC_S("://")) != SIZE_MAX ||
			     !lc_cut(key, '/', &head, &space);
		if (whole && lc_eq(io_credential_host(key, c->a), host)) {
			c->found = true;
			continue;
		}
		json_write_key_slice(w, key);
		json_write_node(w, &c->doc, item);
	}
	if (c->add)
		write_one(c, w, &auth);
	json_end_object(w);
	w->err = w->err ? w->err : lc_buf_err(&auth);
	w->err = w->err ? w->err : c->a->err; /* hosts without memory would all be equal */
}

/* Everything else in the file stays as it was. */
static int write_new(struct change *c, struct lc_buf *out, struct lc_err *e)
{
	struct json_writer w;
	json_writer_init(&w, out, 8);
	json_begin_object(&w);
	json_each(&c->doc, json_root(&c->doc), item) {
		if (lc_eq(json_key(&c->doc, item), LC_S("auths")))
			continue;
		json_write_key_slice(&w, json_key(&c->doc, item));
		json_write_node(&w, &c->doc, item);
	}
	write_auths(c, &w);
	json_end_object(&w);
	int rc = json_writer_err(&w);
	if (rc == 0)
		rc = lc_buf_byte(out, '\n');
	return rc ? lc_fail(e, rc, "no memory for credentials") : 0;
}

static int put_file(struct change *c, struct lc_err *e)
{
	struct lc_buf out LC_CLEANUP(credential_wipe) = { 0 };
	lc_buf_init(&out, (size_t)CREDENTIAL_FILE_MAX * 2);
	int rc = write_new(c, &out, e);
	if (rc)
		return rc;
	if (!c->add && !c->found)
		return LC_ENOTFOUND;
	LC_AUTOFREE char *dir = io_dir_part(c->path);
	if (!dir)
		return lc_fail(e, LC_ENOMEM, "no memory for credentials");
	rc = io_make_dirs(dir, e);
	return rc ? rc : io_write_file(c->path, 0600, lc_buf_get(&out), e);
}

/* ---- helpers ---- */

static int put_helper(struct change *c, struct lc_slice helper, struct lc_err *e)
{
	struct json_writer w;
	struct lc_buf text LC_CLEANUP(credential_wipe) = { 0 };
	struct lc_buf reply LC_CLEANUP(credential_wipe) = { 0 };
	struct lc_slice key = credential_key(c->q->registry);
	lc_buf_init(&text, CREDENTIAL_REPLY_MAX);
	lc_buf_init(&reply, CREDENTIAL_REPLY_MAX);
	if (c->add) {
		bool token = c->add->identity_token != NULL;
		json_writer_init(&w, &text, 0);
		json_begin_object(&w);
		json_member_str(&w, "ServerURL", key);
		json_member_str(&w, "Username", token ? LC_S("<token>") : lc_str(c->add->username));
		json_member_str(&w, "Secret",
				lc_str(token ? c->add->identity_token : c->add->password));
		json_end_object(&w);
	} else {
		(void)lc_buf_slice(&text, key); /* the buffer keeps its first failure */
	}
	if (lc_buf_err(&text))
		return lc_fail(e, lc_buf_err(&text), "no memory for credentials");
	int rc = credential_helper_run(helper, c->add ? "store" : "erase", lc_buf_get(&text),
				       c->q->environment, &reply, e);
	if (rc != LC_ENOTFOUND || !c->add)
		return rc;
	return lc_fail(e, LC_EIO, "docker-credential-%s does not store it: %s", lc_quote(helper).s,
		       lc_quote(lc_trim(lc_buf_get(&reply))).s);
}

static int apply(struct change *c, const char **ret_where, struct lc_err *e)
{
	struct credential_entry entry;
	struct lc_slice where = { NULL, 0 };
	int rc = read_old(c, e);
	if (rc == 0)
		rc = credential_in_file(lc_buf_get(&c->old), c->q, c->a, &entry, e);
	if (rc)
		return rc;
	if (entry.helper.n) {
		rc = put_helper(c, entry.helper, e);
		where = lc_arena_fmt(c->a, "docker-credential-%.*s", LC_FMT(entry.helper));
	} else {
		rc = put_file(c, e);
		where = lc_str(c->path);
	}
	if (rc == 0)
		*ret_where = where.p ? (const char *)where.p : "";
	return rc;
}

int io_credential_store(const struct io_credential_query *q, const struct io_credential *c,
			struct lc_arena *a, const char **ret_where, struct lc_err *e)
{
	struct change ch = { .q = q, .add = c, .a = a };
	int rc = apply(&ch, ret_where, e);
	credential_wipe(&ch.old);
	return rc;
}

int io_credential_erase(const struct io_credential_query *q, struct lc_arena *a,
			const char **ret_where, struct lc_err *e)
{
	struct change ch = { .q = q, .a = a };
	int rc = apply(&ch, ret_where, e);
	credential_wipe(&ch.old);
	return rc;
}
