#include "cli/terminal.h"

#include <sys/ioctl.h>

#include "cli/parse.h"

enum { WIDTH_MIN = 40, WIDTH_DEFAULT = 80, WIDTH_MAX = 1000 };

static unsigned width_of(int fd, char **environment)
{
	uint64_t columns;
	if (lc_u64(lc_str(cli_env_get(environment, "COLUMNS")), 10, WIDTH_MAX, &columns) && columns)
		return (unsigned)columns;
	struct winsize size = { 0 };
	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	return WIDTH_DEFAULT;
}

static bool is_set(char **environment, const char *name)
{
	const char *v = cli_env_get(environment, name);
	return v && *v;
}

static bool speaks_utf8(char **environment)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!is_set(environment, names[i]))
			continue;
		struct lc_slice head;
		struct lc_slice codeset;
		struct lc_slice locale = lc_str(cli_env_get(environment, names[i]));
		if (!lc_cut(locale, '.', &head, &codeset))
			return false;
		(void)lc_cut(codeset, '@', &codeset, &head);
		return lc_eq_nocase(codeset, LC_S("UTF-8")) || lc_eq_nocase(codeset, LC_S("utf8"));
	}
	return false;
}

struct cli_terminal cli_terminal_of(int fd, bool is_tty, char **environment)
{
	struct cli_terminal t = { .utf8 = speaks_utf8(environment) };
	if (!is_tty)
		return t;
	const char *term = cli_env_get(environment, "TERM");
	t.width = width_of(fd, environment);
	if (t.width < WIDTH_MIN)
		t.width = WIDTH_MIN;
	t.colour = !is_set(environment, "NO_COLOR") && term && *term &&
		   !lc_eq(lc_str(term), LC_S("dumb"));
	return t;
}
