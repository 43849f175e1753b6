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

/* Does an address name one file (or list of mirrors), and not a folder of them? */
static bool names_file(struct lc_slice address)
{
	static const char *const ends[] = { ".bz2", ".gz",  ".json", ".list",
					    ".txt", ".xml", ".zip",  ".zst" };
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (lc_ends(address, lc_str(ends[i])))
			return true;
	return false;
}

static bool is_first(const struct adv_feed_file *f)
{
	const struct adv_feed_file *first;
	size_t i = 0;
	while ((first = adv_feed_file_at(i)) && !lc_eq(lc_str(first->feed), lc_str(f->feed)))
		i++;
	return first == f;
}

/* A feed that users put elsewhere: the file itself, which stands for all of the feed's, the
 * folder above their paths, or a repository by a list of its mirrors. */
static const char *address_set(struct lc_slice setting, const struct adv_feed_file *f,
			       struct lc_arena *a, bool *ret_on, unsigned *ret_flags)
{
	bool one = names_file(setting) || files_of(f->feed) == 1;
	*ret_on = !one || is_first(f);
	if (lc_ends(setting, LC_S("mirror.list")))
		*ret_flags = f->flags & ADV_FEED_REPOSITORY;
	return one ? lc_arena_str(a, setting) : below(setting, f->path, a);
}

/* The address of one file, NULL with *ret_on false when its feed is off. */
static const char *address(const struct adv_update_options *o, const struct adv_feed_file *f,
			   struct lc_arena *a, bool *ret_on, unsigned *ret_flags)
{
	struct lc_slice setting = setting_of(o, f->feed);
	bool named = has(&o->only, lc_str(f->feed));
	*ret_flags = 0;
	*ret_on = (named || !o->only.n) && !lc_eq(setting, LC_S("off"));
	if (!*ret_on)
		return NULL;
	if (setting.n)
		return address_set(setting, f, a, ret_on, ret_flags);
	if (o->from.n)
		return below(o->from, f->path, a);
	*ret_on = named || !(f->flags & ADV_FEED_OFF);
	*ret_flags = f->flags;
	return *ret_on ? f->url : NULL;
}

int update_choose(const struct adv_update_options *o, struct lc_arena *a,
		  struct update_sources *ret, struct lc_err *e)
{
	const struct adv_feed_file *f;
	int rc = check_names(o, e);
	for (size_t i = 0; !rc && (f = adv_feed_file_at(i)); i++) {
		bool on = false;
		unsigned flags = 0;
		const char *url = address(o, f, a, &on, &flags);
		if (!on)
			continue;
		struct update_source *s = url ? lc_vec_push(a, ret) : NULL;
		if (!s)
			return no_memory(a, e);
		bool mirror = o->from.n && !setting_of(o, f->feed).n;
		*s = (struct update_source){ f, url, flags, mirror };
	}
	if (!rc && !ret->n)
		rc = lc_fail(e, LC_EUSAGE, "no feed is on that has an address");
	return rc;
}
