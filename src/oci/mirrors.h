/*
 * Where else a registry's images are: containers' registries.conf, version 2. Private to oci/.
 *
 * Read are [[registry]] with prefix, location, insecure, blocked, and [[registry.mirror]] with
 * location, insecure, pull-from-mirror; other tables and keys are passed over. The file is
 * $CONTAINERS_REGISTRIES_CONF and no other, else ~/.config/containers/registries.conf, else
 * /etc/containers/registries.conf; then the *.conf files of registries.conf.d beside the system's
 * and the user's, a later rule before an equal earlier one. Source: containers-registries.conf(5),
 * containers-registries.conf.d(5).
 */
#pragma once

#include "base/vec.h"
#include "oci/reference.h"
#include "oci/remote.h"

struct mirror_place {
	struct lc_slice location; /* "host[:port][/namespace]" */
	bool insecure;
	bool by_digest, by_tag; /* what may be asked for there */
};

struct mirror_rule {
	struct lc_slice prefix; /* "host[:port][/namespace[/…]]" or "*.domain" */
	struct mirror_place own;
	bool blocked;
	struct {
		struct mirror_place *v;
		size_t n, room;
	} mirrors;
};

struct mirror_rules {
	struct mirror_rule *v;
	size_t n, room;
};

/**
 * Parse text; slices are of it or the arena.
 * @return 0; LC_EBAD with the line for what is no "key = value" or table; LC_ELIMIT; LC_ENOMEM
 */
int mirrors_parse(struct lc_slice text, struct lc_arena *a, struct mirror_rules *ret,
		  struct lc_err *e) LC_MUST_CHECK;
/** All files that count; none is no rules. */
int mirrors_read(const struct oci_remote *r, struct lc_arena *a, struct mirror_rules *ret,
		 struct lc_err *e) LC_MUST_CHECK;
/** The rule with the longest prefix of registry/repository, the last of equal ones; NULL none. */
const struct mirror_rule *mirrors_find(const struct mirror_rules *rules,
				       const struct oci_reference *ref);
/** ref as a place keeps it. */
int mirrors_move(const struct mirror_rule *rule, const struct mirror_place *to,
		 const struct oci_reference *ref, struct lc_arena *a, struct oci_reference *ret,
		 struct lc_err *e) LC_MUST_CHECK;
