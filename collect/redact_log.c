/* What logs put around a line: the text within is what multi-line structures, as a Secret printed in YAML, are made of. */
#include "base/mem.h"
#include "collect/redact_internal.h"
#include <ctype.h>

enum { HEADS_MAX = 3, HEAD_MAX = 160 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* 2026-11-25T10:00:00.1Z and a blank. Asked of every line: the signs between the numbers tell. */
size_t redact_log_time(struct str s)
{
	enum { SHORTEST = sizeof("2026-11-25T10:00:00Z") - 1, LONGEST = 36 };
	const char *p = s.p, *end;

	if (s.n <= SHORTEST || p[4] != '-' || p[10] != 'T' || p[7] != '-' || p[13] != ':' || p[16] != ':' || !is_digit(p[0]) || !is_digit(p[18]))
		return 0;
	end = memchr(p + SHORTEST - 1, ' ', s.n < LONGEST ? s.n - SHORTEST + 1 : LONGEST - SHORTEST + 1);
	return end ? (size_t)(end - p) + 1 : 0;
}

/* `host unit[123]: ` of journald, behind the time. */
static size_t unit_of(struct str s)
{
	size_t n = s.n < HEAD_MAX ? s.n : HEAD_MAX;
	const char *host = n ? memchr(s.p, ' ', n) : NULL;
	const char *end = host ? memchr(host + 1, ' ', n - (size_t)(host + 1 - s.p)) : NULL;

	return end && end - host > 4 && end[-1] == ':' && end[-2] == ']' ? (size_t)(end + 1 - s.p) : 0;
}

/* 2026-11-25 10:11:12,123 INFO */
static size_t plain_time(struct str s)
{
	static const char *const levels[] = {"TRACE ", "DEBUG ", "INFO ", "WARN ", "WARNING ", "ERROR "};
	size_t n = 19;

	while (n < s.n && n < 30 && s.p[n] != ' ')
		n++;
	n += n < s.n;
	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		if (str_starts((struct str){s.p + n, s.n - n}, levels[i]))
			return n + strlen(levels[i]);
	return n;
}

static size_t name_and_bar(struct str s)
{
	enum { NAME_MAX_LEN = 60 };
	size_t n = 0;

	while (n < s.n && n < NAME_MAX_LEN && (isalnum((unsigned char)s.p[n]) || strchr("-._", s.p[n])))
		n++;
	for (size_t p = n; n && p < s.n && p < n + 20; p++) {
		if (s.p[p] == '|' && p > n)
			return p + 1 < s.n && s.p[p + 1] == ' ' ? p + 2 : 0;
		if (s.p[p] != ' ')
			return 0;
	}
	return 0;
}

/* The length of one thing that stands in front of a line; 0: there is none. */
static size_t head_of(struct str s)
{
	const char *p = s.p;
	size_t n;

	if (s.n < 2)
		return 0;
	if (is_digit(*p)) {
		if (s.n > 20 && p[4] == '-' && p[10] == ' ' && p[13] == ':' && p[16] == ':')
			return plain_time(s);
		n = redact_log_time(s);
		/* stdout F (kubernetes: cri-api, LogTag) */
		if (n && s.n >= n + 9 && p[n + 6] == ' ' && (p[n + 7] == 'F' || p[n + 7] == 'P') && p[n + 8] == ' ' && !memcmp(p + n, "std", 3))
			return n + 9;
		return n ? n + unit_of((struct str){p + n, s.n - n}) : 0;
	}
	/* Nov 25 10:11:12 n1 kubelet[123]: */
	if (s.n > 16 && p[3] == ' ' && p[6] == ' ' && p[9] == ':' && p[12] == ':' && p[15] == ' ' && is_digit(p[5]) && is_digit(p[14])) {
		n = unit_of((struct str){p + 16, s.n - 16});
		return n ? n + 16 : 0;
	}
	/* I1125 10:11:12.123456       1 server.go:12] (klog) */
	if (strchr("IWEF", *p) && s.n > 30 && is_digit(p[1]) && is_digit(p[4]) && p[5] == ' ' && p[8] == ':' && p[11] == ':') {
		const char *end = memmem(p, s.n < HEAD_MAX ? s.n : HEAD_MAX, "] ", 2);
		return end ? (size_t)(end - p) + 2 : 0;
	}
	/* [pod/x/c] of kubectl logs --prefix, [2026-11-25 10:11:12] */
	if (*p == '[' && (str_starts(s, "[pod/") || (s.n > 12 && is_digit(p[1]) && p[5] == '-' && p[8] == '-'))) {
		const char *end = memmem(p, s.n, "] ", 2);
		return end ? (size_t)(end - p) + 2 : 0;
	}
	/* + of sh -x and of diff, a comment; app-0 | of docker-compose and stern */
	return *p == '+' || *p == '>' || *p == '#' ? 1 : name_and_bar(s);
}

/* {"log":"...\n","stream":"stdout","time":"..."} of Docker: what stands in the string. */
static struct str of_docker(struct str line)
{
	static const char begin[] = "{\"log\":\"", stream[] = "\",\"stream\":\"";
	const char *end = str_starts(line, begin) ? memmem(line.p, line.n, stream, sizeof(stream) - 1) : NULL;
	struct str s = {line.p + sizeof(begin) - 1, 0};

	if (!end)
		return line;
	s.n = (size_t)(end - s.p);
	if (s.n >= 2 && !memcmp(end - 2, "\\n", 2))
		s.n -= 2;
	return s;
}

struct str redact_log_text(struct str line)
{
	struct str s = line.n && *line.p == '{' ? of_docker(line) : line;

	for (int i = 0; i < HEADS_MAX; i++) {
		size_t n = head_of(s);

		if (!n)
			break;
		s.p += n;
		s.n -= n;
	}
	return s;
}
