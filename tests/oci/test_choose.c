#include "oci/choose.h"

#include "oci/check_image.h"
#include "oci/make_image.h"

static const struct make_file one_file[] = { { "f", "amd64", TAR_FILE, NULL, 0 } };
static const struct make_file other_file[] = { { "f", "arm64", TAR_FILE, NULL, 0 } };
static const struct make_file third_file[] = { { "f", "third", TAR_FILE, NULL, 0 } };
static const struct make_layer one_layer = { .files = one_file, .files_n = 1 };
static const struct make_layer other_layer = { .files = other_file, .files_n = 1 };
static const struct make_layer third_layer = { .files = third_file, .files_n = 1 };

static const struct make_image amd64 = { &one_layer, 1, .architecture = "amd64" };
static const struct make_image arm64 = { &other_layer, 1, .architecture = "arm64",
					 .variant = "v8" };
static const struct make_image s390x = { &third_layer, 1, .architecture = "s390x" };

static const char attestation[] =
	",\"platform\":{\"os\":\"unknown\",\"architecture\":\"unknown\"},\"annotations\":"
	"{\"vnd.docker.reference.type\":\"attestation-manifest\"}";
static const char manifest_type[] = "application/vnd.oci.image.manifest.v1+json";
static const char index_type[] = "application/vnd.oci.image.index.v1+json";

static char path[256];

static void write_index(struct make *m, const char *descriptors)
{
	make_index(m, descriptors);
	(void)snprintf(path, sizeof(path), "%s/choose.tar", make_temp_dir());
	make_write_tar(m, path, IO_PLAIN);
}

static const char *nested(struct make *m, const char *descriptors, const char *extra)
{
	const char *text = make_text(m, "{\"schemaVersion\":2,\"manifests\":[%s]}", descriptors);
	return make_descriptor(m, index_type, lc_str(text), extra);
}

static void gives(const char *reference, const char *platform, const char *architecture)
{
	struct oci_image *i = opened(path, reference, platform);
	assert_slice(i->platform.architecture, lc_str(architecture));
	oci_close(i);
}

static void platform_chooses_in_a_nested_index(void **state)
{
	(void)state;
	struct make m = { 0 };
	const char *all =
		make_text(&m, "%s,%s,%s", make_manifest(&m, &amd64), make_manifest(&m, &arm64),
			  make_descriptor(&m, manifest_type, LC_S("{}"), attestation));
	write_index(&m, nested(&m, nested(&m, all, ""), ""));
	gives(NULL, "linux/amd64", "amd64");
	gives(NULL, "linux/arm64", "arm64");
	gives(NULL, "linux/arm64/v8", "arm64");
	gives(NULL, "arm64", "arm64");
	refused(path, NULL, "linux/s390x", LC_ENOTFOUND, "there are: linux/amd64, linux/arm64/v8");
	refused(path, NULL, "windows/amd64", LC_ENOTFOUND, "windows/amd64");
	refused(path, NULL, "linux/arm64/v9", LC_ENOTFOUND, "linux/arm64/v9");
	make_done(&m);
}

static void this_machines_platform_is_the_default(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct oci_platform host = oci_platform_host();
	char architecture[32];
	(void)snprintf(architecture, sizeof(architecture), "%.*s", LC_FMT(host.architecture));
	struct make_image own = { &one_layer, 1, .architecture = architecture };
	struct make_image foreign = { &other_layer, 1, .architecture = "made-up" };
	write_index(&m,
		    make_text(&m, "%s,%s", make_manifest(&m, &foreign), make_manifest(&m, &own)));
	gives(NULL, NULL, architecture);
	make_done(&m);
}

static void the_only_image_opens_on_any_machine(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct make_image foreign = { &one_layer, 1, .architecture = "made-up" };
	write_index(&m, make_manifest(&m, &foreign));
	gives(NULL, NULL, "made-up");
	refused(path, NULL, "linux/amd64", LC_ENOTFOUND, "there are: linux/made-up");
	foreign.hide_platform = true;
	write_index(&m, make_manifest(&m, &foreign));
	gives(NULL, NULL, "made-up");
	refused(path, NULL, "linux/amd64", LC_ENOTFOUND, "there are: linux/made-up");
	make_done(&m);
}

static void none_of_several_fits_this_machine(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct make_image a = { &one_layer, 1, .architecture = "made-up" };
	struct make_image b = { &other_layer, 1, .architecture = "imagined" };
	write_index(&m, make_text(&m, "%s,%s", make_manifest(&m, &a), make_manifest(&m, &b)));
	refused(path, NULL, NULL, LC_ENOTFOUND,
		"(this machine); there are: linux/made-up, "
		"linux/imagined");
	gives(NULL, "linux/imagined", "imagined");
	make_done(&m);
}

