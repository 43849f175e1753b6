#include "inventory/analyser.h"

static int put_list(struct lc_buf *out, const struct lc_slices *list)
{
	(void)lc_buf_uleb(out, list->n); /* sticky: the caller looks */
	for (size_t i = 0; i < list->n; i++) {
		(void)lc_buf_uleb(out, list->v[i].n);
		(void)lc_buf_slice(out, list->v[i]);
	}
	return lc_buf_err(out);
}

int inv_options_key(const struct inv_options *o, struct lc_buf *out)
{
	(void)lc_buf_str(out, "O3"); /* sticky: put_list() looks */
	(void)lc_buf_uleb(out, o->targets);
	(void)lc_buf_uleb(out, o->groups);
	(void)lc_buf_uleb(out, o->include_dev);
	(void)lc_buf_uleb(out, o->comprehensive);
	(void)put_list(out, &o->skip_files);
	(void)put_list(out, &o->skip_dirs);
	return put_list(out, &o->file_patterns);
}
