/* summary: the closing words of a collection, and its plan as a document. */
#ifndef SICKBAY_COLLECT_SUMMARY_H
#define SICKBAY_COLLECT_SUMMARY_H
#include "collect/nodes.h"
#include "collect/run.h"

/* What was got, what was not and why, where the file is, what to type next. note: one more thing to know, or NULL. */
void summary_print(struct run *run, const struct nodes *nodes, const char *note, const char *path, FILE *f);

#endif
