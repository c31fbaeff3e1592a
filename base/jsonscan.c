#include "base/jsonscan.h"

#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/mem.h"

enum { HEAD_MAX = 64 << 10, ITEM_MAX = 16 << 20, DEPTH_MAX = 200 };

enum state {
	ST_START,  /* before the first value */
	ST_TOP,    /* in the top-level object, between its tokens */
	ST_KEY,    /* in a string of the top-level object: key or value */
	ST_NEST,   /* in a value of the top-level object that is an object or array itself */
	ST_ITEMS,  /* in the array of elements, between two of them */
	ST_ELEM,   /* in an element that is an object or array */
	ST_STRING, /* in an element that is a string */
	ST_SCALAR, /* in an element that is a number or word */
	ST_END     /* behind the top-level value */
};

/* -- brackets of a stream, 64 bytes at a time -------------------------------------------------------------------- */

struct masks {
	uint64_t quote, backslash, open, close, newline;
};

#ifdef __SSE2__
static inline uint64_t mask16(__m128i x, char c)
{
	return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8(c)));
}

static inline void masks_of(const char *p, struct masks *m)
{
	*m = (struct masks){0};
	for (int i = 0; i < 4; i++) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
		__m128i folded = _mm_or_si128(x, _mm_set1_epi8(0x20)); /* [ ] become { } */
		m->quote |= mask16(x, '"') << (16 * i);
		m->backslash |= mask16(x, '\\') << (16 * i);
		m->open |= mask16(folded, '{') << (16 * i);
		m->close |= mask16(folded, '}') << (16 * i);
		m->newline |= mask16(x, '\n') << (16 * i);
	}
}
#else
static inline void masks_of(const char *p, struct masks *m)
{
	*m = (struct masks){0};
	for (int i = 0; i < 64; i++) {
		uint64_t bit = UINT64_C(1) << i;
		m->quote |= p[i] == '"' ? bit : 0;
		m->backslash |= p[i] == '\\' ? bit : 0;
		m->open |= p[i] == '{' || p[i] == '[' ? bit : 0;
		m->close |= p[i] == '}' || p[i] == ']' ? bit : 0;
		m->newline |= p[i] == '\n' ? bit : 0;
	}
}
#endif

/* Bit i becomes the parity of the bits up to i: with quotes, whether byte i stands in a string. */
static inline uint64_t prefix_xor(uint64_t x)
{
	x ^= x << 1;
	x ^= x << 2;
	x ^= x << 4;
	x ^= x << 8;
	x ^= x << 16;
	return x ^ x << 32;
}

/* Which bytes have a backslash in front that is not escaped itself; *carry says it of the byte behind the block. */
static uint64_t escaped_bytes(uint64_t backslash, size_t len, bool *carry)
{
	uint64_t escaped = *carry ? 1 : 0;
	bool out = false;

	while (backslash) {
		int i = __builtin_ctzll(backslash);
		backslash &= backslash - 1;
		if (escaped >> i & 1)
			continue;
		if (i == 63)
			out = true;
		else
			escaped |= UINT64_C(2) << i;
	}
	*carry = len < 64 ? escaped >> len & 1 : out;
	return escaped;
}

/* Where a scan of nested brackets stands. */
struct nest {
	int depth, max_depth;
	int64_t lines;
	bool in_string, escape;
};

/* Moves on until depth is 0; returns the bytes eaten, -1 when deeper than max_depth. */
static int64_t nest_scan(struct nest *s, const char *p, size_t n)
{
	char tail[64];
	struct masks m;

	for (size_t i = 0; i < n; i += 64) {
		size_t len = n - i < 64 ? n - i : 64;
		if (len < 64) {
			memset(tail, ' ', sizeof(tail));
			memcpy(tail, p + i, len);
		}
		masks_of(len < 64 ? tail : p + i, &m);
		if (m.backslash || s->escape)
			m.quote &= ~escaped_bytes(m.backslash, len, &s->escape);
		uint64_t inside = prefix_xor(m.quote) ^ (s->in_string ? ~UINT64_C(0) : 0);
		uint64_t brackets = (m.open | m.close) & ~inside;
		while (brackets) {
			int at = __builtin_ctzll(brackets);
			brackets &= brackets - 1;
			if (m.open >> at & 1) {
				if (++s->depth > s->max_depth)
					return -1;
			} else if (--s->depth == 0) {
				/* The bit of the bracket itself is never a newline. */
				s->lines += __builtin_popcountll(m.newline & ((UINT64_C(1) << at) - 1));
				s->in_string = s->escape = false;
				return (int64_t)(i + (size_t)at + 1);
			}
		}
		s->lines += __builtin_popcountll(m.newline);
		s->in_string = inside >> 63;
	}
	return (int64_t)n;
}

