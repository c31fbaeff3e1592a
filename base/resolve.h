/* resolve: names to addresses with a deadline. getaddrinfo has none: with a dead resolver it takes as long as that wants. */
#ifndef SICKBAY_BASE_RESOLVE_H
#define SICKBAY_BASE_RESOLVE_H
#include "base/err.h"
#include <netdb.h>
#include <stdatomic.h>
#include <stdint.h>

/* Stream addresses of host and port; the caller frees *out with freeaddrinfo. cancel may be NULL. ERR_TIMEOUT at the deadline
 * (clock_mono()), ERR_ABSENT when there is no such name, ERR_CANCELED. A look-up that is given up ends by itself later, in a
 * thread of its own. */
int resolve(const char *host, int port, int64_t deadline, const atomic_bool *cancel, struct addrinfo **out, struct err *e);

#endif
