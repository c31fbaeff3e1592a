/* kube_access: in words how a collection would ask the API, for --dry-run. Reads the kubeconfig, asks nobody. */
#ifndef SICKBAY_COLLECT_KUBE_ACCESS_H
#define SICKBAY_COLLECT_KUBE_ACCESS_H
#include "collect/collect.h"

/* One fact a line, each with `indent` in front: the server, as whom, through what; and the program that is run on this
 * host for credentials. Never a secret. */
void kube_access_print(FILE *f, const struct collect_opts *o, const char *indent);

#endif
