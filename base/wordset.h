/* wordset: which of a few hundred short words stand in a text, whatever their case, in one look at each byte.
 *
 * An Aho-Corasick automaton, made into a table: one load a byte, however many words there are. */
#ifndef SICKBAY_BASE_WORDSET_H
#define SICKBAY_BASE_WORDSET_H
#include "base/buf.h"
#include <stdint.h>

enum { WORDSET_OWNERS = 128, WORDSET_LETTERS = 65000 };
struct wordset;
/* words[i] (not empty) belongs to owner owners[i] < WORDSET_OWNERS; several words may have one owner. Copied.
 * All words together have fewer than WORDSET_LETTERS letters (asserted). */
struct wordset *wordset_new(const struct str *words, const int *owners, int n);
void wordset_free(struct wordset *w);
/* Sets the bit of every owner that has a word in the text; found is cleared first. Returns whether there is any. */
bool wordset_scan(const struct wordset *w, struct str text, uint64_t found[WORDSET_OWNERS / 64]);

#endif
