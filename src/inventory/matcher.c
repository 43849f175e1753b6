#include "inventory/matcher.h"

#include "base/arena.h"
#include "base/shim.h"
#include "inventory/file_patterns.h"
#include "inventory/glob.h"
#include "inventory/magic.h"

/*
 * Two tries of bytes. One is walked with the path from its start: exact paths end there,
 * directories are met at each slash. The other is walked from the path's end: suffixes and names.
 * Most paths leave both after a few bytes. A node's children are a list: real tables have a handful
 * each.
 */
struct accept {
	const struct inv_want *want;
	uint32_t analyser;
	struct accept *next;
};

struct node {
	uint8_t c;
	struct node *child, *next;
	struct accept *accepts;
};

struct inv_matcher {
	struct lc_arena arena;
	const struct inv_analyser *const *table;
	size_t n;
	const struct inv_options *options;
	struct node *forward, *backward;
	struct accept *heads; /* MAGIC, EXECUTABLE, TEXT */
	struct inv_set active;
	struct inv_set by_head; /* those with a want in heads */
	struct inv_set by_mode; /* those that want executables */
	struct file_patterns patterns;
};

/* ---- making ---- */

static struct node *child_of(const struct node *n, uint8_t c)
{
	for (struct node *i = n->child; i; i = i->next) {
		if (i->c == c)
			return i;
	}
	return NULL;
}

static struct node *grow(struct lc_arena *a, struct node *n, struct lc_slice text, bool backward)
{
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[backward ? text.n - 1 - i : i];
		struct node *child = child_of(n, c);
		if (!child) {
			child = lc_new(a, struct node);
			if (!child)
				return NULL;
			*child = (struct node){ .c = c, .next = n->child };
			n->child = child;
		}
		n = child;
	}
	return n;
}

static struct accept **place_of(struct inv_matcher *m, const struct inv_want *w, uint32_t analyser)
{
	struct lc_slice text = lc_str(w->text);
	struct node *n = NULL;
	switch (w->kind) {
	case INV_WANT_PATH:
	case INV_WANT_UNDER:
	case INV_WANT_DIRECTORY:
		n = grow(&m->arena, m->forward, text, false);
		break;
	case INV_WANT_NAME:
	case INV_WANT_SUFFIX:
		n = grow(&m->arena, m->backward, text, true);
		break;
	case INV_WANT_EXECUTABLE:
		inv_set_add(&m->by_mode, analyser);
		inv_set_add(&m->by_head, analyser);
		return &m->heads;
	case INV_WANT_MAGIC:
	case INV_WANT_TEXT:
		inv_set_add(&m->by_head, analyser);
		return &m->heads;
	}
	return n ? &n->accepts : NULL;
}

static int add_analyser(struct inv_matcher *m, uint32_t index)
{
	const struct inv_analyser *row = m->table[index];
	if (!(row->group & m->options->groups) || !(row->targets & m->options->targets))
		return 0;
	inv_set_add(&m->active, index);
	for (size_t i = 0; i < row->wants_n; i++) {
		struct accept **place = place_of(m, &row->wants[i], index);
		struct accept *accept = place ? lc_new(&m->arena, struct accept) : NULL;
		if (!accept)
			return lc_arena_err(&m->arena);
		*accept = (struct accept){ &row->wants[i], index, *place };
		*place = accept;
	}
	return 0;
}

static int check_globs(const struct lc_slices *globs, struct lc_err *e)
{
	for (size_t i = 0; i < globs->n; i++) {
		if (!glob_valid(globs->v[i]))
			return lc_fail(e, LC_EUSAGE,
				       "pattern %s is too long or has too many braces",
				       lc_quote(globs->v[i]).s);
	}
	return 0;
}

int inv_matcher_new(const struct inv_analyser *const *table, size_t n,
		    const struct inv_options *options, struct inv_matcher **ret, struct lc_err *e)
{
	if (n > INV_ANALYSERS_MAX)
		return lc_fail(e, LC_ELIMIT, "more than %d analysers", INV_ANALYSERS_MAX);
	int r = check_globs(&options->skip_files, e);
	r = r ? r : check_globs(&options->skip_dirs, e);
	if (r)
		return r;
	struct inv_matcher *m = lc_alloc0(1, sizeof(*m));
	if (!m)
		return lc_fail(e, LC_ENOMEM, "matcher: out of memory");
	lc_arena_init(&m->arena, 0);
	m->table = table;
	m->n = n;
	m->options = options;
	m->forward = lc_new(&m->arena, struct node);
	m->backward = lc_new(&m->arena, struct node);
	r = m->forward && m->backward ? 0 : LC_ENOMEM;
	for (size_t i = 0; i < n && r == 0; i++)
		r = add_analyser(m, (uint32_t)i);
	if (r)
		(void)lc_fail(e, r, "matcher: %s", lc_code_name(r)); /* r counts */
	r = r ? r
	      : file_patterns_read(&options->file_patterns, table, n, &m->arena, &m->patterns, e);
	if (r) {
		inv_matcher_free(m);
		return r;
	}
	*ret = m;
	return 0;
}

