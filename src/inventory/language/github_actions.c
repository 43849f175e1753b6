/*
 * What GitHub's workflows and composite actions run: "uses". Source: GitHub Docs, "Workflow syntax
 * for GitHub Actions", "Metadata syntax".
 *
 *	jobs:
 *	  build:
 *	    uses: owner/repo/.github/workflows/x.yml@v1     a workflow of another repository
 *	    steps:
 *	    - uses: owner/repo/path@v4.1.1                  paths of one repository are one action
 *	    - uses: owner/repo@08c6903…  # v4.1.1           a commit, and which release it is
 *	    - uses: ./local, docker://image                 no action of GitHub's
 *	runs:
 *	  steps: …
 *
 * A tag of one or two numbers moves along with releases, a branch with everything: which version
 * they stand for today nobody can tell from the file, so these are listed without one.
 */
#include "inventory/language/analysers.h"
#include "inventory/language/lock.h"

enum { LINE_BYTES_MAX = 1024 }; /* looked at, again for each that stands on it */

/* "v1.2.3", "1.2.3-rc1": the number of a release, in full. */
static bool is_release(struct lc_slice s)
{
	int dots = 0;
	(void)lc_chop_prefix(&s, LC_S("v"));
	if (s.n == 0 || !lc_is_digit(s.p[0]))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '-' || s.p[i] == '+')
			return dots >= 2;
		if (s.p[i] == '.' && ++dots && (i + 1 == s.n || !lc_is_digit(s.p[i + 1])))
			return false;
		if (s.p[i] != '.' && !lc_is_digit(s.p[i]))
			return false;
	}
	return dots >= 2;
}

static bool is_commit(struct lc_slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!lc_is_digit(s.p[i]) && (lc_lower(s.p[i]) < 'a' || lc_lower(s.p[i]) > 'f'))
			return false;
	return s.n == 40 || s.n == 64;
}

/* "# v4.1.1", "# tag=v4.1.1" behind a commit; people and their tools keep it up to date. */
static struct lc_slice release_of_comment(const struct lock *l, uint32_t line)
{
	struct lc_slice text = LC_S("");
	struct lc_slice word;
	if (line == 0 || line > l->lines.n)
		return text;
	text = lc_sub(lc_skip(l->lines.text, l->lines.starts[line - 1]), 0, LINE_BYTES_MAX);
	text = lc_sub(text, 0, lc_find(text, '\n'));
	size_t at = lc_find_slice(text, LC_S(" #"));
	text = at == SIZE_MAX ? LC_S("") : lc_trim(lc_skip(text, at + 2));
	(void)lc_chop_prefix(&text, LC_S("tag="));
	(void)lc_split(&text, ' ', &word);
	return is_release(word) ? word : LC_S("");
}

/* "owner/repo" of what comes before "@". */
static struct lc_slice repository_of(struct lc_slice path)
{
	size_t first = lc_find(path, '/');
	if (first == SIZE_MAX || first == 0)
		return LC_S("");
	size_t second = lc_find(lc_skip(path, first + 1), '/');
	return second == SIZE_MAX ? path : lc_sub(path, 0, first + 1 + second);
}

static int read_uses(struct lock *l, yaml_ref at)
{
	struct lc_slice text = lc_trim(yaml_str(&l->yaml, at));
	struct inv_package p = { .relationship = INV_REL_DIRECT };
	struct lc_slice ref;
	uint32_t column;
	if (lc_starts(text, LC_S("./")) || lc_starts(text, LC_S("docker://")) ||
	    lc_find_slice(text, LC_S("${{")) != SIZE_MAX || !lc_cut(text, '@', &text, &ref))
		return 0;
	yaml_where(&l->yaml, at, &p.line_start, &column);
	p.line_end = yaml_end_line(&l->yaml, at);
	p.name = repository_of(text);
	p.version = is_release(ref)  ? ref
		    : is_commit(ref) ? release_of_comment(l, p.line_start)
				     : LC_S("");
	return p.name.n ? lock_add(l, &p, NULL) : 0;
}

static int read_steps(struct lock *l, yaml_ref steps)
{
	int r = 0;
	yaml_each(&l->yaml, steps, step)
	{
		yaml_ref uses = yaml_get(&l->yaml, step, "uses");
		r = r || uses == YAML_NONE ? r : read_uses(l, uses);
	}
	return r;
}

static int read_lock(struct lock *l)
{
	yaml_ref root = yaml_root(&l->yaml, 0);
	int r = lines_init(&l->lines, l->file->bytes, l->arena);
	r = r ? r : read_steps(l, yaml_at(&l->yaml, root, "runs", "steps", NULL));
	yaml_each(&l->yaml, yaml_get(&l->yaml, root, "jobs"), job)
	{
		yaml_ref uses = yaml_get(&l->yaml, job, "uses");
		r = r || uses == YAML_NONE ? r : read_uses(l, uses);
		r = r ? r : read_steps(l, yaml_get(&l->yaml, job, "steps"));
	}
	return r;
}

/* Other places have directories of workflows, too. */
static bool is_github(struct lc_slice path)
{
	struct lc_slice dir = lc_path_dir(path);
	struct lc_slice name = lc_path_name(path);
	return lc_eq(dir, LC_S(".github/workflows")) || lc_ends(dir, LC_S("/.github/workflows")) ||
	       lc_starts(name, LC_S("action.y"));
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	return is_github(f->path) ? lock_yaml(f, out, e, "github-actions", read_lock) : 0;
}

static const struct inv_want wants[] = {
	{ .kind = INV_WANT_SUFFIX, .text = ".yml", .inside = "workflows" },
	{ .kind = INV_WANT_SUFFIX, .text = ".yaml", .inside = "workflows" },
	{ .kind = INV_WANT_NAME, .text = "action.yml", .outside = "node_modules" },
	{ .kind = INV_WANT_NAME, .text = "action.yaml", .outside = "node_modules" },
};

const struct inv_analyser inv_github_actions = {
	.name = "github-actions",
	.version = 1,
	.group = INV_GROUP_LIBRARY,
	.targets = LOCKED,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.parse = parse,
};
