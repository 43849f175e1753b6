#include "cli/predicate.h"

#include "base/buf.h"
#include "base/shim.h"
#include "base/time.h"
#include "cli/talk.h"
#include "io/file.h"
#include "trust/statement.h"

enum { PREDICATE_BYTES_MAX = 64 << 20 };

/* cosign's "custom": any file, as text with the time. */
static int wrap_text(struct lc_slice file, bool with_time, int64_t now, struct lc_buf *out)
{
	char time[LC_TIME_MAX];
	struct json_writer w;
	json_writer_init(&w, out, 0);
	if (!with_time) {
		json_write_str(&w, file);
		return json_writer_err(&w);
	}
	lc_time_format(now, 0, time);
	json_begin_object(&w);
	json_member_str(&w, "Data", file);
	json_member_cstr(&w, "Timestamp", time);
	json_end_object(&w);
	return json_writer_err(&w);
}

/* A JSON object, written again without its spaces. */
static int take_object(struct lc_slice file, struct lc_arena *a, struct lc_buf *out,
		       struct lc_err *e)
{
	struct json_doc d;
	struct json_writer w;
	int rc = json_parse(file, JSON_DUP_REFUSE, NULL, a, &d, e);
	if (!rc && json_type_of(&d, json_root(&d)) != JSON_OBJECT)
		rc = lc_fail(e, LC_EBAD, "%s", _("no JSON object"));
	if (rc)
		return rc;
	json_writer_init(&w, out, 0);
	json_write_node(&w, &d, json_root(&d));
	return json_writer_err(&w) ? lc_fail(e, LC_ELIMIT, "too large") : 0;
}

static int make(struct lc_slice type, struct lc_slice file, int64_t now, struct lc_arena *a,
		struct lc_slice *ret, struct lc_err *e)
{
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	bool custom = type.n == 0 || lc_eq(type, LC_S("custom"));
	int rc;
	lc_buf_init(&b, PREDICATE_BYTES_MAX * 2);
	if (custom || lc_eq(type, LC_S("spdx")))
		rc = wrap_text(file, custom, now, &b) ? lc_fail(e, LC_ELIMIT, "too large") : 0;
	else
		rc = take_object(file, a, &b, e);
	if (!rc && lc_arena_dup(a, lc_buf_get(&b), ret))
		rc = lc_fail(e, LC_ENOMEM, "no memory for a predicate");
	return rc;
}

int cli_predicate(const struct cli_values *v, int64_t now, struct lc_arena *a,
		  struct lc_slice *ret_type, struct lc_slice *ret_predicate, struct lc_err *e)
{
	struct lc_slice path = v->v[CLI_OPT_PREDICATE].text;
	struct lc_slice type = v->v[CLI_OPT_PREDICATE_TYPE].text;
	struct lc_slice file;
	if (!path.n)
		return lc_fail(e, LC_EUSAGE, "%s", _("attest what? give --predicate FILE"));
	if (!statement_predicate_type(type, ret_type))
		return lc_fail(e, LC_EUSAGE, _("--type: %s is neither a known type nor a URI"),
			       lc_quote(type).s);
	int rc = io_read_text(path, PREDICATE_BYTES_MAX, a, &file, e);
	if (rc == LC_ENOTFOUND)
		return lc_fail(e, LC_EUSAGE, _("--predicate: %s: no such file"), lc_quote(path).s);
	if (rc)
		return lc_wrap(e, rc, "--predicate");
	rc = make(type, file, now, a, ret_predicate, e);
	return rc ? lc_wrap(e, rc, "--predicate: %s", lc_quote(path).s) : 0;
}
