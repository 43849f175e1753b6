#include "oci/history.h"

#include "oci/document.h"

static bool makes_layer(const struct json_doc *d, json_ref step)
{
	return !json_bool(d, json_get(d, step, "empty_layer"), false);
}

static size_t steps_with_layers(const struct json_doc *d, json_ref history)
{
	size_t n = 0;
	json_each(d, history, step)
		n += makes_layer(d, step);
	return n;
}

static void pair(struct oci_layer *l, const struct json_doc *d, json_ref step, size_t index)
{
	l->created_by = json_get_str(d, step, "created_by");
	l->created = json_get_str(d, step, "created");
	l->comment = json_get_str(d, step, "comment");
	l->history = index;
}

int history_pair(struct oci_image *i, struct lc_err *e)
{
	const struct json_doc *d = &i->config_doc;
	json_ref history = json_get(d, json_root(d), "history");
	size_t steps = steps_with_layers(d, history);
	size_t layer = 0;
	size_t index = 0;
	if (json_count(d, history) == 0)
		return 0;
	if (steps != i->layers_n)
		return document_note(i,
				     lc_arena_fmt(&i->arena,
						  "history names %zu layers where there are %zu: "
						  "build steps are not shown",
						  steps, i->layers_n),
				     e);
	json_each(d, history, step) {
		if (makes_layer(d, step))
			pair(&i->layers[layer++], d, step, index);
		index++;
	}
	return 0;
}
