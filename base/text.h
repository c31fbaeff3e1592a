/* text: UTF-8, escaping, globbing. */
#ifndef SICKBAY_BASE_TEXT_H
#define SICKBAY_BASE_TEXT_H
#include "base/buf.h"

/* Length of the UTF-8 character at p with its code point, or 0 when there is none (overlong, surrogate, cut off). */
size_t text_utf8_decode(const char *p, size_t n, unsigned *cp);
/* Control characters, C1, bidi controls, line separators: what must never reach a terminal or a page as it is. */
bool text_is_hidden(unsigned cp);
/* Writes "\x1b" or "\u202e"; returns the length. */
size_t text_visible_escape(unsigned cp, char out[12]);
bool text_utf8_valid(const char *p, size_t n);
/* Appends p with every invalid byte and NUL replaced by U+FFFD. */
int text_utf8_repair(const char *p, size_t n, struct buf *out, struct err *e);
/* Appends p escaped for HTML text and quoted attributes: & < > " ' ; hidden characters but tab and newline, and bytes
 * that are not UTF-8, made visible. */
int text_html(const char *p, size_t n, struct buf *out, struct err *e);
/* Glob over a whole string: * (not /), ** (anything), ? (not /), no classes. */
bool text_glob(const char *pattern, struct str s);
/* Matches a path pattern with named parts, "nodes/{node}/journal/{unit}.log"; {name} matches one or more bytes
 * within one segment, {name**} across segments, as many as they can. caps[i] is filled in the order of the names in the
 * pattern. Returns the number of captures, or -1 when it does not match. */
int text_path_match(const char *pattern, struct str path, struct str *caps, int max);
/* Edits (insert, delete, replace, swap neighbours) between two names; at most `cap`, which also stands for "more".
 * For "did you mean". */
int text_distance(const char *a, const char *b, int cap);

#endif
