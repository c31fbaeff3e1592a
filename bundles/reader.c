#include "bundles/reader_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define RATIO_FROM (INT64_C(1) << 30)

const struct bundle_limits bundle_limits_default = {
	.max_entries = 500000,
	.max_entry = INT64_C(16) << 30,
	.max_total = INT64_C(256) << 30,
	.max_ratio = 1000,
};

/* -- limits, problems and damage ------------------------------------------------------------------------------------- */

bool reader_over_limit(struct bundle *b, int64_t more)
{
	struct bundle *root = b->root;

	root->total += more;
	if (root->total > root->limits.max_total)
		err_set(&root->limit, ERR_LIMIT, "more than %lld bytes unpacked", (long long)root->limits.max_total);
	else if (root->total > RATIO_FROM && root->total / root->limits.max_ratio > root->packed_bytes)
		err_set(&root->limit, ERR_LIMIT, "unpacks to more than %lld times its size; it looks like a bomb",
		        (long long)root->limits.max_ratio);
	return root->limit.code != 0;
}

void reader_report(struct bundle *b, const char *path, const char *reason)
{
	char *name = reader_shown_name(path);

	b = b->root;
	if (b->on_problem) {
		b->on_problem(b->on_problem_arg, name, reason);
		free(name);
	} else if (b->nearly < READER_MAX_EARLY) {
		b->early = xreallocarray(b->early, b->nearly + 1, sizeof(*b->early));
		b->early[b->nearly++] = (struct problem){name, xstrdup(reason)};
	} else {
		free(name);
	}
}

void reader_refuse(struct bundle *b, const char *path, const char *reason)
{
	CLEAN(clean_free) char *inside = b->prefix ? xasprintf("%s/%s", b->prefix, path) : NULL;

	reader_report(b, inside ? inside : path, reason);
}

void bundle_on_problem(struct bundle *b, void (*fn)(void *arg, const char *path, const char *reason), void *arg)
{
	b->on_problem = fn;
	b->on_problem_arg = arg;
	for (size_t i = 0; i < b->nearly; i++) {
		if (fn)
			fn(arg, b->early[i].path, b->early[i].reason);
		free(b->early[i].path);
		free(b->early[i].reason);
	}
	b->nearly = 0;
}

/* 81920 -> "81,920" */
static const char *grouped(int64_t v, char room[32])
{
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%lld", (long long)v), k = 0;

	for (int i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			room[k++] = ',';
		room[k++] = digits[i];
	}
	room[k] = '\0';
	return room;
}

void reader_set_damage(struct bundle *b, const char *why)
{
	char room[32];
	bool cut = b->stream_ended && (b->file_ended || !b->unpack_error[0]);
	const char *cause = cut ? "" : b->unpack_error[0] ? b->unpack_error : why;

	if (b->damage)
		return;
	const char *what = cut ? "cut off" : "damaged", *colon = *cause ? ": " : "";
	if (b->in_entry && (b->size < 0 || b->got < b->size))
		b->damage = xasprintf("%s inside %s after %s bytes%s%s", what, b->shown, grouped(b->got, room), colon, cause);
	else if (b->path[0])
		b->damage = xasprintf("%s behind %s%s%s", what, b->shown, colon, cause);
	else
		b->damage = xasprintf("%s before its first file%s%s", what, colon, cause);
}

int reader_broken(struct bundle *b, struct err *e)
{
	if (b->io_errno) {
		errno = b->io_errno;
		return err_errno(e, "reading");
	}
	if (b->root->limit.code)
		return err_set(e, b->root->limit.code, "%s", b->root->limit.msg);
	const char *why = archive_error_string(b->tar);
	reader_set_damage(b, why ? why : "cannot be read");
	b->ended = true;
	b->in_entry = false;
	return 0;
}

/* -- the top folder -------------------------------------------------------------------------------------------------- */

/* Folders that are a bundle's own, of whichever kind: none of them is a top folder. */
static bool is_own(const char *name, size_t n)
{
	static const char *const own[] = {
		"cluster-info", "cluster-resources", "kubectl", "nodes", "etcd", "host-collectors", "execution-data", "namespaces",
		"cluster-scoped-resources", "host_service_logs", "sos_commands", "sos_logs", "sos_reports", "sos_strings", "boot", "dev",
		"etc", "home", "lib", "opt", "proc", "root", "run", "sys", "usr", "var", "yamls", "logs", "external", "config",
		"conditional", "events", "kube-system", "kube-public", "kube-node-lease", "default"};

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (strlen(own[i]) == n && memcmp(own[i], name, n) == 0)
			return true;
	return false;
}

