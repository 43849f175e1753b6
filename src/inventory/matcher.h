/*
 * All analysers' wants compiled into one matcher: a file costs one look-up, however many analysers.
 *
 * First by path, mode and kind (cheap, before any byte is read), then, where wants ask for it, by
 * the first INV_HEAD_BYTES of content. Immutable once made; any number of threads may ask.
 */
#pragma once

#include "inventory/analyser.h"

enum { INV_HEAD_BYTES = 512, INV_ANALYSERS_MAX = 256 };

/** A set of analysers by index into the table. */
struct inv_set {
	uint64_t bits[INV_ANALYSERS_MAX / 64];
};

struct inv_matcher;

/**
 * @param table    the analysers, borrowed; at most INV_ANALYSERS_MAX
 * @param options  which groups and targets count, what is skipped
 */
int inv_matcher_new(const struct inv_analyser *const *table, size_t n,
		    const struct inv_options *options, struct inv_matcher **ret,
		    struct lc_err *e) LC_MUST_CHECK;
void inv_matcher_free(struct inv_matcher *m);

/**
 * Who wants this path?
 * @param ret_head  true when the first bytes decide about more of them: call inv_match_head next
 * @return true when anybody does (or may, by head)
 */
bool inv_match_path(const struct inv_matcher *m, struct lc_slice path, uint32_t mode,
		    struct inv_set *ret, bool *ret_head);
/** Who wants this directory for its name? */
bool inv_match_directory(const struct inv_matcher *m, struct lc_slice path, struct inv_set *ret);
/** As inv_wants_itself(); files that users' patterns give an analyser count as well. */
bool inv_match_itself(const struct inv_matcher *m, size_t index, struct lc_slice path);
/** Is a directory of this path, or one above it, one that --skip-dirs leaves out? */
bool inv_match_skips_dir(const struct inv_matcher *m, struct lc_slice dir);
/** Add those that want the file by its head (up to INV_HEAD_BYTES from the start). */
void inv_match_head(const struct inv_matcher *m, struct lc_slice head, struct inv_set *set);
/**
 * What a link stands in for (struct inv_wanted): paths and directories wanted at it or below it,
 * those in a wanted directory that it lies in, and those at or below its target that nobody reads
 * under the link's name. Wants by name, suffix or content alone do not count.
 *
 * @param link  its path, target and hard
 * @param ret   appended to, in the arena; slices live as long as the analysers' table
 * @return 0 (also when nothing is wanted there); LC_ENOMEM, LC_ELIMIT
 */
int inv_match_link(const struct inv_matcher *m, const struct inv_link *link, struct lc_arena *a,
		   struct inv_wanted_list *ret) LC_MUST_CHECK;
/** Is a wanted path or directory at or below this path? */
bool inv_match_leads(const struct inv_matcher *m, struct lc_slice path);
const struct inv_analyser *inv_matcher_analyser(const struct inv_matcher *m, size_t index);
size_t inv_matcher_count(const struct inv_matcher *m);
/** Bytes that name the analysers, their versions and the options: for the cache key. */
int inv_matcher_key(const struct inv_matcher *m, struct lc_buf *out);
static inline bool inv_set_has(const struct inv_set *s, size_t i)
{
	return s->bits[i / 64] >> (i % 64) & 1;
}
static inline void inv_set_add(struct inv_set *s, size_t i)
{
	s->bits[i / 64] |= (uint64_t)1 << (i % 64);
}
static inline bool inv_set_any(const struct inv_set *s)
{
	uint64_t any = 0;
	for (size_t i = 0; i < INV_ANALYSERS_MAX / 64; i++)
		any |= s->bits[i];
	return any != 0;
}
/** Keep those that are in mask, too; false when none is. */
static inline bool inv_set_keep(struct inv_set *s, const struct inv_set *mask)
{
	for (size_t i = 0; i < INV_ANALYSERS_MAX / 64; i++)
		s->bits[i] &= mask->bits[i];
	return inv_set_any(s);
}
