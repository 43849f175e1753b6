#include "report/json_impl.h"

static void write_os(struct json_out *j)
{
	const struct inv_os *os = &j->r->inventory.os;
	struct json_writer *w = &j->w;
	if (!j->r->inventory.has_os)
		return;
	json_write_key(w, "OS");
	json_begin_object(w);
	json_member_str(w, "Family", os->family);
	json_member_str(w, "Name", os->version);
	json_member_true_opt(w, "EOSL", j->r->eol == REPORT_EOL_YES);
	json_member_true_opt(w, "extended", os->extended);
	json_end_object(w);
}

static void write_layers(struct json_out *j)
{
	struct json_writer *w = &j->w;
	const struct report *r = j->r;
	if (!r->layers_n)
		return;
	json_write_key(w, "Layers");
	json_begin_array(w);
	for (size_t i = 0; i < r->layers_n; i++) {
		json_begin_object(w);
		json_member_u64_opt(w, "Size", r->layers[i].size);
		json_member_str_opt(w, "Digest", r->layers[i].digest);
		json_member_str_opt(w, "DiffID", r->layers[i].diff_id);
		json_member_str_opt(w, "CreatedBy", r->layers[i].created_by);
		json_end_object(w);
	}
	json_end_array(w);
}

static void write_image(struct json_out *j, const struct oci_image *image)
{
	struct json_writer *w = &j->w;
	char text[DIGEST_TEXT_MAX];
	json_member_cstr(w, "ImageID", digest_text(&image->config_digest, text));
	if (j->r->layers_n) {
		json_write_key(w, "DiffIDs");
		json_begin_array(w);
		for (size_t i = 0; i < j->r->layers_n; i++)
			json_write_str(w, j->r->layers[i].diff_id);
		json_end_array(w);
	}
	json_member_strs_opt(w, "RepoTags", image->repo_tags.v, image->repo_tags.n);
	json_member_strs_opt(w, "RepoDigests", image->repo_digests.v, image->repo_digests.n);
	json_member_str_opt(w, "Reference", j->r->reference);
	json_image_config(j, &image->config_doc);
}

static void write_repository(struct json_writer *w, const struct report_repository *g)
{
	json_member_str_opt(w, "RepoURL", g->url);
	json_member_str_opt(w, "Branch", g->branch);
	json_member_strs_opt(w, "Tags", g->tags.v, g->tags.n);
	json_member_str_opt(w, "Commit", g->commit);
	json_member_str_opt(w, "CommitMsg", g->message);
	json_member_str_opt(w, "Author", g->author);
	json_member_str_opt(w, "Committer", g->committer);
}

void json_metadata(struct json_out *j)
{
	struct json_writer *w = &j->w;
	json_write_key(w, "Metadata");
	json_begin_object(w);
	json_member_u64_opt(w, "Size", j->r->size);
	write_os(j);
	if (j->r->image)
		write_image(j, j->r->image);
	write_layers(j);
	if (j->r->repository)
		write_repository(w, j->r->repository);
	json_end_object(w);
}
