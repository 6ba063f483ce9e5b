/* Which bytes may stand where in a request head. */
#ifndef PORTTI_HTTP_HTTP_CHARS_H
#define PORTTI_HTTP_HTTP_CHARS_H

#include "common/base/str.h"
#include <stdbool.h>

/* tchar of RFC 9110: methods and field names. */
bool http_is_token_byte(unsigned char byte);
/* One or more of them. */
bool http_is_token(struct str text);
/* Field values: visible ASCII, space, tab, and bytes over 0x7f (which mean nothing to us). No NUL, CR, LF, DEL. */
static inline bool http_is_value_byte(unsigned char byte)
{
    return (byte >= 0x20 && byte != 0x7f) || byte == '\t';
}
bool http_is_value(struct str text);
/* Request targets: visible ASCII but '#'. */
bool http_is_target(struct str text);
/* A host with or without a port, as in Host: not empty, no user, no path. */
bool http_is_host(struct str text);
/* Without the spaces and tabs around it. */
struct str http_trim(struct str text);

#endif
