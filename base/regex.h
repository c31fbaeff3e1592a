/* regex: PCRE2 with JIT, match limits and named groups. A compiled pattern may be shared by threads; a matcher not. */
#ifndef SICKBAY_BASE_REGEX_H
#define SICKBAY_BASE_REGEX_H
#include "base/buf.h"

struct regex;
enum { REGEX_CASELESS = 1 };
/* UTF is off: bytes are bytes, log lines may hold anything. ERR_FORMAT names offset and reason. */
int regex_compile(const char *pattern, int flags, struct regex **out, struct err *e);
void regex_free(struct regex *r);
void clean_regex(struct regex **r);
/* True on a match; groups[i] gets capture i+1 (unset: p NULL), i < max; the whole match is not among them.
 * A pattern that exceeds the match limit (a hostile line) counts as no match. Uses a thread-local match data block. */
bool regex_match(const struct regex *r, struct str s, struct str *groups, int max);
/* Like regex_find below, but 1 for a match, 0 for none, -1 when the pattern gave up: for what must not be missed. */
int regex_search(const struct regex *r, struct str s, size_t from, size_t *start, size_t *end, struct str *groups, int max);
/* Like it, from offset on; *start and *end get the whole match. For replacing. */
bool regex_find(const struct regex *r, struct str s, size_t from, size_t *start, size_t *end, struct str *groups, int max);
int regex_group_count(const struct regex *r); /* without group 0 */
/* Name of the capture that lands in groups[i], or NULL. */
const char *regex_group_name(const struct regex *r, int i);

#endif
