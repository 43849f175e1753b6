/*
 * What Red Hat's build systems leave in their images, in root/buildinfo or usr/share/buildinfo:
 *
 *	content_manifests/NAME.json, content-sets.json
 *	    { "content_sets": [ "rhel-9-…-rpms", … ] }
 *	Dockerfile-NAME-VERSION-RELEASE
 *	    LABEL "com.redhat.component"="ubi8-container" "architecture"="x86_64" …
 *	labels.json
 *	    { "com.redhat.component": …, "version": …, "release": …, "architecture": … }
 */
#include "format/json.h"
#include "inventory/os/analysers.h"

enum { TOKEN_BYTES_MAX = 256, SETS_MAX = 1024 };

enum label { L_COMPONENT, L_ARCH, L_VERSION, L_RELEASE, L_N };

static const struct lc_slice label_names[L_N] = {
	[L_COMPONENT] = LC_S_INIT("com.redhat.component"),
	[L_ARCH] = LC_S_INIT("architecture"),
	[L_VERSION] = LC_S_INIT("version"),
	[L_RELEASE] = LC_S_INIT("release"),
};

static bool is_token(struct lc_slice s)
{
	if (s.n == 0 || s.n > TOKEN_BYTES_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	}
	return true;
}

/* ---- content sets ---- */

/* "rhel-8-…-rpms__8" is the set itself; "…__9_DOT_2" is that of a minor release, another one. */
static struct lc_slice without_major(struct lc_slice set)
{
	size_t end = set.n;
	while (end && lc_is_digit(set.p[end - 1]))
		end--;
	struct lc_slice head = lc_sub(set, 0, end);
	return end < set.n && lc_chop_suffix(&head, LC_S("__")) ? head : set;
}

static int read_sets(const struct json_doc *d, const struct inv_file *f, struct inv_sink *out)
{
	struct inv_build build = { 0 };
	json_ref sets = json_get(d, json_root(d), "content_sets");
	if (sets != JSON_NONE && json_type_of(d, sets) != JSON_ARRAY)
		return inv_sink_trouble(out, INV_MALFORMED, "content_sets is no list");
	json_each(d, sets, set) {
		struct lc_slice name = json_str(d, set);
		if (!is_token(name) || build.content_sets.n == SETS_MAX)
			return inv_sink_trouble(out, INV_MALFORMED, "content sets that cannot be");
		struct lc_slice *place = lc_vec_push(f->scratch, &build.content_sets);
		if (!place)
			return lc_arena_err(f->scratch);
		*place = without_major(name);
	}
	return build.content_sets.n ? inv_sink_build(out, &build) : 0;
}

/* ---- name, version and release ---- */

/* Labels that stand for something else, as "$VERSION", are of no use. */
static int put_nvr(const struct inv_file *f, const struct lc_slice v[L_N], struct inv_sink *out)
{
	struct inv_build build = { .arch = v[L_ARCH] };
	for (size_t i = 0; i < L_N; i++) {
		if (!is_token(v[i]) || lc_find(v[i], '$') != SIZE_MAX)
			return 0;
	}
	build.nvr = lc_arena_fmt(f->scratch, "%.*s-%.*s-%.*s", LC_FMT(v[L_COMPONENT]),
				 LC_FMT(v[L_VERSION]), LC_FMT(v[L_RELEASE]));
	return build.nvr.p ? inv_sink_build(out, &build) : lc_arena_err(f->scratch);
}

static int read_labels(const struct json_doc *d, const struct inv_file *f, struct inv_sink *out)
{
	struct lc_slice v[L_N] = { { NULL, 0 } };
	for (size_t i = 0; i < L_N; i++)
		v[i] = json_str(d, json_get_slice(d, json_root(d), label_names[i]));
	return put_nvr(f, v, out);
}

/* ---- a Dockerfile's labels ---- */

/* The next word of a line, quotes taken off; what is quoted may hold spaces. */
static bool next_word(struct lc_slice *rest, struct lc_slice *ret)
{
	*rest = lc_trim(*rest);
	if (rest->n == 0)
		return false;
	size_t n = 0;
	uint8_t quote = 0;
	while (n < rest->n && (quote || (rest->p[n] != ' ' && rest->p[n] != '\t'))) {
		uint8_t c = rest->p[n++];
		if (c == quote)
			quote = 0;
		else if (!quote && (c == '"' || c == '\''))
			quote = c;
	}
	*ret = lc_sub(*rest, 0, n);
	*rest = lc_skip(*rest, n);
	return true;
}

