/* namemap: names and what they are called instead; case does not matter. */
#ifndef SICKBAY_COLLECT_NAMEMAP_H
#define SICKBAY_COLLECT_NAMEMAP_H
#include "base/json.h"

struct namemap;
struct namemap *namemap_new(void);
void namemap_free(struct namemap *m);
/* Names a thing; false when it has a name already. to may be NULL: the thing is known and has none yet. Copies. */
bool namemap_add(struct namemap *m, struct str from, const char *to);
/* NULL: not known; "": known, without a name. Borrowed until the next add. */
const char *namemap_get(const struct namemap *m, struct str from);
/* Gives a name to every thing that has none, in their order: prefix and the next number that is no thing in `taken`. */
void namemap_number(struct namemap *m, const char *prefix, const struct namemap *taken);
size_t namemap_count(const struct namemap *m);
/* As a JSON object, sorted; and back (known things keep their names). */
cJSON *namemap_json(const struct namemap *m);
void namemap_load(struct namemap *m, const cJSON *o);

#endif
