/* purposes: what captures are for, as collect/purposes.yaml tells it. */
#ifndef SICKBAY_COLLECT_PURPOSES_H
#define SICKBAY_COLLECT_PURPOSES_H
#include "base/err.h"

struct purposes;
int purposes_load(struct purposes **out, struct err *e);
void purposes_free(struct purposes *p); /* NULL allowed */
void clean_purposes(struct purposes **p);
/* What the capture at this path is for, or NULL when no analysis misses it. Borrowed from p. */
const char *purposes_of(const struct purposes *p, const char *path);

#endif
