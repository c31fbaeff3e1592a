#include "analyze/checks.h"
#include <ctype.h>
#include <math.h>

enum { MAX_FILLED = 64 << 10 };

/* Where a byte of a shell command stands. */
enum quote { BARE, SINGLE, DOUBLE };

static bool name_char(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (!first && ((c >= '0' && c <= '9') || c == '_'));
}

/* Length of "{name}" at s, 0 when none stands there. */
static size_t placeholder_at(const char *s)
{
	size_t n = 1;
	if (s[0] != '{' || !name_char(s[1], true))
		return 0;
	while (name_char(s[n], false))
		n++;
	return s[n] == '}' ? n + 1 : 0;
}

void fill_each(const char *tmpl, void (*fn)(void *arg, struct str name, size_t offset), void *arg)
{
	for (size_t i = 0; tmpl && tmpl[i];) {
		size_t n = placeholder_at(tmpl + i);
		if (n)
			fn(arg, (struct str){tmpl + i + 1, n - 2}, i);
		i += n ? n : 1;
	}
}

/* Text of a field; a field that is not there is its name in capitals, which nobody takes for a value. */
static int field_text(struct str name, const cJSON *fields, struct buf *out, struct err *e)
{
	CLEAN(clean_free) char *key = xstrndup(name.p, name.n);
	const cJSON *v = json_get(fields, key);

	if (cJSON_IsString(v))
		return buf_add_str(out, v->valuestring, e);
	if (cJSON_IsNumber(v)) {
		if (fabs(v->valuedouble) < 9e15 && v->valuedouble == (double)(int64_t)v->valuedouble)
			return buf_printf(out, e, "%lld", (long long)v->valuedouble);
		return buf_printf(out, e, "%.10g", v->valuedouble);
	}
	for (char *p = key; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	return buf_add_str(out, key, e);
}

static bool shell_safe(struct str v)
{
	for (size_t i = 0; i < v.n; i++)
		if (!isalnum((unsigned char)v.p[i]) && !strchr("._/:@=-", v.p[i]))
			return false;
	return v.n > 0;
}

/* Inside '...' only the quote itself is special. A command of more than one line is never what a step means to run, and
 * control characters would act on the terminal it is pasted into: both become '?'. */
static int add_single_quoted(struct str v, struct buf *out, struct err *e)
{
	int rc = 0;
	for (size_t i = 0; i < v.n && rc == 0; i++) {
		unsigned char c = (unsigned char)v.p[i];
		if (c == '\'')
			rc = buf_add_str(out, "'\\''", e);
		else
			rc = buf_add(out, c < 0x20 || c == 0x7f ? "?" : v.p + i, 1, e);
	}
	return rc;
}

static int add_quoted(struct str v, enum quote where, struct buf *out, struct err *e)
{
	if (shell_safe(v))
		return buf_add(out, v.p, v.n, e);
	if (where == SINGLE)
		return add_single_quoted(v, out, e);
	int rc = buf_add_str(out, where == DOUBLE ? "\"'" : "'", e);
	if (rc == 0)
		rc = add_single_quoted(v, out, e);
	if (rc == 0)
		rc = buf_add_str(out, where == DOUBLE ? "'\"" : "'", e);
	return rc;
}

static int add_value(struct str name, const cJSON *fields, enum fill how, enum quote where, bool word_start,
                     struct buf *out, struct err *e)
{
	struct buf v = BUF_MAX(MAX_FILLED);
	int rc = field_text(name, fields, &v, e);

	if (rc == 0 && how == FILL_TEXT)
		rc = buf_add(out, v.p ? v.p : "", v.n, e);
	else if (rc == 0 && word_start && v.n && v.p[0] == '-') /* would be an option: name it, let a person decide */
		rc = field_text(name, NULL, out, e);
	else if (rc == 0)
		rc = add_quoted((struct str){v.p ? v.p : "", v.n}, where, out, e);
	buf_release(&v);
	return rc;
}

static enum quote next_quote(enum quote q, const char *s, size_t i)
{
	bool escaped = i > 0 && s[i - 1] == '\\' && q != SINGLE && !(i > 1 && s[i - 2] == '\\');
	if (escaped)
		return q;
	if (s[i] == '\'' && q != DOUBLE)
		return q == SINGLE ? BARE : SINGLE;
	if (s[i] == '"' && q != SINGLE)
		return q == DOUBLE ? BARE : DOUBLE;
	return q;
}

/* Would a value put after the first i bytes of the command begin a word? */
static bool begins_word(const char *s, size_t i)
{
	while (i > 0 && (s[i - 1] == '\'' || s[i - 1] == '"'))
		i--;
	/* A value right before this one may be empty. */
	return i == 0 || strchr(" \t\n;|&(}", s[i - 1]) != NULL;
}

int fill_template(const char *tmpl, const cJSON *fields, enum fill how, struct buf *out, struct err *e)
{
	enum quote q = BARE;
	int rc = 0;

	for (size_t i = 0; tmpl && tmpl[i] && rc == 0;) {
		size_t n = placeholder_at(tmpl + i);
		if (n) {
			rc = add_value((struct str){tmpl + i + 1, n - 2}, fields, how, q, begins_word(tmpl, i), out, e);
			i += n;
		} else {
			q = next_quote(q, tmpl, i);
			rc = buf_add(out, tmpl + i, 1, e);
			i++;
		}
	}
	return rc;
}

char *fill_new(const char *tmpl, const cJSON *fields, enum fill how)
{
	struct buf b = BUF_MAX(MAX_FILLED);
	struct err e;

	if (!tmpl)
		return NULL;
	if (fill_template(tmpl, fields, how, &b, &e) < 0) {
		buf_release(&b);
		/* Half a command is worse than the step without its values. */
		return xstrdup(tmpl);
	}
	return buf_take(&b);
}
