/*
 * Documents that analysers read whole. What cannot be read is told of in the sink, with the reason,
 * and gives an empty document: look-ups then find nothing and the analyser goes on.
 */
#pragma once

#include "format/json.h"
#include "format/toml.h"
#include "format/xml.h"
#include "format/yaml.h"
#include "inventory/analyser.h"

/** A text and who asks. */
struct document {
	struct lc_slice bytes;
	const char *name; /* of a file beside the one in context, for messages; NULL that one */
	struct lc_arena *arena;
	struct inv_sink *out;
};

/** The file's own bytes. */
struct document document_of(const struct inv_file *f, struct inv_sink *out);
/** The bytes of a file kept beside it (NULL: empty, and no trouble). */
struct document document_beside(const struct inv_file *f, const struct inv_kept *kept,
				const char *name, struct inv_sink *out);

/* 0 also when broken; LC_ENOMEM and the sink's failures. flags are those of the reader. */
int document_json(const struct document *d, unsigned flags, struct json_doc *ret) LC_MUST_CHECK;
int document_yaml(const struct document *d, unsigned flags, struct yaml_doc *ret) LC_MUST_CHECK;
int document_toml(const struct document *d, struct toml_doc *ret) LC_MUST_CHECK;
/** Elements of those names are handed to fn; what it returns for its own sake is the sink's or the
 * arena's failure. */
int document_xml(const struct document *d, const char *const *names, xml_subtree_fn fn,
		 void *ctx) LC_MUST_CHECK;
