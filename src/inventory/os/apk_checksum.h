/*
 * Checksums as apk writes them: "Q1" and base64 of a SHA-1, "Q2" and base64 of a SHA-256.
 * Source: apk-tools src/blob.c, apk_blob_pull_csum.
 */
#pragma once

#include "base/arena.h"

/** "sha1:hex" or "sha256:hex" in the arena; LC_EBAD for other shapes, LC_ENOMEM, LC_ELIMIT. */
int apk_checksum(struct lc_slice text, struct lc_arena *a, struct lc_slice *ret) LC_MUST_CHECK;
