#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "bundles/reader_internal.h"

char *reader_shown_name(const char *path)
{
	CLEAN_BUF struct buf b = BUF_MAX(4 * READER_MAX_PATH);
	size_t n = strnlen(path, 512);
	unsigned cp = 0;
	char esc[12];

	for (size_t i = 0; i < n;) {
		size_t len = text_utf8_decode(path + i, n - i, &cp);
		if (len && !text_is_hidden(cp))
			(void)buf_add(&b, path + i, len, NULL);
		else if (len)
			(void)buf_add(&b, esc, text_visible_escape(cp, esc), NULL);
		else
			(void)buf_printf(&b, NULL, "\\x%02x", (unsigned char)path[i]);
		i += len ? len : 1;
	}
	return buf_take(&b);
}

bool reader_first_time(struct bundle *b, const char *path)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *path; path++)
		h = (h ^ (unsigned char)*path) * UINT64_C(1099511628211);
	h = h ? h : 1;
	if (b->nseen * 2 >= b->size_seen) {
		size_t size = b->size_seen ? b->size_seen * 2 : 1024;
		uint64_t *set = xcalloc(size, sizeof(*set));
		for (size_t i = 0; i < b->size_seen; i++) {
			size_t k = b->seen[i] & (size - 1);
			while (b->seen[i] && set[k])
				k = (k + 1) & (size - 1);
			if (b->seen[i])
				set[k] = b->seen[i];
		}
		free(b->seen);
		b->seen = set;
		b->size_seen = size;
	}
	size_t k = h & (b->size_seen - 1);
	for (; b->seen[k]; k = (k + 1) & (b->size_seen - 1))
		if (b->seen[k] == h)
			return false;
	b->seen[k] = h;
	b->nseen++;
	return true;
}

const char *reader_clean_path(const char *raw, char out[READER_MAX_PATH + 1])
{
	size_t n = 0;
	unsigned cp = 0;

	if (strlen(raw) > READER_MAX_PATH)
		return "its name is too long";
	if (raw[0] == '/')
		return "an absolute path";
	for (const char *p = raw; *p;) {
		size_t k = strcspn(p, "/");
		if (k == 2 && p[0] == '.' && p[1] == '.')
			return "\"..\" in its path";
		if (k > 0 && !(k == 1 && p[0] == '.')) {
			if (n)
				out[n++] = '/';
			memcpy(out + n, p, k);
			n += k;
		}
		p += k + (p[k] == '/');
	}
	out[n] = '\0';
	if (n == 0)
		return "no name";
	for (size_t i = 0; i < n;) {
		size_t len = text_utf8_decode(out + i, n - i, &cp);
		if (len == 0)
			return "its name is not UTF-8";
		if (text_is_hidden(cp))
			return "control characters in its name";
		i += len;
	}
	return NULL;
}
