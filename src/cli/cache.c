#include "cli/cache.h"

#include "base/log.h"
#include "cli/database.h"
#include "cli/parse.h"
#include "cli/talk.h"

static bool is_redis(struct lc_slice backend)
{
	return lc_starts(backend, LC_S("redis://")) || lc_starts(backend, LC_S("rediss://"));
}

int cli_cache_check(const struct cli_values *v, struct lc_err *e)
{
	const struct lc_slice backend = v->v[CLI_OPT_CACHE_BACKEND].text;
	if (!backend.n || lc_eq(backend, LC_S("fs")) || lc_eq(backend, LC_S("memory")) ||
	    is_redis(backend))
		return 0;
	return lc_fail(e, LC_EUSAGE, _("--cache-backend %s: there is fs (the default) and memory"),
		       lc_quote(backend).s);
}

static struct lc_slice key_dir(struct cli_io *io, struct lc_arena *a)
{
	const char *data = cli_env_get(io->environment, "XDG_DATA_HOME");
	const char *home = cli_env_get(io->environment, "HOME");
	if (data && *data)
		return lc_arena_fmt(a, "%s/lacre", data);
	if (home && *home)
		return lc_arena_fmt(a, "%s/.local/share/lacre", home);
	return LC_S("");
}

struct scan_cache *cli_cache(struct cli_io *io, const struct cli_values *v, struct lc_arena *a)
{
	struct lc_err e = { 0 };
	struct scan_cache *c = NULL;
	int64_t most = v->v[CLI_OPT_CACHE_SIZE].number;
	if (v->v[CLI_OPT_NO_CACHE].flag || most <= 0 ||
	    lc_eq(v->v[CLI_OPT_CACHE_BACKEND].text, LC_S("memory")))
		return NULL;
	if (is_redis(v->v[CLI_OPT_CACHE_BACKEND].text))
		cli_note(io, v, "%s",
			 _("--cache-backend: no redis yet; what is kept of layers is in files"));
	struct lc_slice dir = cli_cache_dir(io, v, a);
	struct lc_slice key = key_dir(io, a);
	if (!dir.n || !key.n) {
		lc_debug("cache: no place for it: HOME is not set");
		return NULL;
	}
	struct scan_cache_options o = {
		.dir = lc_arena_str(a, dir),
		.key_dir = lc_arena_str(a, key),
		.bytes_max = (uint64_t)most,
		.version = LACRE_VERSION,
	};
	if (!o.dir || !o.key_dir || scan_cache_open(&o, &c, &e)) {
		cli_warn(io, v, _("the cache is not used: %s"),
			 e.msg[0] ? e.msg : lc_code_name(LC_ENOMEM));
		return NULL;
	}
	return c;
}
