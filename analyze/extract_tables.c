#include "analyze/extract_internal.h"
#include "analyze/layout.h"

#include <stdlib.h>
#include <string.h>

#include "base/asset.h"
#include "base/mem.h"

static const char *const conversion_names[] = {"", "time", "count", "json", "cpu", "bytes", "objects"};
static const char *const common_paths[C_COUNT] = {".kind", ".apiVersion", ".metadata.namespace", ".metadata.name",
	".metadata.uid", ".metadata.creationTimestamp", ".metadata.deletionTimestamp"};

/* -- reading the comments ----------------------------------------------------------------------------------------- */

/* The blank-separated word at *p; moves *p behind it. */
static struct str word(const char **p, const char *end)
{
	while (*p < end && (**p == ' ' || **p == '\t'))
		(*p)++;
	const char *start = *p;
	while (*p < end && **p != ' ' && **p != '\t')
		(*p)++;
	return (struct str){start, (size_t)(*p - start)};
}

static struct str comment_of(struct str line)
{
	const char *c = memmem(line.p, line.n, "-- ", 3);

	if (!c)
		return (struct str){NULL, 0};
	c += 3;
	const char *end = line.p + line.n;
	while (end > c && end[-1] == ' ')
		end--;
	return (struct str){c, (size_t)(end - c)};
}

/* "Deployment, Job each .a.b, .c" */
static int read_from(struct table *t, struct str c, struct err *e)
{
	CLEAN_BUF struct buf kinds = BUF_MAX(1000);
	const char *p = c.p + 5, *end = c.p + c.n;
	bool each = false;

	for (struct str w = word(&p, end); w.n; w = word(&p, end)) {
		if (w.p[w.n - 1] == ',')
			w.n--;
		if (str_eq(w, "each")) {
			each = true;
		} else if (!each) {
			if (buf_printf(&kinds, e, " %.*s ", (int)w.n, w.p) < 0)
				return -1;
		} else {
			if (t->n_each == MAX_EACH)
				return err_set(e, ERR_FORMAT, "too many arrays");
			t->each[t->n_each] = xstrndup(w.p, w.n);
			const char *dot = strrchr(t->each[t->n_each], '.');
			t->list_name[t->n_each++] = xstrdup(dot ? dot + 1 : "");
		}
	}
	t->kinds = buf_take(&kinds);
	return 0;
}

/* "name  TYPE,  -- .path conversion"; object, file and line are filled by us and have no path. */
static int read_column(struct table *t, struct str line, struct err *e)
{
	const char *p = line.p, *end = line.p + line.n;
	struct str name = word(&p, end), type = word(&p, end), path = comment_of(line);

	if (!path.p || !strchr(".^@[", path.p[0]))
		return str_eq(name, "object") ? 0 : err_set(e, ERR_FORMAT, "%.*s: no path", (int)name.n, name.p);
	if (t->n_columns == MAX_COLUMNS)
		return err_set(e, ERR_FORMAT, "too many columns");
	struct column *c = &t->columns[t->n_columns++];
	c->integer = str_starts(type, "INTEGER");
	c->list = str_eq(path, "@list");
	if ((c->outer = path.p[0] == '^')) {
		path.p++;
		path.n--;
	}
	for (int i = 1; i < (int)ARRAY_LEN(conversion_names); i++) {
		size_t n = strlen(conversion_names[i]);
		if (path.n > n + 1 && memcmp(path.p + path.n - n, conversion_names[i], n) == 0 && path.p[path.n - n - 1] == ' ') {
			c->conv = (enum conversion)i;
			path.n -= n + 1;
			break;
		}
	}
	c->path = xstrndup(path.p, path.n);
	return 0;
}

static int begin_table(struct extract *x, struct str line, struct err *e)
{
	const char *p = line.p + strlen("CREATE TABLE "), *end = line.p + line.n;
	struct str name = word(&p, end), c = comment_of(line);

	if (!c.p || !str_starts(c, "from: "))
		return 0;
	if (x->n_tables == MAX_TABLES)
		return err_set(e, ERR_FORMAT, "too many tables");
	struct table *t = &x->tables[x->n_tables++];
	t->name = xstrndup(name.p, name.n);
	x->names[x->n_tables - 1] = t->name;
	int rc = read_from(t, c, e);
	return rc < 0 ? rc : 1;
}

static int read_script(struct extract *x, const struct asset *a, struct err *e)
{
	const char *p = a->text.p, *end = p + a->text.n;
	struct table *t = NULL;
	long n = 0;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		struct str line = {p, (size_t)((nl ? nl : end) - p)};
		int rc = 0;
		n++;
		if (str_starts(line, "CREATE TABLE ")) {
			rc = begin_table(x, line, e);
			t = rc > 0 ? &x->tables[x->n_tables - 1] : NULL;
		} else if (str_starts(line, ")")) {
			t = NULL;
		} else if (t && str_starts(line, "  ")) {
			rc = read_column(t, line, e);
		}
		if (rc < 0)
			return err_wrap(e, "%s: line %ld", a->path, n);
		p = nl ? nl + 1 : end;
	}
	return 0;
}

/* -- compiling ---------------------------------------------------------------------------------------------------- */

static int compile_inner(struct table *t, struct err *e)
{
	const char *paths[MAX_COLUMNS];
	int n = 0;

	if (t->n_each == 0)
		return 0;
	for (int i = 0; i < t->n_columns; i++)
		if (!t->columns[i].outer && !t->columns[i].list) {
			t->columns[i].index = n;
			paths[n++] = t->columns[i].path;
		}
	return jsonpaths_compile(paths, n, &t->inner, e);
}

