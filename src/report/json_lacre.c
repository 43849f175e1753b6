/*
 * What only this program tells, all of it under "Lacre". Every member is described in
 * docs/schema/report-1.json: a change here is a change there.
 */
#include "report/json_impl.h"
#include "report/text.h"

static void write_database(struct json_writer *w, const struct adv_db_info *db)
{
	if (!db->schema) /* none was opened */
		return;
	json_write_key(w, "Database");
	json_begin_object(w);
	json_member_u64(w, "Schema", db->schema);
	json_member_bool(w, "Starter", db->starter);
	json_member_str(w, "Digest", db->digest);
	json_member_str(w, "BuiltAt", db->built_at);
	json_member_str(w, "DataDate", db->data_date);
	json_member_u64(w, "Packages", db->packages);
	json_member_u64(w, "Advisories", db->advisories);
	json_member_u64(w, "Vulnerabilities", db->vulnerabilities);
	adv_db_info_write_sources(w, db);
	json_end_object(w);
}

static void write_coverage(struct json_writer *w, const struct report *r)
{
	const struct report_coverage *c = &r->coverage;
	json_write_key(w, "Coverage");
	json_begin_object(w);
	json_member_u64(w, "BytesStored", c->bytes_stored);
	json_member_u64(w, "BytesInflated", c->bytes_inflated);
	json_member_u64(w, "Entries", c->entries);
	json_member_u64(w, "FilesRead", c->files_read);
	json_member_u64(w, "Packages", c->packages);
	json_member_u64_opt(w, "PackagesOfSystem", r->inventory.owned);
	json_member_u64(w, "NotUnderstood", c->not_understood);
	json_member_u64(w, "Layers", c->layers);
	json_member_u64(w, "LayersUnreadable", c->layers_unreadable);
	if (!r->reproducible)
		json_member_u64_opt(w, "LayersCached", c->layers_cached);
	json_end_object(w);
}

static void write_sandbox(struct json_writer *w, const struct report *r)
{
	json_write_key(w, "Sandbox");
	json_begin_object(w);
	json_member_cstr(w, "Level", report_sandbox_level(&r->sandbox));
	/* Which kernel it was is no part of what the same inputs give. */
	if (r->sandbox.used && !r->reproducible) {
		json_member_u64(w, "Landlock", r->sandbox.landlock);
		json_member_bool(w, "Seccomp", r->sandbox.seccomp);
	}
	json_end_object(w);
}

static void write_diagnostics(struct json_writer *w, const struct inventory *inv)
{
	if (!inv->diagnostics.n)
		return;
	json_write_key(w, "NotUnderstood");
	json_begin_array(w);
	for (size_t i = 0; i < inv->diagnostics.n; i++) {
		const struct inv_found_diagnostic *d = &inv->diagnostics.v[i];
		json_begin_object(w);
		json_member_str_opt(w, "Path", d->diagnostic.path);
		json_member_u64(w, "Layer", d->layer);
		json_member_str_opt(w, "Analyser", d->diagnostic.analyser);
		json_member_cstr(w, "Trouble", inv_trouble_name(d->diagnostic.trouble));
		json_member_str(w, "Message", d->diagnostic.message);
		json_end_object(w);
	}
	json_end_array(w);
}

static void write_layers(struct json_writer *w, const struct report *r)
{
	if (!r->layers_n)
		return;
	json_write_key(w, "Layers");
	json_begin_array(w);
	for (size_t i = 0; i < r->layers_n; i++) {
		const struct report_layer *l = &r->layers[i];
		json_begin_object(w);
		json_member_u64(w, "Stored", l->stored);
		json_member_str_opt(w, "Compression", lc_str(l->compression));
		json_member_bool(w, "Read", l->read);
		json_member_true_opt(w, "Cached", l->cached && !r->reproducible);
		json_member_str_opt(w, "Trouble", l->trouble);
		json_end_object(w);
	}
	json_end_array(w);
}

static void write_match(struct json_writer *w, const struct match_stats *m)
{
	json_write_key(w, "Matching");
	json_begin_object(w);
	json_member_u64(w, "Packages", m->packages);
	json_member_u64(w, "Uncovered", m->uncovered);
	json_member_u64(w, "ThirdParty", m->third_party);
	json_member_u64(w, "Undecided", m->undecided);
	json_member_u64(w, "WithoutSeverity", m->without_severity);
	json_member_u64(w, "WithoutTitle", m->without_title);
	json_member_strs_opt(w, "UncoveredEcosystems", m->uncovered_ecosystems.v,
			     m->uncovered_ecosystems.n);
	json_end_object(w);
}

static void write_judged(struct json_writer *w, const struct judge_stats *s)
{
	json_write_key(w, "Findings");
	json_begin_object(w);
	json_member_u64(w, "Shown", s->shown);
	json_member_u64(w, "Filtered", s->by_filter);
	json_member_u64(w, "Ignored", s->by_rule);
	json_member_u64(w, "RulesExpired", s->rules_expired);
	json_end_object(w);
}

static void write_eol(struct json_writer *w, const struct report *r)
{
	static const char *const words[] = { "unknown", "no", "yes" };
	if (!r->inventory.has_os)
		return;
	json_write_key(w, "EndOfLife");
	json_begin_object(w);
	json_member_cstr(w, "Ended", words[r->eol]);
	json_member_str_opt(w, "Cycle", r->eol_cycle.cycle);
	json_member_str_opt(w, "Date", r->eol_cycle.eol);
	json_member_str_opt(w, "ExtendedDate", r->eol_cycle.extended);
	json_end_object(w);
}

