/*
 * Gradle's lock files. Source: Gradle's user manual, "Locking Versions".
 *
 *	# comment
 *	group:name:version=compileClasspath,testRuntimeClasspath
 *	empty=annotationProcessor
 *
 * What is on no class path but those of tests is for development.
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"

static bool is_for_tests(struct lc_slice paths)
{
	struct lc_slice one;
	while (lc_split(&paths, ',', &one)) {
		if (!lc_starts(lc_trim(one), LC_S("test")))
			return false;
	}
	return true;
}

static int read_line(struct lock *l, struct lc_slice line, uint32_t number)
{
	struct inv_package p = { .line_start = number, .line_end = number };
	struct lc_slice artifact;
	struct lc_slice paths;
	struct lc_slice rest;
	if (line.n == 0 || line.p[0] == '#')
		return 0;
	if (!lc_cut(line, '=', &artifact, &paths))
		return inv_sink_trouble(l->out, INV_MALFORMED, "line %u: no \"=\"", number);
	if (lc_eq(artifact, LC_S("empty")))
		return 0;
	size_t at = lc_rfind(artifact, ':');
	p.name = lc_sub(artifact, 0, at == SIZE_MAX ? 0 : at);
	p.version = lc_trim(lc_skip(artifact, at == SIZE_MAX ? artifact.n : at + 1));
	if (!lc_cut(p.name, ':', &artifact, &rest) || artifact.n == 0 || rest.n == 0 ||
	    lc_find(rest, ':') != SIZE_MAX || p.version.n == 0)
		return inv_sink_trouble(l->out, INV_MALFORMED, "line %u: no group:name:version",
					number);
	if (is_for_tests(paths))
		p.flags |= INV_DEV;
	return lock_add(l, &p, NULL);
}

static int read_lock(struct lock *l)
{
	struct lc_slice rest = l->file->bytes;
	struct lc_slice line;
	int r = 0;
	for (uint32_t number = 1; r == 0 && lc_line(&rest, &line); number++)
		r = read_line(l, lc_trim(line), number);
	return r;
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return lock_text(f, out, e, "gradle", read_lock);
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_SUFFIX, .text = "gradle.lockfile" },
};

const struct inv_analyser inv_gradle_lock = {
	.name = "gradle",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
