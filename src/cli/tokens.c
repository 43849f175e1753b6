/*
 * lacre pkcs11-tool list-tokens, list-keys-uris: what PKCS#11 tokens there are, and which keys on
 * them can be named.
 */
#include "base/shim.h"
#include "cli/commands.h"
#include "cli/password.h"
#include "cli/result.h"
#include "cli/talk.h"
#include "format/json.h"

enum { OUTPUT_BYTES_MAX = 16 << 20, HEX_BYTES_MAX = 1 << 18 };

static const enum cli_opt token_options[] = {
	CLI_OPT_MODULE_PATH, CLI_OPT_FORMAT, CLI_OPT_OUTPUT, CLI_OPT_QUIET,
	CLI_OPT_DEBUG,       CLI_OPT_HELP,   CLI_OPT_N
};
static const enum cli_opt key_options[] = {
	CLI_OPT_MODULE_PATH, CLI_OPT_SLOT_ID, CLI_OPT_PIN,  CLI_OPT_FORMAT, CLI_OPT_OUTPUT,
	CLI_OPT_QUIET,       CLI_OPT_DEBUG,   CLI_OPT_HELP, CLI_OPT_N,
};

struct look {
	struct cli_io *io;
	const struct cli_values *v;
	struct lc_arena a;
	struct token_uri u;
	struct lc_buf out;
};

static bool as_json(const struct look *l)
{
	return lc_eq(l->v->v[CLI_OPT_FORMAT].text, LC_S("json"));
}

static int pin_given(void *ctx, const struct token_asked *who, struct secret *ret, struct lc_err *e)
{
	struct look *l = ctx;
	struct lc_slice pin = l->v->v[CLI_OPT_PIN].text;
	if (!pin.n)
		return cli_pin_of_token(l->io, who, ret, e);
	if (who->last_try)
		return lc_fail(e, LC_EAUTH, "%s",
			       _("one try is left before it locks itself, which is not spent on "
				 "--pin: leave it out to be asked"));
	return secret_copy(pin, ret, e);
}

/* What is looked at: the argument, and what options say besides. */
static int read_uri(struct look *l, struct lc_err *e)
{
	struct lc_slice path = l->v->v[CLI_OPT_MODULE_PATH].text;
	const struct cli_value *slot = &l->v->v[CLI_OPT_SLOT_ID];
	struct lc_slice given = l->v->arguments.n ? l->v->arguments.v[0] : LC_S("pkcs11:");
	int rc = token_uri_parse(given, &l->a, &l->u, e);
	if (rc)
		return lc_wrap(e, rc, "%s", lc_quote(token_uri_shown(given)).s);
	if (path.n) {
		l->u.has[TOKEN_MODULE_PATH] = true;
		l->u.v[TOKEN_MODULE_PATH] = path;
	}
	if (slot->set_by != CLI_BY_DEFAULT) {
		l->u.has[TOKEN_SLOT_ID] = true;
		l->u.slot_id = (uint64_t)slot->number; /* not below zero */
	}
	return 0;
}

/* ---- tokens ---- */

static void put_tokens_json(struct look *l, const struct token_rows *rows)
{
	struct json_writer w;
	json_writer_init(&w, &l->out, 2);
	json_begin_array(&w);
	for (size_t i = 0; i < rows->n; i++) {
		const struct token_row *t = &rows->v[i];
		json_begin_object(&w);
		json_member_u64(&w, "SlotID", t->slot_id);
		json_member_str(&w, "Label", t->label);
		json_member_str(&w, "Manufacturer", t->manufacturer);
		json_member_str(&w, "Model", t->model);
		json_member_str(&w, "SerialNumber", t->serial);
		json_member_str_opt(&w, "Module", t->module);
		json_end_object(&w);
	}
	json_end_array(&w);
	lc_buf_byte(&l->out, '\n');
}

/* In the words of cosign, which scripts read. */
static void put_tokens(struct look *l, const struct token_rows *rows)
{
	struct lc_slice module = { NULL, 0 };
	for (size_t i = 0; i < rows->n; i++) {
		const struct token_row *t = &rows->v[i];
		if (!lc_eq(module, t->module))
			lc_buf_fmt(&l->out, "Listing tokens of PKCS11 module '%s'\n",
				   lc_quote(t->module).s);
		module = t->module;
		lc_buf_fmt(&l->out, "Token in slot %llu\n", (unsigned long long)t->slot_id);
		lc_buf_fmt(&l->out, "\tLabel: %s\n", lc_quote(t->label).s);
		lc_buf_fmt(&l->out, "\tManufacturer: %s\n", lc_quote(t->manufacturer).s);
		lc_buf_fmt(&l->out, "\tModel: %s\n", lc_quote(t->model).s);
		lc_buf_fmt(&l->out, "\tS/N: %s\n", lc_quote(t->serial).s);
	}
}

