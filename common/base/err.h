/*
 * struct err: why something failed: a code for the program, a byte offset into the input and a sentence for the person.
 * The sentence never holds SQL, a secret or the name of an internal host. Filled only on failure.
 */
#ifndef PORTTI_BASE_ERR_H
#define PORTTI_BASE_ERR_H

#include "common/base/attributes.h"
#include "common/base/str.h"
#include <stdbool.h>
#include <stddef.h>

enum err_code {
    ERR_NONE = 0,
    ERR_INVALID,         /* bad input: 400 */
    ERR_UNAUTHENTICATED, /* 401 */
    ERR_FORBIDDEN,       /* 403 */
    ERR_NOT_FOUND,       /* 404 */
    ERR_CONFLICT,        /* a uniqueness or reference rule was broken */
    ERR_TOO_LARGE,       /* 413 */
    ERR_LIMITED,         /* 429 */
    ERR_UNSUPPORTED,     /* 501: a known feature that is not here */
    ERR_UNAVAILABLE,     /* 503: try again later */
    ERR_TIMEOUT,         /* 504: it took longer than it may */
    ERR_INTERNAL,        /* 500: our fault */
    ERR_CODE_COUNT
};

#define ERR_TEXT_MAX 320

struct err {
    enum err_code code;
    const char *tag; /* the wire's code word, such as "INVALID_CURSOR"; NULL = none; static storage */
    size_t offset;   /* byte of the input where it went wrong; 0 when that means nothing */
    char text[ERR_TEXT_MAX];
};

/* Fills `err` (a NULL err is allowed) and returns false, so that a function can end with `return err_fail(…)`.
 * A sentence that is too long is cut at a character boundary. */
bool err_fail(struct err *err, enum err_code code, size_t offset, const char *format, ...) PRINTF_LIKE(4, 5);
/* The same with a code word. */
bool err_fail_tag(struct err *err, enum err_code code, const char *tag, const char *format, ...) PRINTF_LIKE(4, 5);

static inline struct str err_str(const struct err *err)
{
    return str_from(err->text);
}

#endif
