/* inventory: who the nodes are when the API cannot say: words of the command line, a list, an Ansible inventory (INI or
 * YAML), or an earlier bundle. */
#ifndef SICKBAY_COLLECT_INVENTORY_H
#define SICKBAY_COLLECT_INVENTORY_H
#include "base/err.h"
#include <stdbool.h>

struct inv_host {
	char *name; /* what the inventory calls it; NULL when it gives an address only */
	char *addr; /* to connect to, "10.0.0.1", "fe80::1%eth0" or a name; NULL: this host itself */
	char *user, *key, *jump; /* NULL: not said. jump: "[user@]host[:port]" of a host between */
	int port;                /* 0: not said */
};
struct inventory {
	struct inv_host *v;
	int n;
};
/* Appends what the text names: words between commas and blanks, each "[NAME=][USER@]HOST[:PORT]"; an IPv6 address with a
 * port is "[::1]:22". ERR_USAGE names the bad word. */
int inventory_words(struct inventory *inv, const char *text, struct err *e);
/* Appends the hosts of a file, whose kind its content tells. "FILE@GROUP" takes one group of an Ansible inventory. Errors
 * say file and line. */
int inventory_read(struct inventory *inv, const char *path, struct err *e);
void inventory_release(struct inventory *inv);

/* Whether a text can be a node's name or address: these become folders, arguments of ssh and parts of scripts. */
bool inventory_name_is_sane(const char *w);
/* Appends an empty host; borrowed until the next one is added. */
struct inv_host *inventory_add(struct inventory *inv);
/* Splits "[USER@]HOST[:PORT]" into h, which must be empty. False when it is none of that. */
bool inventory_split(struct inv_host *h, const char *word);

/* The hosts of a bundle, from its node objects and from how its nodes were reached. */
int inventory_read_bundle(struct inventory *inv, const char *path, struct err *e);

#endif
