/* Inside this room: lists of settings in REST: parameters, window, envelope (contract: metadata sections 1.2, 1.3). */
#ifndef PORTTI_REQUEST_SETTINGS_LIST_H
#define PORTTI_REQUEST_SETTINGS_LIST_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/text/uuid.h"
#include <stdbool.h>
#include <stddef.h>

struct settings_page {
    size_t limit;
    bool forward_given, backward_given;
    struct uuid cursor;
};

/* `limit` (60, at most 200), `starting_after`, `ending_before` of a query; ERR_INVALID with the contract's sentences.
 */
MUST_CHECK bool settings_page_read(struct arena *arena, struct str query, struct settings_page *out, struct err *err);

/* {"data":[…],"pageInfo":{…},"totalCount":n} of the window that the page asks for. `documents` are all there are, in
 * their order, and `ids` theirs; a cursor that is not among them gives an empty page. */
void settings_page_put(struct strbuf *out, const struct settings_page *page, const struct str *documents,
                       const struct uuid *ids, size_t count);
/* The bare array of the old aliases. */
void settings_array_put(struct strbuf *out, const struct str *documents, size_t count);

#endif
