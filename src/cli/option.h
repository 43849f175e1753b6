/*
 * The one option table: parsing, --help, man pages, completion, environment and migration docs all
 * come from it.
 *
 * An option is a row; commands name the groups of rows they take. Precedence: command line, then
 * LACRE_<NAME>, then the environment variable of the tool it comes from (TRIVY_<NAME>), then the
 * default. Values live in a struct cli_values indexed by enum cli_opt. No option is parsed anywhere
 * else.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

enum cli_type {
	CLI_FLAG, /* --x, --x=true|false, --no-x is not made up */
	CLI_STRING,
	CLI_PATH,     /* completed as a file */
	CLI_INT,      /* min..max */
	CLI_DURATION, /* Go's: 5m0s, 1h30m, 300ms */
	CLI_SIZE,     /* 10MB, 1GiB */
	CLI_ENUM,     /* one of choices */
	CLI_LIST,     /* comma-separated and repeatable; of choices when given */
	CLI_REPEAT,   /* repeatable, commas kept */
};

enum cli_origin { CLI_OURS, CLI_TRIVY, CLI_COSIGN, CLI_SKOPEO };
enum cli_compat {
	CLI_SAME,    /* does what it does there */
	CLI_DIFFERS, /* note says how */
	CLI_REFUSED, /* known, not done; note says why and what to do instead */
	CLI_IGNORED, /* accepted without effect; note says why */
};

/** Identities of options: one per row, made from the table (option_rows.h). */
enum cli_opt {
#define CLI_ROW(id, ...) CLI_OPT_##id,
#include "cli/option_rows.h"
#undef CLI_ROW
	CLI_OPT_N
};

struct cli_option {
	const char *name; /* long name without dashes */
	char letter;      /* short form, 0 none */
	enum cli_type type;
	const char *metavar; /* FILE, LIST, … */
	const char *def;     /* default as text, NULL none */
	const char *choices; /* comma-separated, NULL free */
	int64_t min, max;    /* CLI_INT */
	enum cli_origin origin;
	enum cli_compat compat;
	const char *help;  /* one line, English, translated when shown */
	const char *note;  /* for the migration docs: difference or reason, NULL none */
	const char *group; /* heading in help */
};
extern const struct cli_option cli_options[CLI_OPT_N];

/** Headings of groups, in the order of help. */
struct cli_group {
	const char *name;    /* as rows have it */
	const char *heading; /* English, translated when shown */
};
extern const struct cli_group cli_groups[];
extern const unsigned cli_groups_n;

enum cli_set_by { CLI_BY_DEFAULT, CLI_BY_ENV, CLI_BY_ARG };

struct cli_value {
	enum cli_set_by set_by;
	bool flag;
	int64_t number; /* CLI_INT; CLI_DURATION in ns; CLI_SIZE in bytes */
	struct lc_slice text;
	struct lc_slices list;
};

struct cli_values {
	struct cli_value v[CLI_OPT_N];
	struct lc_slices arguments;   /* what is no option */
	struct lc_slices unset_notes; /* lines to tell once: ignored options and the like */
};

/** A list option holds this word. */
bool cli_list_has(const struct lc_slices *l, const char *word);

struct cli_command;

/**
 * Read a command's arguments.
 * @return 0; LC_EUSAGE with one line that says what is wrong, the nearest option when one is near,
 * and how to get help
 */
int cli_parse(const struct cli_command *cmd, int argc, char **argv, char **environment,
	      struct lc_arena *a, struct cli_values *ret, struct lc_err *e) LC_MUST_CHECK;
