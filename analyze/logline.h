/* logline: what a line of any log of a cluster says of itself: when, how bad, and where its message begins.
 *
 * Formats are told apart line by line, since one file may hold several, one inside the other: journald and syslog
 * prefixes (also with localised months), CRI, docker json-file, kubectl --timestamps, dmesg -T around klog text, klog
 * JSON, zap, capnslog, logrus, Go's log, or plain text. */
#ifndef SICKBAY_ANALYZE_LOGLINE_H
#define SICKBAY_ANALYZE_LOGLINE_H
#include "base/buf.h"
#include <stdint.h>

struct logline {
	int64_t ts;         /* TIME_NONE when the line has none */
	bool local_time;    /* ts stood there without a zone and was read as if it were UTC */
	char level;         /* I W E F D, 0 when unknown */
	size_t at;          /* where the message begins */
	struct str message; /* decoded, valid until the next call; p NULL: it is text from `at` on */
	bool joined;        /* message is put together from several lines: this one alone does not give it */
	struct str ident;   /* program in a journald or syslog prefix ("kubelet"), p NULL when none; a view into the line */
	bool skip;          /* no log line at all: "-- Logs begin at ..." */
	bool parts;         /* a format that splits long lines: CRI, docker json-file */
	bool partial;       /* the beginning of a longer line; the message comes with its last part */
};
struct logparser {
	int64_t reference;  /* set by the caller: a time not before the log was taken, for lines without a year; TIME_NONE */
	/* private */
	struct buf decoded, joined;
	char minute[16];    /* "2026-11-23T19:33" of the line before, */
	int64_t minute_us;  /* and its time */
	char zone[6];
	int64_t zone_us;
};
void logparser_init(struct logparser *p, int64_t reference);
void logparser_release(struct logparser *p);
/* For the next file: forgets half lines. */
void logparser_reset(struct logparser *p);
/* text: one line without its newline, valid UTF-8. Never fails. */
void logline_parse(struct logparser *p, struct str text, struct logline *out);
/* The message of a parsed line. */
struct str logline_message(const struct logline *l, struct str text);
/* The message again, from a stored line alone, for lines that are not joined. Appends it to out. */
int logline_decode(struct str text, size_t at, struct buf *out, struct err *e);
/* What signatures are tried on: the message, with the program in front where a journald or syslog prefix names one
 * ("kubelet[99]: E1123 ..."). */
struct str logline_subject(const struct logline *l, struct str text);

/* logline_json.c: a line that is one JSON object: docker json-file, klog JSON, zap, logrus JSON. Fills ts, level and the
 * message: its text, then the other members as klog writes them in text: key="value". False when it is no such object. */
bool logline_json(struct logparser *p, struct str text, struct logline *out);
/* Level of a word ("warning", "ERR"), 0 when it is none. */
char logline_level(struct str word);

#endif
