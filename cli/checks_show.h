/* checks_show: one check explained like a page of a manual. */
#ifndef SICKBAY_CLI_CHECKS_SHOW_H
#define SICKBAY_CLI_CHECKS_SHOW_H
#include "analyze/checks.h"

/* Through the pager on a terminal. Returns the exit status; an id that is none fills e. */
int checks_show(const struct checkset *set, const char *id, int lang, struct err *e);

#endif
