#include "cli/describe.h"

#include "cli/talk.h"

const char *const cli_describe_environment = N_(
	"each option has variables of its own: --exit-code is LACRE_EXIT_CODE, else "
	"TRIVY_EXIT_CODE where trivy has the option; the command line goes before them. NO_COLOR, "
	"COLUMNS, SOURCE_DATE_EPOCH (with --reproducible), XDG_CACHE_HOME and the locale "
	"(LC_ALL, LC_MESSAGES, LANG, LANGUAGE) are as everywhere");

const char *cli_describe_compat(enum cli_compat c)
{
	static const char *const names[] = {
		[CLI_SAME] = "same",
		[CLI_DIFFERS] = "differs",
		[CLI_REFUSED] = "not there yet",
		[CLI_IGNORED] = "no effect",
	};
	return names[c];
}

/* Commas with a space behind, so that lines can break there. */
static struct lc_slice spaced(const char *list, struct lc_arena *a)
{
	struct lc_slice out = LC_S("");
	struct lc_slice rest = lc_str(list);
	struct lc_slice one;
	while (rest.n && lc_split(&rest, ',', &one))
		out = lc_arena_fmt(a, "%.*s%s%.*s", LC_FMT(out), out.n ? ", " : "", LC_FMT(one));
	return out;
}

const char *cli_describe_option(const struct cli_option *o, struct lc_arena *a)
{
	bool has_choices = o->choices && !lc_eq(lc_str(o->choices), lc_str(o->def));
	bool has_default = o->def && o->type != CLI_FLAG;
	struct lc_slice s = lc_str(_(o->help));
	if (has_choices)
		s = lc_arena_fmt(a, _("%.*s: %.*s"), LC_FMT(s), LC_FMT(spaced(o->choices, a)));
	if (has_default)
		s = lc_arena_fmt(a, _("%.*s (default: %.*s)"), LC_FMT(s),
				 LC_FMT(spaced(o->def, a)));
	if (o->type == CLI_FLAG && o->def)
		s = lc_arena_fmt(a, _("%.*s (default; --%s=false switches it off)"), LC_FMT(s),
				 o->name);
	const char *text = s.p ? lc_arena_str(a, s) : NULL;
	return text ? text : _(o->help);
}
