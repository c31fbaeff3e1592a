#include "analyze/checks.h"
#include "base/asset.h"
#include "base/file.h"
#include "base/yaml.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

enum { MAX_FILES = 5000, MAX_DEPTH = 8, MAX_TEXT = 1 << 20 };

static const char *const langs[] = {"en", "zh"};

const char *lang_name(int lang)
{
	return langs[lang == LANG_ZH];
}

int lang_parse(const char *s)
{
	for (int i = 0; s && i < LANG_COUNT; i++)
		if (strcmp(langs[i], s) == 0)
			return i;
	return -1;
}

int check_line(const struct check *c, size_t offset, int *column)
{
	int line = 1;
	size_t start = 0;

	for (size_t i = 0; i < offset && c->text[i]; i++)
		if (c->text[i] == '\n') {
			line++;
			start = i + 1;
		}
	if (column)
		*column = (int)(offset - start) + 1;
	return line;
}

const char *check_text(const cJSON *o, int lang)
{
	if (cJSON_IsString(o))
		return o->valuestring;
	const char *s = json_get_str(o, lang_name(lang));
	return s ? s : json_get_str(o, "en");
}

/* The end of the comment that begins at open: a line that begins with the end mark, so that globs such as "nodes/" "*" "/host"
 * may stand in it, else the first end mark. NULL when it is never closed. */
static const char *head_end(const char *open)
{
	for (const char *nl = strchr(open, '\n'); nl; nl = strchr(nl + 1, '\n')) {
		const char *first = nl + 1 + strspn(nl + 1, " \t");
		if (first[0] == '*' && first[1] == '/')
			return first;
	}
	return strstr(open + 2, "*/");
}

/* The YAML block is the comment the file begins with. What stands before it is blanked, not cut, so that the parser's
 * line numbers are those of the file. */
static int parse_head(struct check *c, struct err *e)
{
	const char *open = c->text + strspn(c->text, " \t\r\n");
	if (strncmp(open, "/*", 2) != 0)
		return err_set(e, ERR_FORMAT, "line 1, column 1: a check begins with a comment /* ... */ that holds its YAML");
	const char *close = head_end(open);
	if (!close)
		return err_set(e, ERR_FORMAT, "line %d, column 1: this comment is never closed",
		               check_line(c, (size_t)(open - c->text), NULL));
	c->sql = (size_t)(close - c->text) + 2;
	CLEAN(clean_free) char *yaml = xstrndup(c->text, (size_t)(close - c->text));
	memset(yaml + (open - c->text), ' ', 2);
	int rc = yaml_parse(yaml, (size_t)(close - c->text), &c->head, e);
	if (rc < 0)
		return rc;
	if (!cJSON_IsObject(c->head))
		return err_set(e, ERR_FORMAT, "line 1, column 1: the comment holds no YAML mapping (id: ..., title: ...)");
	return 0;
}

/* What is the UTF-8 character at s (of `left` bytes) that takes two columns? 2 its punctuation, 1 another one, 0 none. */
static int wide(const char *s, size_t left)
{
	const unsigned char *u = (const unsigned char *)s;

	if (left < 3 || (u[1] & 0xc0) != 0x80 || (u[2] & 0xc0) != 0x80)
		return 0;
	if (u[0] == 0xef && u[1] == 0xbc)
		return 2;
	return u[0] == 0xe3 && u[1] == 0x80 ? 2 : u[0] >= 0xe3 && u[0] <= 0xe9;
}

/* A line break in a text becomes a space; Chinese has none between its characters, nor beside its punctuation. */
static void close_gaps(const cJSON *texts)
{
	char *s = cJSON_GetStringValue(json_get(texts, lang_name(LANG_ZH)));
	size_t n = s ? strlen(s) : 0, to = 0;

	for (size_t i = 0; i < n; i++) {
		int before = s[i] == ' ' && to >= 3 ? wide(s + to - 3, 3) : 0;
		int after = s[i] == ' ' ? wide(s + i + 1, n - i - 1) : 0;
		if (!(before && after) && before != 2 && after != 2)
			s[to++] = s[i];
	}
	if (s)
		s[to] = '\0';
}

