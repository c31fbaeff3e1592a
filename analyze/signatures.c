#include "analyze/signatures.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/logline.h"
#include "analyze/prefilter.h"
#include "base/asset.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/regex.h"
#include "base/yaml.h"

enum { MAX_SIGNATURES = 4096, MAX_WORDS = MAX_SIGNATURES / 64, MAX_GROUPS = 32, MAX_FILE = 4 << 20, MAX_FILES = 1000 };

struct signature {
	const char *id;
	char *file;
	int line, column; /* where it begins */
	const cJSON *def; /* in the tree of its file */
	struct regex *regex;
};
struct sigset {
	char *unit; /* NULL: the set of logs whose unit is not known */
	const struct signature **v;
	int n;
	struct prefilter *filter;
	uint64_t always[MAX_WORDS]; /* those without `any` */
	bool any_always;
	struct buf captures;
};
struct signatures {
	struct signature *v;
	int n;
	cJSON **trees;
	int n_trees;
	struct sigset **sets;
	int n_sets;
	/* Lint hears of every mistake and goes on; otherwise the first is an error. */
	void (*report)(void *arg, const char *file, const char *message);
	void *arg;
	int mistakes;
};

/* -- reading ------------------------------------------------------------------------------------------------------ */

/* Where something of a file begins: FILE:LINE:COLUMN. */
struct place {
	const char *file;
	int line, column;
};

static int mistake(struct signatures *s, struct place at, const char *id, const char *what, struct err *e)
{
	CLEAN(clean_free) char *place = xasprintf("%s:%d:%d", at.file, at.line, at.column);

	s->mistakes++;
	if (!s->report)
		return err_set(e, ERR_FORMAT, "%s: %s: %s", place, id ? id : "?", what);
	CLEAN(clean_free) char *m = xasprintf("%s: %s", id ? id : "?", what);
	s->report(s->arg, place, m);
	return 0;
}

static bool is_text_list(const cJSON *a, bool required)
{
	const cJSON *v;

	if (!a)
		return !required;
	if (!cJSON_IsArray(a) || (required && !a->child))
		return false;
	cJSON_ArrayForEach(v, a)
		if (!cJSON_IsString(v) || (required && !*v->valuestring))
			return false;
	return true;
}

/* What is wrong with the form of a definition, NULL when nothing is. */
static const char *form_of(const cJSON *d)
{
	static const char *const keys[] = {"id", "units", "pattern", "any", "samples", "not", "note"};
	const cJSON *v;

	if (!cJSON_IsObject(d) || !json_get_str(d, "id"))
		return "no id";
	cJSON_ArrayForEach(v, d) {
		bool known = false;
		for (size_t i = 0; i < ARRAY_LEN(keys); i++)
			known |= strcmp(keys[i], v->string) == 0;
		if (!known)
			return "an unknown key; known are id, units, pattern, any, samples, not, note";
	}
	if (!json_get_str(d, "pattern"))
		return "no pattern";
	if (!is_text_list(json_get(d, "units"), true))
		return "units must be a list of names, or [\"*\"]";
	if (json_get(d, "any") && !is_text_list(json_get(d, "any"), true))
		return "any must be a list of texts";
	if (!is_text_list(json_get(d, "samples"), true))
		return "samples must be a list of lines, at least one";
	if (!is_text_list(json_get(d, "not"), false))
		return "not must be a list of lines";
	return NULL;
}

static struct signature *find_id(struct signatures *s, const char *id)
{
	for (int i = 0; i < s->n; i++)
		if (strcmp(s->v[i].id, id) == 0)
			return &s->v[i];
	return NULL;
}

