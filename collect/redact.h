/* redact: takes credentials out of everything that enters a bundle.
 *
 * Two ways in: text, line by line, by the patterns of collect/redact.yaml; Kubernetes objects by their structure
 * (Secret data, environment values, annotations, ConfigMap keys, flags), with the text patterns applied to every string
 * value in addition. A value becomes **REDACTED:kind**. The rules are read-only after loading and shared by all
 * threads. */
#ifndef SICKBAY_COLLECT_REDACT_H
#define SICKBAY_COLLECT_REDACT_H
#include "base/json.h"

struct redact;
/* text: the YAML of the rules. */
int redact_parse(const char *name, struct str text, struct redact **out, struct err *e);
int redact_load(struct redact **out, struct err *e); /* the compiled-in rules, or their overlay */
void redact_free(struct redact *r);
void clean_redact(struct redact **r);

/* Appends `in` (any number of lines) to out, redacted; adds what was replaced to *count. */
int redact_text(const struct redact *r, struct str in, struct buf *out, int64_t *count, struct err *e);
/* Redacts an object in place. list_kind: kind of an item that does not say its own ("Secret"), or NULL. */
void redact_object(const struct redact *r, cJSON *obj, const char *kind, int64_t *count);
/* Whether a variable, key or flag of this name holds a credential. */
bool redact_name(const struct redact *r, const char *name);

/* A stream of text: pieces in, redacted whole lines out. Lines over 1 MiB are cut into pieces of that length. */
struct redact_stream;
typedef int (*redact_sink)(void *arg, const void *p, size_t n, struct err *e);
/* drop: called for each line (without its newline); true leaves it out. May be NULL. */
struct redact_stream *redact_stream_new(const struct redact *r, redact_sink sink, void *arg,
                                        bool (*drop)(void *arg, struct str line), void *drop_arg);
/* The text is YAML whose values have been redacted by their structure: outside of comments, only patterns are looked for. */
void redact_stream_structured(struct redact_stream *s);
int redact_stream_write(struct redact_stream *s, const void *p, size_t n, struct err *e);
/* Gives out the last line. */
int redact_stream_finish(struct redact_stream *s, struct err *e);
int64_t redact_stream_count(const struct redact_stream *s);
void redact_stream_free(struct redact_stream *s);

#endif
