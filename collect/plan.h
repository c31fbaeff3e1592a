/* plan: what a collection asks for, as data: requests to the API, kubectl commands, resources, logs, node captures.
 *
 * Read from collect/plan.yaml (compiled in) or from a file. Everything is checked on loading, with the line of the
 * mistake: an unknown key, a capture without a path, a bad duration. Read-only afterwards, shared by all threads. */
#ifndef SICKBAY_COLLECT_PLAN_H
#define SICKBAY_COLLECT_PLAN_H
#include "base/json.h"
#include "base/regex.h"

enum plan_how { PLAN_RUN, PLAN_FILE, PLAN_FILES, PLAN_GET, PLAN_KUBECTL };
struct plan_item {
	const char *path; /* in the bundle; with placeholders */
	enum plan_how how;
	const char *what;   /* script, file, glob, request path or kubectl arguments */
	const char *use;    /* shell functions put in front, or NULL */
	const char *gate;   /* or NULL */
	const char **needs; /* programs; NULL-terminated, or NULL */
	const char **units; /* one capture a unit; NULL-terminated, or NULL */
	int64_t timeout;    /* µs */
	int64_t max;        /* bytes */
	bool keep_tail;
	bool each_node;     /* a request repeated for every node */
	bool each_unreached; /* ... for every node that could not be visited */
	bool lists;         /* only when the API serves lists */
	bool always;        /* also when it does not answer */
	bool may_fail;      /* its failure is "absent": it needs something that many clusters do not have */
	bool no_journal;    /* only on nodes without a journal */
	int limit;          /* files of a glob */
	struct regex *names; /* of a glob's files: what the name must be; its named groups are placeholders of the path. Or NULL */
	const char *unless_link; /* shell pattern: links that lead there are not taken. Or NULL */
	struct regex *drop; /* lines that are left out, or NULL */
	int line;           /* of the plan */
};
struct plan_pair {
	const char *name, *value;
};
struct plan {
	struct plan_item *api, *kubectl, *node;
	int n_api, n_kubectl, n_node;
	int lanes;
	int64_t lines; /* {lines} */

	int64_t res_timeout, res_max, res_max_item, res_page;
	const char **res_first, **res_skip, **res_builtin; /* NULL-terminated */
	const cJSON *res_names;                            /* {plural: directory} */
	const cJSON *res_prefer;                           /* {plural.group: [version]} */
	const cJSON *res_same;                             /* [[plural.group]] */

	int64_t log_lines, log_max, log_timeout;
	int log_max_pods;
	const char **log_always; /* globs of namespace/pod */

	const cJSON *functions; /* {name: shell text} */
	cJSON *doc;             /* owns all the text above */
};
/* text in memory; `name` goes into errors: "plan.yaml: line 12: node capture has no path". */
int plan_parse(const char *name, struct str text, struct plan **out, struct err *e);
/* path NULL: the compiled-in plan. */
int plan_load(const char *path, struct plan **out, struct err *e);
void plan_free(struct plan *p);
void clean_plan(struct plan **p);

/* What the groups of plan_item.names found in a file's name. */
#define PLAN_PARTS_MAX 8
struct plan_parts {
	const char *name[PLAN_PARTS_MAX];
	char *value[PLAN_PARTS_MAX];
	int n;
};
/* Values of the placeholders; NULL leaves {name} as it is. */
struct plan_vars {
	const char *node, *unit, *journal, *name;
	int64_t since_s, lines;
	int64_t until_s; /* 0: no end */
	const struct plan_parts *parts;
};
/* Replaces the placeholders of `text`; other braces stay. Caller frees. */
char *plan_resolve(const char *text, const struct plan_vars *v);
/* The item's path; of a glob's file, with v->name and its parts. NULL when such a name is not taken. Caller frees. */
char *plan_path(const struct plan_item *it, const struct plan_vars *v);
/* The shell script of a node capture: its functions, then its commands. For `file` and `files` NULL. Caller frees. */
char *plan_script(const struct plan *p, const struct plan_item *it, const struct plan_vars *v);
/* The fixed directory in front of a glob's first wildcard, with its last slash: length of the prefix. */
size_t plan_glob_prefix(const char *glob);

#endif