static void write_warnings(struct json_out *j)
{
	struct json_writer *w = &j->w;
	if (!j->r->warnings.n)
		return;
	json_write_key(w, "Warnings");
	json_begin_array(w);
	for (size_t i = 0; i < j->r->warnings.n; i++)
		json_write_str(
			w, report_text(&j->a, j->r->warnings.v[i].text, j->r->warnings.v[i].arg));
	json_end_array(w);
}

/* Absent where nobody asked. */
static void write_trust(struct json_writer *w, const struct report_trust *t)
{
	if (!t->outcome)
		return;
	json_write_key(w, "Trust");
	json_begin_object(w);
	json_member_cstr(w, "Outcome", t->outcome);
	json_member_str(w, "Digest", t->digest);
	json_member_u64(w, "Found", t->found);
	json_member_u64(w, "Counted", t->counted);
	json_member_str_opt(w, "Signer", t->signer);
	json_member_str_opt(w, "Rule", lc_str(t->rule));
	json_member_str_opt(w, "Reason", t->reason);
	json_end_object(w);
}

void json_lacre(struct json_out *j)
{
	struct json_writer *w = &j->w;
	const struct report *r = j->r;
	json_write_key(w, "Lacre");
	json_begin_object(w);
	json_member_u64(w, "SchemaVersion", REPORT_LACRE_SCHEMA);
	json_member_str(w, "Version", r->version);
	json_member_bool(w, "Reproducible", r->reproducible);
	json_member_bool(w, "Partial", r->coverage.partial);
	write_coverage(w, r);
	write_sandbox(w, r);
	write_trust(w, &r->trust);
	write_database(w, &r->db);
	write_match(w, &r->match);
	write_judged(w, &r->judged);
	write_eol(w, r);
	write_layers(w, r);
	write_diagnostics(w, &r->inventory);
	write_warnings(j);
	json_end_object(w);
}

static void write_origin(struct json_out *j, const struct inv_found_package *p)
{
	struct json_writer *w = &j->w;
	json_member_str_opt(w, "File", p->file);
	json_member_u64(w, "FileLayer", p->file_layer);
	json_member_u64(w, "Layer", p->layer);
	if (p->layer < j->r->layers_n)
		json_member_str_opt(w, "CreatedBy", j->r->layers[p->layer].created_by);
}

void json_lacre_package(struct json_out *j, const struct inv_found_package *p)
{
	json_write_key(&j->w, "Lacre");
	json_begin_object(&j->w);
	write_origin(j, p);
	json_member_str_opt(&j->w, "CPE", package_attribute(&p->package, LC_S("cpe")));
	json_end_object(&j->w);
}

static void write_evidence(struct json_writer *w, const struct finding_evidence *ev)
{
	json_begin_object(w);
	json_member_str(w, "Advisory", ev->advisory);
	json_member_str(w, "Source", ev->source);
	json_member_str(w, "Ecosystem", ev->ecosystem);
	json_member_str(w, "Name", ev->name);
	json_member_true_opt(w, "BySource", ev->by_source);
	json_member_str(w, "Version", ev->version);
	json_member_str(w, "Scheme", lc_str(version_scheme_name(ev->scheme)));
	json_member_true_opt(w, "Listed", ev->proof.range == SIZE_MAX);
	json_member_str_opt(w, "Introduced", ev->proof.introduced);
	json_member_str_opt(w, "Fixed", ev->proof.fixed);
	json_member_str_opt(w, "LastAffected", ev->proof.last_affected);
	json_member_u64_opt(w, "Skipped", ev->proof.skipped);
	if (ev->linked != GO_UNKNOWN)
		json_member_bool(w, "Linked", ev->linked == GO_LINKED);
	json_end_object(w);
}

static void write_risk(struct json_writer *w, const struct vulnerability *v)
{
	if (v->has_epss) {
		json_write_key(w, "EPSS");
		json_begin_object(w);
		json_write_key(w, "Score");
		json_write_double(w, v->epss);
		json_write_key(w, "Percentile");
		json_write_double(w, v->epss_percentile);
		json_end_object(w);
	}
	if (v->kev_added.n) {
		json_write_key(w, "KEV");
		json_begin_object(w);
		json_member_str(w, "Added", v->kev_added);
		json_member_str_opt(w, "Due", v->kev_due);
		json_member_true_opt(w, "Ransomware", v->kev_ransomware);
		json_end_object(w);
	}
}

void json_lacre_finding(struct json_out *j, const struct report_result *res,
			const struct finding *f)
{
	struct json_writer *w = &j->w;
	json_write_key(w, "Lacre");
	json_begin_object(w);
	json_member_str(w, "Key", report_stable_key(res, f, &j->a));
	write_origin(j, f->package);
	json_member_true_opt(w, "NotReachable", f->not_reachable);
	json_member_str_opt(w, "SeveritySource", f->severity_source);
	if (f->vulnerability && f->vulnerability->title.n)
		json_member_str_opt(w, "TitleSource", f->vulnerability->title_source);
	if (f->vulnerability)
		write_risk(w, f->vulnerability);
	if (f->offer) {
		json_write_key(w, "Offered");
		json_begin_object(w);
		json_member_cstr(w, "With", f->offer);
		json_member_str(w, "Version", f->offered_version);
		json_end_object(w);
	}
	json_write_key(w, "Evidence");
	json_begin_array(w);
	for (size_t i = 0; i < f->evidence.n; i++)
		write_evidence(w, &f->evidence.v[i]);
	json_end_array(w);
	json_end_object(w);
}
