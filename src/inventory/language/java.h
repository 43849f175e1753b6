/*
 * What names a Java archive: its file name, what Maven left in it, its manifest. Sources: Maven,
 * "Maven Archiver"; JAR File Specification, "JAR Manifest"; OSGi Core, Bundle-SymbolicName;
 * Jenkins, plug-in manifests.
 *
 * Parts that are not known are empty. Slices point into the given text or the arena.
 */
#pragma once

#include "base/arena.h"
#include "base/map.h"

struct java_coordinates {
	struct lc_slice group, artifact, version;
};

/** "group:artifact", or the artifact alone; p NULL out of memory. */
struct lc_slice java_name(const struct java_coordinates *c, struct lc_arena *a);
/**
 * Coordinates of a file's name without its extension, "guava-31.1-jre": false when it holds no
 * version, and the artifact is all of it then.
 */
bool java_by_file(struct lc_slice stem, struct java_coordinates *ret);
/** May a file of this name (without extension) be the artifact? */
bool java_is_file_of(struct lc_slice stem, struct lc_slice artifact);
/** pom.properties: false when group, artifact or version is missing or not filled in. */
bool java_by_properties(struct lc_slice text, struct java_coordinates *ret);

/** Attributes of a manifest's main section, their names as written. */
struct java_manifest {
	struct lc_map map; /* lower-case name -> struct lc_slice */
};
/** The main section of a manifest: up to the first empty line. Those of signed jars go on. */
struct lc_slice java_manifest_main(struct lc_slice text);
/** The map is the caller's, java_manifest_done(). LC_ENOMEM, LC_ELIMIT of the arena. */
int java_manifest_read(struct lc_slice text, struct lc_arena *a,
		       struct java_manifest *ret) LC_MUST_CHECK;
void java_manifest_done(struct java_manifest *m);
/** Value of an attribute, given in lower case; "" when it is absent or not filled in. */
struct lc_slice java_manifest_get(const struct java_manifest *m, const char *name);
/** Fill in what the file's name left open. */
void java_by_manifest(const struct java_manifest *m, struct java_coordinates *c);
