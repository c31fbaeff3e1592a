/* banned: functions that have no safe use here. Included by the compiler's -include for every file of the project. */
#ifndef SICKBAY_BASE_BANNED_H
#define SICKBAY_BASE_BANNED_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
/* glibc makes these two macros for clang when FORTIFY is on. */
#undef sprintf
#undef vsprintf
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok atoi atol gmtime localtime system gets
#endif
