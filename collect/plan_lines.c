#include "collect/plan_lines.h"
#include "base/mem.h"
#include <yaml.h>

struct place {
	char section[32], key[32];
	int index, line;
};
struct plan_lines {
	struct place *places;
	size_t n, size;
};

/* Where the walk is. Depth counts open collections: 1 is the top map, 2 a section, 3 an item of a section's list. */
struct walk {
	struct plan_lines *l;
	char section[32];
	int depth, index;
	bool is_map[128], want_key[128];
};

static void add(struct walk *w, const char *key, size_t line)
{
	struct plan_lines *l = w->l;
	struct place *p;

	if (l->n >= 100000)
		return;
	if (l->n == l->size) {
		l->size = l->size ? l->size * 2 : 256;
		l->places = xreallocarray(l->places, l->size, sizeof(*l->places));
	}
	p = &l->places[l->n++];
	snprintf(p->section, sizeof(p->section), "%s", w->section);
	snprintf(p->key, sizeof(p->key), "%s", key);
	p->index = w->index;
	p->line = (int)line + 1;
}

/* A value (scalar or collection) begins. */
static void begin_value(struct walk *w, const yaml_event_t *ev)
{
	int d = w->depth;
	const char *text = ev->type == YAML_SCALAR_EVENT ? (const char *)ev->data.scalar.value : NULL;

	if (d == 2 && !w->is_map[2]) {
		w->index++;
		add(w, "", ev->start_mark.line);
	}
	if (d < 1 || !w->is_map[d])
		return;
	if (w->want_key[d] && text) {
		if (d == 1) {
			snprintf(w->section, sizeof(w->section), "%s", text);
			w->index = -1;
			add(w, "", ev->start_mark.line);
		} else if (d == 2 || (d == 3 && !w->is_map[2])) {
			add(w, text, ev->start_mark.line);
		}
	}
	w->want_key[d] = !w->want_key[d];
}

static bool step(struct walk *w, const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_MAPPING_START_EVENT:
	case YAML_SEQUENCE_START_EVENT:
		begin_value(w, ev);
		if (++w->depth >= 128)
			return false;
		w->is_map[w->depth] = ev->type == YAML_MAPPING_START_EVENT;
		w->want_key[w->depth] = true;
		return true;
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		w->depth--;
		return true;
	case YAML_SCALAR_EVENT:
	case YAML_ALIAS_EVENT:
		begin_value(w, ev);
		return true;
	default:
		return ev->type != YAML_STREAM_END_EVENT && ev->type != YAML_NO_EVENT;
	}
}

struct plan_lines *plan_lines_new(struct str text)
{
	struct plan_lines *l = xcalloc(1, sizeof(*l));
	struct walk w = {.l = l, .index = -1};
	yaml_parser_t parser;
	yaml_event_t ev;
	bool more = true;

	if (!yaml_parser_initialize(&parser))
		return l;
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.p, text.n);
	while (more && yaml_parser_parse(&parser, &ev)) {
		more = step(&w, &ev);
		yaml_event_delete(&ev);
	}
	yaml_parser_delete(&parser);
	return l;
}

void plan_lines_free(struct plan_lines *l)
{
	if (l)
		free(l->places);
	free(l);
}

int plan_lines_find(const struct plan_lines *l, const char *section, int index, const char *key)
{
	int best = 1, best_rank = 0;

	for (size_t i = 0; i < l->n; i++) {
		const struct place *p = &l->places[i];
		int rank = 0;

		if (!section || strncmp(p->section, section, sizeof(p->section) - 1) != 0)
			continue;
		if (p->index == index && key && !strncmp(p->key, key, sizeof(p->key) - 1))
			rank = 3;
		else if (p->index == index && !p->key[0])
			rank = 2;
		else if (p->index == -1 && !p->key[0])
			rank = 1;
		if (rank > best_rank) {
			best_rank = rank;
			best = p->line;
		}
	}
	return best;
}
