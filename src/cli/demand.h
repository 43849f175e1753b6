/*
 * Who is to have signed, as the options say it: keys, identities, and whom logs and certificates
 * are judged by. The same for files and images. Private to cli/.
 */
#pragma once

#include "cli/command.h"
#include "crypt/key_source.h"
#include "trust/trusted_root.h"
#include "trust/verify.h"

/* What commands that verify have in common; part of a list. */
#define CLI_DEMAND_OPTIONS                                                                         \
	CLI_OPT_KEY, CLI_OPT_CERTIFICATE_IDENTITY, CLI_OPT_CERTIFICATE_IDENTITY_REGEXP,            \
		CLI_OPT_CERTIFICATE_OIDC_ISSUER, CLI_OPT_CERTIFICATE_OIDC_ISSUER_REGEXP,           \
		CLI_OPT_CERTIFICATE_GITHUB_WORKFLOW_TRIGGER,                                       \
		CLI_OPT_CERTIFICATE_GITHUB_WORKFLOW_SHA, CLI_OPT_CERTIFICATE_GITHUB_WORKFLOW_NAME, \
		CLI_OPT_CERTIFICATE_GITHUB_WORKFLOW_REPOSITORY,                                    \
		CLI_OPT_CERTIFICATE_GITHUB_WORKFLOW_REF, CLI_OPT_TRUSTED_ROOT,                     \
		CLI_OPT_CERTIFICATE_CHAIN, CLI_OPT_CA_ROOTS, CLI_OPT_CA_INTERMEDIATES,             \
		CLI_OPT_TIMESTAMP_CERTIFICATE_CHAIN, CLI_OPT_INSECURE_IGNORE_TLOG,                 \
		CLI_OPT_PRIVATE_INFRASTRUCTURE, CLI_OPT_INSECURE_IGNORE_SCT,                       \
		CLI_OPT_USE_SIGNED_TIMESTAMPS, CLI_OPT_SIGNATURE_DIGEST_ALGORITHM,                 \
		CLI_OPT_OFFLINE, CLI_OPT_VERIFY_REKOR_URL, CLI_OPT_MAX_AGE, CLI_OPT_DENY_KEY,      \
		CLI_OPT_DENY_IDENTITY, CLI_OPT_DENY_DIGEST, CLI_OPT_DENY_LIST

enum { CLI_KEYS_MAX = 32, CLI_IDENTITIES_MAX = 32 };

/* Names, or who vouches for them: all exact, or all expressions. */
struct cli_patterns {
	struct trust_pattern v[CLI_IDENTITIES_MAX];
	struct lc_pattern *owned[CLI_IDENTITIES_MAX];
	size_t n;
};

struct cli_demand {
	struct trust_demand demand; /* of what is below */
	struct trust_identity identities[CLI_IDENTITIES_MAX];
	struct cli_patterns names, issuers;
	struct crypt_public *keys[CLI_KEYS_MAX];
	struct trust_denied denied;
	struct trusted_root *root;
};

/**
 * From --key, --certificate-identity and their like, and the SIGSTORE_ variables.
 * @param ret  zeroed; it points into itself: not to be moved. cli_demand_done() it in any case.
 * @return 0; LC_EUSAGE when nobody is named, or half of somebody; else what a file or key gave
 */
int cli_demand(struct cli_io *io, const struct cli_values *v, struct lc_arena *a,
	       struct cli_demand *ret, struct lc_err *e) LC_MUST_CHECK;
/** Where `initialize` keeps whom to trust; NULL when nothing says where it may be. */
const char *cli_trust_dir(struct cli_io *io, struct lc_arena *a);
#define CLI_TRUSTED_ROOT_FILE   "trusted_root.json"
#define CLI_SIGNING_CONFIG_FILE "signing_config.v0.2.json"
/** --trusted-root, else what `initialize` keeps; *ret NULL when there is neither. */
int cli_trusted_root(struct cli_io *io, const struct cli_values *v, struct lc_arena *a,
		     struct trusted_root **ret, struct lc_err *e) LC_MUST_CHECK;

void cli_demand_done(struct cli_demand *d);
