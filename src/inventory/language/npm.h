/*
 * What the JavaScript analysers share: the manifest (package.json) and names.
 * Source: npm-docs package.json, package-lock.json.
 */
#pragma once

#include "inventory/language/document.h"
#include "inventory/language/packages.h"

/** Groups of dependencies in a manifest or a lock file's entry. */
enum npm_group { NPM_RUN, NPM_OPTIONAL, NPM_PEER, NPM_DEV, NPM_GROUP_N };
/** "dependencies", "optionalDependencies", … */
const char *npm_group_key(enum npm_group g);

/** Names of licences of an object: "license" or "licenses" as text, object or list of these. */
int npm_licences(const struct json_doc *d, json_ref object, struct lc_arena *a,
		 struct lc_slices *ret) LC_MUST_CHECK;
/** "npm:real@1.2.3": the name and version it stands for; false for anything else. */
bool npm_alias(struct lc_slice text, struct lc_slice *ret_name, struct lc_slice *ret_version);
/** Split "name@rest" or "@scope/name@rest" at the @ that ends the name; false without one. */
bool npm_split(struct lc_slice text, struct lc_slice *ret_name, struct lc_slice *ret_rest);
/** Patterns of workspaces: a list, or an object with a list of packages. */
json_ref npm_workspaces(const struct json_doc *d, json_ref manifest);
