#include "base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
	MAX_GROUPS = 63,
	MATCH_LIMIT = 1000000, /* backtracking steps of one match; a tenth of PCRE2's own */
	HEAP_LIMIT_KIB = 8192,
	JIT_STACK_MAX = 512 << 10
};

struct regex {
	pcre2_code *code;
	int groups;
	const char *names[MAX_GROUPS]; /* point into code */
};

/* What a match needs beside the pattern; one a thread, made at the first match, freed with the thread. */
struct matcher {
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
};

static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t key;

static void matcher_free(void *arg)
{
	struct matcher *m = arg;

	pcre2_match_data_free(m->data);
	pcre2_match_context_free(m->context);
	pcre2_jit_stack_free(m->stack);
	free(m);
}

static void make_key(void)
{
	if (pthread_key_create(&key, matcher_free) != 0)
		abort();
}

static struct matcher *matcher_get(void)
{
	pthread_once(&key_once, make_key);
	struct matcher *m = pthread_getspecific(key);
	if (m)
		return m;
	m = xcalloc(1, sizeof(*m));
	m->data = pcre2_match_data_create(MAX_GROUPS + 1, NULL);
	m->context = pcre2_match_context_create(NULL);
	m->stack = pcre2_jit_stack_create(32 << 10, JIT_STACK_MAX, NULL);
	if (!m->data || !m->context)
		abort();
	pcre2_set_match_limit(m->context, MATCH_LIMIT);
	pcre2_set_heap_limit(m->context, HEAP_LIMIT_KIB);
	if (m->stack)
		pcre2_jit_stack_assign(m->context, NULL, m->stack);
	pthread_setspecific(key, m);
	return m;
}

static void read_names(struct regex *r)
{
	uint32_t count = 0, size = 0;
	PCRE2_SPTR table = NULL;

	pcre2_pattern_info(r->code, PCRE2_INFO_NAMECOUNT, &count);
	pcre2_pattern_info(r->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
	pcre2_pattern_info(r->code, PCRE2_INFO_NAMETABLE, &table);
	for (uint32_t i = 0; i < count; i++, table += size) {
		int group = table[0] << 8 | table[1];
		if (group >= 1 && group <= r->groups)
			r->names[group - 1] = (const char *)(table + 2);
	}
}

int regex_compile(const char *pattern, int flags, struct regex **out, struct err *e)
{
	uint32_t options = PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C, groups = 0;
	PCRE2_SIZE at = 0;
	int code = 0;

	if (flags & REGEX_CASELESS)
		options |= PCRE2_CASELESS;
	pcre2_code *c = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, options, &code, &at, NULL);
	if (!c) {
		PCRE2_UCHAR why[120];
		pcre2_get_error_message(code, why, sizeof(why));
		return err_set(e, ERR_FORMAT, "pattern \"%.120s\": offset %zu: %s", pattern, at, (const char *)why);
	}
	pcre2_pattern_info(c, PCRE2_INFO_CAPTURECOUNT, &groups);
	if (groups > MAX_GROUPS) {
		pcre2_code_free(c);
		return err_set(e, ERR_FORMAT, "pattern \"%.120s\": more than %d groups", pattern, MAX_GROUPS);
	}
	(void)pcre2_jit_compile(c, PCRE2_JIT_COMPLETE); /* without JIT it is slower, not wrong */
	struct regex *r = xcalloc(1, sizeof(*r));
	r->code = c;
	r->groups = (int)groups;
	read_names(r);
	*out = r;
	return 0;
}

void regex_free(struct regex *r)
{
	if (!r)
		return;
	pcre2_code_free(r->code);
	free(r);
}

void clean_regex(struct regex **r)
{
	regex_free(*r);
	*r = NULL;
}

int regex_search(const struct regex *r, struct str s, size_t from, size_t *start, size_t *end, struct str *groups, int max)
{
	struct matcher *m = matcher_get();

	if (from > s.n)
		return 0;
	int n = pcre2_match(r->code, (PCRE2_SPTR)(s.p ? s.p : ""), s.n, from, 0, m->data, m->context);
	if (n <= 0)
		return n == PCRE2_ERROR_NOMATCH ? 0 : -1;
	const PCRE2_SIZE *v = pcre2_get_ovector_pointer(m->data);
	/* \K in a lookahead can put the start behind the end. */
	*start = v[0] < v[1] ? v[0] : v[1];
	*end = v[1];
	for (int i = 0; i < max && i < r->groups; i++) {
		bool set = i + 1 < n && v[2 * i + 2] != PCRE2_UNSET && v[2 * i + 3] >= v[2 * i + 2];
		groups[i] = set ? (struct str){s.p + v[2 * i + 2], v[2 * i + 3] - v[2 * i + 2]} : (struct str){NULL, 0};
	}
	return 1;
}

bool regex_find(const struct regex *r, struct str s, size_t from, size_t *start, size_t *end, struct str *groups, int max)
{
	return regex_search(r, s, from, start, end, groups, max) > 0;
}

bool regex_match(const struct regex *r, struct str s, struct str *groups, int max)
{
	size_t start, end;

	return regex_find(r, s, 0, &start, &end, groups, max);
}

int regex_group_count(const struct regex *r)
{
	return r->groups;
}

const char *regex_group_name(const struct regex *r, int i)
{
	return i >= 0 && i < r->groups ? r->names[i] : NULL;
}