const char *json_skip_nested(const char *p, const char *end)
{
	struct nest s = {.max_depth = DEPTH_MAX};
	int64_t n = nest_scan(&s, p, (size_t)(end - p));

	return n > 0 && s.depth == 0 ? p + n : NULL;
}

/* -- cutting ----------------------------------------------------------------------------------------------------- */

void jsonitems_init(struct jsonitems *s, int (*item)(void *, const struct jsonitem *, struct err *), void *arg)
{
	*s = (struct jsonitems){.item = item, .arg = arg, .max_item = ITEM_MAX, .max_depth = DEPTH_MAX,
	                        .list_key = "items", .line = 1};
	s->head.max = HEAD_MAX;
}

void jsonitems_release(struct jsonitems *s)
{
	buf_release(&s->cur);
	buf_release(&s->head);
	jsonpaths_free(s->head_paths);
	s->head_paths = NULL;
}

/* Keeps bytes of the current element up to the cap. */
static int keep(struct jsonitems *s, const char *p, size_t n, struct err *e)
{
	s->cur.max = s->max_item;
	size_t room = s->max_item - s->cur.n;
	if (n > room) {
		s->cut = true;
		n = room;
	}
	return buf_add(&s->cur, p, n, e);
}

/* Keeps bytes of the top-level object: what may still be one single object, or the frame of a list. */
static int keep_top(struct jsonitems *s, const char *p, size_t n, struct err *e)
{
	if (s->shape != JSONITEMS_LIST)
		return keep(s, p, n, e);
	if (s->head.n + n > s->head.max)
		s->head_cut = true;
	return s->head_cut ? 0 : buf_add(&s->head, p, n, e);
}

/* False when it does not fit: half a continue token would be worse than none. */
static bool copy_token(char *to, size_t size, struct str token)
{
	CLEAN_BUF struct buf b = BUF_MAX(4096);

	if (!token.p || *to)
		return true;
	bool fits = json_decode(token, &b, NULL) == 0 && b.n < size;
	size_t n = fits ? b.n : 0;
	memcpy(to, buf_cstr(&b), n);
	to[n] = '\0';
	return fits;
}

enum { H_KIND, H_VERSION, H_CONTINUE, H_RV, H_NAME, H_ITEMS, H_COUNT };

/* Reads kind and metadata out of the frame of a list, as far as it has come. False when it cannot be read. */
static bool read_head(struct jsonitems *s, struct str text, struct str v[H_COUNT])
{
	static const char *const paths[H_COUNT] = {".kind", ".apiVersion", ".metadata.continue", ".metadata.resourceVersion",
	                                           ".metadata.name", ".items"};

	if (!s->head_paths && jsonpaths_compile(paths, H_COUNT, &s->head_paths, NULL) < 0)
		return false;
	if (jsonpaths_scan(s->head_paths, text, v, NULL) < 0)
		return false;
	copy_token(s->kind, sizeof(s->kind), v[H_KIND]);
	copy_token(s->api_version, sizeof(s->api_version), v[H_VERSION]);
	if (!copy_token(s->cont, sizeof(s->cont), v[H_CONTINUE]))
		s->cont_lost = true;
	copy_token(s->resource_version, sizeof(s->resource_version), v[H_RV]);
	return true;
}

/* The frame read so far is closed on a copy, so that kind and metadata in front of the items are known to them. */
static void peek_head(struct jsonitems *s)
{
	CLEAN_BUF struct buf b = BUF_MAX(HEAD_MAX + 2);
	struct str v[H_COUNT];

	if (!s->head_cut && buf_add(&b, s->head.p, s->head.n, NULL) == 0 && buf_add(&b, "]}", 2, NULL) == 0)
		read_head(s, (struct str){b.p, b.n}, v);
}

static int give(struct jsonitems *s, struct str json, struct err *e)
{
	struct jsonitem it = {json, s->count++, s->start_line, s->cut};

	int rc = s->item(s->arg, &it, e);
	buf_clear(&s->cur);
	s->cut = false;
	return rc;
}