/* Adds the paths of a table that are scanned in the object itself. */
static int add_table_paths(struct extract *x, struct kind *k, int table, const char **paths, struct err *e)
{
	struct table *t = &x->tables[table];
	int n = 0;

	k->tables[k->n_tables] = table;
	k->first_value[k->n_tables++] = k->n_paths;
	for (int i = 0; i < t->n_columns; i++) {
		struct column *c = &t->columns[i];
		if (c->list || (t->n_each > 0 && !c->outer))
			continue;
		c->index = n++;
		if (k->n_paths + n > MAX_PATHS)
			return err_set(e, ERR_FORMAT, "too many paths for %s", k->name);
		paths[k->n_paths + n - 1] = c->path;
	}
	for (int i = 0; i < t->n_each; i++) {
		if (k->n_paths + n == MAX_PATHS)
			return err_set(e, ERR_FORMAT, "too many paths for %s", k->name);
		paths[k->n_paths + n++] = t->each[i];
	}
	k->n_paths += n;
	return 0;
}

/* Arrays whose elements make rows are read then, and not before. */
static void defer_arrays(struct kind *k, const struct table *t, int first)
{
	for (int i = 0; i < t->n_columns; i++)
		first += t->n_each == 0 || t->columns[i].outer;
	for (int i = 0; i < t->n_each; i++)
		jsonpaths_defer(k->paths, first + i);
}

static int add_kind(struct extract *x, struct str name, struct err *e)
{
	const char *paths[MAX_PATHS];
	CLEAN(clean_free) char *mark = xasprintf(" %.*s ", (int)name.n, name.p);
	int rc = 0;

	for (int i = 1; i < x->n_kinds; i++)
		if (str_eq(name, x->kinds[i].name))
			return 0;
	x->kinds = xreallocarray(x->kinds, (size_t)x->n_kinds + 1, sizeof(*x->kinds));
	struct kind *k = &x->kinds[x->n_kinds++];
	*k = (struct kind){.name = xstrndup(name.p, name.n), .n_paths = C_COUNT};
	memcpy(paths, common_paths, sizeof(common_paths));
	for (int i = 0; i < x->n_tables && rc == 0 && name.n > 0; i++)
		if (strstr(x->tables[i].kinds, mark))
			rc = add_table_paths(x, k, i, paths, e);
	if (rc < 0 || (rc = jsonpaths_compile(paths, k->n_paths, &k->paths, e)) < 0)
		return rc;
	for (int i = 0; i < k->n_tables; i++)
		defer_arrays(k, &x->tables[k->tables[i]], k->first_value[i]);
	return 0;
}

static int compile(struct extract *x, struct err *e)
{
	int rc = add_kind(x, STR(""), e);

	for (int i = 0; i < x->n_tables && rc == 0; i++) {
		const char *p = x->tables[i].kinds, *end = p + strlen(p);
		rc = compile_inner(&x->tables[i], e);
		for (struct str w = word(&p, end); w.n && rc == 0; w = word(&p, end))
			rc = add_kind(x, w, e);
		if (rc < 0)
			return err_wrap(e, "table %s", x->tables[i].name);
	}
	return rc;
}

int extract_new(struct extract **out, struct err *e)
{
	struct extract *x = xcalloc(1, sizeof(*x));
	int rc = 0;

	x->tables = xcalloc(MAX_TABLES, sizeof(*x->tables));
	x->text = (struct buf)BUF_MAX(TEXT_MAX);
	x->repaired = (struct buf)BUF_MAX(4 * TEXT_MAX);
	for (const struct asset *a = asset_next("schema/tables/", ".sql", NULL); a && rc == 0;
	     a = asset_next("schema/tables/", ".sql", a))
		rc = read_script(x, a, e);
	if (rc == 0)
		rc = compile(x, e);
	if (rc < 0)
		extract_free(x);
	else
		*out = x;
	return rc;
}

void extract_free(struct extract *x)
{
	if (!x)
		return;
	for (int i = 0; i < x->n_tables; i++) {
		struct table *t = &x->tables[i];
		for (int k = 0; k < t->n_columns; k++)
			free(t->columns[k].path);
		for (int k = 0; k < t->n_each; k++) {
			free(t->each[k]);
			free(t->list_name[k]);
		}
		jsonpaths_free(t->inner);
		free(t->name);
		free(t->kinds);
	}
	for (int i = 0; i < x->n_kinds; i++) {
		jsonpaths_free(x->kinds[i].paths);
		free(x->kinds[i].name);
	}
	buf_release(&x->text);
	buf_release(&x->repaired);
	free(x->tables);
	free(x->kinds);
	free(x);
}

const char *const *extract_tables(const struct extract *x, int *n)
{
	*n = x->n_tables;
	return x->names;
}

const char *extract_kind(const struct extract *x)
{
	return x->last_kind;
}

const char *extract_api(const struct extract *x)
{
	return x->last_api;
}

const char *extract_kind_of(const struct extract *x, const char *resource)
{
	char plural[128];

	for (int i = 1; i < x->n_kinds; i++) {
		layout_plural(str_of(x->kinds[i].name), plural);
		if (strcmp(plural, resource) == 0)
			return x->kinds[i].name;
	}
	return "";
}
