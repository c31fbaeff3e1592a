/* placeholder: what stands in a bundle in place of a credential: **REDACTED:password:7f3a01c4**.
 *
 * The digits are a keyed hash of the value. The key is drawn for one bundle and kept nowhere, so that one value has one
 * placeholder within a bundle, wherever it is found and in whatever packing (plain, base64, a PEM key with its line
 * breaks written out), and nobody can try values against it, tell its length, or compare bundles. The kind is the one by
 * which the value was recognised first. Thread-safe. */
#ifndef SICKBAY_COLLECT_PLACEHOLDER_H
#define SICKBAY_COLLECT_PLACEHOLDER_H
#include "base/buf.h"
#include "bundles/tally.h"

enum { PLACEHOLDER_KEY = 32, PLACEHOLDER_MAX = 64 };
struct placeholders;
/* key NULL: drawn from the system's random numbers; that failing ends the program: nothing may be written without. */
struct placeholders *placeholders_new(const unsigned char key[PLACEHOLDER_KEY]);
void placeholders_free(struct placeholders *p);
/* Writes the placeholder of a value; returns its length. kind: letters, digits, '-'. */
size_t placeholder_make(const struct placeholders *p, const char *kind, struct str value, char out[PLACEHOLDER_MAX]);
int placeholder_add(const struct placeholders *p, const char *kind, struct str value, struct buf *out, struct err *e);
/* The same for a value in base64, as the data of Secrets has it; pack: the placeholder in base64, too. */
int placeholder_add_base64(const struct placeholders *p, const char *kind, struct str value, bool pack, struct buf *out);
/* Whether v is one placeholder and nothing else, plain or in base64. */
bool placeholder_is(struct str v);
/* Whether v begins with one. */
bool placeholder_begins(struct str v);
/* Whether byte `at` of a text lies within one. */
bool placeholder_covers(struct str text, size_t at);
/* Counts the placeholders in a text by kind. */
void placeholder_count(struct str text, struct tally *t);

#endif
