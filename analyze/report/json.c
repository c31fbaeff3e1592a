#include "analyze/checks.h"
#include "analyze/report/report.h"
#include "base/clock.h"
#include <errno.h>

static int to_stream(void *arg, const void *p, size_t n, struct err *e)
{
	return fwrite(p, 1, n, arg) == n ? 0 : err_errno(e, "writing");
}

static void pair(struct jsonw *w, const char *key, const char *value)
{
	jsonw_key(w, key);
	jsonw_str(w, value);
}

static void count(struct jsonw *w, const char *key, int64_t value)
{
	jsonw_key(w, key);
	jsonw_int(w, value);
}

static void moment(struct jsonw *w, const char *key, int64_t us)
{
	char s[32];
	pair(w, key, us == TIME_NONE ? NULL : clock_format(us, s));
}

static void list(struct jsonw *w, const char *key)
{
	jsonw_key(w, key);
	jsonw_array(w);
}

static void write_bundle(struct jsonw *w, const struct report *r)
{
	jsonw_key(w, "bundle");
	jsonw_object(w);
	pair(w, "name", r->name);
	moment(w, "collected", r->collected);
	pair(w, "version", r->version);
	pair(w, "damage", r->damage);
	pair(w, "namespaces", r->chosen);
	list(w, "warnings");
	for (int i = 0; i < r->warning_count; i++)
		jsonw_str(w, r->warnings[i].text);
	jsonw_end(w);
	jsonw_key(w, "facts");
	jsonw_object(w);
	for (int i = 0; i < r->fact_count; i++)
		pair(w, r->facts[i].key, r->facts[i].value);
	jsonw_end(w);
	list(w, "nodes");
	for (int i = 0; i < r->node_count; i++) {
		jsonw_object(w);
		pair(w, "name", r->nodes[i].name);
		jsonw_key(w, "reached");
		jsonw_bool(w, r->nodes[i].reached);
		pair(w, "transport", r->nodes[i].transport);
		pair(w, "error", r->nodes[i].error);
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_end(w);
}

static void write_evidence(struct jsonw *w, const struct report_finding *f)
{
	list(w, "evidence");
	for (int i = 0; i < f->evidence_count; i++) {
		const struct report_evidence *v = &f->evidence[i];
		jsonw_object(w);
		pair(w, "file", v->file);
		count(w, "line", v->line);
		pair(w, "text", v->text);
		if (v->ts != TIME_NONE)
			moment(w, "time", v->ts);
		jsonw_end(w);
	}
	jsonw_end(w);
	count(w, "evidence_rows", f->evidence_rows);
}

static void write_fix(struct jsonw *w, const struct report_finding *f)
{
	list(w, "fix");
	for (int i = 0; i < f->fix_count; i++) {
		jsonw_object(w);
		pair(w, "text", f->fix[i].text);
		pair(w, "run", f->fix[i].run);
		pair(w, "on", f->fix[i].on);
		jsonw_end(w);
	}
	jsonw_end(w);
	pair(w, "verify", f->verify);
}

static void write_others(struct jsonw *w, const struct report *r, const char *key, const int *indices, int n)
{
	list(w, key);
	for (int i = 0; i < n; i++) {
		jsonw_object(w);
		pair(w, "check", r->findings[indices[i]].check);
		pair(w, "subject", r->findings[indices[i]].subject);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void write_item(struct jsonw *w, const struct diff_item *it)
{
	jsonw_object(w);
	pair(w, "state", diff_state_name(it->state));
	pair(w, "key", it->key);
	list(w, "changes");
	for (int i = 0; i < it->n; i++) {
		jsonw_object(w);
		pair(w, "path", it->changes[i].path);
		pair(w, "before", it->changes[i].before);
		pair(w, "after", it->changes[i].after);
		jsonw_end(w);
	}
	jsonw_end(w);
	count(w, "more", it->more);
	jsonw_end(w);
}

static void write_side(struct jsonw *w, const char *key, const struct diff_side *s)
{
	jsonw_key(w, key);
	jsonw_object(w);
	pair(w, "name", s->name);
	moment(w, "collected", s->collected);
	jsonw_end(w);
}

static void write_changes(struct jsonw *w, const struct report *r)
{
	const struct diff *d = r->changes;

	write_side(w, "before", &d->side[0]);
	write_side(w, "after", &d->side[1]);
	list(w, "sections");
	for (int i = 0; i < d->n; i++) {
		jsonw_object(w);
		pair(w, "id", d->sections[i].id);
		pair(w, "title", report_section_word(r, &d->sections[i]));
		list(w, "items");
		for (int k = 0; k < d->sections[i].n; k++)
			write_item(w, &d->sections[i].items[k]);
		jsonw_end(w);
		count(w, "more", d->sections[i].more);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void write_finding(struct jsonw *w, const struct report *r, const struct report_finding *f, bool as_root)
{
	jsonw_object(w);
	if (as_root) {
		count(w, "rank", f->rank);
		count(w, "group", r->findings[r->groups[f->group - 1].members[0]].rank);
	}
	pair(w, "check", f->check);
	pair(w, "area", f->area);
	pair(w, "subject", f->subject);
	pair(w, "severity", severity_name(f->severity));
	if (f->advice) {
		jsonw_key(w, "advice");
		jsonw_bool(w, true);
	}
	if (as_root)
		pair(w, "worst_severity", severity_name(f->root_severity));
	pair(w, "title", f->title);
	pair(w, "detail", f->detail);
	pair(w, "why", f->why);
	pair(w, "confidence", confidence_name(f->confidence));
	moment(w, "first_seen", f->first_seen);
	moment(w, "last_seen", f->last_seen);
	write_evidence(w, f);
	write_fix(w, f);
	if (as_root) {
		write_others(w, r, "explains", f->explains, f->explains_count);
		if (r->changes)
			list(w, "changed");
		for (int i = 0; i < f->changed_count; i++)
			write_item(w, f->changed[i]);
		if (r->changes)
			jsonw_end(w);
	} else {
		write_others(w, r, "explains", f->effects, f->effect_count);
		write_others(w, r, "explained_by", f->causes, f->cause_count);
	}
	jsonw_end(w);
}

static void write_checks(struct jsonw *w, const struct report *r)
{
	list(w, "checks");
	for (int i = 0; i < r->check_count; i++) {
		const struct report_check *c = &r->checks[i];
		jsonw_object(w);
		pair(w, "id", c->id);
		pair(w, "state", c->state);
		pair(w, "reason", c->reason);
		if (!c->applies) {
			jsonw_key(w, "applies");
			jsonw_bool(w, false);
		}
		pair(w, "severity", severity_name(c->severity));
		pair(w, "area", c->area);
		pair(w, "title", c->title);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void write_collected(struct jsonw *w, const struct report *r)
{
	jsonw_key(w, "captures");
	jsonw_object(w);
	count(w, "ok", r->ok);
	count(w, "failed", r->failed_captures);
	count(w, "absent", r->absent);
	count(w, "skipped", r->skipped_captures);
	count(w, "truncated", r->truncated);
	jsonw_end(w);
	list(w, "failures");
	for (int i = 0; i < r->failure_count; i++) {
		jsonw_object(w);
		pair(w, "path", r->failures[i].path);
		pair(w, "node", r->failures[i].node);
		pair(w, "error", r->failures[i].error);
		jsonw_end(w);
	}
	jsonw_end(w);
	list(w, "problems");
	for (int i = 0; i < r->problem_count; i++) {
		jsonw_object(w);
		pair(w, "file", r->problems[i].file);
		count(w, "line", r->problems[i].line);
		pair(w, "message", r->problems[i].message);
		jsonw_end(w);
	}
	jsonw_end(w);
}

/* Closes the outermost object and the file's last line. */
static int end(struct jsonw *w, FILE *f, struct err *e)
{
	jsonw_end(w);
	int rc = jsonw_finish(w);
	if (rc == 0 && fputc('\n', f) == EOF)
		rc = err_errno(e, "writing");
	return rc;
}

int report_write_json(const struct report *r, FILE *f, struct err *e)
{
	struct jsonw w;

	jsonw_init(&w, to_stream, f, 2, e);
	jsonw_object(&w);
	count(&w, "sickbay_report", 1);
	pair(&w, "lang", lang_name(r->lang));
	write_bundle(&w, r);
	list(&w, "root_causes");
	for (int i = 0; i < r->root_count; i++)
		write_finding(&w, r, &r->findings[r->roots[i]], true);
	jsonw_end(&w);
	list(&w, "findings");
	for (int i = 0; i < r->finding_count; i++)
		write_finding(&w, r, &r->findings[i], false);
	jsonw_end(&w);
	write_checks(&w, r);
	write_collected(&w, r);
	if (r->changes) {
		jsonw_key(&w, "changes");
		jsonw_object(&w);
		write_changes(&w, r);
		jsonw_end(&w);
	}
	return end(&w, f, e);
}

int report_write_changes_json(const struct report *r, FILE *f, struct err *e)
{
	struct jsonw w;

	jsonw_init(&w, to_stream, f, 2, e);
	jsonw_object(&w);
	count(&w, "sickbay_diff", 1);
	pair(&w, "lang", lang_name(r->lang));
	write_changes(&w, r);
	return end(&w, f, e);
}
