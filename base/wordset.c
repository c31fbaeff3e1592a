#include "base/wordset.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct wordset {
	unsigned char class_of[256]; /* bytes that occur in no word share class 0 */
	uint32_t classes;
	unsigned shift;              /* a row of `next` has 2^shift places */
	uint16_t *next;              /* [state << shift | class]: the next state; small, so that the rows in use stay in the cache */
	uint16_t first_hit;          /* states from here on end a word */
	uint64_t (*hits)[WORDSET_OWNERS / 64];
	uint32_t states;
};

/* While it is built: a trie whose states have their order of birth. */
struct trie {
	uint32_t *next, *fail, *queue;
	uint64_t (*hits)[WORDSET_OWNERS / 64];
	uint32_t n;
};

static void number_classes(struct wordset *w, const struct str *words, int n)
{
	w->classes = 1;
	for (int i = 0; i < n; i++)
		for (size_t k = 0; k < words[i].n; k++) {
			unsigned char lower = (unsigned char)tolower((unsigned char)words[i].p[k]);

			if (!w->class_of[lower])
				w->class_of[lower] = (unsigned char)w->classes++;
			w->class_of[toupper(lower)] = w->class_of[lower];
		}
}

static void add_words(struct wordset *w, struct trie *t, const struct str *words, const int *owners, int n)
{
	t->n = 1;
	for (int i = 0; i < n; i++) {
		uint32_t s = 0;

		for (size_t k = 0; k < words[i].n; k++) {
			uint32_t *to = &t->next[s * w->classes + w->class_of[(unsigned char)words[i].p[k]]];

			if (!*to)
				*to = t->n++;
			s = *to;
		}
		t->hits[s][owners[i] >> 6] |= UINT64_C(1) << (owners[i] & 63);
	}
}

/* Breadth first: where a word breaks off, the longest other beginning that still fits goes on. */
static void link_failures(struct wordset *w, struct trie *t)
{
	uint32_t head = 0, tail = 0;

	for (uint32_t c = 0; c < w->classes; c++)
		if (t->next[c])
			t->queue[tail++] = t->next[c];
	while (head < tail) {
		uint32_t s = t->queue[head++];

		for (size_t k = 0; k < WORDSET_OWNERS / 64; k++)
			t->hits[s][k] |= t->hits[t->fail[s]][k];
		for (uint32_t c = 0; c < w->classes; c++) {
			uint32_t *to = &t->next[s * w->classes + c], other = t->next[t->fail[s] * w->classes + c];

			if (*to) {
				t->fail[*to] = other;
				t->queue[tail++] = *to;
			} else {
				*to = other;
			}
		}
	}
}

/* Renumbers the states: those that end a word come last, so that one comparison tells them. */
static void freeze(struct wordset *w, struct trie *t)
{
	uint32_t *number = t->queue, at = 0;

	for (int hit = 0; hit < 2; hit++) {
		if (hit)
			w->first_hit = (uint16_t)at;
		for (uint32_t s = 0; s < t->n; s++)
			if ((t->hits[s][0] || t->hits[s][1]) == (hit != 0))
				number[s] = at++;
	}
	w->states = t->n;
	assert(t->n <= WORDSET_LETTERS);
	while ((1U << w->shift) < w->classes)
		w->shift++;
	w->next = xcalloc((size_t)t->n << w->shift, sizeof(*w->next));
	w->hits = xcalloc(t->n, sizeof(*w->hits));
	for (uint32_t s = 0; s < t->n; s++) {
		memcpy(w->hits[number[s]], t->hits[s], sizeof(*w->hits));
		for (uint32_t c = 0; c < w->classes; c++)
			w->next[(number[s] << w->shift) | c] = (uint16_t)number[t->next[s * w->classes + c]];
	}
}

struct wordset *wordset_new(const struct str *words, const int *owners, int n)
{
	struct wordset *w = xcalloc(1, sizeof(*w));
	struct trie t = {.next = NULL};
	size_t room = 1;

	for (int i = 0; i < n; i++)
		room += words[i].n;
	number_classes(w, words, n);
	t.next = xcalloc(room * w->classes, sizeof(*t.next));
	t.fail = xcalloc(room, sizeof(*t.fail));
	t.queue = xcalloc(room, sizeof(*t.queue));
	t.hits = xcalloc(room, sizeof(*t.hits));
	add_words(w, &t, words, owners, n);
	link_failures(w, &t);
	freeze(w, &t);
	free(t.next);
	free(t.fail);
	free(t.queue);
	free(t.hits);
	return w;
}

void wordset_free(struct wordset *w)
{
	if (!w)
		return;
	free(w->next);
	free(w->hits);
	free(w);
}

bool wordset_scan(const struct wordset *w, struct str text, uint64_t found[WORDSET_OWNERS / 64])
{
	const unsigned char *p = (const unsigned char *)text.p, *end = p + text.n;
	const uint16_t *next = w->next;
	const unsigned shift = w->shift, first_hit = w->first_hit;
	uint64_t a = 0, b = 0;
	unsigned s = 0;

	for (; p < end; p++) {
		s = next[(s << shift) | w->class_of[*p]];
		if (s >= first_hit) {
			a |= w->hits[s][0];
			b |= w->hits[s][1];
		}
	}
	found[0] = a;
	found[1] = b;
	return (a | b) != 0;
}
