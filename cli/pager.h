/* pager: long output on a terminal goes through $PAGER, else through less when there is one. */
#ifndef SICKBAY_CLI_PAGER_H
#define SICKBAY_CLI_PAGER_H
#include <stdio.h>

/* The stream to print to: a pipe to the pager when standard output is a terminal, else stdout. PAGER empty or "cat" turns it off. */
FILE *pager_open(void);
/* Ends the pager's input and waits until its user is done. Nothing for stdout. */
void pager_close(FILE *f);

#endif
