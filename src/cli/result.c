#include "cli/result.h"

#include <fcntl.h>

#include "base/shim.h"
#include "base/trace.h"
#include "cli/talk.h"
#include "cli/terminal.h"
#include "io/file.h"

enum { RESULT_BYTES_MAX = 1 << 30 };

static int put_file(struct cli_io *io, const char *path, struct lc_slice s)
{
	struct lc_err e = { 0 };
	int rc = io_write_file(path, 0644, s, &e);
	/* Whatever is wrong with it, the work could not be done: not a question of usage. */
	return rc ? cli_error(io, CLI_ERROR, "--output: %s", e.msg) : CLI_OK;
}

int cli_output(struct cli_io *io, const struct cli_values *v, const struct lc_buf *b)
{
	struct lc_slice path = v->v[CLI_OPT_OUTPUT].text;
	if (!path.n || lc_eq(path, LC_S("-")))
		return cli_put(io, b);
	if (lc_buf_err(b))
		return cli_error(io, CLI_ERROR, "%s", _("no memory for the output"));
	struct lc_arena a = { 0 };
	const char *text = lc_arena_str(&a, path);
	int status = text ? put_file(io, text, lc_buf_get(b))
			  : cli_error(io, CLI_ERROR, "%s", _("no memory for the output"));
	lc_arena_done(&a);
	return status;
}

static struct report_write_options options_of(struct cli_io *io, const struct cli_values *v)
{
	bool to_file = v->v[CLI_OPT_OUTPUT].text.n != 0;
	struct cli_terminal t = cli_terminal_of(io->out, io->out_tty && !to_file, io->environment);
	struct report_write_options o = {
		.threads = (unsigned)v->v[CLI_OPT_PARALLEL].number,
		.list_all_pkgs = v->v[CLI_OPT_LIST_ALL_PKGS].flag,
		.show_suppressed = v->v[CLI_OPT_SHOW_SUPPRESSED].flag,
		.colour = t.colour,
		.width = t.width,
		.box = t.utf8,
		.group_by_source = lc_eq(v->v[CLI_OPT_GROUP_BY].text, LC_S("source")),
		.dependency_tree = v->v[CLI_OPT_DEPENDENCY_TREE].flag,
		.translate = cli_translate,
	};
	const struct lc_slices *tables = &v->v[CLI_OPT_TABLE_MODE].list;
	o.no_summary = !cli_list_has(tables, "summary");
	o.no_details = !cli_list_has(tables, "detailed");
	const struct lc_slices *l = &v->v[CLI_OPT_SEVERITY].list;
	for (unsigned s = 0; s < SEVERITY_N; s++)
		o.severity[s] = cli_list_has(l, severity_name((enum severity)s));
	return o;
}

/* A table tells its warnings itself; beside other formats they go to standard error. */
static void tell_warnings(struct cli_io *io, const struct cli_values *v, const struct report *r)
{
	struct lc_arena a = { 0 };
	for (size_t i = 0; i < r->warnings.n; i++) {
		const struct report_warning *w = &r->warnings.v[i];
		struct lc_slice shown[2];
		struct lc_quoted quoted[2];
		for (int k = 0; k < 2; k++) {
			quoted[k] = lc_quote(w->arg[k]);
			shown[k] = lc_str(quoted[k].s);
		}
		struct lc_slice text = report_text(&a, _(w->text), shown);
		cli_warn(io, v, "%.*s", LC_FMT(text));
	}
	lc_arena_done(&a);
}

int cli_result_write(struct cli_io *io, const struct cli_values *v, const struct report *r)
{
	struct lc_err e = { 0 };
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	const struct report_write_options o = options_of(io, v);
	struct lc_slice name = v->v[CLI_OPT_FORMAT].text;
	const struct report_format *format = report_format_of(name);
	lc_buf_init(&b, RESULT_BYTES_MAX);
	if (!format)
		return cli_error(io, CLI_USAGE, _("--format: %s is not there yet"),
				 lc_quote(name).s);
	struct lc_trace_span span;
	lc_trace_begin(&span, LC_TRACE_WRITE_REPORT, LC_TRACE_NO_NUMBER);
	int rc = format->write(r, &o, &b, &e);
	lc_trace_end(&span, b.n);
	if (rc)
		return cli_fail(io, &e);
	if (!lc_eq(name, LC_S("table")) || v->v[CLI_OPT_OUTPUT].text.n)
		tell_warnings(io, v, r);
	return cli_output(io, v, &b);
}
