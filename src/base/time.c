#include "base/time.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/shim.h"

static const int64_t seconds_min = -62167219200; /* 0000-01-01T00:00:00Z */
static const int64_t seconds_max = 253402300799; /* 9999-12-31T23:59:59Z */
enum { DAY = 86400, ERA_DAYS = 146097 };

/* Quotient towards minus infinity. */
static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/*
 * Days since 1970-01-01. Years are counted from March, so that the leap day is the last of its
 * year, in eras of 400 years, each of ERA_DAYS days. 719468 days lie between 0000-03-01 and
 * 1970-01-01.
 */
static int64_t days_of(int64_t year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t era = floor_div(y, 400);
	int64_t of_era = y - era * 400;
	int from_march = (month + 9) % 12;
	int64_t of_year = (153 * from_march + 2) / 5 + day - 1;
	return era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int64_t lc_civil_seconds(const struct lc_civil *c)
{
	return days_of(c->year, c->month, c->day) * DAY + c->hour * 3600 + c->minute * 60 +
	       c->second;
}

static void set_date(struct lc_civil *c, int64_t days)
{
	days += 719468;
	int64_t era = floor_div(days, ERA_DAYS);
	int64_t of_era = days - era * ERA_DAYS;
	int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / (ERA_DAYS - 1)) / 365;
	int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
	int64_t from_march = (5 * of_year + 2) / 153;
	c->day = (uint8_t)(of_year - (153 * from_march + 2) / 5 + 1);
	c->month = (uint8_t)(from_march < 10 ? from_march + 3 : from_march - 9);
	c->year = (int32_t)(y + era * 400 + (c->month <= 2));
}

struct lc_civil lc_civil_of(int64_t seconds, uint32_t nanosecond)
{
	if (seconds < seconds_min)
		seconds = seconds_min;
	if (seconds > seconds_max)
		seconds = seconds_max;
	int64_t days = floor_div(seconds, DAY);
	int64_t rest = seconds - days * DAY;
	struct lc_civil c = {
		.hour = (uint8_t)(rest / 3600),
		.minute = (uint8_t)(rest / 60 % 60),
		.second = (uint8_t)(rest % 60),
		.nanosecond = nanosecond,
	};
	set_date(&c, days);
	return c;
}

/* ---- reading ---- */

/* Exactly n digits, min to max; else the reader becomes bad. */
static uint32_t digits(struct lc_rd *r, size_t n, uint32_t min, uint32_t max)
{
	uint64_t v = 0;
	if (!lc_u64(lc_rd_take(r, n), 10, max, &v) || v < min)
		r->bad = true;
	return (uint32_t)v;
}

static void expect(struct lc_rd *r, uint8_t c)
{
	if (lc_rd_u8(r) != c)
		r->bad = true;
}

static uint8_t peek(const struct lc_rd *r)
{
	return lc_rd_left(r) ? r->in.p[r->off] : 0;
}

static uint8_t days_in(int32_t year, uint8_t month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return month == 2 && leap ? 29 : days[month - 1];
}

static void read_date(struct lc_rd *r, struct lc_civil *c)
{
	c->year = (int32_t)digits(r, 4, 0, 9999);
	expect(r, '-');
	c->month = (uint8_t)digits(r, 2, 1, 12);
	expect(r, '-');
	c->day = (uint8_t)digits(r, 2, 1, 31);
	if (!r->bad && c->day > days_in(c->year, c->month))
		r->bad = true;
}

static uint32_t read_fraction(struct lc_rd *r)
{
	if (peek(r) != '.')
		return 0;
	lc_rd_u8(r);
	uint32_t ns = 0;
	uint32_t unit = 100000000;
	if (!lc_is_digit(peek(r)))
		r->bad = true;
	for (; lc_is_digit(peek(r)); unit /= 10)
		ns += unit * (uint32_t)(lc_rd_u8(r) - '0');
	return ns;
}

static void read_clock(struct lc_rd *r, struct lc_civil *c)
{
	c->hour = (uint8_t)digits(r, 2, 0, 23);
	expect(r, ':');
	c->minute = (uint8_t)digits(r, 2, 0, 59);
	expect(r, ':');
	uint32_t second = digits(r, 2, 0, 60);
	c->second = (uint8_t)(second == 60 ? 59 : second);
	c->nanosecond = read_fraction(r);
}

/* Seconds by which local time is ahead of UTC. */
static int32_t read_offset(struct lc_rd *r)
{
	uint8_t sign = lc_rd_u8(r);
	if (lc_lower(sign) == 'z')
		return 0;
	if (sign != '+' && sign != '-')
		r->bad = true;
	int32_t hours = (int32_t)digits(r, 2, 0, 23);
	expect(r, ':');
	int32_t minutes = (int32_t)digits(r, 2, 0, 59);
	int32_t offset = hours * 3600 + minutes * 60;
	return sign == '-' ? -offset : offset;
}

bool lc_time_parse(struct lc_slice s, int64_t *ret_seconds, uint32_t *ret_ns)
{
	struct lc_rd r = lc_rd_of(s);
	struct lc_civil c = { 0 };
	int32_t ahead = 0;
	read_date(&r, &c);
	if (lc_rd_left(&r)) {
		uint8_t sep = lc_rd_u8(&r);
		if (sep != 'T' && sep != 't' && sep != ' ')
			return false;
		read_clock(&r, &c);
		ahead = read_offset(&r);
	}
	if (r.bad || lc_rd_left(&r))
		return false;
	*ret_seconds = lc_civil_seconds(&c) - ahead;
	*ret_ns = c.nanosecond;
	return true;
}

/* ---- writing ---- */

void lc_time_format(int64_t seconds, uint32_t ns, char ret[LC_TIME_MAX])
{
	struct lc_civil c = lc_civil_of(seconds, ns % 1000000000);
	char fraction[11] = "";
	if (c.nanosecond) {
		(void)snprintf(fraction, sizeof(fraction), ".%09u", c.nanosecond % 1000000000);
		for (size_t n = 9; fraction[n] == '0'; n--)
			fraction[n] = '\0';
	}
	(void)snprintf(ret, LC_TIME_MAX, "%04d-%02u-%02uT%02u:%02u:%02u%sZ", c.year, c.month, c.day,
		       c.hour, c.minute, c.second, fraction);
}

void lc_date_format(int64_t seconds, char ret[LC_TIME_MAX])
{
	struct lc_civil c = lc_civil_of(seconds, 0);
	(void)snprintf(ret, LC_TIME_MAX, "%04d-%02u-%02u", c.year, c.month, c.day);
}

int64_t lc_now_seconds(bool reproducible)
{
	uint64_t v;
	const char *epoch = reproducible ? getenv("SOURCE_DATE_EPOCH") : NULL;
	if (epoch && lc_u64(lc_str(epoch), 10, (uint64_t)seconds_max, &v))
		return (int64_t)v;
	return floor_div(lc_now_ns(), 1000000000);
}
