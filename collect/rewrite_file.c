#include "collect/rewrite_file.h"
#include "base/mem.h"
#include "collect/placeholder.h"
#include "collect/redact_file.h"
#include <ctype.h>
#include <string.h>

#define LINE_MAX_BYTES ((size_t)1 << 20)

/* -- lines --------------------------------------------------------------------------------------------------------- */

void pieces_init(struct pieces *p, void (*line)(void *arg, struct str line), void *arg)
{
	*p = (struct pieces){.line = line, .arg = arg, .carry = BUF_MAX(LINE_MAX_BYTES)};
}

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || strchr(".-_:/+=\\", c);
}

/* Gives out what is carried but its last word, which may go on. */
static void cut(struct pieces *p)
{
	size_t n = p->carry.n;

	while (n > 0 && p->carry.n - n < 4096 && in_word(p->carry.p[n - 1]))
		n--;
	if (n == 0 || p->carry.n - n >= 4096)
		n = p->carry.n;
	p->line(p->arg, (struct str){p->carry.p, n});
	p->carry.n -= n;
	memmove(p->carry.p, p->carry.p + n, p->carry.n);
}

void pieces_write(struct pieces *p, const char *data, size_t n)
{
	const char *end = data + n;

	while (data < end) {
		const char *nl = memchr(data, '\n', (size_t)(end - data));
		size_t k = (size_t)((nl ? nl + 1 : end) - data);

		if (nl && !p->carry.n && k <= LINE_MAX_BYTES) {
			p->line(p->arg, (struct str){data, k});
			data += k;
			continue;
		}
		if (k > LINE_MAX_BYTES - p->carry.n)
			k = LINE_MAX_BYTES - p->carry.n;
		(void)buf_add(&p->carry, data, k, NULL);
		data += k;
		if (data == nl + (nl ? 1 : 0) && nl) {
			p->line(p->arg, (struct str){p->carry.p, p->carry.n});
			buf_clear(&p->carry);
		} else if (p->carry.n == LINE_MAX_BYTES) {
			cut(p);
		}
	}
}

void pieces_finish(struct pieces *p)
{
	if (p->carry.n)
		p->line(p->arg, (struct str){p->carry.p, p->carry.n});
	buf_release(&p->carry);
}

/* -- one file ------------------------------------------------------------------------------------------------------ */

struct pipe {
	struct rewriter *w;
	struct spool *spool;
	struct tally *redacted;
	struct redact_stream *certificates; /* NULL when names stay */
	struct pieces lines;
	struct buf mapped;
	struct err err; /* of a line; code 0: none */
};

static int to_spool(void *arg, const void *p, size_t n, struct err *e)
{
	struct pipe *t = arg;

	placeholder_count((struct str){p, n}, t->redacted);
	return spool_write(t->spool, p, n, e);
}

static void map_line(void *arg, struct str line)
{
	struct pipe *t = arg;

	buf_clear(&t->mapped);
	if (!t->err.code && anonymizer_text(t->w->anonymizer, line, &t->mapped, &t->err) == 0)
		(void)to_spool(t, t->mapped.p, t->mapped.n, &t->err);
}

static int to_lines(void *arg, const void *p, size_t n, struct err *e)
{
	struct pipe *t = arg;

	pieces_write(&t->lines, p, n);
	if (t->err.code && e)
		*e = t->err;
	return -t->err.code;
}

static int to_certificates(void *arg, const void *p, size_t n, struct err *e)
{
	struct pipe *t = arg;

	return redact_stream_write(t->certificates, p, n, e);
}

static void pipe_open(struct pipe *t, struct rewriter *w, struct tally *redacted)
{
	*t = (struct pipe){.w = w, .redacted = redacted, .mapped = BUF_MAX(8 * LINE_MAX_BYTES)};
	t->spool = spool_new(INT64_C(16) << 30, false, NULL);
	if (w->anonymizer)
		t->certificates = redact_stream_new(anonymizer_rules(w->anonymizer), to_lines, t, NULL, NULL);
	pieces_init(&t->lines, map_line, t);
}

/* Ends it; rc is how far it came. The spool is the caller's. */
static int pipe_close(struct pipe *t, int rc, struct err *e)
{
	if (rc >= 0 && t->certificates)
		rc = redact_stream_finish(t->certificates, e);
	pieces_finish(&t->lines);
	if (rc >= 0 && t->err.code) {
		if (e)
			*e = t->err;
		rc = -t->err.code;
	}
	redact_stream_free(t->certificates);
	buf_release(&t->mapped);
	if (rc >= 0)
		rc = spool_finish(t->spool, e);
	if (rc < 0) {
		spool_free(t->spool);
		t->spool = NULL;
	}
	return rc < 0 ? rc : 0;
}

