#include "analyze/logline.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/jsonscan.h"
#include "base/mem.h"

/* One pass over the members. Views into the line; the message is put together when all are known. */
struct members {
	struct str msg, log, time, level, stream;
	int others;
};

static bool key_is(struct str key, const char *name)
{
	size_t n = strlen(name);

	return key.n == n + 2 && memcmp(key.p + 1, name, n) == 0;
}

static int note(void *arg, struct str key, struct str value, struct err *e)
{
	struct members *m = arg;

	(void)e;
	if (key_is(key, "msg") || key_is(key, "message"))
		m->msg = value;
	else if (key_is(key, "log"))
		m->log = value;
	else if (key_is(key, "ts") || key_is(key, "time") || key_is(key, "timestamp") || key_is(key, "@timestamp"))
		m->time = value;
	else if (key_is(key, "level") || key_is(key, "severity"))
		m->level = value;
	else if (key_is(key, "stream"))
		m->stream = value;
	else
		m->others++;
	return 0;
}

static bool is_head(struct str key)
{
	static const char *const heads[] = {"msg", "message", "ts", "time", "timestamp", "@timestamp", "level", "severity",
	                                    "caller", "logger", "v"};

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (key_is(key, heads[i]))
			return true;
	return false;
}

/* ` key="value"`, quotes and backslashes of the value escaped as klog's text format does. */
static int add_member(void *arg, struct str key, struct str value, struct err *e)
{
	struct buf *out = arg;
	int rc;

	if (is_head(key) || key.n < 2)
		return 0;
	if ((rc = buf_add(out, " ", 1, e)) < 0 || (rc = buf_add(out, key.p + 1, key.n - 2, e)) < 0 ||
	    (rc = buf_add(out, "=", 1, e)) < 0)
		return rc;
	/* JSON's own escapes are the ones that klog writes, but for \u003c and the like. */
	if (value.p[0] == '"' && memmem(value.p, value.n, "\\u", 2)) {
		if ((rc = buf_add(out, "\"", 1, e)) < 0 || (rc = json_decode(value, out, e)) < 0)
			return rc;
		return buf_add(out, "\"", 1, e);
	}
	return buf_add(out, value.p, value.n, e);
}

/* ISO text, or seconds (zap) or milliseconds (klog) since 1970 as a number. */
static void take_time(struct str v, struct logline *out)
{
	char number[32];
	size_t used;

	if (!v.p || out->ts != TIME_NONE)
		return;
	if (v.p[0] == '"') {
		struct str s = {v.p + 1, v.n - 2};
		out->ts = clock_parse_iso(s, &used);
		out->local_time = out->ts != TIME_NONE && used == s.n && s.n > 0 && s.p[s.n - 1] != 'Z' && s.n <= 26 &&
		                  !memchr(s.p + 10, '+', s.n - 10) && !memchr(s.p + 10, '-', s.n - 10);
		return;
	}
	if (v.n >= sizeof(number))
		return;
	memcpy(number, v.p, v.n);
	number[v.n] = '\0';
	double d = strtod(number, NULL);
	if (d > 1e8 && d < 1e14)
		out->ts = (int64_t)(d > 1e11 ? d * 1000 : d * 1e6);
}

static void take_level(struct str v, struct logline *out)
{
	if (v.n > 2 && v.p[0] == '"')
		out->level = logline_level((struct str){v.p + 1, v.n - 2});
}

/* docker json-file: the line is a string inside, ended by \n unless docker cut it at 16 KiB. */
static bool docker_line(struct logparser *p, const struct members *m, struct logline *out)
{
	buf_clear(&p->decoded);
	if (json_decode(m->log, &p->decoded, NULL) < 0)
		return false;
	size_t n = p->decoded.n;
	out->partial = n == 0 || p->decoded.p[n - 1] != '\n';
	while (n > 0 && (p->decoded.p[n - 1] == '\n' || p->decoded.p[n - 1] == '\r'))
		n--;
	out->parts = true;
	take_time(m->time, out);
	out->message = (struct str){buf_cstr(&p->decoded), n};
	return true;
}

/* Level of a klog header in a decoded line; one JSON inside another is taken apart too. */
static void inside_docker(struct logparser *p, struct logline *out)
{
	const char *s = out->message.p;

	if (out->partial || out->message.n < 22)
		return;
	if (strchr("IWEFD", s[0]) && s[5] == ' ' && s[8] == ':' && s[14] == '.') {
		out->level = s[0];
	} else if (s[0] == '{') {
		CLEAN_BUF struct buf copy = BUF_MAX(p->decoded.max);
		if (buf_add(&copy, s, out->message.n, NULL) < 0)
			return;
		struct logline in = {.ts = out->ts};
		if (logline_json(p, (struct str){copy.p, copy.n}, &in) && in.message.p) {
			out->message = in.message;
			out->level = in.level;
		} else {
			buf_clear(&p->decoded);
			(void)buf_add(&p->decoded, copy.p, copy.n, NULL);
			out->message = (struct str){buf_cstr(&p->decoded), p->decoded.n};
		}
	} else if (strncmp(s, "time=\"", 6) == 0) {
		const char *level = strstr(s, " level=");
		if (level)
			out->level = logline_level((struct str){level + 7, strcspn(level + 7, " ")});
	}
}

bool logline_json(struct logparser *p, struct str text, struct logline *out)
{
	struct members m = {.others = 0};

	if (json_each_member(text, note, &m, NULL) < 0)
		return false;
	if (m.log.p && m.log.p[0] == '"' && (m.stream.p || m.time.p)) {
		if (!docker_line(p, &m, out))
			return false;
		inside_docker(p, out);
		return true;
	}
	take_time(m.time, out);
	take_level(m.level, out);
	if (!m.msg.p || m.msg.p[0] != '"')
		return true;
	buf_clear(&p->decoded);
	if (json_decode(m.msg, &p->decoded, NULL) < 0)
		return true;
	if (m.others > 0)
		(void)json_each_member(text, add_member, &p->decoded, NULL);
	out->message = (struct str){buf_cstr(&p->decoded), p->decoded.n};
	return true;
}
