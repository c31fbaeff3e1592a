/* `key: value` of YAML or indented JSON, alone on its line, whatever a log put around it. */
#include "collect/redact_internal.h"
#include "collect/redact_value.h"

/* A quote, also as it stands in a string of JSON; its length. */
static size_t quote_at(const char *p, const char *end)
{
	if (p < end && (*p == '"' || *p == '\''))
		return 1;
	return end - p >= 2 && p[0] == '\\' && p[1] == '"' ? 2 : 0;
}

/* Takes the quotes of a value off. */
void redact_pair_value(struct redact_pair *k, const char *p, const char *end)
{
	size_t q;

	while (p < end && redact_is_blank(*p))
		p++;
	q = quote_at(p, end);
	k->quoted = q && (size_t)(end - p) >= 2 * q && !memcmp(end - q, p, q);
	k->value = (struct str){p + (k->quoted ? q : 0), (size_t)(end - p) - (k->quoted ? 2 * q : 0)};
}

const char *redact_pair_end(struct str text)
{
	const char *end = text.p + text.n;

	while (end > text.p && (redact_is_blank(end[-1]) || end[-1] == ','))
		end--;
	return end;
}

struct redact_pair redact_pair_of(struct str line)
{
	struct str text = redact_log_text(line);
	const char *p = text.p, *end = redact_pair_end(text);
	struct redact_pair k = {.indent = 0};

	for (; p < end && (redact_is_blank(*p) || (*p == '-' && p + 1 < end && p[1] == ' ')); p++)
		k.item |= *p == '-';
	k.indent = (int)(p - text.p);
	size_t q = quote_at(p, end);
	p += q;
	const char *key = p;
	while (p < end && redact_is_word(*p))
		p++;
	size_t n = (size_t)(p - key);
	if (q && quote_at(p, end) != q)
		return k;
	p += q;
	if (p >= end || *p++ != ':' || (p < end && !redact_is_blank(*p)))
		return k;
	k.key = (struct str){key, n};
	redact_pair_value(&k, p, end);
	return k;
}
