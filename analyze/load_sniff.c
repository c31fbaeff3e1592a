/* What a file is whose path does not tell: its first bytes. Also where a layout expects objects and a tool may have left JSON, YAML
 * or an error message. */
#include <string.h>

#include "analyze/load.h"
#include "base/clock.h"

enum { LOG_LINES = 8 };

static bool has(struct str s, const char *what)
{
	return memmem(s.p, s.n, what, strlen(what)) != NULL;
}

static struct str without_blanks(const char *p, size_t n)
{
	if (n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) {
		p += 3;
		n -= 3;
	}
	while (n > 0 && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')) {
		p++;
		n--;
	}
	return (struct str){p, n};
}

/* The next line of s, which loses it. */
static struct str next_line(struct str *s)
{
	const char *nl = s->n ? memchr(s->p, '\n', s->n) : NULL;
	struct str line = {s->p, nl ? (size_t)(nl - s->p) : s->n};
	size_t used = line.n + (nl != NULL);

	s->p += used;
	s->n -= used;
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static bool looks_like_log(struct load *l, struct str s)
{
	int lines = 0, dated = 0;

	logparser_reset(&l->parser);
	while (s.n && lines < LOG_LINES) {
		struct str line = next_line(&s);
		struct logline p;
		if (line.n == 0 || line.n > LINE_MAX_BYTES || memchr(line.p, '\0', line.n))
			continue;
		logline_parse(&l->parser, line, &p);
		lines++;
		dated += p.ts != TIME_NONE || p.skip;
	}
	return lines > 0 && dated * 2 >= lines;
}

/* "apiVersion:" as a top-level key, of a document or of an element of a list. */
static bool looks_like_objects(struct str s)
{
	for (int i = 0; s.n && i < 400; i++) {
		struct str line = next_line(&s);
		while (line.n > 2 && (str_starts(line, "- ") || *line.p == ' ')) {
			line.p++;
			line.n--;
		}
		if (str_starts(line, "apiVersion:") || str_starts(line, "\"apiVersion\":"))
			return true;
	}
	return false;
}

static bool looks_like_yaml(struct str s)
{
	struct str line = {s.p, 0};

	while (s.n && (line.n == 0 || *line.p == '#'))
		line = next_line(&s);
	if (str_starts(line, "---") || str_starts(line, "- "))
		return true;
	/* A key and nothing, or a blank and a value. */
	size_t k = 0;
	while (k < line.n && (line.p[k] == '_' || line.p[k] == '-' || line.p[k] == '.' || (line.p[k] | 0x20) >= 'a') && line.p[k] != ':')
		k++;
	return k > 0 && k < line.n && line.p[k] == ':' && (k + 1 == line.n || line.p[k + 1] == ' ') && !str_starts(line, "error") &&
		!str_starts(line, "Error");
}

/* A layout says that there are objects. */
static const struct loader *objects_loader(struct load *l, struct str s)
{
	size_t n = strlen(l->file.path);

	if (s.n == 0 || *s.p == '{' || *s.p == '[')
		return &load_objects;
	if (looks_like_yaml(s))
		return &load_yaml;
	if (n > 5 && strcmp(l->file.path + n - 5, ".json") == 0)
		return &load_objects; /* which says what is wrong with it */
	struct str line = next_line(&s);
	snprintf(l->file.why, sizeof(l->file.why), "no objects, but text: %.*s", (int)(line.n < 150 ? line.n : 150), line.p);
	load_partial(l, "no objects, kept as lines");
	(void)load_problem(l, 1, NULL, "%s", l->file.why);
	return &load_lines;
}

/* "[" alone, or with a value behind it; no log line that begins with a bracket. */
static bool looks_like_array(struct str s)
{
	return *s.p == '[' && s.n > 1 && (strchr("{\"[]\n\r", s.p[1]) || (s.p[1] == ' ' && s.n > 2 && strchr("{\"[]", s.p[2])));
}

const struct loader *load_sniff(struct load *l, const char *p, size_t n)
{
	struct str s = without_blanks(p, n);

	if (l->file.kind.load == LOAD_OBJECTS)
		return objects_loader(l, s);
	if (s.n == 0)
		return &load_lines;
	if (*s.p == '{' || looks_like_array(s)) {
		struct str rest = s, line = next_line(&rest);
		if (line.n > 2 && rest.n && line.p[line.n - 1] == '}' && looks_like_log(l, s))
			return &load_log;
		if (has(s, "\"kind\"") && has(s, "\"apiVersion\"")) {
			l->objects++;
			return &load_stream;
		}
		return &load_document;
	}
	if (looks_like_yaml(s) && looks_like_objects(s)) {
		l->objects++;
		return &load_yaml;
	}
	return looks_like_log(l, s) ? &load_log : &load_lines;
}
