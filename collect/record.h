/* record: the one door into the bundle. What a capture prints passes through redaction into a spool and from there into
 * the archive, together with its record in the manifest. */
#ifndef SICKBAY_COLLECT_RECORD_H
#define SICKBAY_COLLECT_RECORD_H
#include "bundles/capture.h"
#include "collect/run.h"

struct record_spec {
	const char *path;    /* in the bundle, without the top folder */
	const char *source;  /* "kubectl", "ssh", "local" */
	const char *command; /* as a person would repeat it */
	const char *node;    /* or NULL */
	int64_t max;         /* bytes kept; 0: 1 GiB */
	const char *max_name; /* what raises it, for people; NULL: "max of the plan". Not copied */
	bool keep_tail;
	bool own; /* the collector's own: outside of --max-bytes, because what happened must be readable also when that was the reason */
	const struct regex *drop; /* lines left out, or NULL */
};
struct record_end {
	enum capture_state state;
	int exit_status; /* -1: none */
	bool timed_out;
	bool truncated;    /* cut before it came here */
	const char *error; /* or NULL; made one line and redacted */
	const char
	        *body_if_empty; /* written when nothing came: stderr of a command that printed nothing else. Or NULL */
	bool no_file;           /* the record alone */
};
struct record;
/* Begins a capture; its clock starts. Copies the texts. */
struct record *record_new(struct run *run, const struct record_spec *spec);
/* Fits every sink: arg is the struct record. Returns -ERR_LIMIT when a capture that keeps its head is full: stop then.
 */
int record_write(void *record, const void *p, size_t n, struct err *e);
/* As is, for text that was redacted before (JSON objects). All of it or nothing: -ERR_LIMIT when it does not fit; the
 * record is then marked as truncated. */
int record_write_raw(struct record *r, const void *p, size_t n, struct err *e);
/* A few bytes around such objects, as is: a document that is cut must be closed all the same. */
int record_write_frame(struct record *r, const void *p, size_t n, struct err *e);
int64_t record_bytes(const struct record *r); /* bytes that came */
/* Its cap or the run's budget is reached. */
bool record_full(const struct record *r);
/* Ends it, writes it, frees it. A temporary file that fails costs this capture; the bundle's disk ends the run
 * (run_fatal). */
void record_finish(struct record *r, const struct record_end *end);
/* A capture without a file. */
void record_none(struct run *run, const struct record_spec *spec, enum capture_state state, const char *error);
/* Bytes in memory as a whole capture, redacted unless raw. */
void record_text(struct run *run, const struct record_spec *spec, const char *p, size_t n, bool raw);

#endif