static void configs_tell_the_platform_when_the_index_does_not(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct make_image a = amd64;
	struct make_image b = s390x;
	a.hide_platform = b.hide_platform = true;
	write_index(&m, make_text(&m, "%s,%s", make_manifest(&m, &a), make_manifest(&m, &b)));
	gives(NULL, "linux/s390x", "s390x");
	gives(NULL, "linux/amd64", "amd64");
	refused(path, NULL, "linux/arm64", LC_ENOTFOUND, "linux/amd64, linux/s390x");
	make_done(&m);
}

static void an_index_that_lies_about_the_platform_is_found_out(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct make_image a = s390x;
	a.hide_platform = true;
	const char *d = make_manifest(&m, &a);
	write_index(&m, make_text(&m,
				  "%.*s,\"platform\":{\"os\":\"linux\",\"architecture\":"
				  "\"amd64\"}}",
				  (int)strlen(d) - 1, d));
	refused(path, NULL, "linux/amd64", LC_ENOTFOUND, "there are: linux/s390x");
	make_done(&m);
}

static void references_choose_among_several(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct make_image a = amd64;
	struct make_image b = amd64;
	b.layers = &third_layer;
	a.name = "h.io/app:v1";
	b.name = "v2";
	const char *one = make_manifest(&m, &a);
	const char *two = make_manifest(&m, &b);
	write_index(&m, make_text(&m, "%s,%s", one, two));
	refused(path, NULL, "linux/amd64", LC_EUSAGE,
		"2 images in it, choose one by name: "
		"h.io/app:v1, v2");
	refused(path, "h.io/app:v3", NULL, LC_ENOTFOUND, "there are: h.io/app:v1, v2");
	refused(path, "app:v2", NULL, LC_ENOTFOUND, "app:v2");
	struct oci_image *i = opened(path, "h.io/app:v1", "linux/amd64");
	assert_layer(i, 0, "+f=amd64\n");
	assert_text(i->reference, "h.io/app:v1");
	oci_close(i);
	i = opened(path, "v2", "linux/amd64");
	assert_layer(i, 0, "+f=third\n");
	assert_text(i->reference, "v2");
	assert_int_equal(i->repo_tags.n, 0);
	char text[DIGEST_TEXT_MAX];
	const char *digest = make_text(&m, "%s", digest_text(&i->manifest_digest, text));
	oci_close(i);
	i = opened(path, digest, "linux/amd64");
	assert_layer(i, 0, "+f=third\n");
	oci_close(i);
	i = opened(path, make_text(&m, "any.io/name@%s", digest), "linux/amd64");
	assert_layer(i, 0, "+f=third\n");
	oci_close(i);
	make_done(&m);
}

static void references_are_compared_in_their_full_form(void **state)
{
	(void)state;
	struct make m = { 0 };
	const char *d = make_manifest(&m, &amd64);
	write_index(
		&m,
		make_text(
			&m,
			"%.*s,\"annotations\":{\"io.containerd.image.name\":"
			"\"docker.io/library/alpine:latest\",\"org.opencontainers.image.ref.name\":"
			"\"latest\"}}",
			(int)strlen(d) - 1, d));
	static const char *const same[] = {
		"alpine",         "alpine:latest",
		"library/alpine", "docker.io/library/alpine",
		"latest",         "index.docker.io/library/alpine:latest"
	};
	for (size_t k = 0; k < sizeof(same) / sizeof(same[0]); k++)
		gives(same[k], NULL, "amd64");
	static const char *const others[] = { "alpine:3", "user/alpine", "h.io/library/alpine",
					      "a b" };
	for (size_t k = 0; k < sizeof(others) / sizeof(others[0]); k++)
		refused(path, others[k], NULL, LC_ENOTFOUND, "docker.io/library/alpine:latest");
	struct oci_image *i = opened(path, NULL, NULL);
	assert_int_equal(i->repo_tags.n, 1);
	assert_text(i->repo_tags.v[0], "alpine:latest");
	oci_close(i);
	make_done(&m);
}

static void names_of_an_index_lead_to_its_images(void **state)
{
	(void)state;
	struct make m = { 0 };
	const char *all =
		make_text(&m, "%s,%s", make_manifest(&m, &amd64), make_manifest(&m, &s390x));
	const char *inner = nested(&m, all,
				   ",\"annotations\":{\"org.opencontainers.image.ref.name\":"
				   "\"app:v1\"}");
	write_index(&m, inner);
	gives("app:v1", "linux/s390x", "s390x");
	refused(path, "app:v2", "linux/s390x", LC_ENOTFOUND, "there are: app:v1");
	const char *digest = strstr(inner, "sha256:");
	gives(make_text(&m, "%.71s", digest), "linux/amd64", "amd64");
	make_done(&m);
}

