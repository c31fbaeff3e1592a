/* addressmap: IP addresses in other ones, prefix-preserving: two that share their first n bits share them afterwards, so
 * that subnets stay together. Loopback, link-local, multicast, unspecified addresses and netmasks stay; private ranges
 * stay themselves, and no public address becomes a private one. One key always gives the same addresses. */
#ifndef SICKBAY_COLLECT_ADDRESSMAP_H
#define SICKBAY_COLLECT_ADDRESSMAP_H
#include "base/json.h"

enum { ADDRESS_KEY = 32, ADDRESS_MAX = 46 };
struct addressmap;
struct addressmap *addressmap_new(const unsigned char key[ADDRESS_KEY]);
void addressmap_free(struct addressmap *m);
/* This address stays what it is. False when it is none. */
bool addressmap_keep(struct addressmap *m, const char *address);
/* text: an address of v4 or v6 as people write it. bits: length of the prefix behind it, -1 when there is none: a
 * network's address stays one. False when it is no address. */
bool addressmap_map(struct addressmap *m, struct str text, int bits, char out[ADDRESS_MAX]);
/* Every address that was mapped, with what it became. */
void addressmap_each(const struct addressmap *m, void (*fn)(void *arg, const char *from, const char *to), void *arg);

#endif
