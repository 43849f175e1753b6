/*
 * A lock file while it is read: its document, its packages, and what its texts say by name alone,
 * who depends on whom and what the project asks for, which is found out at the end of the file.
 */
#pragma once

#include "inventory/language/document.h"
#include "inventory/language/lines.h"
#include "inventory/language/packages.h"

/** from depends on what has that name; NULL: the project asks for it. */
struct lock_edge {
	struct inv_package *from;
	struct lc_slice name;
};

struct lock {
	const struct inv_file *file;
	struct inv_sink *out;
	struct lc_arena *arena;
	struct lc_slice type; /* of the packages */
	struct packages packages;
	struct lc_map names; /* -> struct inv_package: the first of a name */
	struct {
		struct lock_edge *v;
		size_t n, room;
	} edges;
	bool rooted; /* what the project asks for is known: all else is indirect */
	/* The document; which one depends on who opened it. */
	struct json_doc json;
	struct yaml_doc yaml;
	struct toml_doc toml;
	struct lines lines; /* of JSON and texts */
};

/** Reads what has been opened; 0, LC_ENOMEM, LC_ELIMIT of the sink or the arena. */
typedef int lock_fn(struct lock *l);

/**
 * Open the file, read it by fn and put its packages into the sink. What cannot be opened, or is no
 * object, mapping or table at its root, is told of there. The return value is that of analysers.
 */
int lock_json(const struct inv_file *f, struct inv_sink *out, struct lc_err *e, const char *type,
	      lock_fn *fn);
/** The root may be a list. */
int lock_json_or_list(const struct inv_file *f, struct inv_sink *out, struct lc_err *e,
		      const char *type, lock_fn *fn);
int lock_yaml(const struct inv_file *f, struct inv_sink *out, struct lc_err *e, const char *type,
	      lock_fn *fn);
int lock_toml(const struct inv_file *f, struct inv_sink *out, struct lc_err *e, const char *type,
	      lock_fn *fn);
/** Neither: fn reads l->file->bytes by itself. */
int lock_text(const struct inv_file *f, struct inv_sink *out, struct lc_err *e, const char *type,
	      lock_fn *fn);

/**
 * packages_add() for a package whose type is that of the file.
 * @param ret  as there; may be NULL
 */
int lock_add(struct lock *l, const struct inv_package *p, struct inv_package **ret) LC_MUST_CHECK;
/** Its lines are those of the node in the JSON document. */
void lock_at_json(const struct lock *l, json_ref node, struct inv_package *p);
/** from (NULL: nothing happens) depends on the package of that name, when there is one. */
int lock_depends(struct lock *l, struct inv_package *from, struct lc_slice name) LC_MUST_CHECK;
/** The project asks for the package of that name. */
int lock_asks(struct lock *l, struct lc_slice name) LC_MUST_CHECK;
/** Texts of a list, or one text, into an arena's list: licences. */
int lock_texts(const struct lock *l, json_ref list, struct lc_slices *ret) LC_MUST_CHECK;
