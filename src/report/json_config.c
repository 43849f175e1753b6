/*
 * Source: OCI image-spec 1.1 config.md and Docker's image configuration; order and omissions as the
 * neighbours' reports have them.
 */
#include <stdlib.h>

#include "base/time.h"
#include "report/json_impl.h"

enum kind {
	TEXT, /* left out when empty */
	TEXT_ALWAYS,
	TIME, /* never left out: an unset one is the year 1 */
	FLAG,
	NUMBER,
	TEXTS,
	LABELS, /* object of strings, sorted by key */
	SET,    /* object of empty objects, sorted by key */
	HEALTH,
};

struct member {
	const char *name;
	enum kind kind;
};

static const struct member history_members[] = {
	{ "author", TEXT },  { "created", TIME },     { "created_by", TEXT },
	{ "comment", TEXT }, { "empty_layer", FLAG },
};

static const struct member health_members[] = {
	{ "Test", TEXTS },         { "Interval", NUMBER }, { "Timeout", NUMBER },
	{ "StartPeriod", NUMBER }, { "Retries", NUMBER },
};

static const struct member config_members[] = {
	{ "AttachStderr", FLAG }, { "AttachStdin", FLAG },   { "AttachStdout", FLAG },
	{ "Cmd", TEXTS },         { "Healthcheck", HEALTH }, { "Domainname", TEXT },
	{ "Entrypoint", TEXTS },  { "Env", TEXTS },          { "Hostname", TEXT },
	{ "Image", TEXT },        { "Labels", LABELS },      { "OnBuild", TEXTS },
	{ "OpenStdin", FLAG },    { "StdinOnce", FLAG },     { "Tty", FLAG },
	{ "User", TEXT },         { "Volumes", SET },        { "WorkingDir", TEXT },
	{ "ExposedPorts", SET },  { "ArgsEscaped", FLAG },   { "NetworkDisabled", FLAG },
	{ "MacAddress", TEXT },   { "StopSignal", TEXT },    { "Shell", TEXTS },
};

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

struct place { /* where in the document we are */
	struct json_out *j;
	const struct json_doc *d;
	json_ref object;
};

static void write_members(const struct place *p, const struct member *members, size_t n);

static void write_time(const struct place *p, const char *name, json_ref r)
{
	int64_t seconds;
	uint32_t ns;
	struct lc_slice s = json_str(p->d, r);
	bool good = lc_find(s, 'T') != SIZE_MAX && lc_time_parse(s, &seconds, &ns);
	json_member_str(&p->j->w, name, good ? s : LC_S("0001-01-01T00:00:00Z"));
}

static void write_texts(const struct place *p, const char *name, json_ref r)
{
	struct json_writer *w = &p->j->w;
	if (json_type_of(p->d, r) != JSON_ARRAY || !json_count(p->d, r))
		return;
	json_write_key(w, name);
	json_begin_array(w);
	json_each(p->d, r, item)
		json_write_str(w, json_str(p->d, item));
	json_end_array(w);
}

struct pair {
	struct lc_slice key;
	json_ref value;
};

static int pair_order(const void *va, const void *vb)
{
	const struct pair *a = va;
	const struct pair *b = vb;
	int c = lc_cmp(a->key, b->key);
	return c ? c : (a->value > b->value) - (a->value < b->value);
}

static void write_map(const struct place *p, const struct member *m, json_ref r)
{
	struct json_writer *w = &p->j->w;
	size_t n = json_type_of(p->d, r) == JSON_OBJECT ? json_count(p->d, r) : 0;
	struct pair *pairs = n ? lc_new_array(&p->j->a, struct pair, n) : NULL;
	if (!pairs) /* empty, or the arena remembers */
		return;
	size_t i = 0;
	json_each(p->d, r, child)
		pairs[i++] = (struct pair){ json_key(p->d, child), child };
	qsort(pairs, n, sizeof(*pairs), pair_order);
	json_write_key(w, m->name);
	json_begin_object(w);
	for (i = 0; i < n; i++) {
		if (i + 1 < n && lc_eq(pairs[i].key, pairs[i + 1].key))
			continue; /* of equal keys the last counts */
		json_write_key_slice(w, pairs[i].key);
		if (m->kind == LABELS) {
			json_write_str(w, json_str(p->d, pairs[i].value));
			continue;
		}
		json_begin_object(w);
		json_end_object(w);
	}
	json_end_object(w);
}

