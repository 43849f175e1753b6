#include "trust/proto_json.h"

#include "base/time.h"
#include "format/base64.h"

/* Is key the field's name, in lowerCamelCase or in the form with underscores? */
static bool is_name(struct lc_slice key, const char *name)
{
	size_t i = 0;
	if (lc_eq(key, lc_str(name)))
		return true;
	for (; *name; name++) {
		bool upper = *name >= 'A' && *name <= 'Z';
		if (upper && (i >= key.n || key.p[i++] != '_'))
			return false;
		if (i >= key.n || key.p[i++] != lc_lower((uint8_t)*name))
			return false;
	}
	return i == key.n;
}

static bool find(struct lc_slice key, const char *const *names, size_t *ret)
{
	for (size_t i = 0; i < PROTO_FIELDS_MAX && names[i]; i++)
		if (is_name(key, names[i])) {
			*ret = i;
			return true;
		}
	return false;
}

int proto_fields(const struct json_doc *d, json_ref r, const char *const *names, json_ref *ret,
		 struct lc_err *e)
{
	size_t i;
	if (r == JSON_NONE || json_type_of(d, r) != JSON_OBJECT)
		return lc_fail(e, LC_EBAD, "not an object");
	for (i = 0; i < PROTO_FIELDS_MAX && names[i]; i++)
		ret[i] = JSON_NONE;
	bool seen[PROTO_FIELDS_MAX] = { false };
	json_each(d, r, child) {
		if (!find(json_key(d, child), names, &i))
			return lc_fail(e, LC_EBAD, "unknown field '%s'",
				       lc_quote(json_key(d, child)).s);
		if (seen[i])
			return lc_fail(e, LC_EBAD, "field %s stands twice", names[i]);
		seen[i] = true;
		if (json_type_of(d, child) != JSON_NULL)
			ret[i] = child;
	}
	return 0;
}

int proto_bytes(const struct json_doc *d, json_ref r, const char *name, struct lc_arena *a,
		struct lc_slice *ret, struct lc_err *e)
{
	struct lc_buf b;
	*ret = (struct lc_slice){ NULL, 0 };
	if (r == JSON_NONE)
		return 0;
	if (!json_is_str(d, r))
		return lc_fail(e, LC_EBAD, "%s is not text", name);
	lc_buf_init(&b, json_str(d, r).n + 4);
	int rc = base64_decode_any(json_str(d, r), &b);
	if (rc == LC_EBAD)
		(void)lc_fail(e, rc, "%s is not base64", name);
	rc = rc ? rc : lc_arena_dup(a, lc_buf_get(&b), ret);
	lc_buf_done(&b);
	return rc == 0 || rc == LC_EBAD ? rc : lc_fail(e, rc, "no memory for %s", name);
}

int proto_i64(const struct json_doc *d, json_ref r, const char *name, int64_t *ret,
	      struct lc_err *e)
{
	*ret = 0;
	if (r == JSON_NONE || json_i64(d, r, ret))
		return 0;
	struct lc_slice s = json_is_str(d, r) ? json_str(d, r) : (struct lc_slice){ NULL, 0 };
	bool minus = lc_chop_prefix(&s, LC_S("-"));
	uint64_t v;
	if (!lc_u64(s, 10, INT64_MAX, &v))
		return lc_fail(e, LC_EBAD, "%s is not a number", name);
	*ret = minus ? -(int64_t)v : (int64_t)v;
	return 0;
}

int proto_str(const struct json_doc *d, json_ref r, const char *name, struct lc_slice *ret,
	      struct lc_err *e)
{
	*ret = (struct lc_slice){ NULL, 0 };
	if (r != JSON_NONE && !json_is_str(d, r))
		return lc_fail(e, LC_EBAD, "%s is not text", name);
	if (r != JSON_NONE)
		*ret = json_str(d, r);
	return 0;
}

int proto_count(const struct json_doc *d, json_ref r, const char *name, uint32_t max, uint32_t *ret,
		struct lc_err *e)
{
	*ret = 0;
	if (r == JSON_NONE)
		return 0;
	if (json_type_of(d, r) != JSON_ARRAY)
		return lc_fail(e, LC_EBAD, "%s is not a list", name);
	*ret = json_count(d, r);
	return *ret <= max ? 0
			   : lc_fail(e, LC_ELIMIT, "%u %s, at most %u are read", *ret, name, max);
}

static int read_time(const struct json_doc *d, json_ref r, bool *ret_has, int64_t *ret,
		     struct lc_err *e)
{
	uint32_t ns;
	*ret_has = r != JSON_NONE;
	if (r == JSON_NONE || lc_time_parse(json_str(d, r), ret, &ns))
		return 0;
	return lc_fail(e, LC_EBAD, "a time that is not in RFC 3339");
}

int proto_window(const struct json_doc *d, json_ref r, struct trust_window *ret, struct lc_err *e)
{
	static const char *const names[] = { "start", "end", NULL };
	json_ref f[PROTO_FIELDS_MAX];
	*ret = (struct trust_window){ 0 };
	if (r == JSON_NONE)
		return 0;
	int rc = proto_fields(d, r, names, f, e);
	rc = rc ? rc : read_time(d, f[0], &ret->has_start, &ret->start, e);
	rc = rc ? rc : read_time(d, f[1], &ret->has_end, &ret->end, e);
	return rc ? lc_wrap(e, rc, "validFor") : 0;
}

void proto_write_window(struct json_writer *w, const struct trust_window *v)
{
	char time[LC_TIME_MAX];
	json_begin_object(w);
	if (v->has_start) {
		lc_time_format(v->start, 0, time);
		json_member_cstr(w, "start", time);
	}
	if (v->has_end) {
		lc_time_format(v->end, 0, time);
		json_member_cstr(w, "end", time);
	}
	json_end_object(w);
}

const char *proto_key_details(const struct crypt_public *k, bool hashed)
{
	switch (crypt_public_type(k)) {
	case CRYPT_P384:
		return "PKIX_ECDSA_P384_SHA_384";
	case CRYPT_P521:
		return "PKIX_ECDSA_P521_SHA_512";
	case CRYPT_ED25519:
		return hashed ? "PKIX_ED25519_PH" : "PKIX_ED25519";
	case CRYPT_RSA:
		switch (crypt_public_bits(k)) {
		case 2048:
			return "PKIX_RSA_PKCS1V15_2048_SHA256";
		case 3072:
			return "PKIX_RSA_PKCS1V15_3072_SHA256";
		default:
			return "PKIX_RSA_PKCS1V15_4096_SHA256";
		}
	default:
		return "PKIX_ECDSA_P256_SHA_256";
	}
}
