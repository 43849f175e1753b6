/*
 * registries.d of the containers tools: where signatures of images are kept outside of their
 * registry (a "lookaside" directory or web server), and whether those that are attached in it count
 * (use-sigstore-attachments; they do not unless it says so).
 *
 * A scope may stand once in all files. Of each setting the most exact scope that has it counts,
 * then default-docker: as the tools do it, whose page says that only one section counts.
 * Source: containers/image docs/containers-registries.d.5. Read-only once it is read.
 */
#pragma once

#include "trust/image_scope.h"

struct registries_section {
	struct lc_slice scope; /* "" of default-docker */
	struct lc_slice file;  /* that it stands in */
	struct lc_slice lookaside;
	bool has_attachments, attachments;
};

struct registries_d {
	struct registries_section *v;
	size_t n, room;
};

enum { REGISTRIES_FILE_MAX = 1 << 20, REGISTRIES_FILES_MAX = 1000 };

/**
 * Add one file's sections.
 * @param name  of the file, for messages; outlives the result
 * @return 0; LC_EBAD, LC_ETRUNC, LC_ELIMIT with the place; LC_ENOMEM
 */
int registries_d_parse(struct lc_slice text, struct lc_slice name, struct lc_arena *a,
		       struct registries_d *to, struct lc_err *e) LC_MUST_CHECK;
/** All "*.yaml" of a directory; LC_ENOTFOUND when there is none. */
int registries_d_read(const char *dir, struct lc_arena *a, struct registries_d *ret,
		      struct lc_err *e) LC_MUST_CHECK;

/** URL of the lookaside for an image; "" none is configured. */
struct lc_slice registries_d_lookaside(const struct registries_d *r, const struct image_scope *s);
/** Do attached signatures count? */
bool registries_d_attachments(const struct registries_d *r, const struct image_scope *s);
