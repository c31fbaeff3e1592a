/* capture: what one file of a bundle is, or why it is not there: one record of manifest.json. See FORMAT.md. */
#ifndef SICKBAY_BUNDLES_CAPTURE_H
#define SICKBAY_BUNDLES_CAPTURE_H
#include "bundles/tally.h"

enum capture_state {
	CAPTURE_OK,      /* it ran and answered, whatever its exit status */
	CAPTURE_FAILED,  /* it could not be had: no connection, deadline, forbidden, ... `error` says it */
	CAPTURE_ABSENT,  /* this node or cluster has no such tool, unit, file or resource; neither failure nor warning */
	CAPTURE_SKIPPED  /* not tried, because something it needs had failed; `error` says what */
};
const char *capture_state_name(enum capture_state s); /* "ok" "failed" "absent" "skipped" */
/* False for any other name. */
bool capture_state_parse(const char *name, enum capture_state *s);

struct capture {
	const char *path;    /* in the bundle, without the top folder; also when there is no file */
	const char *source;  /* "kubectl" "api" "ssh" "local" "sickbay" */
	const char *command; /* command line or request as a person would repeat it */
	const char *node;    /* NULL when it is not a node's */
	int64_t started;     /* µs UTC, TIME_NONE when never started */
	int64_t ms;          /* how long it took */
	int exit_status;     /* -1 when there is none */
	enum capture_state state;
	bool timed_out;      /* the deadline ended it; what came until then is kept */
	int64_t bytes;       /* of the file in the bundle */
	bool truncated;      /* a byte cap cut it */
	int64_t redactions;  /* values replaced in it */
	const struct tally *redacted; /* the same by kind; NULL when none or not known, as in what was read from JSON */
	char sha256[65];     /* "" when there is no file */
	const char *error;   /* NULL or one line of text: failure, or stderr's beginning */
};

/* Writes the record as one JSON object; fields that do not apply are left out. */
void capture_write_json(const struct capture *c, struct jsonw *w);
/* Fills c from such an object; the strings are borrowed from it. ERR_FORMAT without a path or with an unknown state. */
int capture_from_json(const cJSON *o, struct capture *c, struct err *e);

#endif
