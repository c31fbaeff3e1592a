/* looks: names what a file is that is not a bundle, so that the error helps. */
#ifndef SICKBAY_BUNDLES_LOOKS_H
#define SICKBAY_BUNDLES_LOOKS_H
#include <stddef.h>

/* From its first bytes, in words that follow "it looks like": "a zip archive". */
const char *looks_like_what(const char *p, size_t n);

#endif
