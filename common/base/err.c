#include "common/base/err.h"

#include <stdarg.h>
#include <stdio.h>

static PRINTF_LIKE(2, 0) void fill(struct err *err, const char *format, va_list args)
{
    int wanted = vsnprintf(err->text, sizeof err->text, format, args);
    if (wanted < 0) {
        err->text[0] = '\0';
    } else if ((size_t)wanted >= sizeof err->text) {
        /* Do not leave half of a UTF-8 character at the cut. */
        size_t end = sizeof err->text - 1;
        while (end > 0 && ((unsigned char)err->text[end - 1] & 0xC0u) == 0x80u) {
            end--;
        }
        if (end > 0 && ((unsigned char)err->text[end - 1] & 0x80u) != 0) {
            end--;
        }
        err->text[end] = '\0';
    }
}

bool err_fail(struct err *err, enum err_code code, size_t offset, const char *format, ...)
{
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        err->code = code;
        err->tag = NULL;
        err->offset = offset;
        fill(err, format, args);
        va_end(args);
    }
    return false;
}

bool err_fail_tag(struct err *err, enum err_code code, const char *tag, const char *format, ...)
{
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        err->code = code;
        err->tag = tag;
        err->offset = 0;
        fill(err, format, args);
        va_end(args);
    }
    return false;
}
