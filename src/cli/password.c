#include "cli/password.h"

#include <errno.h>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "base/shim.h"
#include "cli/interrupt.h"
#include "cli/parse.h"
#include "cli/talk.h"

enum { PASSWORD_BYTES_MAX = 4096 };

/*
 * A line without its end, byte by byte: what is behind it is not ours. An empty line is an empty
 * password; no line at all is none where a key is to be protected by it.
 */
static int read_line(int fd, bool must, struct secret *ret, struct lc_err *e)
{
	struct secret line = { 0 };
	int rc = secret_new(PASSWORD_BYTES_MAX, &line, e);
	size_t n = 0;
	while (!rc) {
		uint8_t c;
		ssize_t got = cli_interrupt_wait(fd);
		got = got ? got : lc_sys_read(fd, &c, 1);
		if (got < 0)
			rc = lc_fail_sys(e, (int)-got, "%s", _("the password could not be read"));
		else if (got == 0 && n == 0 && must)
			rc = lc_fail(
				e, LC_EAUTH, "%s",
				_("no password came: set LACRE_PASSWORD, to nothing for none"));
		else if (got == 0 || c == '\n')
			break;
		else if (n == PASSWORD_BYTES_MAX)
			rc = lc_fail(e, LC_ELIMIT, "%s", _("the password is too long"));
		else
			line.p[n++] = c;
	}
	if (!rc && n && line.p[n - 1] == '\r')
		n--;
	rc = rc ? rc : secret_copy(lc_slice_of(line.p, n), ret, e);
	secret_done(&line);
	return rc;
}

/* Echo off while a line is typed. A signal ends the read, a second one sets the terminal back. */
static int ask(struct cli_io *io, int tty, const char *prompt, bool must, struct secret *ret,
	       struct lc_err *e)
{
	struct termios before;
	if (tcgetattr(tty, &before) != 0)
		return lc_fail_sys(e, errno, "%s", _("the terminal cannot be set up"));
	struct termios silent = before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	cli_interrupt_terminal(tty, &before);
	/* Before the prompt: what answers it is neither shown nor flushed. */
	if (tcsetattr(tty, TCSAFLUSH, &silent) != 0) {
		cli_interrupt_terminal(-1, NULL);
		return lc_fail_sys(e, errno, "%s", _("the terminal cannot be set up"));
	}
	(void)cli_write(io, tty, lc_str(prompt)); /* a prompt that is not seen is no failure */
	int rc = read_line(tty, must, ret, e);
	(void)tcsetattr(tty, TCSADRAIN, &before); /* nothing more can be done */
	cli_interrupt_terminal(-1, NULL);
	(void)cli_write(io, tty, LC_S("\n"));
	return rc;
}

static int open_terminal(int *ret, const char *what_else, struct lc_err *e)
{
	*ret = lc_sys_open(AT_FDCWD, "/dev/tty", O_RDWR | O_CLOEXEC, 0);
	return *ret < 0 ? lc_fail(e, LC_EAUTH, "%s", what_else) : 0;
}

static int ask_terminal(struct cli_io *io, bool twice, struct secret *ret, struct lc_err *e)
{
	struct secret again LC_CLEANUP(secret_done) = { 0 };
	int tty;
	int rc = open_terminal(&tty,
			       _("no terminal to ask for the password: set "
				 "LACRE_PASSWORD or COSIGN_PASSWORD"),
			       e);
	if (rc)
		return rc;
	rc = ask(io, tty, _("Password of the private key: "), twice, ret, e);
	if (!rc && twice)
		rc = ask(io, tty, _("The same again: "), twice, &again, e);
	if (!rc && twice && !secret_eq(secret_get(ret), secret_get(&again)))
		rc = lc_fail(e, LC_EAUTH, "%s", _("the two passwords differ"));
	(void)close(tty); /* nothing is kept there */
	if (rc)
		secret_done(ret);
	return rc;
}

int cli_password(struct cli_io *io, bool twice, struct secret *ret, struct lc_err *e)
{
	const char *given = cli_env_get(io->environment, "LACRE_PASSWORD");
	if (!given)
		given = cli_env_get(io->environment, "COSIGN_PASSWORD");
	if (given)
		return secret_copy(lc_str(given), ret, e);
	return isatty(STDIN_FILENO) ? ask_terminal(io, twice, ret, e)
				    : read_line(STDIN_FILENO, twice, ret, e);
}

static int password_of_key(void *ctx, struct secret *ret, struct lc_err *e)
{
	return cli_password(ctx, false, ret, e);
}

int cli_pin_of_token(void *ctx, const struct token_asked *who, struct secret *ret, struct lc_err *e)
{
	struct cli_io *io = ctx;
	struct lc_arena a = { 0 };
	int tty = -1;
	const char *given = cli_env_get(io->environment, "LACRE_PKCS11_PIN");
	if (!given)
		given = cli_env_get(io->environment, "COSIGN_PKCS11_PIN");
	if (given && who->last_try)
		return lc_fail(e, LC_EAUTH, "%s",
			       _("one try is left before it locks itself, which is not spent on "
				 "the PIN of a variable: unset it to be asked"));
	if (given)
		return secret_copy(lc_str(given), ret, e);
	struct lc_slice prompt = lc_arena_fmt(
		&a, who->last_try ? _("PIN of token %s (the last try): ") : _("PIN of token %s: "),
		lc_quote(who->label).s);
	int rc = prompt.p ? open_terminal(&tty,
					  _("no terminal to ask for the token's PIN: set "
					    "LACRE_PKCS11_PIN or give pin-source"),
					  e)
			  : lc_fail(e, lc_arena_err(&a), "%s", _("no memory for a PIN"));
	rc = rc ? rc : ask(io, tty, (const char *)prompt.p, false, ret, e);
	if (tty >= 0)
		(void)close(tty); /* nothing is kept there */
	lc_arena_done(&a);
	return rc;
}

struct key_source cli_key_source(struct cli_io *io)
{
	return (struct key_source){
		.environment = io->environment,
		.password = password_of_key,
		.pin = cli_pin_of_token,
		.ctx = io,
	};
}
