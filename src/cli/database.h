/*
 * Which database a command uses, and which target an argument names. Private to cli/.
 */
#pragma once

#include "cli/command.h"
#include "oci/image.h"

/**
 * --db, else <cache-dir>/db/lacre.db when it is there, else NULL: the starter.
 * The cache directory is --cache-dir, else $XDG_CACHE_HOME/lacre, else $HOME/.cache/lacre.
 */
int cli_database(struct cli_io *io, const struct cli_values *v, struct lc_arena *a,
		 const char **ret, struct lc_err *e) LC_MUST_CHECK;
/** --java-index, else <cache-dir>/java-db/trivy-java.db when it is there, else NULL: none. */
int cli_java_index(struct cli_io *io, const struct cli_values *v, struct lc_arena *a,
		   const char **ret, struct lc_err *e) LC_MUST_CHECK;
/** --maven-repository, else $HOME/.m2/repository when it can be read, else NULL: none. */
int cli_maven_repository(struct cli_io *io, const struct cli_values *v, struct lc_arena *a,
			 const char **ret, struct lc_err *e) LC_MUST_CHECK;
/** The cache directory; "" where nothing says. p NULL out of memory. */
struct lc_slice cli_cache_dir(struct cli_io *io, const struct cli_values *v, struct lc_arena *a);
/** <cache-dir>/db and the database's place in it, there or not. LC_EUSAGE where there is no home.
 */
int cli_database_home(struct cli_io *io, const struct cli_values *v, struct lc_arena *a,
		      const char **ret_dir, const char **ret_file, struct lc_err *e) LC_MUST_CHECK;
/** --input: a path, or "PATH:REFERENCE" where only PATH is there. */
void cli_input(struct lc_slice given, struct lc_arena *a, struct oci_open_options *ret);
/**
 * A path, TRANSPORT:PATH[:REFERENCE] of skopeo's docker-archive:, oci:, oci-archive: and dir:, or
 * else an image's name, with docker:// or docker-daemon: or as it is: then remote goes into *ret,
 * its order narrowed to what the transport says. LC_ENOTFOUND for paths that are not there.
 */
int cli_target(struct lc_slice argument, struct lc_arena *a, struct oci_remote *remote,
	       struct oci_open_options *ret, struct lc_err *e) LC_MUST_CHECK;
