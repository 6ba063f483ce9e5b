/* gzip (RFC 1952) over zlib, at the level where the time goes into the network and not into the last per cent. */
#ifndef PORTTI_ZIP_ZIP_H
#define PORTTI_ZIP_ZIP_H

#include "common/base/attributes.h"
#include "common/base/str.h"
#include "common/base/strbuf.h"
#include <stdbool.h>

/* The compressor's state (about 270 KiB), used again for each text. One thread's. */
struct zip;
struct zip *zip_new(void);
/* NULL is allowed. */
void zip_free(struct zip *zip);
/* Appends the whole of `text` as one gzip member. False, with `*out` as it was, when `out`'s ceiling is too low. */
MUST_CHECK bool zip_put(struct zip *zip, struct strbuf *out, struct str text);
/* The same in pieces: begin, then all pieces in their order, the last one marked. `out` has no ceiling. */
void zip_begin(struct zip *zip);
void zip_put_piece(struct zip *zip, struct strbuf *out, struct str text, bool last);

#endif