size_t check_key(const struct check *c, const char *key)
{
	size_t n = strlen(key);

	for (size_t i = 0; i < c->sql; i++) {
		bool starts = i == 0 || strchr(" \t\n{,-*", c->text[i - 1]);
		if (starts && strncmp(c->text + i, key, n) == 0 && c->text[i + n] == ':')
			return i;
	}
	return 0;
}

static int bad_field(const struct check *c, const char *key, const char *what, struct err *e)
{
	const char *given = json_get_str(c->head, key);
	int column, line = check_line(c, check_key(c, key), &column);

	return err_set(e, ERR_FORMAT, "line %d, column %d: %s %s%s%.40s%s", line, column, key, what, given ? ", not \"" : "", given ? given : "",
	               given ? "\"" : "");
}

static int parse_fields(struct check *c, struct err *e)
{
	const char *confidence = json_get_str(c->head, "confidence");
	const cJSON *step;

	close_gaps(json_get(c->head, "title"));
	close_gaps(json_get(c->head, "detail"));
	close_gaps(json_get(c->head, "why"));
	cJSON_ArrayForEach(step, json_get(c->head, "fix"))
		close_gaps(step);
	c->severity = severity_parse(json_get_str(c->head, "severity"));
	if (c->severity < 0) {
		c->severity = SEVERITY_WARNING;
		return bad_field(c, "severity", "must be critical, warning or info", e);
	}
	c->confidence = confidence ? confidence_parse(confidence) : CONFIDENCE_LIKELY;
	if (c->confidence < 0) {
		c->confidence = CONFIDENCE_LIKELY;
		return bad_field(c, "confidence", "must be certain, likely or possible", e);
	}
	if (!check_text(json_get(c->head, "title"), LANG_EN))
		return err_set(e, ERR_FORMAT, "title is missing");
	c->advice = json_get_bool(c->head, "advice", false);
	return 0;
}

struct check *check_parse(const char *path, const char *area, struct str text)
{
	struct check *c = xcalloc(1, sizeof(*c));
	const char *base = strrchr(path, '/');

	base = base ? base + 1 : path;
	size_t stem = strlen(base);
	if (stem > 4 && strcmp(base + stem - 4, ".sql") == 0)
		stem -= 4;
	c->path = xstrdup(path);
	c->id = xstrndup(base, stem);
	c->area = xstrdup(area);
	c->text = xstrndup(text.p ? text.p : "", text.n);
	c->severity = SEVERITY_WARNING;
	c->confidence = CONFIDENCE_LIKELY;
	if (text.p && memchr(text.p, 0, text.n))
		err_set(&c->bad, ERR_FORMAT, "line 1, column 1: the file holds a NUL byte");
	else if (parse_head(c, &c->bad) == 0)
		parse_fields(c, &c->bad);
	return c;
}

void check_free(struct check *c)
{
	if (!c)
		return;
	free(c->path);
	free(c->id);
	free(c->area);
	free(c->text);
	cJSON_Delete(c->head);
	free(c);
}

/* Folder that holds the file; "own" for a file directly in the user's folder. */
static char *area_of(const char *path)
{
	const char *end = strrchr(path, '/');
	if (!end)
		return xstrdup("own");
	const char *start = end;
	while (start > path && start[-1] != '/')
		start--;
	return xstrndup(start, (size_t)(end - start));
}

static void set_add(struct checkset *s, struct check *c)
{
	s->v = xreallocarray(s->v, (size_t)s->n + 1, sizeof(*s->v));
	s->v[s->n++] = c;
}

static int by_id(const void *a, const void *b)
{
	const struct check *const *x = a, *const *y = b;
	int r = strcmp((*x)->id, (*y)->id);
	return r ? r : strcmp((*x)->path, (*y)->path);
}

