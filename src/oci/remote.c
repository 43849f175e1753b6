#include "oci/remote.h"

#include "base/log.h"
#include "oci/document.h"
#include "oci/layout.h"
#include "oci/mirrors.h"
#include "oci/source_remote.h"

static const char *const names[OCI_FROM_N] = {
	[OCI_FROM_DOCKER] = "docker",
	[OCI_FROM_CONTAINERD] = "containerd",
	[OCI_FROM_PODMAN] = "podman",
	[OCI_FROM_REGISTRY] = "remote",
};

const char *oci_from_name(enum oci_from f)
{
	return f < OCI_FROM_N ? names[f] : "unknown";
}

bool oci_from_parse(struct lc_slice s, enum oci_from *ret)
{
	for (unsigned i = 0; i < OCI_FROM_N; i++) {
		if (lc_eq(s, lc_str(names[i]))) {
			*ret = (enum oci_from)i;
			return true;
		}
	}
	return false;
}

/* Undo a try; what it allocated stays in the arena. */
static void forget(struct oci_image *i)
{
	struct oci_image fresh = { .arena = i->arena, .name = i->name };
	if (i->source)
		i->source->close(i->source);
	*i = fresh;
}

/* From one place. */
static int load_place(struct oci_image *i, const struct oci_open_options *o,
		      const struct oci_reference *named, const struct oci_reference *ref,
		      bool insecure, const struct lc_limits *limits, struct lc_err *e)
{
	struct oci_remote *remote = lc_new(&i->arena, struct oci_remote); /* as long as the image */
	struct oci_open_options only = *o;
	if (!remote)
		return lc_fail(e, lc_arena_err(&i->arena), "no memory for a registry");
	*remote = *o->remote;
	remote->insecure |= insecure;
	if (!lc_eq(ref->registry, named->registry)) {
		/* What was given on the command line is for the registry that was named. */
		remote->username = remote->password = remote->registry_token = LC_S("");
	}
	only.reference = LC_S("");
	int rc = oci_source_registry(ref, remote, limits, &i->source, e);
	if (rc == 0)
		rc = layout_load(i, &only, e);
	return rc ? rc : oci_source_registry_names(i, named, e);
}

/* Mirrors in order, then the registry itself. */
static int load_registry(struct oci_image *i, const struct oci_open_options *o,
			 const struct oci_reference *ref, const struct lc_limits *limits,
			 struct lc_err *e)
{
	struct mirror_rules rules;
	struct oci_reference at = *ref;
	int rc = mirrors_read(o->remote, &i->arena, &rules, e);
	const struct mirror_rule *rule = rc ? NULL : mirrors_find(&rules, ref);
	if (rc || !rule)
		return rc ? rc : load_place(i, o, ref, ref, false, limits, e);
	if (rule->blocked)
		return lc_fail(e, LC_EDENIED, "registries.conf blocks %s",
			       lc_quote(rule->prefix).s);
	for (size_t k = 0; k < rule->mirrors.n; k++) {
		struct lc_err why = { 0 };
		const struct mirror_place *m = &rule->mirrors.v[k];
		if (!(ref->digest.n ? m->by_digest : m->by_tag))
			continue;
		rc = mirrors_move(rule, m, ref, &i->arena, &at, &why);
		if (rc == 0)
			rc = load_place(i, o, ref, &at, m->insecure, limits, &why);
		lc_debug("mirror %.*s: %s", LC_FMT(m->location), rc == 0 ? "found" : why.msg);
		if (rc == 0)
			return 0;
		if (rc == LC_ENOMEM || rc == LC_ECANCEL || rc == LC_EUSAGE) {
			if (e)
				*e = why;
			return rc;
		}
		forget(i);
	}
	rc = mirrors_move(rule, &rule->own, ref, &i->arena, &at, e);
	return rc ? rc : load_place(i, o, ref, &at, rule->own.insecure, limits, e);
}

static int load_from(struct oci_image *i, enum oci_from from, const struct oci_open_options *o,
		     const struct lc_limits *limits, struct lc_err *e)
{
	struct oci_reference ref;
	if (from == OCI_FROM_DOCKER || from == OCI_FROM_PODMAN)
		return oci_engine_load(i, from, o, limits, e);
	if (from == OCI_FROM_CONTAINERD)
		return oci_containerd_load(i, o, limits, e);
	int rc = oci_reference_parse(o->input, &i->arena, &ref, e);
	if (rc)
		return rc == LC_EBAD ? lc_wrap(e, LC_EUSAGE, "no image") : rc;
	return load_registry(i, o, &ref, limits, e);
}

/* Not there, not reached, not for us: the next one may have it. */
static bool may_be_elsewhere(enum oci_from from, int rc)
{
	return from != OCI_FROM_REGISTRY &&
	       (rc == LC_ENOTFOUND || rc == LC_EUNSUP || lc_code_is_remote(rc));
}

int oci_remote_load(struct oci_image *i, const struct oci_open_options *o,
		    const struct lc_limits *limits, struct lc_err *e)
{
	const struct oci_remote *r = o->remote;
	int rc = lc_fail(e, LC_EUSAGE, "nowhere to look for images");
	for (size_t k = 0; k < r->order_n; k++) {
		struct lc_err why = { 0 };
		rc = load_from(i, r->order[k], o, limits, &why);
		lc_debug("image-src %s: %s", oci_from_name(r->order[k]),
			 rc == 0      ? "found"
			 : why.msg[0] ? why.msg
				      : lc_code_name(rc));
		if (rc == 0)
			return 0;
		if (e)
			*e = why;
		if (r->order[k] != OCI_FROM_REGISTRY)
			(void)lc_wrap(e, rc, "%s", oci_from_name(r->order[k]));
		if (k + 1 == r->order_n || !may_be_elsewhere(r->order[k], rc))
			return rc;
		forget(i);
	}
	return rc;
}
