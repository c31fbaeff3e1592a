/* clock: time as integer microseconds since 1970 UTC. TIME_NONE is "not known". */
#ifndef SICKBAY_BASE_CLOCK_H
#define SICKBAY_BASE_CLOCK_H
#include "base/buf.h"
#include <stdint.h>

#define TIME_NONE INT64_MIN
#define US_PER_S INT64_C(1000000)

int64_t clock_now(void);  /* wall clock, µs */
int64_t clock_mono(void); /* monotonic, µs: for deadlines and durations */
int64_t clock_cpu(void);  /* processor time that the calling thread has used, µs: for budgets that a busy machine must not shorten */
/* ISO 8601 / RFC 3339: "2026-11-23T19:33:31.123456Z", "...+02:00", "...+0200", a blank for T, no fraction.
 * Returns µs, or TIME_NONE when s does not begin with one; *used gets the bytes eaten (may be NULL). */
int64_t clock_parse_iso(struct str s, size_t *used);
/* µs for a civil UTC time; no range check beyond int64. month 1-12. */
int64_t clock_from_civil(int year, int month, int day, int hour, int min, int sec, int us);
/* "2026-11-23T19:33:31Z", with ".123456" when us != 0 in the second. buf needs 32 bytes; returns buf; "" for TIME_NONE. */
char *clock_format(int64_t us, char buf[32]);
/* "90s" "15m" "24h" "7d" "1h30m" (a bare number is seconds) to µs; ERR_USAGE otherwise. */
int clock_parse_duration(const char *s, int64_t *us, struct err *e);
/* A moment in the past: a duration before `now`, or ISO 8601 as people write it: "2026-11-20", "2026-11-20 10:00", with
 * seconds and a zone (without: UTC). ERR_USAGE otherwise, and for what lies after now. */
int clock_parse_moment(const char *s, int64_t now, int64_t *us, struct err *e);
/* Age as kubectl prints it: "45s" "12m" "5h12m" "3d". buf needs 24 bytes. */
char *clock_age(int64_t us, char buf[24]);

#endif
