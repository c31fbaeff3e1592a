/* names: the paths that files of a bundle get: safe for every reader, each used once. */
#ifndef SICKBAY_BUNDLES_NAMES_H
#define SICKBAY_BUNDLES_NAMES_H
#include <stdbool.h>

/* path without empty and "." segments; ".." becomes "__"; what is hidden, no UTF-8 or a backslash becomes "_"; segments are
 * cut at 255 bytes. Names come from nodes and are not to be trusted. Caller frees. */
char *names_clean_path(const char *path);

struct names; /* a set of paths */
struct names *names_new(void);
void names_free(struct names *n);
/* path must live as long as the set. */
void names_add(struct names *n, const char *path);
bool names_has(const struct names *n, const char *path);
/* path, or path with "-2", "-3", ... before the last dot of its name when others have it. Caller frees. */
char *names_unused(const struct names *n, const char *path);

#endif
