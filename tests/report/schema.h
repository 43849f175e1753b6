/*
 * The part of JSON Schema that docs/schema/ uses: type, const, enum, required, properties,
 * additionalProperties false, items, minimum, maximum, $ref within the document. Any other keyword
 * fails the test, so that nothing is taken for checked that is not; pattern is left to the Python
 * test.
 */
#pragma once

#include "format/json.h"

/** How often a value was held to "additionalProperties": false; fails the test where one does not
 * fit. */
size_t schema_check(const struct json_doc *schema, const struct json_doc *value);
