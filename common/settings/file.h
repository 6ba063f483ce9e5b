/* The lines of a .conf file, and whole small files. Inside this room only. */
#ifndef PORTTI_SETTINGS_FILE_H
#define PORTTI_SETTINGS_FILE_H

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include <stdbool.h>

enum { SETTINGS_FILE_MAX = 1024 * 1024, SETTINGS_VALUE_MAX = 64 * 1024 };

/* Appends the whole file. ERR_NOT_FOUND when it is not there, ERR_INVALID when it cannot be read or is longer than
 * `max` bytes; the sentence says which and does not name the file. */
MUST_CHECK bool settings_file_read(const char *path, size_t max, struct strbuf *out, struct err *err);

/* A line of the file, without its end. `*name` is empty for a blank line or a comment; otherwise `*name` points into
 * the line and `value` holds the value, without its quotes and comment. The sentence never shows the line. */
MUST_CHECK bool settings_line_read(struct str line, struct str *name, struct strbuf *value, struct err *err);

#endif
