/* knownhosts: known_hosts files through libssh2, line by line, so that one line it cannot read does not hide the rest.
 */
#ifndef SICKBAY_COLLECT_KNOWNHOSTS_H
#define SICKBAY_COLLECT_KNOWNHOSTS_H
#include "base/err.h"
#include <libssh2.h>
#include <stdbool.h>

struct knownhosts;
/* Missing files are skipped. */
struct knownhosts *knownhosts_new(LIBSSH2_SESSION *s, const char *const *files);
void knownhosts_free(struct knownhosts *k);
/* Lines that only OpenSSH understands (@cert-authority, @revoked, patterns): a verdict "unknown" is not final then. */
bool knownhosts_has_more(const struct knownhosts *k);
/* Key types known for the host in libssh2's names, best first, "ssh-ed25519,ecdsa-sha2-nistp256". False when none. */
bool knownhosts_types(struct knownhosts *k, const char *host, int port, char *out, size_t size);
enum knownhosts_verdict { KNOWNHOSTS_MATCH, KNOWNHOSTS_UNKNOWN, KNOWNHOSTS_CHANGED };
/* The key that the server of this session showed. */
enum knownhosts_verdict knownhosts_check(struct knownhosts *k, LIBSSH2_SESSION *s, const char *host, int port);

#endif
