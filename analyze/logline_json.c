#include "analyze/logline.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/jsonscan.h"
#include "base/mem.h"

enum { MAX_OTHERS = 40 };

/* One pass over the members. Views into the line; the message is put together when all are known. */
struct members {
	struct str msg, log, time, level, stream;
	struct str keys[MAX_OTHERS], values[MAX_OTHERS]; /* all that are none of these */
	int others;
};

static inline bool is(struct str key, const char *name, size_t n)
{
	return key.n == n + 2 && memcmp(key.p + 1, name, n) == 0;
}
#define IS(key, literal) is(key, literal, sizeof(literal) - 1)

/* Where a member's value goes; NULL for the others. What a report of a line leaves out goes to *dropped. */
static struct str *place_of(struct members *m, struct str key, struct str *dropped)
{
	switch (key.n > 2 ? key.p[1] : 0) {
	case 'm': return IS(key, "msg") || IS(key, "message") ? &m->msg : NULL;
	case 'l':
		if (IS(key, "log"))
			return &m->log;
		return IS(key, "level") ? &m->level : IS(key, "logger") ? dropped : NULL;
	case 't': return IS(key, "ts") || IS(key, "time") || IS(key, "timestamp") ? &m->time : NULL;
	case '@': return IS(key, "@timestamp") ? &m->time : NULL;
	case 's': return IS(key, "stream") ? &m->stream : IS(key, "severity") ? &m->level : NULL;
	case 'c': return IS(key, "caller") ? dropped : NULL;
	case 'v': return IS(key, "v") ? dropped : NULL;
	default: return NULL;
	}
}

static int note(void *arg, struct str key, struct str value, struct err *e)
{
	struct members *m = arg;
	struct str dropped, *place = place_of(m, key, &dropped);

	(void)e;
	if (place) {
		*place = value;
	} else if (m->others < MAX_OTHERS) {
		m->keys[m->others] = key;
		m->values[m->others++] = value;
	}
	return 0;
}

/* ` key="value"`, quotes and backslashes of the value escaped as klog's text format does. */
static int add_member(struct buf *out, struct str key, struct str value)
{
	if (buf_add(out, " ", 1, NULL) < 0 || buf_add(out, key.p + 1, key.n - 2, NULL) < 0 || buf_add(out, "=", 1, NULL) < 0)
		return -1;
	/* JSON's own escapes are the ones that klog writes, but for \u003c and the like. */
	if (value.p[0] != '"' || !memchr(value.p, '\\', value.n) || !memmem(value.p, value.n, "\\u", 2))
		return buf_add(out, value.p, value.n, NULL);
	if (buf_add(out, "\"", 1, NULL) < 0 || json_decode(value, out, NULL) < 0)
		return -1;
	return buf_add(out, "\"", 1, NULL);
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
	struct members m;

	m.msg = m.log = m.time = m.level = m.stream = (struct str){NULL, 0};
	m.others = 0;
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
	for (int i = 0; i < m.others; i++)
		if (add_member(&p->decoded, m.keys[i], m.values[i]) < 0)
			break;
	out->message = (struct str){buf_cstr(&p->decoded), p->decoded.n};
	return true;
}
