/* Hex (lower case), base64 (RFC 4648 section 4) and base64url without padding (section 5). */
#ifndef PORTTI_TEXT_ENCODE_H
#define PORTTI_TEXT_ENCODE_H

#include "common/base/arena.h"
#include "common/base/strbuf.h"
#include <stdbool.h>

void hex_put(struct strbuf *out, struct str bytes);
/* Strict: even length, hex digits of either case only. `*out` lives in the arena; untouched on failure. */
MUST_CHECK bool hex_decode(struct arena *arena, struct str text, struct str *out);

/* With padding. */
void base64_put(struct strbuf *out, struct str bytes);
/* Strict: right padding, no spaces, zero spare bits. */
MUST_CHECK bool base64_decode(struct arena *arena, struct str text, struct str *out);

void base64url_put(struct strbuf *out, struct str bytes);
/* Strict: no padding. */
MUST_CHECK bool base64url_decode(struct arena *arena, struct str text, struct str *out);

#endif
