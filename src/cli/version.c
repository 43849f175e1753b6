/*
 * lacre version: of the program, and of the database that a scan would use.
 */
#include "advisory/db.h"
#include "base/shim.h"
#include "cli/commands.h"
#include "cli/database.h"
#include "cli/result.h"
#include "cli/talk.h"
#include "format/json.h"

enum { TEXT_BYTES_MAX = 1 << 16 };

static const enum cli_opt options[] = {
	CLI_OPT_FORMAT,    CLI_OPT_DB,   CLI_OPT_QUIET,   CLI_OPT_DEBUG,
	CLI_OPT_CACHE_DIR, CLI_OPT_HELP, CLI_OPT_VERSION, CLI_OPT_N,
};

int cli_version(struct cli_io *io)
{
	return cli_write(io, io->out, LC_S("Version: " LACRE_VERSION "\n"));
}

static void write_text(struct lc_buf *b, const struct adv_db_info *db)
{
	lc_buf_str(b, "Version: " LACRE_VERSION "\n");
	if (!db)
		return;
	lc_buf_fmt(b, "Vulnerability DB:\n  Version: %u\n  UpdatedAt: ", db->schema);
	lc_buf_slice(b, db->built_at);
	lc_buf_str(b, "\n  DataDate: ");
	lc_buf_slice(b, db->data_date);
	lc_buf_str(b, db->starter ? "\n  Kind: starter\n" : "\n");
}

static void write_json(struct lc_buf *b, const struct adv_db_info *db)
{
	struct json_writer w;
	json_writer_init(&w, b, 0);
	json_begin_object(&w);
	json_member_cstr(&w, "Version", LACRE_VERSION);
	if (db) {
		json_write_key(&w, "VulnerabilityDB");
		json_begin_object(&w);
		json_member_u64(&w, "Version", db->schema);
		json_member_str_opt(&w, "UpdatedAt", db->built_at);
		json_member_str_opt(&w, "DataDate", db->data_date);
		json_member_true_opt(&w, "Starter", db->starter);
		json_end_object(&w);
	}
	json_end_object(&w);
	lc_buf_byte(b, '\n');
}

static int read_info(struct cli_io *io, const struct cli_values *v, struct lc_arena *a,
		     struct adv_db_info *ret, struct lc_err *e)
{
	const char *path;
	struct adv_db *db LC_CLEANUP(adv_db_closep) = NULL;
	int rc = cli_database(io, v, a, &path, e);
	if (!rc)
		rc = adv_db_open(path, &db, e);
	return rc ? rc : adv_db_info(db, a, ret, e);
}

static int run(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	(void)cmd;
	struct lc_err e = { 0 };
	struct adv_db_info info = { 0 };
	struct lc_arena a = { 0 };
	struct lc_buf b;
	lc_buf_init(&b, TEXT_BYTES_MAX);
	int rc = read_info(io, v, &a, &info, &e);
	/* A database that is broken is told, and keeps nobody from the program's version. */
	if (rc)
		cli_warn(io, v, "%s", e.msg);
	if (lc_eq(v->v[CLI_OPT_FORMAT].text, LC_S("json")))
		write_json(&b, rc ? NULL : &info);
	else
		write_text(&b, rc ? NULL : &info);
	int status = cli_put(io, &b);
	lc_buf_done(&b);
	/* The database's texts were needed until here. */
	lc_arena_done(&a);
	return status;
}

const struct cli_command cli_command_version = {
	.name = "version",
	.synopsis = N_("[flags]"),
	.summary = N_("show the version of the program and of its database"),
	.description =
		N_("Shows the version of the program, and schema, age and kind of the advisory "
		   "database that a scan would use."),
	.examples = N_("for other programs\n"
		       "  lacre version --format json\n"),
	.options = options,
	.origin = CLI_TRIVY,
	.run = run,
};