/* What only a bundle of ours has at its top: the folder above it is a top folder whatever it is called ("boot", "external"). */
static bool is_ours(const char *name)
{
	static const char *const ours[] = {"bundle.json", "manifest.json", "cluster-resources", "kubectl", "nodes"};
	size_t n = strcspn(name, "/");

	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (strlen(ours[i]) == n && memcmp(ours[i], name, n) == 0)
			return true;
	return false;
}

/* The first file tells whether there is a top folder. */
static void find_top(struct bundle *b)
{
	size_t n = strcspn(b->path, "/");

	b->top_known = true;
	if (!b->path[n] || b->single || (is_own(b->path, n) && !is_ours(b->path + n + 1)))
		n = 0;
	b->top = xstrndup(b->path, n);
	b->top_sure = n && strcmp(b->path + n, "/bundle.json") == 0;
}

static const char *without_top(struct bundle *b)
{
	size_t n = strlen(b->top);

	if (n && strncmp(b->path, b->top, n) == 0 && b->path[n] == '/')
		return b->path + n + 1;
	/* A file beside it: it was no top folder, but one of several. */
	if (n && !b->top_sure) {
		free(b->lost_top);
		b->lost_top = b->top;
		b->top = xstrdup("");
	}
	return b->path;
}

void reader_take_path(struct bundle *b, const char *path)
{
	snprintf(b->path, sizeof(b->path), "%s", path);
	if (!b->top_known)
		find_top(b);
	free(b->shown);
	b->got = 0;
	b->shown = b->prefix && !b->single ? xasprintf("%s/%s", b->prefix, without_top(b)) : xstrdup(without_top(b));
}

const char *bundle_top(const struct bundle *b)
{
	return b->top ? b->top : "";
}

const char *bundle_lost_top(const struct bundle *b)
{
	return b->lost_top;
}

/* -- archives inside ------------------------------------------------------------------------------------------------- */

static struct bundle *bundle_new(struct bundle *parent, const struct bundle_limits *limits)
{
	struct bundle *b = xcalloc(1, sizeof(*b));

	b->fd = -1;
	b->parent = parent;
	b->root = parent ? parent->root : b;
	b->depth = parent ? parent->depth + 1 : 0;
	b->limits = limits ? *limits : bundle_limits_default;
	b->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	return b;
}

int64_t reader_entry_read(struct bundle *b, const void **p, struct err *e)
{
	if (b->peek_n) {
		int64_t n = (int64_t)b->peek_n;
		*p = b->peek;
		b->peek_n = 0;
		return n;
	}
	return b->folder ? reader_folder_read(b, p, e) : reader_archive_read(b, p, e);
}

void bundle_open_nested(struct bundle *b)
{
	b->nested = true;
}

static void close_child(struct bundle *b)
{
	struct bundle *c = STEAL(b->child);

	bundle_close(c);
}

/* The current entry is packed: opens it. 1 when its files come now, 0 when it cannot be opened, which is reported. */
static int open_child(struct bundle *b, struct err *e)
{
	struct err why = {0};

	b->child = bundle_new(b, &b->limits);
	b->child->prefix = xstrdup(b->shown);
	b->child->name = xstrdup(b->shown);
	if (reader_archive_open(b->child, &why) == 0)
		return 1;
	close_child(b);
	if (b->root->limit.code)
		return err_set(e, b->root->limit.code, "%s", b->root->limit.msg);
	const char *text = strncmp(why.msg, "not a bundle: ", 14) == 0 ? why.msg + 14 : why.msg;
	reader_report(b, b->shown, text);
	return 0;
}

/* -- files ----------------------------------------------------------------------------------------------------------- */

static int advance(struct bundle *b, struct err *e)
{
	b->peek_n = 0;
	return b->folder ? reader_folder_next(b, e) : reader_archive_next(b, e);
}

/* Does the current entry want to be opened? Its first bytes are looked at and kept. */
static int wants_opening(struct bundle *b, struct err *e)
{
	const void *p = NULL;

	if (!b->root->nested || b->depth >= READER_MAX_NESTED || b->single)
		return 0;
	int64_t n = reader_entry_read(b, &p, e);
	if (n <= 0)
		return (int)n;
	b->peek = p;
	b->peek_n = (size_t)n;
	return reader_is_packed(p, (size_t)n);
}