static struct lc_slice unquoted(struct lc_slice s)
{
	if (s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0])
		return lc_sub(s, 1, s.n - 2);
	return s;
}

static void read_label(struct lc_slice word, struct lc_slice v[L_N])
{
	struct lc_slice key;
	struct lc_slice value;
	if (!lc_cut(word, '=', &key, &value))
		return;
	for (size_t i = 0; i < L_N; i++) {
		if (lc_eq(unquoted(key), label_names[i]))
			v[i] = unquoted(value);
	}
}

/* Lines that a backslash joins are one instruction. */
static void read_dockerfile(struct lc_slice rest, struct lc_slice v[L_N])
{
	struct lc_slice line;
	struct lc_slice word;
	bool label = false;
	bool joined = false;
	while (lc_line(&rest, &line)) {
		line = lc_trim(line);
		bool more = lc_chop_suffix(&line, LC_S("\\"));
		if (!joined)
			label = next_word(&line, &word) && lc_eq_nocase(word, LC_S("LABEL"));
		while (label && next_word(&line, &word))
			read_label(word, v);
		joined = more;
	}
}

/* "Dockerfile-ubi8-8.3-227": the file's name has what labels may leave to variables. */
static void read_file_name(struct lc_slice path, struct lc_slice v[L_N])
{
	size_t release = lc_rfind(path, '-');
	size_t version = release == SIZE_MAX ? SIZE_MAX : lc_rfind(lc_sub(path, 0, release), '-');
	if (version == SIZE_MAX)
		return;
	v[L_RELEASE] = lc_skip(path, release + 1);
	v[L_VERSION] = lc_sub(path, version + 1, release - version - 1);
}

/* ---- files ---- */

static int read_json(const struct inv_file *f, struct inv_sink *out)
{
	struct json_doc d;
	struct lc_err own = { 0 };
	int r = json_parse(f->bytes, 0, NULL, f->scratch, &d, &own);
	if (r == LC_ENOMEM)
		return r;
	if (r)
		return inv_sink_trouble(out, r == LC_ETRUNC ? INV_TRUNCATED : INV_MALFORMED, "%s",
					own.msg);
	if (json_type_of(&d, json_root(&d)) != JSON_OBJECT)
		return inv_sink_trouble(out, INV_MALFORMED, "not an object");
	return lc_ends(f->path, LC_S("/labels.json")) ? read_labels(&d, f, out)
						      : read_sets(&d, f, out);
}

static int parse(const struct inv_file *f, struct inv_sink *out, struct lc_err *e)
{
	struct lc_slice v[L_N] = { { NULL, 0 } };
	int r;
	if (lc_ends(f->path, LC_S(".json"))) {
		r = read_json(f, out);
	} else if (lc_find_slice(f->path, LC_S("/Dockerfile-")) == SIZE_MAX) {
		r = 0;
	} else {
		read_dockerfile(f->bytes, v);
		read_file_name(f->path, v);
		r = put_nvr(f, v, out);
	}
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

static const struct inv_want wants[] = {
	{ INV_WANT_UNDER, "root/buildinfo/content_manifests", ".json", 0 },
	{ INV_WANT_UNDER, "root/buildinfo", NULL, 0 },
	{ INV_WANT_PATH, "usr/share/buildinfo/content-sets.json", NULL, 0 },
	{ INV_WANT_PATH, "usr/share/buildinfo/labels.json", NULL, 0 },
};

const struct inv_analyser inv_redhat_build = {
	.name = "redhat-build",
	.version = 2,
	.group = INV_GROUP_OS,
	.targets = INV_TARGET_IMAGE | INV_TARGET_ROOTFS,
	.access = INV_WHOLE,
	.wants = wants,
	.wants_n = sizeof(wants) / sizeof(wants[0]),
	.size_max = (uint64_t)4 << 20,
	.parse = parse,
};
