/* layout: what a file of a bundle is, from its path: schema/layouts/ *.yaml, and schema/units.yaml for the component that
 * wrote it. */
#ifndef SICKBAY_ANALYZE_LAYOUT_H
#define SICKBAY_ANALYZE_LAYOUT_H
#include "base/buf.h"

enum load_kind {
	LOAD_OBJECTS,  /* Kubernetes JSON: a list or one object */
	LOAD_LOG,      /* log lines */
	LOAD_LINES,    /* other text, a row a line */
	LOAD_DOCUMENT, /* other JSON or YAML, whole */
	LOAD_METRICS,  /* Prometheus text */
	LOAD_CAPTURES, /* manifest.json */
	LOAD_BUNDLE,   /* bundle.json */
	LOAD_ACCESS,   /* node.json */
	LOAD_SKIP,
	LOAD_KINDS
};
struct layouts;
/* What the path says. NULL: it does not say. Strings belong to this struct, but role and layout, which live as long as
 * the layouts. */
struct filekind {
	enum load_kind load;
	const char *layout, *role; /* NULL when no layout knows the path: then it loads as lines */
	char *node, *unit, *namespace, *pod, *container, *resource;
};
int layouts_load(struct layouts **out, struct err *e);
void layouts_free(struct layouts *l);
void layout_of(const struct layouts *l, const char *path, struct filekind *out);
void filekind_release(struct filekind *k);
/* Canonical name of a systemd unit, program or /var/log name ("kubelet.service" -> "kubelet"); NULL when it is none we know. */
const char *layout_unit(const struct layouts *l, struct str name);
/* Plural of a kind in lower case, as in kubectl: "NetworkPolicy" -> "networkpolicies". out needs 128 bytes. */
void layout_plural(struct str kind, char out[128]);

#endif
