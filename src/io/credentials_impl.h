/*
 * Inside of the credentials: what a file says of a registry, and the helpers' protocol. For this
 * room and its tests.
 */
#pragma once

#include "base/buf.h"
#include "format/json.h"
#include "io/credentials.h"

enum { CREDENTIAL_FILE_MAX = 4 << 20, CREDENTIAL_REPLY_MAX = 256 * 1024, CREDENTIAL_FILES_MAX = 3 };

struct credential_entry {
	struct lc_slice helper; /* program to ask; then the others are empty */
	struct lc_slice auth;   /* base64 of user:password */
	struct lc_slice username, password, identity_token, registry_token;
};

/** What config.json in text says of a registry; all empty when nothing. Slices of text or arena. */
int credential_in_file(struct lc_slice text, const struct io_credential_query *q,
		       struct lc_arena *a, struct credential_entry *ret,
		       struct lc_err *e) LC_MUST_CHECK;
/** How docker writes the registry as a key. */
struct lc_slice credential_key(struct lc_slice registry);
/** Turn an entry into a credential, asking its helper. */
int credential_resolve(const struct credential_entry *entry, const struct io_credential_query *q,
		       struct io_credential *ret, struct lc_err *e) LC_MUST_CHECK;

/**
 * docker-credential-NAME ACTION: input to its standard input, its output into reply.
 * @return 0; LC_ENOTFOUND it ended with a status other than 0 (reply says why); LC_EUNSUP;
 * LC_ECANCEL
 */
int credential_helper_run(struct lc_slice name, const char *action, struct lc_slice input,
			  char **environment, struct lc_buf *reply, struct lc_err *e) LC_MUST_CHECK;

/** Frees after wiping. */
void credential_wipe(struct lc_buf *b);
/** The config.json that login writes; NULL without a home. */
const char *credential_docker_file(char **environment, struct lc_arena *a);
/** Paths where a user's credentials may be, in order; NULL where there can be none. Their count. */
size_t credential_files(char **environment, unsigned uid, struct lc_arena *a,
			const char *ret[CREDENTIAL_FILES_MAX]);
