/*
 * lacre db match: which vulnerabilities the database says a version of a package has, by the rules
 * of scans and without an image.
 */
#include "base/shim.h"
#include "cli/commands.h"
#include "cli/database.h"
#include "cli/result.h"
#include "cli/talk.h"
#include "finding/match.h"
#include "format/json.h"
#include "io/file.h"

enum { QUESTIONS_BYTES_MAX = 256 << 20, ANSWERS_BYTES_MAX = 1 << 30 };

static const enum cli_opt options[] = {
	CLI_OPT_DB,        CLI_OPT_FORMAT, CLI_OPT_OUTPUT,  CLI_OPT_QUIET, CLI_OPT_DEBUG,
	CLI_OPT_CACHE_DIR, CLI_OPT_HELP,   CLI_OPT_VERSION, CLI_OPT_N,
};

struct matching {
	struct cli_io *io;
	const struct cli_values *v;
	struct adv_db *db;
	struct lc_buf out;
};

static void put_ids(struct json_writer *w, const char *key, const struct lc_slices *list)
{
	if (!list->n)
		return;
	json_write_key(w, key);
	json_begin_array(w);
	for (size_t i = 0; i < list->n; i++)
		json_write_str(w, list->v[i]);
	json_end_array(w);
}

static void put_finding(struct json_writer *w, const struct finding *f)
{
	json_begin_object(w);
	json_member_str(w, "id", f->id);
	json_member_cstr(w, "status", advisory_status_name(f->status));
	json_member_cstr(w, "severity", severity_name(f->severity));
	json_member_str_opt(w, "severity_source", f->severity_source);
	put_ids(w, "fixed", &f->fixed_versions);
	json_write_key(w, "advisories");
	json_begin_array(w);
	for (size_t i = 0; i < f->evidence.n; i++)
		json_write_str(w, f->evidence.v[i].advisory);
	json_end_array(w);
	put_ids(w, "aliases", &f->vendor_ids);
	json_end_object(w);
}

static void put_answer(struct lc_buf *out, const struct match_question *q,
		       const struct finding_list *found, bool undecided)
{
	struct json_writer w;
	json_writer_init(&w, out, 0);
	json_begin_object(&w);
	json_member_str(&w, "ecosystem", q->ecosystem);
	json_member_str(&w, "package", q->name);
	json_member_str(&w, "version", q->version);
	json_write_key(&w, "ids");
	json_begin_array(&w);
	for (size_t i = 0; i < found->n; i++)
		json_write_str(&w, found->v[i].id);
	json_end_array(&w);
	json_member_true_opt(&w, "undecided", undecided);
	json_write_key(&w, "findings");
	json_begin_array(&w);
	for (size_t i = 0; i < found->n; i++)
		put_finding(&w, &found->v[i]);
	json_end_array(&w);
	json_end_object(&w);
	lc_buf_byte(out, '\n');
}

static int answer(struct matching *m, const struct match_question *q, bool json, struct lc_err *e)
{
	struct lc_arena a LC_CLEANUP(lc_arena_done) = { 0 };
	struct finding_list found = { 0 };
	bool undecided = false;
	int rc = finding_match_version(m->db, q, &a, &found, &undecided, e);
	if (rc)
		return rc;
	if (json)
		put_answer(&m->out, q, &found, undecided);
	for (size_t i = 0; !json && i < found.n; i++) {
		lc_buf_str(&m->out, lc_quote(found.v[i].id).s);
		lc_buf_byte(&m->out, '\n');
	}
	if (undecided && !json)
		cli_warn(m->io, m->v, _("%s is no version that can be compared here"),
			 lc_quote(q->version).s);
	return lc_buf_err(&m->out);
}

static int answer_line(struct matching *m, struct lc_slice line, struct lc_err *e)
{
	struct lc_arena a LC_CLEANUP(lc_arena_done) = { 0 };
	struct json_doc d;
	int rc = json_parse(line, 0, NULL, &a, &d, e);
	if (rc)
		return rc;
	json_ref o = json_root(&d);
	struct match_question q = {
		.ecosystem = json_get_str(&d, o, "ecosystem"),
		.name = json_get_str(&d, o, "package"),
		.version = json_get_str(&d, o, "version"),
		.module = json_get_str(&d, o, "module"),
		.arch = json_get_str(&d, o, "arch"),
	};
	if (!q.ecosystem.n || !q.name.n || !q.version.n)
		return lc_fail(e, LC_EBAD, "%s", _("needs ecosystem, package and version"));
	return answer(m, &q, true, e);
}

static int answer_lines(struct matching *m, struct lc_err *e)
{
	struct lc_buf in LC_CLEANUP(lc_buf_done) = { 0 };
	struct lc_slice line;
	uint64_t number = 0;
	lc_buf_init(&in, QUESTIONS_BYTES_MAX);
	int rc = io_read_file("-", &in, e);
	struct lc_slice rest = lc_buf_get(&in);
	while (!rc && lc_line(&rest, &line)) {
		number++;
		rc = lc_trim(line).n ? answer_line(m, line, e) : 0;
		if (rc)
			rc = lc_wrap(e, rc, _("standard input, line %llu"),
				     (unsigned long long)number);
	}
	return rc;
}

static int answer_all(struct matching *m, struct lc_arena *a, struct lc_err *e)
{
	const struct lc_slices *words = &m->v->arguments;
	const char *path = NULL;
	if (words->n && words->n != 3)
		return lc_fail(e, LC_EUSAGE, "%s",
			       _("give ECOSYSTEM NAME VERSION, or nothing and lines of JSON on "
				 "standard input"));
	int rc = cli_database(m->io, m->v, a, &path, e);
	if (!rc)
		rc = adv_db_open(path, &m->db, e);
	if (rc || !words->n)
		return rc ? rc : answer_lines(m, e);
	struct match_question q = { words->v[0], words->v[1], words->v[2], LC_S(""), LC_S("") };
	return answer(m, &q, lc_eq(m->v->v[CLI_OPT_FORMAT].text, LC_S("json")), e);
}

static int run(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct matching m = { .io = io, .v = v };
	(void)cmd;
	lc_buf_init(&m.out, ANSWERS_BYTES_MAX);
	int rc = answer_all(&m, &a, &e);
	int status = rc ? cli_fail(io, &e) : cli_output(io, v, &m.out);
	adv_db_close(m.db);
	lc_buf_done(&m.out);
	lc_arena_done(&a);
	return status;
}

const struct cli_command cli_command_db_match = {
	.name = "db match",
	.synopsis = N_("[ECOSYSTEM NAME VERSION]"),
	.summary = N_("show which vulnerabilities a version of a package has"),
	.description = N_(
		"Asks the database by the rules of scans, without an image. ECOSYSTEM is named as "
		"OSV does (Debian:12, npm); NAME is what advisories are filed under, for most "
		"distributions the source package. Prints one id a line, or an object with "
		"--format json. Without arguments it reads objects with ecosystem, package and "
		"version (and module and arch of rpm packages), one a line, from standard input "
		"and answers each with a line of JSON."),
	.examples = N_("one version\n"
		       "  lacre db match Debian:12 openssl 3.0.11-1~deb12u2\n"
		       "many\n"
		       "  lacre db match < questions.jsonl > answers.jsonl\n"),
	.options = options,
	.arguments_max = 3,
	.origin = CLI_OURS,
	.run = run,
};
