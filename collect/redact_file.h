/* redact_file: one file on its way into a bundle, redacted by what it is: JSON and YAML by their structure, anything else as
 * text. Held are one item of a list, or a document of at most 8 MiB; what is larger is redacted as text. */
#ifndef SICKBAY_COLLECT_REDACT_FILE_H
#define SICKBAY_COLLECT_REDACT_FILE_H
#include "collect/redact.h"

struct redact_file;
/* path tells by its ending what to expect; the content has the last word. drop: as of redact_stream_new; such a file is text. */
struct redact_file *redact_file_new(const struct redact *r, const char *path, redact_sink sink, void *arg,
                                    bool (*drop)(void *arg, struct str line), void *drop_arg);
int redact_file_write(struct redact_file *f, const void *p, size_t n, struct err *e);
int redact_file_finish(struct redact_file *f, struct err *e);
void redact_file_free(struct redact_file *f); /* NULL allowed */

#endif
