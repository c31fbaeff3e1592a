/* First pass: which machines and domains a bundle names. */
#include "base/text.h"
#include "collect/anonymize_internal.h"
#include <ctype.h>
#include <string.h>

enum { GROUPS = 8 };

bool anonymize_host_char(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '.' || c == '_';
}

size_t anonymize_word(const char *p, const char *end)
{
	const char *s = p;

	while (p < end && isalnum((unsigned char)*p))
		p++;
	return (size_t)(p - s);
}

size_t anonymize_v4(struct str s)
{
	size_t i = 0;

	for (int part = 0; part < 4; part++) {
		int v = 0;
		size_t digits = 0;

		if (part && (i >= s.n || s.p[i++] != '.'))
			return 0;
		for (; i < s.n && isdigit((unsigned char)s.p[i]) && digits < 4; i++, digits++)
			v = v * 10 + s.p[i] - '0';
		if (digits < 1 || digits > 3 || v > 255)
			return 0;
	}
	/* More parts, or letters: a version, a number of something. */
	if (i < s.n && (isalnum((unsigned char)s.p[i]) || (s.p[i] == '.' && i + 1 < s.n && isdigit((unsigned char)s.p[i + 1]))))
		return 0;
	return i;
}

static bool all_digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!isdigit((unsigned char)s.p[i]))
			return false;
	return true;
}

static struct str trim(struct str s)
{
	while (s.n && !isalnum((unsigned char)s.p[s.n - 1]))
		s.n--;
	while (s.n && !isalnum((unsigned char)*s.p)) {
		s.p++;
		s.n--;
	}
	return s;
}

bool anonymize_kept(const struct anonymizer *a, struct str domain)
{
	for (;;) {
		const char *dot;

		if (namemap_get(a->keep_domains, domain))
			return true;
		dot = domain.n ? memchr(domain.p, '.', domain.n) : NULL;
		if (!dot)
			return false;
		domain.n -= (size_t)(dot + 1 - domain.p);
		domain.p = dot + 1;
	}
}

/* The part of a name that somebody registered: example.com of a.b.example.com, and example.co.uk of a.example.co.uk. */
static struct str zone_of(struct str name)
{
	static const char *const second[] = {"co", "com", "org", "net", "gov", "edu", "ac", "or", "ne", "go"};
	size_t dots[16], n = 0;
	int labels = 2;

	for (size_t i = name.n; i-- > 0 && n < ARRAY_LEN(dots);)
		if (name.p[i] == '.')
			dots[n++] = i;
	if (n < 2)
		return name;
	for (size_t i = 0; i < ARRAY_LEN(second); i++)
		if (name.n - dots[0] == 3 && str_eq((struct str){name.p + dots[1] + 1, dots[0] - dots[1] - 1}, second[i]))
			labels = 3;
	if ((int)n < labels)
		return name;
	size_t at = dots[labels - 1] + 1;
	return (struct str){name.p + at, name.n - at};
}

void anonymize_learn_domain(struct anonymizer *a, struct str name)
{
	name = trim(name);
	if (name.n > 253 || !memchr(name.p ? name.p : "", '.', name.n) || anonymize_v4(name) || anonymize_kept(a, name) ||
	    memmem(name.p, name.n, "..", 2))
		return;
	namemap_add(a->zones, zone_of(name), NULL);
}

void anonymize_learn_host(struct anonymizer *a, struct str name)
{
	const char *dot;

	name = trim(name);
	if (!name.n || anonymize_v4(name))
		return;
	if ((dot = memchr(name.p, '.', name.n))) {
		anonymize_learn_domain(a, (struct str){dot + 1, name.n - (size_t)(dot + 1 - name.p)});
		/* node1.dc has a domain of one label: it is one all the same */
		if (!memchr(dot + 1, '.', name.n - (size_t)(dot + 1 - name.p)))
			anonymize_learn_domain(a, name);
		name.n = (size_t)(dot - name.p);
	}
	if (name.n < 2 || name.n > 63 || all_digits(name) || namemap_get(a->keep_names, name))
		return;
	namemap_add(a->hosts, name, NULL);
	namemap_add(a->firsts, (struct str){name.p, anonymize_word(name.p, name.p + name.n)}, NULL);
}

void anonymizer_learn_path(struct anonymizer *a, const char *path)
{
	const cJSON *v;
	struct str caps[8];

	cJSON_ArrayForEach(v, json_get_arr(a->doc, "host_paths"))
		if (cJSON_IsString(v) && text_path_match(v->valuestring, str_of(path), caps, 8) > 0)
			anonymize_learn_host(a, caps[0]);
}

/* The n-th word of a line, from 1. */
static struct str nth_word(struct str line, int n)
{
	const char *p = line.p, *end = p + line.n;

