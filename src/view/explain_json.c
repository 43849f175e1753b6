/*
 * The explanation as JSON. Every member is described in docs/schema/explain-1.json: a change here
 * is a change there.
 */
#include "view/explain.h"

#include "format/json.h"

enum { EXPLAIN_SCHEMA = 1, EXPLAIN_INDENT = 2 };

static void write_list(struct json_writer *w, const char *key, const struct lc_slices *l)
{
	if (!l->n)
		return;
	json_write_key(w, key);
	json_begin_array(w);
	for (size_t i = 0; i < l->n; i++)
		json_write_str(w, l->v[i]);
	json_end_array(w);
}

static void write_steps(struct json_writer *w, const struct explain_advisory *x)
{
	static const char *const events[] = {
		[VERSION_INTRODUCED] = "introduced",
		[VERSION_FIXED] = "fixed",
		[VERSION_LAST_AFFECTED] = "last_affected",
		[VERSION_LIMIT] = "limit",
	};
	static const char *const signs[] = { "<", "=", ">" };
	if (!x->steps.n)
		return;
	json_write_key(w, "Steps");
	json_begin_array(w);
	for (size_t i = 0; i < x->steps.n; i++) {
		const struct explain_step *s = &x->steps.v[i];
		json_begin_object(w);
		json_member_u64(w, "Range", s->range);
		json_member_cstr(w, "Event", events[s->kind]);
		json_member_str(w, "Version", s->version);
		json_member_cstr(w, "Installed",
				 s->compared ? signs[1 + (s->order > 0) - (s->order < 0)] : "?");
		json_end_object(w);
	}
	json_end_array(w);
}

static void write_advisory(struct json_writer *w, const struct explain_advisory *x)
{
	const struct advisory *adv = &x->record;
	json_begin_object(w);
	json_member_str(w, "ID", adv->id);
	json_member_str(w, "Source", adv->source);
	json_member_cstr(w, "Outcome", explain_outcome_name(x->outcome));
	write_list(w, "About", &adv->vulnerabilities);
	write_list(w, "Aliases", &adv->aliases);
	if (adv->status != ADVISORY_UNKNOWN)
		json_member_cstr(w, "Status", advisory_status_name(adv->status));
	if (adv->has_severity)
		json_member_cstr(w, "Severity", severity_name(adv->severity));
	json_member_str_opt(w, "Module", adv->module);
	write_list(w, "Architectures", &adv->arches);
	if (x->proof.verdict == VERSION_AFFECTED) {
		json_member_true_opt(w, "Listed", x->proof.range == SIZE_MAX);
		json_member_str_opt(w, "Introduced", x->proof.introduced);
		json_member_str_opt(w, "Fixed", x->proof.fixed);
		json_member_str_opt(w, "LastAffected", x->proof.last_affected);
	} else {
		json_member_str_opt(w, "FixReached", x->fixed);
	}
	json_member_u64_opt(w, "VersionsListed", adv->affected.versions_n);
	json_member_u64_opt(w, "Skipped", x->proof.skipped);
	write_steps(w, x);
	json_member_u64_opt(w, "StepsLeftOut", x->steps_left_out);
	json_end_object(w);
}

static void write_finding(struct json_writer *w, const struct finding *f)
{
	static const char *const how[FINDING_SUPPRESSION_N] = {
		[FINDING_SHOWN] = "shown",
		[FINDING_IGNORED] = "ignored",
		[FINDING_FILTERED] = "filtered",
		[FINDING_VEX] = "vex",
	};
	json_begin_object(w);
	json_member_str(w, "ID", f->id);
	write_list(w, "VendorIDs", &f->vendor_ids);
	json_member_cstr(w, "Severity", severity_name(f->severity));
	json_member_str_opt(w, "SeveritySource", f->severity_source);
	json_member_true_opt(w, "SeverityOfPackage", f->severity_of_package);
	json_member_true_opt(w, "SeverityBorrowed", f->severity_borrowed);
	json_member_cstr(w, "Status", advisory_status_name(f->status));
	write_list(w, "FixedVersions", &f->fixed_versions);
	json_member_true_opt(w, "NotReachable", f->not_reachable);
	if (f->offer) {
		json_member_cstr(w, "OfferedWith", f->offer);
		json_member_str(w, "OfferedVersion", f->offered_version);
	}
	json_member_cstr(w, "Suppression", how[f->suppression]);
	json_member_str_opt(w, "SuppressedBy", f->suppressed_by);
	json_member_str_opt(w, "Statement", f->statement);
	json_end_object(w);
}

static void write_key(struct json_writer *w, const struct adv_key *k)
{
	if (!k->ecosystem.n)
		return;
	json_write_key(w, "LookedUp");
	json_begin_object(w);
	json_member_str(w, "Ecosystem", k->ecosystem);
	json_member_str(w, "Name", k->name);
	json_member_str(w, "Version", k->version);
	json_member_cstr(w, "Scheme", version_scheme_name(k->scheme));
	json_member_true_opt(w, "BySource", k->by_source);
	json_end_object(w);
}

static void write_installed(struct json_writer *w, const struct report *r,
			    const struct inv_found_package *f)
{
	const struct inv_package *p = &f->package;
	json_member_str(w, "Name", p->name);
	json_member_str(w, "Version", p->version);
	json_member_str(w, "Type", p->type);
	json_member_str_opt(w, "Architecture", p->arch);
	json_member_str_opt(w, "SourceName", p->source_name);
	json_member_str_opt(w, "SourceVersion", p->source_version);
	json_member_str(w, "File", f->file);
	json_member_u64(w, "FileLayer", f->file_layer);
	json_member_u64(w, "Layer", f->layer);
	if (f->layer >= r->layers_n)
		return;
	json_member_str_opt(w, "DiffID", r->layers[f->layer].diff_id);
	json_member_str_opt(w, "CreatedBy", r->layers[f->layer].created_by);
}

