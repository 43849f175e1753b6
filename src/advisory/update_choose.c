/* Which files an update brings, and from where. */
#include "advisory/update_impl.h"

static int no_memory(struct lc_arena *a, struct lc_err *e)
{
	return lc_fail(e, lc_arena_err(a), "no memory for feeds");
}

static bool is_feed(struct lc_slice name)
{
	const struct adv_feed_file *f;
	for (size_t i = 0; (f = adv_feed_file_at(i)); i++)
		if (lc_eq(lc_str(f->feed), name))
			return true;
	return false;
}

static size_t files_of(const char *feed)
{
	const struct adv_feed_file *f;
	size_t n = 0;
	for (size_t i = 0; (f = adv_feed_file_at(i)); i++)
		n += lc_eq(lc_str(f->feed), lc_str(feed));
	return n;
}

static bool has(const struct lc_slices *l, struct lc_slice s)
{
	for (size_t i = 0; i < l->n; i++)
		if (lc_eq(l->v[i], s))
			return true;
	return false;
}

/* What "NAME=…" says of a feed, "" nothing. */
static struct lc_slice setting_of(const struct adv_update_options *o, const char *feed)
{
	struct lc_slice name;
	struct lc_slice value;
	for (size_t i = 0; i < o->feeds.n; i++)
		if (lc_cut(o->feeds.v[i], '=', &name, &value) && lc_eq(name, lc_str(feed)))
			return value;
	return (struct lc_slice){ NULL, 0 };
}

static int check_names(const struct adv_update_options *o, struct lc_err *e)
{
	struct lc_slice name;
	struct lc_slice value;
	for (size_t i = 0; i < o->only.n; i++)
		if (!is_feed(o->only.v[i]))
			return lc_fail(e, LC_EUSAGE, "%s: no such feed", lc_quote(o->only.v[i]).s);
	for (size_t i = 0; i < o->feeds.n; i++) {
		if (!lc_cut(o->feeds.v[i], '=', &name, &value) || !value.n)
			return lc_fail(e, LC_EUSAGE, "%s: not NAME=ADDRESS or NAME=off",
				       lc_quote(o->feeds.v[i]).s);
		if (!is_feed(name))
			return lc_fail(e, LC_EUSAGE, "%s: no such feed", lc_quote(name).s);
	}
	return 0;
}

struct lc_slice update_folder(const struct adv_feed_file *f)
{
	struct lc_slice path = lc_str(f->path);
	struct lc_slice head;
	struct lc_slice tail;
	(void)lc_chop_prefix(&path, LC_S("native/")); /* the others lie at the top */
	return lc_cut(path, '/', &head, &tail) ? head : path;
}

/* BASE/PATH with the path percent-encoded as far as ours need it. */
static const char *below(struct lc_slice base, const char *path, struct lc_arena *a)
{
	struct lc_slice rest = lc_str(path);
	struct lc_slice word;
	struct lc_slice url = base;
	char sign = '/';
	(void)lc_chop_suffix(&url, LC_S("/")); /* one is added */
	while (lc_split(&rest, ' ', &word)) {
		if (sign == '/')
			url = lc_arena_fmt(a, "%.*s/%.*s", LC_FMT(url), LC_FMT(word));
		else
			url = lc_arena_fmt(a, "%.*s%%20%.*s", LC_FMT(url), LC_FMT(word));
		sign = ' ';
	}
	return (const char *)url.p;
}

/* The address of one file, NULL with *ret_on false when its feed is off. */
static const char *address(const struct adv_update_options *o, const struct adv_feed_file *f,
			   struct lc_arena *a, bool *ret_on, bool *ret_latest)
{
	struct lc_slice setting = setting_of(o, f->feed);
	bool named = has(&o->only, lc_str(f->feed));
	*ret_latest = false;
	*ret_on = (named || !o->only.n) && !lc_eq(setting, LC_S("off"));
	if (!*ret_on)
		return NULL;
	if (setting.n)
		return files_of(f->feed) > 1 ? below(setting, f->path, a)
					     : lc_arena_str(a, setting);
	if (o->from.n)
		return below(o->from, f->path, a);
	*ret_on = *f->url && (named || !(f->flags & ADV_FEED_OFF));
	*ret_latest = f->flags & ADV_FEED_LATEST;
	return *ret_on ? f->url : NULL;
}

int update_choose(const struct adv_update_options *o, struct lc_arena *a,
		  struct update_sources *ret, struct lc_err *e)
{
	const struct adv_feed_file *f;
	int rc = check_names(o, e);
	for (size_t i = 0; !rc && (f = adv_feed_file_at(i)); i++) {
		bool on = false;
		bool latest = false;
		const char *url = address(o, f, a, &on, &latest);
		if (!on)
			continue;
		struct update_source *s = url ? lc_vec_push(a, ret) : NULL;
		if (!s)
			return no_memory(a, e);
		bool mirror = o->from.n && !setting_of(o, f->feed).n;
		*s = (struct update_source){ f, url, latest, mirror };
	}
	if (!rc && !ret->n)
		rc = lc_fail(e, LC_EUSAGE, "no feed is on that has an address");
	return rc;
}
