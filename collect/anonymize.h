/* anonymize: names of machines, addresses and domains in other ones, the same ones everywhere in a bundle, and in later
 * bundles when the same map is given again. Two passes: every line of a bundle is learned from first, because a name may stand
 * in a file long before the file that tells that it is a name. What to look for is collect/anonymize.yaml.
 *
 * The map (a JSON file: key of the addresses, names, and for the reader every address) is the operator's and never part of
 * a bundle. One thread at a time. */
#ifndef SICKBAY_COLLECT_ANONYMIZE_H
#define SICKBAY_COLLECT_ANONYMIZE_H
#include "base/json.h"
#include "collect/redact.h"

struct anonymizer;
/* map: a file that anonymizer_save wrote, or NULL: a new map with a key of its own. */
int anonymizer_new(const char *map, struct anonymizer **out, struct err *e);
void anonymizer_free(struct anonymizer *a);
void clean_anonymizer(struct anonymizer **a);
/* First pass. */
void anonymizer_learn_path(struct anonymizer *a, const char *path);
void anonymizer_learn(struct anonymizer *a, const char *path, struct str line);
/* Ends it: everything learned gets its name. */
void anonymizer_settle(struct anonymizer *a);
/* Second pass. Appends a line, or any piece of text that begins and ends between words. */
int anonymizer_text(struct anonymizer *a, struct str text, struct buf *out, struct err *e);
char *anonymizer_path(struct anonymizer *a, const char *path); /* caller frees; NULL stays NULL */
/* Rules that take out what no mapping reaches into: certificates. Borrowed. */
const struct redact *anonymizer_rules(const struct anonymizer *a);
/* Writes the map, mode 0600. */
int anonymizer_save(const struct anonymizer *a, const char *path, struct err *e);
/* "12 names, 3 domains, 40 addresses". Caller frees. */
char *anonymizer_summary(const struct anonymizer *a);

#endif
