/* resources: which resources a cluster has, and their lists as files of the bundle. */
#ifndef SICKBAY_COLLECT_RESOURCES_H
#define SICKBAY_COLLECT_RESOURCES_H
#include "collect/kube.h"

struct resource {
	char *group, *version, *plural, *kind;
	bool namespaced;
	bool custom; /* under custom-resources/ */
	char *name;  /* "pods", "pvcs", "backups.velero.io": file or directory in the bundle */
};
struct resources {
	struct resource *v;
	int n;
};
/* Asks for all groups and versions; writes groups.json, resources.json and what could not be had. Fills *out with what
 * is worth listing: one version each, no duplicates, the plan's `first` in front. */
void resources_discover(struct kube *k, struct resources *out);
void resources_free(struct resources *r);
/* One more, without a name yet. Copies the texts; borrowed until the next one. */
struct resource *resources_add(struct resources *rs, const char *group, const char *version, const char *plural,
                               const char *kind, bool namespaced);

/* Called for each object of a list, redacted. Several threads, one list each. */
typedef void (*resource_hook)(void *arg, const struct resource *r, const cJSON *item);
/* Lists one resource in pages and writes its files. */
void resource_list(struct kube *k, const struct resource *r, resource_hook hook, void *arg);

#endif