static int add_one(struct signatures *s, struct place at, const cJSON *d, bool replace, struct err *e)
{
	const char *id = json_get_str(d, "id"), *wrong = form_of(d);
	struct err why = {0};
	struct regex *r = NULL;

	if (wrong)
		return mistake(s, at, id, wrong, e);
	struct signature *sig = find_id(s, id);
	if (sig && (!replace || strcmp(sig->file, at.file) == 0))
		return mistake(s, at, id, "a second signature of this id", e);
	if (regex_compile(json_get_str(d, "pattern"), 0, &r, &why) < 0)
		return mistake(s, at, id, why.msg, e);
	if (!sig) {
		if (s->n == MAX_SIGNATURES) {
			regex_free(r);
			return mistake(s, at, id, "too many signatures", e);
		}
		s->v = xreallocarray(s->v, (size_t)s->n + 1, sizeof(*s->v));
		sig = &s->v[s->n++];
		*sig = (struct signature){0};
	}
	free(sig->file);
	regex_free(sig->regex);
	*sig = (struct signature){id, xstrdup(at.file), at.line, at.column, d, r};
	return 0;
}

/* Of the n-th entry, from 0 on: what begins with "- " in a line's first column. The parsed tree knows no lines. */
static struct place place_of(const char *file, struct str text, int n)
{
	const char *p = text.p, *end = text.p + text.n;

	for (int line = 1; p < end; line++) {
		if (end - p > 1 && p[0] == '-' && p[1] == ' ' && n-- == 0)
			return (struct place){file, line, 3};
		p = memchr(p, '\n', (size_t)(end - p));
		p = p ? p + 1 : end;
	}
	return (struct place){file, 1, 1};
}

/* The parser's message begins with "line N, column M: ". */
static int bad_yaml(struct signatures *s, const char *file, const char *what, struct err *e)
{
	struct place at = {file, 1, 1};
	int used = 0;

	if (sscanf(what, "line %d, column %d: %n", &at.line, &at.column, &used) < 2 || used == 0)
		at = (struct place){file, 1, 1};
	return mistake(s, at, "bad YAML", what + used, e);
}

