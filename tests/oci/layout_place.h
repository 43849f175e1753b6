/* A folder of its own for a test, with a repository in it; gone with all that is in it. */
#pragma once

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "io/remove.h"
#include "oci/repository.h"
#include "support/slice_assert.h"

struct layout_place {
	char path[64];
	struct lc_arena a;
	struct oci_repository *r;
};

/* An archive in it, or the folder itself as a layout. */
static inline void layout_place_open(struct layout_place *p, bool archive)
{
	const char *tmp = getenv("TMPDIR");
	char file[80];
	*p = (struct layout_place){ 0 };
	(void)snprintf(p->path, sizeof(p->path), "%s/layout-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(p->path));
	(void)snprintf(file, sizeof(file), "%s/a.tar", p->path);
	assert_int_equal(archive ? oci_repository_open_archive(file, true, NULL, NULL, &p->r, NULL)
				 : oci_repository_open_layout(p->path, true, NULL, &p->r, NULL),
			 0);
}

static inline void layout_place_close(struct layout_place *p)
{
	oci_repository_close(p->r);
	lc_arena_done(&p->a);
	assert_int_equal(io_remove_at(AT_FDCWD, p->path, NULL, NULL), 0);
}
