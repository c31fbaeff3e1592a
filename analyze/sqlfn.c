#include "analyze/sqlfn.h"

#include <ctype.h>
#include <string.h>

#include "analyze/logline.h"
#include "base/clock.h"
#include "base/jsonscan.h"
#include "base/mem.h"
#include "base/regex.h"

enum { MAX_GROUPS = 16, MAX_TEXT = 64 << 20 };

static struct str text_of(sqlite3_value *v)
{
	const char *p = (const char *)sqlite3_value_text(v);

	return (struct str){p, p ? (size_t)sqlite3_value_bytes(v) : 0};
}

static void result_str(sqlite3_context *ctx, struct str s)
{
	if (s.p)
		sqlite3_result_text64(ctx, s.p, s.n, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/* -- patterns ---------------------------------------------------------------------------------------------------- */

static void free_regex(void *p)
{
	regex_free(p);
}

/* The compiled pattern of argument 0. SQLite keeps it for the statement as long as the argument is a constant. *owned
 * says that nobody keeps it and the caller must free it. */
static struct regex *pattern_of(sqlite3_context *ctx, sqlite3_value *v, struct regex **owned)
{
	struct regex *r = sqlite3_get_auxdata(ctx, 0);
	struct err e = {0};

	*owned = NULL;
	if (r)
		return r;
	if (regex_compile((const char *)sqlite3_value_text(v), 0, &r, &e) < 0) {
		sqlite3_result_error(ctx, e.msg, -1);
		return NULL;
	}
	sqlite3_set_auxdata(ctx, 0, r, free_regex);
	if (sqlite3_get_auxdata(ctx, 0) == r)
		return r;
	/* It was refused and freed at once: a pattern that changes from row to row. */
	if (regex_compile((const char *)sqlite3_value_text(v), 0, &r, &e) < 0)
		return NULL;
	return *owned = r;
}

static bool any_null(int n, sqlite3_value **v)
{
	for (int i = 0; i < n; i++)
		if (sqlite3_value_type(v[i]) == SQLITE_NULL)
			return true;
	return false;
}

/* X REGEXP PATTERN arrives as regexp(PATTERN, X). */
static void fn_regexp(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	CLEAN(clean_regex) struct regex *owned = NULL;

	if (any_null(n, v))
		return;
	const struct regex *r = pattern_of(ctx, v[0], &owned);
	if (r)
		sqlite3_result_int(ctx, regex_match(r, text_of(v[1]), NULL, 0));
}

static int group_index(const struct regex *r, sqlite3_value *v)
{
	if (sqlite3_value_type(v) == SQLITE_INTEGER)
		return sqlite3_value_int(v) - 1;
	const char *name = (const char *)sqlite3_value_text(v);
	for (int i = 0; i < regex_group_count(r); i++) {
		const char *have = regex_group_name(r, i);
		if (have && name && strcmp(have, name) == 0)
			return i;
	}
	return MAX_GROUPS;
}

static void fn_rx(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	CLEAN(clean_regex) struct regex *owned = NULL;
	struct str groups[MAX_GROUPS] = {{NULL, 0}};
	size_t start, end;

	if (any_null(n, v))
		return;
	const struct regex *r = pattern_of(ctx, v[0], &owned);
	if (!r)
		return;
	struct str s = text_of(v[1]);
	int group = n > 2 ? group_index(r, v[2]) : -1;
	if (group >= MAX_GROUPS || group < -1 || group >= regex_group_count(r)) {
		sqlite3_result_error(ctx, "rx: no such group", -1);
		return;
	}
	if (!regex_find(r, s, 0, &start, &end, groups, MAX_GROUPS))
		return;
	result_str(ctx, group < 0 ? (struct str){s.p + start, end - start} : groups[group]);
}

/* -- fields ------------------------------------------------------------------------------------------------------ */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The n-th field from the front (1-based); p NULL when there are fewer. */
static struct str field_at(struct str s, int64_t n)
{
	size_t i = 0;

	for (;;) {
		while (i < s.n && is_blank(s.p[i]))
			i++;
		size_t start = i;
		while (i < s.n && !is_blank(s.p[i]))
			i++;
		if (i == start)
			return (struct str){NULL, 0};
		if (--n == 0)
			return (struct str){s.p + start, i - start};
	}
}

static struct str field_from_end(struct str s, int64_t n)
{
	size_t i = s.n;

	for (;;) {
		while (i > 0 && is_blank(s.p[i - 1]))
			i--;
		size_t end = i;
		while (i > 0 && !is_blank(s.p[i - 1]))
			i--;
		if (i == end)
			return (struct str){NULL, 0};
		if (--n == 0)
			return (struct str){s.p + i, end - i};
	}
}

static void fn_field(sqlite3_context *ctx, int argc, sqlite3_value **v)
{
	int64_t n = sqlite3_value_int64(v[1]);

	if (any_null(argc, v) || n == 0 || n == INT64_MIN)
		return;
	result_str(ctx, n > 0 ? field_at(text_of(v[0]), n) : field_from_end(text_of(v[0]), -n));
}

static void fn_rest(sqlite3_context *ctx, int argc, sqlite3_value **v)
{
	int64_t n = sqlite3_value_int64(v[1]);

	if (any_null(argc, v) || n < 1)
		return;
	struct str s = text_of(v[0]), f = field_at(s, n);
	if (!f.p)
		return;
	f.n = (size_t)(s.p + s.n - f.p);
	while (f.n > 0 && is_blank(f.p[f.n - 1]))
		f.n--;
	result_str(ctx, f);
}

/* -- quantities and times ---------------------------------------------------------------------------------------- */

/* docker prints powers of ten with a B ("187kB", "1.2GB"); what people and tools call K, Ki and KiB are powers of two. */
static double unit_factor(const char *p)
{
	static const char letters[] = "kmgtpe";

	if (*p == '\0' || strcmp(p, "B") == 0)
		return 1;
	const char *l = strchr(letters, tolower((unsigned char)*p));
	if (!l)
		return 0;
	bool ten = (p[1] == 'B' && p[2] == '\0') || (*p == 'k' && p[1] == '\0');
	if (!ten && strcmp(p + 1, "") != 0 && strcmp(p + 1, "i") != 0 && strcmp(p + 1, "iB") != 0)
		return 0;
	double f = 1;
	for (long i = l - letters; i >= 0; i--)
		f *= ten ? 1000 : 1024;
	return f;
}

static void fn_bytes(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	const char *p = (const char *)sqlite3_value_text(v[0]);
	char *end;

	(void)n;
	if (!p)
		return;
	while (is_blank(*p))
		p++;
	if (!isdigit((unsigned char)*p) && *p != '.')
		return;
	double x = strtod(p, &end);
	while (*end == ' ')
		end++;
	char unit[8] = "";
	size_t k = strcspn(end, " \t\n(");
	if (k >= sizeof(unit))
		return;
	memcpy(unit, end, k);
	double f = unit_factor(unit);
	if (f > 0 && x * f < 9.2e18)
		sqlite3_result_int64(ctx, (sqlite3_int64)(x * f + 0.5));
}

static void fn_iso(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	char text[32];

	if (any_null(n, v))
		return;
	sqlite3_result_text(ctx, clock_format(sqlite3_value_int64(v[0]), text), -1, SQLITE_TRANSIENT);
}

static void fn_us(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	if (any_null(n, v))
		return;
	int64_t t = clock_parse_iso(text_of(v[0]), NULL);
	if (t != TIME_NONE)
		sqlite3_result_int64(ctx, t);
}

/* Clocks of two machines differ a little; beyond a second a negative age is a mistake of somebody's. */
static void fn_age(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	char text[24];

	if (any_null(n, v))
		return;
	int64_t us = sqlite3_value_int64(v[0]);
	sqlite3_result_text(ctx, us <= -2 * US_PER_S ? "<invalid>" : clock_age(us, text), -1, SQLITE_TRANSIENT);
}

/* -- lines of objects -------------------------------------------------------------------------------------------- */

static size_t count_lines(const char *p, const char *end)
{
	size_t n = 0;

	while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
		n++;
		p++;
	}
	return n;
}

/* End of the string token at p (behind its closing quote), or `end`. */
static const char *string_end(const char *p, const char *end)
{
	for (p++; p < end; p++) {
		if (*p == '\\')
			p++;
		else if (*p == '"')
			return p + 1;
	}
	return end;
}

static bool token_is(struct str token, struct str x)
{
	if (token.n < 2 || token.n - 2 < x.n)
		return false;
	if (!memchr(token.p, '\\', token.n))
		return token.n - 2 == x.n && memcmp(token.p + 1, x.p, x.n) == 0;
	CLEAN_BUF struct buf b = BUF_MAX(MAX_TEXT);
	return json_decode(token, &b, NULL) == 0 && b.n == x.n && memcmp(buf_cstr(&b), x.p, x.n) == 0;
}

static bool is_key(const char *p, const char *end)
{
	while (p < end && is_blank(*p))
		p++;
	return p < end && *p == ':';
}

/* Where the value x first stands, NULL when it does not. */
static const char *find_value(struct str json, struct str x, bool text)
{
	const char *p = json.p, *end = json.p + json.n;

	while (p < end) {
		if (*p == '"') {
			const char *q = string_end(p, end);
			if (text && token_is((struct str){p, (size_t)(q - p)}, x) && !is_key(q, end))
				return p;
			p = q;
		} else if (*p == '-' || isdigit((unsigned char)*p)) {
			const char *q = p;
			while (q < end && (isdigit((unsigned char)*q) || (*q && strchr("+-.eE", *q))))
				q++;
			if (!text && (size_t)(q - p) == x.n && memcmp(p, x.p, x.n) == 0)
				return p;
			p = q;
		} else {
			p++;
		}
	}
	return NULL;
}

/* Where the key x first stands, NULL when it does not. */
static const char *find_key(struct str json, struct str x)
{
	const char *p = json.p, *end = json.p + json.n;

	while (p < end && (p = memchr(p, '"', (size_t)(end - p)))) {
		const char *q = string_end(p, end);
		if (is_key(q, end) && token_is((struct str){p, (size_t)(q - p)}, x))
			return p;
		p = q;
	}
	return NULL;
}

static void fn_json_key(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	struct str json = text_of(v[0]);
	int64_t line = sqlite3_value_int64(v[1]);

	(void)n;
	if (sqlite3_value_type(v[1]) == SQLITE_NULL)
		return;
	const char *at = json.p && sqlite3_value_type(v[2]) == SQLITE_TEXT ? find_key(json, text_of(v[2])) : NULL;
	sqlite3_result_int64(ctx, at ? line + (int64_t)count_lines(json.p, at) : line);
}

static void fn_json_line(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	struct str json = text_of(v[0]);
	int64_t line = sqlite3_value_int64(v[1]);
	int type = sqlite3_value_type(v[2]);

	(void)n;
	if (sqlite3_value_type(v[1]) == SQLITE_NULL)
		return;
	if (json.p && type != SQLITE_NULL) {
		const char *at = find_value(json, text_of(v[2]), type == SQLITE_TEXT);
		if (at)
			line += (int64_t)count_lines(json.p, at);
	}
	sqlite3_result_int64(ctx, line);
}

static void fn_line_of(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	struct str json = text_of(v[0]);
	int64_t skip = sqlite3_value_int64(v[2]) - sqlite3_value_int64(v[1]);

	if (any_null(n, v) || skip < 0)
		return;
	const char *p = json.p, *end = json.p + json.n;
	for (; skip > 0; skip--) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		if (!nl)
			return;
		p = nl + 1;
	}
	const char *nl = memchr(p, '\n', (size_t)(end - p));
	result_str(ctx, (struct str){p, (size_t)((nl ? nl : end) - p)});
}

