/* kubeconfig_entry: what the entries of a kubeconfig say; between kubeconfig.c and kubeconfig_entry.c. */
#ifndef SICKBAY_COLLECT_KUBECONFIG_ENTRY_H
#define SICKBAY_COLLECT_KUBECONFIG_ENTRY_H
#include "base/yaml.h"
#include "collect/kubeconfig.h"

struct kubeconfig_file {
	char *path, *dir;
	cJSON *doc;
};
struct kubeconfig_files {
	struct kubeconfig_file *v;
	int n;
};
/* The object `inner` of the entry of that name in the first file that has one; *in is that file, NULL when none has. */
const cJSON *kubeconfig_find(const struct kubeconfig_files *f, const char *list, const char *inner, const char *name,
                             const struct kubeconfig_file **in);
/* Text of a scalar, also of one that YAML takes for a number or a truth value. NULL when absent. Caller frees. */
char *kubeconfig_scalar(const cJSON *o, const char *key);
struct kubeconfig *kubeconfig_new(void);
/* Errors say the key and what is wrong with it, never its value. */
int kubeconfig_read_cluster(const cJSON *o, const struct kubeconfig_file *in, struct kubeconfig *c, struct err *e);
int kubeconfig_read_user(const cJSON *o, const struct kubeconfig_file *in, struct kubeconfig *c, struct err *e);

#endif
