/* redact_value: names, signs and values of assignments in a line of text, in whatever syntax; for collect/redact*.c. */
#ifndef SICKBAY_COLLECT_REDACT_VALUE_H
#define SICKBAY_COLLECT_REDACT_VALUE_H
#include "base/buf.h"

/* A quote as it stands in a text: within a string of JSON it has backslashes in front, one level deeper three. */
struct redact_quote {
	char c;      /* 0: none */
	size_t n;    /* length with its backslashes */
};
/* What stands behind a name. */
struct redact_link {
	char sign;                 /* '=', ':', ' ' (an option and its value), ',' (in a list of arguments), '(' (a value in quotes
	                              without a sign: PASSWORD 'x'), '-' (a default: ${NAME:-x}); 0: nothing, the name is a word */
	size_t blanks;             /* in front of the value */
	size_t value;              /* offset of it */
	struct redact_quote quote; /* in front of the name */
	bool key_quoted;           /* the name alone stands in it */
	bool subscript;            /* cfg['name'] */
	bool fallback;             /* the value is what a program takes in place of another: getenv("X", "y") */
	bool percent;              /* name%3Dvalue, as URLs have it */
};
/* The name is line[from, to). */
struct redact_link redact_link_at(struct str line, size_t from, size_t to);
/* The value that begins at l->value: *from and *to get its place without quotes; *quoted: it has them. False: there is none.
 * whole: where the quote stands in front of the name, the value ends with it ("NAME=two words"). */
bool redact_value_at(struct str line, const struct redact_link *l, bool whole, size_t *from, size_t *to, bool *quoted);
/* Whether what Go prints of a map begins in front of `at`, not far from it. */
bool redact_in_go_map(struct str line, size_t at);
/* getenv(, define(, config.get(: a function that takes a name, and may be a value, or finds one; its bracket is at p. */
bool redact_is_setting(struct str line, size_t p);
bool redact_is_word(char c); /* of which names consist */
bool redact_is_blank(char c);

#endif
