/*
 * An index of Maven repositories: which artifact an archive is by its SHA-1, and which groups have
 * an artifact. Source: trivy-java-db, schema 1 (SQLite):
 *
 *	artifacts(id, group_id, artifact_id)
 *	indices(artifact_id -> artifacts.id, version, sha1 BLOB, archive_type "jar" or "aar")
 *
 * The file is the user's, opened read-only and immutable; nothing in it may run. One index, one
 * thread.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct java_index;

struct java_artifact {
	struct lc_slice group, artifact, version;
};

/** @return 0; LC_ENOTFOUND, LC_EIO no such file; LC_EBAD not such an index; LC_ENOMEM */
int java_index_open(const char *path, struct java_index **ret, struct lc_err *e) LC_MUST_CHECK;
/** Takes NULL. */
void java_index_close(struct java_index *x);

/**
 * What the archive of that checksum is.
 *
 * @param sha1  20 bytes
 * @param ret   in the arena
 * @return 0; LC_ENOTFOUND nothing is known; LC_EBAD the file is damaged; LC_ELIMIT it has no
 *         indexes of its own, or too much of one name; LC_ENOMEM
 */
int java_index_by_sha1(struct java_index *x, const uint8_t sha1[20], struct lc_arena *a,
		       struct java_artifact *ret, struct lc_err *e) LC_MUST_CHECK;
/** Is there such an artifact, of any version? 0; LC_ENOTFOUND; as above. */
int java_index_has(struct java_index *x, struct lc_slice group, struct lc_slice artifact,
		   struct lc_err *e) LC_MUST_CHECK;
/**
 * The group that has the artifact in that version; of several the one with most archives of the
 * artifact, of these the first by name.
 * @return 0; LC_ENOTFOUND; as above
 */
int java_index_group(struct java_index *x, struct lc_slice artifact, struct lc_slice version,
		     struct lc_arena *a, struct lc_slice *ret, struct lc_err *e) LC_MUST_CHECK;
