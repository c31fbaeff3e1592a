/* file: whole small files, output that appears only when complete, private temporary files. */
#ifndef SICKBAY_BASE_FILE_H
#define SICKBAY_BASE_FILE_H
#include "base/buf.h"
#include <stdint.h>
#include <stdio.h>

/* Reads a file of at most b->max bytes into b. */
int file_read(const char *path, struct buf *b, struct err *e);

/* Output under a temporary name beside `path` (mode 0600, O_EXCL), renamed into place by commit after fsync.
 * "-" is standard output. release without commit removes the temporary file. */
struct outfile;
int outfile_open(const char *path, struct outfile **out, struct err *e);
FILE *outfile_stream(struct outfile *o); /* borrowed */
int outfile_fd(struct outfile *o);       /* borrowed; do not mix with the stream */
int outfile_commit(struct outfile *o, struct err *e); /* on failure nothing appears under the final name */
void outfile_release(struct outfile *o); /* NULL allowed; frees */
void clean_outfile(struct outfile **o);

/* An unlinked temporary file (O_TMPFILE or mkstemp+unlink) in dir, or in $TMPDIR, or /tmp when dir is NULL.
 * Returns the descriptor or a negative error. */
int file_temp(const char *dir, struct err *e);
/* The error of such a file, after errno: which folder it is, and how to have another. dir as above. */
int file_temp_failed(const char *dir, struct err *e);
/* After a rename or a creation: puts the folder of path on disk too. What a file system cannot do is left. */
void file_sync_folder_of(const char *path);
/* Parses "512KiB" "64MiB" "2GiB" "100k" "1000" into bytes (k, M, G are decimal, Ki, Mi, Gi binary, B
 * may follow); ERR_USAGE otherwise. */
int file_parse_size(const char *s, int64_t *bytes, struct err *e);
/* "1.2 MiB" for people. buf needs 16 bytes. */
char *file_format_size(int64_t bytes, char buf[16]);

#endif
