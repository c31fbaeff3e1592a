#include "collect/namemap.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

struct name {
	char *from, *to;
};
struct namemap {
	struct name *slots; /* open addressing; size is a power of two */
	size_t n, size;
};

struct namemap *namemap_new(void)
{
	struct namemap *m = xcalloc(1, sizeof(*m));

	m->size = 256;
	m->slots = xcalloc(m->size, sizeof(*m->slots));
	return m;
}

void namemap_free(struct namemap *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->size; i++) {
		free(m->slots[i].from);
		free(m->slots[i].to);
	}
	free(m->slots);
	free(m);
}

static struct name *slot(struct name *table, size_t size, struct str from)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < from.n; i++)
		h = (h ^ (unsigned char)tolower((unsigned char)from.p[i])) * UINT64_C(1099511628211);
	size_t i = (size_t)(h ^ h >> 31) & (size - 1);
	while (table[i].from && (strlen(table[i].from) != from.n || strncasecmp(table[i].from, from.p, from.n) != 0))
		i = (i + 1) & (size - 1);
	return &table[i];
}

bool namemap_add(struct namemap *m, struct str from, const char *to)
{
	struct name *s = slot(m->slots, m->size, from);

	if (s->from && s->to)
		return false;
	if (!s->from) {
		s->from = xstrndup(from.p, from.n);
		for (char *p = s->from; *p; p++)
			*p = (char)tolower((unsigned char)*p);
		m->n++;
	}
	if (to)
		s->to = xstrdup(to);
	if (m->n * 2 > m->size) {
		size_t size = m->size * 2;
		struct name *table = xcalloc(size, sizeof(*table));
		for (size_t i = 0; i < m->size; i++)
			if (m->slots[i].from)
				*slot(table, size, str_of(m->slots[i].from)) = m->slots[i];
		free(m->slots);
		m->slots = table;
		m->size = size;
	}
	return true;
}

const char *namemap_get(const struct namemap *m, struct str from)
{
	const struct name *s = slot(m->slots, m->size, from);

	return s->from ? (s->to ? s->to : "") : NULL;
}

size_t namemap_count(const struct namemap *m)
{
	return m->n;
}

static int compare(const void *a, const void *b)
{
	const struct name *x = *(struct name *const *)a, *y = *(struct name *const *)b;

	return strverscmp(x->from, y->from);
}

/* The names' addresses in order; the caller frees the list. */
static struct name **sorted(const struct namemap *m)
{
	struct name **list = xcalloc(m->n + 1, sizeof(struct name *));
	size_t n = 0;

	for (size_t i = 0; i < m->size; i++)
		if (m->slots[i].from)
			list[n++] = &m->slots[i];
	qsort(list, n, sizeof(struct name *), compare);
	return list;
}

void namemap_number(struct namemap *m, const char *prefix, const struct namemap *taken)
{
	struct name **list = sorted(m);
	long next = 0, number;

	for (size_t i = 0; i < m->n; i++)
		if (list[i]->to && !strncmp(list[i]->to, prefix, strlen(prefix)) && (number = strtol(list[i]->to + strlen(prefix), NULL, 10)) > next &&
		    number < 1000000000)
			next = number;
	for (size_t i = 0; i < m->n; i++) {
		while (!list[i]->to) {
			char *to = xasprintf("%s%ld", prefix, ++next);
			if (namemap_get(taken, str_of(to)))
				free(to);
			else
				list[i]->to = to;
		}
	}
	free(list);
}

cJSON *namemap_json(const struct namemap *m)
{
	cJSON *o = cJSON_CreateObject();
	struct name **list = sorted(m);

	for (size_t i = 0; i < m->n; i++)
		if (list[i]->to)
			cJSON_AddStringToObject(o, list[i]->from, list[i]->to);
	free(list);
	return o;
}

void namemap_load(struct namemap *m, const cJSON *o)
{
	const cJSON *v;

	cJSON_ArrayForEach(v, o) if (v->string && cJSON_IsString(v)) namemap_add(m, str_of(v->string), v->valuestring);
}
