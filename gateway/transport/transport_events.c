/* Server-sent events (HTML, 9.2) as the protocol of graphql-sse has them: `next` with a reply, then `complete`. */
#include "gateway/transport/transport.h"

void transport_begin_next(struct strbuf *out, struct str id)
{
    if (id.len > 0) {
        strbuf_puts(out, "id: ");
        strbuf_put(out, id);
        strbuf_put_char(out, '\n');
    }
    strbuf_puts(out, "event: next\ndata: ");
}

void transport_end_next(struct strbuf *out)
{
    strbuf_puts(out, "\n\n");
}

void transport_put_complete(struct strbuf *out)
{
    /* Without data a browser would not tell its page. */
    strbuf_puts(out, "event: complete\ndata:\n\n");
}

void transport_put_heartbeat(struct strbuf *out)
{
    strbuf_puts(out, ":\n\n");
}