void inv_matcher_free(struct inv_matcher *m)
{
	if (!m)
		return;
	file_patterns_done(&m->patterns);
	lc_arena_done(&m->arena);
	lc_free(m);
}

/* ---- asking ---- */

/* Patterns may be written with "/" or "./" in front; paths never have it. */
static bool skip_matches(const struct lc_slices *globs, struct lc_slice path)
{
	for (size_t i = 0; i < globs->n; i++) {
		struct lc_slice glob = globs->v[i];
		while (lc_chop_prefix(&glob, LC_S("/")) || lc_chop_prefix(&glob, LC_S("./")))
			;
		(void)lc_chop_suffix(&glob, LC_S("/")); /* "dir/" means dir */
		if (glob_match(glob, path))
			return true;
	}
	return false;
}

bool inv_match_skips_dir(const struct inv_matcher *m, struct lc_slice dir)
{
	if (m->options->skip_dirs.n == 0)
		return false;
	for (size_t i = 1; i <= dir.n; i++) {
		if ((i == dir.n || dir.p[i] == '/') &&
		    skip_matches(&m->options->skip_dirs, lc_sub(dir, 0, i)))
			return true;
	}
	return false;
}

static bool is_skipped(const struct inv_matcher *m, struct lc_slice path)
{
	if (m->options->skip_files.n && skip_matches(&m->options->skip_files, path))
		return true;
	size_t slash = lc_rfind(path, '/');
	return slash != SIZE_MAX && inv_match_skips_dir(m, lc_sub(path, 0, slash));
}

/* At a slash: directories that end here and want what is below, by its suffix. */
static void match_under(const struct node *n, struct lc_slice rest, struct inv_set *set)
{
	for (const struct accept *a = n->accepts; a; a = a->next) {
		if (a->want->kind == INV_WANT_UNDER && lc_ends(rest, lc_str(a->want->suffix)))
			inv_set_add(set, a->analyser);
	}
}

static void match_forward(const struct inv_matcher *m, struct lc_slice path, struct inv_set *set)
{
	const struct node *n = m->forward;
	match_under(n, path, set); /* directory "": the root */
	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] == '/')
			match_under(n, lc_skip(path, i + 1), set);
		n = child_of(n, path.p[i]);
		if (!n)
			return;
	}
	for (const struct accept *a = n->accepts; a; a = a->next) {
		if (a->want->kind == INV_WANT_PATH)
			inv_set_add(set, a->analyser);
	}
}

/* A component of dir that is name. */
static bool has_component(struct lc_slice dir, struct lc_slice name)
{
	struct lc_slice part;
	while (dir.n && lc_split(&dir, '/', &part)) {
		if (lc_eq(part, name))
			return true;
	}
	return false;
}

/* Does the file lie where a want of a name or suffix asks for it? */
static bool lies(const struct inv_want *w, struct lc_slice path)
{
	struct lc_slice dir = lc_path_dir(path);
	if (w->prefix && !lc_starts(lc_path_name(path), lc_str(w->prefix)))
		return false;
	if (w->outside && has_component(dir, lc_str(w->outside)))
		return false;
	return !w->inside || lc_eq(lc_path_name(dir), lc_str(w->inside));
}

static void match_backward(const struct inv_matcher *m, struct lc_slice path, struct inv_set *set)
{
	const struct node *n = m->backward;
	for (size_t i = path.n; i > 0; i--) {
		n = child_of(n, path.p[i - 1]);
		if (!n)
			return;
		bool whole = i == 1 || path.p[i - 2] == '/';
		for (const struct accept *a = n->accepts; a; a = a->next) {
			if ((a->want->kind == INV_WANT_SUFFIX || whole) && lies(a->want, path))
				inv_set_add(set, a->analyser);
		}
	}
}

