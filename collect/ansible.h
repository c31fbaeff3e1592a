/* ansible: an Ansible inventory, as much of it as reaches hosts: groups, children, variables, ranges of names.
 *
 * A host's own variable wins over its groups', a child group's over its parent's, of groups at one depth the last by name;
 * "all" comes last. Values with {{ }} are not known here and count as not given. Passwords are not read. */
#ifndef SICKBAY_COLLECT_ANSIBLE_H
#define SICKBAY_COLLECT_ANSIBLE_H
#include "collect/inventory.h"
#include <stddef.h>

struct ansible;
struct ansible *ansible_new(void);
void clean_ansible(struct ansible **a);
/* text is written to. Errors say the line. */
int ansible_read_ini(struct ansible *a, char *text, struct err *e);
/* Whether a line begins a section, "[group]". */
bool ansible_is_section(const char *line);
int ansible_read_yaml(struct ansible *a, const char *text, size_t n, struct err *e);
/* Appends the hosts, all or those of one group, to inv. ERR_USAGE when there is no such group, or a host is no host. */
int ansible_hosts(const struct ansible *a, const char *group, struct inventory *inv, struct err *e);

/* For the readers. Groups and hosts are numbers; a new name makes a new one. Variables that do not matter are dropped. */
int ansible_group(struct ansible *a, const char *name);
int ansible_host(struct ansible *a, const char *name);
void ansible_member(struct ansible *a, int group, int host);
void ansible_child(struct ansible *a, int group, int child);
void ansible_host_var(struct ansible *a, int host, const char *key, const char *value);
void ansible_group_var(struct ansible *a, int group, const char *key, const char *value);
/* Calls fn for each name that "node[01:20].example" stands for. ERR_LIMIT beyond 5,000. */
int ansible_expand(const char *pattern, int (*fn)(void *arg, const char *name, struct err *e), void *arg, struct err *e);

#endif
