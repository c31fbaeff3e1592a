/* prefilter: which of many texts stand in a line, at a fraction of the cost of looking for each.
 *
 * Texts of similar length are put into one group. A group looks at every k-th run of four bytes of the line, k chosen so
 * that no text of the group can hide between two looks, and compares whole texts only where such a run is part of one. */
#ifndef SICKBAY_ANALYZE_PREFILTER_H
#define SICKBAY_ANALYZE_PREFILTER_H
#include "base/buf.h"
#include <stdint.h>

struct prefilter;
/* texts[i] (not empty) belongs to owner owners[i]; several texts may have the same owner. Copied. */
struct prefilter *prefilter_new(const struct str *texts, const int *owners, int n);
void prefilter_free(struct prefilter *p);
/* Sets found[owner] for every owner that has a text in the line; found is a bitmap of 64-bit words, cleared by the caller.
 * Returns whether there was any. */
bool prefilter_scan(const struct prefilter *p, struct str line, uint64_t *found);

#endif
