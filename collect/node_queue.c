/* Which capture of a node comes next: the plan's order, gates that let one try first, units that are there. */
#include "base/mem.h"
#include "collect/record.h"
#include "collect/visit.h"

char *visit_path(const struct visit *v, const struct work *w, const char *name)
{
	struct plan_vars vars = {.node = v->dir, .unit = w->unit, .name = name};
	CLEAN(clean_free) char *p = plan_path(w->item, &vars);

	if (!p)
		return NULL;
	return p[0] == '/' ? xstrdup(p + 1) : xasprintf("nodes/%s/%s", v->dir, p);
}

void visit_skip(struct visit *v, const struct work *w, enum capture_state state, const char *why)
{
	/* A glob that found nothing stands under its own name. */
	const char *name = w->item->how == PLAN_FILES ? w->item->what + plan_glob_prefix(w->item->what) : NULL;
	CLEAN(clean_free) char *path = visit_path(v, w, name);
	struct plan_vars vars = {.node = v->dir,
	                         .unit = w->unit,
	                         .journal = v->journal,
	                         .lines = v->run->plan->lines};
	CLEAN(clean_free) char *cmd = NULL;
	struct record_spec spec = {.path = path, .source = v->source, .node = v->dir};

	run_window(v->run, &vars);
	cmd = plan_resolve(w->item->what, &vars);
	spec.command = cmd;
	record_none(v->run, &spec, state, why);
}

static struct gate *gate_of(struct visit *v, const char *name)
{
	if (!name)
		return NULL;
	for (int i = 0; i < v->n_gates; i++)
		if (!strcmp(v->gates[i].name, name))
			return &v->gates[i];
	if (v->n_gates == (int)ARRAY_LEN(v->gates))
		return NULL;
	v->gates[v->n_gates] = (struct gate){.name = name};
	return &v->gates[v->n_gates++];
}

static void add_work(struct visit *v, const struct plan_item *it, const char *unit)
{
	struct work w = {.item = it, .unit = unit};
	char why[128];

	for (const char **n = it->needs; n && *n; n++)
		if (!wordset_has(&v->tools, *n)) {
			snprintf(why, sizeof(why), "no %s on this node", *n);
			visit_skip(v, &w, CAPTURE_ABSENT, why);
			return;
		}
	if (unit && !wordset_has(&v->units, unit)) {
		snprintf(why, sizeof(why), "no such unit on this node");
		visit_skip(v, &w, CAPTURE_ABSENT, why);
		return;
	}
	if (it->no_journal && v->has_journal) {
		visit_skip(v, &w, CAPTURE_ABSENT, "this node has a journal");
		return;
	}
	v->work = xreallocarray(v->work, (size_t)v->n_work + 1, sizeof(*v->work));
	v->work[v->n_work++] = w;
}

void visit_queue(struct visit *v)
{
	const struct plan *p = v->run->plan;

	for (int i = 0; i < p->n_node; i++) {
		if (!p->node[i].units)
			add_work(v, &p->node[i], NULL);
		for (const char **u = p->node[i].units; u && *u; u++)
			add_work(v, &p->node[i], *u);
		gate_of(v, p->node[i].gate);
	}
}

/* Under the lock. NULL with *wait: what is left waits for a gate. */
static struct work *pick(struct visit *v, bool *wait)
{
	*wait = false;
	for (int i = 0; i < v->n_work; i++) {
		struct work *w = &v->work[i];
		struct gate *g = w->taken ? NULL : gate_of(v, w->item->gate);

		if (w->taken)
			continue;
		if (g && g->state == GATE_UNKNOWN && g->busy) {
			*wait = true;
			continue;
		}
		if (g && g->state == GATE_UNKNOWN)
			g->busy = true;
		w->taken = true;
		return w;
	}
	return NULL;
}

struct work *visit_next(struct visit *v)
{
	for (;;) {
		struct work *w;
		const char *why = NULL;
		char closed[300] = "";
		bool wait;

		pthread_mutex_lock(&v->lock);
		while (!(w = pick(v, &wait)) && wait)
			pthread_cond_wait(&v->cond, &v->lock);
		if (w && v->dead[0]) {
			snprintf(closed, sizeof(closed), "%.299s", v->dead);
		} else if (w) {
			struct gate *g = gate_of(v, w->item->gate);

			if (g && g->state == GATE_CLOSED)
				snprintf(closed, sizeof(closed), "%.299s", g->why);
		}
		pthread_mutex_unlock(&v->lock);
		if (!w)
			return NULL;
		if (!closed[0] && visit_over(v, &why))
			snprintf(closed, sizeof(closed), "%s", why);
		if (!closed[0])
			return w;
		visit_skip(v, w, CAPTURE_SKIPPED, closed);
		visit_done(v, w, false, NULL);
	}
}

void visit_done(struct visit *v, const struct work *w, bool timed_out, const char *why)
{
	struct gate *g;

	atomic_fetch_add(&v->node->done, 1);
	pthread_mutex_lock(&v->lock);
	g = gate_of(v, w->item->gate);
	if (g && timed_out && g->state != GATE_CLOSED) {
		g->state = GATE_CLOSED;
		snprintf(g->why, sizeof(g->why), "%.40s did not answer: %.100s met its deadline", g->name,
		         why ? why : "a command");
	} else if (g && g->state == GATE_UNKNOWN) {
		g->state = GATE_OPEN;
	}
	if (g)
		g->busy = false;
	pthread_cond_broadcast(&v->cond);
	pthread_mutex_unlock(&v->lock);
}
