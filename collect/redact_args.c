/* Commands whose words stand apart: joined, they are what the patterns know. */
#include "collect/redact_internal.h"

enum { WORDS_MAX = 4096, WORD_MAX = 2048 }; /* bytes: of the words so far; of one */

void redact_args_init(struct redact_args *a, const struct redact *r)
{
	a->r = r;
	a->before = (struct buf)BUF_MAX(2 * WORDS_MAX);
}

void redact_args_release(struct redact_args *a)
{
	buf_release(&a->before);
}

/* The words before have been looked at already: where they are others now, a quote that never ends was taken for the
 * beginning of a value. */
static bool starts_with_words(const struct buf *clean, size_t n, const struct buf *words)
{
	return clean->n >= n && (!n || !memcmp(clean->p, words->p, n));
}

void redact_args_restart(struct redact_args *a)
{
	buf_clear(&a->before);
}

bool redact_args_take(struct redact_args *a, struct str word, int64_t *count, struct buf *out)
{
	CLEAN_BUF struct buf joined = BUF_MAX(4 * WORDS_MAX), clean = BUF_MAX(64 * WORDS_MAX);
	struct err e = {0};
	int64_t n = 0;

	/* Scripts are looked at by themselves. */
	if (word.n > WORD_MAX || (word.n && (memchr(word.p, '\n', word.n) || memchr(word.p, '\v', word.n)))) {
		buf_clear(&a->before);
		return false;
	}
	if (a->before.n + word.n > WORDS_MAX)
		buf_clear(&a->before);
	(void)buf_add(&joined, buf_cstr(&a->before), a->before.n, NULL);
	size_t at = joined.n;
	(void)buf_add(&joined, word.p, word.n, NULL);
	bool any = redact_text(a->r, (struct str){buf_cstr(&joined), joined.n}, &clean, &n, &e) == 0 && n &&
	           starts_with_words(&clean, at, &a->before);
	struct str left = any ? (struct str){clean.p + at, clean.n - at} : word;
	(void)buf_add(&a->before, left.p, left.n, NULL);
	/* A blank to every pattern, and in no word. */
	(void)buf_add(&a->before, "\v", 1, NULL);
	if (!any)
		return false;
	buf_add(out, left.p, left.n, NULL);
	++*count;
	return true;
}
