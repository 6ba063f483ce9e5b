/* JSON written from templates. Internal to the room. */
#ifndef PORTTI_DOCS_DOCS_TEXT_H
#define PORTTI_DOCS_DOCS_TEXT_H

#include "common/base/strbuf.h"

/*
 * Appends `text`, in which
 *
 *   '   is a quotation mark,
 *   ~   is the next argument, a struct str, as it stands: a name, which needs no escapes, or JSON
 *   ^   is the next argument, a struct str, as a JSON string with its quotation marks
 *   |   is the next argument, a size_t
 *
 * and everything else stands for itself.
 */
void docs_put(struct strbuf *out, const char *text, ...);

/* The name with its first letter in upper case. */
void docs_put_cap(struct strbuf *out, struct str name);

#endif
