#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

int file_read(const char *path, struct buf *b, struct err *e)
{
	CLEAN(clean_fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int rc;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return err_set(e, ERR_ABSENT, "%s: no such file", path);
	if (fd < 0)
		return err_errno(e, "%s", path);
	for (;;) {
		/* One byte more than may come, so that a file of exactly the cap is told from a larger one. */
		char piece[16384];
		ssize_t n = read(fd, piece, sizeof(piece));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, "%s", path);
		if (n == 0)
			return 0;
		if ((rc = buf_add(b, piece, (size_t)n, e)) < 0) {
			err_wrap(e, "%s", path);
			return rc;
		}
	}
}

/* -- output files -------------------------------------------------------------------------------------------------- */

struct outfile {
	char *path, *temp; /* temp NULL: written in place (standard output, a device, a pipe) */
	FILE *stream;      /* NULL until asked for */
	int fd;
	bool committed;
};

/* Things that are not files cannot be replaced by renaming: /dev/null, /dev/stdout, a named pipe. */
static bool written_in_place(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

int outfile_open(const char *path, struct outfile **out, struct err *e)
{
	struct stat st;
	struct outfile *o = xcalloc(1, sizeof(*o));

	o->path = xstrdup(path);
	if (strcmp(path, "-") == 0) {
		o->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	} else if (written_in_place(path)) {
		o->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	} else if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		o->fd = -1;
		errno = EISDIR;
	} else {
		o->temp = xasprintf("%s.tmp-XXXXXX", path);
		o->fd = mkostemp(o->temp, O_CLOEXEC); /* 0600, O_EXCL */
		if (o->fd < 0) {
			free(o->temp);
			o->temp = NULL;
		}
	}
	if (o->fd < 0) {
		int rc = err_errno(e, "%s: cannot be written", strcmp(path, "-") == 0 ? "standard output" : path);
		outfile_release(o);
		return rc;
	}
	*out = o;
	return 0;
}

FILE *outfile_stream(struct outfile *o)
{
	if (!o->stream) {
		o->stream = fdopen(o->fd, "w");
		if (!o->stream)
			abort(); /* only a bad descriptor or no memory */
	}
	return o->stream;
}

int outfile_fd(struct outfile *o)
{
	return o->fd;
}

void file_sync_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	CLEAN(clean_free) char *folder = !slash ? xstrdup(".") : xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
	CLEAN(clean_fd) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		(void)fsync(fd);
}

int outfile_commit(struct outfile *o, struct err *e)
{
	if (o->stream && (ferror(o->stream) || fflush(o->stream) != 0))
		return err_errno(e, "%s: writing", o->path);
	if (o->temp) {
		if (fsync(o->fd) != 0)
			return err_errno(e, "%s: writing", o->path);
		if (rename(o->temp, o->path) != 0)
			return err_errno(e, "%s", o->path);
		file_sync_folder_of(o->path);
	}
	o->committed = true;
	return 0;
}

void outfile_release(struct outfile *o)
{
	if (!o)
		return;
	if (o->stream)
		fclose(o->stream);
	else if (o->fd >= 0)
		close(o->fd);
	if (o->temp && !o->committed)
		unlink(o->temp);
	free(o->temp);
	free(o->path);
	free(o);
}

void clean_outfile(struct outfile **o)
{
	outfile_release(*o);
	*o = NULL;
}

static const char *temp_dir(const char *dir)
{
	if (!dir)
		dir = getenv("TMPDIR");
	return dir && *dir ? dir : "/tmp";
}

int file_temp_failed(const char *dir, struct err *e)
{
	bool full = errno == ENOSPC || errno == EDQUOT;

	return err_errno(e, "temporary file in %s%s", temp_dir(dir), full ? " (TMPDIR names another folder)" : "");
}

int file_temp(const char *dir, struct err *e)
{
	dir = temp_dir(dir);
	int fd = open(dir, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	/* Some file systems have no O_TMPFILE. */
	CLEAN(clean_free) char *name = xasprintf("%s/sickbay-XXXXXX", dir);
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return file_temp_failed(dir, e);
	unlink(name);
	return fd;
}

/* -- sizes --------------------------------------------------------------------------------------------------------- */

int file_parse_size(const char *s, int64_t *bytes, struct err *e)
{
	static const struct {
		const char *name;
		int64_t factor;
	} units[] = {{"", 1},           {"B", 1},
	             {"k", 1000},       {"K", 1000},        {"kB", 1000},       {"KB", 1000},
	             {"Ki", 1 << 10},   {"KiB", 1 << 10},   {"M", 1000000},     {"MB", 1000000},
	             {"Mi", 1 << 20},   {"MiB", 1 << 20},   {"G", 1000000000},  {"GB", 1000000000},
	             {"Gi", 1 << 30},   {"GiB", 1 << 30},   {"T", INT64_C(1000000000000)}, {"Ti", INT64_C(1) << 40},
	             {"TiB", INT64_C(1) << 40}};
	const char *p = s;
	int64_t v = 0;
	bool fits = true;

	for (; *p >= '0' && *p <= '9'; p++)
		fits = fits && !__builtin_mul_overflow(v, 10, &v) && !__builtin_add_overflow(v, *p - '0', &v);
	for (size_t i = 0; p > s && fits && i < ARRAY_LEN(units); i++)
		if (strcmp(p, units[i].name) == 0 && !__builtin_mul_overflow(v, units[i].factor, bytes))
			return 0;
	return err_set(e, ERR_USAGE, "\"%.60s\" is not a size; write bytes, or 512KiB, 64MiB, 2GiB", s);
}

char *file_format_size(int64_t bytes, char buf[16])
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	double v = (double)bytes / 1024;
	size_t i = 0;

	if (bytes < 1024) {
		snprintf(buf, 16, "%d B", bytes < 0 ? 0 : (int)bytes);
		return buf;
	}
	while (v >= 1023.95 && i + 1 < ARRAY_LEN(units)) {
		v /= 1024;
		i++;
	}
	snprintf(buf, 16, "%.1f %s", v, units[i]);
	return buf;
}
