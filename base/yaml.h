/* yaml: one YAML document as a cJSON tree, so that plans, check headers, signatures and kubeconfigs are read with one
 * set of getters (base/json.h).
 *
 * libyaml does the parsing. Plain scalars true/false/null and integers become their JSON types; everything else,
 * quoted scalars always, stays a string (YAML 1.1's yes/no/on/off stay strings). Caps: 16 MiB of input, depth 100,
 * 1,000,000 nodes, no aliases beyond 1,000 expansions. Duplicate keys and a second document are errors. */
#ifndef SICKBAY_BASE_YAML_H
#define SICKBAY_BASE_YAML_H
#include "base/json.h"

/* Caller owns *out (cJSON_Delete). Errors say line and column: "line 12, column 3: did not find expected key".
 * An empty document gives a JSON null. */
int yaml_parse(const char *p, size_t n, cJSON **out, struct err *e);

#endif
