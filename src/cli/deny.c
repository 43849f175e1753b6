#include "cli/deny.h"

#include "base/shim.h"
#include "cli/password.h"
#include "cli/talk.h"
#include "io/file.h"

enum { LIST_BYTES_MAX = 16 << 20, ENTRIES_MAX = 100000 };

struct digests {
	struct digest *v;
	size_t n, room;
};

struct read {
	struct cli_io *io;
	struct lc_arena *a;
	struct digests keys, artefacts;
	struct lc_slices names;
	struct lc_err *e;
};

static int no_memory(struct read *r)
{
	return lc_fail(r->e, lc_arena_err(r->a), "%s", _("no memory for options"));
}

static int add_digest(struct read *r, struct digests *to, struct lc_slice text)
{
	struct digest *d = to->n < ENTRIES_MAX ? lc_vec_push(r->a, to) : NULL;
	if (!d)
		return to->n < ENTRIES_MAX
			       ? no_memory(r)
			       : lc_fail(r->e, LC_ELIMIT, _("over %d entries"), ENTRIES_MAX);
	int rc = digest_parse(text, d, r->e);
	return rc ? lc_wrap(r->e, LC_EUSAGE, "%s", lc_quote(text).s) : 0;
}

/* The key itself, or the id that verify tells of it. */
static int add_key(struct read *r, struct lc_slice text)
{
	struct crypt_public *k LC_CLEANUP(crypt_public_unrefp) = NULL;
	const struct key_source source = cli_key_source(r->io);
	if (lc_starts(text, LC_S("sha256:")))
		return add_digest(r, &r->keys, text);
	int rc = key_source_public(&source, text, &k, r->e);
	if (rc)
		return rc;
	struct digest *d = lc_vec_push(r->a, &r->keys);
	if (!d)
		return no_memory(r);
	*d = *crypt_public_id(k);
	return 0;
}

static int add_artefact(struct read *r, struct lc_slice text)
{
	return add_digest(r, &r->artefacts, text);
}

static int add_name(struct read *r, struct lc_slice text)
{
	struct lc_slice *name = r->names.n < ENTRIES_MAX ? lc_vec_push(r->a, &r->names) : NULL;
	if (!text.n)
		return lc_fail(r->e, LC_EUSAGE, "%s", _("an empty name"));
	if (!name)
		return no_memory(r);
	*name = text;
	return 0;
}

static const struct {
	const char *word;
	enum cli_opt option;
	int (*add)(struct read *r, struct lc_slice text);
} kinds[] = {
	{ "key", CLI_OPT_DENY_KEY, add_key },
	{ "identity", CLI_OPT_DENY_IDENTITY, add_name },
	{ "digest", CLI_OPT_DENY_DIGEST, add_artefact },
};
enum { KINDS_N = sizeof(kinds) / sizeof(kinds[0]) };

/* "KIND VALUE"; what is behind "#" at the start of a line is for people. */
static int add_line(struct read *r, struct lc_slice line)
{
	struct lc_slice word = line;
	struct lc_slice value = { NULL, 0 };
	if (!line.n || line.p[0] == '#')
		return 0;
	(void)lc_cut(line, ' ', &word, &value); /* without a value it is refused below */
	for (size_t i = 0; i < KINDS_N; i++)
		if (lc_eq(word, lc_str(kinds[i].word)))
			return kinds[i].add(r, lc_trim(value));
	return lc_fail(r->e, LC_EUSAGE, _("%s is none of key, identity, digest"), lc_quote(word).s);
}

static int read_list(struct read *r, struct lc_slice path)
{
	struct lc_slice rest = { NULL, 0 };
	struct lc_slice line;
	int rc = io_read_text(path, LIST_BYTES_MAX, r->a, &rest, r->e);
	for (unsigned n = 1; !rc && lc_line(&rest, &line); n++) {
		rc = add_line(r, lc_trim(line));
		if (rc)
			rc = lc_wrap(r->e, rc, _("line %u"), n);
	}
	return rc ? lc_wrap(r->e, rc, "--deny-list: %s", lc_quote(path).s) : 0;
}

int cli_denied(struct cli_io *io, const struct cli_values *v, struct lc_arena *a,
	       struct trust_denied *ret, struct lc_err *e)
{
	struct read r = { .io = io, .a = a, .e = e };
	struct lc_slice list = v->v[CLI_OPT_DENY_LIST].text;
	int rc = list.n ? read_list(&r, list) : 0;
	for (size_t i = 0; i < KINDS_N; i++) {
		const struct lc_slices *given = &v->v[kinds[i].option].list;
		for (size_t k = 0; !rc && k < given->n; k++) {
			rc = kinds[i].add(&r, given->v[k]);
			if (rc)
				rc = lc_wrap(e, rc, "--%s", cli_options[kinds[i].option].name);
		}
	}
	if (rc)
		return rc;
	*ret = (struct trust_denied){
		.keys = r.keys.v,
		.keys_n = r.keys.n,
		.names = r.names.v,
		.names_n = r.names.n,
		.artefacts = r.artefacts.v,
		.artefacts_n = r.artefacts.n,
	};
	return 0;
}
