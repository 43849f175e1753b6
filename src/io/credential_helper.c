#include "io/credentials_impl.h"

#include <stdio.h>

#include "io/process.h"

enum { HELPER_NAME_MAX = 64, HELPER_SECONDS = 30, LINGER_MS = 1000 };

/* A name, never a path: whoever writes the file must not choose any program. */
static bool name_ok(struct lc_slice s)
{
	if (s.n == 0 || s.n > HELPER_NAME_MAX || s.p[0] == '.')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = lc_lower(s.p[i]);
		if (!lc_is_digit(c) && !lc_is_alpha(c) && c != '_' && c != '.' && c != '-')
			return false;
	}
	return true;
}

static int put_reply(void *ctx, struct lc_slice bytes, struct lc_err *e)
{
	int rc = lc_buf_slice(ctx, bytes);
	return rc ? lc_fail(e, rc, "its answer is too long") : 0;
}

int credential_helper_run(struct lc_slice name, const char *action, struct lc_slice input,
			  char **environment, struct lc_buf *reply, struct lc_err *e)
{
	char program[HELPER_NAME_MAX + 32];
	char verb[16];
	char *arguments[] = { program, verb, NULL };
	const struct io_process p = {
		.program = program,
		.arguments = arguments,
		.environment = environment,
		.input = input,
		.timeout_ms = HELPER_SECONDS * 1000,
		.linger_ms = LINGER_MS,
		.put = put_reply,
		.ctx = reply,
	};
	int status = 0;
	if (!name_ok(name))
		return lc_fail(e, LC_EBAD, "%s: not the name of a credential helper",
			       lc_quote(name).s);
	(void)snprintf(program, sizeof(program), "docker-credential-%.*s", LC_FMT(name));
	(void)snprintf(verb, sizeof(verb), "%s", action);
	int rc = io_process_run(&p, &status, e);
	if (rc == LC_EUNSUP)
		return lc_fail(e, rc,
			       "%s cannot be run: install it, or take it out of config.json",
			       program);
	if (rc)
		return lc_wrap(e, rc, "%s", program);
	return status ? LC_ENOTFOUND : 0;
}
