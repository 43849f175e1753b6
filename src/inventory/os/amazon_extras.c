/*
 * etc/yum.repos.d/amzn2-extras.repo: which topics of Amazon's extras are switched on. Source:
 * yum.conf(5), the file as amazon-linux-extras keeps it.
 *
 *	[amzn2extra-docker]
 *	enabled = 1
 *	name = …
 *
 * Topics have versions and fixes of their own, so what was installed from one must be compared
 * with its advisories. A package does not tell where it came from; the topics that were on when
 * its layer was made do.
 */
#include "inventory/os/analysers.h"

#include "base/vec.h"

enum { TOPIC_BYTES_MAX = 128, TOPICS_MAX = 256 };

static bool is_topic(struct lc_slice s)
{
	if (!s.n || s.n > TOPIC_BYTES_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!lc_is_alpha(s.p[i]) && !lc_is_digit(s.p[i]) && s.p[i] != '-' && s.p[i] != '.')
			return false;
	return true;
}

/* "[amzn2extra-docker]" to the name of its repository; "" for other sections. */
static struct lc_slice section_of(struct lc_slice line)
{
	(void)lc_chop_prefix(&line, LC_S("["));
	bool good = lc_chop_suffix(&line, LC_S("]")) && lc_starts(line, LC_S("amzn2extra-")) &&
		    is_topic(line);
	return good ? line : (struct lc_slice){ NULL, 0 };
}

static bool is_on(struct lc_slice line)
{
	struct lc_slice key;
	struct lc_slice value;
	return lc_cut(line, '=', &key, &value) && lc_eq(lc_trim(key), LC_S("enabled")) &&
	       lc_eq(lc_trim(value), LC_S("1"));
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct inv_build build = { 0 };
	struct lc_slice section = { NULL, 0 };
	struct lc_slice rest = f->bytes;
	struct lc_slice line;
	int r = 0;
	while (!r && lc_line(&rest, &line)) {
		line = lc_trim(line);
		if (lc_starts(line, LC_S("[")))
			section = section_of(line);
		if (!section.n || !is_on(line) || build.content_sets.n == TOPICS_MAX)
			continue;
		struct lc_slice *place = lc_vec_push(f->scratch, &build.content_sets);
		if (place)
			*place = section;
		else
			r = lc_arena_err(f->scratch);
		section = (struct lc_slice){ NULL, 0 }; /* once is enough */
	}
	if (!r && build.content_sets.n)
		r = inv_sink_build(out, &build);
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want wants[] = {
	{ INV_WANT_PATH, "etc/yum.repos.d/amzn2-extras.repo", NULL, 0 },
};

const struct inv_analyser inv_amazon_extras = {
	.name = "amazon-extras",
	.version = 1,
	.group = INV_GROUP_OS,
	.targets = OS_TARGETS,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.size_max = (uint64_t)1 << 20,
	.parse = parse,
};
