#include "scan/workers_impl.h"

#include "base/shim.h"

/*
 * A directory tree and its process. The first one walks on all threads. When it ends before its
 * time a second one walks on one thread, so that it can be told which file it was at; that file is
 * left out the next time. The facts are those of all other files, whatever the order.
 */

/* ---- the order ---- */

static int pack(const struct inv_tree_options *how, struct lc_buf *out)
{
	for (size_t i = 0; i < how->left_out_n; i++) {
		const struct inv_left_out *l = &how->left_out[i];
		(void)lc_buf_uleb(out, l->path.n); /* sticky: the end looks */
		(void)lc_buf_slice(out, l->path);
		(void)lc_buf_uleb(out, l->message.n);
		(void)lc_buf_slice(out, l->message);
	}
	return lc_buf_err(out);
}

int worker_tree_send(int fd, const struct io_tree *tree, const struct inv_tree_options *how)
{
	struct lc_buf packed LC_CLEANUP(lc_buf_done) = { 0 };
	const uint64_t v[] = { how->threads, how->left_out_n };
	const struct worker_head h = worker_head_of(WORKER_TREE, v, 2);
	const int fds[] = { tree->fd >= 0 ? tree->fd : tree->file,
			    how->store ? how->store->fd : -1 };
	lc_buf_init(&packed, IO_MESSAGE_BYTES_MAX - sizeof(h.bytes));
	int rc = pack(how, &packed);
	return rc ? rc
		  : io_message_send(fd, lc_slice_of(h.bytes, h.n), lc_buf_get(&packed), fds,
				    how->store ? 2 : 1, NULL);
}

static int take_text(struct lc_rd *r, struct lc_arena *a, struct lc_slice *ret)
{
	uint64_t n = lc_rd_uleb(r);
	struct lc_slice text = lc_rd_take(r, n < SIZE_MAX ? (size_t)n : SIZE_MAX);
	return r->bad ? LC_EBAD : lc_arena_dup(a, text, ret);
}

int worker_tree_take(const struct io_message *m, struct lc_arena *a, struct io_tree *tree,
		     struct io_tree *store, struct inv_tree_options *ret, struct lc_err *e)
{
	uint64_t v[2];
	struct lc_rd r = lc_rd_of(lc_slice_of(m->bytes, m->n));
	if (lc_rd_u8(&r) != WORKER_TREE || !worker_numbers(&r, v, 2) || m->fds[0] < 0 ||
	    v[1] > WORKER_LEFT_OUT_MAX)
		return lc_fail(e, LC_EIO, "the scan that asked is gone");
	struct inv_left_out *list = lc_arena_alloc(a, WORKER_LEFT_OUT_MAX * sizeof(*list));
	int rc = list ? 0 : LC_ENOMEM;
	for (size_t i = 0; i < v[1] && rc == 0; i++) {
		rc = take_text(&r, a, &list[i].path);
		rc = rc ? rc : take_text(&r, a, &list[i].message);
	}
	if (rc)
		return lc_fail(e, rc, "the order for a tree: %s", lc_code_name(rc));
	*(tree->fd >= 0 ? &tree->fd : &tree->file) = m->fds[0];
	store->fd = m->fds[1];
	*ret = (struct inv_tree_options){ (unsigned)v[0], list, (size_t)v[1],
					  store->fd >= 0 ? store : NULL };
	return 0;
}