static void one_image_under_two_names_is_one_image(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct make_image a = amd64;
	a.name = "app:v1";
	const char *one = make_manifest(&m, &a);
	a.name = "app:latest";
	write_index(&m, make_text(&m, "%s,%s", one, make_manifest(&m, &a)));
	struct oci_image *i = opened(path, NULL, NULL);
	assert_int_equal(i->repo_tags.n, 2);
	oci_close(i);
	make_done(&m);
}

static void usual_variant_is_taken_among_several(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct make_image v[3] = { s390x, s390x, s390x };
	const struct make_layer *layers[] = { &one_layer, &other_layer, &third_layer };
	static const char *const variants[] = { "v5", "v7", "v6" };
	const char *all = "";
	for (size_t k = 0; k < 3; k++) {
		v[k].architecture = "arm";
		v[k].variant = variants[k];
		v[k].layers = layers[k];
		all = make_text(&m, "%s%s%s", all, k ? "," : "", make_manifest(&m, &v[k]));
	}
	write_index(&m, all);
	struct oci_image *i = opened(path, NULL, "linux/arm");
	assert_text(i->platform.variant, "v7");
	oci_close(i);
	i = opened(path, NULL, "linux/arm/v6");
	assert_text(i->platform.variant, "v6");
	oci_close(i);
	refused(path, NULL, "linux/arm/v8", LC_ENOTFOUND,
		"linux/arm/v5, linux/arm/v7, linux/arm/v6");
	make_done(&m);
}

static void equal_platforms_are_ambiguous(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct make_image b = amd64;
	b.layers = &third_layer;
	write_index(&m, make_text(&m, "%s,%s", make_manifest(&m, &amd64), make_manifest(&m, &b)));
	refused(path, NULL, "linux/amd64", LC_EUSAGE, "choose one by name: sha256:");
	make_done(&m);
}

static void platforms_that_are_not_stored_are_passed_over(void **state)
{
	(void)state;
	struct make m = { 0 };
	const char *d = make_manifest(&m, &s390x);
	const char *all = make_text(&m, "%s,%s", make_manifest(&m, &amd64), d);
	make_remove(&m, make_blob_path(&m, make_text(&m, "%.71s", strstr(d, "sha256:"))));
	write_index(&m, all);
	gives(NULL, NULL, "amd64");
	gives(NULL, "linux/amd64", "amd64");
	refused(path, NULL, "linux/s390x", LC_ENOTFOUND, "named in the index but not stored here");
	make_done(&m);
}

static void artifacts_are_no_candidates(void **state)
{
	(void)state;
	static const char *const extras[] = {
		",\"artifactType\":\"application/vnd.in-toto+json\"",
		",\"annotations\":{\"kind\":\"dev.cosignproject.cosign/sigs\"}",
		",\"annotations\":{\"kind\":\"dev.cosignproject.cosign/atts\"}",
		",\"annotations\":{\"org.opencontainers.image.ref.name\":\"a:sha256-00ff.sig\"}",
		",\"annotations\":{\"vnd.docker.reference.type\":\"attestation-manifest\"}",
		",\"platform\":{\"os\":\"unknown\",\"architecture\":\"unknown\"}",
	};
	for (size_t k = 0; k < sizeof(extras) / sizeof(extras[0]); k++) {
		struct make m = { 0 };
		const char *artifact = make_descriptor(&m, manifest_type, LC_S("{}"), extras[k]);
		write_index(&m, make_text(&m, "%s,%s", artifact, make_manifest(&m, &s390x)));
		gives(NULL, NULL, "s390x");
		write_index(&m, artifact);
		refused(path, NULL, NULL, LC_EUNSUP, "no image in it");
		make_done(&m);
	}
}

static void artifacts_are_known_by_their_config_or_layers(void **state)
{
	(void)state;
	struct make m = { 0 };
	const char *config =
		make_descriptor(&m, "application/vnd.oci.empty.v1+json", LC_S("{}"), "");
	const char *chart =
		make_text(&m, "{\"schemaVersion\":2,\"config\":%s,\"layers\":[]}", config);
	const char *entry = make_descriptor(&m, manifest_type, lc_str(chart), "");
	write_index(&m, make_text(&m, "%s,%s", entry, make_manifest(&m, &s390x)));
	gives(NULL, NULL, "s390x");
	write_index(&m, entry);
	refused(path, NULL, NULL, LC_EUNSUP,
		"an artifact (config application/vnd.oci.empty.v1+json)");
	make_done(&m);
}

