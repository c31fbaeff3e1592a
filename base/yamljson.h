/* yamljson: one YAML value as JSON text, for Kubernetes objects of which there are gigabytes.
 *
 * Machines write a small part of YAML; yaml_json reads that part at several times libyaml's speed and leaves everything else
 * (anchors, tags, folded scalars, flow collections, comments behind values, tabs, carriage returns) to libyaml. Both give the
 * same text but for layout: plain true, false, null and JSON's numbers get their types, all else is a string.
 *
 * The JSON has a line break wherever the YAML has one, so that line N of the one is line N of the other. Caps: depth 100, 1,000
 * aliases, and the buffer's own. */
#ifndef SICKBAY_BASE_YAMLJSON_H
#define SICKBAY_BASE_YAMLJSON_H
#include "base/buf.h"

/* Appends the value to out. *skipped gets the lines in front of its first token (may be NULL), 0 when there is none. An empty document gives "null".
 * ERR_FORMAT says line and column, ERR_LIMIT a cap; out is as it was then. */
int yaml_json(struct str yaml, struct buf *out, long *skipped, struct err *e);

/* The two readers behind it, for tests that compare them. yaml_json_plain returns 0 when this is beyond it, 1 when it is done. */
int yaml_json_plain(struct str yaml, struct buf *out, long *skipped, struct err *e);
int yaml_json_events(struct str yaml, struct buf *out, long *skipped, struct err *e);

/* What both share: a plain scalar with its type, and a piece of a string (without quotes) with JSON's escapes. */
int yaml_json_scalar(struct str text, struct buf *out, struct err *e);
int yaml_json_escape(const char *p, size_t n, struct buf *out, struct err *e);

#endif
