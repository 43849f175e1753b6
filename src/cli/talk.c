#include "cli/talk.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/log.h"
#include "base/shim.h"
#include "cli/catalogue.h"
#include "cli/interrupt.h"
#include "cli/parse.h"
#include "io/file.h"

enum { LINE_MAX_BYTES = 4096, CATALOGUE_BYTES_MAX = 4 << 20 };

/* Set once at the start, before there are threads. */
static struct {
	bool on;
	struct lc_buf file;
	struct cli_catalogue catalogue;
} talk;

const char *cli_translate(const char *text)
{
	const char *t = talk.on ? cli_catalogue_find(&talk.catalogue, text) : NULL;
	return t ? t : text;
}

static bool load(const char *directory, const char *language)
{
	char path[1024];
	int n = snprintf(path, sizeof(path), "%s/%s/LC_MESSAGES/lacre.mo", directory, language);
	if (n < 0 || (size_t)n >= sizeof(path))
		return false;
	lc_buf_init(&talk.file, CATALOGUE_BYTES_MAX);
	if (io_read_file(path, &talk.file, NULL) == 0 &&
	    cli_catalogue_parse(lc_buf_get(&talk.file), &talk.catalogue))
		return true;
	lc_buf_done(&talk.file);
	return false;
}

void cli_talk_start(char **environment)
{
	char languages[CLI_LANGUAGES_MAX][CLI_LANGUAGE_MAX];
	unsigned n = cli_languages(environment, languages);
	const char *directory = cli_env_get(environment, "LACRE_LOCALEDIR");
	cli_talk_end();
	for (unsigned i = 0; i < n && !talk.on; i++)
		talk.on = load(directory && *directory ? directory : LACRE_LOCALEDIR, languages[i]);
}

void cli_talk_end(void)
{
	if (talk.on)
		lc_buf_done(&talk.file);
	talk.on = false;
}

/* All bytes, or -errno; what stopped the program stops a write that waits for its reader, too. */
static int write_all(int fd, struct lc_slice s)
{
	while (s.n) {
		if (cli_interrupted())
			return -EINTR;
		ssize_t n = lc_sys_write(fd, s.p, s.n);
		if (n == -EINTR)
			continue;
		if (n <= 0)
			return n ? (int)n : -EIO;
		s = lc_skip(s, (size_t)n);
	}
	return 0;
}

/* Standard error may be gone: there is nobody left to tell. */
static void say(struct cli_io *io, const char *kind, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));

static void say(struct cli_io *io, const char *kind, const char *fmt, va_list ap)
{
	char line[LINE_MAX_BYTES];
	size_t room = sizeof(line) - 1;
	int n = snprintf(line, room, "lacre: %s: ", kind);
	size_t len = n > 0 ? (size_t)n : 0;
	n = vsnprintf(line + len, room - len, fmt, ap);
	len += n > 0 ? (size_t)n : 0;
	if (len > room - 1)
		len = room - 1;
	line[len++] = '\n';
	(void)write_all(io->err, lc_slice_of(line, len));
}

int cli_error(struct cli_io *io, int status, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	say(io, _("error"), fmt, ap);
	va_end(ap);
	return status;
}

int cli_fail(struct cli_io *io, const struct lc_err *e)
{
	int stopped = cli_interrupted();
	if (stopped)
		return 128 + stopped;
	const char *message = e->msg[0] ? e->msg : lc_code_name(e->code);
	return cli_error(io, e->code == LC_EUSAGE ? CLI_USAGE : CLI_ERROR, "%s", message);
}

int cli_fail_in_time(struct cli_io *io, const struct cli_values *v, const struct lc_limits *l,
		     const struct lc_err *e)
{
	if (e->code != LC_ECANCEL || cli_interrupted() || !lc_limits_expired(l))
		return cli_fail(io, e);
	return cli_error(io, CLI_ERROR, _("%s: more than %.*s: give a longer --timeout"),
			 e->msg[0] ? e->msg : lc_code_name(e->code),
			 LC_FMT(v->v[CLI_OPT_TIMEOUT].text));
}

static bool is_quiet(const struct cli_values *v)
{
	return v && v->v[CLI_OPT_QUIET].flag;
}

void cli_note(struct cli_io *io, const struct cli_values *v, const char *fmt, ...)
{
	if (is_quiet(v))
		return;
	va_list ap;
	va_start(ap, fmt);
	say(io, _("note"), fmt, ap);
	va_end(ap);
}

void cli_warn(struct cli_io *io, const struct cli_values *v, const char *fmt, ...)
{
	if (is_quiet(v))
		return;
	va_list ap;
	va_start(ap, fmt);
	say(io, _("warning"), fmt, ap);
	va_end(ap);
}

int cli_write(struct cli_io *io, int fd, struct lc_slice s)
{
	int rc = write_all(fd, s);
	if (rc == 0)
		return CLI_OK;
	if (cli_interrupted())
		return 128 + cli_interrupted();
	if (rc == -EPIPE)
		return CLI_ERROR;
	struct lc_err e = { 0 };
	(void)lc_fail_sys(&e, -rc, "%s", _("standard output"));
	return cli_fail(io, &e);
}

int cli_put(struct cli_io *io, const struct lc_buf *b)
{
	if (lc_buf_err(b))
		return cli_error(io, CLI_ERROR, "%s", _("no memory for the output"));
	return cli_write(io, io->out, lc_buf_get(b));
}

static void log_line(void *ctx, enum lc_log_level level, const char *message)
{
	static const char *const names[LC_LOG_N] = { "error", "warning", "info", "debug" };
	struct cli_io *io = ctx;
	char line[LINE_MAX_BYTES];
	int n = snprintf(line, sizeof(line) - 1, "lacre: %s: %s", names[level], message);
	size_t len = n > 0 ? (size_t)n : 0;
	if (len > sizeof(line) - 2)
		len = sizeof(line) - 2;
	line[len++] = '\n';
	(void)write_all(io->err, lc_slice_of(line, len));
}

void cli_log_start(struct cli_io *io, const struct cli_values *v)
{
	if (v->v[CLI_OPT_DEBUG].flag)
		lc_log_set(log_line, io, LC_LOG_DEBUG);
}
