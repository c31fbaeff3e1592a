#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/mem.h"
#include "base/term.h"
#include "base/text.h"
#include "cli/explore.h"

enum { GAP = 3, MAX_COLUMNS = 64 };

/* -- objects ------------------------------------------------------------------------------------------------------- */

static int by_key(const void *a, const void *b)
{
	const cJSON *const *x = a, *const *y = b;

	return strcmp((*x)->string, (*y)->string);
}

/* kubectl prints maps, whose keys Go sorts. */
static void sort_keys(cJSON *v)
{
	int n = cJSON_GetArraySize(v);

	for (cJSON *c = v->child; c; c = c->next)
		sort_keys(c);
	if (!cJSON_IsObject(v) || n < 2)
		return;
	cJSON **all = xcalloc((size_t)n, sizeof(cJSON *)), *c = v->child;
	for (int i = 0; i < n; i++, c = c->next)
		all[i] = c;
	qsort(all, (size_t)n, sizeof(cJSON *), by_key);
	v->child = all[0];
	for (int i = 0; i < n; i++) {
		all[i]->next = i + 1 < n ? all[i + 1] : NULL;
		all[i]->prev = i ? all[i - 1] : all[n - 1]; /* cJSON's first child knows the last */
	}
	free(all);
}

struct sink {
	FILE *f;
	bool safe;
};

static int write_sink(void *arg, const void *p, size_t n, struct err *e)
{
	const struct sink *s = arg;

	if (s->safe)
		term_print_safe(s->f, p, n, true);
	else
		fwrite(p, 1, n, s->f);
	return ferror(s->f) ? err_errno(e, "standard output") : 0;
}

static void put_json(struct jsonw *w, const cJSON *v)
{
	const cJSON *c;

	if (cJSON_IsObject(v)) {
		jsonw_object(w);
		cJSON_ArrayForEach(c, v) {
			jsonw_key(w, c->string);
			put_json(w, c);
		}
		jsonw_end(w);
	} else if (cJSON_IsArray(v)) {
		jsonw_array(w);
		cJSON_ArrayForEach(c, v)
			put_json(w, c);
		jsonw_end(w);
	} else if (cJSON_IsString(v)) {
		jsonw_str(w, v->valuestring);
	} else {
		CLEAN(clean_free) char *text = json_text(v);
		jsonw_raw(w, text, strlen(text));
	}
}

int explore_print_json(FILE *f, cJSON *v, bool safe, struct err *e)
{
	struct sink s = {f, safe};
	struct jsonw w;

	sort_keys(v);
	jsonw_init(&w, write_sink, &s, 4, e);
	put_json(&w, v);
	int rc = jsonw_finish(&w);
	if (rc == 0)
		fputc('\n', f);
	return rc;
}

/* Would a reader take the plain word for something other than a string? */
static bool needs_quotes(const char *s)
{
	static const char *const words[] = {"", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", ".nan", ".inf", "-.inf", "+.inf", "<<", "="};
	char *end;

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcasecmp(s, words[i]) == 0)
			return true;
	if (strchr("+-.0123456789", *s)) {
		(void)strtod(s, &end);
		/* Numbers, also of base 60, and dates. */
		if (!*end || strspn(s, "+-0123456789_") == strlen(s) || (strchr(s, ':') && strspn(s, "+-0123456789_:") == strlen(s)))
			return true;
		return strlen(s) >= 8 && strspn(s, "0123456789") == 4 && s[4] == '-' && strspn(s, "0123456789-:.TZ+ ") == strlen(s);
	}
	return false;
}

static int put_scalar(yaml_emitter_t *y, const char *s, bool string)
{
	yaml_event_t ev;
	yaml_scalar_style_t style = YAML_PLAIN_SCALAR_STYLE;

	if (string && strchr(s, '\n'))
		style = YAML_LITERAL_SCALAR_STYLE;
	else if (string && needs_quotes(s))
		style = YAML_DOUBLE_QUOTED_SCALAR_STYLE;
	return yaml_scalar_event_initialize(&ev, NULL, NULL, (const yaml_char_t *)s, (int)strlen(s), 1, 1, style) && yaml_emitter_emit(y, &ev);
}

static int put_yaml(yaml_emitter_t *y, const cJSON *v)
{
	yaml_event_t ev;
	const cJSON *c;
	int ok;

	if (cJSON_IsObject(v)) {
		ok = yaml_mapping_start_event_initialize(&ev, NULL, NULL, 1, v->child ? YAML_BLOCK_MAPPING_STYLE : YAML_FLOW_MAPPING_STYLE) && yaml_emitter_emit(y, &ev);
		for (c = v->child; c && ok; c = c->next)
			ok = put_scalar(y, c->string, true) && put_yaml(y, c);
		return ok && yaml_mapping_end_event_initialize(&ev) && yaml_emitter_emit(y, &ev);
	}
	if (cJSON_IsArray(v)) {
		ok = yaml_sequence_start_event_initialize(&ev, NULL, NULL, 1, v->child ? YAML_BLOCK_SEQUENCE_STYLE : YAML_FLOW_SEQUENCE_STYLE) && yaml_emitter_emit(y, &ev);
		for (c = v->child; c && ok; c = c->next)
			ok = put_yaml(y, c);
		return ok && yaml_sequence_end_event_initialize(&ev) && yaml_emitter_emit(y, &ev);
	}
	if (cJSON_IsString(v))
		return put_scalar(y, v->valuestring, true);
	CLEAN(clean_free) char *text = json_text(v);
	return put_scalar(y, text, false);
}

static int yaml_sink(void *arg, unsigned char *p, size_t n)
{
	return write_sink(arg, p, n, NULL) == 0;
}