static void write_number(const struct place *p, const char *name, json_ref r)
{
	int64_t v;
	if (json_i64(p->d, r, &v) && v)
		json_member_i64(&p->j->w, name, v);
}

static void write_health(const struct place *p, const char *name, json_ref r)
{
	if (json_type_of(p->d, r) != JSON_OBJECT)
		return;
	const struct place in = { p->j, p->d, r };
	json_write_key(&p->j->w, name);
	json_begin_object(&p->j->w);
	write_members(&in, health_members, N_OF(health_members));
	json_end_object(&p->j->w);
}

static void write_member(const struct place *p, const struct member *m)
{
	json_ref r = json_get(p->d, p->object, m->name);
	switch (m->kind) {
	case TEXT:
		json_member_str_opt(&p->j->w, m->name, json_str(p->d, r));
		break;
	case TEXT_ALWAYS:
		json_member_str(&p->j->w, m->name, json_str(p->d, r));
		break;
	case TIME:
		write_time(p, m->name, r);
		break;
	case FLAG:
		json_member_true_opt(&p->j->w, m->name, json_bool(p->d, r, false));
		break;
	case NUMBER:
		write_number(p, m->name, r);
		break;
	case TEXTS:
		write_texts(p, m->name, r);
		break;
	case LABELS:
	case SET:
		write_map(p, m, r);
		break;
	case HEALTH:
		write_health(p, m->name, r);
		break;
	}
}

static void write_members(const struct place *p, const struct member *members, size_t n)
{
	for (size_t i = 0; i < n; i++)
		write_member(p, &members[i]);
}

static void write_history(const struct place *p)
{
	struct json_writer *w = &p->j->w;
	json_ref list = json_get(p->d, p->object, "history");
	if (json_type_of(p->d, list) != JSON_ARRAY || !json_count(p->d, list))
		return;
	json_write_key(w, "history");
	json_begin_array(w);
	json_each(p->d, list, item) {
		const struct place in = { p->j, p->d, item };
		json_begin_object(w);
		write_members(&in, history_members, N_OF(history_members));
		json_end_object(w);
	}
	json_end_array(w);
}

static void write_rootfs(const struct place *p)
{
	struct json_writer *w = &p->j->w;
	json_ref rootfs = json_get(p->d, p->object, "rootfs");
	json_write_key(w, "rootfs");
	json_begin_object(w);
	json_member_str(w, "type", json_get_str(p->d, rootfs, "type"));
	json_write_key(w, "diff_ids");
	json_begin_array(w);
	json_each(p->d, json_get(p->d, rootfs, "diff_ids"), id)
		json_write_str(w, json_str(p->d, id));
	json_end_array(w);
	json_end_object(w);
}

void json_image_config(struct json_out *j, const struct json_doc *d)
{
	static const struct member first[] = {
		{ "architecture", TEXT_ALWAYS }, { "author", TEXT },
		{ "container", TEXT },           { "created", TIME },
		{ "docker_version", TEXT },
	};
	static const struct member os = { "os", TEXT_ALWAYS };
	static const struct member last[] = {
		{ "os.version", TEXT },
		{ "variant", TEXT },
		{ "os.features", TEXTS },
	};
	const struct place root = { j, d, json_root(d) };
	const struct place config = { j, d, json_get(d, json_root(d), "config") };
	if (json_type_of(d, root.object) != JSON_OBJECT)
		return;
	json_write_key(&j->w, "ImageConfig");
	json_begin_object(&j->w);
	write_members(&root, first, N_OF(first));
	write_history(&root);
	write_member(&root, &os);
	write_rootfs(&root);
	json_write_key(&j->w, "config");
	json_begin_object(&j->w);
	write_members(&config, config_members, N_OF(config_members));
	json_end_object(&j->w);
	write_members(&root, last, N_OF(last));
	json_end_object(&j->w);
}
