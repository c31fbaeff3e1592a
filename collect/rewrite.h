/* rewrite: a bundle written again without credentials, and without names when asked: ours, and any other archive that the
 * reader takes. Two passes over the input, file by file, streamed. */
#ifndef SICKBAY_COLLECT_REWRITE_H
#define SICKBAY_COLLECT_REWRITE_H
#include "bundles/writer.h"
#include "collect/anonymize.h"

struct rewrite_opts {
	const char *in;  /* "-": standard input */
	const char *out; /* as of bundle_writer_open */
	bool force;
	struct anonymizer *anonymizer; /* NULL: names stay */
};
struct rewrite_result {
	struct bundle_counts counts;
	int64_t files, size;
	bool was_anonymous; /* names had been mapped before: they were left as they are */
	char damage[400];   /* the input was not whole: how; else "" */
};
int bundle_rewrite(const struct rewrite_opts *o, struct rewrite_result *res, struct err *e);

#endif