int explore_print_yaml(FILE *f, cJSON *v, bool safe, struct err *e)
{
	struct sink s = {f, safe};
	yaml_emitter_t y;
	yaml_event_t ev;

	sort_keys(v);
	if (!yaml_emitter_initialize(&y))
		return err_set(e, ERR_INTERNAL, "libyaml has no memory");
	yaml_emitter_set_output(&y, yaml_sink, &s);
	yaml_emitter_set_width(&y, -1);
	yaml_emitter_set_unicode(&y, 1);
	int ok = yaml_stream_start_event_initialize(&ev, YAML_UTF8_ENCODING) && yaml_emitter_emit(&y, &ev)
		&& yaml_document_start_event_initialize(&ev, NULL, NULL, NULL, 1) && yaml_emitter_emit(&y, &ev)
		&& put_yaml(&y, v)
		&& yaml_document_end_event_initialize(&ev, 1) && yaml_emitter_emit(&y, &ev)
		&& yaml_stream_end_event_initialize(&ev) && yaml_emitter_emit(&y, &ev);
	int rc = ok ? 0 : err_set(e, ERR_IO, "YAML: %.200s", y.problem ? y.problem : "cannot be written");
	yaml_emitter_delete(&y);
	return rc;
}

/* -- tables -------------------------------------------------------------------------------------------------------- */

struct column {
	int index;     /* of the statement; -1: labels */
	struct str head;
	int width;
	bool name;
};

/* Characters, as kubectl counts them, however wide a terminal shows them. */
static int runes(struct str s)
{
	int n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

static int choose_columns(const struct explore_table *t, sqlite3_stmt *st, struct column *c)
{
	int n = 0;

	for (int i = 0; i < sqlite3_column_count(st) - 1 && n < MAX_COLUMNS - 1; i++) {
		struct str head = str_of(sqlite3_column_name(st, i));
		bool wide = head.n > 7 && memcmp(head.p + head.n - 7, " (wide)", 7) == 0;
		if ((wide && !t->wide) || (str_eq(head, "NAMESPACE") && !t->namespaces))
			continue;
		c[n++] = (struct column){i, {head.p, head.n - (wide ? 7 : 0)}, 0, str_eq(head, "NAME")};
	}
	if (t->labels)
		c[n++] = (struct column){-1, STR("LABELS"), 0, false};
	return n;
}

/* Up to the first line break, as kubectl cuts it. labels: what the column of labels shows of this row. */
static struct str cell(const struct explore_table *t, sqlite3_stmt *st, const struct column *c, struct str labels, bool *cut, struct str *before)
{
	struct str s = c->index < 0 ? labels : db_col_str(st, c->index);
	size_t n = 0;

	*before = c->name ? str_of(t->prefix) : STR("");
	while (n < s.n && !strchr("\n\r\f", s.p[n]))
		n++;
	*cut = n < s.n;
	return s.p ? (struct str){s.p, n} : STR("");
}

static void put(const struct explore_table *t, struct str s)
{
	if (t->safe)
		term_print_safe(t->f, s.p, s.n, false);
	else if (s.n)
		fwrite(s.p, 1, s.n, t->f);
}

static void put_row(const struct explore_table *t, sqlite3_stmt *st, struct column *c, int n, struct str labels)
{
	for (int i = 0; i < n; i++) {
		struct str before, s;
		bool cut = false;
		if (st) {
			s = cell(t, st, &c[i], labels, &cut, &before);
		} else {
			s = c[i].head;
			before = STR("");
		}
		put(t, before);
		put(t, s);
		fputs(cut ? "..." : "", t->f);
		int used = runes(before) + runes(s) + (cut ? 3 : 0);
		if (i < n - 1)
			fprintf(t->f, "%*s", c[i].width + GAP - used, "");
	}
	fputc('\n', t->f);
}

static int read_labels(const struct explore_table *t, sqlite3_stmt *labels, sqlite3_stmt *row, struct str *out, struct err *e)
{
	*out = STR("<none>");
	if (!t->labels)
		return 0;
	sqlite3_reset(labels);
	db_bind_int(labels, ":object", sqlite3_column_int64(row, sqlite3_column_count(row) - 1));
	int rc = db_step(labels, e);
	if (rc > 0)
		*out = db_col_str(labels, 0);
	return rc < 0 ? rc : 0;
}

int explore_print_table(const struct explore_table *t, sqlite3_stmt *st, struct err *e)
{
	CLEAN(clean_stmt) sqlite3_stmt *labels = NULL;
	struct column c[MAX_COLUMNS];
	struct str text, before;
	int n = choose_columns(t, st, c), rows = 0;
	bool cut;
	int rc = t->labels ? explore_prepare(t->db, "schema/get/run/labels.sql", &labels, e) : 0;

	for (int i = 0; i < n; i++)
		c[i].width = t->headers ? runes(c[i].head) : 0;
	while (rc >= 0 && (rc = db_step(st, e)) > 0) {
		rows++;
		for (int i = 0; i < n; i++) {
			struct str s = cell(t, st, &c[i], STR(""), &cut, &before);
			int w = runes(before) + runes(s) + (cut ? 3 : 0);
			c[i].width = w > c[i].width ? w : c[i].width;
		}
	}
	/* kubectl's cells are six wide at least, with the gap. */
	for (int i = 0; i < n; i++)
		c[i].width = c[i].width > 6 - GAP ? c[i].width : 6 - GAP;
	if (rc < 0 || rows == 0)
		return rc;
	sqlite3_reset(st);
	if (t->headers)
		put_row(t, NULL, c, n, STR(""));
	while ((rc = db_step(st, e)) > 0 && !ferror(t->f))
		if ((rc = read_labels(t, labels, st, &text, e)) < 0)
			return rc;
		else
			put_row(t, st, c, n, text);
	return rc < 0 ? rc : rows;
}