static int add_file(struct signatures *s, const char *file, struct str text, bool replace, struct err *e)
{
	CLEAN(clean_cjson) cJSON *tree = NULL;
	struct err why = {0};
	const cJSON *d;
	int rc = 0, n = 0;

	if (yaml_parse(text.p, text.n, &tree, &why) < 0)
		return bad_yaml(s, file, why.msg, e);
	if (cJSON_IsNull(tree))
		return 0;
	if (!cJSON_IsArray(tree))
		return mistake(s, (struct place){file, 1, 1}, NULL, "not a list of signatures", e);
	cJSON_ArrayForEach(d, tree)
		if (rc == 0)
			rc = add_one(s, place_of(file, text, n++), d, replace, e);
	s->trees = xreallocarray(s->trees, (size_t)s->n_trees + 1, sizeof(*s->trees));
	s->trees[s->n_trees++] = STEAL(tree);
	return rc;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void free_names(char **names, int n)
{
	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

/* DIR/signatures/ *.yaml, in the order of their names. A folder without signatures is fine. */
static int add_folder(struct signatures *s, const char *dir, struct err *e)
{
	CLEAN(clean_free) char *folder = xasprintf("%s/signatures", dir);
	char **names = NULL;
	int n = 0, rc = 0;
	struct dirent *de;
	DIR *d = opendir(folder);

	if (!d)
		return errno == ENOENT || errno == ENOTDIR ? 0 : err_errno(e, "%s", folder);
	while (n < MAX_FILES && (de = readdir(d))) {
		size_t k = strlen(de->d_name);
		if (de->d_name[0] == '.' || k < 6 || strcmp(de->d_name + k - 5, ".yaml") != 0)
			continue;
		names = xreallocarray(names, (size_t)n + 1, sizeof(*names));
		names[n++] = xasprintf("%s/%s", folder, de->d_name);
	}
	closedir(d);
	if (n)
		qsort(names, (size_t)n, sizeof(*names), by_name);
	for (int i = 0; i < n && rc == 0; i++) {
		CLEAN_BUF struct buf b = BUF_MAX(MAX_FILE);
		if ((rc = file_read(names[i], &b, e)) == 0)
			rc = add_file(s, names[i], (struct str){buf_cstr(&b), b.n}, true, e);
	}
	free_names(names, n);
	return rc;
}

static int add_compiled(struct signatures *s, struct err *e)
{
	int rc = 0;

	for (const struct asset *a = asset_next("schema/signatures/", ".yaml", NULL); a && rc == 0;
	     a = asset_next("schema/signatures/", ".yaml", a))
		rc = add_file(s, a->path, a->text, false, e);
	return rc;
}

int signatures_load(const char *checks_dir, struct signatures **out, struct err *e)
{
	CLEAN(clean_signatures) struct signatures *s = xcalloc(1, sizeof(*s));
	int rc = add_compiled(s, e);

	if (rc == 0 && checks_dir)
		rc = add_folder(s, checks_dir, e);
	if (rc == 0)
		*out = STEAL(s);
	return rc;
}

static void free_set(struct sigset *set)
{
	prefilter_free(set->filter);
	buf_release(&set->captures);
	free(set->v);
	free(set->unit);
	free(set);
}

void signatures_free(struct signatures *s)
{
	if (!s)
		return;
	for (int i = 0; i < s->n_sets; i++)
		free_set(s->sets[i]);
	for (int i = 0; i < s->n; i++) {
		regex_free(s->v[i].regex);
		free(s->v[i].file);
	}
	for (int i = 0; i < s->n_trees; i++)
		cJSON_Delete(s->trees[i]);
	free(s->sets);
	free(s->v);
	free(s->trees);
	free(s);
}

void clean_signatures(struct signatures **s)
{
	signatures_free(*s);
	*s = NULL;
}

int signatures_count(const struct signatures *s)
{
	return s->n;
}

/* -- sets --------------------------------------------------------------------------------------------------------- */

static bool applies(const struct signature *sig, const char *unit)
{
	const cJSON *u;

	cJSON_ArrayForEach(u, json_get_arr(sig->def, "units"))
		if (strcmp(u->valuestring, "*") == 0 || (unit && strcmp(u->valuestring, unit) == 0))
			return true;
	return false;
}

static void build_filter(struct sigset *set)
{
	struct str *texts = NULL;
	int *owners = NULL, n = 0;
	const cJSON *a;

	for (int i = 0; i < set->n; i++) {
		const cJSON *any = json_get_arr(set->v[i]->def, "any");
		if (!any) {
			set->always[i >> 6] |= UINT64_C(1) << (i & 63);
			set->any_always = true;
		}
		cJSON_ArrayForEach(a, any) {
			texts = xreallocarray(texts, (size_t)n + 1, sizeof(*texts));
			owners = xreallocarray(owners, (size_t)n + 1, sizeof(*owners));
			texts[n] = str_of(a->valuestring);
			owners[n++] = i;
		}
	}
	set->filter = prefilter_new(texts, owners, n);
	free(texts);
	free(owners);
}

struct sigset *signatures_for(struct signatures *s, const char *unit)
{
	for (int i = 0; i < s->n_sets; i++) {
		const char *have = s->sets[i]->unit;
		if (have == unit || (have && unit && strcmp(have, unit) == 0))
			return s->sets[i];
	}
	struct sigset *set = xcalloc(1, sizeof(*set));
	set->unit = unit ? xstrdup(unit) : NULL;
	set->captures = (struct buf)BUF_MAX(1 << 20);
	set->v = xcalloc((size_t)s->n, sizeof(const struct signature *));
	for (int i = 0; i < s->n; i++)
		if (applies(&s->v[i], unit))
			set->v[set->n++] = &s->v[i];
	build_filter(set);
	s->sets = xreallocarray(s->sets, (size_t)s->n_sets + 1, sizeof(*s->sets));
	s->sets[s->n_sets++] = set;
	return set;
}

/* -- matching ------------------------------------------------------------------------------------------------------ */

static int write_captures(void *arg, const void *p, size_t n, struct err *e)
{
	return buf_add(arg, p, n, e);
}

/* {"name":"text"} of the named groups that took part in the match. */
static struct str captures_of(struct sigset *set, const struct regex *r, const struct str *groups)
{
	struct jsonw w;
	bool any = false;

	buf_clear(&set->captures);
	jsonw_init(&w, write_captures, &set->captures, 0, NULL);
	jsonw_object(&w);
	for (int i = 0; i < regex_group_count(r) && i < MAX_GROUPS; i++) {
		const char *name = regex_group_name(r, i);
		if (!name || !groups[i].p)
			continue;
		jsonw_key(&w, name);
		jsonw_strn(&w, groups[i].p, groups[i].n);
		any = true;
	}
	jsonw_end(&w);
	return any && jsonw_finish(&w) == 0 ? (struct str){set->captures.p, set->captures.n} : (struct str){NULL, 0};
}

static int try_pattern(struct sigset *set, int i, struct str message,
                       int (*hit)(void *, const struct sighit *, struct err *), void *arg, struct err *e)
{
	struct str groups[MAX_GROUPS] = {{NULL, 0}};
	const struct signature *sig = set->v[i];

	if (!regex_match(sig->regex, message, groups, MAX_GROUPS))
		return 0;
	struct sighit h = {sig->id, {NULL, 0}};
	if (regex_group_count(sig->regex) > 0)
		h.captures = captures_of(set, sig->regex, groups);
	int rc = hit(arg, &h, e);
	return rc < 0 ? rc : 1;
}

int sigset_match(struct sigset *set, struct str message, bool prefilter,
                 int (*hit)(void *, const struct sighit *, struct err *), void *arg, struct err *e)
{
	uint64_t found[MAX_WORDS];
	size_t words = ((size_t)set->n + 63) / 64;
	int n = 0;

	memcpy(found, set->always, words * sizeof(found[0]));
	if (!prefilter)
		memset(found, 0xff, words * sizeof(found[0]));
	else if (!prefilter_scan(set->filter, message, found) && !set->any_always)
		return 0;
	for (size_t w = 0; w < words; w++)
		for (uint64_t bits = found[w]; bits; bits &= bits - 1) {
			int i = (int)w * 64 + __builtin_ctzll(bits);
			if (i >= set->n)
				break;
			int rc = try_pattern(set, i, message, hit, arg, e);
			if (rc < 0)
				return rc;
			n += rc;
		}
	return n;
}

/* -- lint ---------------------------------------------------------------------------------------------------------- */

struct wanted {
	const char *id;
	bool seen;
};

static int note_hit(void *arg, const struct sighit *h, struct err *e)
{
	struct wanted *w = arg;

	(void)e;
	w->seen |= strcmp(w->id, h->id) == 0;
	return 0;
}

/* Whether a line of a log of this unit gives a hit of the signature. */
static bool hits(struct sigset *set, const char *id, const char *line, bool prefilter)
{
	struct logparser lp;
	struct logline l;
	struct wanted w = {id, false};
	struct str text = str_of(line);

	logparser_init(&lp, TIME_NONE);
	logline_parse(&lp, text, &l);
	sigset_match(set, logline_subject(&l, text), prefilter, note_hit, &w, NULL);
	logparser_release(&lp);
	return w.seen;
}

static void lint_lines(struct signatures *s, const struct signature *sig, const char *key, bool want)
{
	const cJSON *units = json_get_arr(sig->def, "units"), *u, *l;

	cJSON_ArrayForEach(u, units) {
		struct sigset *set = signatures_for(s, u->valuestring);
		cJSON_ArrayForEach(l, json_get_arr(sig->def, key)) {
			bool fast = hits(set, sig->id, l->valuestring, true), slow = hits(set, sig->id, l->valuestring, false);
			if (fast == want && slow == want)
				continue;
			CLEAN(clean_free) char *m = xasprintf("%s: %.200s",
				slow && !fast ? "none of `any` stands in a line that the pattern matches"
				: want        ? "a sample does not match"
				              : "a line under `not` matches", l->valuestring);
			mistake(s, (struct place){sig->file, sig->line, sig->column}, sig->id, m, NULL);
		}
	}
}

int signatures_lint(const char *dir, void (*report)(void *, const char *, const char *), void *arg)
{
	struct signatures *s = xcalloc(1, sizeof(*s));
	struct err e = {0};
	int n;

	s->report = report;
	s->arg = arg;
	if ((dir ? add_folder(s, dir, &e) : add_compiled(s, &e)) < 0)
		mistake(s, (struct place){dir ? dir : "signatures", 1, 1}, NULL, e.msg, NULL);
	for (int i = 0; i < s->n; i++) {
		lint_lines(s, &s->v[i], "samples", true);
		lint_lines(s, &s->v[i], "not", false);
	}
	n = s->mistakes;
	signatures_free(s);
	return n;
}
