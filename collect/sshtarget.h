/* sshtarget: user, address, keys and known_hosts of a host, from the options and from what `ssh -G` knows of it. */
#ifndef SICKBAY_COLLECT_SSHTARGET_H
#define SICKBAY_COLLECT_SSHTARGET_H
#include "collect/transport.h"

struct sshtarget {
	struct ssh_target t; /* points into the rest */
	char *host, *addr, *user, *alias;
	char *keys[9], *known_hosts[9];
	bool proxied; /* ~/.ssh/config reaches it through another host: only the ssh program can */
};
/* Never fails: what is not known gets ssh's defaults. */
struct sshtarget *sshtarget_new(const struct collect_ssh *o, const char *host, const char *mux_dir,
                                const atomic_bool *cancel);
void sshtarget_free(struct sshtarget *s);

#endif
