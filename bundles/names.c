#include "bundles/names.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

enum { MAX_NAME = 255 }; /* of one segment: what file systems hold when the bundle is unpacked */

struct names {
	const char **slots; /* open addressing; size is a power of two */
	size_t n, size;
};

struct names *names_new(void)
{
	struct names *n = xcalloc(1, sizeof(*n));

	n->size = 1024;
	n->slots = xcalloc(n->size, sizeof(*n->slots));
	return n;
}

void names_free(struct names *n)
{
	if (!n)
		return;
	free(n->slots);
	free(n);
}

static size_t hash(const char *s)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
	return (size_t)(h ^ h >> 32);
}

/* The slot of path, or the free one where it belongs. */
static const char **find_slot(const char **slots, size_t size, const char *path)
{
	size_t i = hash(path) & (size - 1);

	while (slots[i] && strcmp(slots[i], path) != 0)
		i = (i + 1) & (size - 1);
	return &slots[i];
}

void names_add(struct names *n, const char *path)
{
	if (n->n * 2 >= n->size) {
		size_t size = n->size * 2;
		const char **slots = xcalloc(size, sizeof(*slots));
		for (size_t i = 0; i < n->size; i++)
			if (n->slots[i])
				*find_slot(slots, size, n->slots[i]) = n->slots[i];
		free(n->slots);
		n->slots = slots;
		n->size = size;
	}
	*find_slot(n->slots, n->size, path) = path;
	n->n++;
}

bool names_has(const struct names *n, const char *path)
{
	return *find_slot(n->slots, n->size, path) != NULL;
}

/* Appends one segment of a path in a form that every reader accepts. */
static void add_segment(struct buf *out, const char *p, size_t n)
{
	unsigned cp = 0;

	if (n == 0 || (n == 1 && p[0] == '.'))
		return;
	if (out->n)
		(void)buf_add_str(out, "/", NULL);
	if (n == 2 && memcmp(p, "..", 2) == 0) {
		(void)buf_add_str(out, "__", NULL);
		return;
	}
	size_t start = out->n;
	for (size_t i = 0; i < n;) {
		size_t len = text_utf8_decode(p + i, n - i, &cp);
		if (out->n - start + (len ? len : 1) > MAX_NAME)
			return;
		if (len == 0 || text_is_hidden(cp) || cp == '\\')
			(void)buf_add_str(out, "_", NULL);
		else
			(void)buf_add(out, p + i, len, NULL);
		i += len ? len : 1;
	}
}

char *names_clean_path(const char *path)
{
	CLEAN_BUF struct buf b = BUF_MAX(1 << 20);

	while (*path) {
		size_t n = strcspn(path, "/");
		add_segment(&b, path, n);
		path += n + (path[n] == '/');
	}
	if (b.n == 0)
		(void)buf_add_str(&b, "unnamed", NULL);
	return buf_take(&b);
}

char *names_unused(const struct names *n, const char *path)
{
	if (!names_has(n, path))
		return xstrdup(path);
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
	if (!dot || dot == name)
		dot = path + strlen(path);
	for (int i = 2;; i++) {
		char *other = xasprintf("%.*s-%d%s", (int)(dot - path), path, i, dot);
		if (!names_has(n, other))
			return other;
		free(other);
	}
}