int bundle_next(struct bundle *b, struct bundle_entry *entry, struct err *e)
{
	for (;;) {
		if (b->child) {
			int more = bundle_next(b->child, entry, e);
			if (more != 0)
				return more;
			if (b->child->damage)
				reader_report(b, b->shown, b->child->damage);
			close_child(b);
		}
		int rc = b->primed ? 1 : advance(b, e);
		b->primed = false;
		if (rc <= 0)
			return rc;
		int packed = wants_opening(b, e);
		if (packed > 0)
			packed = open_child(b, e);
		else if (packed == 0)
			break;
		if (packed < 0)
			return packed;
	}
	*entry = (struct bundle_entry){b->shown, b->size, b->mtime};
	return 1;
}

int64_t bundle_read(struct bundle *b, const void **p, struct err *e)
{
	return b->child ? bundle_read(b->child, p, e) : reader_entry_read(b, p, e);
}

const char *bundle_damage(const struct bundle *b)
{
	return b->damage || !b->child ? b->damage : bundle_damage(b->child);
}

bool bundle_is_packed(const struct bundle *b)
{
	return b->child ? bundle_is_packed(b->child) : b->single;
}

/* -- opening --------------------------------------------------------------------------------------------------------- */

/* Opens the archive up to its first file, so that what is none is refused here and not in the middle of an analysis. */
static int prime(struct bundle *b, struct err *e)
{
	int rc = reader_archive_open(b, e);

	if (rc < 0)
		return rc;
	if ((rc = advance(b, e)) < 0)
		return rc;
	if (rc > 0) {
		b->primed = true;
		return 0;
	}
	if (b->entries == 0 && b->damage)
		return reader_say_not_a_bundle(b, e);
	const char *format = b->zip ? "zip" : "tar";
	if (b->nearly)
		return err_set(e, ERR_FORMAT, "not a bundle: a %s archive without any file we take; the first: %.200s: %s", format,
		               b->early[0].path, b->early[0].reason);
	return err_set(e, ERR_FORMAT, "not a bundle: a %s archive without any file in it", format);
}

/* A folder's first file is looked for, too. */
static int prime_folder(struct bundle *b, struct err *e)
{
	b->folder = folder_new(b->fd);
	b->fd = -1;
	const char *only = folder_only(b->folder);
	b->top_known = b->top_sure = true;
	b->top = xstrdup(only && !is_own(only, strlen(only)) ? only : "");
	int rc = advance(b, e);
	if (rc < 0)
		return rc;
	b->primed = true;
	return rc > 0 ? 0 : err_set(e, ERR_FORMAT, "not a bundle: a folder without any file in it");
}

int bundle_open(const char *path, const struct bundle_limits *limits, struct bundle **out, struct err *e)
{
	struct bundle *b = bundle_new(NULL, limits);
	const char *slash = strrchr(path, '/');
	char name[READER_MAX_PATH + 1];
	struct stat st;
	int rc = 0;

	b->name = xstrdup(reader_clean_path(slash ? slash + 1 : path, name) ? "objects" : name);
	b->fd = strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (b->fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		rc = err_set(e, ERR_ABSENT, "no such file");
	else if (b->fd < 0)
		rc = err_errno(e, "cannot be opened");
	else if (fstat(b->fd, &st) == 0 && S_ISDIR(st.st_mode))
		rc = prime_folder(b, e);
	else
		rc = prime(b, e);
	if (rc < 0) {
		bundle_close(b);
		return err_wrap(e, "%s", strcmp(path, "-") == 0 ? "standard input" : path);
	}
	*out = b;
	return 0;
}

void bundle_close(struct bundle *b)
{
	if (!b)
		return;
	close_child(b);
	bundle_on_problem(b, NULL, NULL); /* frees what nobody asked for */
	free(b->early);
	folder_free(b->folder);
	if (b->tar)
		archive_read_free(b->tar);
	if (b->packed)
		archive_read_free(b->packed);
	if (b->fd >= 0)
		close(b->fd);
	if (b->utf8)
		freelocale(b->utf8);
	free(b->seen);
	free(b->top);
	free(b->lost_top);
	free(b->prefix);
	free(b->name);
	free(b->shown);
	free(b->damage);
	free(b);
}

void clean_bundle(struct bundle **b)
{
	bundle_close(*b);
	*b = NULL;
}
