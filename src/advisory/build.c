#include "advisory/build.h"

#include "advisory/build_impl.h"
#include "advisory/starter_text.h"
#include "advisory/writer.h"
#include "base/shim.h"
#include "base/time.h"
#include "io/file.h"

/* Something must have been understood: a folder of broken files makes no database. */
static int check_feeds(const struct adv_build_result *r, struct lc_err *e)
{
	uint64_t records = 0;
	for (size_t i = 0; i < r->feeds.n; i++)
		records += r->feeds.v[i].records;
	if (records)
		return 0;
	for (size_t i = 0; i < r->feeds.n; i++)
		if (r->feeds.v[i].first_broken.n)
			return lc_fail(e, LC_EBAD, "nothing could be read of the feeds: %s: %s",
				       lc_quote(r->feeds.v[i].name).s,
				       lc_quote(r->feeds.v[i].first_broken).s);
	return lc_fail(e, LC_ENOTFOUND, "the feeds hold no advisory");
}

static int check_each(const struct adv_build_result *r, struct lc_err *e)
{
	for (size_t i = 0; i < r->feeds.n; i++) {
		const struct adv_build_feed *f = &r->feeds.v[i];
		if (f->broken && !f->records)
			return lc_fail(e, LC_EBAD, "nothing could be read of %s: %s",
				       lc_quote(f->name).s, lc_quote(f->first_broken).s);
	}
	return 0;
}

/* Open what was written as a user will, and let SQLite look over every page. */
static int check_database(const char *path, struct lc_arena *a, struct adv_db_info *ret,
			  struct lc_err *e)
{
	struct adv_db *db LC_CLEANUP(adv_db_closep) = NULL;
	int rc = adv_db_open(path, &db, e);
	if (!rc)
		rc = adv_db_check(db, e);
	return rc ? rc : adv_db_info(db, a, ret, e);
}

static int write_at(const char *path, struct collection *c, const struct db_writer_info *info,
		    struct lc_err *e)
{
	struct db_writer *w = NULL;
	int rc = db_writer_open(path, &w, e);
	if (rc)
		return rc;
	struct collection_sink sink = db_writer_sink(w);
	rc = collection_read(c, &sink, e);
	if (!rc)
		return db_writer_finish(w, info, e);
	db_writer_free(w);
	return rc;
}

static int write_database(const struct adv_build_options *o, struct collection *c,
			  struct lc_arena *a, struct adv_build_result *ret, struct lc_err *e)
{
	char built_at[LC_TIME_MAX];
	struct io_out out = { 0 };
	struct db_writer_info info = { .data_date = collection_date(c) };
	char *path = lc_arena_str(a, o->output);
	if (!path)
		return lc_fail(e, lc_arena_err(a), "output");
	lc_time_format(lc_now_seconds(o->reproducible), 0, built_at);
	info.built_at = lc_str(built_at);

	int rc = io_out_open(path, 0644, &out, e);
	if (rc)
		return rc;
	const char *temp = io_out_temp_path(&out, a);
	if (!temp)
		rc = lc_fail(e, lc_arena_err(a), "output");
	else if (!*temp)
		rc = lc_fail(e, LC_EUSAGE, "%s: a database needs a regular file",
			     lc_quote(o->output).s);
	if (!rc)
		rc = write_at(temp, c, &info, e);
	if (!rc)
		rc = check_database(temp, a, &ret->info, e);
	if (!rc)
		return io_out_commit(&out, e);
	io_out_abort(&out);
	return lc_wrap(e, rc, "%s", lc_quote(o->output).s);
}

int adv_build(const struct adv_build_options *o, struct lc_arena *a, struct adv_build_result *ret,
	      struct lc_err *e)
{
	struct collection *c LC_CLEANUP(collection_freep) = NULL;
	struct adv_build_result result = { 0 };
	int rc = collection_new(&c, e);
	if (rc)
		return rc;
	struct feed_folder f = { o, collection_face(c), a, &result, e };
	rc = feeds_read(&f);
	if (!rc)
		rc = check_feeds(&result, e);
	if (!rc && o->strict)
		rc = check_each(&result, e);
	if (!rc)
		rc = o->starter_text ? starter_text_write(o, c, a, e)
				     : write_database(o, c, a, &result, e);
	if (!rc)
		*ret = result;
	return rc;
}
