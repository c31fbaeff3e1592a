/* sshtarget: user, address, keys and known_hosts of a host, from the options and from what `ssh -G` knows of it. */
#ifndef SICKBAY_COLLECT_SSHTARGET_H
#define SICKBAY_COLLECT_SSHTARGET_H
#include "collect/transport.h"

struct sshtarget {
	struct ssh_target t; /* points into the rest */
	char *host, *addr, *user, *alias;
	char *keys[9], *known_hosts[9];
	char *through; /* the jump host or proxy command that reaches it: only the ssh program can; NULL: none */
	char *proxy_command;
};
/* Never fails: what is not known gets ssh's defaults. */
struct sshtarget *sshtarget_new(const struct collect_ssh *o, const char *host, struct ssh_shared *shared);
void sshtarget_free(struct sshtarget *s);

#endif