static void write_package(struct json_writer *w, const struct report *r,
			  const struct view_package *p)
{
	json_begin_object(w);
	json_member_str(w, "ID", p->steps.id);
	write_installed(w, r, p->steps.package);
	json_member_cstr(w, "Matching", explain_lookup_name(p->steps.lookup));
	write_key(w, &p->steps.key);
	json_write_key(w, "Advisories");
	json_begin_array(w);
	for (size_t i = 0; i < p->steps.advisories.n; i++)
		write_advisory(w, &p->steps.advisories.v[i]);
	json_end_array(w);
	json_write_key(w, "Findings");
	json_begin_array(w);
	for (size_t i = 0; i < p->findings.n; i++)
		write_finding(w, p->findings.v[i]);
	json_end_array(w);
	json_end_object(w);
}

static void write_packages(struct json_writer *w, const struct view_explanation *x)
{
	json_write_key(w, "Packages");
	json_begin_array(w);
	for (size_t i = 0; i < x->packages.n; i++)
		write_package(w, x->report, &x->packages.v[i]);
	json_end_array(w);
}

static void write_named(struct json_writer *w, const struct view_explanation *x)
{
	json_write_key(w, "Named");
	json_begin_array(w);
	for (size_t i = 0; i < x->named.n; i++) {
		json_begin_object(w);
		json_member_str(w, "Ecosystem", x->named.v[i].ecosystem);
		json_member_bool(w, "Here", x->named.v[i].here);
		write_list(w, "Packages", &x->named.v[i].names);
		json_end_object(w);
	}
	json_end_array(w);
}

static void write_ecosystems(struct json_writer *w, const struct view_explanation *x)
{
	json_write_key(w, "Ecosystems");
	json_begin_array(w);
	for (size_t i = 0; i < x->ecosystems.n; i++) {
		json_begin_object(w);
		json_member_str(w, "Name", x->ecosystems.v[i].name);
		json_member_u64(w, "Packages", x->ecosystems.v[i].packages);
		json_member_bool(w, "Covered", x->ecosystems.v[i].covered);
		json_end_object(w);
	}
	json_end_array(w);
}

static void write_unread(struct json_writer *w, const struct report *r)
{
	json_write_key(w, "Unread");
	json_begin_array(w);
	for (size_t i = 0; i < r->layers_n; i++) {
		if (r->layers[i].read)
			continue;
		json_begin_object(w);
		json_member_u64(w, "Layer", i);
		json_member_str(w, "Message", r->layers[i].trouble);
		json_end_object(w);
	}
	for (size_t i = 0; i < r->inventory.diagnostics.n; i++) {
		const struct inv_found_diagnostic *d = &r->inventory.diagnostics.v[i];
		json_begin_object(w);
		json_member_u64(w, "Layer", d->layer);
		json_member_str_opt(w, "Path", d->diagnostic.path);
		json_member_str(w, "Message", d->diagnostic.message);
		json_end_object(w);
	}
	json_end_array(w);
}

static void write_database(struct json_writer *w, const struct adv_db_info *db)
{
	json_write_key(w, "Database");
	json_begin_object(w);
	json_member_bool(w, "Starter", db->starter);
	json_member_str(w, "Digest", db->digest);
	json_member_str(w, "BuiltAt", db->built_at);
	json_member_str(w, "DataDate", db->data_date);
	json_write_key(w, "Sources");
	json_begin_array(w);
	for (size_t i = 0; i < db->sources.n; i++) {
		const struct advisory_source *s = &db->sources.v[i];
		json_begin_object(w);
		json_member_str(w, "ID", s->id);
		json_member_str_opt(w, "Ecosystem", s->ecosystem);
		json_member_str_opt(w, "Date", s->date);
		json_end_object(w);
	}
	json_end_array(w);
	json_end_object(w);
}

static void write_explanation(struct json_writer *w, const struct view_explanation *x)
{
	const struct report *r = x->report;
	json_begin_object(w);
	json_member_u64(w, "SchemaVersion", EXPLAIN_SCHEMA);
	json_member_str(w, "Version", r->version);
	json_member_str(w, "ID", x->asked);
	json_member_cstr(w, "Verdict", view_verdict_name(x->verdict));
	json_member_bool(w, "Reported", x->verdict == VIEW_REPORTED);
	json_member_bool(w, "Uncertain", x->uncertain);
	json_member_str(w, "ArtifactName", r->artifact_name);
	write_list(w, "Vulnerabilities", &x->ids);
	write_list(w, "OtherNames", &x->other_names);
	if (x->facts) {
		json_member_str_opt(w, "Title", x->facts->title);
		json_member_true_opt(w, "Rejected", x->facts->rejected);
	}
	write_packages(w, x);
	write_named(w, x);
	write_list(w, "Namesakes", &x->namesakes);
	write_ecosystems(w, x);
	write_unread(w, r);
	write_database(w, &r->db);
	json_end_object(w);
}

int view_explain_json(const struct view_explanation *x, struct lc_buf *out, struct lc_err *e)
{
	struct json_writer w;
	json_writer_init(&w, out, EXPLAIN_INDENT);
	write_explanation(&w, x);
	int rc = json_writer_err(&w);
	if (!rc)
		rc = lc_buf_byte(out, '\n');
	return rc ? lc_fail(e, rc, "cannot write the explanation: %s", lc_code_name(rc)) : 0;
}