static int list_tokens(struct look *l, struct lc_err *e)
{
	const struct token_source source = { .environment = l->io->environment };
	struct token_rows rows = { 0 };
	int rc = token_list(&source, &l->u, &l->a, &rows, e);
	if (rc)
		return rc;
	if (as_json(l))
		put_tokens_json(l, &rows);
	else
		put_tokens(l, &rows);
	if (!rows.n)
		cli_note(l->io, l->v, "%s", _("there is no token"));
	return 0;
}

/* ---- keys ---- */

static struct lc_slice hex_of(struct look *l, struct lc_slice bytes)
{
	struct lc_buf b LC_CLEANUP(lc_buf_done) = { 0 };
	struct lc_slice ret = { NULL, 0 };
	lc_buf_init(&b, HEX_BYTES_MAX);
	for (size_t i = 0; i < bytes.n; i++)
		(void)lc_buf_fmt(&b, "%02x", bytes.p[i]); /* it keeps its failure */
	return lc_arena_dup(&l->a, lc_buf_get(&b), &ret) ? (struct lc_slice){ NULL, 0 } : ret;
}

static void put_keys_json(struct look *l, const struct token_key_rows *rows)
{
	struct json_writer w;
	json_writer_init(&w, &l->out, 2);
	json_begin_array(&w);
	for (size_t i = 0; i < rows->n; i++) {
		json_begin_object(&w);
		json_member_str(&w, "Label", rows->v[i].label);
		json_member_str(&w, "ID", hex_of(l, rows->v[i].id));
		json_member_str(&w, "URI", rows->v[i].uri);
		json_end_object(&w);
	}
	json_end_array(&w);
	lc_buf_byte(&l->out, '\n');
}

static int list_keys(struct look *l, struct lc_err *e)
{
	const struct token_source source = {
		.environment = l->io->environment,
		.pin = pin_given,
		.ctx = l,
	};
	struct token_key_rows rows = { 0 };
	int rc = token_list_keys(&source, &l->u, &l->a, &rows, e);
	if (rc)
		return rc;
	if (as_json(l))
		put_keys_json(l, &rows);
	for (size_t i = 0; !as_json(l) && i < rows.n; i++) {
		lc_buf_fmt(&l->out, "Object %zu\n", i);
		lc_buf_fmt(&l->out, "\tLabel: %s\n", lc_quote(rows.v[i].label).s);
		lc_buf_fmt(&l->out, "\tID: %.*s\n", LC_FMT(hex_of(l, rows.v[i].id)));
		lc_buf_fmt(&l->out, "\tURI: %.*s\n", LC_FMT(rows.v[i].uri));
	}
	if (!rows.n)
		cli_note(l->io, l->v, "%s", _("there is no private key on it"));
	return 0;
}

/* ---- both ---- */

static int run_look(const struct cli_values *v, struct cli_io *io,
		    int (*list)(struct look *l, struct lc_err *e))
{
	struct look l = { .io = io, .v = v };
	struct lc_err e = { 0 };
	lc_buf_init(&l.out, OUTPUT_BYTES_MAX);
	int rc = read_uri(&l, &e);
	rc = rc ? rc : list(&l, &e);
	int status = rc ? cli_fail(io, &e) : cli_output(io, v, &l.out);
	token_uri_wipe(&l.u);
	lc_buf_done(&l.out);
	lc_arena_done(&l.a);
	return status;
}

static int run_tokens(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	(void)cmd;
	return run_look(v, io, list_tokens);
}

static int run_keys(const struct cli_command *cmd, const struct cli_values *v, struct cli_io *io)
{
	(void)cmd;
	return run_look(v, io, list_keys);
}

const struct cli_command cli_command_list_tokens = {
	.name = "pkcs11-tool list-tokens",
	.synopsis = N_("[flags]"),
	.summary = N_("list the PKCS#11 tokens that are there"),
	.description = N_("Smart cards, hardware modules and SoftHSM, by the modules that p11-kit "
			  "is set up with, or by the one of --module-path (or the variables "
			  "LACRE_PKCS11_MODULE_PATH and COSIGN_PKCS11_MODULE_PATH)."),
	.examples = N_("all that are set up\n"
		       "  lacre pkcs11-tool list-tokens\n"),
	.options = token_options,
	.origin = CLI_COSIGN,
	.run = run_tokens,
};

const struct cli_command cli_command_list_keys_uris = {
	.name = "pkcs11-tool list-keys-uris",
	.synopsis = N_("[flags] [pkcs11:token=NAME]"),
	.summary = N_("list the private keys of a token by the names that --key takes"),
	.description = N_("The PIN comes from LACRE_PKCS11_PIN or COSIGN_PKCS11_PIN, or is asked "
			  "for. It is tried once, and never shown."),
	.examples = N_("of one token\n"
		       "  lacre pkcs11-tool list-keys-uris pkcs11:token=Build\n"),
	.options = key_options,
	.arguments_max = 1,
	.origin = CLI_COSIGN,
	.run = run_keys,
};
