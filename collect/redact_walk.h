/* redact_walk: the walk through the tree of a document, and what it finds in objects of certain kinds; for collect/redact*.c. */
#ifndef SICKBAY_COLLECT_REDACT_WALK_H
#define SICKBAY_COLLECT_REDACT_WALK_H
#include "collect/redact_internal.h"

/* Where the walk stands; everything below an object is looked at with these. */
struct redact_walk {
	const struct redact *r;
	int64_t *count;
	int depth;
	int embedded; /* in how many strings this document lies */
	bool config;  /* it is no object of Kubernetes */
	bool schema;  /* it only says what objects look like: no value in it is one's */
	bool mapping; /* an object that maps keys of another store: secretKey: password, remoteRef: {...} */
	bool settings; /* a text is a configuration file: the data of a ConfigMap */
	bool value;    /* beside or above a bare `secret` stands what makes it a value */
	bool key;      /* above stands what makes a bare `key` one */
	const char *kind; /* of the object around, when the rules name fields of that kind */
};

/* Takes text over. */
void redact_set_string(cJSON *v, char *text);
/* A placeholder in place of a text; one that tells nothing stays. */
void redact_replace(struct redact_walk *w, cJSON *v, const char *kind);
bool redact_listed(const struct redact_list *list, const char *key);
/* NAME=value of `Env` lists, as Docker has them. */
void redact_walk_assignment(struct redact_walk *w, cJSON *v);
/* {name: X, value: Y}: environment variables (env), headers, parameters. */
void redact_walk_pair(struct redact_walk *w, cJSON *o, bool env);
/* Whether an object is a Secret; kind: what it is where it does not say so itself, or NULL. */
bool redact_is_secret(const struct redact *r, const cJSON *o, const char *kind);
void redact_walk_secret(struct redact_walk *w, cJSON *o);
/* Keys that are files of credentials, and those whose name announces one. */
void redact_walk_configmap(struct redact_walk *w, cJSON *o);
void redact_walk_setting(struct redact_walk *w, cJSON *o);
void redact_walk_jwk(struct redact_walk *w, cJSON *o);
void redact_walk_patch(struct redact_walk *w, cJSON *o);

#endif