static int name_order(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int read_check(struct checkset *s, const char *dir, const char *rel, struct err *e)
{
	struct buf b = BUF_MAX(MAX_TEXT);
	CLEAN(clean_free) char *path = xasprintf("%s/%s", dir, rel);
	CLEAN(clean_free) char *area = area_of(rel);
	int rc = file_read(path, &b, e);

	if (rc == 0) {
		if (s->n >= MAX_FILES)
			rc = err_set(e, ERR_LIMIT, "%s: more than %d checks", dir, MAX_FILES);
		else
			set_add(s, check_parse(rel, area, (struct str){b.p, b.n}));
	}
	buf_release(&b);
	return rc;
}

/* rel is the folder below dir, "" at the top. */
static int read_folder(struct checkset *s, const char *dir, const char *rel, int depth, struct err *e)
{
	struct dirent **names = NULL;
	CLEAN(clean_free) char *path = xasprintf("%s/%s", dir, rel);
	int n = scandir(path, &names, NULL, name_order), rc = 0;

	if (n < 0)
		return err_errno(e, "%s", path);
	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;
		size_t len = strlen(name);
		struct stat st;
		CLEAN(clean_free) char *sub = xasprintf("%s%s%s", rel, *rel ? "/" : "", name);
		CLEAN(clean_free) char *full = xasprintf("%s/%s", dir, sub);

		if (rc == 0 && name[0] != '.' && stat(full, &st) == 0) {
			if (S_ISDIR(st.st_mode) && depth < MAX_DEPTH)
				rc = read_folder(s, dir, sub, depth + 1, e);
			else if (S_ISREG(st.st_mode) && len > 4 && strcmp(name + len - 4, ".sql") == 0)
				rc = read_check(s, dir, sub, e);
		}
		free(names[i]);
	}
	free(names);
	return rc;
}

int checkset_load_dir(const char *dir, struct checkset **out, struct err *e)
{
	CLEAN(clean_checkset) struct checkset *s = xcalloc(1, sizeof(*s));
	int rc = read_folder(s, dir, "", 0, e);

	if (rc < 0)
		return rc;
	if (s->n)
		qsort(s->v, (size_t)s->n, sizeof(*s->v), by_id);
	*out = STEAL(s);
	return 0;
}

static void set_replace(struct checkset *s, struct check *c)
{
	for (int i = 0; i < s->n; i++)
		if (strcmp(s->v[i]->id, c->id) == 0) {
			check_free(s->v[i]);
			s->v[i] = c;
			return;
		}
	set_add(s, c);
}

int checkset_load(const char *dir, struct checkset **out, struct err *e)
{
	CLEAN(clean_checkset) struct checkset *s = xcalloc(1, sizeof(*s));
	CLEAN(clean_checkset) struct checkset *own = NULL;

	for (const struct asset *a = NULL; (a = asset_next("schema/checks/", ".sql", a));) {
		CLEAN(clean_free) char *area = area_of(a->path);
		set_add(s, check_parse(a->path, area, a->text));
	}
	if (dir) {
		int rc = checkset_load_dir(dir, &own, e);
		if (rc < 0)
			return rc;
		for (int i = 0; i < own->n; i++)
			set_replace(s, STEAL(own->v[i]));
		own->n = 0;
	}
	if (s->n)
		qsort(s->v, (size_t)s->n, sizeof(*s->v), by_id);
	*out = STEAL(s);
	return 0;
}

const struct check *checkset_get(const struct checkset *s, const char *id)
{
	for (int i = 0; id && i < s->n; i++)
		if (strcmp(s->v[i]->id, id) == 0)
			return s->v[i];
	return NULL;
}

void checkset_free(struct checkset *s)
{
	if (!s)
		return;
	for (int i = 0; i < s->n; i++)
		check_free(s->v[i]);
	free(s->v);
	free(s);
}

void clean_checkset(struct checkset **s)
{
	checkset_free(*s);
}
