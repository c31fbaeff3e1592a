/* term: what may be shown on a terminal and how. */
#ifndef SICKBAY_BASE_TERM_H
#define SICKBAY_BASE_TERM_H
#include "base/buf.h"
#include <stdio.h>

/* Colour only when f is a terminal, NO_COLOR is unset or empty, and TERM is not "dumb". */
bool term_colour(FILE *f);
bool term_is_tty(FILE *f);
/* Standard output goes through a pager to the terminal fd: it counts as that. -1: no longer. */
void term_paged(int fd);
int term_width(FILE *f);  /* columns; 80 when not a terminal */
int term_height(FILE *f); /* lines; 24 when not a terminal */
enum term_style { TERM_PLAIN, TERM_BOLD, TERM_DIM, TERM_RED, TERM_YELLOW, TERM_GREEN, TERM_CYAN };
/* Starts a style; TERM_PLAIN resets. Prints nothing without colour. */
void term_style(FILE *f, enum term_style s);
/* Prints text from outside: control characters (ESC, CR, C1, bidi overrides) become visible escapes \x1b, invalid
 * UTF-8 becomes \xNN; tab stays; newline stays only if keep_newlines. */
void term_print_safe(FILE *f, const char *p, size_t n, bool keep_newlines);
/* A sentence, broken between words (Chinese: between characters) so that it stays within `width` columns, each line indented; at
 * most max_lines of them. Ends with a newline. */
void term_print_wrapped(FILE *f, const char *s, int indent, int width, int max_lines);

#endif
