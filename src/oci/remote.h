/*
 * Images that are named instead of pointed at: in registries and in local engines.
 *
 * What is tried, in which order, and what it needs to know. Read-only; outlives the image.
 */
#pragma once

#include "base/err.h"
#include "base/limits.h"
#include "base/slice.h"

enum oci_from {
	OCI_FROM_DOCKER,     /* docker's socket */
	OCI_FROM_CONTAINERD, /* its content store, where it is readable */
	OCI_FROM_PODMAN,     /* podman's socket */
	OCI_FROM_REGISTRY,
	OCI_FROM_N
};

struct oci_remote {
	char **environment;              /* HOME, DOCKER_HOST, proxies, …; borrowed */
	enum oci_from order[OCI_FROM_N]; /* what is tried */
	size_t order_n;
	struct lc_slice username, password; /* in place of what files say; empty none */
	struct lc_slice registry_token;     /* sent as it is; empty none */
	struct lc_slice ca_pem;             /* trusted besides the system's; empty none */
	bool insecure;                      /* no certificate checks, plain HTTP allowed */
	const char *docker_host; /* as DOCKER_HOST; NULL: environment, context, usual places */
	const char *podman_host;
};

/**
 * Do user name and password in r open this registry ("docker.io", "host:port")?
 * LC_EAUTH they do not; LC_ENET and the like: it cannot be asked.
 */
int oci_login(const struct oci_remote *r, struct lc_slice registry, const struct lc_limits *limits,
	      struct lc_err *e) LC_MUST_CHECK;

/** "docker", "containerd", "podman", "remote": as --image-src has them. */
const char *oci_from_name(enum oci_from f);
bool oci_from_parse(struct lc_slice s, enum oci_from *ret);
