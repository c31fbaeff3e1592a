/* JSON text written again beside a tree that was made from it and changed since: only strings that differ are new. */
#include "base/jsonscan.h"
#include "collect/redact_internal.h"

struct copy {
	const char *p, *end;
	struct buf *out;
	struct buf *room; /* a decoded string */
	struct err *e;
	int depth;
};

static int copy_value(struct copy *c, const cJSON *v);

static int bad(struct copy *c)
{
	return err_set(c->e, ERR_FORMAT, "JSON that does not fit its tree");
}

static int put(struct copy *c, const char *p, size_t n)
{
	return buf_add(c->out, p, n, c->e);
}

/* Blanks, which to cJSON is everything up to ' ', commas and colons. */
static int copy_gap(struct copy *c)
{
	const char *p = c->p;

	while (c->p < c->end && ((unsigned char)*c->p <= ' ' || *c->p == ',' || *c->p == ':'))
		c->p++;
	return put(c, p, (size_t)(c->p - p));
}

static struct str take_string(struct copy *c)
{
	const char *p = c->p++;

	while (c->p < c->end && *c->p != '"')
		c->p += *c->p == '\\' && c->p + 1 < c->end ? 2 : 1;
	if (c->p < c->end)
		c->p++;
	return (struct str){p, (size_t)(c->p - p)};
}

static int write_out(void *arg, const void *p, size_t n, struct err *e)
{
	return buf_add(arg, p, n, e);
}

static int put_tree(struct copy *c, const cJSON *v)
{
	char *text = json_text(v);
	int rc = text ? buf_add_str(c->out, text, c->e) : bad(c);

	free(text);
	return rc;
}

static int copy_string(struct copy *c, const cJSON *v)
{
	struct str token = take_string(c);
	struct jsonw w;

	buf_clear(c->room);
	if (json_decode(token, c->room, c->e) < 0)
		return bad(c);
	if (cJSON_IsString(v) && !strcmp(buf_cstr(c->room), v->valuestring) && strlen(v->valuestring) == c->room->n)
		return put(c, token.p, token.n);
	if (!cJSON_IsString(v))
		return bad(c);
	jsonw_init(&w, write_out, c->out, 0, c->e);
	jsonw_str(&w, v->valuestring);
	return jsonw_finish(&w);
}

/* What redaction added behind the last member. */
static int put_rest(struct copy *c, const cJSON *child, bool any)
{
	int rc = 0;

	for (; child && rc == 0; child = child->next, any = true) {
		struct jsonw w;

		if (any)
			rc = put(c, ", ", 2);
		jsonw_init(&w, write_out, c->out, 0, c->e);
		jsonw_str(&w, child->string ? child->string : "");
		if (rc == 0 && (rc = jsonw_finish(&w)) == 0 && (rc = put(c, ": ", 2)) == 0)
			rc = put_tree(c, child);
	}
	return rc;
}

/* The blanks in front of a closing bracket go behind what was added. */
static int copy_members(struct copy *c, const cJSON *v, char close)
{
	const cJSON *child = v->child;
	bool object = close == '}', any = false;
	int rc = put(c, c->p++, 1);

	while (rc == 0) {
		size_t before = c->out->n;

		if ((rc = copy_gap(c)) < 0)
			return rc;
		if (c->p >= c->end)
			return bad(c);
		if (*c->p == close) {
			if (object && child) {
				c->out->n = before;
				if ((rc = put_rest(c, child, any)) < 0)
					return rc;
			}
			return put(c, c->p++, 1);
		}
		if (!child)
			return bad(c);
		if (object) {
			struct str key = take_string(c);
			if ((rc = put(c, key.p, key.n)) < 0 || (rc = copy_gap(c)) < 0)
				return rc;
		}
		rc = copy_value(c, child);
		child = child->next;
		any = true;
	}
	return rc;
}

static int copy_value(struct copy *c, const cJSON *v)
{
	const char *p = c->p;
	int rc;

	if (c->p >= c->end || ++c->depth > 250)
		return bad(c);
	if (*c->p == '{' && cJSON_IsObject(v)) {
		rc = copy_members(c, v, '}');
	} else if (*c->p == '[' && cJSON_IsArray(v)) {
		rc = copy_members(c, v, ']');
	} else if (*c->p == '"') {
		rc = copy_string(c, v);
	} else if (*c->p == '{' || *c->p == '[') { /* replaced as a whole */
		p = json_skip_nested(c->p, c->end);
		if (!p)
			return bad(c);
		c->p = p;
		rc = put_tree(c, v);
	} else {
		while (c->p < c->end && (unsigned char)*c->p > ' ' && !strchr(",:]}", *c->p))
			c->p++;
		rc = cJSON_IsString(v) ? put_tree(c, v) : put(c, p, (size_t)(c->p - p));
	}
	c->depth--;
	return rc;
}

int redact_json_rewrite(struct str text, const cJSON *v, struct buf *out, struct err *e)
{
	CLEAN_BUF struct buf room = BUF_MAX((size_t)64 << 20);
	struct copy c = {.p = text.p, .end = text.p + text.n, .out = out, .room = &room, .e = e};
	size_t before = out->n;
	int rc = copy_gap(&c);

	if (rc == 0)
		rc = copy_value(&c, v);
	if (rc == 0)
		rc = put(&c, c.p, (size_t)(c.end - c.p));
	if (rc < 0)
		out->n = before;
	return rc;
}
