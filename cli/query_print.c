#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/term.h"
#include "base/text.h"
#include "cli/query.h"

enum {
	PEEK_ROWS = 500,        /* rows of a table that decide how wide its columns are */
	PEEK_BYTES = 4 << 20,
	WIDTH_MAX = 60          /* a wider cell is printed whole, but does not push the others */
};

static const char *const names[QUERY_FORMATS] = {"table", "csv", "tsv", "json", "markdown"};

int query_format_parse(const char *s)
{
	for (int i = 0; i < QUERY_FORMATS; i++)
		if (strcmp(s, names[i]) == 0)
			return i;
	return -1;
}

static struct str cell(sqlite3_stmt *st, int i)
{
	struct str v = db_col_str(st, i);

	return v.p ? v : STR("");
}

static void put(const struct query_out *o, struct str s)
{
	/* Markdown is for people to read, wherever it goes. */
	if (o->safe || o->format == QUERY_MARKDOWN)
		term_print_safe(o->f, s.p, s.n, false);
	else
		fwrite(s.p, 1, s.n, o->f);
}

/* errno was 0 before the row was printed. A reader that has had enough is no failure: ERR_CANCELED. */
static int written(const struct query_out *o, struct err *e)
{
	if (!ferror(o->f))
		return 0;
	return errno == EPIPE ? err_set(e, ERR_CANCELED, "nobody reads on") : err_errno(e, "standard output");
}

/* -- csv, tsv, markdown -------------------------------------------------------------------------------------------- */

static void put_csv(const struct query_out *o, struct str s)
{
	bool quote = false;

	for (size_t i = 0; i < s.n && !quote; i++)
		quote = s.p[i] == ',' || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r';
	if (!quote) {
		put(o, s);
		return;
	}
	putc('"', o->f);
	for (const char *p = s.p, *end = s.p + s.n; p < end;) {
		const char *q = memchr(p, '"', (size_t)(end - p));
		put(o, (struct str){p, (size_t)((q ? q : end) - p)});
		if (q)
			fputs("\"\"", o->f);
		p = q ? q + 1 : end;
	}
	putc('"', o->f);
}

/* What stands for a byte so that a row stays one line and, in Markdown, text stays text; NULL: itself. */
static const char *escape_of(const struct query_out *o, char c, char own[3])
{
	if (o->format == QUERY_MARKDOWN && c && strchr("\\`*_[]<>|~&", c)) {
		own[0] = '\\';
		own[1] = c;
		own[2] = '\0';
		return own;
	}
	if (c == '\n')
		return o->format == QUERY_MARKDOWN ? "<br>" : "\\n";
	if (c == '\r')
		return o->format == QUERY_MARKDOWN ? " " : "\\r";
	if (o->format == QUERY_TSV && (c == '\t' || c == '\\'))
		return c == '\t' ? "\\t" : "\\\\";
	return NULL;
}

/* One row a line, whatever is in it: a newline would be read as the next row. */
static void put_one_line(const struct query_out *o, struct str s)
{
	size_t from = 0;
	char own[3];

	for (size_t i = 0; i < s.n; i++) {
		const char *esc = escape_of(o, s.p[i], own);
		if (!esc)
			continue;
		put(o, (struct str){s.p + from, i - from});
		fputs(esc, o->f);
		from = i + 1;
	}
	put(o, (struct str){s.p + from, s.n - from});
}

static void put_cell(const struct query_out *o, struct str s, int i, int n)
{
	if (o->format == QUERY_MARKDOWN) {
		fputs(i == 0 ? "| " : " | ", o->f);
		put_one_line(o, s);
		fputs(i == n - 1 ? " |\n" : "", o->f);
		return;
	}
	if (i > 0)
		putc(o->format == QUERY_CSV ? ',' : '\t', o->f);
	if (o->format == QUERY_CSV)
		put_csv(o, s);
	else
		put_one_line(o, s);
	if (i == n - 1)
		putc('\n', o->f);
}

static int print_plain(const struct query_out *o, sqlite3_stmt *st, struct err *e)
{
	int n = sqlite3_column_count(st), rc;

	if (o->header || o->format == QUERY_MARKDOWN)
		for (int i = 0; i < n; i++)
			put_cell(o, str_of(sqlite3_column_name(st, i)), i, n);
	if (o->format == QUERY_MARKDOWN)
		for (int i = 0; i < n; i++)
			fputs(i == n - 1 ? "|---|\n" : "|---", o->f);
	while ((rc = db_step(st, e)) > 0) {
		errno = 0;
		for (int i = 0; i < n; i++)
			put_cell(o, cell(st, i), i, n);
		if ((rc = written(o, e)) < 0)
			return rc;
	}
	return rc;
}

/* -- json ---------------------------------------------------------------------------------------------------------- */

static int write_json(void *arg, const void *p, size_t n, struct err *e)
{
	const struct query_out *o = arg;

	errno = 0;
	return fwrite(p, 1, n, o->f) == n ? 0 : written(o, e);
}

static void put_json(struct jsonw *w, sqlite3_stmt *st, int i)
{
	struct str v;

	switch (sqlite3_column_type(st, i)) {
	case SQLITE_NULL:
		jsonw_null(w);
		break;
	case SQLITE_INTEGER:
		jsonw_int(w, sqlite3_column_int64(st, i));
		break;
	case SQLITE_FLOAT:
		v = db_col_str(st, i);
		if (strpbrk(v.p, "nN")) /* Inf */
			jsonw_null(w);
		else
			jsonw_raw(w, v.p, v.n);
		break;
	default:
		v = db_col_str(st, i);
		jsonw_strn(w, v.p, v.n);
	}
}

