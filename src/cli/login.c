/*
 * lacre login, lacre logout: keep the credentials of a registry, and forget them.
 */
#include "cli/commands.h"

#include "base/shim.h"
#include "cli/interrupt.h"
#include "cli/remote.h"
#include "cli/talk.h"
#include "io/credentials.h"
#include "oci/reference.h"

static const enum cli_opt login_options[] = {
	CLI_OPT_USERNAME, CLI_OPT_PASSWORD, CLI_OPT_PASSWORD_STDIN, CLI_OPT_INSECURE,
	CLI_OPT_CACERT,   CLI_OPT_TIMEOUT,  CLI_OPT_QUIET,          CLI_OPT_DEBUG,
	CLI_OPT_HELP,     CLI_OPT_N,
};
static const enum cli_opt logout_options[] = { CLI_OPT_QUIET, CLI_OPT_DEBUG, CLI_OPT_HELP,
					       CLI_OPT_N };

/* The registry that the argument names; Docker Hub without one. */
static struct io_credential_query query_of(const struct cli_values *v, struct cli_io *io,
					   struct lc_arena *a)
{
	struct lc_slice given = v->arguments.n ? v->arguments.v[0] : LC_S("docker.io");
	return (struct io_credential_query){
		.environment = io->environment,
		.registry = io_credential_host(given, a),
	};
}

static int check_registry(const struct io_credential_query *q, struct lc_arena *a, struct lc_err *e)
{
	struct oci_reference ref;
	struct lc_slice name = lc_arena_fmt(a, "%.*s/x", LC_FMT(q->registry));
	if (q->registry.n && name.p && oci_reference_parse(name, a, &ref, NULL) == 0 &&
	    lc_eq(ref.registry, q->registry))
		return 0;
	return lc_fail(e, LC_EUSAGE, _("not a registry: %s"), lc_quote(q->registry).s);
}

static int log_in(struct cli_io *io, const struct cli_values *v, struct lc_arena *a,
		  const char **ret_where, struct lc_err *e)
{
	struct oci_remote remote;
	struct io_credential c = { 0 };
	struct lc_limits limits = lc_limits_default;
	struct io_credential_query q = query_of(v, io, a);
	int64_t timeout = v->v[CLI_OPT_TIMEOUT].number;
	if (timeout)
		limits.deadline_ns = lc_ticks_ns() + timeout;
	int rc = check_registry(&q, a, e);
	if (rc == 0)
		rc = cli_remote(io, v, a, &remote, e);
	if (rc == 0 && !remote.username.n)
		rc = lc_fail(e, LC_EUSAGE, "%s", _("who? give --username NAME --password-stdin"));
	if (rc)
		return rc;
	cli_interrupt_limits(&limits);
	rc = oci_login(&remote, q.registry, &limits, e);
	cli_interrupt_limits(NULL);
	if (rc == 0)
		rc = io_credential_set(&c, remote.username, remote.password);
	if (rc == 0)
		rc = io_credential_store(&q, &c, a, ret_where, e);
	io_credential_done(&c);
	return rc;
}

static int run_login(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	struct lc_err e = { 0 };
	struct lc_arena a = { 0 };
	const char *where = "";
	(void)cmd;
	int rc = log_in(io, v, &a, &where, &e);
	if (rc == 0)
		cli_note(io, v, _("logged in; kept in %s"), where);
	int status = rc ? cli_fail(io, &e) : CLI_OK;
	lc_arena_done(&a);
	return status;
}

static int run_logout(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	struct lc_err e = { 0 };
	struct lc_arena a = { 0 };
	const char *where = "";
	struct io_credential_query q = query_of(v, io, &a);
	(void)cmd;
	int rc = check_registry(&q, &a, &e);
	if (rc == 0)
		rc = io_credential_erase(&q, &a, &where, &e);
	if (rc == 0)
		cli_note(io, v, _("logged out; forgotten in %s"), where);
	if (rc == LC_ENOTFOUND) {
		cli_note(io, v, _("was not logged in to %s"), lc_quote(q.registry).s);
		rc = 0;
	}
	int status = rc ? cli_fail(io, &e) : CLI_OK;
	lc_arena_done(&a);
	return status;
}

const struct cli_command cli_command_login = {
	.name = "login",
	.synopsis = N_("[flags] [REGISTRY]"),
	.summary = N_("keep user name and password for a registry"),
	.description =
		N_("Asks the registry whether it takes them, then keeps them where docker does: in "
		   "config.json, or with the credential helper that it names. Without REGISTRY "
		   "Docker Hub is meant. What docker, podman or skopeo have kept is found, too."),
	.examples = N_("with a password from a file\n"
		       "  lacre login --username ana --password-stdin registry.example.com "
		       "<password.txt\n"),
	.options = login_options,
	.arguments_max = 1,
	.origin = CLI_COSIGN,
	.run = run_login,
};

const struct cli_command cli_command_logout = {
	.name = "logout",
	.synopsis = N_("[REGISTRY]"),
	.summary = N_("forget user name and password of a registry"),
	.description = N_("Takes them out of config.json, or tells the credential helper to."),
	.examples = N_("of Docker Hub\n"
		       "  lacre logout\n"),
	.options = logout_options,
	.arguments_max = 1,
	.origin = CLI_OURS,
	.run = run_logout,
};
