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
	LOAD_TIME,     /* when the bundle was taken, in the first or last line of a text */
	LOAD_SKIP,
	LOAD_AUTO,     /* its first bytes will tell */
	LOAD_KINDS
};
struct layouts;
/* What the path says. NULL: it does not say. Strings belong to this struct, but role and layout, which live as long as
 * the layouts. */
struct filekind {
	enum load_kind load;
	const char *layout, *role; /* NULL when no layout knows the path: then its content tells what it is */
	const char *reason;        /* of a file that is skipped, in words */
	bool by_host;              /* a log of several nodes, one behind the other: each line names its own */
	bool whole;                /* one object of a folder that holds all of its kind */
	bool null_words;           /* its tool writes "null" for what is empty */
	char *root;                /* what stands before the layout's own path: "", "image-1/", "sosreport-n1.tar.xz/" */
	char *node, *unit, *namespace, *pod, *container, *resource;
};
int layouts_load(struct layouts **out, struct err *e);
void layouts_free(struct layouts *l);
/* The path is looked for from its beginning, then below its first, second and third folder; the names of archives inside are
 * passed over. packed: the file was packed by itself, its name's last ending says how. */
void layout_of(const struct layouts *l, const char *path, bool packed, struct filekind *out);
/* In words what a layout is of: "OpenShift must-gather". NULL when there is none of this name. */
const char *layout_title(const struct layouts *l, const char *name);
/* Its tool gathers some namespaces only. */
bool layout_selects(const struct layouts *l, const char *name);
void filekind_release(struct filekind *k);
/* The component whose container it is; NULL when it is none we know. */
const char *layout_pod_unit(const struct layouts *l, const struct filekind *k);
/* Canonical name of a systemd unit, program or /var/log name ("kubelet.service" -> "kubelet"); NULL when it is none we know. */
const char *layout_unit(const struct layouts *l, struct str name);
/* Plural of a kind in lower case, as in kubectl: "NetworkPolicy" -> "networkpolicies". out needs 128 bytes. */
void layout_plural(struct str kind, char out[128]);

#endif
