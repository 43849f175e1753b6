/* The list of what was fetched, and files of file: addresses. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "advisory/update_impl.h"
#include "base/shim.h"
#include "format/json.h"
#include "io/file.h"

enum { LIST_BYTES_MAX = 4 << 20 };

static int read_one(const struct json_doc *d, json_ref item, struct lc_arena *a, struct lc_map *ret)
{
	struct update_copy *c = lc_new(a, struct update_copy);
	struct lc_slice path;
	if (!c || lc_arena_dup(a, json_key(d, item), &path))
		return lc_arena_err(a);
	struct lc_slice *const to[] = { &c->url, &c->etag, &c->last_modified, &c->digest };
	static const char *const keys[] = { "url", "etag", "last_modified", "digest" };
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		int rc = lc_arena_dup(a, json_get_str(d, item, keys[i]), to[i]);
		if (rc)
			return rc;
	}
	(void)json_u64(d, json_get(d, item, "size"), &c->size); /* 0 fits no file of worth */
	return lc_map_put(ret, path, c);
}

int update_copies_read(const char *path, struct lc_arena *a, struct lc_map *ret, struct lc_err *e)
{
	struct lc_buf text LC_CLEANUP(lc_buf_done) = { 0 };
	struct json_doc d;
	struct lc_err ignored;
	lc_buf_init(&text, LIST_BYTES_MAX);
	int rc = io_read_file(path, &text, e);
	if (rc == LC_ENOTFOUND) {
		lc_err_clear(e);
		return 0;
	}
	if (rc)
		return rc;
	/* A list that is damaged is no list: everything is fetched anew. */
	rc = json_parse(lc_buf_get(&text), 0, NULL, a, &d, &ignored);
	if (rc)
		return rc == LC_ENOMEM ? lc_fail(e, rc, "no memory for the list of feeds") : 0;
	json_each(&d, json_root(&d), item) {
		rc = read_one(&d, item, a, ret);
		if (rc)
			return lc_fail(e, rc, "no memory for the list of feeds");
	}
	return 0;
}

int update_copies_write(const char *path, const struct lc_map *copies, struct lc_err *e)
{
	struct lc_buf text LC_CLEANUP(lc_buf_done) = { 0 };
	struct json_writer w;
	lc_buf_init(&text, LIST_BYTES_MAX);
	json_writer_init(&w, &text, 2);
	json_begin_object(&w);
	for (size_t i = 0; i < copies->n; i++) {
		const struct update_copy *c = copies->items[i].value;
		json_write_key_slice(&w, copies->items[i].key);
		json_begin_object(&w);
		json_member_str(&w, "url", c->url);
		json_member_str_opt(&w, "etag", c->etag);
		json_member_str_opt(&w, "last_modified", c->last_modified);
		json_member_str(&w, "digest", c->digest);
		json_member_u64(&w, "size", c->size);
		json_end_object(&w);
	}
	json_end_object(&w);
	lc_buf_byte(&text, '\n');
	int rc = json_writer_err(&w) ? json_writer_err(&w) : lc_buf_err(&text);
	if (rc)
		return lc_fail(e, rc, "list of feeds");
	return io_write_file(path, 0644, lc_buf_get(&text), e);
}

/* ---- file: ---- */

struct file_stream {
	struct lc_stream base;
	struct lc_content content;
	struct lc_content_stream from;
};

static int file_read(struct lc_stream *s, void *buf, size_t n, size_t *ret_n, struct lc_err *e)
{
	struct file_stream *f = (struct file_stream *)(void *)s;
	return lc_stream_read(&f->from.base, buf, n, ret_n, e);
}

static void file_close(struct lc_stream *s)
{
	struct file_stream *f = (struct file_stream *)(void *)s;
	lc_content_done(&f->content);
	lc_free(f);
}

static int hex(uint8_t c)
{
	if (lc_is_digit(c))
		return c - '0';
	c = lc_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "file:///a%20b", "file:/a" and "file:a" to a path. */
static char *path_of(const char *url, struct lc_arena *a)
{
	struct lc_slice s = lc_str(url);
	size_t n = 0;
	(void)lc_chop_prefix(&s, LC_S("file:")); /* the caller saw it */
	if (lc_starts(s, LC_S("///")))
		s = lc_skip(s, 2);
	char *p = lc_arena_alloc(a, s.n + 1);
	for (size_t i = 0; p && i < s.n; i++) {
		int high = s.p[i] == '%' && s.n - i > 2 ? hex(s.p[i + 1]) : -1;
		int low = high >= 0 ? hex(s.p[i + 2]) : -1;
		bool coded = low >= 0 && (high || low);
		p[n++] = coded ? (char)(high * 16 + low) : (char)s.p[i];
		i += coded ? 2 : 0;
	}
	return p;
}

struct lc_slice update_file_tag(const char *path, struct lc_arena *a)
{
	struct stat st;
	if (stat(path, &st))
		return LC_S("");
	return lc_arena_fmt(a, "%lld-%lld.%09ld", (long long)st.st_size,
			    (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

int update_fetch_file(const struct adv_fetch *what, struct lc_arena *a, struct adv_fetched *ret,
		      struct lc_err *e)
{
	char *path = path_of(what->url, a);
	struct lc_slice tag = path ? update_file_tag(path, a) : (struct lc_slice){ NULL, 0 };
	if (!tag.p)
		return lc_fail(e, lc_arena_err(a), "no memory for feeds");
	if (!tag.n)
		return lc_fail(e, LC_ENOTFOUND, "%s: no such file", lc_quote(lc_str(path)).s);
	*ret = (struct adv_fetched){ .etag = tag, .unchanged = lc_eq(tag, what->etag) };
	if (ret->unchanged)
		return 0;
	struct file_stream *f = lc_alloc0(1, sizeof(*f));
	if (!f)
		return lc_fail(e, LC_ENOMEM, "no memory for feeds");
	int rc = io_open_content(path, &f->content, e);
	if (rc) {
		lc_free(f);
		return rc;
	}
	f->base = (struct lc_stream){ .read = file_read, .close = file_close };
	lc_content_stream_init(&f->from, &f->content, 0, f->content.size);
	ret->body = &f->base;
	return 0;
}
