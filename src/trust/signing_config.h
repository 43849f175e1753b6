/*
 * Which services to sign with: sigstore's signing configuration, and the rules by which a client
 * chooses among what it lists. Form and choice alone; nothing is asked here.
 *
 * Source: sigstore/protobuf-specs sigstore_trustroot.proto (SigningConfig v0.2); sigstore-go
 * pkg/root/signing_config.go.
 */
#pragma once

#include "base/buf.h"
#include "base/vec.h"
#include "trust/window.h"

enum { SIGNING_SERVICES_MAX = 64 };

enum signing_kind {
	SIGNING_CA,   /* certificate authorities: Fulcio */
	SIGNING_OIDC, /* issuers of identity tokens */
	SIGNING_LOG,  /* transparency logs: Rekor */
	SIGNING_TSA,  /* timestamp authorities; their URLs are whole */
	SIGNING_KIND_N
};

struct signing_service {
	struct lc_slice url;
	struct lc_slice operator;
	uint32_t version; /* of its API */
	struct trust_window valid;
};

struct signing_services {
	struct signing_service *v;
	size_t n, room;
};

enum signing_selector { SIGNING_ALL, SIGNING_ANY, SIGNING_EXACT };

struct signing_config {
	struct signing_services of[SIGNING_KIND_N];
	enum signing_selector selector[SIGNING_KIND_N]; /* logs and timestamps; of others one */
	uint32_t count[SIGNING_KIND_N];                 /* SIGNING_EXACT: at least 1 */
};

/** LC_EBAD malformed or of another kind; LC_ELIMIT; LC_ENOMEM. Slices of text or arena. */
int signing_config_parse(struct lc_slice text, struct lc_arena *a, struct signing_config *ret,
			 struct lc_err *e) LC_MUST_CHECK;

/** Append it, compact. As lc_buf_add(). */
int signing_config_write(const struct signing_config *c, struct lc_buf *out) LC_MUST_CHECK;

/** "ALL", "ANY", "EXACT". */
bool signing_selector_parse(struct lc_slice s, enum signing_selector *ret);

/**
 * Those to use now: valid, of the highest version that is known here, the newest first, one an
 * operator; then all of them, one, or exactly so many. A kind that is not listed at all gives none.
 * @return 0; LC_ENOTFOUND some are listed, but too few can be used, with a message; LC_ENOMEM
 */
int signing_config_choose(const struct signing_config *c, enum signing_kind k, int64_t now,
			  struct lc_arena *a, struct signing_services *ret,
			  struct lc_err *e) LC_MUST_CHECK;
