/* pager: long output on a terminal goes through $PAGER, else through less when there is one. PAGER empty or "cat" turns it off.
 *
 * Between begin and end, standard output is the pager's input and still counts as the terminal it ends on (term_is_tty,
 * term_width), so that nothing is printed to it that a terminal must not see. */
#ifndef SICKBAY_CLI_PAGER_H
#define SICKBAY_CLI_PAGER_H
#include <stdbool.h>

/* Nothing when standard output is no terminal. */
void pager_begin(void);
/* Ends the pager's input and waits until its user is done. True when that user left before the end: an error of writing is
 * none then. */
bool pager_end(void);

#endif
