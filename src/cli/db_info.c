/*
 * lacre db info: what the advisory database holds, from where, and how old it is.
 */
#include "advisory/db.h"
#include "base/shim.h"
#include "cli/commands.h"
#include "cli/database.h"
#include "cli/result.h"
#include "cli/talk.h"
#include "format/json.h"

enum { INFO_BYTES_MAX = 4 << 20 };

static const enum cli_opt options[] = {
	CLI_OPT_DB,        CLI_OPT_FORMAT, CLI_OPT_OUTPUT,  CLI_OPT_QUIET, CLI_OPT_DEBUG,
	CLI_OPT_CACHE_DIR, CLI_OPT_HELP,   CLI_OPT_VERSION, CLI_OPT_N,
};

static void put_line(struct lc_buf *b, const char *name, struct lc_slice value)
{
	lc_buf_fmt(b, "%s: %s\n", name, lc_quote(value).s);
}

static void put_count(struct lc_buf *b, const char *name, uint64_t n)
{
	lc_buf_fmt(b, "%s: %llu\n", name, (unsigned long long)n);
}

static void put_text(struct lc_buf *b, const struct adv_db_info *i, const char *path)
{
	put_line(b, _("database"), path ? lc_str(path) : lc_str(_("starter, inside the program")));
	put_count(b, _("schema"), i->schema);
	put_line(b, _("built"), i->built_at);
	put_line(b, _("newest advisory"), i->data_date);
	put_line(b, _("digest"), i->digest);
	put_count(b, _("bytes"), i->size_bytes);
	put_count(b, _("packages"), i->packages);
	put_count(b, _("advisories"), i->advisories);
	put_count(b, _("vulnerabilities"), i->vulnerabilities);
	lc_buf_fmt(b, "\n%s:\n", _("ecosystems"));
	for (size_t k = 0; k < i->ecosystems.n; k++) {
		lc_buf_fmt(b, "  %s: ", lc_quote(i->ecosystems.v[k].name).s);
		lc_buf_fmt(b, _("%llu packages, %llu advisories"),
			   (unsigned long long)i->ecosystems.v[k].packages,
			   (unsigned long long)i->ecosystems.v[k].advisories);
		lc_buf_byte(b, '\n');
	}
	lc_buf_fmt(b, "\n%s:\n", _("sources"));
	for (size_t k = 0; k < i->sources.n; k++) {
		const struct advisory_source *s = &i->sources.v[k];
		lc_buf_fmt(b, "  %s", lc_quote(s->name.n ? s->name : s->id).s);
		lc_buf_fmt(b, ": %s, %s, ", lc_quote(s->url).s, lc_quote(s->licence).s);
		lc_buf_fmt(b, _("%llu records, newest %s"), (unsigned long long)s->records,
			   lc_quote(lc_sub(s->date, 0, 10)).s);
		lc_buf_byte(b, '\n');
	}
}

static void put_json_lists(struct json_writer *w, const struct adv_db_info *i)
{
	json_write_key(w, "Ecosystems");
	json_begin_array(w);
	for (size_t k = 0; k < i->ecosystems.n; k++) {
		json_begin_object(w);
		json_member_str(w, "Name", i->ecosystems.v[k].name);
		json_member_u64(w, "Packages", i->ecosystems.v[k].packages);
		json_member_u64(w, "Advisories", i->ecosystems.v[k].advisories);
		json_end_object(w);
	}
	json_end_array(w);
	adv_db_info_write_sources(w, i);
}

static void put_json(struct lc_buf *b, const struct adv_db_info *i, const char *path)
{
	struct json_writer w;
	json_writer_init(&w, b, 2);
	json_begin_object(&w);
	json_member_str_opt(&w, "Path", lc_str(path));
	json_member_u64(&w, "Schema", i->schema);
	json_member_bool(&w, "Starter", i->starter);
	json_member_str_opt(&w, "BuiltAt", i->built_at);
	json_member_str_opt(&w, "DataDate", i->data_date);
	json_member_str_opt(&w, "Digest", i->digest);
	json_member_u64(&w, "Size", i->size_bytes);
	json_member_u64(&w, "Packages", i->packages);
	json_member_u64(&w, "Advisories", i->advisories);
	json_member_u64(&w, "Vulnerabilities", i->vulnerabilities);
	put_json_lists(&w, i);
	json_end_object(&w);
	lc_buf_byte(b, '\n');
}

static int show(struct cli_io *io, const struct cli_values *v, struct lc_arena *a)
{
	struct lc_err e = { 0 };
	struct adv_db *db LC_CLEANUP(adv_db_closep) = NULL;
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	struct adv_db_info info = { 0 };
	const char *path = NULL;
	lc_buf_init(&b, INFO_BYTES_MAX);
	int rc = 0;
	if (v->arguments.n) {
		path = lc_arena_str(a, v->arguments.v[0]);
		rc = path ? 0 : lc_fail(&e, LC_ENOMEM, "%s", _("no memory for options"));
	} else {
		rc = cli_database(io, v, a, &path, &e);
	}
	if (!rc)
		rc = adv_db_open(path, &db, &e);
	if (!rc)
		rc = adv_db_check_pages(db, &e);
	if (!rc)
		rc = adv_db_info(db, a, &info, &e);
	if (rc)
		return cli_fail(io, &e);
	if (lc_eq(v->v[CLI_OPT_FORMAT].text, LC_S("json")))
		put_json(&b, &info, path);
	else
		put_text(&b, &info, path);
	return cli_output(io, v, &b);
}

static int run(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	struct lc_arena a = { 0 };
	(void)cmd;
	int status = show(io, v, &a);
	lc_arena_done(&a);
	return status;
}

const struct cli_command cli_command_db_info = {
	.name = "db info",
	.synopsis = N_("[FILE]"),
	.summary = N_("show what the advisory database holds, and how old it is"),
	.description =
		N_("Shows the database that a scan would use, or FILE: its age, the digest of its "
		   "content, the ecosystems it covers, and its sources with their licences."),
	.examples = N_("of the starter database, when there is no other\n"
		       "  lacre db info\n"
		       "for other programs\n"
		       "  lacre db info --format json lacre.db\n"),
	.options = options,
	.arguments_max = 1,
	.origin = CLI_OURS,
	.run = run,
};
