/*
 * Who signed: the issuer in an OpenPGP signature packet. Nothing is verified here.
 *
 *	packet   1xttttll (old) or 11tttttt (new), length, body     tag 2: signature
 *	v3 body  3 5 type:1 time:4 key:8 …
 *	v4 body  4 type:1 key algo:1 hash algo:1 length:2 subpackets  length:2 subpackets …
 *	sub      length (1, 2 or 5 bytes) type:1 …      16 key id:8, 33 version:1 fingerprint:20
 */
#include "format/rpm_header.h"

enum { TAG_SIGNATURE = 2, SUB_ISSUER = 16, SUB_FINGERPRINT = 33, KEY_ID_BYTES = 8 };

/* One byte below 192, two below 8384 (packets: and no partial lengths), five behind 255. */
static uint32_t new_length(struct lc_rd *r)
{
	uint32_t first = lc_rd_u8(r);
	if (first < 192)
		return first;
	if (first < 255)
		return ((first - 192) << 8) + lc_rd_u8(r) + 192;
	return lc_rd_be32(r);
}

static struct lc_slice packet_body(struct lc_slice packet)
{
	struct lc_rd r = lc_rd_of(packet);
	uint8_t head = lc_rd_u8(&r);
	bool is_new = head & 0x40;
	uint8_t tag = is_new ? head & 0x3f : head >> 2 & 0xf;
	size_t n = 0;
	if (!(head & 0x80) || tag != TAG_SIGNATURE)
		return lc_slice_of(NULL, 0);
	if (is_new)
		n = new_length(&r);
	else if ((head & 3) == 0)
		n = lc_rd_u8(&r);
	else if ((head & 3) == 1)
		n = lc_rd_be16(&r);
	else if ((head & 3) == 2)
		n = lc_rd_be32(&r);
	else
		n = lc_rd_left(&r); /* to the end */
	return lc_rd_take(&r, n);
}

static struct lc_slice issuer_in(struct lc_slice subpackets)
{
	struct lc_rd r = lc_rd_of(subpackets);
	while (lc_rd_left(&r)) {
		struct lc_slice sub = lc_rd_take(&r, new_length(&r));
		uint8_t type = sub.n ? sub.p[0] & 0x7f : 0; /* the top bit: critical */
		if (type == SUB_ISSUER && sub.n == 1 + KEY_ID_BYTES)
			return lc_skip(sub, 1);
		if (type == SUB_FINGERPRINT && sub.n == 2 + 20 && sub.p[1] == 4)
			return lc_skip(sub, sub.n - KEY_ID_BYTES);
	}
	return lc_slice_of(NULL, 0);
}

static struct lc_slice issuer_v4(struct lc_rd *r)
{
	(void)lc_rd_take(r, 3); /* type, algorithms */
	struct lc_slice hashed = lc_rd_take(r, lc_rd_be16(r));
	struct lc_slice unhashed = lc_rd_take(r, lc_rd_be16(r));
	struct lc_slice key = issuer_in(hashed);
	return key.n ? key : issuer_in(unhashed);
}

struct lc_slice rpm_signature_key(struct lc_slice packet)
{
	struct lc_rd r = lc_rd_of(packet_body(packet));
	uint8_t version = lc_rd_u8(&r);
	if (version == 4)
		return issuer_v4(&r);
	if (version == 3 && lc_rd_u8(&r) == 5) {
		(void)lc_rd_take(&r, 5); /* type, time */
		return lc_rd_take(&r, KEY_ID_BYTES);
	}
	return lc_slice_of(NULL, 0);
}
