/* Does "found nothing" mean that nothing is there? A check may have had what it needs of one node and not of the others. */
#include "analyze/checks.h"
#include "analyze/facts.h"

static char *first_text(sqlite3_stmt *st)
{
	return db_step(st, NULL) == 1 && db_col_text(st, 0) ? xstrdup(db_col_text(st, 0)) : NULL;
}

/* Nodes that a table about nodes says nothing of. NULL when there are none, or it is no such table. */
static char *table_gaps(sqlite3 *db, const char *table)
{
	CLEAN(clean_stmt) sqlite3_stmt *st = NULL;
	CLEAN(clean_free) char *sql = xasprintf("SELECT group_concat(name, ', ') FROM (SELECT name FROM nodes WHERE name NOT IN "
	                                        "(SELECT node FROM \"%s\" WHERE node IS NOT NULL) ORDER BY name)", table);

	if (db_prepare(db, table, str_of(sql), &st, NULL) < 0)
		return NULL;
	return first_text(st);
}

static bool about_nodes(const struct needs *n, const char *need)
{
	(void)n;
	if (strncmp(need, "log", 3) == 0 || strncmp(need, "capture:nodes/", 14) == 0 || strcmp(need, "metrics") == 0)
		return true;
	return strncmp(need, "node_", 5) == 0 && strcmp(need, "node_conditions") != 0;
}

static bool about_namespaces(const struct needs *n, const char *need)
{
	return facts_get(n->facts, "schema/facts/namespaced.sql", need);
}

/* What is missing of one need in a bundle that broke off. NULL: nothing. */
static char *need_gaps(struct facts *f, const char *need)
{
	if (strcmp(need, "log") == 0)
		return xstrdup("?"); /* a log that is not there leaves no gap to see */
	if (strncmp(need, "log:", 4) == 0)
		return facts_dup(f, "schema/facts/partial-log.sql", need + 4);
	if (strncmp(need, "capture:", 8) == 0)
		return strchr(need, '*') ? xstrdup("?") : NULL;
	if (facts_get(f, "schema/facts/has-list.sql", need))
		return facts_dup(f, "schema/facts/partial-list.sql", need);
	return table_gaps(f->db, need);
}

/* Captures that failed of one need while others of it were read, so that it counts as met. NULL: none. */
static char *need_failures(struct facts *f, const char *need)
{
	return facts_dup(f, "schema/facts/failed-inputs.sql", need);
}

/* Lists of one need that could not be gathered or read whole, while others of it were. NULL: none. */
static char *unread_lists(struct facts *f, const char *need)
{
	return facts_dup(f, "schema/facts/unread-lists.sql", need);
}

/* Objects that came one by one, not as a list: there may be others. A word for the resource, NULL when it is otherwise. */
static char *no_list(struct facts *f, const char *need)
{
	static const char *const others[] = {"log", "capture:", "metrics"};

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (strncmp(need, others[i], strlen(others[i])) == 0)
			return NULL;
	bool resource = facts_rows(f, need) && !facts_get(f, "schema/facts/is-table.sql", need);

	return resource && !facts_get(f, "schema/facts/has-list.sql", need) ? xstrdup(need) : NULL;
}

/* What a check that found nothing could not see of the objects that it needs; NULL when it saw all. Of inputs any of which will do,
 * one that is whole is enough. `unread` is one of the two above. */
static char *unread_objects(const struct needs *n, const struct check *c, char *(*unread)(struct facts *f, const char *need))
{
	const cJSON *need, *one;

	cJSON_ArrayForEach(need, json_get_arr(c->head, "needs")) {
		CLEAN(clean_free) char *gaps = cJSON_IsString(need) ? unread(n->facts, need->valuestring) : NULL;
		bool whole = false;
		for (one = cJSON_IsArray(need) ? need->child : NULL; one && !whole; one = one->next) {
			char *its = cJSON_IsString(one) ? unread(n->facts, one->valuestring) : NULL;
			whole = cJSON_IsString(one) && !its && need_is_there(n, one->valuestring);
			if (gaps)
				free(its);
			else
				gaps = its;
		}
		if (gaps && !whole)
			return STEAL(gaps);
	}
	return NULL;
}

/* The first thing that is missing of what a check needs, as one of the functions above tells it. */
static char *check_gaps(const struct needs *n, const struct check *c, char *(*gaps_of)(struct facts *f, const char *need))
{
	const cJSON *need, *one;
	char *gaps = NULL;

	cJSON_ArrayForEach(need, json_get_arr(c->head, "needs")) {
		if (!gaps && cJSON_IsString(need))
			gaps = gaps_of(n->facts, need->valuestring);
		if (!cJSON_IsArray(need))
			continue;
		cJSON_ArrayForEach(one, need)
			if (!gaps && cJSON_IsString(one))
				gaps = gaps_of(n->facts, one->valuestring);
	}
	return gaps;
}

static bool any_need(const struct needs *n, const struct check *c, bool (*about)(const struct needs *n, const char *need))
{
	const cJSON *need, *one;

	cJSON_ArrayForEach(need, json_get_arr(c->head, "needs")) {
		if (cJSON_IsString(need) && about(n, need->valuestring))
			return true;
		if (!cJSON_IsArray(need))
			continue;
		cJSON_ArrayForEach(one, need)
			if (cJSON_IsString(one) && about(n, one->valuestring))
				return true;
	}
	return false;
}

/* Adds a sentence to what is noted so far. */
static void add_note(const struct needs *n, const char *key, const char *what, char *note[LANG_COUNT])
{
	CLEAN(clean_cjson) cJSON *fields = cJSON_CreateObject();

	cJSON_AddStringToObject(fields, "what", what);
	cJSON_AddStringToObject(fields, "damage", n->damage ? n->damage : "");
	for (int i = 0; i < LANG_COUNT; i++) {
		CLEAN(clean_free) char *before = note[i];
		CLEAN(clean_free) char *text = fill_new(texts_get(n->texts[i], key), fields, FILL_TEXT);
		note[i] = before ? xasprintf("%s%s%s", before, texts_get(n->texts[i], "need.and"), text) : STEAL(text);
	}
}

enum coverage needs_coverage(const struct needs *n, const struct check *c, char *note[LANG_COUNT])
{
	CLEAN(clean_free) char *unread = unread_objects(n, c, unread_lists);
	CLEAN(clean_free) char *single = unread_objects(n, c, no_list);
	CLEAN(clean_free) char *gaps = n->damage ? check_gaps(n, c, need_gaps) : NULL;
	/* Which of the chosen namespaces are missing, nothing tells. */
	if (n->damage && !gaps && n->chosen && any_need(n, c, about_namespaces))
		gaps = xstrdup("?");
	if (gaps) {
		add_note(n, strcmp(gaps, "?") == 0 ? "state.broken_off" : "state.missing", gaps, note);
		return COVERAGE_BROKEN;
	}
	if (unread) {
		add_note(n, "state.unseen", unread, note);
		return COVERAGE_BROKEN;
	}
	if (single) {
		add_note(n, "need.list", single, note);
		return COVERAGE_BROKEN;
	}
	if (n->chosen && any_need(n, c, about_namespaces))
		add_note(n, "state.chosen", n->chosen, note);
	if (n->unseen && any_need(n, c, about_nodes)) {
		add_note(n, "state.unseen", n->unseen, note);
		return COVERAGE_PART;
	}
	CLEAN(clean_free) char *failed = check_gaps(n, c, need_failures);
	if (failed)
		add_note(n, "state.unseen", failed, note);
	return note[LANG_EN] ? COVERAGE_PART : COVERAGE_WHOLE;
}
