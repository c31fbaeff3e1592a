/* text: UTF-8, escaping, globbing. */
#ifndef SICKBAY_BASE_TEXT_H
#define SICKBAY_BASE_TEXT_H
#include "base/buf.h"

bool text_utf8_valid(const char *p, size_t n);
/* Appends p with every invalid byte and NUL replaced by U+FFFD. */
int text_utf8_repair(const char *p, size_t n, struct buf *out, struct err *e);
/* Appends p escaped for HTML text and quoted attributes: & < > " ' ; bidi controls and C0 controls made visible. */
int text_html(const char *p, size_t n, struct buf *out, struct err *e);
/* Glob over a whole string: * (not /), ** (anything), ?, no classes. */
bool text_glob(const char *pattern, struct str s);
/* Matches a path pattern with named parts, "nodes/{node}/journal/{unit}.log"; {name} matches within one segment,
 * {name**} across segments. caps[i] is filled in the order of the names in the pattern. Returns the number of
 * captures, or -1 when it does not match. */
int text_path_match(const char *pattern, struct str path, struct str *caps, int max);

#endif
