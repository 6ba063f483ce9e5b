/*
 * Our JSON out: no spaces, ECMAScript's number format and escapes, so that the bytes are a fixed point of
 * JSON.stringify(JSON.parse(x)) and receivers that parse and print again can still verify a signature
 * (contract/webhooks 1.5).
 */
#ifndef PORTTI_TEXT_JSON_WRITE_H
#define PORTTI_TEXT_JSON_WRITE_H

#include "common/base/strbuf.h"
#include "common/text/json_read.h"
#include <stdbool.h>

/* Quoted and escaped as JSON.stringify does: \" \\ \b \f \n \r \t, other controls as \u001f in lower case, all else as
 * it is. `text` must be well-formed UTF-8. */
void json_put_string(struct strbuf *out, struct str text);
/*
 * A JSON value in canonical form: no spaces, numbers as ECMAScript prints the double they round to, object keys with
 * integer-like ones (0 to 2^32-2) first in ascending order as JavaScript enumerates them, then the others by length
 * and bytes as jsonb keeps them. So what a client sends, what PostgreSQL's jsonb gives back and what goes into a
 * webhook are the same bytes. A number beyond the range of a double is written as null, as JSON.stringify would.
 */
void json_put_canonical(struct strbuf *out, const struct json *value);

#endif
