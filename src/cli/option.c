#include "cli/option.h"

#include "report/text.h"

const struct cli_option cli_options[CLI_OPT_N] = {
#define CLI_ROW(id, name_, letter_, type_, metavar_, def_, choices_, min_, max_, origin_, compat_, \
		group_, help_, note_)                                                              \
	[CLI_OPT_##id] = {                                                                         \
		.name = (name_),                                                                   \
		.letter = (letter_),                                                               \
		.type = (type_),                                                                   \
		.metavar = (metavar_),                                                             \
		.def = (def_),                                                                     \
		.choices = (choices_),                                                             \
		.min = (min_),                                                                     \
		.max = (max_),                                                                     \
		.origin = (origin_),                                                               \
		.compat = (compat_),                                                               \
		.group = (group_),                                                                 \
		.help = (help_),                                                                   \
		.note = (note_),                                                                   \
	},
#include "cli/option_rows.h"
#undef CLI_ROW
};

const struct cli_group cli_groups[] = {
	{ "source", N_("What is scanned") },
	{ "scan", N_("What is looked for") },
	{ "signature", N_("Keys and signatures") },
	{ "filter", N_("What counts") },
	{ "output", N_("Output") },
	{ "database", N_("Database") },
	{ "clean", N_("What is removed") },
	{ "global", N_("For every command") },
	{ "compatibility", N_("For the neighbours' sake") },
};
const unsigned cli_groups_n = sizeof(cli_groups) / sizeof(cli_groups[0]);

bool cli_list_has(const struct lc_slices *l, const char *word)
{
	for (size_t i = 0; i < l->n; i++)
		if (lc_eq(l->v[i], lc_str(word)))
			return true;
	return false;
}
