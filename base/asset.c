#include "base/asset.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"

enum { MAX_FILE = 16 << 20, MAX_FILES = 10000, MAX_DEPTH = 8 };

/* Written by asset-index.sh; sorted by path in bytes. */
struct compiled {
	const char *path, *text, *end;
};
extern const struct compiled sickbay_assets[];
extern const uint64_t sickbay_asset_count;

/* The one piece of state that is shared: filled by asset_init before any thread starts, only read afterwards. */
static struct {
	struct asset *list; /* sorted by path; the overlay's texts and paths are on the heap for good */
	size_t n, size;
} assets;

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct asset *)a)->path, ((const struct asset *)b)->path);
}

static struct asset *find(const char *path, size_t n)
{
	struct asset wanted = {.path = path};

	return n ? bsearch(&wanted, assets.list, n, sizeof(wanted), compare) : NULL;
}

static void add(const char *path, struct str text)
{
	if (assets.n == assets.size) {
		assets.size = assets.size ? assets.size * 2 : 64;
		assets.list = xreallocarray(assets.list, assets.size, sizeof(*assets.list));
	}
	assets.list[assets.n++] = (struct asset){path, text};
}

static int overlay_file(const char *full, const char *path, size_t compiled, struct err *e)
{
	CLEAN_BUF struct buf b = BUF_MAX(MAX_FILE);
	int rc = file_read(full, &b, e);

	if (rc < 0)
		return rc;
	if (assets.n - compiled >= MAX_FILES)
		return err_set(e, ERR_LIMIT, "%s: more than %d files", full, MAX_FILES);
	size_t n = b.n;
	struct str text = {buf_take(&b), n};
	struct asset *a = find(path, compiled);
	if (a)
		a->text = text;
	else
		add(xstrdup(path), text);
	return 0;
}

/* Adds the files below root/path; hidden ones (an editor's, git's) are not data. */
static int overlay_folder(const char *root, const char *path, size_t compiled, int depth, struct err *e)
{
	CLEAN(clean_free) char *here = xasprintf("%s%s%s", root, *path ? "/" : "", path);
	DIR *d = depth < MAX_DEPTH ? opendir(here) : NULL;
	struct dirent *de;
	int rc = 0;

	if (!d && depth >= MAX_DEPTH)
		return err_set(e, ERR_LIMIT, "%s: nested deeper than %d folders", here, MAX_DEPTH);
	if (!d)
		return err_errno(e, "%s", here);
	while (rc == 0 && (de = readdir(d))) {
		if (de->d_name[0] == '.')
			continue;
		CLEAN(clean_free) char *full = xasprintf("%s/%s", here, de->d_name);
		CLEAN(clean_free) char *sub = xasprintf("%s%s%s", path, *path ? "/" : "", de->d_name);
		struct stat st;
		if (stat(full, &st) != 0)
			rc = err_errno(e, "%s", full);
		else if (S_ISDIR(st.st_mode))
			rc = overlay_folder(root, sub, compiled, depth + 1, e);
		else if (S_ISREG(st.st_mode))
			rc = overlay_file(full, sub, compiled, e);
	}
	closedir(d);
	return rc;
}

int asset_init(struct err *e)
{
	const char *overlay = getenv("SICKBAY_DATA");

	if (assets.list)
		return 0;
	for (uint64_t i = 0; i < sickbay_asset_count; i++) {
		const struct compiled *c = &sickbay_assets[i];
		add(c->path, (struct str){c->text, (size_t)(c->end - c->text)});
	}
	if (!overlay || !*overlay)
		return 0;
	int rc = overlay_folder(overlay, "", assets.n, 0, e);
	qsort(assets.list, assets.n, sizeof(*assets.list), compare);
	return rc < 0 ? err_wrap(e, "SICKBAY_DATA") : 0;
}

const struct asset *asset_get(const char *path)
{
	return find(path, assets.n);
}

const struct asset *asset_next(const char *prefix, const char *suffix, const struct asset *prev)
{
	for (size_t i = prev ? (size_t)(prev - assets.list) + 1 : 0; i < assets.n; i++) {
		const struct asset *a = &assets.list[i];
		size_t n = strlen(a->path), k = strlen(suffix);
		if (strncmp(a->path, prefix, strlen(prefix)) == 0 && n >= k && strcmp(a->path + n - k, suffix) == 0)
			return a;
	}
	return NULL;
}
