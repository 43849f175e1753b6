/*
 * The image that a command about signatures is given, and the repository that it is in: a name in a
 * registry, an OCI layout ("oci:DIR[:TAG]", or DIR with --local-image), an archive
 * ("oci-archive:FILE[:TAG]", "docker-archive:FILE", or FILE with --local-image), or with --policy a
 * directory of skopeo's ("dir:DIR"). Private to cli/.
 */
#pragma once

#include "cli/command.h"
#include "oci/image.h"
#include "oci/repository.h"

enum cli_place_kind { CLI_PLACE_REGISTRY, CLI_PLACE_LAYOUT, CLI_PLACE_DIR };

struct cli_place {
	enum cli_place_kind kind;
	struct oci_remote remote;
	struct lc_limits limits;
	struct oci_repository *repository;
	struct lc_slice given;          /* as it was written */
	struct oci_reference reference; /* in a registry */
	const char *path;               /* elsewhere */
	struct lc_slice name; /* "registry/repository" as signatures have it; "" a layout */
	struct lc_slice tag;  /* "" none: a digest was given, or a layout's only image */
	bool by_digest;
	struct oci_document image; /* its manifest or index */
	struct cli_io *io;         /* for the notes */
	const struct cli_values *v;
	struct lc_slices notes; /* that wait for cli_place_commit() */
};

/** The rows that it reads. */
#define CLI_PLACE_OPTIONS                                                                        \
	CLI_OPT_USERNAME, CLI_OPT_PASSWORD, CLI_OPT_PASSWORD_STDIN, CLI_OPT_REGISTRY_TOKEN,      \
		CLI_OPT_INSECURE, CLI_OPT_CACERT, CLI_OPT_TIMEOUT, CLI_OPT_QUIET, CLI_OPT_DEBUG, \
		CLI_OPT_HELP

/**
 * Open the repository alone. On success the limits are watched until cli_place_close().
 * @return LC_EUSAGE for what is no name
 */
int cli_place_open(struct cli_io *io, const struct cli_values *v, struct lc_slice given,
		   bool layout, bool write, struct lc_arena *a, struct cli_place *ret,
		   struct lc_err *e) LC_MUST_CHECK;
/** Read the image that is named there. LC_ENOTFOUND with a message. */
int cli_place_image(struct cli_place *p, struct lc_arena *a, struct lc_err *e) LC_MUST_CHECK;
/**
 * Say what was done to the place; of an archive, to which nothing is done yet, when it was
 * committed.
 *
 * @param text  in a, translated; without bytes (memory ran out) nothing is said
 */
void cli_place_note(struct cli_place *p, struct lc_arena *a, struct lc_slice text);
/** Make what was written last: archives are written anew. Then the notes are said. */
int cli_place_commit(struct cli_place *p, struct lc_err *e) LC_MUST_CHECK;
void cli_place_close(struct cli_place *p);

/** Exit status for a failure about an image's attachments, after its line. */
int cli_place_fail(struct cli_io *io, const struct cli_values *v, const struct cli_place *p,
		   const struct lc_err *e);

/** Does a directory of the user's have that: a directory, or something else, links followed? */
bool cli_dir_has(const char *dir, const char *name, bool as_dir, struct lc_arena *a);
/** Digests ("sha256:…") of the manifests of an index; none of another manifest. LC_ELIMIT. */
int cli_children(const struct oci_document *m, struct lc_arena *a, struct lc_slices *ret,
		 struct lc_err *e) LC_MUST_CHECK;
/**
 * Of an index the digest of its first image for a platform, "" of another manifest.
 * @return 0; LC_ENOTFOUND with a message, none is for it; LC_EBAD
 */
int cli_child_for(const struct oci_document *m, const struct oci_platform *platform,
		  struct lc_arena *a, struct lc_slice *ret, struct lc_err *e) LC_MUST_CHECK;
/** Pairs of -a, --annotations KEY=VALUE. LC_EUSAGE. */
struct trust_annotation;
int cli_annotations(const struct cli_values *v, struct lc_arena *a,
		    const struct trust_annotation **ret, size_t *ret_n,
		    struct lc_err *e) LC_MUST_CHECK;