/* Bytes that no text has, in their hundreds: keystores, keys in DER, records of logins. */
static bool is_binary(const char *p, size_t n)
{
	size_t odd = 0, look = n < 4096 ? n : 4096;

	for (size_t i = 0; i < look; i++)
		odd += (unsigned char)p[i] < ' ' && !strchr("\t\n\r\f\b\033", p[i] ? p[i] : 1);
	return odd * 20 > look;
}

/* Packed and binary files hide what they hold from every pattern. */
static bool is_packed(const char *p, size_t n)
{
	static const struct {
		const char *magic;
		size_t n;
	} kinds[] = {{"\037\213", 2}, {"(\265/\375", 4}, {"\375" "7zXZ", 5}, {"BZh", 3}, {"PK\003\004", 4}, {"\004\"M\030", 4},
	             {"7z\274\257", 4}, {"LPKSHHRH", 8}, {"\177ELF", 4}, {"SQLite format 3", 15}, {"Rar!", 4}, {"\377\376", 2},
	             {"\376\377", 2}};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (n >= kinds[i].n && !memcmp(p, kinds[i].magic, kinds[i].n))
			return true;
	return (n > 262 && !memcmp(p + 257, "ustar", 5)) || is_binary(p, n);
}

/* A packed file, which nothing was looked for in, is replaced by a word. */
static int take_out(struct bundle *b, struct pipe *t, struct err *e)
{
	static const char text[] = "**REDACTED:packed**\n";
	const void *p;
	int64_t n;

	while ((n = bundle_read(b, &p, e)) > 0)
		;
	return n < 0 ? (int)n : to_spool(t, text, sizeof(text) - 1, e);
}

int rewriter_file(struct rewriter *w, struct bundle *b, const char *path, struct tally *redacted, struct spool **out,
                  bool *taken_out, struct err *e)
{
	struct pipe t;
	struct redact_file *f;
	const void *p;
	int64_t n;
	int rc = 0;
	bool first = true;

	pipe_open(&t, w, redacted);
	f = redact_file_new(w->rules, path, w->anonymizer ? to_certificates : to_spool, &t, NULL, NULL);
	while (rc >= 0 && (n = bundle_read(b, &p, e)) != 0) {
		if (n < 0) {
			rc = (int)n;
		} else if (first && is_packed(p, (size_t)n)) {
			*taken_out = true;
			rc = take_out(b, &t, e);
			break;
		} else {
			rc = redact_file_write(f, p, (size_t)n, e);
		}
		first = false;
	}
	if (rc >= 0 && !*taken_out)
		rc = redact_file_finish(f, e);
	redact_file_free(f);
	rc = pipe_close(&t, rc, e);
	*out = t.spool;
	return rc;
}

int rewriter_head(struct rewriter *w, const struct buf *json, struct tally *redacted, struct spool **out, struct err *e)
{
	CLEAN(clean_cjson) cJSON *o = NULL;
	CLEAN_BUF struct buf text = BUF_MAX(64 << 20);
	struct pipe t;
	int64_t n = 0;
	int rc;

	if ((rc = json_parse(buf_cstr(json), json->n, &o, e)) < 0)
		return rc;
	redact_object(w->rules, o, NULL, &n);
	cJSON_DeleteItemFromObjectCaseSensitive(o, "anonymized");
	cJSON_AddBoolToObject(o, "anonymized", true);
	if ((rc = json_print_pretty(o, 0, &text, e)) < 0 || (rc = buf_add_str(&text, "\n", e)) < 0)
		return rc;
	pipe_open(&t, w, redacted);
	rc = pipe_close(&t, to_certificates(&t, text.p, text.n, e), e);
	*out = t.spool;
	return rc;
}

/* -- texts --------------------------------------------------------------------------------------------------------- */

char *rewriter_name(struct rewriter *w, const char *name)
{
	return !name ? NULL : w->anonymizer ? anonymizer_path(w->anonymizer, name) : xstrdup(name);
}

char *rewriter_text(struct rewriter *w, const char *text, struct tally *count)
{
	struct buf b = BUF_MAX(4 << 20);
	int64_t n = 0;
	char *s;

	if (!text)
		return NULL;
	if (redact_text(w->rules, str_of(text), &b, &n, NULL) < 0) {
		buf_release(&b);
		return xstrdup("(could not be redacted)");
	}
	if (count)
		placeholder_count((struct str){buf_cstr(&b), b.n}, count);
	s = buf_take(&b);
	if (w->anonymizer) {
		char *mapped = anonymizer_path(w->anonymizer, s);
		free(s);
		return mapped;
	}
	return s;
}
