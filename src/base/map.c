#include "base/map.h"

#include <endian.h>
#include <pthread.h>
#include <sys/auxv.h>

#include "base/arith.h"
#include "base/shim.h"

/* ---- SipHash-2-4: Aumasson, Bernstein, "SipHash: a fast short-input PRF", 2012 ---- */

struct sip {
	uint64_t a;
	uint64_t b;
	uint64_t c;
	uint64_t d;
};

static uint64_t rotl(uint64_t v, unsigned n)
{
	return v << n | v >> (64 - n);
}

static inline void sip_round(struct sip *s)
{
	s->a += s->b;
	s->c += s->d;
	s->b = rotl(s->b, 13) ^ s->a;
	s->d = rotl(s->d, 16) ^ s->c;
	s->a = rotl(s->a, 32) + s->d;
	s->c += s->b;
	s->d = rotl(s->d, 21) ^ s->a;
	s->b = rotl(s->b, 17) ^ s->c;
	s->c = rotl(s->c, 32);
}

static inline void sip_word(struct sip *s, uint64_t m)
{
	s->d ^= m;
	sip_round(s);
	sip_round(s);
	s->a ^= m;
}

/* n bytes, at most 8, as the lowest of a number. */
static inline uint64_t load_le64(const uint8_t *p, size_t n)
{
	uint64_t v = 0;
	if (n)
		memcpy(&v, p, n);
	return le64toh(v);
}

uint64_t lc_siphash(struct lc_slice s, const uint64_t key[2])
{
	struct sip st = {
		key[0] ^ 0x736f6d6570736575,
		key[1] ^ 0x646f72616e646f6d,
		key[0] ^ 0x6c7967656e657261,
		key[1] ^ 0x7465646279746573,
	};
	/* Loads in place of a reader: names are hashed more often than anything else is done. */
	size_t i = 0;
	for (; s.n - i >= 8; i += 8)
		sip_word(&st, load_le64(s.p + i, 8));
	sip_word(&st, load_le64(s.p + i, s.n - i) | (uint64_t)s.n << 56);
	st.c ^= 0xff;
	for (i = 0; i < 4; i++)
		sip_round(&st);
	return st.a ^ st.b ^ st.c ^ st.d;
}

/* ---- map ---- */

enum { SLOTS_MIN = 16 };
static const size_t items_max = (size_t)1 << 31;

static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static uint64_t hash_key[2]; /* written once under key_once */

static void make_key(void)
{
	if (lc_random(hash_key, sizeof(hash_key)) == 0)
		return;
	/* Without a source of randomness: what the kernel gave this process at its start. */
	const void *at_start = (const void *)getauxval(AT_RANDOM);
	if (at_start)
		memcpy(hash_key, at_start, sizeof(hash_key));
}

static uint64_t hash_of(struct lc_slice key)
{
	(void)pthread_once(&key_once, make_key); /* fails for a bad object only */
	return lc_siphash(key, hash_key);
}

void lc_map_done(struct lc_map *m)
{
	if (!m)
		return;
	lc_free(m->items);
	lc_free(m->slots);
	*m = (struct lc_map){ 0 };
}

/* Slot of the key, or the free one where it belongs. At least one slot is free, so this ends. */
static size_t slot_of(const struct lc_map *m, struct lc_slice key, uint64_t hash)
{
	size_t mask = m->slots_n - 1;
	size_t at = (size_t)hash & mask;
	while (m->slots[at]) {
		const struct lc_map_item *i = &m->items[m->slots[at] - 1];
		if (i->hash == hash && lc_eq(i->key, key))
			break;
		at = (at + 1) & mask;
	}
	return at;
}

static struct lc_map_item *find(const struct lc_map *m, struct lc_slice key, uint64_t hash)
{
	uint32_t i = m->n ? m->slots[slot_of(m, key, hash)] : 0;
	return i ? &m->items[i - 1] : NULL;
}

static struct lc_map_item *look_up(const struct lc_map *m, struct lc_slice key)
{
	return m->n ? find(m, key, hash_of(key)) : NULL;
}

void *lc_map_get(const struct lc_map *m, struct lc_slice key)
{
	const struct lc_map_item *i = look_up(m, key);
	return i ? i->value : NULL;
}

bool lc_map_has(const struct lc_map *m, struct lc_slice key)
{
	return look_up(m, key) != NULL;
}

static int more_items(struct lc_map *m)
{
	if (m->n < m->items_room)
		return 0;
	size_t room = m->items_room ? m->items_room * 2 : SLOTS_MIN / 2;
	size_t bytes;
	if (!lc_mul(room, sizeof(*m->items), &bytes))
		return LC_ENOMEM;
	struct lc_map_item *items = lc_realloc(m->items, bytes);
	if (!items)
		return LC_ENOMEM;
	m->items = items;
	m->items_room = room;
	return 0;
}

/* Keeps at least half of the slots free. */
static int more_slots(struct lc_map *m)
{
	if (m->n < m->slots_n / 2)
		return 0;
	size_t slots_n = m->slots_n ? m->slots_n * 2 : SLOTS_MIN;
	uint32_t *slots = lc_alloc0(slots_n, sizeof(*slots));
	if (!slots)
		return LC_ENOMEM;
	for (size_t i = 0; i < m->n; i++) {
		size_t at = (size_t)m->items[i].hash & (slots_n - 1);
		while (slots[at])
			at = (at + 1) & (slots_n - 1);
		slots[at] = (uint32_t)(i + 1);
	}
	lc_free(m->slots);
	m->slots = slots;
	m->slots_n = slots_n;
	return 0;
}

/* The key is known to be absent. */
static int insert(struct lc_map *m, struct lc_slice key, uint64_t hash, void *value)
{
	if (m->n >= items_max)
		return LC_ELIMIT;
	if (more_items(m) || more_slots(m))
		return LC_ENOMEM;
	size_t at = slot_of(m, key, hash);
	m->items[m->n] = (struct lc_map_item){ key, value, hash };
	m->slots[at] = (uint32_t)++m->n;
	return 0;
}

int lc_map_put(struct lc_map *m, struct lc_slice key, void *value)
{
	uint64_t hash = hash_of(key);
	struct lc_map_item *i = find(m, key, hash);
	if (!i)
		return insert(m, key, hash, value);
	i->value = value;
	return 0;
}

int lc_map_add(struct lc_map *m, struct lc_slice key, void *value, bool *ret_added)
{
	uint64_t hash = hash_of(key);
	bool absent = !find(m, key, hash);
	int r = absent ? insert(m, key, hash, value) : 0;
	if (r == 0 && ret_added)
		*ret_added = absent;
	return r;
}
