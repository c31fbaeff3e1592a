/* The report as one HTML file that asks the network for nothing: a skeleton, a style sheet and a script from their own
 * files, allowed by their hashes alone. Every text passes html_text, which escapes it. */
#include "analyze/checks.h"
#include "analyze/report/html.h"
#include "base/asset.h"
#include "base/clock.h"
#include "base/sha256.h"
#include "base/text.h"
#include <errno.h>

void html_raw(const struct html *h, const char *s)
{
	fputs(s, h->f);
}

void html_text(const struct html *h, const char *s)
{
	size_t n = strlen(s);
	struct buf b = BUF_MAX(n * 16 + 64);

	if (text_html(s, n, &b, NULL) == 0)
		fwrite(b.p ? b.p : "", 1, b.n, h->f);
	buf_release(&b);
}

bool html_room(const struct html *h, enum html_stage stage)
{
	return ftello(h->f) < (off_t)stage; /* -1 where the stream knows no place: then the caps on numbers must do */
}

void html_word(const struct html *h, const char *key)
{
	html_text(h, report_word(h->r, key));
}

void html_fill(const struct html *h, const char *key, int64_t n, const char *name, const char *value)
{
	CLEAN(clean_free) char *s = report_fill(h->r, key, n, name, value);
	html_text(h, s);
}

void html_badge(const struct html *h, int severity)
{
	fprintf(h->f, "<span class=\"badge %s\">", severity_name(severity));
	CLEAN(clean_free) char *key = xasprintf("severity.%s", severity_name(severity));
	html_word(h, key);
	html_raw(h, "</span>");
}

void html_code(const struct html *h, const char *s)
{
	html_raw(h, "<code>");
	html_text(h, s);
	html_raw(h, "</code>");
}

static int hex_digit(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* 'sha256-BASE64' as a content security policy wants it. */
static void put_hash(const struct html *h, struct str text)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char hex[65];
	unsigned char raw[33] = {0}; /* one byte of padding: 33 is a multiple of 3 */
	struct sha256 *s = sha256_new();

	sha256_add(s, text.p, text.n);
	sha256_finish(s, hex);
	for (int i = 0; i < 32; i++)
		raw[i] = (unsigned char)(hex_digit(hex[2 * i]) << 4 | hex_digit(hex[2 * i + 1]));
	html_raw(h, "'sha256-");
	for (int i = 0; i < 33; i += 3) {
		unsigned v = (unsigned)raw[i] << 16 | (unsigned)raw[i + 1] << 8 | raw[i + 2];
		fputc(digits[v >> 18], h->f);
		fputc(digits[v >> 12 & 63], h->f);
		fputc(digits[v >> 6 & 63], h->f);
		fputc(i == 30 ? '=' : digits[v & 63], h->f);
	}
	html_raw(h, "'");
}

static struct str asset_text(const char *path)
{
	const struct asset *a = asset_get(path);
	return a ? a->text : (struct str){"", 0};
}

static void put_policy(const struct html *h)
{
	html_raw(h, "default-src 'none'; style-src ");
	put_hash(h, asset_text("analyze/report/report.css"));
	html_raw(h, "; script-src ");
	put_hash(h, asset_text("analyze/report/report.js"));
	html_raw(h, "; base-uri 'none'; form-action 'none'");
}

static void put_title(const struct html *h, bool changes)
{
	if (changes) {
		CLEAN(clean_free) char *title = report_changes_title(h->r);
		html_text(h, title);
		return;
	}
	CLEAN(clean_free) char *verdict = report_verdict(h->r);
	html_text(h, verdict);
	html_raw(h, " · ");
	html_text(h, *h->r->name ? h->r->name : "sickbay");
}

static void put_body(const struct html *h)
{
	html_opening(h);
	html_roots(h);
	html_changes(h);
	html_timeline(h);
	html_sections(h);
}

struct skeleton {
	const struct html *h;
	bool changes; /* a page of what changed, not a report */
	const char *text;
	size_t done;
};

static void put_part(void *arg, struct str name, size_t offset)
{
	struct skeleton *s = arg;
	const struct html *h = s->h;
	struct str css = asset_text("analyze/report/report.css"), js = asset_text("analyze/report/report.js");

	fwrite(s->text + s->done, 1, offset - s->done, h->f);
	s->done = offset + name.n + 2;
	if (str_eq(name, "lang"))
		html_raw(h, lang_name(h->r->lang));
	else if (str_eq(name, "policy"))
		put_policy(h);
	else if (str_eq(name, "title"))
		put_title(h, s->changes);
	else if (str_eq(name, "css"))
		fwrite(css.p, 1, css.n, h->f);
	else if (str_eq(name, "js"))
		fwrite(js.p, 1, js.n, h->f);
	else if (str_eq(name, "copy"))
		html_word(h, "label.copy");
	else if (str_eq(name, "skip"))
		html_word(h, "label.skip");
	else if (str_eq(name, "copied"))
		html_word(h, "label.copied");
	else if (str_eq(name, "body") && s->changes)
		html_changes_page(h);
	else if (str_eq(name, "body"))
		put_body(h);
}

static int write_page(const struct report *r, FILE *f, bool changes, struct err *e)
{
	struct html h = {f, r};
	struct str page = asset_text("analyze/report/report.html");
	CLEAN(clean_free) char *text = xstrndup(page.p, page.n);
	struct skeleton s = {&h, changes, text, 0};

	if (!page.n)
		return err_set(e, ERR_INTERNAL, "analyze/report/report.html is missing");
	fill_each(text, put_part, &s);
	fputs(text + s.done, f);
	return ferror(f) ? err_errno(e, "writing") : 0;
}

int report_write_html(const struct report *r, FILE *f, struct err *e)
{
	return write_page(r, f, false, e);
}

int report_write_changes_html(const struct report *r, FILE *f, struct err *e)
{
	return write_page(r, f, true, e);
}