static void media_type_that_is_missing_is_found_by_looking(void **state)
{
	(void)state;
	struct make m = { 0 };
	static const char typed[] =
		"{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",";
	const char *d = make_manifest(&m, &s390x);
	const char *untyped = make_text(&m, "{%s", d + strlen(typed));
	write_index(&m, untyped);
	gives(NULL, NULL, "s390x");
	const char *in = nested(&m, untyped, "");
	write_index(&m, make_text(&m, "{%s",
				  in + strlen(typed) - strlen("manifest") + strlen("index")));
	gives(NULL, NULL, "s390x");
	make_done(&m);
}

static void lists_are_complete_and_bounded(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct make_image i = amd64;
	static const char *const names[] = { "app:v10", "app:v1", "app:v1" };
	const char *all = "";
	for (size_t k = 0; k < 3; k++) {
		i.name = names[k];
		all = make_text(&m, "%s%s%s", all, k ? "," : "", make_manifest(&m, &i));
	}
	write_index(&m, all);
	refused(path, "other", NULL, LC_ENOTFOUND, "there are: app:v10, app:v1");
	for (size_t k = 0; k < 200; k++) {
		i.name = make_text(&m, "h.io/some/long/name/of/an/image:v%zu", k);
		all = make_text(&m, "%s,%s", all, make_manifest(&m, &i));
	}
	write_index(&m, all);
	refused(path, "other", NULL, LC_ENOTFOUND, "image:v0, ");
	refused(path, "other", NULL, LC_ENOTFOUND, ", ...");
	make_done(&m);
}

static void docker_archives_choose_by_tag_id_and_platform(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct make_image v[] = { amd64, s390x };
	v[0].name = "app:v1";
	v[1].name = "other:v2";
	make_docker(&m, v, 2, MAKE_DOCKER_OLD);
	(void)snprintf(path, sizeof(path), "%s/choose.tar", make_temp_dir());
	make_write_tar(&m, path, IO_PLAIN);
	gives("app:v1", NULL, "amd64");
	gives("docker.io/library/other:v2", NULL, "s390x");
	gives(NULL, "linux/s390x", "s390x");
	refused(path, "app", NULL, LC_ENOTFOUND, "there are: app:v1, other:v2");
	refused(path, "app:v1", "linux/s390x", LC_ENOTFOUND, "there are: linux/amd64");
	refused(path, NULL, "linux/riscv64", LC_ENOTFOUND, "there are: linux/amd64, linux/s390x");
	struct oci_image *i = opened(path, "other:v2", NULL);
	char text[DIGEST_TEXT_MAX];
	const char *id = make_text(&m, "%s", digest_text(&i->config_digest, text));
	oci_close(i);
	gives(id, NULL, "s390x");
	make_done(&m);
}

static void docker_archives_with_several_images_need_a_name(void **state)
{
	(void)state;
	struct make m = { 0 };
	struct make_image v[] = { amd64, amd64 };
	v[0].name = "app:v1";
	v[1].name = "app:v2";
	v[1].layers = &third_layer;
	make_docker(&m, v, 2, MAKE_DOCKER_OLD);
	(void)snprintf(path, sizeof(path), "%s/choose.tar", make_temp_dir());
	make_write_tar(&m, path, IO_PLAIN);
	refused(path, NULL, "linux/amd64", LC_EUSAGE, "choose one by name: app:v1, app:v2");
	make_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(platform_chooses_in_a_nested_index),
		cmocka_unit_test(this_machines_platform_is_the_default),
		cmocka_unit_test(the_only_image_opens_on_any_machine),
		cmocka_unit_test(none_of_several_fits_this_machine),
		cmocka_unit_test(configs_tell_the_platform_when_the_index_does_not),
		cmocka_unit_test(an_index_that_lies_about_the_platform_is_found_out),
		cmocka_unit_test(references_choose_among_several),
		cmocka_unit_test(references_are_compared_in_their_full_form),
		cmocka_unit_test(names_of_an_index_lead_to_its_images),
		cmocka_unit_test(one_image_under_two_names_is_one_image),
		cmocka_unit_test(usual_variant_is_taken_among_several),
		cmocka_unit_test(equal_platforms_are_ambiguous),
		cmocka_unit_test(platforms_that_are_not_stored_are_passed_over),
		cmocka_unit_test(artifacts_are_no_candidates),
		cmocka_unit_test(artifacts_are_known_by_their_config_or_layers),
		cmocka_unit_test(media_type_that_is_missing_is_found_by_looking),
		cmocka_unit_test(lists_are_complete_and_bounded),
		cmocka_unit_test(docker_archives_choose_by_tag_id_and_platform),
		cmocka_unit_test(docker_archives_with_several_images_need_a_name),
	};
	return cmocka_run_group_tests_name("oci-choose", tests, NULL, NULL);
}
