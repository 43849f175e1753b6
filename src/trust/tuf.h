/*
 * A client of The Update Framework: how the file that says whom to trust is kept fresh, from a
 * mirror that nobody needs to trust. What it fetches with is given, so is the time; nothing is
 * written here. Delegations are not followed: what is asked for stands in the top targets.
 *
 * Source: theupdateframework/specification tuf-spec.md section 5.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

enum { TUF_ROOTS_MAX = 1024, TUF_METADATA_MAX = 512 << 10, TUF_TARGET_MAX = 16 << 20 };

/** A mirror: a directory, or the root of a web address. */
struct tuf_mirror {
	/* Fill ret, whose cap bounds it, with the file of this name ("3.root.json"); LC_ENOTFOUND.
	 */
	int (*fetch)(void *ctx, const char *name, struct lc_buf *ret, struct lc_err *e);
	void *ctx;
};

enum tuf_role { TUF_ROOT, TUF_TIMESTAMP, TUF_SNAPSHOT, TUF_TARGETS, TUF_ROLE_N };
/** "root", … */
const char *tuf_role_name(enum tuf_role r);

/** What is trusted: each document as it was signed; empty ones are not there yet. */
struct tuf_state {
	struct lc_buf v[TUF_ROLE_N]; /* tuf_state_init() */
};
void tuf_state_init(struct tuf_state *s);
void tuf_state_done(struct tuf_state *s);

/** What a document says of itself. */
struct tuf_info {
	int64_t version;
	int64_t expires; /* seconds since 1970 */
};
/** Of one document, its signatures unseen. LC_EBAD. */
int tuf_info(enum tuf_role r, struct lc_slice text, struct tuf_info *ret,
	     struct lc_err *e) LC_MUST_CHECK;

/**
 * Refresh from a mirror and get a target.
 *
 * @param now     fixed time, seconds since 1970
 * @param s       at least the root; the new documents on success, else untouched
 * @param target  "trusted_root.json"
 * @param ret     its bytes, at most TUF_TARGET_MAX
 * @return 0; LC_EBAD not to be trusted; LC_ENOTFOUND no such target; what fetching gave
 */
int tuf_update(const struct tuf_mirror *m, int64_t now, struct lc_slice target, struct tuf_state *s,
	       struct lc_buf *ret, struct lc_err *e) LC_MUST_CHECK;
