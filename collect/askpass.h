/* askpass: how the ssh program gets passwords without a terminal of its own. ssh runs this program again as its SSH_ASKPASS;
 * that asks us over a socket in a folder that is ours alone. No password is ever in a file, an argument or a variable. */
#ifndef SICKBAY_COLLECT_ASKPASS_H
#define SICKBAY_COLLECT_ASKPASS_H
#include "collect/secrets.h"

struct askpass;
/* Answers in a thread of its own until askpass_free. dir is private (0700). login: nodes' passwords may be asked for; without
 * it only passphrases of keys. NULL with *e when it is not possible. */
struct askpass *askpass_new(const char *dir, struct secrets *secrets, bool login, struct err *e);
void askpass_free(struct askpass *a); /* NULL allowed */
/* What one ssh must have in its environment to be answered; NULL-terminated, freed with askpass_env_free. who: "user@host",
 * whose password is the nodes' common one; another host's (on the way) is asked for by its own name. */
char **askpass_env(const struct askpass *a, const char *who);
void askpass_env_free(char **env);

/* The other side: when the environment says so, asks and prints. Returns the exit status, or -1: not called by ssh. */
int askpass_client(int argc, char **argv);

#endif