static void fn_log_message(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	CLEAN_BUF struct buf b = BUF_MAX(MAX_TEXT);
	struct str text = text_of(v[0]);
	int64_t at = sqlite3_value_int64(v[1]);

	(void)n;
	if (sqlite3_value_type(v[2]) != SQLITE_NULL) {
		sqlite3_result_value(ctx, v[2]);
		return;
	}
	if (!text.p || at < 0 || (size_t)at > text.n)
		return;
	if ((size_t)at == text.n || text.p[at] != '{')
		result_str(ctx, (struct str){text.p + at, text.n - (size_t)at});
	else if (logline_decode(text, (size_t)at, &b, NULL) == 0)
		result_str(ctx, (struct str){buf_cstr(&b), b.n});
}

int sqlfn_register(sqlite3 *db, struct err *e)
{
	static const struct {
		const char *name;
		int args;
		void (*fn)(sqlite3_context *, int, sqlite3_value **);
	} fns[] = {
		{"regexp", 2, fn_regexp}, {"rx", 2, fn_rx}, {"rx", 3, fn_rx}, {"field", 2, fn_field}, {"rest", 2, fn_rest},
		{"bytes", 1, fn_bytes}, {"iso", 1, fn_iso}, {"us", 1, fn_us}, {"age", 1, fn_age}, {"json_line", 3, fn_json_line},
		{"json_key", 3, fn_json_key},
		{"line_of", 3, fn_line_of}, {"log_message", 3, fn_log_message},
	};

	for (size_t i = 0; i < ARRAY_LEN(fns); i++)
		if (sqlite3_create_function_v2(db, fns[i].name, fns[i].args, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
		                               NULL, fns[i].fn, NULL, NULL, NULL) != SQLITE_OK)
			return err_set(e, ERR_INTERNAL, "%s: %s", fns[i].name, sqlite3_errmsg(db));
	return 0;
}