static int print_json(const struct query_out *o, sqlite3_stmt *st, struct err *e)
{
	struct jsonw w;
	int rc;

	struct query_out copy = *o;
	jsonw_init(&w, write_json, &copy, 2, e);
	jsonw_array(&w);
	while (w.rc == 0 && (rc = db_step(st, e)) != 0) {
		if (rc < 0)
			return rc;
		jsonw_object(&w);
		for (int i = 0; i < sqlite3_column_count(st); i++) {
			jsonw_key(&w, sqlite3_column_name(st, i));
			put_json(&w, st, i);
		}
		jsonw_end(&w);
	}
	jsonw_end(&w);
	if ((rc = jsonw_finish(&w)) == 0)
		putc('\n', o->f);
	return rc;
}

/* -- tables -------------------------------------------------------------------------------------------------------- */

/* What stands on the screen: characters, with the visible escapes of hidden ones. */
static int shown_width(struct str s)
{
	int w = 0;
	unsigned cp;
	char esc[12];

	for (size_t i = 0; i < s.n;) {
		size_t n = text_utf8_decode(s.p + i, s.n - i, &cp);
		if (n == 0)
			w += 4;
		else if (text_is_hidden(cp) && cp != '\t')
			w += (int)text_visible_escape(cp, esc);
		else
			w += cp >= 0x1100 && (cp <= 0x115f || (cp >= 0x2e80 && cp <= 0xa4cf) || (cp >= 0xac00 && cp <= 0xd7a3) ||
			                      (cp >= 0xf900 && cp <= 0xfaff) || (cp >= 0xff00 && cp <= 0xff60)) ? 2 : 1;
		i += n ? n : 1;
	}
	return w;
}

struct table {
	const struct query_out *o;
	int n, *width;
	bool *right;       /* only numbers so far */
	struct buf cells;  /* rows held back: each cell a length and its bytes */
	int rows;
	bool begun;
};

static void put_padded(const struct table *t, struct str s, int i)
{
	int pad = t->width[i] - shown_width(s);

	if (i > 0)
		fputs("  ", t->o->f);
	if (t->right[i] && pad > 0)
		fprintf(t->o->f, "%*s", pad, "");
	term_print_safe(t->o->f, s.p, s.n, false);
	if (!t->right[i] && pad > 0 && i < t->n - 1)
		fprintf(t->o->f, "%*s", pad, "");
	if (i == t->n - 1)
		putc('\n', t->o->f);
}

static void begin_table(struct table *t, sqlite3_stmt *st)
{
	t->begun = true;
	for (int i = 0; i < t->n; i++)
		put_padded(t, str_of(sqlite3_column_name(st, i)), i);
	for (int i = 0; i < t->n; i++) {
		if (i > 0)
			fputs("  ", t->o->f);
		for (int k = 0; k < t->width[i]; k++)
			putc('-', t->o->f);
	}
	putc('\n', t->o->f);
	const char *p = t->cells.p;
	for (int r = 0; r < t->rows; r++)
		for (int i = 0; i < t->n; i++) {
			size_t n;
			memcpy(&n, p, sizeof(n));
			put_padded(t, (struct str){p + sizeof(n), n}, i);
			p += sizeof(n) + n;
		}
	buf_release(&t->cells);
}

static int hold_row(struct table *t, sqlite3_stmt *st, struct err *e)
{
	int rc = 0;

	for (int i = 0; i < t->n && rc == 0; i++) {
		struct str s = cell(st, i);
		int w = shown_width(s), type = sqlite3_column_type(st, i);
		if (w > t->width[i])
			t->width[i] = w < WIDTH_MAX ? w : WIDTH_MAX;
		t->right[i] &= type == SQLITE_INTEGER || type == SQLITE_FLOAT || type == SQLITE_NULL;
		if ((rc = buf_add(&t->cells, &s.n, sizeof(s.n), e)) == 0)
			rc = buf_add(&t->cells, s.p, s.n, e);
	}
	t->rows++;
	return rc;
}

static int print_table(const struct query_out *o, sqlite3_stmt *st, struct err *e)
{
	struct table t = {.o = o, .n = sqlite3_column_count(st), .cells = BUF_MAX(1 << 30)};
	int rc;

	t.width = xcalloc((size_t)t.n, sizeof(*t.width));
	t.right = xcalloc((size_t)t.n, sizeof(*t.right));
	for (int i = 0; i < t.n; i++) {
		t.width[i] = shown_width(str_of(sqlite3_column_name(st, i)));
		t.right[i] = true;
	}
	while ((rc = db_step(st, e)) > 0) {
		if (!t.begun && t.rows < PEEK_ROWS && t.cells.n < PEEK_BYTES) {
			if ((rc = hold_row(&t, st, e)) < 0)
				break;
			continue;
		}
		errno = 0;
		if (!t.begun)
			begin_table(&t, st);
		for (int i = 0; i < t.n; i++)
			put_padded(&t, cell(st, i), i);
		if ((rc = written(o, e)) < 0)
			break;
	}
	if (rc == 0 && !t.begun)
		begin_table(&t, st);
	buf_release(&t.cells);
	free(t.width);
	free(t.right);
	return rc;
}

int query_print(const struct query_out *o, sqlite3_stmt *st, struct err *e)
{
	if (sqlite3_column_count(st) == 0)
		return db_step(st, e);
	if (o->format == QUERY_TABLE)
		return print_table(o, st, e);
	return o->format == QUERY_JSON ? print_json(o, st, e) : print_plain(o, st, e);
}
