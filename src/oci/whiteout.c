#include "oci/whiteout.h"

static const struct lc_slice mark = LC_S_INIT(".wh.");
static const struct lc_slice aufs = LC_S_INIT(".wh..wh.");

static enum whiteout_kind kind_of(struct lc_slice base)
{
	struct lc_slice rest = base;
	if (!lc_chop_prefix(&rest, mark))
		return WHITEOUT_NONE;
	if (lc_eq(base, LC_S(".wh..wh..opq")))
		return WHITEOUT_OPAQUE;
	if (lc_starts(base, aufs))
		return WHITEOUT_AUFS;
	if (rest.n == 0 || lc_eq(rest, LC_S(".")) || lc_eq(rest, LC_S("..")))
		return WHITEOUT_BAD;
	return WHITEOUT_REMOVE;
}

struct whiteout whiteout_of(struct lc_slice path)
{
	struct whiteout w = { .kind = WHITEOUT_NONE, .directory = lc_path_dir(path) };
	struct lc_slice base = lc_path_name(path);
	/* At the root alone: further down engines unpack what lies in such a directory. */
	if (lc_starts(w.directory, aufs)) {
		w.kind = WHITEOUT_AUFS;
		return w;
	}
	w.kind = kind_of(base);
	if (w.kind == WHITEOUT_REMOVE)
		w.name = lc_skip(base, mark.n);
	return w;
}
