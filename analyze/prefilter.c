#include "analyze/prefilter.h"

#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/mem.h"

enum { GRAM = 4, BUCKETS = 1 << 13, GROUPS = 2 };

/* Shortest text of each group. Shorter ones, of which there are few, are looked for one by one: a group with them in it
 * would have to look everywhere. */
static const size_t group_min[GROUPS] = {12, 7};

struct literal {
	const char *p;
	uint32_t n;
	int owner;
};
/* A run of four bytes of a text: found here, the text itself begins `offset` bytes before. */
struct gram {
	uint32_t value;
	uint32_t literal, offset;
	uint32_t next; /* of the same bucket; index + 1, 0 for the end */
};
struct group {
	size_t step, min;
	struct gram *grams;
	uint32_t n;
	uint32_t *heads; /* BUCKETS; NULL when the group is empty */
};
struct prefilter {
	struct literal *literals;
	int n;
	char *text;
	struct group groups[GROUPS];
	int *tiny, n_tiny; /* indexes of texts shorter than all groups' */
};

static inline uint32_t load4(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint32_t bucket_of(uint32_t v)
{
	return v * UINT32_C(2654435761) >> 19; /* 13 bits */
}

static int group_of(size_t n)
{
	for (int g = 0; g < GROUPS; g++)
		if (n >= group_min[g])
			return g;
	return -1;
}

/* How often a run was used by texts before: common ones ("failed to ") make bad marks. */
static int popularity(const struct group *g, uint32_t v)
{
	int n = 0;

	for (uint32_t i = g->heads[bucket_of(v)]; i; i = g->grams[i - 1].next)
		n += g->grams[i - 1].value == v;
	return n;
}

/* The part of the text, min bytes long, whose runs are the least used so far. */
static size_t best_part(const struct group *g, const struct literal *l)
{
	size_t best = 0;
	int least = INT32_MAX;

	for (size_t at = 0; at + g->min <= l->n; at++) {
		int cost = 0;
		for (size_t k = 0; k < g->step; k++)
			cost += popularity(g, load4(l->p + at + k));
		if (cost < least) {
			least = cost;
			best = at;
		}
	}
	return best;
}

static void add_literal(struct group *g, const struct literal *l, uint32_t index)
{
	size_t at = best_part(g, l);

	g->grams = xreallocarray(g->grams, g->n + g->step, sizeof(*g->grams));
	for (size_t k = 0; k < g->step; k++) {
		uint32_t v = load4(l->p + at + k), *head = &g->heads[bucket_of(v)];
		g->grams[g->n] = (struct gram){v, index, (uint32_t)(at + k), *head};
		*head = ++g->n;
	}
}

static void build_group(struct prefilter *p, int which)
{
	struct group *g = &p->groups[which];

	for (int i = 0; i < p->n; i++)
		if (group_of(p->literals[i].n) == which && (g->min == 0 || p->literals[i].n < g->min))
			g->min = p->literals[i].n;
	if (g->min == 0)
		return;
	g->step = g->min - GRAM + 1;
	g->heads = xcalloc(BUCKETS, sizeof(*g->heads));
	for (int i = 0; i < p->n; i++)
		if (group_of(p->literals[i].n) == which)
			add_literal(g, &p->literals[i], (uint32_t)i);
}

struct prefilter *prefilter_new(const struct str *texts, const int *owners, int n)
{
	struct prefilter *p = xcalloc(1, sizeof(*p));
	size_t total = 0;

	for (int i = 0; i < n; i++)
		total += texts[i].n;
	p->text = xmalloc(total);
	p->literals = xcalloc((size_t)n, sizeof(*p->literals));
	p->tiny = xcalloc((size_t)n, sizeof(*p->tiny));
	char *at = p->text;
	for (p->n = 0; p->n < n; p->n++) {
		memcpy(at, texts[p->n].p, texts[p->n].n);
		p->literals[p->n] = (struct literal){at, (uint32_t)texts[p->n].n, owners[p->n]};
		at += texts[p->n].n;
		if (group_of(texts[p->n].n) < 0)
			p->tiny[p->n_tiny++] = p->n;
	}
	for (int g = 0; g < GROUPS; g++)
		build_group(p, g);
	return p;
}

void prefilter_free(struct prefilter *p)
{
	if (!p)
		return;
	for (int g = 0; g < GROUPS; g++) {
		free(p->groups[g].grams);
		free(p->groups[g].heads);
	}
	free(p->literals);
	free(p->tiny);
	free(p->text);
	free(p);
}

/* Compares the texts of which the run at line[i] is a part. */
static bool compare(const struct prefilter *p, const struct group *g, uint32_t first, struct str line, size_t i,
                    uint64_t *found)
{
	uint32_t v = load4(line.p + i);
	bool any = false;

	for (uint32_t k = first; k; k = g->grams[k - 1].next) {
		const struct gram *m = &g->grams[k - 1];
		if (m->value != v || m->offset > i)
			continue;
		const struct literal *l = &p->literals[m->literal];
		uint64_t bit = UINT64_C(1) << (l->owner & 63), *word = &found[l->owner >> 6];
		if (!(*word & bit) && line.n - (i - m->offset) >= l->n && memcmp(line.p + i - m->offset, l->p, l->n) == 0) {
			*word |= bit;
			any = true;
		}
	}
	return any;
}

/* Whether a short text stands in the line: 16 places at a time by its first and last byte. */
static bool has_short(struct str line, const struct literal *l)
{
	const char *p = line.p;

	if (line.n < l->n)
		return false;
	const char *last = line.p + line.n - l->n; /* where it could begin at the latest */
#ifdef __SSE2__
	const __m128i a = _mm_set1_epi8(l->p[0]), z = _mm_set1_epi8(l->p[l->n - 1]);
	for (; last - p >= 16; p += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i y = _mm_loadu_si128((const __m128i *)(const void *)(p + l->n - 1));
		unsigned m = (unsigned)_mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(x, a), _mm_cmpeq_epi8(y, z)));
		for (; m; m &= m - 1)
			if (memcmp(p + __builtin_ctz(m), l->p, l->n) == 0)
				return true;
	}
#endif
	for (; p <= last; p++)
		if (*p == l->p[0] && memcmp(p, l->p, l->n) == 0)
			return true;
	return false;
}

bool prefilter_scan(const struct prefilter *p, struct str line, uint64_t *found)
{
	bool any = false;

	for (int k = 0; k < GROUPS; k++) {
		const struct group *g = &p->groups[k];
		if (!g->heads || line.n < g->min)
			continue;
		for (size_t i = 0; i + GRAM <= line.n; i += g->step) {
			uint32_t first = g->heads[bucket_of(load4(line.p + i))];
			if (first)
				any |= compare(p, g, first, line, i, found);
		}
	}
	for (int k = 0; k < p->n_tiny; k++) {
		const struct literal *l = &p->literals[p->tiny[k]];
		if (has_short(line, l)) {
			found[l->owner >> 6] |= UINT64_C(1) << (l->owner & 63);
			any = true;
		}
	}
	return any;
}