bool inv_match_path(const struct inv_matcher *m, struct lc_slice path, uint32_t mode,
		    struct inv_set *ret, bool *ret_head)
{
	struct inv_set set = { 0 };
	*ret_head = false;
	*ret = set;
	match_forward(m, path, &set);
	match_backward(m, path, &set);
	file_patterns_match(&m->patterns, path, &m->active, &set);
	for (size_t i = 0; i < INV_ANALYSERS_MAX / 64; i++) {
		set.bits[i] |= mode & 0111 ? m->by_mode.bits[i] : 0;
		*ret_head |= (m->by_head.bits[i] & ~set.bits[i]) != 0;
	}
	if (!inv_set_any(&set) && !*ret_head)
		return false;
	if (is_skipped(m, path)) {
		*ret_head = false;
		return false;
	}
	*ret = set;
	return true;
}

static bool head_matches(const struct inv_want *w, struct lc_slice head)
{
	switch (w->kind) {
	case INV_WANT_MAGIC:
		return lc_starts(head, lc_slice_of(w->text, w->n ? w->n : strlen(w->text)));
	case INV_WANT_EXECUTABLE:
		return magic_is_executable(head);
	case INV_WANT_TEXT:
		return magic_is_text(head);
	default:
		return false;
	}
}

void inv_match_head(const struct inv_matcher *m, struct lc_slice head, struct inv_set *set)
{
	for (const struct accept *a = m->heads; a; a = a->next) {
		if (!inv_set_has(set, a->analyser) && head_matches(a->want, head))
			inv_set_add(set, a->analyser);
	}
}

/* ---- one want ---- */

static bool is_name(struct lc_slice path, struct lc_slice name)
{
	return lc_chop_suffix(&path, name) && (path.n == 0 || path.p[path.n - 1] == '/');
}

static bool wants(const struct inv_want *w, struct lc_slice path)
{
	struct lc_slice text = lc_str(w->text);
	switch (w->kind) {
	case INV_WANT_PATH:
		return lc_eq(path, text);
	case INV_WANT_NAME:
		return is_name(path, text) && lies(w, path);
	case INV_WANT_SUFFIX:
		return lc_ends(path, text) && lies(w, path);
	case INV_WANT_UNDER:
		return (text.n == 0 ||
			(lc_chop_prefix(&path, text) && lc_starts(path, LC_S("/")))) &&
		       lc_ends(path, lc_str(w->suffix));
	case INV_WANT_DIRECTORY:
		return false;
	default:
		return true;
	}
}

bool inv_wants_itself(const struct inv_analyser *a, struct lc_slice path)
{
	for (size_t i = 0; i < a->wants_n; i++) {
		if (!a->wants[i].beside && wants(&a->wants[i], path))
			return true;
	}
	return false;
}

bool inv_match_itself(const struct inv_matcher *m, size_t index, struct lc_slice path)
{
	return inv_wants_itself(m->table[index], path) ||
	       file_patterns_give(&m->patterns, index, path);
}

/* ---- links ---- */

static const struct node *node_at(const struct inv_matcher *m, struct lc_slice path)
{
	const struct node *n = m->forward;
	for (size_t i = 0; i < path.n && n; i++)
		n = child_of(n, path.p[i]);
	return n;
}

bool inv_match_directory(const struct inv_matcher *m, struct lc_slice path, struct inv_set *ret)
{
	size_t slash = lc_rfind(path, '/');
	const struct node *n = slash == SIZE_MAX ? NULL : node_at(m, lc_sub(path, 0, slash));
	*ret = (struct inv_set){ 0 };
	for (const struct accept *a = n ? n->accepts : NULL; a; a = a->next) {
		if (a->want->kind == INV_WANT_DIRECTORY)
			inv_set_add(ret, a->analyser);
	}
	return inv_set_any(ret) && !inv_match_skips_dir(m, path);
}

bool inv_match_leads(const struct inv_matcher *m, struct lc_slice path)
{
	const struct node *n = node_at(m, path);
	return n && (n->accepts || child_of(n, '/'));
}

/* ---- the table ---- */

const struct inv_analyser *inv_matcher_analyser(const struct inv_matcher *m, size_t index)
{
	return index < m->n ? m->table[index] : NULL;
}

size_t inv_matcher_count(const struct inv_matcher *m)
{
	return m->n;
}

int inv_matcher_key(const struct inv_matcher *m, struct lc_buf *out)
{
	for (size_t i = 0; i < m->n; i++) {
		struct lc_slice name = lc_str(m->table[i]->name);
		if (!inv_set_has(&m->active, i))
			continue;
		(void)lc_buf_uleb(out, name.n + 1); /* sticky: inv_options_key() looks */
		(void)lc_buf_slice(out, name);
		(void)lc_buf_uleb(out, m->table[i]->version);
	}
	(void)lc_buf_byte(out, 0);
	return inv_options_key(m->options, out);
}
