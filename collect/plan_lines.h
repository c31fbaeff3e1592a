/* plan_lines: on which line of a YAML text a key of a section, or of an item of a section's list, stands. The tree that
 * yaml_parse gives knows no lines; a plan's errors need them. */
#ifndef SICKBAY_COLLECT_PLAN_LINES_H
#define SICKBAY_COLLECT_PLAN_LINES_H
#include "base/buf.h"

struct plan_lines;
/* Never fails; of a text that does not parse it knows what came before the mistake. */
struct plan_lines *plan_lines_new(struct str text);
void plan_lines_free(struct plan_lines *l);
/* 1-based line of section[index].key; index -1: of section.key; key NULL: of the item or the section itself. Falls back
 * to the nearest thing that is known, 1 at worst. */
int plan_lines_find(const struct plan_lines *l, const char *section, int index, const char *key);

#endif
