/*
 * Content digests: OpenSSL EVP behind a small face, and their text form "algorithm:hex".
 * Source: OCI image specification, descriptor "Digests": sha256 and sha512; lower-case hex only.
 */
#pragma once

#include "base/err.h"
#include "base/slice.h"
#include "base/stream.h"

enum digest_algorithm {
	DIGEST_SHA256,
	DIGEST_SHA512,
	DIGEST_SHA1,
	DIGEST_MD5,
	DIGEST_SHA384, /* of signatures alone */
	DIGEST_ALGORITHM_N
};

enum { DIGEST_BYTES_MAX = 64, DIGEST_TEXT_MAX = 7 + 128 + 1 };

struct digest {
	enum digest_algorithm algorithm;
	uint8_t bytes[DIGEST_BYTES_MAX]; /* unused tail zero, so structs compare with digest_eq */
};

size_t digest_size(enum digest_algorithm a);
const char *digest_name(enum digest_algorithm a);
bool digest_eq(const struct digest *a, const struct digest *b);
/** "sha256:…" or "sha512:…" of the exact length; others LC_EBAD, unknown algorithms LC_EUNSUP. */
int digest_parse(struct lc_slice s, struct digest *ret, struct lc_err *e) LC_MUST_CHECK;
/** NUL-terminated "algorithm:hex"; digest_hex() without the algorithm. */
const char *digest_text(const struct digest *d, char ret[DIGEST_TEXT_MAX]);
const char *digest_hex(const struct digest *d, char ret[DIGEST_TEXT_MAX]);

/** Running digest. One owner, one thread. */
struct digester;
int digester_new(enum digest_algorithm a, struct digester **ret, struct lc_err *e) LC_MUST_CHECK;
void digester_free(struct digester *d);
void digester_add(struct digester *d, const void *p, size_t n);
/** Result so far; more may be added afterwards. */
int digester_get(const struct digester *d, struct digest *ret, struct lc_err *e) LC_MUST_CHECK;

int digest_of(enum digest_algorithm a, struct lc_slice s, struct digest *ret,
	      struct lc_err *e) LC_MUST_CHECK;

/**
 * Filter that hashes and counts what passes. The caller owns and closes it; from is borrowed.
 * Skipping reads, since every byte counts.
 */
struct digest_stream {
	struct lc_stream base;
	struct lc_stream *from;
	struct digester *digester;
	uint64_t bytes;
};
int digest_stream_init(struct digest_stream *s, struct lc_stream *from, enum digest_algorithm a,
		       struct lc_err *e) LC_MUST_CHECK;
void digest_stream_done(struct digest_stream *s);
