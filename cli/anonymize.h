/* anonymize: what collect and redact share: writing a bundle again as their options ask, and telling of it. */
#ifndef SICKBAY_CLI_ANONYMIZE_H
#define SICKBAY_CLI_ANONYMIZE_H
#include "cli/cli.h"

/* Reads options force, anonymize, anonymize-map. 1: done, but the input was not whole. */
int cli_rewrite(const struct cli_args *a, const char *in, const char *out, FILE *say, struct err *e);
/* Whether the map can be read, when there is one, and written: for before a long collection. */
int cli_map_check(const struct cli_args *a, const char *bundle, struct err *e);
/* --anonymize-map, or a name beside the bundle. Caller frees. */
char *cli_map_path(const struct cli_args *a, const char *bundle);

#endif
