#include "format/zip_make.h"

#include "support/slice_assert.h"

struct zip_made zip_make_begin(void)
{
	struct zip_made m;
	zip_error_t ze;

	zip_error_init(&ze);
	m.source = zip_source_buffer_create(NULL, 0, 0, &ze);
	assert_non_null(m.source);
	zip_source_keep(m.source);
	m.zip = zip_open_from_source(m.source, ZIP_TRUNCATE, &ze);
	assert_non_null(m.zip);
	zip_error_fini(&ze);
	return m;
}

int64_t zip_make_add(struct zip_made *m, const char *name, struct lc_slice bytes, bool deflated)
{
	zip_source_t *s = zip_source_buffer(m->zip, bytes.p, bytes.n, 0);
	zip_int64_t i = zip_file_add(m->zip, name, s, ZIP_FL_ENC_UTF_8);

	assert_true(i >= 0);
	zip_set_file_compression(m->zip, (zip_uint64_t)i, deflated ? ZIP_CM_DEFLATE : ZIP_CM_STORE,
				 9);
	return i;
}

void zip_make_end(struct zip_made *m, struct lc_buf *out)
{
	zip_stat_t st;

	assert_int_equal(zip_close(m->zip), 0);
	assert_int_equal(zip_source_open(m->source), 0);
	assert_int_equal(zip_source_stat(m->source, &st), 0);
	uint8_t *p = lc_buf_grow(out, st.size);
	assert_non_null(p);
	assert_true(zip_source_read(m->source, p, st.size) == (zip_int64_t)st.size);
	zip_source_close(m->source);
	zip_source_free(m->source);
}
