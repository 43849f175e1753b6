/*
 * Protobuf messages in their JSON form, as sigstore's files have them: names in lowerCamelCase or
 * as in the .proto file, 64-bit numbers as strings or numbers, bytes as base64 of either alphabet,
 * null as absent. Fields that are not known are refused: they may matter. Private to trust/.
 * Source: protobuf.dev ProtoJSON; sigstore/protobuf-specs.
 */
#pragma once

#include "crypt/key.h"
#include "format/json.h"
#include "trust/window.h"

enum { PROTO_FIELDS_MAX = 16 };

/**
 * Find the fields of an object by their names ("logIndex"); ret[i] JSON_NONE where absent or null.
 * @param names  up to PROTO_FIELDS_MAX, NULL ends
 * @return 0; LC_EBAD not an object, an unknown field, or one that stands twice
 */
int proto_fields(const struct json_doc *d, json_ref r, const char *const *names, json_ref *ret,
		 struct lc_err *e) LC_MUST_CHECK;
/** Decoded into the arena; JSON_NONE gives the empty slice. LC_EBAD; LC_ENOMEM. */
int proto_bytes(const struct json_doc *d, json_ref r, const char *name, struct lc_arena *a,
		struct lc_slice *ret, struct lc_err *e) LC_MUST_CHECK;
/** JSON_NONE gives 0. LC_EBAD for what is no number from INT64_MIN to INT64_MAX. */
int proto_i64(const struct json_doc *d, json_ref r, const char *name, int64_t *ret,
	      struct lc_err *e) LC_MUST_CHECK;
/** JSON_NONE gives "". */
int proto_str(const struct json_doc *d, json_ref r, const char *name, struct lc_slice *ret,
	      struct lc_err *e) LC_MUST_CHECK;
/** An array's item count, 0 for JSON_NONE; LC_EBAD for another type, LC_ELIMIT over max. */
int proto_count(const struct json_doc *d, json_ref r, const char *name, uint32_t max, uint32_t *ret,
		struct lc_err *e) LC_MUST_CHECK;
/** TimeRange {"start","end"} as "validFor"; JSON_NONE gives one that is open at both ends. */
int proto_window(const struct json_doc *d, json_ref r, struct trust_window *ret,
		 struct lc_err *e) LC_MUST_CHECK;
/** The same as a value; a side that is open is left out. */
void proto_write_window(struct json_writer *w, const struct trust_window *v);
/** PublicKeyDetails: a key and the digest it signs; Ed25519 over the message or (hashed) a digest.
 */
const char *proto_key_details(const struct crypt_public *k, bool hashed);
