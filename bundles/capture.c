#include "bundles/capture.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

static const char *const state_names[] = {
	[CAPTURE_OK] = "ok", [CAPTURE_FAILED] = "failed", [CAPTURE_ABSENT] = "absent", [CAPTURE_SKIPPED] = "skipped"};

const char *capture_state_name(enum capture_state s)
{
	return state_names[s];
}

bool capture_state_parse(const char *name, enum capture_state *s)
{
	for (size_t i = 0; i < ARRAY_LEN(state_names); i++) {
		if (strcmp(name, state_names[i]) == 0) {
			*s = (enum capture_state)i;
			return true;
		}
	}
	return false;
}

static void put_str(struct jsonw *w, const char *key, const char *v)
{
	if (!v || !*v)
		return;
	jsonw_key(w, key);
	jsonw_str(w, v);
}

static void put_int(struct jsonw *w, const char *key, int64_t v)
{
	jsonw_key(w, key);
	jsonw_int(w, v);
}

static void put_true(struct jsonw *w, const char *key, bool v)
{
	if (!v)
		return;
	jsonw_key(w, key);
	jsonw_bool(w, true);
}

void capture_write_json(const struct capture *c, struct jsonw *w)
{
	char when[32];

	jsonw_object(w);
	put_str(w, "path", c->path);
	put_str(w, "source", c->source);
	put_str(w, "command", c->command);
	put_str(w, "node", c->node);
	if (c->started != TIME_NONE) {
		put_str(w, "started", clock_format(c->started, when));
		put_int(w, "ms", c->ms);
	}
	if (c->exit_status >= 0)
		put_int(w, "exit_status", c->exit_status);
	put_str(w, "state", capture_state_name(c->state));
	put_true(w, "timed_out", c->timed_out);
	if (c->sha256[0]) /* there is a file */
		put_int(w, "bytes", c->bytes);
	put_true(w, "truncated", c->truncated);
	if (c->redactions)
		put_int(w, "redactions", c->redactions);
	if (c->redacted && c->redacted->n) {
		jsonw_key(w, "redacted");
		tally_write_json(c->redacted, w);
	}
	put_str(w, "sha256", c->sha256);
	put_str(w, "error", c->error);
	jsonw_end(w);
}

int capture_from_json(const cJSON *o, struct capture *c, struct err *e)
{
	const char *state = json_get_str(o, "state"), *sha = json_get_str(o, "sha256");
	const char *started = json_get_str(o, "started");

	*c = (struct capture){
		.path = json_get_str(o, "path"),
		.source = json_get_str(o, "source"),
		.command = json_get_str(o, "command"),
		.node = json_get_str(o, "node"),
		.started = started ? clock_parse_iso(str_of(started), NULL) : TIME_NONE,
		.ms = json_get_int(o, "ms", 0),
		.exit_status = (int)json_get_int(o, "exit_status", -1),
		.timed_out = json_get_bool(o, "timed_out", false),
		.bytes = json_get_int(o, "bytes", 0),
		.truncated = json_get_bool(o, "truncated", false),
		.redactions = json_get_int(o, "redactions", 0),
		.error = json_get_str(o, "error"),
	};
	if (!c->path)
		return err_set(e, ERR_FORMAT, "a record without a path");
	if (!state || !capture_state_parse(state, &c->state))
		return err_set(e, ERR_FORMAT, "%.200s: unknown state \"%.40s\"", c->path, state ? state : "");
	if (sha && strlen(sha) == 64)
		memcpy(c->sha256, sha, 65);
	return 0;
}
