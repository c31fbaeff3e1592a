#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "bundles/reader_internal.h"

enum { DEPTH_MAX = 100 };

/* A folder on the way down, its names in order: the same folder gives the same bundle on every machine. */
struct level {
	int fd;
	char **names;
	size_t n, at, path_n; /* path_n: bytes of the path that are this folder's */
};
struct folder {
	struct level *levels;
	int depth;
	char path[READER_MAX_PATH + 1];
	int file; /* the open one, -1 for none */
};

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void level_open(struct folder *f, int fd)
{
	struct level *l;
	struct dirent *d;
	int again = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	DIR *dir = again >= 0 ? fdopendir(again) : NULL;

	f->levels = xreallocarray(f->levels, (size_t)f->depth + 1, sizeof(*f->levels));
	l = &f->levels[f->depth++];
	*l = (struct level){.fd = fd, .path_n = strlen(f->path)};
	while (dir && (d = readdir(dir))) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		l->names = xreallocarray(l->names, l->n + 1, sizeof(*l->names));
		l->names[l->n++] = xstrdup(d->d_name);
	}
	if (dir)
		closedir(dir);
	else if (again >= 0)
		close(again);
	if (l->n)
		qsort(l->names, l->n, sizeof(*l->names), by_name);
}

static void level_close(struct folder *f)
{
	struct level *l = &f->levels[--f->depth];

	for (size_t i = 0; i < l->n; i++)
		free(l->names[i]);
	free(l->names);
	close(l->fd);
}

struct folder *folder_new(int fd)
{
	struct folder *f = xcalloc(1, sizeof(*f));

	f->file = -1;
	level_open(f, fd);
	return f;
}

void folder_free(struct folder *f)
{
	if (!f)
		return;
	while (f->depth > 0)
		level_close(f);
	if (f->file >= 0)
		close(f->file);
	free(f->levels);
	free(f);
}

const char *folder_only(const struct folder *f)
{
	struct stat st;

	if (f->levels[0].n != 1 || fstatat(f->levels[0].fd, f->levels[0].names[0], &st, AT_SYMLINK_NOFOLLOW) < 0)
		return NULL;
	return S_ISDIR(st.st_mode) ? f->levels[0].names[0] : NULL;
}

/* The next name, with its path in f->path; NULL at the end. */
static const char *next_name(struct folder *f, int *fd)
{
	while (f->depth > 0) {
		struct level *l = &f->levels[f->depth - 1];
		f->path[l->path_n] = '\0';
		if (l->at < l->n) {
			*fd = l->fd;
			return l->names[l->at++];
		}
		level_close(f);
	}
	return NULL;
}

static int open_file(struct bundle *b, int dir, const char *name, struct stat *st)
{
	struct folder *f = b->folder;

	f->file = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
	if (f->file < 0 || fstat(f->file, st) < 0) {
		CLEAN(clean_free) char *why = xasprintf("cannot be opened: %s", strerror(errno));
		reader_report(b, f->path, why);
		return -1;
	}
	return 0;
}

/* Why a file that is there is not taken; NULL when it is. */
static const char *refuse(struct bundle *b, const struct stat *st, char path[READER_MAX_PATH + 1])
{
	if (S_ISLNK(st->st_mode))
		return "a link";
	if (!S_ISREG(st->st_mode))
		return "not a regular file";
	if (st->st_size > b->limits.max_entry)
		return "larger than a file may be";
	return reader_clean_path(b->folder->path, path);
}

static bool go_down(struct bundle *b, int dir, const char *name)
{
	struct folder *f = b->folder;

	if (f->depth >= DEPTH_MAX) {
		reader_report(b, f->path, "a folder nested too deep");
		return false;
	}
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		CLEAN(clean_free) char *why = xasprintf("cannot be opened: %s", strerror(errno));
		reader_report(b, f->path, why);
		return false;
	}
	level_open(f, fd);
	return true;
}

int reader_folder_next(struct bundle *b, struct err *e)
{
	struct folder *f = b->folder;
	char path[READER_MAX_PATH + 1];
	const char *name, *why;
	struct stat st;
	int dir = -1;

	if (f->file >= 0)
		close(f->file);
	f->file = -1;
	b->in_entry = false;
	while ((name = next_name(f, &dir))) {
		size_t n = strlen(f->path), k = strlen(name);
		if (n + k + 2 > sizeof(f->path)) {
			reader_report(b, f->path, "a name in it is too long");
			continue;
		}
		snprintf(f->path + n, sizeof(f->path) - n, "%s%s", n ? "/" : "", name);
		if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (S_ISDIR(st.st_mode)) {
			go_down(b, dir, name);
			continue;
		}
		if (++b->root->entries > b->limits.max_entries)
			return err_set(e, ERR_LIMIT, "more than %lld files", (long long)b->limits.max_entries);
		if ((why = refuse(b, &st, path))) {
			reader_report(b, f->path, why);
			continue;
		}
		if (open_file(b, dir, name, &st) < 0)
			continue;
		reader_take_path(b, path);
		b->size = st.st_size;
		b->mtime = (int64_t)st.st_mtime * US_PER_S;
		b->in_entry = true;
		return 1;
	}
	b->ended = true;
	return 0;
}

int64_t reader_folder_read(struct bundle *b, const void **p, struct err *e)
{
	ssize_t n;

	if (!b->in_entry)
		return 0;
	do
		n = read(b->folder->file, b->piece, sizeof(b->piece));
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		CLEAN(clean_free) char *why = xasprintf("cannot be read: %s", strerror(errno));
		reader_report(b, b->shown, why);
		n = 0;
	}
	if (n == 0)
		b->in_entry = false;
	b->got += n;
	b->root->packed_bytes += n;
	if (b->got > b->limits.max_entry || reader_over_limit(b, n))
		return err_set(e, ERR_LIMIT, "%s", b->root->limit.code ? b->root->limit.msg : "a file is larger than a file may be");
	*p = b->piece;
	return n;
}
