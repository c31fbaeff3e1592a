/* sshagent: the ssh-agent at SSH_AUTH_SOCK, asked with deadlines: libssh2's own client waits for a hung one for ever. */
#ifndef SICKBAY_COLLECT_SSHAGENT_H
#define SICKBAY_COLLECT_SSHAGENT_H
#include "base/buf.h"
#include <stdatomic.h>
#include <stdint.h>

struct sshagent;
struct sshagent_key {
	const unsigned char *blob; /* the public key as SSH writes it; borrowed until sshagent_close */
	size_t len;
};
/* Connects and lists the keys. ERR_TIMEOUT: it does not answer; ERR_NETWORK: there is none, or it says no. */
int sshagent_open(const char *path, int64_t deadline, const atomic_bool *cancel, struct sshagent **out, struct err *e);
void sshagent_close(struct sshagent *a); /* NULL allowed */
int sshagent_count(const struct sshagent *a);
struct sshagent_key sshagent_key(const struct sshagent *a, int i);
/* The bare signature, without its type's name in front. A key may want to be touched or confirmed: be generous. */
int sshagent_sign(struct sshagent *a, struct sshagent_key key, const void *data, size_t n, int64_t deadline, struct buf *out,
                  struct err *e);

#endif