	for (;;) {
		while (p < end && isspace((unsigned char)*p))
			p++;
		const char *s = p;
		while (p < end && !isspace((unsigned char)*p))
			p++;
		if (--n == 0 || s == p)
			return (struct str){s, (size_t)(p - s)};
	}
}

static void learn_columns(struct anonymizer *a, const char *path, struct str line)
{
	struct str caps[8];
	const cJSON *v;

	cJSON_ArrayForEach(v, json_get_arr(a->doc, "host_columns"))
	{
		const char *pattern = json_get_str(v, "path");
		struct str w = nth_word(line, (int)json_get_int(v, "column", 1));

		if (pattern && text_path_match(pattern, str_of(path), caps, 8) >= 0 && !str_eq(w, "NAME") && line.n && *line.p != '-' &&
		    w.n && isalnum((unsigned char)*w.p) && !memchr(w.p, ':', w.n) && !memchr(w.p, '/', w.n))
			anonymize_learn_host(a, w);
	}
	cJSON_ArrayForEach(v, json_get_arr(a->doc, "host_fields"))
	{
		const char *pattern = json_get_str(v, "path"), *before = json_get_str(v, "before");
		size_t n = before ? strlen(before) : 0;

		if (!pattern || !n || line.n <= n || memcmp(line.p, before, n) != 0 || text_path_match(pattern, str_of(path), caps, 8) < 0)
			continue;
		const char *name = line.p + n, *quote = memchr(name, '"', line.n - n);
		if (quote)
			anonymize_learn_host(a, (struct str){name, (size_t)(quote - name)});
	}
	cJSON_ArrayForEach(v, json_get_arr(a->doc, "hosts_files"))
	{
		if (!cJSON_IsString(v) || text_path_match(v->valuestring, str_of(path), caps, 8) < 0 || (line.n && *line.p == '#'))
			continue;
		for (int i = 2; i < 10; i++) {
			struct str w = nth_word(line, i);
			if (!w.n || *w.p == '#')
				break;
			if (memchr(w.p, '.', w.n) && anonymize_kept(a, w))
				continue;
			anonymize_learn_host(a, w);
		}
	}
}

/* Words of a line: domains by their ending, addresses, and what looks like a name we are going to give. */
static void learn_words(struct anonymizer *a, struct str line)
{
	const char *p = line.p, *end = p + line.n;

	while (p < end) {
		const char *s = p, *dot;
		struct str w, last;

		while (p < end && anonymize_host_char(*p))
			p++;
		if (p == s) {
			p++;
			continue;
		}
		w = trim((struct str){s, (size_t)(p - s)});
		if (!w.n)
			continue;
		if (str_starts(w, "host-") || str_starts(w, "name-"))
			namemap_add(a->seen, w, "");
		dot = memrchr(w.p, '.', w.n);
		if (!dot)
			continue;
		last = (struct str){dot + 1, w.n - (size_t)(dot + 1 - w.p)};
		if (anonymize_v4(w) == w.n) {
			char dashes[20];

			snprintf(dashes, sizeof(dashes), "%.*s", (int)w.n, w.p);
			for (char *c = dashes; *c; c++)
				if (*c == '.')
					*c = '-';
			namemap_add(a->dotted, str_of(dashes), "");
		} else if (namemap_get(a->endings, last) && !(p < end && *p == '(')) {
			/* Capitals may stand in the first part of three or more: Master1.corp.example.com, but no name of a class or a method. */
			const char *first = memchr(w.p, '.', w.n);
			bool plain = true;

			for (size_t i = 0; i < w.n; i++)
				plain &= islower((unsigned char)w.p[i]) || isdigit((unsigned char)w.p[i]) || w.p[i] == '-' || w.p[i] == '.' ||
				         (isupper((unsigned char)w.p[i]) && first != dot && w.p + i < first);
			if (plain)
				anonymize_learn_domain(a, w);
		}
	}
}

void anonymizer_learn(struct anonymizer *a, const char *path, struct str line)
{
	uint64_t found[WORDSET_OWNERS / 64];
	struct str g[GROUPS];

	learn_columns(a, path, line);
	learn_words(a, line);
	if (!wordset_scan(a->hints, line, found))
		return;
	for (int i = 0; i < a->n_lessons; i++) {
		const struct lesson *l = &a->lessons[i];
		size_t from = 0, start, end;

		if (!(found[i >> 6] >> (i & 63) & 1))
			continue;
		while (regex_find(l->re, line, from, &start, &end, g, GROUPS) && end > from) {
			if (g[l->group].p)
				(l->host ? anonymize_learn_host : anonymize_learn_domain)(a, g[l->group]);
			from = end;
		}
	}
}
