/* jsonwalk: the innermost steps over JSON text, for base/json*.c alone: blanks and strings, 16 bytes at a time. */
#ifndef SICKBAY_BASE_JSONWALK_H
#define SICKBAY_BASE_JSONWALK_H
#include <stdbool.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

static inline const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && (unsigned char)*p <= ' ') {
		if (*p != ' ' && *p != '\n' && *p != '\r' && *p != '\t')
			return p;
		p++;
#ifdef __SSE2__
		/* Indentation comes in long runs of blanks. */
		while (end - p >= 16) {
			__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
			unsigned other = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8(' '))) ^ 0xffff;
			if (other) {
				p += __builtin_ctz(other);
				break;
			}
			p += 16;
		}
#endif
	}
	return p;
}

static inline bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* p is behind the opening quote; returns the byte behind the closing one, NULL when this is no string. */
static inline const char *skip_string(const char *p, const char *end)
{
	for (;;) {
#ifdef __SSE2__
		while (end - p >= 16) {
			__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
			__m128i stop = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('"')), _mm_cmpeq_epi8(x, _mm_set1_epi8('\\')));
			stop = _mm_or_si128(stop, _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(0x1f)), x));
			unsigned m = (unsigned)_mm_movemask_epi8(stop);
			if (m) {
				p += __builtin_ctz(m);
				break;
			}
			p += 16;
		}
#endif
		while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20)
			p++;
		if (p == end || (unsigned char)*p < 0x20)
			return NULL;
		if (*p == '"')
			return p + 1;
		if (end - p < 2)
			return NULL;
		if (p[1] == 'u') {
			if (end - p < 6 || !is_hex(p[2]) || !is_hex(p[3]) || !is_hex(p[4]) || !is_hex(p[5]))
				return NULL;
			p += 6;
		} else {
			if (!memchr("\"\\/bfnrt", p[1], 8))
				return NULL;
			p += 2;
		}
	}
}

#endif
