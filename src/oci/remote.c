#include "oci/remote.h"

#include "base/log.h"
#include "oci/document.h"
#include "oci/layout.h"
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

static int load_registry(struct oci_image *i, const struct oci_open_options *o,
			 const struct oci_reference *ref, const struct lc_limits *limits,
			 struct lc_err *e)
{
	int rc = oci_source_registry(ref, o->remote, limits, &i->source, e);
	struct oci_open_options only = *o;
	only.reference = LC_S("");
	if (rc == 0)
		rc = layout_load(i, &only, e);
	return rc ? rc : oci_source_registry_names(i, e);
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

/* Undo a try; what it allocated stays in the arena. */
static void forget(struct oci_image *i)
{
	struct oci_image fresh = { .arena = i->arena, .name = i->name };
	if (i->source)
		i->source->close(i->source);
	*i = fresh;
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
