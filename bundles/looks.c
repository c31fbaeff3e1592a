#include "bundles/looks.h"

#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

static bool is_text(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)p[i] < 0x20 && p[i] != '\n' && p[i] != '\r' && p[i] != '\t' && p[i] != 0x1B)
			return false;
	return n > 0;
}

const char *looks_like_what(const char *p, size_t n)
{
	static const struct {
		const char *magic;
		size_t n;
		const char *name;
	} kinds[] = {
		{"PK\003\004", 4, "a zip archive"},
		{"SQLite format 3", 16, "an SQLite database; use it with `sickbay query`"},
		{"\177ELF", 4, "a program"},
		{"\004\"M\030", 4, "lz4 data; unpack it first"},
		{"7z\274\257", 4, "a 7z archive"},
		{"Rar!", 4, "a rar archive"},
		{"%PDF", 4, "a PDF document"},
		{"LPKSHHRH", 8, "a journal file of systemd"},
		{"\037\213", 2, "gzip data inside the compression"},
		{"(\265/\375", 4, "zstd data inside the compression"},
		{"\xFD" "7zXZ", 5, "xz data inside the compression"},
		{"<!doctype html", 14, "a web page"},
		{"<!DOCTYPE html", 14, "a web page"},
		{"<html", 5, "a web page"},
		{"-----BEGIN", 10, "a PEM key or certificate"},
		{"{", 1, "JSON"},
		{"[", 1, "JSON or a log"},
		{"apiVersion:", 11, "a Kubernetes manifest in YAML"},
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (n >= kinds[i].n && memcmp(p, kinds[i].magic, kinds[i].n) == 0)
			return kinds[i].name;
	return is_text(p, n) ? "text" : "unknown binary data";
}
