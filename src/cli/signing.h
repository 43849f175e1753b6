/*
 * Who signs, as the options say it: a key, or a name that an identity token proves; and which
 * services are asked to witness it. The same for files and images. Private to cli/.
 */
#pragma once

#include "base/limits.h"
#include "cli/command.h"
#include "trust/witness.h"

/* What commands that sign have in common; part of a list. */
#define CLI_SIGNING_OPTIONS                                                                   \
	CLI_OPT_KEY, CLI_OPT_IDENTITY_TOKEN, CLI_OPT_OIDC_CLIENT_ID, CLI_OPT_OIDC_ISSUER,     \
		CLI_OPT_OIDC_PROVIDER, CLI_OPT_OIDC_DISABLE_AMBIENT_PROVIDERS,                \
		CLI_OPT_FULCIO_AUTH_FLOW, CLI_OPT_SIGNING_CONFIG, CLI_OPT_USE_SIGNING_CONFIG, \
		CLI_OPT_FULCIO_URL, CLI_OPT_SIGN_REKOR_URL, CLI_OPT_REKOR_VERSION,            \
		CLI_OPT_TLOG_UPLOAD, CLI_OPT_TIMESTAMP_SERVER_URL, CLI_OPT_TRUSTED_ROOT,      \
		CLI_OPT_INSECURE_SKIP_VERIFY, CLI_OPT_YES

struct cli_signing {
	struct crypt_signer *signer;
	bool online; /* services are asked */
	struct witness witness;
	struct lc_slice ca; /* URL of the certificate authority; "" a key signs */
	struct identity_claims claims;
	struct secret token;
	struct trusted_root *root;
	struct lc_limits limits; /* of what is asked, when the caller has none */
	bool watching;           /* they are the ones that Ctrl-C stops */
};

/**
 * Open key or token and choose services; nothing is asked of them yet. A signer without a key gets
 * one that lives as long as this.
 *
 * @param limits  for what is asked; NULL: --timeout's, counted from each question on
 * @param ret     zeroed; cli_signing_done() it in any case
 * @return 0; LC_EUSAGE when it is not said who signs, or where; what keys, files and token gave
 */
int cli_signing_open(struct cli_io *io, const struct cli_values *v, const struct lc_limits *limits,
		     struct lc_arena *a, struct cli_signing *ret, struct lc_err *e) LC_MUST_CHECK;
/** Get the certificate, where one is needed: to be called when what is signed is at hand. */
int cli_signing_certify(struct cli_signing *s, const struct cli_values *v, struct lc_arena *a,
			struct lc_err *e) LC_MUST_CHECK;
/** For what signs; NULL: nobody is asked. */
static inline const struct witness *cli_signing_witness(const struct cli_signing *s)
{
	return s->online ? &s->witness : NULL;
}
void cli_signing_done(struct cli_signing *s);
