/* secrets: passwords and passphrases, each asked for once on the terminal and kept in locked memory for all nodes.
 *
 * They come from nowhere else: no option, no variable, no file. Safe to call from several threads; while one of them asks,
 * the others that need the same wait. */
#ifndef SICKBAY_COLLECT_SECRETS_H
#define SICKBAY_COLLECT_SECRETS_H
#include "base/err.h"
#include <stdatomic.h>
#include <stdbool.h>

#define SECRET_LOGIN "login" /* the SSH password of the nodes */
#define SECRET_SUDO "sudo"

struct secrets;
/* cancel may be NULL. *asking is true while a question stands on the terminal. */
struct secrets *secrets_new(const atomic_bool *cancel, atomic_bool *asking);
void secrets_free(struct secrets *s); /* NULL allowed; wipes */
/* Whether there is a terminal to ask on. */
bool secrets_can_ask(void);
/* The secret called id; asks with the prompt the first time. Borrowed until secrets_free. ERR_ABSENT: no terminal, or
 * nothing was typed; ERR_DENIED: nodes refused it too often to try it on more; ERR_CANCELED. */
int secrets_get(struct secrets *s, const char *id, const char *prompt, const char **out, struct err *e);
/* What came of it. A secret that three nodes refused and none accepted is given out no more, so that no account is locked
 * for a typing error. */
void secrets_accepted(struct secrets *s, const char *id);
void secrets_refused(struct secrets *s, const char *id);
/* It was wrong for sure (a key's passphrase): the next one is asked for, three times at most. */
void secrets_forget(struct secrets *s, const char *id);

#endif
