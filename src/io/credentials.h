/*
 * Who we are to a registry: docker's config.json, podman's auth.json, credential helpers.
 *
 * Looked up in this order, the first that knows the registry wins: $REGISTRY_AUTH_FILE alone when
 * it is set; else $DOCKER_CONFIG/config.json (~/.docker), then containers/auth.json below
 * $XDG_RUNTIME_DIR (without it /run/containers/UID/auth.json), then below $XDG_CONFIG_HOME
 * (~/.config). In one file: credHelpers, then credsStore, then auths.
 * Keys may be "host", "https://host/v1/" or "host/namespace"; the longest that fits counts.
 * Passwords are wiped on release and never logged. Sources: docker cli-docs config.json;
 * docker-credential-helpers README; containers-auth.json(5).
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

/* Heap strings, NULL when not there. All NULL: nobody. */
struct io_credential {
	char *username, *password;
	char *identity_token; /* of OAuth2: exchanged for the registry's own token */
	char *registry_token; /* to be sent as it is */
};
void io_credential_done(struct io_credential *c);
/** Copies; either may be empty. LC_ENOMEM. */
int io_credential_set(struct io_credential *c, struct lc_slice username,
		      struct lc_slice password) LC_MUST_CHECK;

/** "https://Index.docker.io/v1/" as "docker.io": host with port, in lower case. */
struct lc_slice io_credential_host(struct lc_slice key, struct lc_arena *a);

struct io_credential_query {
	char **environment;
	struct lc_slice registry;   /* "docker.io", "host:port" */
	struct lc_slice repository; /* "library/alpine"; "" for the registry as a whole */
};

/**
 * Credentials for a registry; none known leaves *ret empty and is 0.
 * LC_EBAD a file that is no such JSON, LC_EIO, LC_EUNSUP a helper that cannot be run, LC_EAUTH one
 * that fails
 */
int io_credential_find(const struct io_credential_query *q, struct io_credential *ret,
		       struct lc_err *e) LC_MUST_CHECK;

/** Keep in config.json (or in the helper that it names for the registry). *ret_where for a message.
 */
int io_credential_store(const struct io_credential_query *q, const struct io_credential *c,
			struct lc_arena *a, const char **ret_where, struct lc_err *e) LC_MUST_CHECK;
/** Forget; LC_ENOTFOUND when there was none. */
int io_credential_erase(const struct io_credential_query *q, struct lc_arena *a,
			const char **ret_where, struct lc_err *e) LC_MUST_CHECK;
