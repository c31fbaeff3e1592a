/* json: cJSON with its traps closed (see README, "what each dependency is for").
 *
 * Parsing refuses trailing garbage, depth over 200 and inputs over a cap; lookups are case-sensitive and typed; no
 * function here walks an array by index. For lists of unknown size use base/jsonscan.h, never this. */
#ifndef SICKBAY_BASE_JSON_H
#define SICKBAY_BASE_JSON_H
#include "base/buf.h"
#include <cjson/cJSON.h>
#include <stdint.h>

/* Parses one whole document. Caller owns *out (cJSON_Delete). ERR_FORMAT says the byte offset; ERR_LIMIT over 64 MiB. */
int json_parse(const char *p, size_t n, cJSON **out, struct err *e);
/* Borrowed value of o."name", NULL when absent or of another type. o may be NULL. */
const char *json_get_str(const cJSON *o, const char *name);
const cJSON *json_get_obj(const cJSON *o, const char *name); /* object only */
const cJSON *json_get_arr(const cJSON *o, const char *name); /* array only */
const cJSON *json_get(const cJSON *o, const char *name);     /* any type */
/* Number, or a number written as a string; dflt when absent. */
int64_t json_get_int(const cJSON *o, const char *name, int64_t dflt);
bool json_get_bool(const cJSON *o, const char *name, bool dflt);
/* Walks "a.b.c" through objects; NULL when any step is absent. Keys that hold dots cannot be reached this way. */
const cJSON *json_path(const cJSON *o, const char *path);
const char *json_path_str(const cJSON *o, const char *path);
/* Compact and indented text; the indented one uses two spaces as kubectl does, "key": value;
 * `indent` spaces stand in front of its lines but the first. Caller frees the text. */
char *json_text(const cJSON *v);
int json_print_pretty(const cJSON *v, int indent, struct buf *out, struct err *e);
void clean_cjson(cJSON **v);

/* A streaming writer for documents that are not held whole. Every string is validated as UTF-8 (bad bytes become
 * U+FFFD) and escaped. Nesting is checked by assert. */
struct jsonw {
	int (*write)(void *arg, const void *p, size_t n, struct err *e);
	void *arg;
	struct err *e;
	int rc;     /* first failure; later calls do nothing */
	int depth;
	int indent; /* spaces a level, 0 for compact */
	int margin; /* spaces in front of every line but the first */
	bool comma[64], array[64]; /* a level: something stands in it already; it is an array */
	bool after_key;
};
void jsonw_init(struct jsonw *w, int (*write)(void *, const void *, size_t, struct err *), void *arg, int indent,
                struct err *e);
void jsonw_object(struct jsonw *w);
void jsonw_array(struct jsonw *w);
void jsonw_end(struct jsonw *w); /* closes the innermost object or array */
void jsonw_key(struct jsonw *w, const char *key);
void jsonw_str(struct jsonw *w, const char *s); /* NULL gives null */
void jsonw_strn(struct jsonw *w, const char *s, size_t n);
void jsonw_int(struct jsonw *w, int64_t v);
void jsonw_bool(struct jsonw *w, bool v);
void jsonw_null(struct jsonw *w);
void jsonw_raw(struct jsonw *w, const char *json, size_t n); /* already JSON */
/* Returns 0 or the first failure. */
int jsonw_finish(struct jsonw *w);

#endif