/* The top-level object has ended: a list, an empty list without items, or one object. */
static int top_closed(struct jsonitems *s, struct err *e)
{
	struct str v[H_COUNT];

	s->state = ST_END;
	if (s->shape == JSONITEMS_LIST) {
		if (!s->head_cut)
			read_head(s, (struct str){s->head.p, s->head.n}, v);
		return 0;
	}
	/* Go writes a list without elements as "items": null, or leaves items out. */
	bool ok = !s->cut && read_head(s, (struct str){s->cur.p, s->cur.n}, v);
	size_t n = strlen(s->kind);
	if (ok && n > 4 && strcmp(s->kind + n - 4, "List") == 0 && !v[H_NAME].p && !v[H_ITEMS].p) {
		s->shape = JSONITEMS_LIST;
		buf_clear(&s->cur);
		return 0;
	}
	s->shape = JSONITEMS_SINGLE;
	return give(s, (struct str){s->cur.p, s->cur.n}, e);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static int unexpected(const struct jsonitems *s, char c, struct err *e)
{
	if (c > 0x20 && c < 0x7f)
		return err_set(e, ERR_FORMAT, "line %ld: unexpected '%c'", (long)s->line, c);
	return err_set(e, ERR_FORMAT, "line %ld: unexpected byte 0x%02x", (long)s->line, (unsigned char)c);
}

/* A list begins: what stood in front of it becomes its frame. */
static int begin_items(struct jsonitems *s, struct err *e)
{
	if (s->shape != JSONITEMS_LIST) {
		s->shape = JSONITEMS_LIST;
		s->head_cut = s->cut || s->cur.n > s->head.max;
		int rc = s->head_cut ? 0 : buf_add(&s->head, s->cur.p, s->cur.n, e);
		if (rc < 0)
			return rc;
		buf_clear(&s->cur);
		s->cut = false;
		peek_head(s);
	}
	s->state = ST_ITEMS;
	return 0;
}

/* One byte between the tokens of the top-level object. */
static int top_byte(struct jsonitems *s, char c, struct err *e)
{
	int rc = keep_top(s, &c, 1, e);

	if (rc < 0)
		return rc;
	switch (c) {
	case '"':
		s->state = ST_KEY;
		s->in_string = true;
		s->escape = false;
		if (!s->after_colon)
			s->key_n = 0;
		return 0;
	case ':':
		s->after_colon = true;
		return 0;
	case ',':
		s->after_colon = false;
		return 0;
	case '[':
		if (s->after_colon && s->key_n == (int)strlen(s->list_key) &&
		    memcmp(s->key, s->list_key, (size_t)s->key_n) == 0)
			return begin_items(s, e);
		/* fall through */
	case '{':
		s->state = ST_NEST;
		s->depth = 1;
		return 0;
	case '}':
		return top_closed(s, e);
	case '\n':
		s->line++;
		return 0;
	default:
		return c == ']' || (unsigned char)c < 0x20 ? (is_blank(c) ? 0 : unexpected(s, c, e)) : 0;
	}
}

/* Bytes of a string up to its closing quote; returns how many, the quote included. */
static size_t string_bytes(struct jsonitems *s, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		s->line += p[i] == '\n';
		if (s->escape) {
			s->escape = false;
		} else if (p[i] == '\\') {
			s->escape = true;
		} else if (p[i] == '"') {
			s->in_string = false;
			return i + 1;
		}
	}
	return n;
}

static int top_string(struct jsonitems *s, const char *p, size_t n, size_t *used, struct err *e)
{
	*used = string_bytes(s, p, n);
	if (!s->after_colon)
		for (size_t i = 0; i < *used - !s->in_string; i++)
			if (s->key_n < (int)sizeof(s->key))
				s->key[s->key_n++] = p[i];
	if (!s->in_string)
		s->state = ST_TOP;
	return keep_top(s, p, *used, e);
}

static int nest(struct jsonitems *s, const char *p, size_t n, size_t *used, struct err *e)
{
	struct nest in = {s->depth, s->max_depth, 0, s->in_string, s->escape};
	int64_t k = nest_scan(&in, p, n);

	s->depth = in.depth;
	s->line += in.lines;
	s->in_string = in.in_string;
	s->escape = in.escape;
	if (k < 0)
		return err_set(e, ERR_FORMAT, "line %ld: nested deeper than %d", (long)s->line, s->max_depth);
	*used = (size_t)k;
	return 0;
}

