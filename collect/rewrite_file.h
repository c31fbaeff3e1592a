/* rewrite_file: one file, or one text, of a bundle that is written again. For rewrite.c only. */
#ifndef SICKBAY_COLLECT_REWRITE_FILE_H
#define SICKBAY_COLLECT_REWRITE_FILE_H
#include "base/spool.h"
#include "bundles/reader.h"
#include "bundles/writer.h"
#include "collect/anonymize.h"

/* Lines out of pieces; a line over 1 MiB is cut, never within a word. */
struct pieces {
	void (*line)(void *arg, struct str line);
	void *arg;
	struct buf carry;
};
void pieces_init(struct pieces *p, void (*line)(void *arg, struct str line), void *arg);
void pieces_write(struct pieces *p, const char *data, size_t n);
void pieces_finish(struct pieces *p); /* frees */

struct rewriter {
	const struct redact *rules;
	struct anonymizer *anonymizer; /* NULL: names stay */
	struct bundle_writer *out;
};
/* Reads the current entry of b into a new spool, redacted and anonymized. taken_out: it could not be looked into. */
int rewriter_file(struct rewriter *w, struct bundle *b, const char *path, struct tally *redacted, struct spool **out,
                  bool *taken_out, struct err *e);
/* bundle.json, with a word that its names are not the true ones. */
int rewriter_head(struct rewriter *w, const struct buf *json, struct tally *redacted, struct spool **out, struct err *e);
/* A text of a record, or its path or node; NULL stays NULL. Placeholders in it are added to count when that is given.
 * Caller frees. */
char *rewriter_text(struct rewriter *w, const char *text, struct tally *count);
char *rewriter_name(struct rewriter *w, const char *name);

#endif
