/*
 * What the files of the explanation share. Private to view/.
 */
#pragma once

#include "view/explain.h"

struct explain_work {
	struct adv_db *db;
	const struct match_options *o;
	struct lc_arena *a;
	struct view_explanation *x;
	struct adv_mentions mentions;
	struct lc_err *e;
};

int explain_no_memory(struct explain_work *w);
bool explain_has(const struct lc_slices *l, struct lc_slice s);
int explain_add_once(struct explain_work *w, struct lc_slices *l, struct lc_slice s);

/** From ids and mentions to packages, ecosystems and what is named elsewhere. */
int explain_packages(struct explain_work *w) LC_MUST_CHECK;
/** What it all comes to. */
enum view_verdict explain_verdict(const struct view_explanation *x);
