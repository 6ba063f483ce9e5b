#include "common/zip/zip.h"

#include "common/base/alloc.h"
#include <assert.h>
#include <limits.h>
#include <stdlib.h>
/* With it, zlib does not ask for input that it may write to. */
#define ZLIB_CONST
#include <zlib.h>

/* Level 1 takes about a third of level 6's time, and JSON comes out a tenth larger. 15 + 16: the largest window, in
 * gzip's frame. */
enum { LEVEL = 1, WINDOW_BITS = 15 + 16, MEMORY_LEVEL = 8 };

struct zip {
    z_stream stream;
};

struct zip *zip_new(void)
{
    struct zip *zip = xcalloc(1, sizeof *zip);
    int done = deflateInit2(&zip->stream, LEVEL, Z_DEFLATED, WINDOW_BITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY);
    /* The arguments are constant, so only memory can be missing: xcalloc would abort as well. */
    if (done != Z_OK) {
        abort();
    }
    return zip;
}

void zip_free(struct zip *zip)
{
    if (zip != NULL) {
        deflateEnd(&zip->stream);
        free(zip);
    }
}

bool zip_put(struct zip *zip, struct strbuf *out, struct str text)
{
    deflateReset(&zip->stream);
    size_t bound = deflateBound(&zip->stream, text.len);
    char *room = bound <= UINT_MAX && text.len <= UINT_MAX ? strbuf_reserve(out, bound) : NULL;
    if (room == NULL) {
        return false;
    }
    zip->stream.next_in = (const Bytef *)text.ptr;
    zip->stream.avail_in = (uInt)text.len;
    zip->stream.next_out = (Bytef *)room;
    zip->stream.avail_out = (uInt)bound;
    int done = deflate(&zip->stream, Z_FINISH);
    assert(done == Z_STREAM_END);
    (void)done;
    out->len += bound - zip->stream.avail_out;
    return true;
}

void zip_begin(struct zip *zip)
{
    deflateReset(&zip->stream);
}

void zip_put_piece(struct zip *zip, struct strbuf *out, struct str text, bool last)
{
    enum { ROOM = 16 * 1024 };
    assert(text.len <= UINT_MAX);
    zip->stream.next_in = (const Bytef *)text.ptr;
    zip->stream.avail_in = (uInt)text.len;
    do {
        char *room = strbuf_reserve(out, ROOM);
        assert(room != NULL);
        zip->stream.next_out = (Bytef *)room;
        zip->stream.avail_out = ROOM;
        int done = deflate(&zip->stream, last ? Z_FINISH : Z_NO_FLUSH);
        assert(done == Z_OK || done == Z_STREAM_END || done == Z_BUF_ERROR);
        (void)done;
        out->len += ROOM - zip->stream.avail_out;
    } while (zip->stream.avail_out == 0);
}
