/*
 * Where a docker or podman engine listens. Private to oci/.
 *
 * Docker: what was given, $DOCKER_HOST, the context ($DOCKER_CONTEXT or config.json's), then the
 * usual sockets, rootful and rootless. Podman: what was given, $CONTAINER_HOST, the usual sockets.
 * Source: docker cli "context" store (contexts/meta/<sha256 of name>/meta.json).
 */
#pragma once

#include "io/http.h"
#include "oci/remote.h"

struct engine_address {
	struct lc_slice url;     /* "http://localhost" for a socket; no slash behind */
	const char *unix_socket; /* NULL: by TCP */
	struct http_tls tls;
	bool plain; /* http by TCP */
};

/** "unix:///run/x.sock", "tcp://host:port", "http://…", "https://…", a bare path. LC_EUNSUP: ssh.
 */
int engine_address_parse(struct lc_slice text, struct lc_arena *a, struct engine_address *ret,
			 struct lc_err *e) LC_MUST_CHECK;
/** LC_ENOTFOUND nothing was said and nothing is where it usually is. */
int engine_address_find(enum oci_from from, const struct oci_remote *r, struct lc_arena *a,
			struct engine_address *ret, struct lc_err *e) LC_MUST_CHECK;
