#include "base/pool.h"
#include "base/shim.h"
#include "report/json_impl.h"

enum { JSON_REPORT_INDENT = 2 };

static void suppressed(struct json_out *j, const struct report_result *res)
{
	struct json_writer *w = &j->w;
	if (!j->o->show_suppressed || !res->suppressed_n)
		return;
	json_write_key(w, "ExperimentalModifiedFindings");
	json_begin_array(w);
	for (size_t i = 0; i < res->suppressed_n; i++) {
		const struct finding *f = res->suppressed[i];
		json_begin_object(w);
		json_member_cstr(w, "Type", "vulnerability");
		json_member_cstr(w, "Status",
				 f->suppression == FINDING_VEX ? "not_affected" : "ignored");
		json_member_str(w, "Statement", f->statement);
		json_member_str(w, "Source", f->suppressed_by);
		json_write_key(w, "Finding");
		json_vulnerability(j, res, f);
		json_end_object(w);
	}
	json_end_array(w);
}

static void vulnerabilities(struct json_out *j, const struct report_result *res)
{
	json_begin_array(&j->w);
	for (size_t i = 0; i < res->findings_n; i++)
		json_vulnerability(j, res, res->findings[i]);
	json_end_array(&j->w);
}

/* The two long lists of a result, each by a writer that shares nothing with the other one. */
struct lists {
	struct json_out *packages, *findings;
	const struct report_result *res;
};

static void write_list(void *ctx, size_t i)
{
	const struct lists *l = ctx;
	if (i == 0)
		json_packages(l->packages, l->res);
	else
		vulnerabilities(l->findings, l->res);
}

static void both_lists(struct json_out *j, const struct report_result *res)
{
	struct lc_buf text LC_CLEANUP(lc_buf_done) = { 0 };
	struct json_out apart = { .r = j->r, .o = j->o };
	lc_buf_init(&text, j->w.out->max);
	json_writer_apart(&apart.w, &text, &j->w);
	struct lists lists = { j, &apart, res };
	int rc = lc_each(j->o->threads, 2, write_list, &lists);
	rc = rc ? rc : apart.a.err;
	rc = rc ? rc : json_writer_err(&apart.w);
	lc_arena_done(&apart.a);
	if (rc)
		j->a.err = rc; /* told when the writer is done */
	json_write_key(&j->w, "Vulnerabilities");
	json_write_raw(&j->w, lc_buf_get(&text));
}

enum { LONG_LIST = 300 }; /* shorter ones are written before a thread has started */

void json_result(struct json_out *j, const struct report_result *res)
{
	struct json_writer *w = &j->w;
	json_begin_object(w);
	json_member_str(w, "Target", res->target);
	json_member_cstr(w, "Class", report_class_name(res->kind));
	json_member_str_opt(w, "Type", res->type);
	if (j->o->threads != 1 && j->o->list_all_pkgs && res->packages_n > LONG_LIST &&
	    res->findings_n > LONG_LIST) {
		both_lists(j, res);
	} else {
		if (j->o->list_all_pkgs)
			json_packages(j, res);
		if (res->findings_n) {
			json_write_key(w, "Vulnerabilities");
			vulnerabilities(j, res);
		}
	}
	suppressed(j, res);
	json_end_object(w);
}

static void write_report(struct json_out *j)
{
	struct json_writer *w = &j->w;
	const struct report *r = j->r;
	json_begin_object(w);
	json_member_u64(w, "SchemaVersion", 2);
	json_write_key(w, "Trivy");
	json_begin_object(w);
	json_member_str_opt(w, "Version", r->version);
	json_end_object(w);
	json_member_str_opt(w, "ReportID", r->report_id);
	json_member_str_opt(w, "CreatedAt", r->created_at);
	json_member_str_opt(w, "ArtifactID", r->artifact_id);
	json_member_str_opt(w, "ArtifactName", r->artifact_name);
	json_member_str_opt(w, "ArtifactType", r->artifact_type);
	json_metadata(j);
	if (r->results_n) {
		json_write_key(w, "Results");
		json_begin_array(w);
		for (size_t i = 0; i < r->results_n; i++)
			json_result(j, &r->results[i]);
		json_end_array(w);
	}
	json_lacre(j);
	json_end_object(w);
}

int report_write_json(const struct report *r, const struct report_write_options *o,
		      struct lc_buf *out, struct lc_err *e)
{
	struct json_out j = { .r = r, .o = o };
	json_writer_init(&j.w, out, JSON_REPORT_INDENT);
	j.w.html_safe = true;
	write_report(&j);
	int rc = j.a.err ? j.a.err : json_writer_err(&j.w);
	lc_arena_done(&j.a);
	if (!rc)
		rc = lc_buf_byte(out, '\n');
	return rc ? lc_fail(e, rc, "cannot write the report as JSON: %s", lc_code_name(rc)) : 0;
}