/* Bytes of an element; it is given out in place when it lies whole in this piece. */
static int element(struct jsonitems *s, const char *p, size_t n, size_t *used, struct err *e)
{
	bool closed;
	int rc = 0;

	if (s->state == ST_ELEM) {
		rc = nest(s, p, n, used, e);
		closed = s->depth == 0;
	} else if (s->state == ST_STRING) {
		*used = string_bytes(s, p, n);
		closed = !s->in_string;
	} else {
		for (*used = 0; *used < n && !is_blank(p[*used]) && p[*used] != ',' && p[*used] != ']';)
			++*used;
		closed = *used < n;
	}
	if (rc < 0)
		return rc;
	if (closed)
		s->state = ST_ITEMS;
	if (closed && s->cur.n == 0 && *used <= s->max_item)
		return give(s, (struct str){p, *used}, e);
	if ((rc = keep(s, p, *used, e)) < 0 || !closed)
		return rc;
	return give(s, (struct str){s->cur.p, s->cur.n}, e);
}

/* A byte between two elements, or the beginning of one. */
static int items_byte(struct jsonitems *s, const char *p, size_t n, size_t *used, struct err *e)
{
	char c = *p;

	*used = 1;
	if (c == '\n')
		s->line++;
	if (is_blank(c) || c == ',')
		return 0;
	if (c == ']') {
		s->state = s->shape == JSONITEMS_ARRAY ? ST_END : ST_TOP;
		return s->shape == JSONITEMS_ARRAY ? 0 : keep_top(s, "]", 1, e);
	}
	s->start_line = s->line;
	s->in_string = s->escape = false;
	s->depth = 0;
	if (c == '{' || c == '[') {
		s->state = ST_ELEM;
		return element(s, p, n, used, e);
	}
	if (c == '"') {
		s->state = ST_STRING;
		s->in_string = true;
		return keep(s, p, 1, e);
	}
	if (c != '-' && c != '+' && c != '.' && !(c >= '0' && c <= '9') && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
		return unexpected(s, c, e);
	s->state = ST_SCALAR;
	*used = 0;
	return 0;
}

static int start_byte(struct jsonitems *s, char c, struct err *e)
{
	if (c == '\n')
		s->line++;
	/* A byte order mark is let pass. */
	if (is_blank(c) || (s->line == 1 && (c == '\xef' || c == '\xbb' || c == '\xbf')))
		return 0;
	if (s->state == ST_END)
		return err_set(e, ERR_FORMAT, "line %ld: text behind the end of the JSON value", (long)s->line);
	if (c == '[') {
		s->shape = JSONITEMS_ARRAY;
		s->state = ST_ITEMS;
		return 0;
	}
	if (c != '{')
		return err_set(e, ERR_FORMAT, "line %ld: no JSON object or array", (long)s->line);
	s->state = ST_TOP;
	s->start_line = s->line;
	return keep(s, &c, 1, e);
}

int jsonitems_feed(struct jsonitems *s, const void *bytes, size_t n, struct err *e)
{
	const char *p = bytes;
	int rc = 0;

	for (size_t i = 0, used; i < n && rc == 0; i += used) {
		used = 1;
		switch ((enum state)s->state) {
		case ST_START:
		case ST_END:
			rc = start_byte(s, p[i], e);
			break;
		case ST_TOP:
			rc = top_byte(s, p[i], e);
			break;
		case ST_KEY:
			rc = top_string(s, p + i, n - i, &used, e);
			break;
		case ST_NEST:
			if ((rc = nest(s, p + i, n - i, &used, e)) == 0)
				rc = keep_top(s, p + i, used, e);
			if (s->depth == 0)
				s->state = ST_TOP;
			break;
		case ST_ITEMS:
			rc = items_byte(s, p + i, n - i, &used, e);
			break;
		default:
			rc = element(s, p + i, n - i, &used, e);
			break;
		}
	}
	return rc;
}

struct str jsonitems_head(const struct jsonitems *s)
{
	bool whole = s->shape == JSONITEMS_LIST && !s->head_cut && s->state == ST_END;

	return whole ? (struct str){s->head.p, s->head.n} : (struct str){NULL, 0};
}

bool jsonitems_ended(const struct jsonitems *s)
{
	return s->state == ST_END;
}

int jsonitems_finish(struct jsonitems *s, struct err *e)
{
	/* A cap on elements below that on the frame cuts the frame, too: that tells nothing of its token. */
	s->cont_lost |= s->shape == JSONITEMS_LIST && s->head_cut && s->max_item >= HEAD_MAX && !s->cont[0];
	if (s->state == ST_END)
		return 0;
	if (s->state == ST_START)
		return err_set(e, ERR_FORMAT, "empty");
	if (s->shape == JSONITEMS_LIST && !s->head_cut && s->state == ST_ITEMS)
		peek_head(s);
	return err_set(e, ERR_FORMAT, "cut off at line %ld", (long)s->line);
}
